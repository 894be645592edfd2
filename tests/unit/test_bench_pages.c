// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the checkpointer of tandem-bench writes no page before its log, flushes
 * before it vouches, and gives up log only when the journal has the checkpoint.
 *
 * Method: a fake engine; the log is only a durable LSN that the test moves. At
 * every page write that is submitted the write-ahead rule is checked.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/pages.h"
#include "bench/payload.h"
#include "bench_fake.h"
#include "prng.h"

#define PAGES 64
#define INTERVAL_NS INT64_C(1000000000)
#define DATA_FD 8
#define ACKS_FD 9

static struct log log_writer;
static struct acks acks;
static struct pages pages;
static struct volume data = { .fd = DATA_FD };
static bool page_in_flight[PAGES];
static int64_t now_ns;

static void check_request(const struct engine_request *request)
{
	struct payload_tag tag = { 0 };
	uint32_t i;

	if (request->fd == DATA_FD && request->op == ENGINE_SYNC)
		assert_int_equal(bench_fake_count(ENGINE_WRITE), 0);
	if (request->op != ENGINE_WRITE)
		return;
	assert_int_equal(request->fd, DATA_FD);
	assert_int_equal(request->len_bytes, PAGE_BYTES);
	for (i = 0; i < PAGE_BYTES; i += 512) {
		assert_int_equal(payload_decode((char *)request->buffer + i, 512, 1, &tag),
				 PAYLOAD_INTACT);
		assert_int_equal(tag.kind, PAYLOAD_PAGE);
		assert_int_equal(tag.place * PAGE_BYTES, request->offset_bytes);
		assert_int_equal(tag.index, i / 512);
		assert_true(tag.lsn && tag.lsn <= log_writer.durable.lsn);
	}
	assert_false(page_in_flight[tag.place]);
	page_in_flight[tag.place] = true;
}

static void start(void)
{
	struct volume journal = { .fd = ACKS_FD, .kind = VOLUME_FILE };
	struct pages_config config = {
		.volume = &data, .log = &log_writer, .acks = &acks, .run = 1,
		.nr_pages = PAGES, .interval_ns = INTERVAL_NS, .sector_bytes = 512, .depth = 8,
	};

	bench_fake_reset();
	bench_fake_submitted = check_request;
	memset(page_in_flight, 0, sizeof(page_in_flight));
	memset(&log_writer, 0, sizeof(log_writer));
	log_writer.config.log_bytes = 1 << 20;
	now_ns = 1000;
	assert_int_equal(acks_init(&acks, NULL, &journal, 1), 0);
	assert_int_equal(pages_init(&pages, &config, now_ns), 0);
}

static void end(void)
{
	acks.volume.fd = -1;
	pages_exit(&pages);
	acks_exit(&acks);
}

/* A commit that ends at @lsn dirties @page. */
static void dirty(uint64_t page, uint64_t lsn)
{
	pages_dirty(&pages, page, lsn);
	if (lsn > log_writer.append_lsn)
		log_writer.append_lsn = lsn;
}

/* Let the next checkpoint be due, and late enough to take all its pages at once. */
static void pass_interval(void)
{
	now_ns += INTERVAL_NS;
	pages_pump(&pages, now_ns);
	now_ns += INTERVAL_NS;
	pages_pump(&pages, now_ns);
}

static void complete_write(unsigned int index, int error)
{
	page_in_flight[bench_fake_requests[index]->offset_bytes / PAGE_BYTES] = false;
	bench_fake_complete(index, error);
}

static void complete_writes(void)
{
	while (bench_fake_count(ENGINE_WRITE))
		complete_write(0, 0);
	pages_pump(&pages, now_ns);
}

static void test_page_waits_for_its_log(void **state)
{
	(void)state;
	start();
	dirty(3, 5000);
	log_writer.durable.lsn = 4999;
	pass_interval();
	assert_int_equal(bench_fake_nr, 0);
	assert_true(pages_busy(&pages));
	log_writer.durable.lsn = 5000;
	pages_pump(&pages, now_ns);
	assert_int_equal(bench_fake_nr, 1);
	end();
}

static void test_checkpoint_flushes_records_and_then_cuts_the_log(void **state)
{
	(void)state;
	start();
	dirty(3, 5000);
	dirty(4, 6000);
	log_writer.durable.lsn = 6000;
	pass_interval();
	assert_int_equal(bench_fake_count(ENGINE_WRITE), 2);
	complete_write(0, 0);
	pages_pump(&pages, now_ns);
	assert_int_equal(bench_fake_count(ENGINE_SYNC), 0);
	complete_writes();
	assert_int_equal(bench_fake_count(ENGINE_SYNC), 1);
	assert_int_equal(acks.appended, 2);
	bench_fake_complete_all(ENGINE_SYNC, 0);
	pages_pump(&pages, now_ns);
	/* Two pages and the checkpoint; the log is kept until that is durable. */
	assert_int_equal(acks.appended, 3);
	assert_int_equal(log_writer.truncate_lsn, 0);
	acks_pump(&acks);
	bench_fake_complete_all(ENGINE_WRITE_DURABLE, 0);
	pages_pump(&pages, now_ns);
	assert_int_equal(log_writer.truncate_lsn, 6000 / 512 * 512);
	assert_false(pages_busy(&pages));
	end();
}

