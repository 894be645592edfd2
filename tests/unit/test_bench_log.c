// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the log writer of tandem-bench never releases a commit early, never
 * overwrites what it must keep, and commits in groups as SQL Server does.
 *
 * Method: a fake engine that completes writes in any order. Every byte of the
 * log that completed is kept in an image with its LSN; a commit that is released
 * is looked up there. Random runs do everything at once, with the seed printed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/log.h"
#include "bench/payload.h"
#include "bench_fake.h"
#include "prng.h"

#define LOG_BYTES (UINT64_C(1) << 20)
#define RUN 99u

static struct log log_writer;
static struct volume volume = { .fd = 7 };
/* For each sector of the log: its LSN and mark as they would be on the device. */
static uint64_t image_lsn[LOG_BYTES / 512], image_mark[LOG_BYTES / 512];

static struct log_config make_config(unsigned int outstanding)
{
	return (struct log_config) {
		.volume = &volume, .run = RUN, .log_bytes = LOG_BYTES,
		.span_bytes = LOG_BYTES / 4, .sector_bytes = 512, .max_write_bytes = 61440,
		.pad_bytes = 512,
		.outstanding = outstanding, .max_commits = 1024,
	};
}

/* Every block that is issued is legal: where it lies, how long it is, what is in it. */
static void check_block(const struct engine_request *request)
{
	struct payload_tag tag = { 0 };
	uint32_t i;

	assert_int_equal(request->op, ENGINE_WRITE_DURABLE);
	assert_int_equal(request->fd, 7);
	assert_true(request->len_bytes && request->len_bytes <= 61440);
	assert_int_equal(request->len_bytes % 512, 0);
	assert_true(request->offset_bytes + request->len_bytes <= LOG_BYTES);
	for (i = 0; i < request->len_bytes; i += 512) {
		assert_int_equal(payload_decode((char *)request->buffer + i, 512, RUN, &tag),
				 PAYLOAD_INTACT);
		assert_int_equal(tag.kind, PAYLOAD_LOG);
		assert_int_equal(tag.place % LOG_BYTES, request->offset_bytes + i);
		assert_int_equal(tag.place, tag.lsn + i);
		assert_int_equal(tag.index, i / 512);
		assert_int_equal(tag.count, request->len_bytes / 512);
		/* Nothing that recovery needs is overwritten. */
		assert_true(tag.place + 512 <= log_writer.truncate_lsn + LOG_BYTES);
		assert_true(tag.place + 512 <= log_writer.durable.lsn + LOG_BYTES / 4);
	}
}

static void start(unsigned int outstanding)
{
	struct log_config config = make_config(outstanding);

	bench_fake_reset();
	bench_fake_submitted = check_block;
	memset(image_lsn, 0xff, sizeof(image_lsn));
	assert_int_equal(log_init(&log_writer, &config), 0);
}

static void append(uint32_t len_bytes)
{
	struct log_commit commit = { .len_bytes = len_bytes, .message = 5 };

	assert_true(log_has_room(&log_writer, len_bytes));
	log_append(&log_writer, &commit);
}

/* Complete a write; when it went well it is on the device. */
static void complete(unsigned int index, int error)
{
	const struct engine_request *request = bench_fake_requests[index];
	uint32_t i;

	for (i = 0; i < request->len_bytes && !error; i += 512) {
		uint64_t sector = (request->offset_bytes + i) / 512;
		struct payload_tag tag;

		payload_decode((char *)request->buffer + i, 512, RUN, &tag);
		image_lsn[sector] = tag.place;
		image_mark[sector] = tag.mark;
	}
	bench_fake_complete(index, error);
}

/* The law: all sectors of the log from @from up to the end of the commit are there. */
static void check_released(const struct log_commit *commit, uint64_t from)
{
	uint64_t lsn, last = (commit->end_lsn - 1) / 512 * 512;

	for (lsn = from / 512 * 512; lsn <= last; lsn += 512)
		assert_int_equal(image_lsn[lsn % LOG_BYTES / 512], lsn);
	assert_true(image_mark[last % LOG_BYTES / 512] >= commit->number);
	if (last > from)
		assert_true(image_mark[(last - 512) % LOG_BYTES / 512] < commit->number);
}

static void test_lone_commit_is_written_alone_and_padded(void **state)
{
	(void)state;
	start(32);
	append(5679);
	log_pump(&log_writer);
	assert_int_equal(bench_fake_nr, 1);
	assert_int_equal(bench_fake_requests[0]->len_bytes, 6144);
	append(100);
	log_pump(&log_writer);
	assert_int_equal(bench_fake_nr, 2);
	assert_int_equal(bench_fake_requests[1]->len_bytes, 512);
	assert_int_equal(bench_fake_requests[1]->offset_bytes, 6144);
	log_exit(&log_writer);
}

static void test_commits_share_a_block_while_the_device_is_busy(void **state)
{
	unsigned int i;

	(void)state;
	start(1);
	append(100);
	log_pump(&log_writer);
	for (i = 0; i < 20; i++) {
		append(5679);
		log_pump(&log_writer);
	}
	assert_int_equal(bench_fake_nr, 1);
	complete(0, 0);
	log_pump(&log_writer);
	/* 20 * 5,679 = 113,580 bytes: one full block, and the rest when that is done. */
	assert_int_equal(bench_fake_requests[0]->len_bytes, 61440);
	complete(0, 0);
	log_pump(&log_writer);
	assert_int_equal(bench_fake_requests[0]->len_bytes, 52224);
	log_exit(&log_writer);
}

