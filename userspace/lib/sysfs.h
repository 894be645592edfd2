/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Block devices in /sys: attributes, links, directories. */
#ifndef TANDEM_LIB_SYSFS_H
#define TANDEM_LIB_SYSFS_H

#include <sys/types.h>

#include "device.h"

/**
 * tandem_sysfs_read() - one attribute of a block device
 * @name: below /sys/dev/block/MAJOR:MINOR; "../x" reaches a partition's disk
 * @text: first line without the line end
 * Return: 0 or -errno
 */
int tandem_sysfs_read(dev_t rdev, const char *name, char *text, size_t size);

/* The same as a number; 0 if there is none. */
u64 tandem_sysfs_number(dev_t rdev, const char *name);

/* Device number in @name ("dev", "../dev", "slaves/sda/dev"); 0 if there is none. */
dev_t tandem_sysfs_dev(dev_t rdev, const char *name);

/**
 * tandem_sysfs_each() - call @fn for every entry of a directory
 * @dir: absolute path
 * @fn: gets the entry's name; anything but 0 stops
 * Return: 0, what @fn returned, or -errno if there is no such directory
 */
int tandem_sysfs_each(const char *dir, int (*fn)(void *data, const char *entry), void *data);

/* Path of a device's directory in /sys. */
void tandem_sysfs_dir(dev_t rdev, const char *name, char *path, size_t size);

/* Every block device with a size, sorted, as paths below /dev. */
int tandem_sysfs_list(struct tandem_paths *paths);

#endif