static void test_page_dirtied_again_is_written_again(void **state)
{
	(void)state;
	start();
	dirty(3, 1000);
	log_writer.durable.lsn = 1000;
	pass_interval();
	assert_int_equal(bench_fake_count(ENGINE_WRITE), 1);
	/* While the write is in flight: not a second one, and not in this checkpoint. */
	dirty(3, 2000);
	log_writer.durable.lsn = 2000;
	pages_pump(&pages, now_ns);
	assert_int_equal(bench_fake_count(ENGINE_WRITE), 1);
	complete_writes();
	bench_fake_complete_all(ENGINE_SYNC, 0);
	acks_pump(&acks);
	bench_fake_complete_all(ENGINE_WRITE_DURABLE, 0);
	pages_pump(&pages, now_ns);
	assert_int_equal(log_writer.truncate_lsn, 1000 / 512 * 512);
	pass_interval();
	assert_int_equal(bench_fake_count(ENGINE_WRITE), 1);
	end();
}

/* After a failed write or flush no checkpoint is ever recorded again. */
static void check_stopped(void)
{
	pass_interval();
	complete_writes();
	bench_fake_complete_all(ENGINE_SYNC, 0);
	pass_interval();
	assert_int_equal(log_writer.truncate_lsn, 0);
	assert_int_equal(pages.error, -EIO);
	assert_int_equal(pages.checkpoints, 0);
	assert_false(pages_busy(&pages));
}

static void test_failed_write_ends_checkpoints(void **state)
{
	(void)state;
	start();
	dirty(3, 1000);
	dirty(4, 1000);
	log_writer.durable.lsn = 1000;
	pass_interval();
	complete_write(0, -EIO);
	complete_writes();
	assert_int_equal(bench_fake_count(ENGINE_SYNC), 0);
	check_stopped();
	end();
}

static void test_failed_flush_is_never_retried(void **state)
{
	(void)state;
	start();
	dirty(3, 1000);
	log_writer.durable.lsn = 1000;
	pass_interval();
	complete_writes();
	bench_fake_complete_all(ENGINE_SYNC, -EIO);
	assert_int_equal(acks.appended, 1);
	check_stopped();
	end();
}

static void test_failed_log_gives_waiting_pages_up(void **state)
{
	(void)state;
	start();
	dirty(3, 5000);
	dirty(4, 1000);
	log_writer.durable.lsn = 1000;
	pass_interval();
	assert_int_equal(bench_fake_count(ENGINE_WRITE), 1);
	log_writer.error = -EIO;
	complete_writes();
	assert_int_equal(bench_fake_nr, 0);
	assert_false(pages_busy(&pages));
	end();
}

static void test_half_full_log_forces_a_checkpoint(void **state)
{
	(void)state;
	start();
	dirty(3, 1000);
	log_writer.durable.lsn = 1000;
	log_writer.append_lsn = (1 << 19) + 1;
	pages_pump(&pages, now_ns);
	pages_pump(&pages, now_ns);
	assert_int_equal(bench_fake_count(ENGINE_WRITE), 1);
	end();
}

static void test_writes_are_spread_over_the_interval(void **state)
{
	unsigned int i, written = 0;

	(void)state;
	start();
	for (i = 0; i < PAGES; i++)
		dirty(i, 1000);
	log_writer.durable.lsn = 1000;
	now_ns += INTERVAL_NS;
	pages_pump(&pages, now_ns);
	for (i = 0; i < 8; i++) {
		pages_pump(&pages, now_ns + i * INTERVAL_NS / 10);
		written += bench_fake_count(ENGINE_WRITE);
		assert_true(written <= PAGES * i / 8);
		assert_true(written + 8 >= PAGES * i / 8);
		while (bench_fake_count(ENGINE_WRITE))
			complete_write(0, 0);
	}
	end();
}

static void random_step(struct prng *prng, uint64_t *lsn)
{
	switch (prng_below(prng, 5)) {
	case 0:
		*lsn += 1 + prng_below(prng, 500);
		dirty(prng_below(prng, PAGES), *lsn);
		break;
	case 1:
		log_writer.durable.lsn += prng_below(prng, *lsn - log_writer.durable.lsn + 1);
		break;
	case 2:
		if (bench_fake_nr && bench_fake_requests[0]->op == ENGINE_WRITE)
			complete_write(0, 0);
		else if (bench_fake_nr)
			bench_fake_complete(0, 0);
		break;
	case 3:
		now_ns += INTERVAL_NS / 20;
		break;
	case 4:
		acks_pump(&acks);
		break;
	}
	pages_pump(&pages, now_ns);
}

static void test_random_runs_keep_every_rule(void **state)
{
	struct prng prng = prng_start();
	unsigned int round, i;

	(void)state;
	for (round = 0; round < 10; round++) {
		uint64_t lsn = 0;

		start();
		for (i = 0; i < 5000; i++)
			random_step(&prng, &lsn);
		assert_true(pages.checkpoints > 3);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_waits_for_its_log),
		cmocka_unit_test(test_checkpoint_flushes_records_and_then_cuts_the_log),
		cmocka_unit_test(test_page_dirtied_again_is_written_again),
		cmocka_unit_test(test_failed_write_ends_checkpoints),
		cmocka_unit_test(test_failed_flush_is_never_retried),
		cmocka_unit_test(test_failed_log_gives_waiting_pages_up),
		cmocka_unit_test(test_half_full_log_forces_a_checkpoint),
		cmocka_unit_test(test_writes_are_spread_over_the_interval),
		cmocka_unit_test(test_random_runs_keep_every_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
