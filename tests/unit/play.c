// SPDX-License-Identifier: GPL-2.0-only
/*
 * Playing histories: see play.h. A step whose commit can end in several ways
 * takes the one in which it reaches every leg that it is for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "play.h"

struct world *now;

int play_setup(void **state)
{
	(void)state;
	now = calloc(2, sizeof(*now));
	return now ? 0 : -1;
}

int play_teardown(void **state)
{
	(void)state;
	free(now);
	return 0;
}

struct tandem_plan ask(u8 present, enum tandem_degraded policy,
			      enum tandem_verdict_kind kind, bool startable)
{
	struct tandem_plan plan;

	world_choose(now, present, policy, &plan);
	if (plan.kind != kind)
		world_print_plans(now);
	assert_string_equal(tandem_assembly_text(plan.kind), tandem_assembly_text(kind));
	assert_int_equal(plan.startable, startable);
	assert_int_equal(plan.forced, startable && policy == FORCE &&
			 (kind == TANDEM_ASM_UNPROVEN || kind == TANDEM_ASM_STALE));
	return plan;
}

void play_candidates(struct tandem_candidate *candidate)
{
	unsigned int i;

	for (i = 0; i < now->nr_disks; i++) {
		candidate[i].super = &now->disk[i].super;
		candidate[i].disk_sectors = WORLD_DISK_SECTORS;
		candidate[i].logical_block_bytes = WORLD_BLOCK_BYTES;
	}
}

void assert_use(const struct tandem_plan *plan, const char *use)
{
	static const char letter[] = { '-', 'c', 'r', 's' };
	unsigned int i;

	for (i = 0; use[i]; i++)
		assert_int_equal(letter[plan->use[i]], use[i]);
}

/* One event, whose commit reaches what it has to. */
static void play(struct world_event event)
{
	unsigned int land;

	for (land = 0; land < 256; land++) {
		static struct world copy;

		event.land = (u8)land;
		event.errs = -1;
		world_copy(&copy, now);
		if (!world_apply(&copy, &event))
			continue;
		if (!copy.running && event.kind != WORLD_STOP)
			continue;
		if (event.kind == WORLD_STOP && event.land != now->used)
			continue;
		world_copy(now, &copy);
		return;
	}
	fail_msg("this cannot happen here");
}

void up(u8 present, enum tandem_degraded policy)
{
	play((struct world_event){ .kind = WORLD_START, .present = present, .policy = policy });
}

void up_and_rejoin(u8 present)
{
	play((struct world_event){ .kind = WORLD_START, .present = present, .policy = PROVEN,
				   .join = true });
}

void replace(u8 present, int place)
{
	play((struct world_event){ .kind = WORLD_REPLACE, .present = present,
				   .policy = PROVEN, .disk = (s8)place });
}

void half_up(u8 present, enum tandem_degraded policy, u8 land)
{
	const struct world_event event = { .kind = WORLD_START, .present = present,
					   .policy = (u8)policy, .land = land, .errs = -1 };

	assert_true(world_apply(now, &event));
	assert_false(now->running);
}

void disk_fails(int disk)
{
	play((struct world_event){ .kind = WORLD_FAIL, .disk = (s8)disk });
}

void half_fail(int disk, u8 land)
{
	const struct world_event event = { .kind = WORLD_FAIL, .disk = (s8)disk,
					   .land = land, .errs = -1 };

	assert_true(world_apply(now, &event));
	assert_false(now->running);
}

void filled(int disk)
{
	play((struct world_event){ .kind = WORLD_PROMOTE, .disk = (s8)disk });
}

void down(void)
{
	play((struct world_event){ .kind = WORLD_STOP });
}

void power_cut(void)
{
	const struct world_event event = { .kind = WORLD_CRASH };

	assert_true(world_apply(now, &event));
}

void run_once(u8 present, enum tandem_degraded policy)
{
	up(present, policy);
	down();
}

void sane(void)
{
	const char *why = world_check(now, true);

	if (why)
		fail_msg("%s", why);
}
