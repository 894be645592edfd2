// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about the copy rate of a set.
 *
 *	measured  one copy of full size takes no less than the quickest read and write of
 *	          a copier have taken, and no more than the slowest: idle time is not in it.
 *	          Only where the copier is never interrupted, for as long as others like
 *	limit     of the intent log is what can be copied within the target
 *	cost      what the logs of a set list together, as they are on the disks, grows only
 *	          up to the limit, whatever is unsure already: power may go whenever a record
 *	          has landed. What nobody can make equal does not count, nor a log that says
 *	          that every region may differ. The limit gives way to who has waited for
 *	          long, never while no disk fails or takes long, and by no more than is used
 *	kept      after a clean stop the next start knows what was known
 *	changed   a leg that begins to be filled makes it unknown
 */
#include "core/rate.h"
#include "faults.h"
#include "front.h"
#include "io/logger.h"
#include "oracle.h"
#include "oracle_rate.h"
#include "sched.h"
#include "world.h"

/* Work items run in between. */
#define SLACK_TICKS	150

/* With such disks writes are under way for as long as the cleaner has patience. */
#define LONG_TICKS	100000

static struct {
	u64 shortest[2];	/* reads, writes with FUA; ticks */
	u64 longest[2];
	u64 known[TANDEM_MAX_SETS];	/* when it went down */
	bool down;
	struct {
		u32 listed;	/* when the last record landed */
		u64 sequence;	/* of the record before the one that was sent last */
		u32 allowed;	/* for that one: it may fall behind whoever composes it */
		u32 seen;	/* most since it was sent, as far as anybody looked */
	} cost[TANDEM_MAX_SETS];
} rates;

void oracle_rate_begin(void)
{
	memset(&rates, 0, sizeof(rates));
	memset(rates.shortest, 0xff, sizeof(rates.shortest));
}

void oracle_rate_done(const struct sim_command *command)
{
	bool write = command->op == REQ_OP_WRITE;
	u64 ticks = sim_now() - command->sent;

	if (command->users || command->count != TANDEM_COPY_SECTORS ||
	    command->sector < command->disk->store.data_first || (write && !command->fua))
		return;
	rates.shortest[write] = min(rates.shortest[write], ticks);
	rates.longest[write] = max(rates.longest[write], ticks);
}

static void check_measured(u32 s, u64 rate)
{
	u64 ticks = TANDEM_COPY_SECTORS * 512ull * 1000000 / rate;
	u64 least = rates.shortest[0] + rates.shortest[1];
	u64 most = rates.longest[0] + rates.longest[1] + SLACK_TICKS;

	/* What is known is behind by a few per cent. */
	if (ticks + ticks / 8 + 2 < least || ticks - ticks / 8 > most)
		sim_fail("rate", "set %u: a copy takes %llu ticks by its rate, and has never "
			 "taken less than %llu or more than %llu", s, (unsigned long long)ticks,
			 (unsigned long long)least, (unsigned long long)most);
}

static void check_limit(const struct tandem_set *set)
{
	u64 rate = set->copy_rate ? set->copy_rate : TANDEM_DEFAULT_COPY_RATE;
	u64 bytes = set->array->keep.recovery_ms * rate / 1000;
	u64 want = max(bytes / (world.super.geo.region_sectors * 512), 4ull);

	want = max(min(want, set->log->capacity / 4ull), 1ull);
	if (!world.options.log_limit && set->log->limit != want)
		sim_fail("rate", "set %u: %u regions may be dirty, not %llu, at %llu bytes/s",
			 set->index, set->log->limit, (unsigned long long)want,
			 (unsigned long long)set->copy_rate);
}

/* Regions in the log of any leg that a start would use. One may not say (torn, unreadable). */
#define NOT_SAID	(~0u)

static u32 nr_listed(u32 set)
{
	unsigned int leg = set * world.options.legs;
	unsigned int end = leg + world.options.legs;
	u64 legs = front_legs(TANDEM_LEG_CURRENT);
	const struct logbook_state *state;
	u32 region, nr = 0;
	unsigned int i;

	for (region = 0; region < logbook_nr_regions(); region++) {
		for (i = leg; i < end; i++) {
			state = logbook_state(i, true);
			if (!(legs & 1ull << i))
				continue;
			if (state->all || state->lost)
				return NOT_SAID;
			if (logbook_has(state, region))
				break;
		}
		nr += i < end;
	}
	return nr;
}

