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
 *			A completion that leaves its last trace there does so
 *			under the lock, so that whoever takes it afterwards may
 *			free the array (tandem_control_tails()).
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
#include "core/status.h"
#include "io/keep.h"
#include "io/leg.h"
#include "io/set.h"
#include "io/sync.h"
#include "io/tunables.h"

struct tandem_array;
struct tandem_commit;
struct tandem_flush;
struct tandem_group;
struct tandem_message;

enum tandem_phase {
	TANDEM_PHASE_DOWN,		/* not activated: no I/O */
	TANDEM_PHASE_UP,
	TANDEM_PHASE_ENDING,		/* presuspend: only what requests wait for */
};

/*
 * struct tandem_array_params - what the front end gives
 * @rebuild: mask of places to fill at activation
 * @grow_sectors: length that every set is to have at least
 * @replace, @retire: place plus one that is to be replaced, or to go (io/reshape.h)
 * @event: the state changed; called from a work item
 */
struct tandem_array_params {
	struct tandem_id array;
	u16 nr_legs;
	enum tandem_degraded degraded;
	u64 rebuild;
	u64 grow_sectors;
	u16 replace;
	u16 retire;
	bool read_only;
	struct tandem_tunables tunables;
	struct tandem_disk *disk[TANDEM_MAX_LEGS];	/* NULL: none */
	void (*event)(void *context);
	void *context;
};

struct tandem_array {
	struct tandem_array_params params;
	struct tandem_super *super;	/* the array's; edited under the token */
	struct tandem_super *found;	/* per place, as loaded */
	struct tandem_plan plan;
	struct tandem_reshape reshape;	/* what this start changes */
	struct workqueue_struct *wq;	/* commit, record, copy, flush, retry */
	spinlock_t lock;
	wait_queue_head_t wait;		/* control path only */
	struct tandem_group *group;	/* of io/control.c, too large for a stack */
	atomic_t control_pending;	/* its bios under way */
	enum tandem_phase phase;
	bool sync_paused;
	struct tandem_sync sync;
	struct tandem_keep keep;
	bool flush_lost;		/* the next round of flushes fails (A8) */
	bool giving_up;			/* presuspend: no patience with records */
	u16 record_next;		/* set to look at first, in turn */
	bool commit_busy;
	struct tandem_commit *commit;
	struct tandem_flush *flush;
	struct delayed_work record_work;
	struct delayed_work retry_work;
	struct delayed_work latency_work;
	struct work_struct event_work;
	struct list_head retry;		/* requests to be sent again */
	atomic64_t resync_sectors;
	atomic64_t rebuild_sectors;
	struct tandem_geometry shape;	/* that memory was laid out for */
	u64 shape_flags;
	u64 shape_features;
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

/* Legs (bits) that are in @state. Call under the lock, or where no leg changes. */
u64 tandem_array_legs_in(const struct tandem_array *array, enum tandem_leg_state state);

/* An array has an intent log per set, or none has one. */
static inline bool tandem_array_has_log(const struct tandem_array *array)
{
	return array->nr_sets && array->set[0].log;
}

/* Leg @position of @set. */
static inline struct tandem_leg *tandem_set_leg(struct tandem_set *set, unsigned int position)
{
	return &set->array->leg[set->first_leg + position];
}

/* A state that people see has changed: an event, and a wake-up of io/activate.c. */
void tandem_array_changed(struct tandem_array *array);

#endif
