// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: every change of membership leaves a superblock that says of each leg
 * with which pairs it may be found, and touches nothing else.
 *
 * Method: each function is applied to an array of two sets of three legs with
 * all kinds of records, for every leg or mask of legs, and the result is held
 * against the rules of core/lineage.h, place by place. What the rules are good
 * for is test_world.c's part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/lineage.h"

#define NR_LEGS	6u
#define NR_SETS	2u

static struct tandem_super before, after;

static struct tandem_id id_of(unsigned int number)
{
	return (struct tandem_id){ { (u8)number, (u8)(number >> 8), 1 } };
}

static struct tandem_pair pair_of(unsigned int config, unsigned int epoch)
{
	return (struct tandem_pair){ id_of(config), id_of(epoch) };
}

static void assert_id(const struct tandem_id *id, unsigned int number)
{
	const struct tandem_id expected = id_of(number);

	assert_memory_equal(id, &expected, sizeof(*id));
}

static void assert_pair(const struct tandem_pair *pair, unsigned int config, unsigned int epoch)
{
	assert_id(&pair->config, config);
	assert_id(&pair->epoch, epoch);
}

/*
 * Epoch 50; set s in configuration 10 + s. Place p is leg 100 + p, was last
 * surely 200 + p and is issued 300 + p (both in epoch 40).
 */
static void build(const u8 *record)
{
	unsigned int i;

	memset(&before, 0, sizeof(before));
	before.flags = TANDEM_FLAG_CLEAN | TANDEM_FLAG_NO_AUTO;
	before.geo.nr_sets = NR_SETS;
	before.nr_legs = NR_LEGS;
	before.epoch.id = id_of(50);
	before.epoch.parent = id_of(49);
	before.epoch.number = 7;
	for (i = 0; i < NR_SETS; i++) {
		before.set[i].id = id_of(10 + i);
		before.set[i].parent = id_of(8);
		before.set[i].generation = 4;
		before.set[i].first_leg = (u16)(i * 3);
		before.set[i].nr_legs = 3;
	}
	for (i = 0; i < NR_LEGS; i++) {
		before.place[i].id = id_of(100 + i);
		before.place[i].set = (u16)(i / 3);
		before.place[i].record = record[i];
		before.place[i].last = pair_of(200 + i, 40);
		before.place[i].issued = pair_of(300 + i, 40);
	}
	after = before;
}

static bool in_use(unsigned int record)
{
	return record == TANDEM_RECORD_CURRENT || record == TANDEM_RECORD_REBUILDING;
}

/* Everything outside set 0's configuration and places is as it was. */
static void assert_rest_untouched(void)
{
	struct tandem_super copy = after;
	unsigned int i;

	copy.set[0] = before.set[0];
	for (i = 0; i < 3; i++)
		copy.place[i] = before.place[i];
	assert_memory_equal(&copy, &before, sizeof(copy));
}

static void assert_new_config(unsigned int number)
{
	assert_id(&after.set[0].id, number);
	assert_id(&after.set[0].parent, 10);
	assert_int_equal(after.set[0].generation, 5);
	assert_int_equal(after.set[0].first_leg, 0);
	assert_int_equal(after.set[0].nr_legs, 3);
}

/* Calls @check with every combination of records of set 0's three legs. */
static void for_all_records(void (*check)(const u8 *record))
{
	u8 record[NR_LEGS] = { 0, 0, 0, TANDEM_RECORD_CURRENT, TANDEM_RECORD_STALE,
			       TANDEM_RECORD_REBUILDING };
	unsigned int n;

	for (n = 0; n < 5 * 5 * 5; n++) {
		record[0] = (u8)(TANDEM_RECORD_CURRENT + n % 5);
		record[1] = (u8)(TANDEM_RECORD_CURRENT + n / 5 % 5);
		record[2] = (u8)(TANDEM_RECORD_CURRENT + n / 25);
		check(record);
	}
}

static void check_drop(const u8 *record)
{
	struct tandem_lineage_drop drop = { .set = 0, .record = TANDEM_RECORD_FAILED };
	unsigned int legs, known, i;

	for (legs = 1; legs < 8; legs++) {
		for (known = 0; known < 2; known++) {
			build(record);
			drop.legs = (u8)legs;
			drop.by_hand = known ? 3 : 0;
			drop.config = id_of(60);
			memset(drop.durable, 0, sizeof(drop.durable));
			for (i = 0; i < 3 && known; i++)
				drop.durable[i] = pair_of(400 + i, 41);
			tandem_lineage_drop(&after, &drop);
			assert_rest_untouched();
			assert_new_config(60);
			for (i = 0; i < 3; i++) {
				const bool leaves = legs & 1u << i;
				const bool used = in_use(record[i]);

				assert_id(&after.place[i].id, 100 + i);
				assert_int_equal(after.place[i].record,
						 leaves ? TANDEM_RECORD_FAILED : record[i]);
				assert_int_equal(after.place[i].by_hand, known && i < 2);
				if (used && known)
					assert_pair(&after.place[i].last, 400 + i, 41);
				else
					assert_pair(&after.place[i].last, 200 + i, 40);
				if (used && !leaves)
					assert_pair(&after.place[i].issued, 60, 50);
				else
					assert_pair(&after.place[i].issued, 300 + i, 40);
			}
		}
	}
}

static void test_drop_says_what_those_that_leave_may_hold(void **state)
{
	(void)state;
	for_all_records(check_drop);
}

