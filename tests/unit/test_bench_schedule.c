// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a seed is a schedule, and a schedule is a Poisson process.
 *
 * Method: two streams of one seed are compared, two seeds are told apart; mean
 * and shape of the gaps are held against the exponential law. The numbers below
 * the schedule are pinned, so that a seed means the same in every release.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/schedule.h"

#define ARRIVALS 100000

static void init(struct schedule *schedule, uint64_t seed, double rate_per_s)
{
	schedule_init(schedule, &(struct schedule_config) {
		.seed = seed, .rate_per_s = rate_per_s,
	});
}

static void test_one_seed_is_one_schedule(void **state)
{
	struct schedule a, b, c;
	unsigned int i, same = 0;

	(void)state;
	init(&a, 42, 1000);
	init(&b, 42, 1000);
	init(&c, 43, 1000);
	for (i = 0; i < ARRIVALS; i++) {
		assert_int_equal(schedule_peek(&a), schedule_peek(&b));
		same += schedule_peek(&a) == schedule_peek(&c);
		schedule_advance(&a);
		schedule_advance(&b);
		schedule_advance(&c);
	}
	assert_true(same < ARRIVALS / 1000);
}

static void test_gaps_are_exponential(void **state)
{
	double rate = 5000, mean_ns = 1e9 / rate;
	unsigned int longer[4] = { 0 }, i, times;
	struct schedule schedule;
	int64_t last = 0;

	(void)state;
	init(&schedule, 7, rate);
	for (i = 0; i < ARRIVALS; i++) {
		int64_t now = schedule_peek(&schedule);

		assert_true(now >= last);
		for (times = 0; times < 4; times++)
			longer[times] += (double)(now - last) > times * mean_ns;
		last = now;
		schedule_advance(&schedule);
	}
	assert_true(fabs((double)last / ARRIVALS / mean_ns - 1) < 0.02);
	for (times = 1; times < 4; times++)
		assert_true(fabs((double)longer[times] / ARRIVALS - exp(-(double)times)) < 0.01);
}

static void test_random_numbers_are_pinned(void **state)
{
	struct random random;

	(void)state;
	assert_true(random_mix(0) == 0xe220a8397b1dcdafu);
	random = (struct random) { .state = { 1, 2, 3, 4 } };
	/* The reference output of xoshiro256** for this state. */
	assert_true(random_next(&random) == 11520);
	assert_true(random_next(&random) == 0);
	assert_true(random_next(&random) == 1509978240);
	assert_true(random_next(&random) == 1215971899390074240);
}

static void test_draws_stay_in_their_range(void **state)
{
	struct random random;
	unsigned int i, seen = 0;

	(void)state;
	random_init(&random, 9, 1);
	for (i = 0; i < ARRIVALS; i++) {
		uint64_t below = random_below(&random, 10);
		double unit = random_unit(&random);

		assert_true(below < 10);
		assert_true(unit > 0 && unit <= 1);
		seen |= 1u << below;
	}
	assert_int_equal(seen, 0x3ff);
}

/* Arrivals of @config in each of @nr spans of @span_s, by their share of the rate. */
static void count_arrivals(const struct schedule_config *config, double span_s, double *shares,
			   unsigned int nr)
{
	struct schedule schedule;
	unsigned int i;

	for (i = 0; i < nr; i++)
		shares[i] = 0;
	schedule_init(&schedule, config);
	for (;;) {
		i = (unsigned int)((double)schedule_peek(&schedule) / 1e9 / span_s);
		if (i >= nr)
			return;
		shares[i] += 1 / (config->rate_per_s * span_s);
		schedule_advance(&schedule);
	}
}

static void test_floodgate_opens_once(void **state)
{
	static const double expected[] = { 0.5, 0.5, 1.4, 1.4, 0.5, 0.5 };
	double shares[6];
	unsigned int i;

	(void)state;
	count_arrivals(&(struct schedule_config) {
		.seed = 3, .rate_per_s = 1000, .shape = SCHEDULE_FLOODGATE, .base_share = 0.5,
		.burst_share = 1.4, .burst_at_s = 20, .burst_s = 20,
	}, 10, shares, 6);
	for (i = 0; i < 6; i++)
		assert_true(fabs(shares[i] - expected[i]) < 0.05);
}

static void test_bell_peaks_in_the_middle_of_each_period(void **state)
{
	/* Means of exp(-x * x / 2) over sixths of -3 to 3. */
	static const double expected[] = { 0.054, 0.341, 0.856, 0.856, 0.341, 0.054 };
	double shares[12];
	unsigned int i;

	(void)state;
	count_arrivals(&(struct schedule_config) {
		.seed = 3, .rate_per_s = 1000, .shape = SCHEDULE_BELL, .period_s = 60,
	}, 10, shares, 12);
	for (i = 0; i < 12; i++)
		assert_true(fabs(shares[i] - expected[i % 6]) < 0.05);
}

static void test_overdrive_is_more_than_the_rate(void **state)
{
	double shares[2];

	(void)state;
	count_arrivals(&(struct schedule_config) {
		.seed = 3, .rate_per_s = 1000, .shape = SCHEDULE_OVERDRIVE, .burst_share = 1.4,
	}, 20, shares, 2);
	assert_true(fabs(shares[0] - 1.4) < 0.05 && fabs(shares[1] - 1.4) < 0.05);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_seed_is_one_schedule),
		cmocka_unit_test(test_gaps_are_exponential),
		cmocka_unit_test(test_random_numbers_are_pinned),
		cmocka_unit_test(test_draws_stay_in_their_range),
		cmocka_unit_test(test_floodgate_opens_once),
		cmocka_unit_test(test_bell_peaks_in_the_middle_of_each_period),
		cmocka_unit_test(test_overdrive_is_more_than_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
