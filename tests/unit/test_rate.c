// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the copy rate is that of the last copies, and the limit of the intent log is
 * what can be copied at it within the recovery target.
 *
 * Method: disks of a known speed, steady, changing and noisy; what comes out is
 * compared with sums in floating point. Every edge of what a superblock may say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rate.h"
#include "prng.h"

#define PIECE	65536u
#define MIB	(1ull << 20)
#define MB	1000000ull

static struct tandem_rate rate;

/* @bytes in pieces at @bytes_per_s. */
static void copy(u64 bytes, u64 bytes_per_s)
{
	for (; bytes; bytes -= PIECE)
		tandem_rate_add(&rate, PIECE, PIECE * 1000000000ull / bytes_per_s);
}

static void expect_near(u64 value, u64 want, u64 percent)
{
	if (value < want - want * percent / 100 || value > want + want * percent / 100)
		fail_msg("%llu, not %llu", (unsigned long long)value, (unsigned long long)want);
}

static void test_nothing_is_known_before_enough_was_copied(void **state)
{
	(void)state;
	tandem_rate_resume(&rate, 0);
	assert_int_equal(tandem_rate_mean(&rate), 0);
	copy(448 * 1024, 80 * MB);
	assert_int_equal(tandem_rate_mean(&rate), 0);
	copy(64 * 1024, 80 * MB);
	expect_near(tandem_rate_mean(&rate), 80 * MB, 1);
}

static void test_a_steady_disk_is_measured_whatever_its_speed(void **state)
{
	static const u64 speed[] = { 1000, 1 * MB, 30 * MB, 550 * MB, 7000 * MB };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(speed) / sizeof(speed[0]); i++) {
		tandem_rate_resume(&rate, 0);
		copy(MIB, speed[i]);
		expect_near(tandem_rate_mean(&rate), speed[i], 2);
		copy(1024 * MIB, speed[i]);
		expect_near(tandem_rate_mean(&rate), speed[i], 2);
	}
}

/* Time is what counts: half at 10 MB/s and half at 90 is 18. */
static void test_what_took_long_counts_for_as_long(void **state)
{
	(void)state;
	tandem_rate_resume(&rate, 0);
	copy(8 * MIB, 10 * MB);
	copy(8 * MIB, 90 * MB);
	expect_near(tandem_rate_mean(&rate), 18 * MB, 1);
}

static void test_a_disk_that_changed_is_known_after_a_while(void **state)
{
	(void)state;
	tandem_rate_resume(&rate, 0);
	copy(2048 * MIB, 500 * MB);
	copy(512 * MIB, 20 * MB);
	expect_near(tandem_rate_mean(&rate), 20 * MB, 2);
	copy(1024 * MIB, 500 * MB);
	expect_near(tandem_rate_mean(&rate), 500 * MB, 3);
}

static void test_a_kept_rate_is_gone_on_with(void **state)
{
	(void)state;
	tandem_rate_resume(&rate, 200 * MB);
	expect_near(tandem_rate_mean(&rate), 200 * MB, 0);
	copy(MIB, 20 * MB);
	assert_true(tandem_rate_mean(&rate) > 150 * MB);
	copy(256 * MIB, 20 * MB);
	expect_near(tandem_rate_mean(&rate), 20 * MB, 10);
}

static void test_a_kept_rate_of_no_disk_counts_as_none(void **state)
{
	static const u64 edge[] = { 0, TANDEM_MAX_COPY_RATE + 1, ~0ull };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(edge) / sizeof(edge[0]); i++) {
		tandem_rate_resume(&rate, edge[i]);
		assert_int_equal(tandem_rate_mean(&rate), 0);
		assert_int_equal(tandem_rate_assumed(edge[i]), TANDEM_DEFAULT_COPY_RATE);
	}
	tandem_rate_resume(&rate, 1);
	assert_int_equal(tandem_rate_mean(&rate), 1);
	tandem_rate_resume(&rate, TANDEM_MAX_COPY_RATE);
	expect_near(tandem_rate_mean(&rate), TANDEM_MAX_COPY_RATE, 1);
	tandem_rate_resume(&rate, 0);
	tandem_rate_add(&rate, MIB, 0);
	assert_int_equal(tandem_rate_mean(&rate), TANDEM_MAX_COPY_RATE);
}

