// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the histories that people meet get the verdict that they deserve.
 *
 * Method: each test plays one history (play.h: real superblocks, modelled
 * engine), says what the chooser must answer, and then holds it against the
 * rules of world_check.h for every subset of the disks in every order. All other
 * histories, up to a length, are test_world.c's part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "play.h"
#include "world.h"
#include "world_check.h"

/* Two legs of one set; leg 1 fails, leg 0 goes on without it. */
static void leg_0_went_on(void)
{
	world_init(now, 1, 2);
	up(3, PROVEN);
	disk_fails(1);
	power_cut();
}

/* A new disk, number 2, takes place 1. */
static void place_1_was_filled(void)
{
	replace(1, 1);
	filled(2);
	down();
}

static void test_complete(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 2);
	plan = ask(3, NEVER, TANDEM_ASM_COMPLETE, true);
	assert_use(&plan, "cc");
	assert_true(plan.clean);
	run_once(3, NEVER);
	assert_true(ask(3, NEVER, TANDEM_ASM_COMPLETE, true).clean);
	up(3, NEVER);
	power_cut();
	assert_false(ask(3, NEVER, TANDEM_ASM_COMPLETE, true).clean);
	sane();
}

static void test_degraded_and_proven(void **state)
{
	struct tandem_plan plan;

	(void)state;
	leg_0_went_on();
	plan = ask(1, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "c");
	ask(1, NEVER, TANDEM_ASM_PROVEN, false);
	plan = ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "cs");
	plan = ask(2, PROVEN, TANDEM_ASM_UNPROVEN, false);
	assert_int_equal(plan.place, 0);
	sane();
}

/* B14: two equal legs of three prove nothing about the third. */
static void test_two_equal_legs_of_three_prove_nothing(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 3);
	run_once(7, PROVEN);
	plan = ask(3, PROVEN, TANDEM_ASM_UNPROVEN, false);
	assert_int_equal(plan.place, 2);
	ask(3, FORCE, TANDEM_ASM_UNPROVEN, true);
	sane();
}

/* I51: both halves booted apart. */
static void test_split_brain_names_both_sides_in_every_order(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 2);
	run_once(3, PROVEN);
	run_once(1, FORCE);
	run_once(2, FORCE);
	plan = ask(3, FORCE, TANDEM_ASM_SPLIT, false);
	assert_true(plan.culprit[0] == 0 && plan.culprit[1] == 1);
	/* Each side goes on alone, and neither takes the other for its own. */
	ask(1, PROVEN, TANDEM_ASM_PROVEN, true);
	ask(2, PROVEN, TANDEM_ASM_PROVEN, true);
	run_once(1, PROVEN);
	ask(3, FORCE, TANDEM_ASM_SPLIT, false);
	sane();
}

/* Three legs: one side of two, one of one. */
static void test_split_brain_of_two_against_one(void **state)
{
	(void)state;
	world_init(now, 1, 3);
	run_once(7, PROVEN);
	run_once(3, FORCE);
	run_once(4, FORCE);
	ask(7, FORCE, TANDEM_ASM_SPLIT, false);
	ask(5, FORCE, TANDEM_ASM_SPLIT, false);
	ask(6, FORCE, TANDEM_ASM_SPLIT, false);
	ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	sane();
}

/* A12: sets {0, 1} and {2, 3}; 1 belongs to the timeline of 2 and 3 only. */
static void test_sets_of_two_timelines_do_not_mix(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 2, 2);
	run_once(5, FORCE);
	plan = ask(6, PROVEN, TANDEM_ASM_STALE, false);
	assert_use(&plan, "-sc");
	assert_int_equal(plan.place, 0);
	run_once(6, FORCE);
	ask(0xd, FORCE, TANDEM_ASM_SPLIT, false);
	ask(0x5, FORCE, TANDEM_ASM_SPLIT, false);
	ask(0xf, FORCE, TANDEM_ASM_SPLIT, false);
	ask(0x6, PROVEN, TANDEM_ASM_PROVEN, true);
	sane();
}

static void test_forced_stale_start_makes_the_old_timeline_a_rival(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 2, 2);
	run_once(0xf, PROVEN);
	run_once(0xd, FORCE);
	plan = ask(0xe, FORCE, TANDEM_ASM_STALE, true);
	assert_use(&plan, "-ccc");
	run_once(0xe, FORCE);
	ask(0xe, PROVEN, TANDEM_ASM_PROVEN, true);
	ask(0xf, FORCE, TANDEM_ASM_SPLIT, false);
	ask(0xd, FORCE, TANDEM_ASM_SPLIT, false);
	sane();
}

