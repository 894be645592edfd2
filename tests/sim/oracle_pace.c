// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about the pace of copying (rule "pace").
 *
 *	ends      a copier that has work rests no longer than one piece is worth at the
 *	          floor, and a probe
 *	free      while it rests no region is its own: writers go on
 *	stall     a write waits for no more than the piece that is under way, or that it
 *	          found the copier about to begin (issue 3: one bounded copy); and for one more
 *	          if that was the last of a region which must be copied again
 *	nobody waits   not while a read waits for a region to be made equal, or a writer for
 *	          room in the log; nor on the way down
 *	timed     no request is timed that has ended
 *	done      what is done of a sync never becomes less, and is never more than all
 *	paused    nothing is copied that nobody waits for
 *
 * Looked at whenever a disk answers. What takes a turn of the scheduler to come about is
 * given some ticks, and where processors interrupt each other there is no telling.
 */
#include "core/pace.h"
#include "front.h"
#include "io/copier.h"
#include "io/log.h"
#include "io/region.h"
#include "oracle.h"
#include "oracle_pace.h"
#include "sched.h"
#include "world.h"

#define PIECE_BYTES	(TANDEM_COPY_SECTORS * TANDEM_SECTOR_BYTES)
#define TURN_TICKS	100u
#define TIMER_TICKS	8200u	/* two jiffies: a rest for another reason is one */

static struct {
	u64 rests_since[TANDEM_MAX_SETS];	/* 0: it does not */
	u64 longest[TANDEM_MAX_SETS];		/* by what was ordered meanwhile */
	u64 waits_since[TANDEM_MAX_SETS];	/* and somebody waits */
	u64 ends_since[TANDEM_MAX_SETS];	/* and the array goes down */
	u64 done, total;
	struct {
		u32 begun;		/* pieces */
		u32 region;
		u32 offset_sectors;	/* of the last one */
	} at[TANDEM_MAX_SETS];
} pace;

void oracle_pace_begin(void)
{
	memset(&pace, 0, sizeof(pace));
}

/* With work, and a timer that will take it up again; not for another reason. */
static bool rests(const struct tandem_set *set)
{
	const struct tandem_copy *copy = set->copy;
	const struct work_struct *work = &copy->work.work;

	return (copy->state == COPY_REST || copy->state == COPY_IDLE) && set->watched &&
	       !(atomic_read(&copy->pacer.turn) & 1) &&
	       !work->running && work->event && work->timer;
}

static bool is_waited_for(struct tandem_set *set)
{
	bool doubt = tandem_set_is_in_doubt(set, atomic_read(&set->doubt));
	struct tandem_request *request;

	list_for_each_entry(request, &set->wanted, node) {
		/* It is to be sent on: for that the copier need not copy. */
		if (!tandem_read_waits(request) && !doubt)
			return true;
		if (tandem_read_waits(request) &&
		    tandem_region_is_unlike(set, request->region) && !set->record_hopeless)
			return true;
	}
	/* While the log is full it may step aside from one region after another, by a timer. */
	return (set->starved && !tandem_log_is_full(set)) || !list_empty(&set->parked);
}

/* Counts from the first look that finds it so. */
static u64 age(u64 *since, bool is_so)
{
	if (!is_so)
		*since = 0;
	else if (!*since)
		*since = sim_now();
	return *since ? sim_now() - *since : 0;
}

static void look_at_writers(struct tandem_set *set)
{
	const struct tandem_copy *copy = set->copy;
	struct tandem_request *request;
	struct sim_part *part;
	u32 s = set->index;

	if ((copy->state == COPY_READ || copy->state == COPY_WRITE) &&
	    (copy->region != pace.at[s].region ||
	     copy->offset_sectors != pace.at[s].offset_sectors)) {
		pace.at[s].region = copy->region;
		pace.at[s].offset_sectors = copy->offset_sectors;
		pace.at[s].begun++;
	}
	list_for_each_entry(request, &set->parked, node) {
		part = container_of(request->bio, struct sim_part, bio);
		if (!part->parked)
			part->parked = pace.at[s].begun + 1;
		if (pace.at[s].begun > part->parked + 1)
			sim_fail("stall", "set %u: a write to region %u waits, and %u pieces were "
				 "begun", s, request->region,
				 pace.at[s].begun - part->parked + 1);
	}
}