static void test_noise_is_no_news(void **state)
{
	(void)state;
	assert_false(tandem_rate_is_news(0, 0));
	assert_false(tandem_rate_is_news(100 * MB, 0));
	assert_true(tandem_rate_is_news(0, 1));
	assert_false(tandem_rate_is_news(160 * MB, 170 * MB));
	assert_false(tandem_rate_is_news(160 * MB, 150 * MB));
	assert_true(tandem_rate_is_news(160 * MB, 170 * MB + 1));
	assert_true(tandem_rate_is_news(160 * MB, 150 * MB - 1));
}

static u32 limit(u32 target_ms, u32 region_bytes, u64 measured)
{
	struct tandem_rate_target target = {
		.target_ms = target_ms, .region_bytes = region_bytes, .capacity = 126000,
	};

	return tandem_rate_limit(&target, measured);
}

static void test_the_limit_is_what_the_target_allows(void **state)
{
	struct tandem_rate_target tiny = {
		.target_ms = 1000, .region_bytes = MIB, .capacity = 40,
	};

	(void)state;
	/* Not measured: 100 MB/s. */
	assert_int_equal(limit(10000, MIB, 0), 953);
	assert_int_equal(limit(100, 65536, 0), 152);
	assert_int_equal(limit(10000, MIB, 500 * MB), 4768);
	assert_int_equal(limit(10000, MIB, 20 * MB), 190);
	/* Never less than a few, never more than a quarter of what fits, but one. */
	assert_int_equal(limit(100, 64 * MIB, 0), 4);
	assert_int_equal(limit(10000, MIB, 1), 4);
	assert_int_equal(limit(3600000, 65536, 7000 * MB), 31500);
	assert_int_equal(limit(TANDEM_MAX_RECOVERY_TARGET_MS, 65536, TANDEM_MAX_COPY_RATE), 31500);
	assert_int_equal(tandem_rate_limit(&tiny, 0), 10);
	tiny.capacity = 3;
	assert_int_equal(tandem_rate_limit(&tiny, 0), 1);
}

static void test_a_resync_takes_as_long_as_its_bytes(void **state)
{
	struct prng prng = prng_start();
	unsigned int i;

	(void)state;
	assert_int_equal(tandem_rate_resync_ms(0, 0), 0);
	assert_int_equal(tandem_rate_resync_ms(1, 100 * MB), 1);
	assert_int_equal(tandem_rate_resync_ms(953 * MIB, 0), 9993);
	assert_int_equal(tandem_rate_resync_ms(1ull << 48, 1), (1ull << 48) * 1000);
	for (i = 0; i < 2000; i++) {
		u64 bytes = prng_next(&prng) >> (16 + prng_below(&prng, 40));
		u64 speed = 1 + (prng_next(&prng) >> (24 + prng_below(&prng, 30)));
		double want = (double)bytes * 1000 / (double)speed;
		double ms = (double)tandem_rate_resync_ms(bytes, speed);

		if (ms + ms / 1e9 < want || ms > want + want / 1e9 + 1)
			fail_msg("%g ms, not %g", ms, want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_known_before_enough_was_copied),
		cmocka_unit_test(test_a_steady_disk_is_measured_whatever_its_speed),
		cmocka_unit_test(test_what_took_long_counts_for_as_long),
		cmocka_unit_test(test_a_disk_that_changed_is_known_after_a_while),
		cmocka_unit_test(test_a_kept_rate_is_gone_on_with),
		cmocka_unit_test(test_a_kept_rate_of_no_disk_counts_as_none),
		cmocka_unit_test(test_noise_is_no_news),
		cmocka_unit_test(test_the_limit_is_what_the_target_allows),
		cmocka_unit_test(test_a_resync_takes_as_long_as_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
