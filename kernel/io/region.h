/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The region word: one u32 per region, the only thing a write shares with the copier.
 *
 *	bits 0-14   writes in flight, from map to acknowledgement
 *	EXCL        the copier has the region: writers park, drained at 0
 *	UNSURE      legs may differ: reads wait until the region was made equal
 *	REFILL      a leg that is being rebuilt lacks it
 *	AGAIN       became unsure while it was being copied: start over
 *	STUCK       cannot be copied before somebody writes there (io/stuck.c)
 *	DIRTY       in the intent log of every leg that is written to (io/log.c);
 *		    set for good where the array has none
 *	TOUCHED     written to since the cleaner last looked
 *	CLEANING    the cleaner means to take it out of the log (io/clean.c)
 *	NEVER       nobody has written to it: legs differ, the set's home is read
 *	PARTLY      somebody has, and what he did not write differs: the same, until
 *		    the copier has made it equal
 *	EMPTIED     discarded as a whole, and not written to since
 *	LOST        blocks of it are errors until they are written (io/lost.h)
 *	AHEAD       DIRTY before anybody has written there (io/ahead.c)
 *
 *	writer                               copier
 *	fetch_add(1) acquire                 fetch_or(EXCL)
 *	EXCL seen: fetch_sub(1), park        count != 0: wait for the kick
 *	...                                  copy
 *	fetch_sub(1) release;                andnot(EXCL) release
 *	EXCL and count now 0: kick           lock; take the parked; unlock
 *
 * Why nobody is lost: both sides change the one word atomically, so either
 * the writer's add is before the copier's or, and the copier sees its count
 * and is kicked by its sub; or it is after, and the writer sees EXCL. A writer
 * parks under array->lock only if EXCL is still set there; the copier clears
 * EXCL before it takes the lock to empty the list (B5: the undo kicks too).
 *
 *	writer                               cleaner
 *	fetch_add(1) acquire                 cmpxchg: count 0, DIRTY -> + CLEANING
 *	CLEANING seen: andnot(CLEANING)      flush of all legs
 *	no DIRTY seen: wait for a record,    cmpxchg: count 0, DIRTY, CLEANING
 *	with the reference held (B2)           -> neither; a record that clears it
 *
 * Why no write is missed: the cleaner's second exchange wants a word that no
 * writer has been at since the first one, for each takes CLEANING away before its
 * reference goes. So what was flushed in between is all there is; whoever comes
 * after the second exchange sees no DIRTY, and waits for a record behind that one.
 */
#ifndef TANDEM_IO_REGION_H
#define TANDEM_IO_REGION_H

#include "io/array.h"

#define TANDEM_REGION_COUNT	0x00007fffu
#define TANDEM_REGION_EXCL	0x00010000u
#define TANDEM_REGION_UNSURE	0x00020000u
#define TANDEM_REGION_REFILL	0x00040000u
#define TANDEM_REGION_AGAIN	0x00080000u
#define TANDEM_REGION_STUCK	0x00100000u
#define TANDEM_REGION_DIRTY	0x00200000u
#define TANDEM_REGION_TOUCHED	0x00400000u
#define TANDEM_REGION_CLEANING	0x00800000u
#define TANDEM_REGION_NEVER	0x01000000u
#define TANDEM_REGION_PARTLY	0x02000000u
#define TANDEM_REGION_EMPTIED	0x04000000u
#define TANDEM_REGION_AHEAD	0x08000000u
#define TANDEM_REGION_LOST	0x10000000u

/* The caller holds a reference, whatever the word says. Return: the word before. */
static inline u32 tandem_region_get(atomic_t *word)
{
	return atomic_fetch_add_acquire(1, word);
}

/* The copier has it, or it has all the writes that fit: give back and park. */
static inline bool tandem_region_is_taken(u32 word)
{
	return word & TANDEM_REGION_EXCL ||
	       (word & TANDEM_REGION_COUNT) >= TANDEM_MAX_REGION_WRITES;
}

/* Nothing in the way of a write, nothing to be noted: one load says so. */
static inline bool tandem_region_is_open(u32 word)
{
	const u32 wanted = TANDEM_REGION_DIRTY | TANDEM_REGION_TOUCHED;
	const u32 hurdles = TANDEM_REGION_EXCL | TANDEM_REGION_CLEANING | TANDEM_REGION_LOST |
			    TANDEM_REGION_NEVER | TANDEM_REGION_EMPTIED | TANDEM_REGION_STUCK;

	return likely((word & (wanted | hurdles)) == wanted &&
		      (word & TANDEM_REGION_COUNT) < TANDEM_MAX_REGION_WRITES);
}

/* True: somebody waits for this, see tandem_copy_kick(). */
static inline bool tandem_region_put(atomic_t *word)
{
	u32 old = atomic_fetch_sub_release(1, word);

	return unlikely(((old & TANDEM_REGION_EXCL) && (old & TANDEM_REGION_COUNT) == 1) ||
			(old & TANDEM_REGION_COUNT) == TANDEM_MAX_REGION_WRITES);
}

/* May its legs differ? A read waits, or asks the pin. */
static inline bool tandem_region_is_unsure(const struct tandem_set *set, u32 region)
{
	return unlikely((u32)atomic_read(&set->region[region]) & TANDEM_REGION_UNSURE);
}

/* May legs differ in what somebody has written, or in what nobody has? */
static inline bool tandem_region_is_unlike(const struct tandem_set *set, u32 region)
{
	return (u32)atomic_read(&set->region[region]) &
	       (TANDEM_REGION_UNSURE | TANDEM_REGION_PARTLY);
}

/* Is there something in it that nobody has written, other on each leg? */
static inline bool tandem_region_is_bare(const struct tandem_set *set, u32 region)
{
	return unlikely((u32)atomic_read(&set->region[region]) &
			(TANDEM_REGION_NEVER | TANDEM_REGION_PARTLY));
}

/* The region may differ from now on; the caller has a reference or EXCL. array->lock held. */
void tandem_region_mark_unsure(struct tandem_set *set, u32 region);

/* All regions of a set, at activation, when nothing is copied yet. */
void tandem_region_mark_all(struct tandem_set *set, u32 bits);

/*
 * All that are in the log, after a flush failed on every leg. Those that are not
 * were flushed on every leg since they were last written.
 */
void tandem_region_doubt_dirty(struct tandem_set *set);

/* A region that a start found in the log, or that may be written for good. */
void tandem_region_mark_dirty(struct tandem_set *set, u32 region, u32 bits);

/* Written to for the first time, but not all of it. */
void tandem_region_mark_partly(struct tandem_set *set, u32 region);

/* A discard of all of it is sent, and nobody else writes there. It has a reference. */
void tandem_region_mark_emptied(struct tandem_set *set, u32 region);

/* A leg that is filled lacks it; at a start. */
void tandem_region_mark_refill(struct tandem_set *set, u32 region);

/* Regions that are to be copied, and what for; as things are now. */
u32 tandem_region_left(struct tandem_set *set);
enum tandem_sync_kind tandem_region_kind(struct tandem_set *set);

/* The copier is done with it, EXCL held. False: it became unsure again. */
bool tandem_region_settle(struct tandem_set *set, u32 region);

#endif
