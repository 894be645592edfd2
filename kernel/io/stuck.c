// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions that are stuck: a block of them cannot be read from any leg that has it.
 *
 *	the copier finds such a block      STUCK, and where it is, for the last few
 *	a write comes there                not STUCK: the copier takes up the region as soon
 *	                                   as no write is under way in it
 *	a write comes beside it            nothing: the block is as it was
 *	a start                            no region is stuck; each is tried once more
 *
 * Decisions
 * - Where the block is must be known, or every write to a busy region would have all of
 *   it copied again up to there. A few places are enough: of a region that was forgotten
 *   any write is taken to mend it.
 * - STUCK is a hurdle for a write as CLEANING is (region.h): one without it pays nothing.
 * - A write that fails mends nothing: the region is stuck again, and the log says so.
 *
 * Invariants: the copier has the region alone when it becomes stuck, so that no write is
 * under way in it that did not see the mark.
 */
#include "sys.h"
#include "io/copier.h"
#include "io/copy.h"
#include "io/region.h"
#include "io/stuck.h"

void tandem_stuck_note(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	const struct tandem_super *super = set->array->super;
	struct copy_stuck *stuck;
	unsigned int i;
	u64 sector;

	sector = (u64)copy->region * super->geo.region_sectors + copy->offset_sectors;
	spin_lock_irq(&set->array->lock);
	for (i = 0; i < COPY_NR_STUCK && copy->stuck[i].region != copy->region; i++)
		;
	stuck = &copy->stuck[i < COPY_NR_STUCK ? i : copy->next_stuck++ % COPY_NR_STUCK];
	stuck->region = copy->region;
	stuck->sector = sector;
	stuck->count = copy->length_sectors;
	spin_unlock_irq(&set->array->lock);
	atomic_or(TANDEM_REGION_STUCK, &set->region[copy->region]);
	pr_err("tandem %s: set %u: sector %llu cannot be read from any leg; not copied\n",
	       super->name, set->index, (unsigned long long)sector);
}

void tandem_stuck_forget(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	unsigned int i;

	spin_lock_irq(&set->array->lock);
	for (i = 0; i < COPY_NR_STUCK; i++)
		if (copy->stuck[i].region == copy->region)
			copy->stuck[i].count = 0;
	spin_unlock_irq(&set->array->lock);
	atomic_or(TANDEM_REGION_STUCK, &set->region[copy->region]);
}

/* May the write mend what its region is stuck on? array->lock held. */
static bool may_mend(const struct tandem_request *request)
{
	const struct tandem_copy *copy = request->set->copy;
	u64 end = request->sector + bio_sectors(request->bio);
	const struct copy_stuck *stuck;
	unsigned int i;

	for (i = 0; i < COPY_NR_STUCK; i++) {
		stuck = &copy->stuck[i];
		if (stuck->count && stuck->region == request->region)
			return request->sector < stuck->sector + stuck->count &&
			       stuck->sector < end;
	}
	return true;
}

void tandem_stuck_touch(struct tandem_request *request)
{
	struct tandem_set *set = request->set;
	unsigned long flags;
	bool mends;

	spin_lock_irqsave(&set->array->lock, flags);
	mends = may_mend(request);
	spin_unlock_irqrestore(&set->array->lock, flags);
	if (!mends)
		return;
	atomic_andnot(TANDEM_REGION_STUCK, &set->region[request->region]);
	tandem_copy_kick(set);
}
