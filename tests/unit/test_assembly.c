// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: disks that do not belong together, or not where they are, are refused
 * or left out before any history is looked at; and the largest array is judged.
 *
 * Method: one field at a time is spoilt in an array that is otherwise whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "play.h"
#include "world.h"
#include "world_check.h"

static void test_a_place_that_never_had_a_leg_is_not_missed(void **state)
{
	unsigned int i;

	(void)state;
	world_init(now, 1, 3);
	for (i = 0; i < 2; i++) {
		memset(&now->disk[i].super.place[2].id, 0, sizeof(struct tandem_id));
		now->disk[i].super.place[2].record = TANDEM_RECORD_MISSING;
	}
	ask(3, NEVER, TANDEM_ASM_COMPLETE, true);
}

static void test_one_leg_twice(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 2);
	world_copy(&now[1], now);
	now->disk[2] = now->disk[1];
	now->nr_disks = 3;
	plan = ask(7, FORCE, TANDEM_ASM_DUPLICATE, false);
	assert_true(plan.culprit[0] == 1 && plan.culprit[1] == 2);
	ask(6, FORCE, TANDEM_ASM_DUPLICATE, false);
	/* An older copy is no better. */
	run_once(3, PROVEN);
	now->disk[2].super = now[1].disk[1].super;
	ask(7, FORCE, TANDEM_ASM_DUPLICATE, false);
}

static void test_leg_of_another_array(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 2);
	now->disk[1].super.array.byte[7] ^= 1;
	plan = ask(3, FORCE, TANDEM_ASM_FOREIGN, false);
	assert_true(plan.culprit[0] == 0 && plan.culprit[1] == 1);
}

/* Of our array and of our epoch, but nobody has its id: a stranger, not a leg. */
static void test_leg_that_nobody_lists(void **state)
{
	(void)state;
	world_init(now, 2, 2);
	run_once(0xf, PROVEN);
	now->disk[3].super.leg_id.byte[7] ^= 1;
	now->disk[3].super.place[3].id = now->disk[3].super.leg_id;
	ask(0xb, FORCE, TANDEM_ASM_SPLIT, false);
	ask(0xf, FORCE, TANDEM_ASM_SPLIT, false);
}

/* A larger disk was enlarged, a smaller one is another. */
static void test_size_of_a_disk_is_not_the_recorded_one(void **state)
{
	struct tandem_candidate candidate[2];
	struct tandem_plan plan;
	unsigned int j;

	(void)state;
	world_init(now, 1, 2);
	for (j = 0; j < 2; j++) {
		candidate[j].super = &now->disk[j].super;
		candidate[j].disk_sectors = WORLD_DISK_SECTORS;
		candidate[j].logical_block_bytes = WORLD_BLOCK_BYTES;
	}
	candidate[1].disk_sectors--;
	tandem_assembly_choose(candidate, 2, FORCE, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_MISMATCH);
	assert_int_equal(plan.culprit[0], 1);
	assert_false(plan.startable);
	candidate[1].disk_sectors = WORLD_DISK_SECTORS * 16ull;
	tandem_assembly_choose(candidate, 2, NEVER, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_COMPLETE);
	candidate[1].disk_sectors = WORLD_DISK_SECTORS;
	candidate[0].logical_block_bytes = 4096;
	tandem_assembly_choose(candidate, 2, FORCE, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_MISMATCH);
	assert_int_equal(plan.culprit[0], 0);
}

#define GROWN_SECTORS (WORLD_DISK_SECTORS + 4096ull)

/* A start made the sets longer, and power went when leg 0 said so. */
static void grow_half(struct tandem_candidate *candidate)
{
	world_init(now, 1, 2);
	run_once(3, PROVEN);
	half_up(3, PROVEN, 1);
	now->disk[0].super.geo.set_sectors += 4096;
	now->disk[0].super.own_disk_sectors = GROWN_SECTORS;
	play_candidates(candidate);
	candidate[0].disk_sectors = GROWN_SECTORS;
	candidate[1].disk_sectors = GROWN_SECTORS;
}

/* One leg says that the set has grown: so it is, whoever of the two is found (I41). */
static void test_a_set_that_has_grown_on_one_leg(void **state)
{
	static struct tandem_super merged;
	struct tandem_candidate candidate[WORLD_MAX_DISKS];
	struct tandem_plan plan;

	(void)state;
	grow_half(candidate);
	tandem_assembly_choose(candidate, 2, NEVER, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_COMPLETE);
	tandem_assembly_merge(candidate, &plan, &merged);
	assert_true(merged.geo.set_sectors == now->disk[0].super.geo.set_sectors);
	tandem_assembly_choose(candidate + 1, 1, FORCE, &plan);
	assert_true(plan.startable);
	tandem_assembly_merge(candidate + 1, &plan, &merged);
	assert_true(merged.geo.set_sectors == now->disk[1].super.geo.set_sectors);
}

