// SPDX-License-Identifier: GPL-2.0-only
/*
 * A processor stands still at one place, and what others do meanwhile is told.
 *
 * Decisions: chance does not find the place: a promotion under load takes it once in
 * a history, and a leg must fail in that moment and have its record written. Who waits
 * here looks wherever the engine can be interrupted (sched.h); at which of the places
 * that fit it strikes is decided in every way.
 */
#include "ambush.h"
#include "choice.h"
#include "front.h"
#include "io/copier.h"
#include "io/fault.h"
#include "sched.h"
#include "steer.h"
#include "world.h"

#define PLACES		3u
#define PATIENCE_TICKS	10000000u

static struct {
	void (*before)(void);
	u32 leg;
	u32 skip;
	bool is_waiting;
} ambush;

static struct tandem_set *set(void)
{
	return &front_array()->set[world_set_of(ambush.leg)];
}

/* Nobody has the token yet: who comes may still take it. */
static bool is_the_place(void)
{
	const struct tandem_copy *copy;

	if (!front_is_up() || front_array()->commit_busy)
		return false;
	copy = set()->copy;
	return copy->state == COPY_PROMOTE && copy->promote == PROMOTE_TOKEN;
}

static void strike(void)
{
	struct sim_state here = sim_state;
	u64 deadline = sim_now() + PATIENCE_TICKS;

	SIM_NOTE("ambush", NULL, { ambush.leg });
	memset(&sim_state, 0, sizeof(sim_state));
	sim_state.control = true;
	steer_fail_leg(ambush.leg);
	sim_state.control = false;
	while (tandem_fault_is_due(set()) && sim_now() < deadline)
		if (!sim_step())
			break;
	sim_state = here;
}

static void look(void)
{
	if (ambush.before)
		ambush.before();
	if (!is_the_place() || ambush.skip--)
		return;
	ambush_end();
	strike();
}

void ambush_promotion(u32 leg)
{
	ambush_end();
	ambush.leg = leg;
	ambush.skip = choice_of(PLACES);
	ambush.before = sim_before_preemption;
	ambush.is_waiting = true;
	sim_before_preemption = look;
	sim_set_preemption(SIM_ONLY_LOOK);
}

bool ambush_is_waiting(void)
{
	return ambush.is_waiting;
}

void ambush_end(void)
{
	if (!ambush.is_waiting)
		return;
	ambush.is_waiting = false;
	sim_before_preemption = ambush.before;
	sim_set_preemption(0);
}