/* What was being filled on the newer side is no leg of the older one. */
static void test_forced_stale_start_leaves_out_what_it_does_not_know(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 3);
	up(7, PROVEN);
	disk_fails(0);
	disk_fails(2);
	power_cut();
	up_and_rejoin(6);
	power_cut();
	plan = ask(5, PROVEN, TANDEM_ASM_STALE, false);
	assert_use(&plan, "s-r");
	plan = ask(5, FORCE, TANDEM_ASM_STALE, true);
	assert_use(&plan, "c--");
	run_once(5, FORCE);
	ask(1, PROVEN, TANDEM_ASM_PROVEN, true);
	ask(5, FORCE, TANDEM_ASM_SPLIT, false);
	ask(7, FORCE, TANDEM_ASM_SPLIT, false);
	sane();
}

/* A leg that was being filled holds nothing that force could start. */
static void test_force_does_not_start_what_was_being_filled(void **state)
{
	(void)state;
	leg_0_went_on();
	up_and_rejoin(3);
	power_cut();
	ask(2, FORCE, TANDEM_ASM_EMPTY, false);
	ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	up(3, PROVEN);
	filled(1);
	power_cut();
	ask(3, NEVER, TANDEM_ASM_COMPLETE, true);
	sane();
}

/* A record that has reached one leg only counts, and holds nobody up. */
static void test_half_written_configuration(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 3);
	up(7, PROVEN);
	half_fail(2, 1);
	plan = ask(7, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "ccs");
	ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	ask(1, PROVEN, TANDEM_ASM_UNPROVEN, false);
	plan = ask(6, PROVEN, TANDEM_ASM_UNPROVEN, false);
	assert_use(&plan, "-cc");
	run_once(7, PROVEN);
	ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	sane();
}

/* Power goes in three activations, each time on another leg. */
static void test_half_written_epochs_pile_up(void **state)
{
	(void)state;
	world_init(now, 1, 3);
	half_up(7, PROVEN, 1);
	ask(7, NEVER, TANDEM_ASM_COMPLETE, true);
	half_up(7, PROVEN, 2);
	ask(7, NEVER, TANDEM_ASM_COMPLETE, true);
	half_up(7, PROVEN, 4);
	ask(7, NEVER, TANDEM_ASM_COMPLETE, true);
	ask(3, PROVEN, TANDEM_ASM_UNPROVEN, false);
	assert_false(ask(7, NEVER, TANDEM_ASM_COMPLETE, true).clean);
	run_once(7, PROVEN);
	assert_true(ask(7, NEVER, TANDEM_ASM_COMPLETE, true).clean);
	sane();
}

/* The stop was recorded on one leg only: not clean, whichever leg that was. */
static void test_half_written_stop_is_not_clean(void **state)
{
	static struct tandem_super merged;
	struct tandem_candidate candidate[2];
	struct tandem_plan plan;
	unsigned int i;

	(void)state;
	for (i = 1; i < 3; i++) {
		const struct world_event stop = { .kind = WORLD_STOP, .land = (u8)i };

		world_init(now, 1, 2);
		up(3, PROVEN);
		assert_true(world_apply(now, &stop));
		assert_false(ask(3, NEVER, TANDEM_ASM_COMPLETE, true).clean);
		sane();
		play_candidates(candidate);
		tandem_assembly_choose(candidate, 2, NEVER, &plan);
		tandem_assembly_merge(candidate, &plan, &merged);
		assert_false(merged.flags & TANDEM_FLAG_CLEAN);
	}
	/* A clean stop of one epoch says nothing about another one. */
	world_init(now, 1, 2);
	half_up(3, PROVEN, 1);
	now->disk[0].super.flags |= TANDEM_FLAG_CLEAN;
	assert_false(ask(3, NEVER, TANDEM_ASM_COMPLETE, true).clean);
}

