// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a checkpoint halves its writes in flight when one of them is slow, once
 * for all that were in flight together, and gets them back one by one.
 *
 * Method: completions with made-up times.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/backoff.h"

#define MS INT64_C(1000000)

static void test_slow_writes_halve_once_for_all_in_flight(void **state)
{
	struct backoff backoff;
	unsigned int i;

	(void)state;
	backoff_init(&backoff, 64, 50 * MS);
	/* The threshold itself is not above it. */
	backoff_tell(&backoff, 0, 50 * MS);
	assert_int_equal(backoff.limit, 64);
	for (i = 0; i < 64; i++)
		backoff_tell(&backoff, i, 51 * MS + i);
	assert_int_equal(backoff.limit, 32);
	assert_int_equal(backoff.halvings, 1);
	/* Issued after that: it says that half is too many as well. */
	backoff_tell(&backoff, 60 * MS, 111 * MS);
	assert_int_equal(backoff.limit, 16);
	assert_int_equal(backoff.halvings, 2);
}

static void test_one_write_is_always_allowed(void **state)
{
	struct backoff backoff;
	int64_t now_ns = 0;
	unsigned int i;

	(void)state;
	backoff_init(&backoff, 5, 50 * MS);
	for (i = 0; i < 10; i++, now_ns += 100 * MS)
		backoff_tell(&backoff, now_ns, now_ns + 100 * MS);
	assert_int_equal(backoff.limit, 1);
	assert_int_equal(backoff.least, 1);
}

static void test_fast_writes_give_back_one_at_a_time(void **state)
{
	struct backoff backoff;
	unsigned int i;

	(void)state;
	backoff_init(&backoff, 8, 50 * MS);
	backoff_tell(&backoff, 0, 51 * MS);
	assert_int_equal(backoff.limit, 4);
	for (i = 0; i < 3; i++)
		backoff_tell(&backoff, 60 * MS, 61 * MS);
	assert_int_equal(backoff.limit, 4);
	backoff_tell(&backoff, 60 * MS, 61 * MS);
	assert_int_equal(backoff.limit, 5);
	/* 5, 6 and 7 more, and from then on it is as it was. */
	for (i = 0; i < 18; i++)
		backoff_tell(&backoff, 60 * MS, 61 * MS);
	assert_int_equal(backoff.limit, 8);
	for (i = 0; i < 100; i++)
		backoff_tell(&backoff, 60 * MS, 61 * MS);
	assert_int_equal(backoff.limit, 8);
	assert_int_equal(backoff.least, 4);
}

static void test_a_slow_write_starts_the_count_again(void **state)
{
	struct backoff backoff;
	unsigned int i;

	(void)state;
	backoff_init(&backoff, 8, 50 * MS);
	backoff_tell(&backoff, 0, 51 * MS);
	for (i = 0; i < 3; i++)
		backoff_tell(&backoff, 60 * MS, 61 * MS);
	/* In flight when it was halved: no second halving. */
	backoff_tell(&backoff, 1, 62 * MS);
	for (i = 0; i < 3; i++)
		backoff_tell(&backoff, 60 * MS, 63 * MS);
	assert_int_equal(backoff.limit, 4);
	assert_int_equal(backoff.halvings, 1);
}

static void test_without_a_threshold_nothing_is_slow(void **state)
{
	struct backoff backoff;

	(void)state;
	backoff_init(&backoff, 8, 0);
	backoff_tell(&backoff, 0, 100000 * MS);
	assert_int_equal(backoff.limit, 8);
	assert_int_equal(backoff.halvings, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_writes_halve_once_for_all_in_flight),
		cmocka_unit_test(test_one_write_is_always_allowed),
		cmocka_unit_test(test_fast_writes_give_back_one_at_a_time),
		cmocka_unit_test(test_a_slow_write_starts_the_count_again),
		cmocka_unit_test(test_without_a_threshold_nothing_is_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
