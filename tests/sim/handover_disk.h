/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disks of handover.c: whole, in memory. A write is durable when it is answered, some ticks
 * after it was sent, in any order. A cut is before a write with a number: those that are under
 * way have landed then, or have not, or by half, each as it is drawn.
 */
#ifndef SIM_HANDOVER_DISK_H
#define SIM_HANDOVER_DISK_H

#include "core/assembly.h"
#include "io/disk.h"

#define HANDOVER_MAX_DISKS	5u
#define HANDOVER_REGIONS	4u
#define HANDOVER_REGION		128u		/* sectors */

struct handover_disk {
	struct tandem_disk engine;
	struct block_device bdev;
	u8 *image;
	u8 *kept;
	bool dead;
	u64 bad;		/* slot that cannot be read: where; 0: none */
	struct tandem_super super;	/* as handover_read_super() found it */
};

struct handover_world {
	struct handover_disk disk[HANDOVER_MAX_DISKS];
	unsigned int nr_disks;		/* the last one is new */
	struct tandem_super super;	/* as created */
	u32 writes;
	u32 limit;			/* power goes before this one; 0: never */
	bool errs;			/* no: no disk answers from then on, in a start */
	bool starting;
	bool down;
};

extern struct handover_world handover;

/* @nr_sets of two legs, and one disk that is new. */
void handover_create(unsigned int nr_sets);
void handover_destroy(void);
/* What `add` writes to a disk that is to be leg @leg of the array that @super describes. */
void handover_format_new(unsigned int disk, const struct tandem_super *super, unsigned int leg);
/* As a start would find it; false: nothing. */
bool handover_read_super(unsigned int disk);
/* From now on it cannot be read what it had before its newest superblock. */
void handover_spoil_slot(unsigned int disk);
/* All disks answer again. */
void handover_mend(void);
/* Power goes: what becomes of the writes that are under way. */
void handover_cut(void);
/* All disks, put aside or taken back. */
void handover_keep(bool back);

/* Block @block (4 KiB) of a disk's data. */
u8 *handover_block(unsigned int disk, u32 block);

#endif
