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

/*
 * Nobody was read for it yet: where nobody has written, too, all is as it was. array->lock
 * held, or a leg that fails meanwhile would be the pin.
 */
static void choose_pin(struct tandem_set *set)
{
	if (set->map && !atomic_read(&set->nr_unsure))
		set->pin = set->home;
}

void tandem_region_mark_unsure(struct tandem_set *set, u32 region)
{
	choose_pin(set);
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

	spin_lock_irq(&set->array->lock);
	choose_pin(set);
	spin_unlock_irq(&set->array->lock);
	for (i = 0; i < nr; i++)
		if ((u32)atomic_read(&set->region[i]) & TANDEM_REGION_DIRTY)
			mark(set, i, TANDEM_REGION_UNSURE | TANDEM_REGION_AGAIN);
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

enum tandem_sync_kind tandem_region_kind(struct tandem_set *set)
{
	u32 masks = atomic_read(&set->masks);

	if (TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks))
		return TANDEM_SYNC_REBUILD;
	if (atomic_read(&set->nr_unsure))
		return TANDEM_SYNC_RESYNC;
	return atomic_read(&set->nr_partly) ? TANDEM_SYNC_FIRST_TOUCH : TANDEM_SYNC_NONE;
}

/* One region may be wanted for several reasons, and is copied once for all. */
u32 tandem_region_left(struct tandem_set *set)
{
	u32 left = max(atomic_read(&set->nr_unsure), atomic_read(&set->nr_partly));

	if (tandem_region_kind(set) == TANDEM_SYNC_REBUILD)
		left = max(left, (u32)atomic_read(&set->nr_refill));
	return left;
}
