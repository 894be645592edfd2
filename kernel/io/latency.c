// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timing reads by leg, and sitting out.
 *
 * Decisions
 * - One read of a leg and jiffy is looked at, and one at a time is timed: all others pay for a
 *   load and a branch at each end. Requests bear no time of their own.
 * - Short reads alone: how long one takes is to be the leg's, and not its length's. None that
 *   is polled: it ends when its user looks.
 * - A leg that answers before the next read comes is asked alone, and nothing would be known
 *   of the others. So while reads take so long that another leg might be far better, one of
 *   sixteen goes to a leg that was not heard of for a while, or one of four as long as too
 *   little is known of it. Sets of quick disks do without. Who reads in sequence goes on
 *   where he was: that is io/read.c's.
 * - Who sits out is a matter of speed, as a class is (core/read_policy.h): it takes legs away
 *   from those that may be read, never the last one. It is nobody's record, and a start
 *   begins without. What an administrator has said comes first: legs are compared with those
 *   of their class that reads go to.
 * - A read that is with a leg is left there: its pages may be written to as long as the leg
 *   has it, so it is not sent elsewhere at the same time. One that hangs tells of its leg
 *   before it ends, to whoever is looked at next.
 * - A read that failed counts as a long one, however soon the leg said so. One that the leg
 *   did not see, or that was only ahead of a reader and was given up, counts not at all.
 * - The last leg that is read may become worse than those that sit out. These are back then.
 * - An event is for who sits out for a second: shorter rests are many, and no news.
 *
 * Relations: core/latency.c judges; io/keep.c makes the masks of it that io/read.c goes by.
 */
#include "sys.h"
#include "core/read_policy.h"
#include "io/keep.h"
#include "io/latency.h"

/* Of 64 KiB; a longer read says little about its leg. */
#define MOST_SECTORS	128u

/* A leg was not heard of for so long: it may be asked; or is no measure for the others. */
#define UNHEARD_MS	200u
#define FORGOTTEN_MS	60000u

#define TOLD_MS		1000u

/* Long reads, until one goes to a leg that is known, or that is not. */
#define TURNS		16u
#define TURNS_UNKNOWN	4u

static bool is_older(const struct tandem_leg *leg, unsigned int age_ms)
{
	return !time_before(jiffies, leg->latency.at + msecs_to_jiffies(age_ms));
}

static bool is_known(const struct tandem_leg *leg)
{
	return tandem_latency_is_known(&leg->latency.seen) && !is_older(leg, FORGOTTEN_MS);
}

/* Legs that reads go to, by what an administrator has said. */
static u8 class_of(const struct tandem_set *set)
{
	return tandem_read_wanted(TANDEM_READABLE(atomic_read(&set->masks)),
				  tandem_read_rest(set->preferred, set->avoided), set->avoided);
}

/* Those of them that @leg may be compared with. */
static u8 peers_of(const struct tandem_leg *leg)
{
	u8 legs = class_of(leg->set);

	return legs & leg->bit ? legs & ~leg->set->sitting & ~leg->bit : 0;
}

/* @hangs_us: age of its read that has not ended; 0: by those that have. */
static bool is_outlier(const struct tandem_leg *leg, u64 hangs_us)
{
	const struct tandem_latency *seen = &leg->latency.seen;
	const struct tandem_leg *peer;
	u8 peers = peers_of(leg);
	unsigned int i;

	for (i = 0; peers >> i; i++) {
		peer = tandem_set_leg(leg->set, i);
		if (!(peers & peer->bit) || !is_known(peer))
			continue;
		if (hangs_us ? tandem_latency_hangs(hangs_us, seen, &peer->latency.seen) :
			       tandem_latency_is_outlier(seen, &peer->latency.seen,
							 leg->latency.rest_ms))
			return true;
	}
	return false;
}

