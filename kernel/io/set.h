/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mirror set in operation: its regions, its waiting requests, and which of
 * its legs may be used for what.
 */
#ifndef TANDEM_IO_SET_H
#define TANDEM_IO_SET_H

#include "sys.h"

struct tandem_array;
struct tandem_clean;
struct tandem_copy;
struct tandem_log;
struct tandem_lost;
struct tandem_map;
struct tandem_request;

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
 * set->doubt: in the low byte the legs whose flush failed in the round that is on.
 * They may have dropped what was acknowledged, and are not read before they are
 * judged. Above it a count of such judgements: a read that finds the same word at
 * its end as at its beginning knows that nothing came up in between.
 */
#define TANDEM_SUSPECT(doubt)	((u8)(u32)(doubt))

/*
 * struct tandem_set - a mirror set in operation
 * @region: one word per region, io/region.h
 * @pin: leg (bit) that answers for unsure regions while nobody may copy
 * @record_due: a configuration without a failed leg was issued, or a setting
 *	(io/keep.h), and is not yet on every leg that stays; written under the commit token
 * @record_attempts: failed ones in a row; @record_hopeless: held requests get
 *	errors, not patience
 * @home: leg (bit) that answers where nobody has written; it changes only when that
 *	leg leaves
 * @nr_unsure, @nr_refill, @nr_partly: regions with that bit
 * @log, @clean: NULL where the array has no intent log; @map: no region map
 * @lost: blocks that nobody could read (io/lost.h)
 * @changes: how often a leg has left or entered; under array->lock
 * @starved: writers wait for room in the log
 * @losses: how often every leg has failed a flush; under array->lock
 * @rest: legs (bits) that no read is sent to while another one can answer
 * @preferred, @avoided: by class (core/read_policy.h); @sitting: they sit out (io/latency.h).
 *	These and @rest are written under array->lock (io/keep.c)
 * @watched, @timed: requests are timed, and which one is (io/pace.h)
 * @copy_rate: bytes a second of a resync, as last measured (io/rate.h); 0: not known
 */
struct tandem_set {
	struct tandem_array *array;
	u16 index;
	u16 first_leg;
	u16 nr_legs;
	u8 pin;
	u8 home;
	bool record_due;
	bool record_hopeless;
	unsigned int record_attempts;
	atomic_t *region;
	struct list_head held;		/* complete, waiting for a record */
	struct list_head parked;	/* waiting for the copier, writes */
	struct list_head wanted;	/* waiting for the copier, reads */
	atomic_t nr_unsure;
	atomic_t nr_refill;
	atomic_t nr_partly;
	struct tandem_copy *copy;
	struct tandem_log *log;
	struct tandem_clean *clean;
	struct tandem_map *map;
	struct tandem_lost *lost;
	u32 changes;
	u64 copy_rate;
	atomic_t masks ____cacheline_aligned;
	atomic_t doubt;
	bool starved;
	bool watched;
	u8 rest;
	u8 preferred;
	u8 avoided;
	u8 sitting;
	u32 losses;
	struct tandem_request *timed;
};

/* By @doubt, is there no leg that may be read and did not fail a flush? */
static inline bool tandem_set_is_in_doubt(struct tandem_set *set, u32 doubt)
{
	u8 suspect = TANDEM_SUSPECT(doubt);

	return unlikely(suspect) && !(TANDEM_READABLE(atomic_read(&set->masks)) & ~suspect);
}

/*
 * struct tandem_reshape - the number of places, changed by a start (io/reshape.c)
 * @active: it is
 * @set: which
 * @from, @to: a leg's position in it until now and from now on; the one that had @to goes
 */
struct tandem_reshape {
	bool active;
	u16 set;
	u8 from;
	u8 to;
};

#endif
