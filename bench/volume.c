// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening volumes without harming anyone.  The rules are in volume.h.
 *
 * All checks are made on the descriptor that is later written to, so there is
 * no moment between the check and the use.
 */
#include <blkid/blkid.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "complain.h"
#include "volume.h"

/* A device node says which device it is; a file is its inode. */
static void set_identity(struct volume *volume, const struct stat *st)
{
	if (S_ISREG(st->st_mode)) {
		volume->device = st->st_dev;
		volume->inode = st->st_ino;
	} else {
		volume->device = st->st_rdev;
		volume->inode = 0;
	}
}

/* libblkid reads into buffers that direct I/O would refuse. */
static void set_direct(const struct volume *volume, bool direct)
{
	int flags = fcntl(volume->fd, F_GETFL);

	fcntl(volume->fd, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT);
}

static int probe_signature(const struct volume *volume, blkid_probe probe)
{
	const char *type = NULL;
	int found = -1;

	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	blkid_probe_enable_partitions(probe, 1);
	if (!blkid_probe_set_device(probe, volume->fd, 0, 0))
		found = blkid_do_safeprobe(probe);
	if (found == 1)
		return 0;
	if (found == -1)
		return complain(-EIO, "%s: cannot look for signatures", volume->path);
	if (blkid_probe_lookup_value(probe, "TYPE", &type, NULL))
		blkid_probe_lookup_value(probe, "PTTYPE", &type, NULL);
	return complain(-EEXIST, "%s: carries a signature (%s); if that may go, use wipefs -a",
			volume->path, found ? "more than one" : type ? type : "unknown");
}

static int refuse_signature(const struct volume *volume)
{
	blkid_probe probe = blkid_new_probe();
	int error;

	if (!probe)
		return complain(-ENOMEM, "%s: cannot look for signatures: out of memory",
				volume->path);
	set_direct(volume, false);
	error = probe_signature(volume, probe);
	set_direct(volume, true);
	blkid_free_probe(probe);
	return error;
}

static int measure_block(struct volume *volume)
{
	int block = 0;

	volume->kind = VOLUME_BLOCK;
	if (ioctl(volume->fd, BLKGETSIZE64, &volume->size_bytes) ||
	    ioctl(volume->fd, BLKSSZGET, &block))
		return complain(-errno, "%s: cannot read its size: %s", volume->path,
				strerror(errno));
	volume->block_bytes = (uint32_t)block;
	return 0;
}

static int prepare_block(const struct volume_request *request, struct volume *volume)
{
	int error = measure_block(volume);

	if (error || request->claimed)
		return error;
	error = refuse_signature(volume);
	if (!error && !request->yes)
		error = complain(-EPERM, "%s: its content would be lost; say --yes if it may",
				 volume->path);
	return error;
}

/* A file may be overwritten when it begins with our magic or with nothing but zeroes. */
static int refuse_foreign_file(const struct volume *volume, uint32_t magic)
{
	static _Alignas(4096) unsigned char head[4096];
	ssize_t got = pread(volume->fd, head, sizeof(head), 0);
	uint32_t first;

	if (got < 0)
		return complain(-errno, "%s: cannot read it: %s", volume->path, strerror(errno));
	memcpy(&first, head, sizeof(first));
	if (le32toh(first) == magic && got >= (ssize_t)sizeof(first))
		return 0;
	while (got > 0 && !head[got - 1])
		got--;
	if (!got)
		return 0;
	return complain(-EEXIST, "%s: exists and was not written by tandem-bench; "
			"use --yes to overwrite it", volume->path);
}

static int prepare_file(const struct volume_request *request, struct volume *volume,
			const struct stat *st)
{
	int error = 0;

	volume->kind = VOLUME_FILE;
	volume->size_bytes = (uint64_t)st->st_size;
	if (!request->yes)
		error = refuse_foreign_file(volume, request->magic);
	if (error)
		return error;
	volume->empty = request->journal;
	volume->resize = request->size_bytes > volume->size_bytes;
	if (volume->resize)
		volume->size_bytes = request->size_bytes;
	return 0;
}

