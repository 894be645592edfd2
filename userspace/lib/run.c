// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Locks and small files below /run/tandem.
 *
 * Two programs that exchange the table of one array from one look each would each undo
 * what the other did: the second one would take the first one's disk out again. The kernel
 * loses nothing by that, but it fills a leg for nothing. flock() is given back by the kernel
 * however a program ends.
 */
#include "run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_LOCK (-1)
#define FILE_BYTES (256 * 1024)

static int path_of(const struct tandem_context *ctx, const char *what, const char *end,
		   char path[256])
{
	if (!ctx->run_dir)
		return -ENOENT;
	if (mkdir(ctx->run_dir, 0700) && errno != EEXIST)
		return -errno;
	snprintf(path, 256, "%.80s/%.120s%s", ctx->run_dir, what, end);
	return 0;
}

int tandem_run_lock(const struct tandem_context *ctx, const char *what, bool wait)
{
	char path[256];
	int fd;

	if (path_of(ctx, what, ".lock", path))
		return NO_LOCK;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return NO_LOCK;
	if (!flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)))
		return fd;
	close(fd);
	return errno == EWOULDBLOCK ? -EAGAIN : NO_LOCK;
}

/* An array may be called what another lock is called. */
int tandem_run_lock_array(const struct tandem_context *ctx, const char *name, bool wait)
{
	char what[128];

	snprintf(what, sizeof(what), "array-%.100s", name);
	return tandem_run_lock(ctx, what, wait);
}

void tandem_run_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

char *tandem_run_read(const struct tandem_context *ctx, const char *what)
{
	char *text = calloc(1, FILE_BYTES);
	ssize_t got, used = 0;
	char path[256];
	int fd;

	if (!text || path_of(ctx, what, "", path))
		return text;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return text;
	while ((got = read(fd, text + used, (size_t)(FILE_BYTES - 1 - used))) > 0)
		used += got;
	close(fd);
	return text;
}

int tandem_run_write(const struct tandem_context *ctx, const char *what, const char *text)
{
	size_t len = strlen(text);
	char path[256], fresh[256];
	int fd, ret;

	ret = path_of(ctx, what, "", path);
	if (!ret)
		ret = path_of(ctx, what, ".new", fresh);
	if (ret)
		return ctx->run_dir ? ret : 0;
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		ret = -EIO;
	close(fd);
	if (!ret && rename(fresh, path))
		ret = -errno;
	return ret;
}
