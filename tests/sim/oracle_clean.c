// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule "cold", about who leaves the intent log when there is no room: none that was written
 * to since the last look, while there is one that was not, and could leave as well.
 *
 * Asked when a work item has ended: the cleaner marks them in one. Where processors interrupt
 * each other the words may have changed by then.
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

static u64 seen[TANDEM_MAX_SETS];	/* the marks, as a number */

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

static void check_set(struct tandem_set *set)
{
	const struct tandem_intent *intent = &set->log->intent;
	u32 region = tandem_intent_next(intent, 0);
	s64 hot = -1, cold = -1;
	u64 marks = 0;
	u32 word;

	for (; region < intent->nr_regions; region = tandem_intent_next(intent, region + 1)) {
		word = oracle_word(set, region);
		if (word & TANDEM_REGION_CLEANING)
			marks = marks * 1000003 + region + 1;
		if (is_hot_and_leaves(set, region, word))
			hot = region;
		if (is_cold_and_stays(set, region, word))
			cold = region;
	}
	if (hot >= 0 && cold >= 0 && marks != seen[set->index])
		sim_fail("cold", "set %u: region %lld is in use and leaves the log, and %lld, "
			 "which rests, stays", set->index, (long long)hot, (long long)cold);
	seen[set->index] = marks;
}


static void look(void)
{
	u32 set;

	/* What a stream has done with leaves without need, too: that is no matter of room. */
	for (set = 0; front_is_up() && set < world.options.sets; set++)
		if (front_array()->set[set].log && front_array()->set[set].starved)
			check_set(&front_array()->set[set]);
}

void oracle_clean_begin(void)
{
	memset(seen, 0, sizeof(seen));
	sim_work_done = world.options.preemption ? NULL : look;
}