static void test_a_set_that_a_disk_has_no_room_for(void **state)
{
	struct tandem_candidate candidate[WORLD_MAX_DISKS];
	struct tandem_plan plan;

	(void)state;
	grow_half(candidate);
	candidate[1].disk_sectors = WORLD_DISK_SECTORS;
	tandem_assembly_choose(candidate, 2, FORCE, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_MISMATCH);
	assert_int_equal(plan.culprit[0], 1);
	/* Of what is left out that is not asked. */
	world_init(now, 1, 2);
	up(3, PROVEN);
	disk_fails(1);
	power_cut();
	now->disk[0].super.geo.set_sectors += 4096;
	play_candidates(candidate);
	candidate[0].disk_sectors = GROWN_SECTORS;
	tandem_assembly_choose(candidate, 2, PROVEN, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_PROVEN);
	assert_use(&plan, "cs");
}

/* Nobody makes a set shorter: the older record cannot be the longer one. */
static void test_a_set_is_never_shorter_than_before(void **state)
{
	struct tandem_candidate candidate[WORLD_MAX_DISKS];
	struct tandem_plan plan;

	(void)state;
	grow_half(candidate);
	now->disk[1].super.geo.set_sectors += 8192;
	candidate[1].disk_sectors += 8192;
	tandem_assembly_choose(candidate, 2, FORCE, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_MISMATCH);
}

static void test_mismatch_is_named_before_a_split(void **state)
{
	struct tandem_candidate candidate[2];
	struct tandem_plan plan;
	unsigned int i;

	(void)state;
	world_init(now, 1, 2);
	run_once(1, FORCE);
	run_once(2, FORCE);
	for (i = 0; i < 2; i++) {
		candidate[i].super = &now->disk[i].super;
		candidate[i].disk_sectors = WORLD_DISK_SECTORS - i;
		candidate[i].logical_block_bytes = WORLD_BLOCK_BYTES;
	}
	tandem_assembly_choose(candidate, 2, FORCE, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_MISMATCH);
	assert_int_equal(plan.culprit[0], 1);
}

#define SPOIL(field) { #field, offsetof(struct tandem_super, field) }

static void test_shape_that_is_not_the_others(void **state)
{
	static const struct {
		const char *name;
		size_t offset;
	} field[] = {
		SPOIL(role), SPOIL(nr_legs), SPOIL(feature_compat), SPOIL(feature_ro_compat),
		SPOIL(feature_incompat), SPOIL(geo.level), SPOIL(geo.nr_sets),
		SPOIL(geo.chunk_sectors), SPOIL(geo.region_sectors),
		SPOIL(data_offset_sectors), SPOIL(log_offset_sectors),
		SPOIL(map_offset_sectors), SPOIL(log_slots), SPOIL(map_pages),
		SPOIL(set[0].first_leg), SPOIL(set[0].nr_legs),
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		struct tandem_plan plan;

		world_init(now, 1, 2);
		((u8 *)&now->disk[1].super)[field[i].offset] ^= 1;
		world_choose(now, 3, FORCE, &plan);
		if (plan.kind != TANDEM_ASM_MISMATCH || plan.startable)
			fail_msg("%s: not noticed", field[i].name);
		assert_true(plan.culprit[0] == 0 && plan.culprit[1] == 1);
	}
}

static void test_prepared_disk_is_used_only_when_it_has_joined(void **state)
{
	struct tandem_plan plan;

	(void)state;
	world_init(now, 1, 2);
	up(3, PROVEN);
	disk_fails(1);
	power_cut();
	ask(0, FORCE, TANDEM_ASM_EMPTY, false);
	world_copy(&now[1], now);
	/* The join reaches the old leg only. */
	assert_true(world_apply(now, &(struct world_event){ .kind = WORLD_REPLACE, .present = 1,
			.policy = PROVEN, .disk = 1, .land = 1, .errs = -1 }));
	plan = ask(5, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "c-r");
	/* It reaches nobody: the disk stays what it was. */
	world_copy(now, &now[1]);
	assert_true(world_apply(now, &(struct world_event){ .kind = WORLD_REPLACE, .present = 1,
			.policy = PROVEN, .disk = 1, .land = 0, .errs = -1 }));
	plan = ask(7, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "cs-");
	ask(4, FORCE, TANDEM_ASM_FORMER, false);
	/* One that would not fit is no leg, whatever the record says. */
	world_copy(now, &now[1]);
	assert_true(world_apply(now, &(struct world_event){ .kind = WORLD_REPLACE, .present = 1,
			.policy = PROVEN, .disk = 1, .land = 1, .errs = -1 }));
	now->disk[2].super.data_offset_sectors += 2048;
	plan = ask(5, PROVEN, TANDEM_ASM_PROVEN, true);
	assert_use(&plan, "c--");
}