static int prepare(const struct volume_request *request, struct volume *volume,
		   const struct stat *st)
{
	set_identity(volume, st);
	volume->block_bytes = 1;
	if (S_ISBLK(st->st_mode))
		return prepare_block(request, volume);
	if (S_ISREG(st->st_mode))
		return prepare_file(request, volume, st);
	if (S_ISCHR(st->st_mode) && request->journal) {
		volume->kind = VOLUME_CHARACTER;
		volume->size_bytes = UINT64_MAX;
		return 0;
	}
	return complain(-EINVAL, "%s: is neither a block device nor a regular file",
			request->path);
}

/* Some file systems know no direct I/O; there the page cache has to do. */
static int open_direct(const char *path, int flags)
{
	int fd = open(path, flags | O_DIRECT | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EINVAL)
		fd = open(path, flags | O_CLOEXEC, 0600);
	return fd;
}

/* What is there decides how it is opened; -1 with errno set when that fails. */
static int open_for_write(const struct volume_request *request)
{
	bool may_create = request->size_bytes || request->journal;
	struct stat st;

	if (stat(request->path, &st)) {
		if (errno != ENOENT || !may_create)
			return -1;
		if (request->journal)
			return open(request->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		return open_direct(request->path, O_RDWR | O_CREAT | O_EXCL);
	}
	if (S_ISBLK(st.st_mode))
		return open_direct(request->path, O_RDWR | O_EXCL);
	if (S_ISCHR(st.st_mode))
		return open(request->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (request->journal)
		return open(request->path, O_RDWR | O_CLOEXEC);
	return open_direct(request->path, O_RDWR);
}

int volume_open_write(const struct volume_request *request, struct volume *volume)
{
	struct stat st;
	int error;

	*volume = (struct volume) { .path = request->path, .fd = open_for_write(request) };
	if (volume->fd < 0 && errno == EBUSY)
		return complain(-EBUSY, "%s: is mounted or held by another device or program",
				request->path);
	if (volume->fd < 0 && errno == ENOENT && !request->journal)
		return complain(-ENOENT, "%s: does not exist; use --size to create a file",
				request->path);
	if (volume->fd < 0 || fstat(volume->fd, &st))
		error = complain(-errno, "%s: cannot open it: %s", request->path, strerror(errno));
	else
		error = prepare(request, volume, &st);
	if (error)
		volume_close(volume);
	return error;
}

int volume_claim(const struct volume *volume)
{
	if (volume->empty && ftruncate(volume->fd, 0))
		return complain(-errno, "%s: cannot empty it: %s", volume->path, strerror(errno));
	if (volume->resize && ftruncate(volume->fd, (off_t)volume->size_bytes))
		return complain(-errno, "%s: cannot grow it: %s", volume->path, strerror(errno));
	return 0;
}

int volume_open_read(const char *path, struct volume *volume)
{
	struct stat st;
	int error = 0;

	*volume = (struct volume) { .path = path, .fd = open_direct(path, O_RDONLY) };
	if (volume->fd < 0 || fstat(volume->fd, &st))
		return complain(-errno, "%s: cannot open it: %s", path, strerror(errno));
	set_identity(volume, &st);
	volume->block_bytes = 1;
	volume->kind = VOLUME_FILE;
	volume->size_bytes = (uint64_t)st.st_size;
	if (S_ISBLK(st.st_mode))
		error = measure_block(volume);
	else if (!S_ISREG(st.st_mode))
		error = complain(-EINVAL, "%s: is neither a block device nor a regular file", path);
	if (error)
		volume_close(volume);
	return error;
}

int64_t volume_read(const struct volume *volume, void *buffer, uint32_t len_bytes,
		    uint64_t offset_bytes)
{
	uint32_t done = 0;

	while (done < len_bytes && offset_bytes + done < volume->size_bytes) {
		ssize_t got = pread(volume->fd, (char *)buffer + done, len_bytes - done,
				    (off_t)(offset_bytes + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += (uint32_t)got;
	}
	return done;
}

bool volume_same(const struct volume *a, const struct volume *b)
{
	bool a_file = a->kind == VOLUME_FILE, b_file = b->kind == VOLUME_FILE;

	return a_file == b_file && a->device == b->device && a->inode == b->inode;
}

void volume_close(struct volume *volume)
{
	if (volume->fd >= 0)
		close(volume->fd);
	volume->fd = -1;
}
