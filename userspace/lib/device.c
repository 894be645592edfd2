// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A disk: open, look, read, write.
 *
 * All data goes past the page cache (O_DIRECT): the kernel writes superblocks
 * of an active leg underneath it, and an old page would be believed. Writes
 * are O_DSYNC, each durable when it returns; zeroes are durable after sync().
 */
#define _GNU_SOURCE
#include "device.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "signature.h"
#include "stack.h"
#include "sysfs.h"
#include "user.h"

/* One ioctl of this length can still be interrupted in reasonable time. */
#define ZERO_STEP_BYTES (256ull << 20)

static int look(struct tandem_device *dev)
{
	unsigned int physical = 0;
	int logical = 0, read_only = 0;
	char cache[32];
	u64 size = 0;

	if (ioctl(dev->fd, BLKGETSIZE64, &size) || ioctl(dev->fd, BLKSSZGET, &logical) ||
	    ioctl(dev->fd, BLKPBSZGET, &physical) || ioctl(dev->fd, BLKROGET, &read_only))
		return -errno;
	dev->size_bytes = size;
	dev->logical_block_bytes = (u32)logical;
	dev->physical_block_bytes = physical;
	dev->read_only = read_only;
	/* A partition has no queue of its own; its disk's is one level up. */
	dev->lossy_cache = (!tandem_sysfs_read(dev->rdev, "queue/write_cache", cache,
					       sizeof(cache)) ||
			    !tandem_sysfs_read(dev->rdev, "../queue/write_cache", cache,
					       sizeof(cache))) &&
			   !strcmp(cache, "write back") &&
			   !tandem_sysfs_number(dev->rdev, "queue/fua") &&
			   !tandem_sysfs_number(dev->rdev, "../queue/fua");
	return 0;
}

static int real_open(struct tandem_device *dev, enum tandem_access access)
{
	int flags = O_RDONLY | O_CLOEXEC | O_DIRECT;
	struct stat st;
	int ret;

	if (stat(dev->path, &st))
		return -errno;
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	dev->rdev = st.st_rdev;
	dev->fd = open(dev->path, access == TANDEM_ACCESS_CLAIM ? flags | O_EXCL : flags);
	if (dev->fd < 0)
		return -errno;
	ret = fstat(dev->fd, &st) ? -errno : 0;
	if (!ret && st.st_rdev != dev->rdev)
		ret = -ENOENT;
	if (!ret)
		ret = look(dev);
	if (ret)
		tandem_device_close(dev);
	return ret;
}

static int real_open_write(struct tandem_device *dev)
{
	struct stat st;

	dev->write_fd = open(dev->path, O_RDWR | O_CLOEXEC | O_DIRECT | O_DSYNC);
	if (dev->write_fd < 0)
		return -errno;
	if (fstat(dev->write_fd, &st) || st.st_rdev != dev->rdev) {
		close(dev->write_fd);
		dev->write_fd = -1;
		return -ENOENT;
	}
	return 0;
}

static int real_read(const struct tandem_device *dev, u64 offset, void *data, size_t len)
{
	ssize_t got;

	while (len) {
		got = pread(dev->fd, data, len, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			return -EIO;
		data = (char *)data + got;
		offset += (u64)got;
		len -= (size_t)got;
	}
	return 0;
}

static int real_write(const struct tandem_device *dev, u64 offset, const void *data, size_t len)
{
	ssize_t put;

	while (len) {
		put = pwrite(dev->write_fd, data, len, (off_t)offset);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		data = (const char *)data + put;
		offset += (u64)put;
		len -= (size_t)put;
	}
	return 0;
}

static int real_zero(const struct tandem_device *dev, u64 offset, u64 len)
{
	u64 range[2] = { offset, len };

	return ioctl(dev->write_fd, BLKZEROOUT, range) ? -errno : 0;
}

static int real_sync(const struct tandem_device *dev)
{
	return fsync(dev->write_fd) ? -errno : 0;
}

static void find_serial(const struct tandem_device *dev, char *text, size_t size)
{
	static const char *const names[] = { "serial", "device/serial", "wwid", "device/wwid" };
	u64 part = tandem_sysfs_number(dev->rdev, "partition");
	char name[64], found[TANDEM_PATH_BYTES];
	size_t i, skip;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(name, sizeof(name), "%s%s", part ? "../" : "", names[i]);
		if (tandem_sysfs_read(dev->rdev, name, found, sizeof(found)))
			continue;
		skip = strspn(found, " ");
		if (!found[skip])
			continue;
		if (part)
			snprintf(text, size, "%.*s-part%llu", (int)size - 12, found + skip, part);
		else
			snprintf(text, size, "%.*s", (int)size - 1, found + skip);
		return;
	}
	snprintf(text, size, "%.*s", (int)size - 1, dev->path);
}

