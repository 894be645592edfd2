// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: one place more, or one less, changes no other leg, no position in a set and nothing
 * that was said of anybody; and it is refused wherever somebody counts on the leg that goes.
 *
 * Method: every shape of up to three sets of two to four legs, every leg of it, every pair of
 * records of the old leg and of the new one, every home. The result is held against the rules
 * of core/replace.h and against tandem_super_check(); there and back again is the same array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/fit.h"
#include "core/replace.h"
#include "images/golden.h"

#define MAX_SETS 3u

static struct tandem_super before, wide, after;

/* @shape: legs of each set but two, in base three; the sets that are there are above 0. */
static void build(unsigned int nr_sets, unsigned int shape)
{
	unsigned int set, leg = 0, i;

	golden_super(&before, 6);
	memset(before.place, 0, sizeof(before.place));
	memset(before.set, 0, sizeof(before.set));
	before.geo.level = nr_sets == 1 ? TANDEM_RAID1 : TANDEM_RAID10;
	before.geo.chunk_sectors = nr_sets == 1 ? 0 : 64;
	before.geo.nr_sets = nr_sets;
	for (set = 0; set < nr_sets; set++, shape /= 3) {
		before.set[set] = (struct tandem_config){
			.id = golden_id(0xc0 + set), .generation = 7, .home = 1,
			.first_leg = (u16)leg, .nr_legs = (u16)(2 + shape % 3),
		};
		for (i = 0; i < before.set[set].nr_legs; i++, leg++)
			golden_place(&before, leg, set, TANDEM_RECORD_CURRENT);
	}
	for (i = 0; i < leg; i++)
		before.place[i].read_class = (u8)(i % TANDEM_NR_READ_CLASSES);
	before.nr_legs = (u16)leg;
	before.leg = (u16)(leg - 1);
	before.leg_id = before.place[leg - 1].id;
	assert_int_equal(tandem_super_check(&before, NULL), 0);
}

/* The legs of @a are in @b, in the same position of the same set, as they were. */
static void assert_others(const struct tandem_super *a, const struct tandem_super *b)
{
	unsigned int leg;

	for (leg = 0; leg < a->nr_legs; leg++) {
		unsigned int at = tandem_replace_find(b, &a->place[leg].id);

		assert_true(at != TANDEM_NO_PLACE);
		assert_memory_equal(&a->place[leg], &b->place[at], sizeof(a->place[leg]));
		assert_int_equal(leg - a->set[a->place[leg].set].first_leg,
				 at - b->set[b->place[at].set].first_leg);
	}
	assert_true(tandem_id_equal(&a->leg_id, &b->place[b->leg].id));
}

static unsigned int widen(unsigned int leg)
{
	const char *why = "nothing";
	unsigned int set = before.place[leg].set, new;
	int ret;

	wide = before;
	ret = tandem_replace_widen(&wide, leg, &why);
	assert_true(ret > 0);
	new = (unsigned int)ret;
	if (tandem_super_check(&wide, &why))
		fail_msg("leg %u: %s", leg, why);
	assert_int_equal(wide.nr_legs, before.nr_legs + 1);
	assert_int_equal(new, before.set[set].first_leg + before.set[set].nr_legs);
	assert_int_equal(wide.place[new].record, TANDEM_RECORD_MISSING);
	assert_int_equal(wide.place[new].read_class, before.place[leg].read_class);
	assert_int_equal(tandem_replace_new_of(&wide, leg), new);
	assert_int_equal(tandem_replace_old_of(&wide, new), leg);
	assert_others(&before, &wide);
	after = wide;
	assert_int_equal(tandem_replace_widen(&after, leg, &why), -EBUSY);
	assert_memory_equal(&after, &wide, sizeof(wide));
	return new;
}