/* I54: a second path, or a copy, of a leg. */
/* A12, A13: a leg from an image that is older than its last failure or start. */
static void test_rolled_back_leg_stops_the_start(void **state)
{
	(void)state;
	world_init(now, 1, 2);
	run_once(3, PROVEN);
	world_copy(&now[1], now);
	run_once(3, PROVEN);
	run_once(3, PROVEN);
	now->disk[1].super = now[1].disk[1].super;
	ask(3, FORCE, TANDEM_ASM_SPLIT, false);
	now->disk[1].super = now->disk[1].older;
	ask(3, NEVER, TANDEM_ASM_COMPLETE, true);
	/* The other way round: the leg that ran alone is the one from the image. */
	up(3, PROVEN);
	disk_fails(1);
	power_cut();
	world_copy(&now[1], now);
	up_and_rejoin(3);
	filled(1);
	down();
	now->disk[0].super = now[1].disk[0].super;
	ask(3, FORCE, TANDEM_ASM_SPLIT, false);
}

/* B20: a disk that was replaced while it was away. */
static void test_former_leg_is_left_out(void **state)
{
	struct tandem_plan plan;

	(void)state;
	leg_0_went_on();
	place_1_was_filled();
	plan = ask(7, PROVEN, TANDEM_ASM_COMPLETE, true);
	assert_use(&plan, "c-c");
	assert_int_equal(plan.of_place[1], 2);
	ask(5, NEVER, TANDEM_ASM_COMPLETE, true);
	ask(2, PROVEN, TANDEM_ASM_UNPROVEN, false);
	/* Without the leg that both call current nobody can tell who is former. */
	ask(6, FORCE, TANDEM_ASM_SPLIT, false);
	sane();
}

/* The same disk, but it went on alone before it came back. */
static void test_former_leg_that_went_on_is_a_rival(void **state)
{
	(void)state;
	leg_0_went_on();
	place_1_was_filled();
	run_once(2, FORCE);
	ask(7, FORCE, TANDEM_ASM_SPLIT, false);
	ask(3, FORCE, TANDEM_ASM_SPLIT, false);
	sane();
}

/* A13: here the "former" leg is the newer one, and the other is from an image. */
static void test_rolled_back_leg_cannot_call_a_newer_one_former(void **state)
{
	(void)state;
	leg_0_went_on();
	world_copy(&now[1], now);
	place_1_was_filled();
	now->disk[0].super = now[1].disk[0].super;
	ask(5, FORCE, TANDEM_ASM_SPLIT, false);
}

/* A11: a record of membership is in both slots of the survivor. */
static void test_one_rotten_slot_brings_no_dead_leg_back(void **state)
{
	struct tandem_plan plan;

	(void)state;
	leg_0_went_on();
	now->disk[0].super = now->disk[0].older;
	plan = ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "cs");
	ask(2, PROVEN, TANDEM_ASM_UNPROVEN, false);
	sane();
}

/* A write that the disk called failed was read back, and then lost with the power. */
static void test_record_that_was_only_in_a_cache(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 2);
	assert_true(world_apply(now, &(struct world_event){ .kind = WORLD_START, .present = 3,
			.policy = PROVEN, .land = 3, .errs = 1, .land2 = 1 }));
	power_cut();
	plan = ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "cs");
	run_once(3, PROVEN);
	assert_true(world_apply(now, &(struct world_event){ .kind = WORLD_FADE, .disk = 1 }));
	plan = ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "cs");
	sane();
}

/* A half-written record was built upon; then the slot that had it is lost. */
static void test_rotten_slot_under_a_newer_record_is_safe(void **state)
{
	(void)state;
	world_init(now, 1, 2);
	half_up(3, PROVEN, 1);
	half_up(3, PROVEN, 2);
	now->disk[0].super = now->disk[0].older;
	now->rotted = true;
	ask(1, PROVEN, TANDEM_ASM_UNPROVEN, false);
	ask(3, FORCE, TANDEM_ASM_SPLIT, false);
	sane();
}

static void test_override_is_recorded_and_stays(void **state)
{
	(void)state;
	world_init(now, 1, 2);
	run_once(1, FORCE);
	assert_int_equal(now->disk[0].super.epoch.flags, TANDEM_FLAG_FORCED);
	assert_true(now->disk[0].super.flags & TANDEM_FLAG_FORCED);
	run_once(1, PROVEN);
	assert_int_equal(now->disk[0].super.epoch.flags, 0);
	assert_true(now->disk[0].super.flags & TANDEM_FLAG_FORCED);
	/* Proof needs no force, and force that is not needed is no override. */
	assert_false(ask(1, FORCE, TANDEM_ASM_PROVEN, true).forced);
}

