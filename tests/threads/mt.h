/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the threaded run share: random numbers per thread, disks, and
 * users' requests.
 */
#ifndef MT_H
#define MT_H

#include "sys.h"
#include "io/array.h"
#include "io/request.h"

#define MT_LEGS		2u
#define MT_BLOCK_BYTES	4096u
#define MT_BLOCK_SECTORS 8u
#define MT_REGION_SECTORS 512u	/* four pieces of a copy: writers come in between */

/* Seconds after which a wake-up was lost, whatever else runs here. */
extern unsigned int mt_patience_s;

/* From the seed and the thread's number; the interleaving is the machine's. */
void mt_random_start(u64 seed);
u32 mt_below(u32 n);

/*
 * struct mt_disk - memory that is a leg; nobody locks it
 * @bytes: all of it. Two threads that are not ordered by the engine's own means and
 *	touch one byte of it are what the sanitizer is here to see
 * @dead: atomic: writes and flushes fail
 * @episode: atomic: how often it was made to die
 * @recorded: atomic, by place: episode of that place which a superblock here says
 */
struct mt_disk {
	struct tandem_disk engine;
	struct block_device bdev;
	u8 *bytes;
	unsigned int leg;
	int dead;
	u32 episode;
	u32 recorded[MT_LEGS];
};

extern struct mt_disk mt_disk[MT_LEGS];

/* A user's request; one bio, one request of the engine. */
struct mt_op {
	struct bio bio;
	struct tandem_request *request;
	u8 *buffer;
	u32 block;
	bool done;		/* atomic: its bio has been ended */
	u32 failed[MT_LEGS];	/* atomic: episode in which that leg failed it; 0: not */
	void *context;
};

/* End of a user's own bio; those of his writes are copied for each leg. */
void mt_op_end(struct bio *bio);

/*
 * @prompt: every command is answered where it is sent, and no lock of ours orders anything;
 * else a thread of the disks answers what is not answered at once.
 */
void mt_disks_start(u64 sectors, bool prompt);
void mt_disks_stop(void);

/* Superblocks and maps as `tandem create` writes them. */
struct mt_shape {
	u32 regions;
	bool identical;
	bool role_log;
	bool prompt;		/* mt_disks_start() */
};

void mt_volume_create(const struct mt_shape *shape, struct tandem_super *super);

#endif