/* For when the first one is back that sits out. */
static void arm(struct tandem_array *array)
{
	unsigned long at = 0;
	bool any = false;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		const struct tandem_leg *leg = &array->leg[i];

		if (!(leg->set->sitting & leg->bit) ||
		    (any && !time_before(leg->latency.until, at)))
			continue;
		at = leg->latency.until;
		any = true;
	}
	if (any && array->phase != TANDEM_PHASE_DOWN)
		mod_delayed_work(array->wq, &array->latency_work,
				 time_before(jiffies, at) ? at - jiffies : 0);
}

/* For who is told: it sits out, or is back. */
static void tell(struct tandem_leg *leg)
{
	tandem_keep_apply_classes(leg->set);
	if (leg->latency.rest_ms >= TOLD_MS)
		tandem_array_changed(leg->array);
}

static void sit_out(struct tandem_leg *leg, u32 low_us)
{
	struct tandem_leg_latency *latency = &leg->latency;
	struct tandem_array *array = leg->array;

	if (array->phase != TANDEM_PHASE_UP || leg->set->sitting & leg->bit)
		return;
	latency->rest_ms = tandem_latency_rest(latency->rest_ms);
	latency->until = jiffies + msecs_to_jiffies(latency->rest_ms);
	latency->low_us = low_us ? low_us : 1;
	tandem_latency_renew(&latency->seen);
	WRITE_ONCE(leg->set->sitting, leg->set->sitting | leg->bit);
	arm(array);
	tell(leg);
}

static void return_leg(struct tandem_leg *leg)
{
	WRITE_ONCE(leg->set->sitting, leg->set->sitting & ~leg->bit);
	tandem_latency_renew(&leg->latency.seen);
	tell(leg);
}

/* @leg, which takes @us, has no peer that is read: those that sit out may be better by now. */
static void call_back(const struct tandem_leg *leg, u64 us)
{
	struct tandem_set *set = leg->set;
	struct tandem_leg *other;
	unsigned int i;

	if (!us || !set->sitting || peers_of(leg))
		return;
	for (i = 0; i < set->nr_legs; i++) {
		other = tandem_set_leg(set, i);
		if (set->sitting & other->bit && other != leg &&
		    tandem_latency_is_worse(us, other->latency.low_us))
			return_leg(other);
	}
}

/* Legs with a read that hangs. */
static void look_around(struct tandem_set *set, u8 among)
{
	u64 now_ns = ktime_get_ns();
	struct tandem_leg *leg;
	unsigned int i;
	u64 us;

	for (i = 0; among >> i; i++) {
		leg = tandem_set_leg(set, i);
		if (!(among & leg->bit) || !leg->timed)
			continue;
		us = (now_ns - leg->latency.since_ns) / 1000;
		if (us && is_outlier(leg, us))
			sit_out(leg, (u32)min_t(u64, us, ~0u));
		else
			call_back(leg, us);
	}
}

/* A leg of @legs that is not as well known as the one at @position, if that is a slow one. */
static int explore(struct tandem_set *set, u8 legs, int position)
{
	struct tandem_leg_latency *latency = &tandem_set_leg(set, position)->latency;
	const struct tandem_leg *other;
	unsigned int i;

	if (!tandem_latency_is_long(&latency->seen))
		return position;
	latency->turns++;
	for (i = 0; legs >> i; i++) {
		other = tandem_set_leg(set, i);
		if (!(legs & other->bit) || (int)i == position || other->timed)
			continue;
		if (is_known(other) ? latency->turns >= TURNS && is_older(other, UNHEARD_MS) :
		    latency->turns >= (other->latency.rest_ms ? TURNS : TURNS_UNKNOWN)) {
			latency->turns = 0;
			return i;
		}
	}
	return position;
}

/* One that does not sit out, if any. */
static int brisk(struct tandem_set *set, u8 among, int position)
{
	u8 legs = tandem_read_brisk(among, set->sitting);
	unsigned int i;

	if (legs & 1u << position)
		return position;
	for (i = 0; !(legs & 1u << i); i++)
		;
	return i;
}

static void time_read(struct tandem_leg *leg, struct tandem_request *request)
{
	if (leg->timed)
		return;
	leg->latency.since_ns = ktime_get_ns();
	leg->latency.depth = atomic_read(&leg->reads_in_flight) + 1;
	WRITE_ONCE(leg->timed, request);
}

