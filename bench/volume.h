/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The things the benchmark writes to and reads from: the log volume, the data
 * volume, and the journal of acknowledgements.  Block devices or regular
 * files; the journal may also be a character device.
 *
 * Safety: a block device is opened exclusively, which the kernel refuses for
 * one that is mounted or part of something else, it must carry no signature,
 * and the user has to say --yes.  A file must be empty or the benchmark's own,
 * or the user has to say --yes.
 */
#ifndef BENCH_VOLUME_H
#define BENCH_VOLUME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum volume_kind {
	VOLUME_BLOCK,
	VOLUME_FILE,
	VOLUME_CHARACTER,
};

struct volume {
	const char *path;
	uint64_t size_bytes;
	uint32_t block_bytes;	/* Smallest direct write; 1 where there is no limit. */
	int fd;
	enum volume_kind kind;
	bool resize;		/* volume_claim() has to set the size of the file ... */
	bool empty;		/* ... and to empty it before. */
	dev_t device;		/* With inode: two paths to one thing are seen as one. */
	ino_t inode;
};

struct volume_request {
	const char *path;
	uint64_t size_bytes;	/* Grow a file to this; 0: leave it as it is. */
	uint32_t magic;		/* A file that starts with it is the benchmark's own. */
	bool journal;		/* Buffered; a character device is allowed; a file is emptied. */
	bool yes;		/* Write to a block device, overwrite a foreign file. */
	bool claimed;		/* This program has written to it already. */
};

/**
 * volume_open_write - open a volume for a load
 * @request: what to open and what is allowed
 * @volume: filled in; ended by volume_close()
 *
 * Context: prints the error line itself.  Nothing is changed, but that a file
 * that did not exist is made, empty.
 *
 * Return: 0 or -errno.
 */
int volume_open_write(const struct volume_request *request, struct volume *volume);

/**
 * volume_claim - give a file its size, once all checks of all volumes passed
 * @volume: from volume_open_write()
 *
 * Context: prints the error line itself.
 *
 * Return: 0 or -errno.
 */
int volume_claim(const struct volume *volume);

/**
 * volume_open_read - open a volume to verify it
 * @path: the block device or file
 * @volume: filled in; ended by volume_close()
 *
 * Reads bypass the page cache where the volume allows it: the medium is to be
 * judged and not the memory in front of it.
 *
 * Context: prints the error line itself.
 *
 * Return: 0 or -errno.
 */
int volume_open_read(const char *path, struct volume *volume);

/**
 * volume_read - read a range, as far as the volume goes
 * @volume: the volume
 * @buffer: 4096-byte aligned memory
 * @len_bytes: a multiple of 4096
 * @offset_bytes: likewise
 *
 * Return: bytes read, less than @len_bytes only at the end of the volume, or
 * -errno of the read.
 */
int64_t volume_read(const struct volume *volume, void *buffer, uint32_t len_bytes,
		    uint64_t offset_bytes);

/**
 * volume_same - are two volumes the same device or file
 * @a: an open volume
 * @b: another one
 *
 * Return: true when writing to one would overwrite the other.
 */
bool volume_same(const struct volume *a, const struct volume *b);

/**
 * volume_close - close a volume
 * @volume: the volume; closing twice is harmless
 */
void volume_close(struct volume *volume);

#endif /* BENCH_VOLUME_H */
