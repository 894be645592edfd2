// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Block devices in /sys.
 *
 * /sys is asked and not udev's database: the answers are the kernel's own and
 * they are there in an initramfs and in a container without udev. Names are
 * taken from DEVNAME, because a name in /sys has "!" where the node has "/".
 */
#include "sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CLASS_DIR "/sys/class/block"

void tandem_sysfs_dir(dev_t rdev, const char *name, char *path, size_t size)
{
	snprintf(path, size, "/sys/dev/block/%u:%u/%s", major(rdev), minor(rdev), name);
}

static int read_line(const char *path, char *text, size_t size)
{
	ssize_t got;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	if (got < 0) {
		got = -errno;
		close(fd);
		return (int)got;
	}
	close(fd);
	text[got] = 0;
	text[strcspn(text, "\n")] = 0;
	return 0;
}

int tandem_sysfs_read(dev_t rdev, const char *name, char *text, size_t size)
{
	char path[TANDEM_PATH_BYTES];

	tandem_sysfs_dir(rdev, name, path, sizeof(path));
	return read_line(path, text, size);
}

u64 tandem_sysfs_number(dev_t rdev, const char *name)
{
	char text[64];

	if (tandem_sysfs_read(rdev, name, text, sizeof(text)))
		return 0;
	return strtoull(text, NULL, 10);
}

dev_t tandem_sysfs_dev(dev_t rdev, const char *name)
{
	unsigned int maj, min;
	char text[64];

	if (tandem_sysfs_read(rdev, name, text, sizeof(text)) ||
	    sscanf(text, "%u:%u", &maj, &min) != 2)
		return 0;
	return makedev(maj, min);
}

int tandem_sysfs_each(const char *dir, int (*fn)(void *data, const char *entry), void *data)
{
	struct dirent *entry;
	int ret = 0;
	DIR *stream;

	stream = opendir(dir);
	if (!stream)
		return -errno;
	while (!ret && (entry = readdir(stream))) {
		if (entry->d_name[0] != '.')
			ret = fn(data, entry->d_name);
	}
	closedir(stream);
	return ret;
}

/* DEVNAME of a uevent file; the first line that has it. */
static int node_name(const char *uevent, char *name, size_t size)
{
	char line[TANDEM_PATH_BYTES];
	int ret = -ENOENT;
	FILE *file;

	file = fopen(uevent, "re");
	if (!file)
		return -errno;
	while (ret && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "DEVNAME=", 8))
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(name, size, "/dev/%.*s", (int)size - 6, line + 8);
		ret = 0;
	}
	fclose(file);
	return ret;
}

void tandem_device_path_of(dev_t rdev, char *path, size_t size)
{
	char text[TANDEM_PATH_BYTES - 16];
	char mapper[TANDEM_PATH_BYTES];

	path[0] = 0;
	if (!tandem_sysfs_read(rdev, "dm/name", text, sizeof(text))) {
		snprintf(mapper, sizeof(mapper), "/dev/mapper/%s", text);
		if (!access(mapper, F_OK)) {
			snprintf(path, size, "%s", mapper);
			return;
		}
	}
	tandem_sysfs_dir(rdev, "uevent", mapper, sizeof(mapper));
	node_name(mapper, path, size);
}

static u64 class_number(const char *entry, const char *name)
{
	char path[TANDEM_PATH_BYTES + 64], text[64];

	snprintf(path, sizeof(path), CLASS_DIR "/%.200s/%s", entry, name);
	return read_line(path, text, sizeof(text)) ? 0 : strtoull(text, NULL, 10);
}

static int list_one(void *data, const char *entry)
{
	char path[TANDEM_PATH_BYTES + 64], node[TANDEM_PATH_BYTES];

	/* No size: no medium, or an idle loop. Hidden: one path of a multipath NVMe. */
	if (!class_number(entry, "size") || class_number(entry, "hidden"))
		return 0;
	snprintf(path, sizeof(path), CLASS_DIR "/%.200s/uevent", entry);
	if (node_name(path, node, sizeof(node)))
		return 0;
	return tandem_paths_add(data, node);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int tandem_sysfs_list(struct tandem_paths *paths)
{
	int ret;

	ret = tandem_sysfs_each(CLASS_DIR, list_one, paths);
	if (!ret && paths->nr)
		qsort(paths->path, paths->nr, sizeof(*paths->path), by_name);
	return ret;
}
