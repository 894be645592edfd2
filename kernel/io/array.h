/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An array in operation: the objects of the engine, and who may touch them.
 *
 * Ownership and locks
 *	array->lock	spinlock, taken with interrupts off; the slow paths' only
 *			lock. Protects leg states, the lists of held and parked
 *			requests, the flush round and the commit token. Does not
 *			protect region words and set->masks for readers: those are
 *			atomics that the hot paths load without it.
 *	commit token	array->commit_busy (io/commit.h). Its holder alone edits
 *			array->super and writes superblocks.
 *	region words	io/region.h
 *
 * A write to a region that nobody copies takes no lock, allocates nothing,
 * queues no work (design §5).
 */
#ifndef TANDEM_IO_ARRAY_H
#define TANDEM_IO_ARRAY_H

#include "core/assembly.h"
#include "core/leg.h"
#include "core/status.h"
#include "io/disk.h"

struct tandem_array;
struct tandem_commit;
struct tandem_copy;
struct tandem_flush;
struct tandem_message;

/*
 * set->masks: four masks over the set's legs in one word, so that a request
 * sees all of them as of one moment. Written under array->lock.
 */
#define TANDEM_WRITTEN(masks)	((u8)((u32)(masks) >> 0))	/* get every write */
#define TANDEM_COUNTED(masks)	((u8)((u32)(masks) >> 8))	/* acks need them */
#define TANDEM_READABLE(masks)	((u8)((u32)(masks) >> 16))	/* may be read */
#define TANDEM_FAILING(masks)	((u8)((u32)(masks) >> 24))	/* failed, unrecorded */

static inline u32 tandem_masks_pack(u8 written, u8 counted, u8 readable, u8 failing)
{
	return written | (u32)counted << 8 | (u32)readable << 16 | (u32)failing << 24;
}

/*
 * struct tandem_leg - a place in operation
 * @disk: NULL if the place has none
 * @state: under array->lock
 * @reads_in_flight, @next_sector: for the read policy; approximate
 * @unflushed: something may be in its cache since the last good flush began;
 *	set at completion of every write, cleared when a flush begins
 * @sequence: of its newest superblock slot
 * @slot: its newest superblock slot
 * @held: newest (configuration, epoch) that is surely in both its slots
 * @super_bytes: image of a superblock, for load and commit
 */
struct tandem_leg {
	struct tandem_disk *disk;
	struct tandem_array *array;
	struct tandem_set *set;		/* NULL before the first load */
	u16 index;
	u8 bit;				/* 1 << position in the set */
	enum tandem_leg_state state;
	u32 logical_block_bytes;
	u64 sequence;
	unsigned int slot;
	struct tandem_pair held;
	void *super_bytes;
	struct bio meta_bio;		/* superblock, and flushes of our own */
	struct bio_vec meta_vec;
	u8 meta_result;
	u8 use;				/* enum tandem_use, by the last load */
	bool found;			/* a superblock, by the last load */
	struct bio flush_bio;		/* flushes of the user */
	u8 flush_result;
	atomic64_t errors[3];		/* read, write, flush */
	atomic_t reads_in_flight ____cacheline_aligned;
	u64 next_sector;
	int unflushed;
} ____cacheline_aligned;

/*
 * struct tandem_set - a mirror set in operation
 * @region: one word per region, io/region.h
 * @pin: leg (bit) that answers for unsure regions while nobody may copy
 * @nr_unsure, @nr_refill: regions with that bit
 */
struct tandem_set {
	struct tandem_array *array;
	u16 index;
	u16 first_leg;
	u16 nr_legs;
	u8 pin;
	atomic_t *region;
	struct list_head held;		/* complete, waiting for a record */
	struct list_head parked;	/* waiting for the copier, writes */
	struct list_head wanted;	/* waiting for the copier, reads */
	atomic_t nr_unsure;
	atomic_t nr_refill;
	struct tandem_copy *copy;
	atomic_t masks ____cacheline_aligned;
};

enum tandem_phase {
	TANDEM_PHASE_DOWN,		/* not activated: no I/O */
	TANDEM_PHASE_UP,
	TANDEM_PHASE_ENDING,		/* presuspend: only what requests wait for */
};

/*
 * struct tandem_array_params - what the front end gives
 * @rebuild: mask of places to fill at activation
 * @event: the state changed; called from a work item
 */
struct tandem_array_params {
	struct tandem_id array;
	u16 nr_legs;
	enum tandem_degraded degraded;
	u64 rebuild;
	bool read_only;
	struct tandem_disk *disk[TANDEM_MAX_LEGS];	/* NULL: none */
	void (*event)(void *context);
	void *context;
};

struct tandem_array {
	struct tandem_array_params params;
	struct tandem_super *super;	/* the array's; edited under the token */
	struct tandem_super *found;	/* per place, as loaded */
	struct tandem_plan plan;
	struct workqueue_struct *wq;	/* commit, record, copy, flush, retry */
	spinlock_t lock;
	wait_queue_head_t wait;		/* io/activate.c only */
	atomic_t control_pending;	/* bios of io/activate.c under way */
	enum tandem_phase phase;
	bool sync_paused;
	bool giving_up;			/* presuspend: no patience with records */
	bool record_hopeless;		/* held requests get errors, not patience */
	unsigned int record_attempts;
	bool commit_busy;
	struct tandem_commit *commit;
	struct tandem_flush *flush;
	struct delayed_work record_work;
	struct work_struct retry_work;
	struct work_struct event_work;
	struct list_head retry;		/* requests to be sent again */
	atomic64_t resync_sectors;
	atomic64_t rebuild_sectors;
	u16 nr_sets;
	struct tandem_set *set;
	struct tandem_leg *leg;
};

/**
 * tandem_array_create() - an array that is down
 * @params: copied; disks stay the caller's and outlive the array
 * @array: filled in
 *
 * Reads nothing yet: the shape is known after tandem_array_load().
 * Context: process, may sleep. Return: 0 or -ENOMEM
 */
int tandem_array_create(const struct tandem_array_params *params, struct tandem_array **array);

/* Sets, legs and region words, once array->super says the shape. 0 or -ENOMEM. */
int tandem_array_shape(struct tandem_array *array);

/* Frees everything; accepts a half-built array and NULL. No I/O. */
void tandem_array_destroy(struct tandem_array *array);

/* Snapshot for the status line. Any context but hard interrupt. */
void tandem_array_status(struct tandem_array *array, struct tandem_status *status);

/**
 * tandem_array_message() - carry out a message
 * Return: 0; -EBUSY the last current leg; -ENODEV no such disk; -EROFS;
 * does not wait for the result to be on disk
 */
int tandem_array_message(struct tandem_array *array, const struct tandem_message *message);

/* Leg @position of @set. */
static inline struct tandem_leg *tandem_set_leg(struct tandem_set *set, unsigned int position)
{
	return &set->array->leg[set->first_leg + position];
}

/* Tell the front end, and whoever waits in io/activate.c, that something changed. */
void tandem_array_changed(struct tandem_array *array);

#endif
