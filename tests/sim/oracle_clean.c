// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule "cold", about who leaves the intent log when there is no room: none that was written
 * to since the last look, while there is one that was not, and could leave as well.
 *
 * Asked when a work item has ended: the cleaner marks them in one. Where processors interrupt
 * each other the words may have changed by then; and as requests may end in the rest of it, one
 * that rests must have done so after the item before, too. Of regions the first 64.
 */
#include "front.h"
#include "io/ahead.h"
#include "io/logger.h"
#include "io/region.h"
#include "oracle_clean.h"
#include "oracle_grow.h"
#include "sched.h"
#include "world.h"

#define BUSY	(TANDEM_REGION_COUNT | TANDEM_REGION_UNSURE | TANDEM_REGION_EXCL |	\
		 TANDEM_REGION_PARTLY | TANDEM_REGION_CLEANING)

static struct {
	u64 marks;
	u64 cold;
} seen[TANDEM_MAX_SETS];

static bool is_hot_and_leaves(struct tandem_set *set, u32 region, u32 word)
{
	return word & TANDEM_REGION_CLEANING && word & TANDEM_REGION_TOUCHED &&
	       !tandem_ahead_is_behind(set->log, region);
}

static bool is_cold_and_stays(struct tandem_set *set, u32 region, u32 word)
{
	return word & TANDEM_REGION_DIRTY && !(word & (BUSY | TANDEM_REGION_TOUCHED)) &&
	       !tandem_ahead_holds(set->log, region);
}

/* What has become of the regions of a set that are in its log. */
static void look_at(struct tandem_set *set)
{
	const struct tandem_intent *intent = &set->log->intent;
	u32 region = tandem_intent_next(intent, 0);
	u64 marks = 0, hot = 0, cold = 0;
	u64 bit;
	u32 word;

	for (; region < min(intent->nr_regions, 64u);
	     region = tandem_intent_next(intent, region + 1)) {
		word = oracle_word(set, region);
		bit = 1ull << region;
		marks |= word & TANDEM_REGION_CLEANING ? bit : 0;
		hot |= is_hot_and_leaves(set, region, word) ? bit : 0;
		cold |= is_cold_and_stays(set, region, word) ? bit : 0;
	}
	/* What a stream has done with leaves without need, too: that is no matter of room. */
	/* And what was marked before may have come into use again since. */
	hot &= ~seen[set->index].marks;
	if (set->starved && hot && cold & seen[set->index].cold)
		sim_fail("cold", "set %u: of regions %llx, which are in use, some leave the log, "
			 "and of %llx, which rest, some stay", set->index,
			 (unsigned long long)hot, (unsigned long long)cold);
	seen[set->index].marks = marks;
	seen[set->index].cold = cold;
}

static void look(void)
{
	u32 set;

	for (set = 0; front_is_up() && set < world.options.sets; set++)
		if (front_array()->set[set].log)
			look_at(&front_array()->set[set]);
}

void oracle_clean_begin(void)
{
	memset(seen, 0, sizeof(seen));
	sim_work_done = world.options.preemption ? NULL : look;
}