/* The place that goes, whose leg stays, and the home of their set. */
static void check_handed_over(unsigned int leg, unsigned int new, u8 home)
{
	const struct tandem_config *config = &after.set[wide.place[leg].set];
	u8 was = (u8)(leg - config->first_leg + 1);
	u8 last = (u8)(new - config->first_leg + 1);
	unsigned int other, at;

	assert_int_equal(after.nr_legs, before.nr_legs);
	assert_true(tandem_fit_places(&after, &before));
	assert_true(tandem_id_equal(&after.place[leg].id, &wide.place[new].id));
	assert_int_equal(after.place[leg].replaces, 0);
	assert_int_equal(after.place[leg].read_class, wide.place[new].read_class);
	assert_int_equal(tandem_replace_find(&after, &wide.place[leg].id), TANDEM_NO_PLACE);
	assert_int_equal(config->home, home == was ? 0 : home == last ? was : home);
	for (other = 0; other < before.nr_legs; other++) {
		at = tandem_replace_find(&after, &before.place[other].id);
		assert_int_equal(at, other == leg ? TANDEM_NO_PLACE : other);
	}
	assert_int_equal(tandem_replace_new_of(&after, leg), TANDEM_NO_PLACE);
}

static void hand_over(unsigned int leg, unsigned int new, unsigned int old_record,
		      unsigned int new_record)
{
	struct tandem_config *config = &wide.set[wide.place[leg].set];
	const char *why = "nothing";
	bool goes = old_record != TANDEM_RECORD_CURRENT &&
		    old_record != TANDEM_RECORD_REBUILDING &&
		    new_record == TANDEM_RECORD_CURRENT;
	int ret;

	wide.place[leg].record = (u8)old_record;
	golden_place(&wide, new, wide.place[leg].set, new_record);
	wide.place[new].id = golden_id(0xf0);
	wide.place[new].read_class = TANDEM_READ_AVOIDED;
	wide.leg = (u16)new;
	wide.leg_id = wide.place[new].id;
	for (config->home = 0; config->home <= config->nr_legs; config->home++) {
		after = wide;
		ret = tandem_replace_narrow(&after, leg, &why);
		if (goes) {
			assert_int_equal(ret, new);
			if (tandem_super_check(&after, &why))
				fail_msg("leg %u: %s", leg, why);
			assert_int_equal(after.leg, leg);
			check_handed_over(leg, new, config->home);
		} else {
			assert_int_equal(ret, -EBUSY);
			assert_memory_equal(&after, &wide, sizeof(wide));
		}
	}
	config->home = 1;
}

/* The new one gives up: the array is as it was before. */
static void give_up(unsigned int leg, unsigned int new, unsigned int new_record)
{
	bool goes = new_record != TANDEM_RECORD_CURRENT && new_record != TANDEM_RECORD_REBUILDING;

	widen(leg);
	wide.place[new].id = golden_id(0xf0);
	wide.place[new].record = (u8)new_record;
	after = wide;
	assert_int_equal(tandem_replace_narrow(&after, new, NULL), goes ? (int)new : -EBUSY);
	if (goes)
		assert_memory_equal(&after, &before, sizeof(before));
	else
		assert_memory_equal(&after, &wide, sizeof(wide));
}

static void check_leg(unsigned int leg)
{
	unsigned int new = widen(leg), old_record, new_record;

	assert_int_equal(tandem_replace_narrow(&after, before.nr_legs + 1u, NULL), -EINVAL);
	for (new_record = TANDEM_RECORD_CURRENT; new_record <= TANDEM_RECORD_MISSING;
	     new_record++) {
		for (old_record = TANDEM_RECORD_CURRENT; old_record <= TANDEM_RECORD_MISSING;
		     old_record++)
			hand_over(leg, new, old_record, new_record);
		give_up(leg, new, new_record);
	}
}

static void test_replacing_changes_only_the_leg_that_is_replaced(void **state)
{
	static const unsigned int shapes[] = { 3, 9, 27 };
	unsigned int nr_sets, shape, leg;

	(void)state;
	for (nr_sets = 1; nr_sets <= MAX_SETS; nr_sets++)
		for (shape = 0; shape < shapes[nr_sets - 1]; shape++) {
			build(nr_sets, shape);
			for (leg = 0; leg < before.nr_legs; leg++)
				check_leg(leg);
			assert_int_equal(tandem_replace_widen(&before, leg, NULL), -EINVAL);
			assert_int_equal(tandem_replace_narrow(&before, 0, NULL), -EINVAL);
			assert_int_equal(tandem_replace_narrow(&before, leg, NULL), -EINVAL);
		}
}

