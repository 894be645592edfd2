// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a commit goes on when as many pages were read as it wants, once, and not
 * before; so many reads are in flight and no more; a read that fails ends it.
 *
 * Method: a fake engine completes the reads, in order or not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/misses.h"
#include "bench/page_slots.h"
#include "bench_fake.h"
#include "prng.h"

#define PAGES 1000
#define DEPTH 4
#define MOST 8
#define DATA_FD 8

static struct misses misses;
static struct volume data = { .fd = DATA_FD };
static uint64_t went_on[10000];
static unsigned int nr_went_on;

static void ready(void *context, const struct log_commit *commit)
{
	assert_ptr_equal(context, &data);
	went_on[nr_went_on++] = commit->message;
}

static void check_read(const struct engine_request *request)
{
	assert_int_equal(request->op, ENGINE_READ);
	assert_int_equal(request->fd, DATA_FD);
	assert_int_equal(request->len_bytes, PAGE_BYTES);
	assert_int_equal(request->offset_bytes % PAGE_BYTES, 0);
	assert_true(request->offset_bytes / PAGE_BYTES < PAGES);
	assert_true(bench_fake_nr < DEPTH);
}

static void start(void)
{
	bench_fake_reset();
	bench_fake_submitted = check_read;
	nr_went_on = 0;
	assert_int_equal(misses_init(&misses, &(struct misses_config) {
		.volume = &data, .seed = 1, .nr_pages = PAGES, .max_commits = MOST,
		.depth = DEPTH, .ready = ready, .context = &data,
	}), 0);
}

static void hold(uint64_t message, uint32_t reads)
{
	misses_hold(&misses, &(struct log_commit) { .message = message, .messages = 1 }, reads);
}

static void test_a_commit_waits_for_all_its_reads(void **state)
{
	unsigned int i;

	(void)state;
	start();
	hold(7, 6);
	assert_int_equal(bench_fake_nr, 0);
	misses_pump(&misses);
	assert_int_equal(bench_fake_nr, DEPTH);
	for (i = 0; i < 6; i++) {
		assert_int_equal(nr_went_on, 0);
		bench_fake_complete(0, 0);
		misses_pump(&misses);
	}
	assert_int_equal(nr_went_on, 1);
	assert_int_equal(went_on[0], 7);
	assert_int_equal(misses.reads, 6);
	assert_int_equal(misses.latency.count, 6);
	assert_int_equal(misses_room(&misses), MOST);
	misses_exit(&misses);
}

static void test_commits_do_not_wait_for_each_other(void **state)
{
	(void)state;
	start();
	hold(1, 2);
	hold(2, 1);
	misses_pump(&misses);
	assert_int_equal(bench_fake_nr, 3);
	bench_fake_complete(2, 0);
	assert_int_equal(nr_went_on, 1);
	assert_int_equal(went_on[0], 2);
	/* Its place is behind one that is still held. */
	assert_int_equal(misses_room(&misses), MOST - 2);
	bench_fake_complete(0, 0);
	assert_int_equal(nr_went_on, 1);
	bench_fake_complete(0, 0);
	assert_int_equal(went_on[1], 1);
	assert_int_equal(misses_room(&misses), MOST);
	misses_exit(&misses);
}

static void test_failed_read_ends_it(void **state)
{
	(void)state;
	start();
	hold(1, 1);
	hold(2, 9);
	misses_pump(&misses);
	bench_fake_complete(0, -EIO);
	assert_int_equal(misses.error, -EIO);
	misses_pump(&misses);
	assert_int_equal(bench_fake_nr, DEPTH - 1);
	bench_fake_complete_all(ENGINE_READ, 0);
	assert_int_equal(nr_went_on, 0);
	assert_int_equal(misses.in_flight, 0);
	misses_exit(&misses);
}

static void test_nothing_is_issued_once_stopped(void **state)
{
	(void)state;
	start();
	hold(1, 9);
	misses_pump(&misses);
	misses.stopped = true;
	bench_fake_complete(0, 0);
	misses_pump(&misses);
	assert_int_equal(bench_fake_nr, DEPTH - 1);
	misses_exit(&misses);
}

static void test_random_runs_lose_and_repeat_nothing(void **state)
{
	struct prng prng = prng_start();
	static unsigned int seen[3001];
	uint64_t message = 0, reads = 0;
	unsigned int i;

	(void)state;
	start();
	while (message < 3000 || misses_room(&misses) < MOST) {
		if (message < 3000 && misses_room(&misses) && prng_below(&prng, 2)) {
			uint32_t wanted = 1 + (uint32_t)prng_below(&prng, 6);

			hold(++message, wanted);
			reads += wanted;
		}
		misses_pump(&misses);
		if (bench_fake_nr)
			bench_fake_complete((unsigned int)prng_below(&prng, bench_fake_nr), 0);
	}
	assert_int_equal(nr_went_on, 3000);
	for (i = 0; i < nr_went_on; i++)
		assert_int_equal(seen[went_on[i]]++, 0);
	assert_int_equal(misses.reads, reads);
	misses_exit(&misses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_commit_waits_for_all_its_reads),
		cmocka_unit_test(test_commits_do_not_wait_for_each_other),
		cmocka_unit_test(test_failed_read_ends_it),
		cmocka_unit_test(test_nothing_is_issued_once_stopped),
		cmocka_unit_test(test_random_runs_lose_and_repeat_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