static void test_largest_array(void **state)
{
	static struct tandem_super super[TANDEM_MAX_LEGS];
	static struct tandem_candidate candidate[TANDEM_MAX_LEGS];
	static struct tandem_super merged;
	struct tandem_plan plan;
	unsigned int i, j;

	(void)state;
	world_init(now, 1, 2);
	for (i = 0; i < TANDEM_MAX_LEGS; i++) {
		super[i] = now->disk[0].super;
		super[i].geo.level = TANDEM_RAID10;
		super[i].geo.nr_sets = TANDEM_MAX_SETS;
		super[i].nr_legs = TANDEM_MAX_LEGS;
		super[i].leg = (u16)i;
		for (j = 0; j < TANDEM_MAX_LEGS; j++) {
			super[i].place[j] = now->disk[0].super.place[0];
			super[i].place[j].id.byte[9] = (u8)(j + 1);
			super[i].place[j].set = (u16)(j / 2);
			super[i].set[j / 2] = now->disk[0].super.set[0];
			super[i].set[j / 2].first_leg = (u16)(j / 2 * 2);
			super[i].set[j / 2].nr_legs = 2;
			super[i].set[j / 2].id.byte[9] = (u8)(j / 2 + 1);
		}
		super[i].leg_id = super[i].place[i].id;
		/* Backwards, so that order and place differ. */
		candidate[TANDEM_MAX_LEGS - 1 - i].super = &super[i];
		candidate[TANDEM_MAX_LEGS - 1 - i].disk_sectors = super[i].own_disk_sectors;
		candidate[TANDEM_MAX_LEGS - 1 - i].logical_block_bytes = WORLD_BLOCK_BYTES;
	}
	tandem_assembly_choose(candidate, TANDEM_MAX_LEGS, NEVER, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_COMPLETE);
	assert_int_equal(plan.newest, TANDEM_MAX_LEGS - 1);
	for (i = 0; i < TANDEM_MAX_LEGS; i++)
		assert_int_equal(plan.of_place[i], TANDEM_MAX_LEGS - 1 - i);
	tandem_assembly_merge(candidate, &plan, &merged);
	assert_int_equal(tandem_lineage_mask(&merged, TANDEM_MAX_SETS - 1,
					     TANDEM_RECORD_CURRENT), 3);
	tandem_assembly_choose(candidate + 1, TANDEM_MAX_LEGS - 1, FORCE, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_UNPROVEN);
	assert_int_equal(plan.place, TANDEM_MAX_LEGS - 1);
	tandem_assembly_choose(candidate + 2, TANDEM_MAX_LEGS - 2, FORCE, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_EMPTY);
	assert_false(plan.startable);
}

static void test_every_verdict_has_a_text(void **state)
{
	unsigned int i, j;

	(void)state;
	for (i = 0; i < TANDEM_NR_ASM; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(
				tandem_assembly_text((enum tandem_verdict_kind)i),
				tandem_assembly_text((enum tandem_verdict_kind)j));
	assert_string_equal(tandem_assembly_text(TANDEM_NR_ASM), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_place_that_never_had_a_leg_is_not_missed),
		cmocka_unit_test(test_one_leg_twice),
		cmocka_unit_test(test_leg_of_another_array),
		cmocka_unit_test(test_leg_that_nobody_lists),
		cmocka_unit_test(test_size_of_a_disk_is_not_the_recorded_one),
		cmocka_unit_test(test_a_set_that_has_grown_on_one_leg),
		cmocka_unit_test(test_a_set_that_a_disk_has_no_room_for),
		cmocka_unit_test(test_a_set_is_never_shorter_than_before),
		cmocka_unit_test(test_mismatch_is_named_before_a_split),
		cmocka_unit_test(test_shape_that_is_not_the_others),
		cmocka_unit_test(test_prepared_disk_is_used_only_when_it_has_joined),
		cmocka_unit_test(test_largest_array),
		cmocka_unit_test(test_every_verdict_has_a_text),
	};

	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