int tandem_latency_begin(struct tandem_request *request, u8 among, int position)
{
	struct tandem_leg *leg = tandem_set_leg(request->set, position);
	struct tandem_array *array = request->array;
	struct tandem_set *set = request->set;
	const u32 now = (u32)jiffies;
	unsigned long flags;

	if (bio_sectors(request->bio) > MOST_SECTORS || request->bio->bi_opf & REQ_POLLED) {
		WRITE_ONCE(leg->sampled, now);
		return position;
	}
	spin_lock_irqsave(&array->lock, flags);
	if (leg->sampled != now) {
		WRITE_ONCE(leg->sampled, now);
		look_around(set, among);
		position = brisk(set, among, position);
		position = explore(set, tandem_read_brisk(among, set->sitting), position);
		time_read(tandem_set_leg(set, position), request);
	}
	spin_unlock_irqrestore(&array->lock, flags);
	return position;
}

/* What it says of its leg. */
static void note(struct tandem_leg_latency *latency, const struct tandem_request *request,
		 enum tandem_result result)
{
	switch (tandem_fault_class(TANDEM_OP_READ, result)) {
	case TANDEM_CLASS_OK:
		tandem_latency_add(&latency->seen, ktime_get_ns() - latency->since_ns,
				   latency->depth);
		latency->at = jiffies;
		return;
	case TANDEM_CLASS_MEDIUM:
	case TANDEM_CLASS_DEVICE:
		if (request->bio->bi_opf & REQ_RAHEAD)
			return;
		tandem_latency_add_failed(&latency->seen, latency->depth);
		latency->at = jiffies;
		return;
	case TANDEM_CLASS_RETRY:
	case TANDEM_CLASS_CALLER:
	case TANDEM_CLASS_UNSUPPORTED:
	case TANDEM_NR_CLASSES:
		return;
	}
}

void tandem_latency_end(const struct tandem_request *request, struct tandem_leg *leg,
			enum tandem_result result)
{
	struct tandem_leg_latency *latency = &leg->latency;
	unsigned long flags;

	spin_lock_irqsave(&request->array->lock, flags);
	WRITE_ONCE(leg->timed, NULL);
	note(latency, request, result);
	if (is_outlier(leg, 0))
		sit_out(leg, tandem_latency_low(&latency->seen));
	else if (tandem_latency_is_settled(&latency->seen))
		latency->rest_ms = 0;
	if (is_known(leg))
		call_back(leg, tandem_latency_low(&latency->seen));
	spin_unlock_irqrestore(&request->array->lock, flags);
}

void tandem_latency_load(struct tandem_array *array)
{
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		leg->timed = NULL;
		leg->set->sitting = 0;
		memset(&leg->latency, 0, sizeof(leg->latency));
	}
}

void tandem_latency_work(struct work_struct *work)
{
	struct tandem_array *array = container_of(to_delayed_work(work), struct tandem_array,
						  latency_work);
	struct tandem_leg *leg;
	unsigned int i;

	spin_lock_irq(&array->lock);
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (leg->set->sitting & leg->bit && !time_before(jiffies, leg->latency.until))
			return_leg(leg);
	}
	arm(array);
	spin_unlock_irq(&array->lock);
}

void tandem_latency_stop(struct tandem_array *array)
{
	cancel_delayed_work_sync(&array->latency_work);
}

void tandem_latency_status(const struct tandem_leg *leg, struct tandem_leg_status *status)
{
	status->p50_us = tandem_latency_quantile(&leg->latency.seen, 50);
	status->p99_us = tandem_latency_quantile(&leg->latency.seen, 99);
	/* But if it is the only one that can be read, or has failed, it does not. */
	if (leg->set && leg->set->sitting & leg->bit && class_of(leg->set) & leg->bit &&
	    class_of(leg->set) & ~leg->set->sitting)
		status->sits_us = leg->latency.low_us;
}
