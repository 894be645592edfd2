/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A disk as the library sees it: a path, what the kernel says of it, and an
 * open file. Everything that touches the machine goes through one ops table,
 * so that unit tests run on plain files, without root.
 *
 * Two steps to a write, on purpose. A claim (O_EXCL, read-only) keeps mounts
 * and other owners out while a disk is checked; the file for writing is opened
 * only when nothing is left that could refuse. A refused command therefore
 * never had a disk open for writing.
 */
#ifndef TANDEM_LIB_DEVICE_H
#define TANDEM_LIB_DEVICE_H

#include <sys/types.h>

#include "context.h"

#define TANDEM_PATH_BYTES 256

enum tandem_access { TANDEM_ACCESS_READ, TANDEM_ACCESS_CLAIM };

/**
 * struct tandem_device - one disk
 * @path: as the user gave it
 * @rdev: identity while the machine runs
 * @fd: for reading, -1 if closed; @write_fd: -1 until tandem_device_open_write()
 * @lossy_cache: has a volatile cache and no FUA of its own
 */
struct tandem_device {
	char path[TANDEM_PATH_BYTES];
	dev_t rdev;
	int fd;
	int write_fd;
	u64 size_bytes;
	u32 logical_block_bytes;
	u32 physical_block_bytes;
	bool read_only;
	bool lossy_cache;
};

struct tandem_stack;
struct tandem_paths;

/* All return 0 or -errno; offsets and lengths are bytes, multiples of 4 KiB but for zero(). */
struct tandem_device_ops {
	int (*open)(struct tandem_device *dev, enum tandem_access access);
	int (*open_write)(struct tandem_device *dev);
	int (*read)(const struct tandem_device *dev, u64 offset, void *data, size_t len);
	int (*write)(const struct tandem_device *dev, u64 offset, const void *data, size_t len);
	int (*zero)(const struct tandem_device *dev, u64 offset, u64 len);
	int (*sync)(const struct tandem_device *dev);
	/* Every block device of the machine. */
	int (*list)(struct tandem_paths *paths);
	/* Can it be read at once, and does nobody use it, as far as the kernel knows? */
	bool (*idle)(const char *path);
	/* What it lies on, see stack.h. */
	int (*stack)(const struct tandem_device *dev, struct tandem_stack *stack);
	/* 1 and a phrase ("is mounted on /srv") if someone uses it. */
	int (*user)(const struct tandem_device *dev, char *text, size_t size);
	/* 1 and a phrase ("ext4 file system") if a known format is on it. */
	int (*signature)(const struct tandem_device *dev, char *text, size_t size);
	/* Serial number or other lasting name; the path if there is none. */
	void (*serial)(const struct tandem_device *dev, char *text, size_t size);
	/* Best path for a device number, "" if none: /dev/mapper/x, /dev/sda, ... */
	void (*path_of)(dev_t rdev, char *path, size_t size);
};

extern const struct tandem_device_ops tandem_device_real_ops;

/* Growing list of paths. */
struct tandem_paths {
	char **path;
	unsigned int nr;
};
int tandem_paths_add(struct tandem_paths *paths, const char *path);
void tandem_paths_free(struct tandem_paths *paths);

/* @dev becomes a closed device called @path; one that does not fit is refused by open. */
void tandem_device_init(struct tandem_device *dev, const char *path);

/**
 * tandem_device_open() - open and look
 * @dev: after tandem_device_init()
 * @access: CLAIM fails (TANDEM_CODE_BUSY, naming the user) if it is in use
 */
int tandem_device_open(const struct tandem_context *ctx, struct tandem_device *dev,
		       enum tandem_access access, struct tandem_error *err);

/* Makes a claimed disk writable. */
int tandem_device_open_write(const struct tandem_context *ctx, struct tandem_device *dev,
			     struct tandem_error *err);

/* Closes what is open; harmless on a closed one. */
void tandem_device_close(struct tandem_device *dev);

/* Zeroes @len bytes; long ranges in pieces. Not durable before the next sync. */
int tandem_device_zero(const struct tandem_context *ctx, const struct tandem_device *dev,
		       u64 offset, u64 len);

/* Best path for a device number, "" if none: /dev/mapper/x, /dev/sda, ... */
void tandem_device_path_of(dev_t rdev, char *path, size_t size);

/* Page-aligned, zeroed; free(). */
void *tandem_device_buffer(size_t len);

#endif
