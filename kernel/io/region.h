/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The region word: one u32 per region, the only thing a write shares with the
 * copier.
 *
 *	bits 0-14   writes in flight, from map to acknowledgement
 *	EXCL        the copier has the region: writers park, drained at 0
 *	UNSURE      legs may differ: reads wait until the region was made equal
 *	REFILL      a leg that is being rebuilt lacks it
 *	AGAIN       became unsure while it was being copied: start over
 *	STUCK       a block of it cannot be read from any leg: not tried again
 *		    by itself
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

/* True: the caller holds a reference. False: it holds none and must park. */
static inline bool tandem_region_get(atomic_t *word)
{
	u32 old = atomic_fetch_add_acquire(1, word);

	return likely(!(old & TANDEM_REGION_EXCL) &&
		      (old & TANDEM_REGION_COUNT) < TANDEM_MAX_REGION_WRITES);
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

/* The region may differ from now on; the caller holds a reference or all is down. */
void tandem_region_mark_unsure(struct tandem_set *set, u32 region);

/* All regions of a set, at activation or after a flush failed everywhere. */
void tandem_region_mark_all(struct tandem_set *set, u32 bit);

/* The copier is done with it, EXCL held. False: it became unsure again. */
bool tandem_region_settle(struct tandem_set *set, u32 region);

#endif