static void check_join(const u8 *record)
{
	const struct tandem_id config = id_of(60);
	unsigned int leg, fresh, i;

	for (leg = 0; leg < 3; leg++) {
		for (fresh = 0; fresh < 2; fresh++) {
			const struct tandem_id id = id_of(fresh ? 500 : 100 + leg);
			const struct tandem_pair none = { 0 };

			build(record);
			after.place[leg].by_hand = true;
			tandem_lineage_join(&after, leg, &id, &config);
			assert_false(after.place[leg].by_hand);
			assert_rest_untouched();
			assert_new_config(60);
			for (i = 0; i < 3; i++) {
				if (i == leg || in_use(record[i]))
					assert_pair(&after.place[i].issued, 60, 50);
				else
					assert_pair(&after.place[i].issued, 300 + i, 40);
				if (i == leg && fresh)
					assert_memory_equal(&after.place[i].last, &none,
							    sizeof(none));
				else
					assert_pair(&after.place[i].last, 200 + i, 40);
				assert_int_equal(after.place[i].record, i == leg ?
						 TANDEM_RECORD_REBUILDING : record[i]);
				assert_id(&after.place[i].id, i == leg && fresh ? 500 : 100 + i);
			}
		}
	}
}

static void test_join_keeps_what_an_old_leg_was_found_with(void **state)
{
	(void)state;
	for_all_records(check_join);
}

static void check_promote(const u8 *record)
{
	const struct tandem_id config = id_of(60);
	unsigned int i;

	if (record[1] != TANDEM_RECORD_REBUILDING)
		return;
	build(record);
	tandem_lineage_promote(&after, 1, &config);
	assert_rest_untouched();
	assert_new_config(60);
	for (i = 0; i < 3; i++) {
		const bool used = in_use(record[i]);

		assert_int_equal(after.place[i].record,
				 i == 1 ? TANDEM_RECORD_CURRENT : record[i]);
		assert_pair(&after.place[i].last, used ? 300 + i : 200 + i, 40);
		assert_pair(&after.place[i].issued, used ? 60 : 300 + i, used ? 50 : 40);
	}
}

static void test_promotion_builds_on_what_has_landed(void **state)
{
	(void)state;
	for_all_records(check_promote);
}

static void check_activate(const u8 *record)
{
	const struct tandem_id epoch = id_of(70);
	unsigned int forced, i;

	for (forced = 0; forced < 2; forced++) {
		build(record);
		tandem_lineage_activate(&after, &epoch, forced ? TANDEM_FLAG_FORCED : 0);
		assert_id(&after.epoch.id, 70);
		assert_id(&after.epoch.parent, 50);
		assert_int_equal(after.epoch.number, 8);
		assert_int_equal(after.epoch.flags, forced ? TANDEM_FLAG_FORCED : 0);
		assert_int_equal(after.flags, TANDEM_FLAG_NO_AUTO |
				 (forced ? TANDEM_FLAG_FORCED : 0));
		assert_memory_equal(after.set, before.set, sizeof(after.set));
		for (i = 0; i < NR_LEGS; i++) {
			assert_int_equal(after.place[i].record, record[i]);
			assert_pair(&after.place[i].last, 200 + i, 40);
			if (in_use(record[i]))
				assert_pair(&after.place[i].issued, 10 + i / 3, 70);
			else
				assert_pair(&after.place[i].issued, 300 + i, 40);
		}
	}
}

static void test_epoch_is_sent_to_all_sets(void **state)
{
	(void)state;
	for_all_records(check_activate);
}

static void test_override_stays_recorded_and_other_flags_are_not_taken(void **state)
{
	static const u8 record[NR_LEGS] = { 1, 1, 1, 1, 1, 1 };
	struct tandem_id epoch = id_of(70);

	(void)state;
	build(record);
	tandem_lineage_activate(&after, &epoch, TANDEM_FLAG_FORCED | TANDEM_FLAG_BLANK);
	epoch = id_of(71);
	tandem_lineage_activate(&after, &epoch, 0);
	assert_int_equal(after.epoch.flags, 0);
	assert_int_equal(after.flags, TANDEM_FLAG_NO_AUTO | TANDEM_FLAG_FORCED);
}

static void check_mask(const u8 *record)
{
	unsigned int wanted, i;

	build(record);
	for (wanted = TANDEM_RECORD_CURRENT; wanted <= TANDEM_RECORD_MISSING; wanted++) {
		unsigned int expected[NR_SETS] = { 0, 0 };

		for (i = 0; i < NR_LEGS; i++)
			if (record[i] == wanted)
				expected[i / 3] |= 1u << i % 3;
		assert_int_equal(tandem_lineage_mask(&before, 0, wanted), expected[0]);
		assert_int_equal(tandem_lineage_mask(&before, 1, wanted), expected[1]);
	}
}

static void test_mask_counts_in_the_set(void **state)
{
	(void)state;
	for_all_records(check_mask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop_says_what_those_that_leave_may_hold),
		cmocka_unit_test(test_join_keeps_what_an_old_leg_was_found_with),
		cmocka_unit_test(test_promotion_builds_on_what_has_landed),
		cmocka_unit_test(test_epoch_is_sent_to_all_sets),
		cmocka_unit_test(test_override_stays_recorded_and_other_flags_are_not_taken),
		cmocka_unit_test(test_mask_counts_in_the_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
