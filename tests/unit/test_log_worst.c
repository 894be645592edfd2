// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what is needed of the intent log is never overwritten, however a writer
 * changes its mind.
 *
 * Method: writers that do their worst (new regions where the windows come to, cleared
 * ones where they have been, as many as are allowed), in small rings of all shapes
 * and at full size. After each record, with the slot behind it torn, a replay gives
 * exactly what the writer means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "log_writer.h"

static void random_shape(struct prng *prng)
{
	static const u32 size[] = { 1, 2, 3, 7, 16, 40, 63, 64, 65, 200 };
	const u32 window = 1 + (u32)prng_below(prng, 4);

	writer_begin(size[prng_below(prng, 10)], 4 + (u32)prng_below(prng, 5), window,
		     1 + (u32)prng_below(prng, 2 * window + 1));
	w.sequence = prng_below(prng, 20);
}

/* Within the capacity nothing that is needed is overwritten, and nobody must wait. */
static void test_capacity_is_enough_whatever_changes(void **state)
{
	struct prng prng = prng_start();
	unsigned int run, i;
	u32 limit;

	(void)state;
	for (run = 0; run < 400; run++) {
		random_shape(&prng);
		limit = least(tandem_log_capacity(&w.shape), w.shape.nr_regions);
		tandem_intent_add_run(&w.intent, 0, (u32)prng_below(&prng, limit + 1));
		bring_up();
		for (i = 0; i < 40; i++) {
			expect_under_next();
			assert_false(tandem_log_must_turn(&w.shape, &w.turn, w.sequence));
			attack_somehow(&prng, limit);
			put();
		}
	}
}

/* A caller that asks before each record, and does not know the capacity. */
static void test_must_turn_is_enough_for_two_windows(void **state)
{
	struct prng prng = prng_start();
	unsigned int run, i, turned = 0;
	u32 limit;

	(void)state;
	for (run = 0; run < 400; run++) {
		random_shape(&prng);
		w.shape.changes = 1 + (u32)prng_below(&prng, TANDEM_LOG_CHANGES);
		limit = least(2 * w.shape.window, w.shape.nr_regions);
		bring_up();
		for (i = 0; i < 40; i++) {
			expect_under_next();
			if (tandem_log_must_turn(&w.shape, &w.turn, w.sequence)) {
				change_begin();
				turned++;
			} else {
				attack_somehow(&prng, limit);
			}
			put();
		}
	}
	assert_in_range(turned, 100, 400 * 40);
}

/* Starts over and over; what the last run wrote is needed until the next one is whole. */
static void test_a_start_may_be_cut_short(void **state)
{
	struct prng prng = prng_start();
	unsigned int start, i;

	(void)state;
	writer_begin(1000, 16, 8, 6);
	for (start = 0; start < 300; start++) {
		for (i = (u32)prng_below(&prng, 12); i; i--) {
			put_unchanged();
			expect_under_next();
		}
		for (i = 0; i < 12 && tandem_log_is_whole(&w.shape, &w.turn, w.sequence); i++) {
			attack_somehow(&prng, tandem_log_capacity(&w.shape));
			put();
			expect_under_next();
		}
		tandem_log_turn_reset(&w.turn);
		w.turn.cursor = replay.cursor;
	}
}

static void full_size(u32 nr_regions, unsigned int nr_records, u32 reached)
{
	unsigned int i;
	u32 limit, most = 0;

	writer_begin(nr_regions, TANDEM_LOG_SLOTS, TANDEM_LOG_WINDOW, TANDEM_LOG_CHANGES);
	limit = tandem_log_capacity(&w.shape);
	tandem_intent_add_run(&w.intent, nr_regions - limit / 2, limit / 2);
	tandem_intent_add_run(&w.intent, 0, limit - limit / 2);
	bring_up();
	for (i = 0; i < nr_records; i++) {
		attack_greedily(limit);
		put();
		assert_false(tandem_log_must_turn(&w.shape, &w.turn, w.sequence));
		if (nr_needed() > most)
			most = nr_needed();
		if (i % 32 == 0)
			expect_under_next();
	}
	assert_int_equal(most, reached);
}

static void test_full_size_at_its_worst(void **state)
{
	(void)state;
	/* Not one record may be spared. */
	full_size(300000, 1000, TANDEM_LOG_SLOTS - 3);
	/* Too few of them for the worst, but windows that pass millions of regions. */
	full_size(TANDEM_MAX_REGIONS_PER_SET, 300, 222);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capacity_is_enough_whatever_changes),
		cmocka_unit_test(test_must_turn_is_enough_for_two_windows),
		cmocka_unit_test(test_a_start_may_be_cut_short),
		cmocka_unit_test(test_full_size_at_its_worst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