static void test_commit_waits_for_the_whole_prefix(void **state)
{
	const struct log_commit *commit;

	(void)state;
	start(32);
	append(600);
	log_pump(&log_writer);
	append(600);
	log_pump(&log_writer);
	append(600);
	log_pump(&log_writer);
	complete(2, 0);
	complete(1, 0);
	assert_null(log_first_durable(&log_writer));
	complete(0, 0);
	for (commit = log_first_durable(&log_writer); commit;
	     commit = log_first_durable(&log_writer)) {
		check_released(commit, 0);
		log_release(&log_writer);
	}
	assert_int_equal(log_writer.head, 3);
	log_exit(&log_writer);
}

static void test_nothing_behind_a_failed_block_is_released(void **state)
{
	(void)state;
	start(32);
	append(600);
	log_pump(&log_writer);
	append(600);
	log_pump(&log_writer);
	append(600);
	log_pump(&log_writer);
	complete(1, -EIO);
	complete(1, 0);
	assert_null(log_first_durable(&log_writer));
	complete(0, 0);
	check_released(log_first_durable(&log_writer), 0);
	log_release(&log_writer);
	assert_null(log_first_durable(&log_writer));
	assert_int_equal(log_writer.error, -EIO);
	assert_false(log_has_room(&log_writer, 1));
	log_exit(&log_writer);
}

static void test_full_log_waits_for_the_checkpoint(void **state)
{
	(void)state;
	start(4);
	while (log_has_room(&log_writer, 5000)) {
		append(5000);
		log_pump(&log_writer);
		complete(0, 0);
		log_release(&log_writer);
	}
	assert_true(log_writer.append_lsn + 5000 + 512 > LOG_BYTES);
	log_writer.truncate_lsn = 5120;
	append(5000);
	log_pump(&log_writer);
	assert_true(bench_fake_nr > 0);
	log_exit(&log_writer);
}

/* One random step: append, complete something, or let the checkpoint move. */
static void random_step(struct prng *prng, uint64_t *checked_lsn)
{
	uint32_t len_bytes = 1 + (uint32_t)prng_below(prng, 20000);
	const struct log_commit *commit;

	switch (prng_below(prng, 4)) {
	case 0:
	case 1:
		if (log_has_room(&log_writer, len_bytes))
			append(len_bytes);
		break;
	case 2:
		if (bench_fake_nr)
			complete((unsigned int)prng_below(prng, bench_fake_nr), 0);
		break;
	case 3:
		if (!prng_below(prng, 20))
			log_writer.truncate_lsn = *checked_lsn / 512 * 512;
		break;
	}
	log_pump(&log_writer);
	while ((commit = log_first_durable(&log_writer))) {
		check_released(commit, *checked_lsn);
		*checked_lsn = commit->end_lsn;
		log_release(&log_writer);
	}
}

static void test_random_runs_keep_every_rule(void **state)
{
	struct prng prng = prng_start();
	unsigned int round, i;

	(void)state;
	for (round = 0; round < 20; round++) {
		uint64_t checked_lsn = 0;

		start(1 + (unsigned int)prng_below(&prng, 32));
		for (i = 0; i < 4000; i++)
			random_step(&prng, &checked_lsn);
		assert_true(checked_lsn > LOG_BYTES);
		log_exit(&log_writer);
	}
}

static void start_serial(void)
{
	struct log_config config = make_config(1);

	bench_fake_reset();
	config.serial = true;
	config.pad_bytes = 8192;
	config.max_write_bytes = 65536;
	config.span_bytes = 262144;
	assert_int_equal(log_init(&log_writer, &config), 0);
}

/* One write at a time, whole blocks, and nothing is durable before its flush. */
static void test_serial_commit_waits_for_its_flush(void **state)
{
	(void)state;
	start_serial();
	append(1000);
	log_pump(&log_writer);
	append(9000);
	log_pump(&log_writer);
	assert_int_equal(bench_fake_nr, 1);
	assert_int_equal(bench_fake_requests[0]->op, ENGINE_WRITE);
	assert_int_equal(bench_fake_requests[0]->len_bytes, 8192);
	bench_fake_complete(0, 0);
	log_pump(&log_writer);
	assert_null(log_first_durable(&log_writer));
	assert_int_equal(bench_fake_nr, 1);
	assert_int_equal(bench_fake_requests[0]->op, ENGINE_SYNC);
	bench_fake_complete(0, 0);
	assert_non_null(log_first_durable(&log_writer));
	log_release(&log_writer);
	assert_null(log_first_durable(&log_writer));
	/* What came meanwhile goes out in one. */
	append(500);
	log_pump(&log_writer);
	assert_int_equal(bench_fake_requests[0]->len_bytes, 16384);
	assert_int_equal(bench_fake_requests[0]->offset_bytes, 8192);
	bench_fake_complete(0, 0);
	bench_fake_complete(0, -EIO);
	assert_null(log_first_durable(&log_writer));
	assert_int_equal(log_writer.error, -EIO);
	log_exit(&log_writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lone_commit_is_written_alone_and_padded),
		cmocka_unit_test(test_commits_share_a_block_while_the_device_is_busy),
		cmocka_unit_test(test_commit_waits_for_the_whole_prefix),
		cmocka_unit_test(test_nothing_behind_a_failed_block_is_released),
		cmocka_unit_test(test_full_log_waits_for_the_checkpoint),
		cmocka_unit_test(test_random_runs_keep_every_rule),
		cmocka_unit_test(test_serial_commit_waits_for_its_flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
