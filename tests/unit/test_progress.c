// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what is done of a sync never becomes less, and the time that is left never grows
 * while copying goes on as before.
 *
 * Method: syncs that are steady, noisy, slowed down, paused and made longer, looked at
 * again and again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/progress.h"
#include "prng.h"

#define MS		1000000ull
#define S		1000000000ull
#define MIB		(1ull << 20)

static struct tandem_progress progress;
static struct tandem_progress_look look;

static int setup(void **state)
{
	(void)state;
	memset(&progress, 0, sizeof(progress));
	memset(&look, 0, sizeof(look));
	look.now_ns = 3 * S;
	look.copied = 77 * MIB;
	return 0;
}

static void begin(u64 left)
{
	look.on = true;
	look.left = left;
	tandem_progress_note(&progress, &look);
}

/* @ns pass, in which @bytes are copied. */
static void go(u64 ns, u64 bytes)
{
	look.now_ns += ns;
	look.copied += bytes;
	look.left -= bytes < look.left ? bytes : look.left;
	tandem_progress_note(&progress, &look);
}

static u64 eta(void)
{
	return tandem_progress_eta_s(&progress, look.now_ns);
}

static void test_nothing_is_known_before_it_was_measured(void **state)
{
	(void)state;
	begin(1000 * MIB);
	assert_int_equal(progress.rate, 0);
	go(900 * MS, 90 * MIB);
	assert_int_equal(progress.rate, 0);
	go(100 * MS, 10 * MIB);
	assert_int_equal(progress.rate, 100 * MIB);
	assert_int_equal(eta(), 9);
	assert_int_equal(progress.total, 1000 * MIB);
	assert_int_equal(tandem_progress_done(&progress), 100 * MIB);
}

static void test_at_a_steady_rate_the_end_comes_nearer(void **state)
{
	u64 before = ~0ull, bound = 100;
	unsigned int i;

	(void)state;
	begin(1000 * MIB);
	for (i = 0; i < 990; i++) {
		go(100 * MS, MIB);
		if (!progress.rate)
			continue;
		assert_true(eta() <= before);
		before = eta();
		bound = (990 - i) / 10 + 3;
		assert_in_range(eta(), bound > 6 ? bound - 6 : 0, bound);
	}
	assert_in_range(eta(), 0, 2);
}

static void test_noise_moves_no_end_away(void **state)
{
	struct prng prng;
	u64 before = ~0ull;
	unsigned int i;

	(void)state;
	prng.state = 7;
	begin(4000 * MIB);
	for (i = 0; i < 3500; i++) {
		go(100 * MS, MIB * (90 + prng_below(&prng, 21)) / 100);
		if (!progress.rate)
			continue;
		assert_true(eta() <= before);
		before = eta();
	}
}

static void test_who_becomes_slower_takes_longer_and_says_so(void **state)
{
	unsigned int i;

	(void)state;
	begin(10000 * MIB);
	for (i = 0; i < 20; i++)
		go(S, 100 * MIB);
	assert_in_range(eta(), 78, 81);
	for (i = 0; i < 20; i++)
		go(S, 10 * MIB);
	assert_in_range(eta(), 600, 790);
	for (i = 0; i < 20; i++)
		go(S, 100 * MIB);
	assert_in_range(eta(), 55, 62);
}

static void test_what_is_done_is_not_taken_back(void **state)
{
	u64 done = 0, total = 0;
	struct prng prng;
	unsigned int i;

	(void)state;
	prng.state = 3;
	begin(100 * MIB);
	for (i = 0; i < 10000; i++) {
		if (!prng_below(&prng, 3))
			look.left += prng_below(&prng, 3) * MIB;
		go(prng_below(&prng, 3000) * MS, prng_below(&prng, 3) * MIB);
		assert_true(tandem_progress_done(&progress) >= done);
		assert_true(progress.total >= total);
		assert_int_equal(progress.total - tandem_progress_done(&progress), look.left);
		done = tandem_progress_done(&progress);
		total = progress.total;
	}
}

static void test_while_it_is_paused_there_is_no_end(void **state)
{
	(void)state;
	begin(1000 * MIB);
	go(2 * S, 200 * MIB);
	assert_int_equal(eta(), 8);
	look.paused = true;
	go(S, 0);
	assert_int_equal(progress.rate, 0);
	go(1000 * S, 0);
	assert_int_equal(tandem_progress_done(&progress), 200 * MIB);
	look.paused = false;
	/* The time of the pause is not in the rate. */
	go(S, 50 * MIB);
	go(S, 50 * MIB);
	assert_int_equal(progress.rate, 50 * MIB);
	assert_int_equal(eta(), 14);
}

static void test_who_stands_still_has_no_end(void **state)
{
	unsigned int i;

	(void)state;
	begin(1000 * MIB);
	go(2 * S, 200 * MIB);
	for (i = 0; i < 200; i++)
		go(S, 0);
	assert_int_equal(progress.rate, 0);
}

static void test_the_next_sync_begins_anew(void **state)
{
	(void)state;
	begin(100 * MIB);
	go(2 * S, 100 * MIB);
	assert_int_equal(tandem_progress_done(&progress), 100 * MIB);
	look.on = false;
	go(S, 0);
	assert_int_equal(progress.total, 0);
	begin(50 * MIB);
	assert_int_equal(progress.total, 50 * MIB);
	assert_int_equal(progress.rate, 0);
}

static void test_sizes_and_rates_of_any_order(void **state)
{
	static const u64 left[] = { 1, MIB, 1ull << 40, 1ull << 52 };
	static const u64 speed[] = { 1, 1000, 1ull << 30, 1ull << 41 };
	unsigned int i, k;

	(void)state;
	for (i = 0; i < 4; i++)
		for (k = 0; k < 4; k++) {
			setup(NULL);
			begin(left[i] + speed[k]);
			go(S, speed[k]);
			if (progress.rate == speed[k] && left[i] / speed[k] < 1ull << 32)
				assert_in_range(eta(), left[i] / speed[k],
						left[i] / speed[k] + 1);
			go(1000000 * S, speed[k]);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, setup)
		TEST(test_nothing_is_known_before_it_was_measured),
		TEST(test_at_a_steady_rate_the_end_comes_nearer),
		TEST(test_noise_moves_no_end_away),
		TEST(test_who_becomes_slower_takes_longer_and_says_so),
		TEST(test_what_is_done_is_not_taken_back),
		TEST(test_while_it_is_paused_there_is_no_end),
		TEST(test_who_stands_still_has_no_end),
		TEST(test_the_next_sync_begins_anew),
		TEST(test_sizes_and_rates_of_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
