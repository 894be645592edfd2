// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what follows behind the messages takes each of them once, in batches, and
 * a pass takes what was there when it began; backups read each byte once.
 *
 * Method: a mover is asked as a load asks it; a fake engine completes the reads.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/mover.h"
#include "bench/reader.h"
#include "bench_fake.h"

static void test_pass_takes_what_was_there(void **state)
{
	struct mover mover = { .interval_ns = 100, .batch = 10 };

	(void)state;
	assert_int_equal(mover_next(&mover, 25, 0), 10);
	assert_int_equal(mover_next(&mover, 99, 1), 0);
	mover_done(&mover);
	assert_int_equal(mover_next(&mover, 99, 2), 10);
	mover_done(&mover);
	assert_int_equal(mover_next(&mover, 99, 3), 5);
	mover_done(&mover);
	assert_int_equal(mover_next(&mover, 99, 99), 0);
	assert_int_equal(mover_next(&mover, 99, 100), 10);
	mover_done(&mover);
	assert_int_equal(mover.done, 35);
}

static void test_without_passes_batches_are_whole(void **state)
{
	struct mover mover = { .batch = 5 };

	(void)state;
	assert_int_equal(mover_next(&mover, 4, 0), 0);
	assert_int_equal(mover_next(&mover, 6, 1), 5);
	mover_done(&mover);
	assert_int_equal(mover_next(&mover, 9, 2), 0);
	assert_int_equal(mover_next(&mover, 10, 3), 5);
	mover.off = true;
	mover_done(&mover);
	assert_int_equal(mover_next(&mover, 99, 4), 0);
}

static struct volume volume = { .fd = 7 };

static void start(struct reader *reader)
{
	bench_fake_reset();
	assert_int_equal(reader_init(reader, &(struct reader_config) {
		.volume = &volume, .used_bytes = 65536, .block_bytes = 16384, .depth = 2,
	}), 0);
}

static void complete_and_pump(struct reader *reader)
{
	bench_fake_complete(0, 0);
	reader_pump(reader);
}

static void test_range_is_read_once_and_goes_round(void **state)
{
	struct reader reader;

	(void)state;
	start(&reader);
	reader_pump(&reader);
	assert_int_equal(bench_fake_nr, 0);
	reader_extend(&reader, 45000);
	reader_pump(&reader);
	assert_int_equal(bench_fake_nr, 2);
	assert_int_equal(bench_fake_requests[1]->op, ENGINE_READ);
	assert_int_equal(bench_fake_requests[1]->offset_bytes, 16384);
	complete_and_pump(&reader);
	/* Only whole blocks of 4096 bytes: the rest comes with the next backup. */
	assert_int_equal(bench_fake_requests[1]->len_bytes, 40960 - 32768);
	reader_extend(&reader, 70000);
	complete_and_pump(&reader);
	assert_int_equal(bench_fake_requests[1]->offset_bytes, 40960);
	complete_and_pump(&reader);
	assert_int_equal(bench_fake_requests[1]->len_bytes, 65536 - 57344);
	complete_and_pump(&reader);
	assert_int_equal(bench_fake_requests[1]->offset_bytes, 0);
	assert_int_equal(bench_fake_requests[1]->len_bytes, 69632 - 65536);
	complete_and_pump(&reader);
	complete_and_pump(&reader);
	assert_int_equal(reader.read_bytes, 69632);
	assert_int_equal(reader.in_flight, 0);
	/* A reader that was lapped begins where there is something to read. */
	reader_extend(&reader, 69632 + 200000);
	reader_pump(&reader);
	assert_int_equal(reader.position, 266240 - 65536 + 32768);
	bench_fake_complete(0, -EIO);
	bench_fake_complete(0, 0);
	reader_pump(&reader);
	assert_int_equal(bench_fake_nr, 0);
	assert_int_equal(reader.error, -EIO);
	reader_exit(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass_takes_what_was_there),
		cmocka_unit_test(test_without_passes_batches_are_whole),
		cmocka_unit_test(test_range_is_read_once_and_goes_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
