// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the histogram says what reads took within the error that it promises, a leg that is
 * far slower than another is found by few reads, one that is not never is, and who sits
 * out comes back less and less often.
 *
 * Method: quantiles of random and of all equal reads against those of the sorted numbers;
 * two legs with latencies and queues of their own, judged read by read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/latency.h"
#include "prng.h"

#define US		1000ull
#define NR_READS	1000u

static struct tandem_latency leg, other;

static void begin(void)
{
	memset(&leg, 0, sizeof(leg));
	memset(&other, 0, sizeof(other));
}

static int compare(const void *a, const void *b)
{
	const u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* A sixteenth, and a microsecond that is cut off. */
static void assert_near(u32 found, u32 exact)
{
	if (found > exact + exact / 16 + 1 || found + found / 16 + 1 < exact)
		fail_msg("%u us, and exactly %u", found, exact);
}

static void test_every_latency_is_told_to_a_sixteenth(void **state)
{
	u64 us;

	(void)state;
	for (us = 1; us < 1u << 24; us += us / 50 + 1) {
		begin();
		tandem_latency_add(&leg, us * US, 1);
		assert_near(tandem_latency_quantile(&leg, 50), (u32)us);
		assert_near(tandem_latency_quantile(&leg, 99), (u32)us);
	}
	begin();
	tandem_latency_add(&leg, 0, 1);
	assert_int_equal(tandem_latency_quantile(&leg, 50), 1);
	tandem_latency_add(&leg, ~0ull, 1);
	assert_true(tandem_latency_quantile(&leg, 100) > 15 * 1000000);
}

static void test_nothing_is_known_of_no_read(void **state)
{
	unsigned int i;

	(void)state;
	begin();
	assert_int_equal(tandem_latency_quantile(&leg, 50), 0);
	for (i = 0; i < 8; i++) {
		assert_false(tandem_latency_is_known(&leg));
		tandem_latency_add(&leg, 100 * US, 1);
	}
	assert_true(tandem_latency_is_known(&leg));
	assert_int_equal(tandem_latency_low(&leg), 100);
	tandem_latency_renew(&leg);
	assert_false(tandem_latency_is_known(&leg));
	assert_near(tandem_latency_quantile(&leg, 50), 100);
}

static void test_quantiles_are_those_of_the_reads(void **state)
{
	static u32 us[NR_READS];
	struct prng prng = { 1 };
	unsigned int i, percent;

	(void)state;
	begin();
	for (i = 0; i < NR_READS; i++) {
		us[i] = 1 + (u32)prng_below(&prng, 1u << prng_below(&prng, 20));
		tandem_latency_add(&leg, us[i] * US, 1);
	}
	qsort(us, NR_READS, sizeof(*us), compare);
	for (percent = 1; percent <= 100; percent++)
		assert_near(tandem_latency_quantile(&leg, percent),
			    us[(NR_READS * percent + 99) / 100 - 1]);
}

/* What was long ago counts for less and less, and no counter runs over. */
static void test_the_histogram_forgets(void **state)
{
	unsigned int i;

	(void)state;
	begin();
	for (i = 0; i < 200000; i++)
		tandem_latency_add(&leg, 50 * US, 1);
	assert_true(leg.nr < 1024);
	for (i = 0; i < 1100; i++)
		tandem_latency_add(&leg, 5000 * US, 1);
	assert_near(tandem_latency_quantile(&leg, 50), 5000);
}

/*
 * Reads of a leg until it is an outlier beside another one, as many of which are seen: what
 * they take, one in a hundred times @percent the longer time; or 0.
 */
struct pair {
	u32 us, other_us;
	u32 long_us;
	unsigned int percent, other_percent;
	u32 depth, other_depth;
};

static unsigned int found_after(const struct pair *pair)
{
	struct prng prng = { 7 };
	unsigned int i;
	u32 us;

	begin();
	for (i = 1; i <= NR_READS; i++) {
		us = prng_below(&prng, 100) < pair->other_percent ? pair->long_us : pair->other_us;
		tandem_latency_add(&other, us * US, pair->other_depth);
		us = prng_below(&prng, 100) < pair->percent ? pair->long_us : pair->us;
		tandem_latency_add(&leg, us * US, pair->depth);
		if (tandem_latency_is_outlier(&leg, &other, false))
			return i;
		assert_false(tandem_latency_is_outlier(&other, &leg, false));
	}
	return 0;
}

static void test_an_outlier_is_found_by_eight_reads(void **state)
{
	static const struct pair pairs[] = {
		{ .us = 5020, .other_us = 20 },			/* 5 ms more */
		{ .us = 8000, .other_us = 100 },		/* a disk beside an SSD */
		{ .us = 40000, .other_us = 8000 },		/* a disk that tries again */
		{ .us = 5020, .other_us = 20, .depth = 32, .other_depth = 32 },
		{ .us = 5020, .other_us = 20, .depth = 1, .other_depth = 32 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_int_equal(found_after(&pairs[i]), 8);
}

static void test_who_is_not_far_slower_is_none(void **state)
{
	static const struct pair pairs[] = {
		{ .us = 20, .other_us = 20 },
		{ .us = 500, .other_us = 20 },			/* less than half a millisecond */
		{ .us = 20000, .other_us = 5000 },		/* four times as long */
		{ .us = 6400, .other_us = 200, .depth = 32, .other_depth = 1 },
		{ .us = 20, .other_us = 20, .long_us = 100000, .percent = 10 },
		{ .us = 5020, .other_us = 20, .long_us = 5020, .other_percent = 60 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (found_after(&pairs[i]))
			fail_msg("pair %u", i);
}

/* Some of the reads take twenty times as long, of both. */
static void test_legs_that_are_alike_are_none(void **state)
{
	struct pair pair = { .us = 100, .other_us = 100, .long_us = 2000 };

	(void)state;
	for (pair.percent = 0; pair.percent <= 100; pair.percent += 4) {
		pair.other_percent = pair.percent;
		if (found_after(&pair))
			fail_msg("%u of a hundred reads take long", pair.percent);
	}
}

static void test_what_came_before_a_rest_is_not_held_against_a_leg(void **state)
{
	const struct pair pair = { .us = 5020, .other_us = 20 };
	unsigned int i;

	(void)state;
	assert_int_equal(found_after(&pair), 8);
	assert_int_equal(tandem_latency_low(&leg), 5020);
	assert_false(tandem_latency_is_settled(&leg));
	tandem_latency_renew(&leg);
	for (i = 0; i < 7; i++) {
		tandem_latency_add(&leg, 5020 * US, 1);
		assert_false(tandem_latency_is_outlier(&leg, &other, false));
		assert_int_equal(tandem_latency_is_outlier(&leg, &other, true), i >= 2);
	}
	tandem_latency_renew(&leg);
	for (i = 0; i < 16; i++)
		tandem_latency_add(&leg, 20 * US, 1);
	assert_true(tandem_latency_is_settled(&leg));
}

static void test_a_leg_that_fails_is_an_outlier_and_nobody_is_told_a_latency(void **state)
{
	unsigned int i;

	(void)state;
	begin();
	for (i = 0; i < 8; i++) {
		tandem_latency_add(&other, 8000 * US, 1);
		tandem_latency_add_failed(&leg, 1);
	}
	assert_true(tandem_latency_is_outlier(&leg, &other, false));
	assert_int_equal(tandem_latency_quantile(&leg, 50), 0);
}

static void test_who_is_worse_than_one_that_sits_out(void **state)
{
	(void)state;
	assert_false(tandem_latency_is_worse(20500, 5000));
	assert_true(tandem_latency_is_worse(20501, 5000));
	assert_false(tandem_latency_is_worse(~0u, ~0u));
}

static void test_a_read_that_hangs_is_enough(void **state)
{
	unsigned int i;

	(void)state;
	begin();
	assert_false(tandem_latency_hangs(10000000, &leg, &other));
	for (i = 0; i < 8; i++)
		tandem_latency_add(&other, 20 * US, 1);
	assert_false(tandem_latency_hangs(99999, &leg, &other));
	assert_true(tandem_latency_hangs(100000, &leg, &other));
	begin();
	for (i = 0; i < 8; i++)
		tandem_latency_add(&other, 8000 * US, 1);
	assert_false(tandem_latency_hangs(16 * 32500, &leg, &other));
	assert_true(tandem_latency_hangs(16 * 32501, &leg, &other));
}

static void test_a_long_read_is_one_for_which_it_is_worth_while(void **state)
{
	(void)state;
	begin();
	assert_false(tandem_latency_is_long(&leg));
	tandem_latency_add(&leg, 500 * US, 1);
	assert_false(tandem_latency_is_long(&leg));
	tandem_latency_add(&leg, 501 * US, 1);
	assert_true(tandem_latency_is_long(&leg));
}

static void test_rests_double(void **state)
{
	u32 rest = 0, nr;

	(void)state;
	rest = tandem_latency_rest(rest);
	assert_int_equal(rest, 50);
	rest = tandem_latency_rest(rest);
	assert_int_equal(rest, 100);
	for (nr = 1; nr < 20; nr++)
		rest = tandem_latency_rest(rest);
	assert_int_equal(rest, 64000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_latency_is_told_to_a_sixteenth),
		cmocka_unit_test(test_nothing_is_known_of_no_read),
		cmocka_unit_test(test_quantiles_are_those_of_the_reads),
		cmocka_unit_test(test_the_histogram_forgets),
		cmocka_unit_test(test_an_outlier_is_found_by_eight_reads),
		cmocka_unit_test(test_who_is_not_far_slower_is_none),
		cmocka_unit_test(test_legs_that_are_alike_are_none),
		cmocka_unit_test(test_what_came_before_a_rest_is_not_held_against_a_leg),
		cmocka_unit_test(test_a_leg_that_fails_is_an_outlier_and_nobody_is_told_a_latency),
		cmocka_unit_test(test_who_is_worse_than_one_that_sits_out),
		cmocka_unit_test(test_a_read_that_hangs_is_enough),
		cmocka_unit_test(test_a_long_read_is_one_for_which_it_is_worth_while),
		cmocka_unit_test(test_rests_double),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
