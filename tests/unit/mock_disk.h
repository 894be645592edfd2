/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Disks in memory for the library: /mock/0, /mock/1, ... Every change is
 * written down in order, and any one of them can be made to fail.
 */
#ifndef TANDEM_TESTS_MOCK_DISK_H
#define TANDEM_TESTS_MOCK_DISK_H

#include "core/superblock.h"
#include "device.h"

#define MOCK_DISKS 8u
#define MOCK_LOG 1024u

/**
 * struct mock_disk - one disk
 * @user, @signature: what the ops of that name say; NULL: nothing
 * @below: another disk that it lies on, or -1
 * @volume: it is a tandem volume
 * @open_error: what opening it returns
 * @bad_from, @bad_to: bytes that cannot be read
 */
struct mock_disk {
	char path[16];
	unsigned char *data;
	u64 size_bytes;
	u32 logical_block_bytes;
	bool read_only;
	bool lossy_cache;
	bool held;
	bool volume;
	int below;
	int open_error;
	u64 bad_from;
	u64 bad_to;
	const char *user;
	const char *signature;
};

/* One change: 'w' write, 'z' zeroes, 's' sync, 'o' opened for writing. */
struct mock_change {
	char kind;
	unsigned int disk;
	u64 offset;
	u64 len;
};

extern const struct tandem_device_ops mock_device_ops;
extern struct mock_disk mock_disk[MOCK_DISKS];
extern struct mock_change mock_log[MOCK_LOG];
extern unsigned int mock_changes;
/* How often anything was read from any disk. */
extern unsigned int mock_reads;

/* All disks new, zeroed, of one size; the log empty; nothing fails. */
void mock_disks_init(u64 size_bytes);
void mock_disks_exit(void);

/* The change number @nth, counted from now, fails with -EIO; 0: none. */
void mock_disks_fail_at(unsigned int nth);

/* Only these many disks are listed by a scan. */
void mock_disks_visible(unsigned int nr);

const char *mock_disk_path(unsigned int disk);
dev_t mock_disk_rdev(unsigned int disk);

/* Superblock of a disk, newest slot; false if it has none. */
bool mock_disk_super(unsigned int disk, struct tandem_super *super);

/* Writes @super to both slots, newer than what is there. */
void mock_disk_set_super(unsigned int disk, struct tandem_super *super);

/* Legs of its set of which @lost has a bit failed, and the leg on @disk records it. */
void mock_disk_record_failure(unsigned int disk, u8 lost);

#endif
