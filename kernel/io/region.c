// SPDX-License-Identifier: GPL-2.0-only
/*
 * Region words: the transitions that are not on a hot path.
 *
 * Invariants: nr_unsure, nr_refill and nr_partly count the words with that bit; each
 * changes only with the atomic operation that changed the bit.
 */
#include "sys.h"
#include "io/region.h"

static void count_bits(struct tandem_set *set, u32 old, u32 new)
{
	if ((old ^ new) & TANDEM_REGION_UNSURE)
		atomic_add(new & TANDEM_REGION_UNSURE ? 1 : -1, &set->nr_unsure);
	if ((old ^ new) & TANDEM_REGION_REFILL)
		atomic_add(new & TANDEM_REGION_REFILL ? 1 : -1, &set->nr_refill);
	if ((old ^ new) & TANDEM_REGION_PARTLY)
		atomic_add(new & TANDEM_REGION_PARTLY ? 1 : -1, &set->nr_partly);
}

static void mark(struct tandem_set *set, u32 region, u32 bits)
{
	u32 old = atomic_fetch_or(bits, &set->region[region]);

	count_bits(set, old, old | bits);
}

void tandem_region_mark_unsure(struct tandem_set *set, u32 region)
{
	/* Nobody was read for it yet: where nobody has written, too, all is as it was. */
	if (set->map && !atomic_read(&set->nr_unsure))
		set->pin = set->home;
	mark(set, region, TANDEM_REGION_UNSURE | TANDEM_REGION_AGAIN);
}

void tandem_region_mark_all(struct tandem_set *set, u32 bits)
{
	u32 nr = tandem_geometry_regions(&set->array->super->geo);
	u32 i;

	for (i = 0; i < nr; i++)
		mark(set, i, bits);
}

void tandem_region_doubt_dirty(struct tandem_set *set)
{
	u32 nr = tandem_geometry_regions(&set->array->super->geo);
	u32 i;

	for (i = 0; i < nr; i++)
		if ((u32)atomic_read(&set->region[i]) & TANDEM_REGION_DIRTY)
			tandem_region_mark_unsure(set, i);
}

void tandem_region_mark_dirty(struct tandem_set *set, u32 region, u32 bits)
{
	mark(set, region, bits | TANDEM_REGION_DIRTY);
}

void tandem_region_mark_partly(struct tandem_set *set, u32 region)
{
	mark(set, region, TANDEM_REGION_PARTLY | TANDEM_REGION_AGAIN);
}

void tandem_region_mark_emptied(struct tandem_set *set, u32 region)
{
	atomic_t *word = &set->region[region];
	u32 old = atomic_read(word);
	u32 seen;

	while (set->map && (old & TANDEM_REGION_COUNT) == 1) {
		seen = atomic_cmpxchg(word, old, old | TANDEM_REGION_EMPTIED);
		if (seen == old)
			break;
		old = seen;
	}
}

void tandem_region_mark_refill(struct tandem_set *set, u32 region)
{
	mark(set, region, TANDEM_REGION_REFILL);
}

bool tandem_region_settle(struct tandem_set *set, u32 region)
{
	atomic_t *word = &set->region[region];
	u32 done = TANDEM_REGION_UNSURE | TANDEM_REGION_REFILL | TANDEM_REGION_PARTLY |
		   TANDEM_REGION_STUCK;
	u32 old = atomic_read(word);
	u32 seen;

	for (;;) {
		if (old & TANDEM_REGION_AGAIN)
			return false;
		seen = atomic_cmpxchg(word, old, old & ~done);
		if (seen == old)
			break;
		old = seen;
	}
	count_bits(set, old, old & ~done);
	return true;
}

void tandem_region_status(struct tandem_set *set, struct tandem_status *status)
{
	u32 nr = tandem_geometry_regions(&set->array->super->geo);
	u32 unsure = atomic_read(&set->nr_unsure);
	u32 refill = atomic_read(&set->nr_refill);
	u32 partly = atomic_read(&set->nr_partly);
	u32 masks = atomic_read(&set->masks);

	status->unsure_regions += unsure;
	if (TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks)) {
		status->sync = TANDEM_SYNC_REBUILD;
		status->done_regions += nr - max(refill, unsure);
		status->total_regions += nr;
	} else if (unsure) {
		if (status->sync == TANDEM_SYNC_NONE)
			status->sync = TANDEM_SYNC_RESYNC;
		status->done_regions += nr - unsure;
		status->total_regions += nr;
	} else if (partly) {
		if (status->sync == TANDEM_SYNC_NONE)
			status->sync = TANDEM_SYNC_FIRST_TOUCH;
		status->done_regions += nr - partly;
		status->total_regions += nr;
	}
}
