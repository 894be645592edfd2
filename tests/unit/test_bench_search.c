// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the search finds the limit of a system within its width, from any start,
 * and says when what it found does not count.
 *
 * Method: synthetic systems with a known limit answer in place of an array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/search.h"

#define WIDTH 0.02

static void init(struct search *search, double start)
{
	search_init(search, &(struct search_config) {
		.start = start, .least = 0.1, .width = WIDTH, .confirms = 3, .max_runs = 100,
	});
}

static void test_limit_is_found_within_the_width(void **state)
{
	static const double limits[] = { 3, 290, 1266, 47311.5 };
	static const double factors[] = { 0.1, 0.7, 1, 1.5, 10 };
	unsigned int i, j;

	(void)state;
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 5; j++) {
			struct search search;

			init(&search, limits[i] * factors[j]);
			while (!search_done(&search))
				search_tell(&search, search.rate <= limits[i] ? SEARCH_HELD :
					    SEARCH_NOT_HELD);
			assert_int_equal(search.state, SEARCH_FOUND);
			assert_true(search.low <= limits[i]);
			assert_true(search.low * (1 + WIDTH) >= limits[i]);
			assert_int_equal(search.confirmed, 3);
			assert_false(search.noisy || search.high_invalid);
			assert_true(search.runs < 30);
		}
	}
}

/* A system that holds up to 1000 in a first run, and 900 when it is confirmed. */
static void test_candidate_that_is_not_confirmed_is_given_up(void **state)
{
	struct search search;

	(void)state;
	init(&search, 800);
	while (!search_done(&search))
		search_tell(&search, search.rate <= (search.state == SEARCH_CONFIRM ? 900 : 1000) ?
			    SEARCH_HELD : SEARCH_NOT_HELD);
	assert_int_equal(search.state, SEARCH_FOUND);
	assert_true(search.low <= 900 && search.low * (1 + WIDTH) >= 900);
	assert_true(search.noisy);
}

/* The host gives out at 500, the array would not. */
static void test_bound_by_an_invalid_run_is_told(void **state)
{
	struct search search;

	(void)state;
	init(&search, 100);
	while (!search_done(&search))
		search_tell(&search, search.rate <= 500 ? SEARCH_HELD : SEARCH_INVALID);
	assert_int_equal(search.state, SEARCH_FOUND);
	assert_true(search.high_invalid);
}

static void test_hopeless_search_ends(void **state)
{
	struct search search;

	(void)state;
	init(&search, 1000);
	while (!search_done(&search))
		search_tell(&search, SEARCH_NOT_HELD);
	assert_int_equal(search.state, SEARCH_FAILED);
	init(&search, 1000);
	while (!search_done(&search))
		search_tell(&search, SEARCH_HELD);
	assert_int_equal(search.state, SEARCH_FAILED);
	assert_int_equal(search.runs, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit_is_found_within_the_width),
		cmocka_unit_test(test_candidate_that_is_not_confirmed_is_given_up),
		cmocka_unit_test(test_bound_by_an_invalid_run_is_told),
		cmocka_unit_test(test_hopeless_search_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
