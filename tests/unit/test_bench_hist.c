// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a percentile is never below the true value and at most 1/128 above it.
 *
 * Method: every value up to 2^16 and the surroundings of every power of two,
 * each alone below a far maximum; then random samples against a sorted array.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/hist.h"
#include "prng.h"

#define FAR (UINT64_C(1) << 43)
#define SAMPLES 5000

static struct hist hist, half;
static uint64_t samples[SAMPLES];

static void assert_within_bound(uint64_t value, uint64_t reported)
{
	assert_true(reported >= value);
	assert_true(reported - value <= value / 128);
}

static void check_value(uint64_t value)
{
	hist_reset(&hist);
	hist_record(&hist, (int64_t)value);
	hist_record(&hist, (int64_t)FAR);
	assert_within_bound(value, hist_percentile(&hist, 0.5));
	assert_int_equal(hist_percentile(&hist, 1), FAR);
	assert_int_equal(hist.sum, value + FAR);
}

static void test_error_bound_holds_for_single_values(void **state)
{
	uint64_t value;
	int power, near;

	(void)state;
	for (value = 0; value < 1 << 12; value++)
		check_value(value);
	for (power = 12; power < 43; power++)
		for (near = -3; near <= 3; near++)
			check_value((UINT64_C(1) << power) + (uint64_t)near);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void fill_samples(struct prng *prng)
{
	unsigned int i;

	hist_reset(&hist);
	for (i = 0; i < SAMPLES; i++) {
		samples[i] = prng_next(prng) >> (24 + prng_below(prng, 32));
		hist_record(&hist, (int64_t)samples[i]);
	}
	qsort(samples, SAMPLES, sizeof(samples[0]), compare);
}

static void test_percentiles_of_samples_are_within_the_bound(void **state)
{
	static const double shares[] = { 0, 0.0003, 0.25, 0.33333, 0.5, 0.9, 0.99, 0.999, 1 };
	struct prng prng = prng_start();
	unsigned int round, i;

	(void)state;
	for (round = 0; round < 20; round++) {
		fill_samples(&prng);
		for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
			uint64_t rank = (uint64_t)ceil(shares[i] * SAMPLES);

			assert_within_bound(samples[rank ? rank - 1 : 0],
					    hist_percentile(&hist, shares[i]));
		}
		assert_int_equal(hist_percentile(&hist, 1), samples[SAMPLES - 1]);
	}
}

static void test_merging_is_recording_all(void **state)
{
	struct prng prng = prng_start();
	unsigned int i;
	static struct hist all;

	(void)state;
	hist_reset(&all);
	hist_reset(&half);
	fill_samples(&prng);
	for (i = 0; i < SAMPLES; i++) {
		hist_record(&all, (int64_t)samples[i]);
		hist_record(&half, (int64_t)samples[i] / 2);
		hist_record(&all, (int64_t)samples[i] / 2);
	}
	hist_merge(&hist, &half);
	assert_memory_equal(&hist, &all, sizeof(all));
}

static void test_odd_input_is_counted(void **state)
{
	(void)state;
	hist_reset(&hist);
	assert_int_equal(hist_percentile(&hist, 0.99), 0);
	hist_record(&hist, -5);
	assert_int_equal(hist_percentile(&hist, 0.99), 0);
	assert_int_equal(hist.count, 1);
	hist_record(&hist, INT64_MAX);
	assert_int_equal(hist_percentile(&hist, 1), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error_bound_holds_for_single_values),
		cmocka_unit_test(test_percentiles_of_samples_are_within_the_bound),
		cmocka_unit_test(test_merging_is_recording_all),
		cmocka_unit_test(test_odd_input_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