/* A superblock takes no control characters; some disks report them. */
static void real_serial(const struct tandem_device *dev, char *text, size_t size)
{
	find_serial(dev, text, size);
	for (; *text; text++) {
		if ((u8)*text < ' ' || *text == 127)
			*text = '_';
	}
}

const struct tandem_device_ops tandem_device_real_ops = {
	.open = real_open,
	.open_write = real_open_write,
	.read = real_read,
	.write = real_write,
	.zero = real_zero,
	.sync = real_sync,
	.list = tandem_sysfs_list,
	.idle = tandem_user_is_idle,
	.stack = tandem_stack_trace,
	.user = tandem_user_find,
	.signature = tandem_signature_find,
	.serial = real_serial,
	.path_of = tandem_device_path_of,
};

void tandem_device_init(struct tandem_device *dev, const char *path)
{
	memset(dev, 0, sizeof(*dev));
	dev->fd = -1;
	dev->write_fd = -1;
	snprintf(dev->path, sizeof(dev->path), "%s", path);
}

static int open_failed(const struct tandem_context *ctx, const struct tandem_device *dev,
		       int error, struct tandem_error *err)
{
	char text[TANDEM_PATH_BYTES + 128];

	switch (-error) {
	case ENOTBLK:
		tandem_error_set(err, TANDEM_CODE_USAGE, dev->path, "is not a block device");
		tandem_error_hint(err, "a file becomes one with losetup");
		return error;
	case EBUSY:
		if (ctx->device->user(dev, text, sizeof(text)) != 1)
			snprintf(text, sizeof(text), "is in use by another program");
		tandem_error_set(err, TANDEM_CODE_BUSY, dev->path, "%s", text);
		return error;
	}
	return tandem_error_system(err, error, dev->path, "cannot open");
}

int tandem_device_open(const struct tandem_context *ctx, struct tandem_device *dev,
		       enum tandem_access access, struct tandem_error *err)
{
	int ret = -ENAMETOOLONG;

	if (strlen(dev->path) < sizeof(dev->path) - 1)
		ret = ctx->device->open(dev, access);
	if (ret)
		return open_failed(ctx, dev, ret, err);
	if (!dev->size_bytes) {
		tandem_device_close(dev);
		return tandem_error_set(err, TANDEM_CODE_NOT_FOUND, dev->path,
					"has no medium, its size is 0");
	}
	return 0;
}

int tandem_device_open_write(const struct tandem_context *ctx, struct tandem_device *dev,
			     struct tandem_error *err)
{
	int ret;

	if (dev->read_only)
		return tandem_error_set(err, TANDEM_CODE_PERMISSION, dev->path, "is read-only");
	ret = ctx->device->open_write(dev);
	return ret ? open_failed(ctx, dev, ret, err) : 0;
}

void tandem_device_close(struct tandem_device *dev)
{
	if (dev->write_fd >= 0)
		close(dev->write_fd);
	if (dev->fd >= 0)
		close(dev->fd);
	dev->write_fd = -1;
	dev->fd = -1;
}

int tandem_device_zero(const struct tandem_context *ctx, const struct tandem_device *dev,
		       u64 offset, u64 len)
{
	int ret = 0;

	while (len && !ret) {
		u64 step = len < ZERO_STEP_BYTES ? len : ZERO_STEP_BYTES;

		ret = ctx->device->zero(dev, offset, step);
		offset += step;
		len -= step;
	}
	return ret;
}

void *tandem_device_buffer(size_t len)
{
	void *data;

	if (posix_memalign(&data, TANDEM_PAGE_BYTES, len))
		return NULL;
	memset(data, 0, len);
	return data;
}

int tandem_paths_add(struct tandem_paths *paths, const char *path)
{
	char **grown;

	grown = realloc(paths->path, (paths->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	paths->path = grown;
	grown[paths->nr] = strdup(path);
	if (!grown[paths->nr])
		return -ENOMEM;
	paths->nr++;
	return 0;
}

void tandem_paths_free(struct tandem_paths *paths)
{
	while (paths->nr)
		free(paths->path[--paths->nr]);
	free(paths->path);
	paths->path = NULL;
}
