// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a log of dm-log-writes: what it holds, and the state of a disk after a part of
 * it. For VM tests; linked statically, so that a guest needs nothing for it.
 *
 *	replay list LOG		one line an entry: NUMBER KIND, from 1 on. KIND is w (a
 *				write that a later entry made durable), b (a flush or a
 *				FUA write: a barrier) or m and the text of a mark
 *	replay apply LOG N DISK	the first N entries, onto a disk that was empty
 *
 * The log (drivers/md/dm-log-writes.c): a superblock in the first sector; then each entry
 * in a sector, followed by its data, in the order in which it became durable. Whatever
 * N is, that is what a disk may hold after it lost power at some moment.
 *
 * Reads are direct: the target writes below the page cache.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC		0x6a736677736872ull
#define FLUSH		1u
#define FUA		2u
#define DISCARD		4u
#define MARK		8u
#define MAX_SECTORS	8192u

struct super {
	uint64_t magic;
	uint64_t version;
	uint64_t nr_entries;
	uint32_t sector_bytes;
};

struct entry {
	uint64_t sector;
	uint64_t nr_sectors;
	uint64_t flags;
	uint64_t data_len;
};

static unsigned char *buffer;
static uint32_t sector_bytes = 512;

static void die(const char *what)
{
	fprintf(stderr, "replay: %s\n", what);
	exit(1);
}

static void get(int fd, uint64_t sector, uint64_t nr)
{
	if (nr > MAX_SECTORS)
		die("an entry that is too long");
	if (pread(fd, buffer, nr * sector_bytes, sector * sector_bytes) !=
	    (ssize_t)(nr * sector_bytes))
		die("the log ends too early");
}

static void list(uint64_t number, const struct entry *entry)
{
	if (entry->flags & MARK)
		printf("%llu m%.*s\n", (unsigned long long)number, (int)entry->data_len,
		       (const char *)buffer + sizeof(*entry));
	else
		printf("%llu %c\n", (unsigned long long)number,
		       entry->flags & (FLUSH | FUA) ? 'b' : 'w');
}

static void apply(int log, uint64_t at, const struct entry *entry, int disk)
{
	size_t size = entry->nr_sectors * sector_bytes;

	if (entry->flags & MARK || !entry->nr_sectors)
		return;
	if (entry->flags & DISCARD)
		memset(buffer, 0, entry->nr_sectors > MAX_SECTORS ? 0 : size);
	else
		get(log, at, entry->nr_sectors);
	if (entry->nr_sectors > MAX_SECTORS ||
	    pwrite(disk, buffer, size, entry->sector * sector_bytes) != (ssize_t)size)
		die("the disk does not take it");
}

/* @disk: -1 to list. */
static void walk(int log, uint64_t nr, int disk)
{
	struct super super;
	struct entry entry;
	uint64_t at = 1, number;

	get(log, 0, 1);
	memcpy(&super, buffer, sizeof(super));
	if (le64toh(super.magic) != MAGIC || le64toh(super.version) != 1 ||
	    le32toh(super.sector_bytes) != sector_bytes)
		die("no log of 512-byte sectors");
	if (disk >= 0 && nr > le64toh(super.nr_entries))
		die("there are not so many entries");
	if (disk < 0)
		nr = le64toh(super.nr_entries);
	for (number = 1; number <= nr; number++) {
		get(log, at++, 1);
		memcpy(&entry, buffer, sizeof(entry));
		entry.sector = le64toh(entry.sector);
		entry.nr_sectors = le64toh(entry.nr_sectors);
		entry.flags = le64toh(entry.flags);
		entry.data_len = le64toh(entry.data_len);
		if (disk < 0)
			list(number, &entry);
		else
			apply(log, at, &entry, disk);
		/* A discard has no data behind it. */
		if (!(entry.flags & (DISCARD | MARK)))
			at += entry.nr_sectors;
	}
}

int main(int argc, char **argv)
{
	int log, disk = -1;

	if (!(argc == 3 && !strcmp(argv[1], "list")) && !(argc == 5 && !strcmp(argv[1], "apply")))
		die("list LOG | apply LOG N DISK");
	if (posix_memalign((void **)&buffer, 4096, MAX_SECTORS * 512))
		die("no memory");
	log = open(argv[2], O_RDONLY | O_DIRECT);
	if (log < 0)
		die(strerror(errno));
	if (argc == 5) {
		disk = open(argv[4], O_WRONLY);
		if (disk < 0)
			die(strerror(errno));
	}
	walk(log, argc == 5 ? strtoull(argv[3], NULL, 10) : 0, disk);
	if (disk >= 0 && (fsync(disk) || close(disk)))
		die(strerror(errno));
	return 0;
}