static void look_at(struct tandem_set *set)
{
	struct tandem_pacer *pacer = &set->copy->pacer;
	u64 longest = tandem_pace_longest(&pacer->pace.order, PIECE_BYTES) / 1000;
	bool resting = rests(set);
	u32 s = set->index;

	if (resting && (u32)atomic_read(&set->region[set->copy->region]) & TANDEM_REGION_EXCL)
		sim_fail("pace", "set %u: rests, and region %u takes no writes", s,
			 set->copy->region);
	pace.longest[s] = pace.rests_since[s] ? max(pace.longest[s], longest) : longest;
	if (age(&pace.rests_since[s], resting) > pace.longest[s] + TIMER_TICKS)
		sim_fail("pace", "set %u: has rested for %llu ticks, and %llu are the most", s,
			 (unsigned long long)(sim_now() - pace.rests_since[s]),
			 (unsigned long long)pace.longest[s]);
	if (age(&pace.waits_since[s], resting && is_waited_for(set)) > TIMER_TICKS)
		sim_fail("pace", "set %u: rests, and somebody waits", s);
	if (age(&pace.ends_since[s], resting && set->copy->state == COPY_REST &&
		set->array->phase == TANDEM_PHASE_ENDING) > TURN_TICKS)
		sim_fail("pace", "set %u: rests, and the array is to go down", s);
}

void oracle_pace_look(void)
{
	struct tandem_array *array = front_array();
	unsigned int s;

	if (!front_is_up() || world.options.preemption)
		return;
	/* The next one is another sync. */
	if (!array->sync.progress.total)
		pace.done = pace.total = 0;
	for (s = 0; s < array->nr_sets; s++) {
		look_at(&array->set[s]);
		look_at_writers(&array->set[s]);
	}
}

/* A piece has been copied onto a disk. */
void oracle_pace_done(const struct sim_command *command)
{
	if (!command->users && command->op == REQ_OP_WRITE && command->count &&
	    command->sector >= command->disk->store.data_first)
		pace.rests_since[world_set_of(command->disk->leg)] = 0;
	oracle_pace_look();
}

void oracle_pace_down(struct tandem_array *array)
{
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		if (array->set[s].timed || atomic_read(&array->set[s].copy->pacer.claimed))
			sim_fail("pace", "set %u: a request is timed, and none is under way", s);
	oracle_pace_begin();
}

void oracle_pace_status(const struct tandem_status *status)
{
	if (status->sync == TANDEM_SYNC_NONE || world.options.preemption) {
		pace.done = 0;
		pace.total = 0;
		return;
	}
	/* One has ended and another begun, and nobody looked in between. */
	if (!status->done_regions && status->total_regions != pace.total)
		pace.done = pace.total = 0;
	if (status->done_regions < pace.done || status->total_regions < pace.total ||
	    status->done_regions > status->total_regions)
		sim_fail("pace", "%llu of %llu regions are done, and %llu of %llu were",
			 (unsigned long long)status->done_regions,
			 (unsigned long long)status->total_regions,
			 (unsigned long long)pace.done, (unsigned long long)pace.total);
	pace.done = status->done_regions;
	pace.total = status->total_regions;
}

/* Sectors that were copied: while it is paused and nobody asks that is what it was. */
void oracle_pace_paused(u64 before, u64 after)
{
	u64 most = (u64)TANDEM_COPY_SECTORS * world.options.sets;

	/* A piece that was under way counts for each leg that it went to. */
	if (after - before > most * world.options.legs)
		sim_fail("pace", "%llu sectors were copied during a pause",
			 (unsigned long long)(after - before));
}
