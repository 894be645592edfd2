// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timing users' requests, and resting.
 *
 * Decisions
 * - Nothing is measured while nothing is copied: no clock, no store, one load at each
 *   end of a request. While something is, one request of the set is timed at a time, so
 *   requests bear no time of their own, and others pay for a look at a claimed word.
 * - What is timed is what its user waits for: also for a region that is being copied,
 *   for a record, for a leg.
 * - A request had a copy beside it if a piece was under way when it began or one began
 *   before it ended. A copier that waits for writers counts as copying.
 * - The floor comes from the most regions that were unsure at once, not from what is
 *   left: else the end of a resync would take for ever. Those that are partly written
 *   count as they are: the more of the log they fill, the faster are they copied. More
 *   than the log may hold are not counted; nothing promises a time for these, nor for an
 *   array that keeps no log.
 *
 * Relations: core/pace.c decides; io/copy.c says when nobody may wait.
 */
#include "sys.h"
#include "core/rate.h"
#include "io/copier.h"
#include "io/logger.h"
#include "io/pace.h"

#define NR_SHIFT	44
#define MOST_NR		250000u
#define NS_PER_MS	1000000ull

void tandem_pace_time(struct tandem_request *request)
{
	struct tandem_set *set = request->set;
	struct tandem_pacer *pacer = &set->copy->pacer;

	if (atomic_read(&pacer->claimed) || atomic_cmpxchg(&pacer->claimed, 0, 1))
		return;
	pacer->kind = request->op == TANDEM_OP_READ ? TANDEM_PACE_READ : TANDEM_PACE_WRITE;
	pacer->turn_then = atomic_read(&pacer->turn);
	WRITE_ONCE(pacer->since_ns, ktime_get_ns());
	/* Who sees the request sees since when. */
	smp_store_release(&set->timed, request);
}

/* Ours until it is unclaimed: nobody else is timed, and this one ends once. */
void tandem_pace_timed(struct tandem_request *request)
{
	struct tandem_set *set = request->set;
	struct tandem_pacer *pacer = &set->copy->pacer;
	u64 ns = ktime_get_ns() - pacer->since_ns;
	bool quiet = !(pacer->turn_then & 1) && pacer->turn_then == (u32)atomic_read(&pacer->turn);
	atomic64_t *sum = quiet ? &pacer->quiet[pacer->kind] : &pacer->copying[pacer->kind];

	/* One after the other: together they are no longer than the time since the last take. */
	if ((u64)atomic64_read(sum) >> NR_SHIFT < MOST_NR)
		atomic64_add((1ull << NR_SHIFT) + ns, sum);
	WRITE_ONCE(set->timed, NULL);
	atomic_set_release(&pacer->claimed, 0);
}

static void take(atomic64_t *from, struct tandem_pace_sum *to)
{
	u64 sum = atomic64_read(from) ? atomic64_xchg(from, 0) : 0;

	to->nr = sum >> NR_SHIFT;
	to->ns = sum & ((1ull << NR_SHIFT) - 1);
}

static void see(struct tandem_copy *copy, u64 now_ns)
{
	struct tandem_pacer *pacer = &copy->pacer;
	struct tandem_pace_seen seen;
	unsigned int i;
	u64 since_ns;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < TANDEM_NR_PACE_KINDS; i++) {
		take(&pacer->copying[i], &seen.copying[i]);
		take(&pacer->quiet[i], &seen.quiet[i]);
		if (seen.copying[i].nr || seen.quiet[i].nr)
			seen.last_ns = now_ns;
	}
	/* Pairs with the release of who is timed: then its time is there, too. */
	if (smp_load_acquire(&copy->set->timed)) {
		since_ns = READ_ONCE(pacer->since_ns);
		seen.waiting_ns[READ_ONCE(pacer->kind)] = now_ns > since_ns ? now_ns - since_ns : 0;
		seen.last_ns = now_ns;
	}
	tandem_pace_see(&pacer->pace, &seen, now_ns);
}

/* Bytes a second that the recovery target needs; 0: it asks for nothing. */
static u64 due(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	const struct tandem_super *super = set->array->super;
	struct tandem_pacer *pacer = &copy->pacer;
	u32 unsure = atomic_read(&set->nr_unsure);
	u32 regions;

	if (!set->log)
		return 0;
	pacer->unsure = unsure ? max(pacer->unsure, unsure) : 0;
	regions = pacer->unsure + atomic_read(&set->nr_partly);
	regions = min(regions, READ_ONCE(set->log->limit));
	return tandem_pace_due((u64)regions * super->geo.region_sectors * TANDEM_SECTOR_BYTES,
			       READ_ONCE(set->array->keep.recovery_ms));
}

static void obey(struct tandem_copy *copy)
{
	struct tandem_pace_order *order = &copy->pacer.pace.order;
	const struct tandem_sync *sync = &copy->set->array->sync;

	order->due = due(copy);
	order->limit = READ_ONCE(sync->limit);
	order->target_ns = READ_ONCE(sync->target_us) * 1000;
}

void tandem_pace_create(struct tandem_copy *copy)
{
	tandem_pace_init(&copy->pacer.pace, copy->set->array->params.tunables.pace_us * 1000ull);
}

void tandem_pace_begin(struct tandem_copy *copy)
{
	struct tandem_pacer *pacer = &copy->pacer;

	if (!copy->set->watched) {
		tandem_pace_start(&pacer->pace, ktime_get_ns());
		WRITE_ONCE(copy->set->watched, true);
	}
	if (!(atomic_read(&pacer->turn) & 1))
		atomic_inc(&pacer->turn);
}

void tandem_pace_end(struct tandem_copy *copy)
{
	tandem_pace_copied(&copy->pacer.pace, copy->length_sectors * TANDEM_SECTOR_BYTES,
			   ktime_get_ns());
}

bool tandem_pace_rests(struct tandem_copy *copy)
{
	struct tandem_pacer *pacer = &copy->pacer;
	u64 now_ns = ktime_get_ns();
	u64 ns;

	if (!copy->set->watched)
		return false;
	obey(copy);
	see(copy, now_ns);
	ns = tandem_pace_rest(&pacer->pace, now_ns);
	if (!ns)
		return false;
	if (atomic_read(&pacer->turn) & 1)
		atomic_inc(&pacer->turn);
	queue_delayed_work(copy->set->array->wq, &copy->work,
			   msecs_to_jiffies((ns + NS_PER_MS - 1) / NS_PER_MS));
	return true;
}

void tandem_pace_stop(struct tandem_copy *copy)
{
	struct tandem_pacer *pacer = &copy->pacer;

	if (!copy->set->watched)
		return;
	WRITE_ONCE(copy->set->watched, false);
	pacer->unsure = 0;
	if (atomic_read(&pacer->turn) & 1)
		atomic_inc(&pacer->turn);
}
