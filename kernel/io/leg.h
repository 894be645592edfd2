/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A place in operation: the disk that fills it, its state, its own commands.
 */
#ifndef TANDEM_IO_LEG_H
#define TANDEM_IO_LEG_H

#include "core/assembly.h"
#include "core/latency.h"
#include "core/leg.h"
#include "core/superblock.h"
#include "io/disk.h"

struct tandem_array;
struct tandem_request;
struct tandem_set;

/*
 * struct tandem_leg_latency - its reads, as io/latency.c samples them; array->lock
 * @since_ns, @depth: of the one that is timed: when it was sent, as one of how many
 * @at: jiffies, when the last one ended
 * @turns: long ones, since one was sent to another leg instead
 * @low_us: what made it sit out
 * @until: jiffies, when it has sat out, or had; @rest_ms: for so long; 0: it was
 *	well since
 */
struct tandem_leg_latency {
	struct tandem_latency seen;
	u64 since_ns;
	u32 depth;
	u32 turns;
	u32 low_us;
	u32 rest_ms;
	unsigned long at;
	unsigned long until;
};

/*
 * struct tandem_leg - a place in operation
 * @disk: NULL if the place has none
 * @state: under array->lock
 * @reads_in_flight, @next_sector: for the read policy; approximate
 * @unflushed: something may be in its cache since the last good flush began;
 *	set at completion of every write, cleared when a flush begins
 * @sequence: of its newest superblock slot
 * @slot: its newest superblock slot
 * @hidden: the other slot could not be read, and was not written since: it may
 *	say what no other leg knows of
 * @torn: the other slot is not whole, and was not written since: what comes next may
 *	make it whole as that
 * @held: newest (configuration, epoch) that is surely in both its slots
 * @log_sequence: of the newest record in its intent log, by the last load; 0: none
 * @log_left: record of the log that it surely had when it failed in operation
 * @by_hand: an administrator took it out since the start; array->lock
 * @read_class: as an administrator has set it; array->lock
 * @timed: the read that is timed, compared and never followed; written under array->lock
 * @sampled: jiffies, when a read was last looked at; who loses a race looks once more for nothing
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
	u64 log_sequence;
	u64 log_left;
	bool log_damaged;		/* more slots of it than a crash can tear */
	bool log_hidden;		/* the slot behind its newest record cannot be read */
	void *super_bytes;
	struct bio meta_bio;		/* superblock, and flushes of our own */
	struct bio_vec meta_vec;
	u8 meta_result;
	u8 use;				/* enum tandem_use, by the last load */
	bool by_hand;
	u8 read_class;			/* enum tandem_read_class */
	bool found;			/* a superblock, by the last load */
	bool newest;			/* nobody's record is ahead of it */
	bool own_current;		/* current by its own record, not only by another's */
	bool hidden;
	bool torn;
	struct tandem_leg_latency latency;
	struct bio flush_bio;		/* flushes of the user */
	u8 flush_result;
	atomic64_t errors[3];		/* read, write, flush */
	atomic_t reads_in_flight ____cacheline_aligned;
	u64 next_sector;
	struct tandem_request *timed;
	u32 sampled;
	int unflushed;
} ____cacheline_aligned;

/*
 * May it be found with a record that nobody else knows of? What a leg has that is filled is
 * never news (core/lineage.h), and its torn slot is made whole before it is sent more.
 */
static inline bool tandem_leg_may_have_news(const struct tandem_leg *leg)
{
	return leg->hidden || (leg->torn && leg->use == TANDEM_USE_CURRENT);
}

#endif