/* Every pair of states of old and new leg; the rest of the array is not touched by it. */
static void test_old_and_new_leg_are_one_to_the_array(void **state)
{
	enum tandem_leg_state of[TANDEM_MAX_LEGS], was[TANDEM_MAX_LEGS], few[3];
	unsigned int old, new, i, nr = TANDEM_NR_LEG_STATES;
	bool covers, covered;

	(void)state;
	build(2, 0);
	assert_int_equal(widen(1), 2);
	for (i = 0; i < nr * nr; i++) {
		old = i / nr;
		new = i % nr;
		for (unsigned int leg = 0; leg < wide.nr_legs; leg++)
			of[leg] = was[leg] = TANDEM_LEG_REBUILDING;
		of[1] = was[1] = (enum tandem_leg_state)old;
		of[2] = was[2] = (enum tandem_leg_state)new;
		covers = old == TANDEM_LEG_CURRENT && new == TANDEM_LEG_REBUILDING;
		covered = new == TANDEM_LEG_CURRENT && old != TANDEM_LEG_CURRENT &&
			  old != TANDEM_LEG_REBUILDING && old != TANDEM_LEG_UNRECORDED;
		was[2] = covers ? TANDEM_LEG_CURRENT : was[2];
		was[1] = covered ? TANDEM_LEG_CURRENT : was[1];
		/* A table of another length: what lies behind it is nobody's. */
		memcpy(few, of, sizeof(few));
		tandem_replace_cover(&wide, few, 2);
		assert_memory_equal(few, of, sizeof(few));
		tandem_replace_cover(&wide, of, wide.nr_legs);
		assert_memory_equal(of, was, wide.nr_legs * sizeof(*of));
	}
}

static void fill(unsigned int nr_sets, unsigned int legs)
{
	unsigned int leg;

	build(1, 0);
	before.geo.nr_sets = nr_sets;
	before.geo.level = nr_sets == 1 ? TANDEM_RAID1 : TANDEM_RAID10;
	before.geo.chunk_sectors = nr_sets == 1 ? 0 : 64;
	before.nr_legs = (u16)(nr_sets * legs);
	for (leg = 0; leg < before.nr_legs; leg++) {
		golden_place(&before, leg, leg / legs, TANDEM_RECORD_CURRENT);
		before.place[leg].id = golden_id(1 + leg);
		before.set[leg / legs].id = golden_id(0x80 + leg);
		before.set[leg / legs].first_leg = (u16)(leg / legs * legs);
		before.set[leg / legs].nr_legs = (u16)legs;
	}
	before.leg_id = before.place[before.leg].id;
	assert_int_equal(tandem_super_check(&before, NULL), 0);
}

static void test_full_set_and_full_array_are_refused(void **state)
{
	(void)state;
	fill(1, TANDEM_MAX_LEGS_PER_SET);
	assert_int_equal(tandem_replace_widen(&before, 0, NULL), -EINVAL);
	fill(1, TANDEM_MAX_LEGS_PER_SET - 1);
	assert_int_equal(tandem_replace_widen(&before, 0, NULL), TANDEM_MAX_LEGS_PER_SET - 1);
	fill(TANDEM_MAX_LEGS / 2, 2);
	assert_int_equal(tandem_replace_widen(&before, 0, NULL), -EINVAL);
	fill(TANDEM_MAX_LEGS / 2 - 1, 2);
	assert_int_equal(tandem_replace_widen(&before, 0, NULL), 2);
	assert_int_equal(tandem_super_check(&before, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replacing_changes_only_the_leg_that_is_replaced),
		cmocka_unit_test(test_old_and_new_leg_are_one_to_the_array),
		cmocka_unit_test(test_full_set_and_full_array_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