/* The leg that was left out, and did nothing, is ours and can be filled again. */
static void test_leg_left_out_by_force_returns(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 2);
	half_up(3, PROVEN, 1);
	run_once(1, FORCE);
	plan = ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "cs");
	up_and_rejoin(3);
	filled(1);
	down();
	ask(3, NEVER, TANDEM_ASM_COMPLETE, true);
	sane();
}

static void test_merge_takes_each_set_from_its_newest_leg(void **state)
{
	struct tandem_candidate candidate[4];
	static struct tandem_super merged;
	struct tandem_plan plan;
	unsigned int i;

	(void)state;
	world_init(now, 2, 2);
	up(0xf, PROVEN);
	disk_fails(1);
	disk_fails(2);
	down();
	up_and_rejoin(0xb);
	power_cut();
	play_candidates(candidate);
	tandem_assembly_choose(candidate, 4, PROVEN, &plan);
	assert_true(plan.startable);
	assert_use(&plan, "crsc");
	tandem_assembly_merge(candidate, &plan, &merged);
	assert_int_equal(tandem_lineage_mask(&merged, 0, TANDEM_RECORD_CURRENT), 1);
	assert_int_equal(tandem_lineage_mask(&merged, 0, TANDEM_RECORD_REBUILDING), 2);
	assert_int_equal(tandem_lineage_mask(&merged, 1, TANDEM_RECORD_CURRENT), 2);
	assert_int_equal(tandem_lineage_mask(&merged, 1, TANDEM_RECORD_FAILED), 1);
	for (i = 0; i < 4; i++) {
		const struct tandem_pair found = tandem_lineage_pair(&now->disk[i].super, i / 2);

		assert_memory_equal(&merged.place[i].last, &found, sizeof(found));
	}
	assert_false(merged.flags & TANDEM_FLAG_CLEAN);
	/* Without the leg that was being filled, nothing is being filled. */
	candidate[1] = candidate[3];
	tandem_assembly_choose(candidate, 3, PROVEN, &plan);
	tandem_assembly_merge(candidate, &plan, &merged);
	assert_int_equal(tandem_lineage_mask(&merged, 0, TANDEM_RECORD_REBUILDING), 0);
	assert_int_equal(tandem_lineage_mask(&merged, 0, TANDEM_RECORD_STALE), 2);
}

/* `create` need not fill in pairs: the first start does. */
static void test_absent_leg_of_a_fresh_array_is_known_when_it_comes(void **state)
{
	unsigned int i, j;

	(void)state;
	world_init(now, 1, 2);
	for (i = 0; i < 2; i++)
		for (j = 0; j < 2; j++)
			assert_true(tandem_id_is_none(&now->disk[i].super.place[j].issued.config));
	run_once(1, FORCE);
	ask(3, PROVEN, TANDEM_ASM_PROVEN, true);
	sane();
}

/* 32 sets of two, all here: the limits of every array in the chooser. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_degraded_and_proven),
		cmocka_unit_test(test_two_equal_legs_of_three_prove_nothing),
		cmocka_unit_test(test_split_brain_names_both_sides_in_every_order),
		cmocka_unit_test(test_split_brain_of_two_against_one),
		cmocka_unit_test(test_sets_of_two_timelines_do_not_mix),
		cmocka_unit_test(test_forced_stale_start_makes_the_old_timeline_a_rival),
		cmocka_unit_test(test_forced_stale_start_leaves_out_what_it_does_not_know),
		cmocka_unit_test(test_force_does_not_start_what_was_being_filled),
		cmocka_unit_test(test_half_written_configuration),
		cmocka_unit_test(test_half_written_epochs_pile_up),
		cmocka_unit_test(test_half_written_stop_is_not_clean),
		cmocka_unit_test(test_rolled_back_leg_stops_the_start),
		cmocka_unit_test(test_former_leg_is_left_out),
		cmocka_unit_test(test_former_leg_that_went_on_is_a_rival),
		cmocka_unit_test(test_rolled_back_leg_cannot_call_a_newer_one_former),
		cmocka_unit_test(test_one_rotten_slot_brings_no_dead_leg_back),
		cmocka_unit_test(test_record_that_was_only_in_a_cache),
		cmocka_unit_test(test_rotten_slot_under_a_newer_record_is_safe),
		cmocka_unit_test(test_override_is_recorded_and_stays),
		cmocka_unit_test(test_leg_left_out_by_force_returns),
		cmocka_unit_test(test_merge_takes_each_set_from_its_newest_leg),
		cmocka_unit_test(test_absent_leg_of_a_fresh_array_is_known_when_it_comes),
	};

	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