static u32 allowed_now(u32 set)
{
	const struct tandem_log *log = front_array()->set[set].log;

	return log->limit + log->over + log->nr_stuck;
}

void oracle_rate_preempted(void)
{
	u32 set;

	for (set = 0; front_exists() && set < world.options.sets; set++)
		if (front_array()->set[set].log)
			rates.cost[set].seen = max(rates.cost[set].seen, allowed_now(set));
}

void oracle_rate_sent(u32 set)
{
	u64 sequence;

	if (!front_exists() || !front_array()->set[set].log)
		return;
	sequence = front_array()->set[set].log->sequence;
	if (sequence != rates.cost[set].sequence) {
		rates.cost[set].sequence = sequence;
		rates.cost[set].allowed = rates.cost[set].seen;
		rates.cost[set].seen = 0;
	}
	rates.cost[set].allowed = max(rates.cost[set].allowed, allowed_now(set));
}

/*
 * Whatever is written to is soon free again. Strings leave requests under way for as long as
 * they like; where processors interrupt each other, one may stand still for seconds.
 */
static bool is_quick(void)
{
	return !faults_injected() && !world.options.slow && !world.options.steered &&
	       !world.options.preemption && world.options.latency < LONG_TICKS;
}

void oracle_rate_landed(u32 set)
{
	const struct tandem_log *log;
	u32 listed, allowed;

	if (!front_exists() || !world.options.log)
		return;
	log = front_array()->set[set].log;
	if (!log)
		return;
	listed = nr_listed(set);
	allowed = max(allowed_now(set), rates.cost[set].allowed);
	if (front_is_up() && log->over && is_quick())
		sim_fail("cost", "set %u: no disk has failed, and the limit gave way", set);
	if (front_is_up() && log->over > log->intent.nr_dirty + 1)
		sim_fail("cost", "set %u: the limit gave way by %u, for %u regions", set, log->over,
			 log->intent.nr_dirty);
	/* A limit that follows what is measured may be up and down again before anybody looks. */
	if (world.options.preemption && !world.options.log_limit)
		allowed = listed;
	if (front_is_up() && listed != NOT_SAID && listed > rates.cost[set].listed &&
	    listed > allowed)
		sim_fail("cost", "set %u: %u regions are in the logs, and %u may be", set, listed,
			 allowed);
	rates.cost[set].listed = listed;
}

void oracle_rate_look(struct tandem_array *array)
{
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++) {
		if (array->set[s].copy_rate && !world.options.preemption)
			check_measured(s, array->set[s].copy_rate);
		if (world.options.log)
			check_limit(&array->set[s]);
	}
}

void oracle_rate_started(struct tandem_array *array)
{
	bool joined[TANDEM_MAX_SETS] = { false };
	bool whole[TANDEM_MAX_SETS];
	struct tandem_leg *leg;
	unsigned int i;

	memset(whole, true, sizeof(whole));
	for (i = 0; i < world.nr_disks; i++) {
		leg = &array->leg[i];
		joined[leg->set->index] |= leg->state == TANDEM_LEG_REBUILDING &&
					   leg->use != TANDEM_USE_REBUILDING;
		whole[leg->set->index] &= leg->state == TANDEM_LEG_CURRENT;
	}
	for (i = 0; i < array->nr_sets; i++) {
		/* A start that stood still for long may have measured what it began to fill. */
		if (joined[i] && array->set[i].copy_rate && !world.options.preemption)
			sim_fail("rate", "set %u: a disk was changed, and its rate is known", i);
		if (whole[i] && rates.down && array->plan.clean &&
		    array->set[i].copy_rate != rates.known[i])
			sim_fail("rate", "set %u: was copied at %llu bytes/s, and that is not "
				 "kept (%llu)", i, (unsigned long long)rates.known[i],
				 (unsigned long long)array->set[i].copy_rate);
	}
	oracle_rate_look(array);
	rates.down = false;
}

void oracle_rate_broken(void)
{
	rates.down = false;
}

/* Which rates the legs can say, if this was a clean stop. */
void oracle_rate_down(struct tandem_array *array)
{
	unsigned int s;

	rates.down = !array->params.read_only;
	for (s = 0; s < array->nr_sets; s++)
		rates.known[s] = array->set[s].copy_rate;
}
