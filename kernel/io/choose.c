// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the copier of a set does next, and whether it rests before.
 *
 *	first	what somebody waits for: reads in a region that may differ, writers for
 *		room in the intent log, by turns
 *	then	what may differ, what is equal in part, what a leg lacks
 *
 * Decisions
 * - Nobody waits for a rest: there is none while a read or a writer waits, or while a
 *   failed leg is unrecorded, or on the way down.
 * - Each call looks anew. Who begins to wait kicks the copier, and that cuts a rest short.
 *
 * Relations: io/copy.c copies; io/pace.c knows how long a rest is.
 */
#include "sys.h"
#include "io/copier.h"
#include "io/logger.h"
#include "io/region.h"

/* A read that waits for its region; others wait for a flush round to be judged. */
static struct tandem_request *first_wanted(struct tandem_set *set)
{
	struct tandem_request *request;

	list_for_each_entry(request, &set->wanted, node)
		if (tandem_read_waits(request) &&
		    tandem_region_is_unlike(set, request->region))
			return request;
	return NULL;
}

/* Next region with any of @bits that is not stuck, from the cursor on; or -1. */
static s64 scan(struct tandem_copy *copy, u32 bits)
{
	u32 nr = tandem_geometry_regions(&copy->set->array->super->geo);
	u32 i, region, word;

	for (i = 0; i < nr; i++) {
		region = copy->cursor + i;
		if (region >= nr)
			region -= nr;
		word = atomic_read(&copy->set->region[region]);
		if ((word & bits) && !(word & TANDEM_REGION_STUCK))
			return region;
	}
	return -1;
}

/* Writers wait until any region that is in the log is settled. */
static s64 region_for_room(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	u32 region;

	if (!tandem_log_is_full(set) || set->record_hopeless)
		return -1;
	region = tandem_log_next_unsure(set, copy->cursor);
	if (region >= set->log->shape.nr_regions)
		region = tandem_log_next_unsure(set, 0);
	return region < set->log->shape.nr_regions ? (s64)region : -1;
}

static s64 region_for_read(struct tandem_copy *copy)
{
	struct tandem_array *array = copy->set->array;
	struct tandem_request *request;
	s64 region = -1;

	spin_lock_irq(&array->lock);
	request = first_wanted(copy->set);
	if (request)
		region = request->region;
	spin_unlock_irq(&array->lock);
	return region;
}

/* What somebody waits for; reads and room for writes by turns. */
static s64 region_in_demand(struct tandem_copy *copy)
{
	s64 region;

	copy->room = !copy->room;
	region = copy->room ? region_for_room(copy) : region_for_read(copy);
	if (region < 0)
		region = copy->room ? region_for_read(copy) : region_for_room(copy);
	return region;
}

s64 tandem_choose(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	struct tandem_array *array = set->array;
	s64 region = region_in_demand(copy);

	if (region >= 0)
		return region;
	if (array->phase != TANDEM_PHASE_UP || array->sync_paused || array->params.read_only)
		return -1;
	if (set->record_hopeless)
		return -1;
	/* What differs comes before what is only missing. */
	if (atomic_read(&set->nr_unsure))
		region = scan(copy, TANDEM_REGION_UNSURE);
	if (region < 0 && atomic_read(&set->nr_partly))
		region = scan(copy, TANDEM_REGION_PARTLY);
	if (region < 0 && atomic_read(&set->nr_refill))
		region = scan(copy, TANDEM_REGION_REFILL);
	return region;
}

static bool is_waited_for(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;

	return set->array->phase != TANDEM_PHASE_UP || READ_ONCE(set->starved) ||
	       TANDEM_FAILING(atomic_read(&set->masks)) || region_for_room(copy) >= 0 ||
	       region_for_read(copy) >= 0;
}

static bool rests(struct tandem_copy *copy)
{
	bool is_due = tandem_pace_rests(copy);

	copy->rested |= is_due;
	return is_due;
}

bool tandem_choose_rest(struct tandem_copy *copy)
{
	return !is_waited_for(copy) && rests(copy);
}

bool tandem_choose_is_asked(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	bool asked;

	spin_lock_irq(&set->array->lock);
	asked = !list_empty(&set->parked) || !list_empty(&set->wanted) ||
		set->array->sync_paused;
	spin_unlock_irq(&set->array->lock);
	return asked || is_waited_for(copy);
}

bool tandem_choose_keep(struct tandem_copy *copy)
{
	return !tandem_choose_is_asked(copy) && !rests(copy);
}
