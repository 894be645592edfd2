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

/* Where a byte of a write is; pieces that follow each other are not adjacent in memory. */
static const char *byte_of(const struct engine_request *request, uint32_t offset)
{
	const struct iovec *piece = &request->segments[offset / 4096];

	if (!request->nr_segments)
		return (const char *)request->buffer + offset;
	assert_int_equal(request->nr_segments, request->len_bytes / 4096);
	assert_int_equal(piece->iov_len, 4096);
	if (offset >= 4096)
		assert_ptr_not_equal((char *)piece[-1].iov_base + 4096, piece->iov_base);
	return (const char *)piece->iov_base + offset % 4096;
}

static void check_request(const struct engine_request *request)
{
	struct payload_tag tag = { 0 };
	uint32_t i;

	if (request->fd == DATA_FD && request->op == ENGINE_SYNC)
		assert_int_equal(bench_fake_count(ENGINE_WRITE), 0);
	if (request->op != ENGINE_WRITE)
		return;
	assert_int_equal(request->fd, DATA_FD);
	assert_in_range(request->len_bytes, PAGE_BYTES,
			pages.config.slots.gather_pages * PAGE_BYTES);
	for (i = 0; i < request->len_bytes; i += 512) {
		assert_int_equal(payload_decode(byte_of(request, i), 512, 1, &tag),
				 PAYLOAD_INTACT);
		assert_int_equal(tag.kind, PAYLOAD_PAGE);
		assert_int_equal(tag.place, (request->offset_bytes + i) / PAGE_BYTES);
		assert_int_equal(tag.index, i % PAGE_BYTES / 512);
		assert_true(tag.lsn && tag.lsn <= log_writer.durable.lsn);
		if (tag.index)
			continue;
		assert_false(page_in_flight[tag.place]);
		page_in_flight[tag.place] = true;
	}
}

static void start_gathering(unsigned int gather_pages)
{
	struct volume journal = { .fd = ACKS_FD, .kind = VOLUME_FILE };
	struct pages_config config = {
		.volume = &data, .log = &log_writer, .acks = &acks,
		.nr_pages = PAGES, .interval_ns = INTERVAL_NS,
		.slots = { .run = 1, .sector_bytes = 512, .nr = 8, .gather_pages = gather_pages },
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

static void start(void)
{
	start_gathering(1);
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
	const struct engine_request *request = bench_fake_requests[index];
	uint32_t i;

	for (i = 0; i < request->len_bytes / PAGE_BYTES; i++)
		page_in_flight[request->offset_bytes / PAGE_BYTES + i] = false;
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

static void check_write(unsigned int index, uint64_t page, uint32_t nr_pages)
{
	assert_int_equal(bench_fake_requests[index]->offset_bytes, page * PAGE_BYTES);
	assert_int_equal(bench_fake_requests[index]->len_bytes, nr_pages * PAGE_BYTES);
}

/* The page that a record of the first sector of the journal is about. */
static uint64_t journal_page(unsigned int record)
{
	uint64_t id;

	memcpy(&id, acks.buffers[0] + 32 + record * 48 + 8, sizeof(id));
	return id;
}

static void test_adjacent_pages_are_written_together(void **state)
{
	static const uint64_t order[] = { 9, 4, 11, 5, 20, 10, 6 };
	static const uint64_t written[] = { 9, 10, 11, 4, 5, 6, 20 };
	unsigned int i;

	(void)state;
	start_gathering(32);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		dirty(order[i], 1000);
	log_writer.durable.lsn = 1000;
	pass_interval();
	/* The oldest first, each up to a page that is clean, and none twice. */
	assert_int_equal(bench_fake_nr, 3);
	check_write(0, 9, 3);
	check_write(1, 4, 3);
	check_write(2, 20, 1);
	assert_int_equal(pages.writes, 3);
	assert_int_equal(pages.written, 7);
	assert_int_equal(pages.nr_dirty, 0);
	complete_writes();
	/* Each page is in the journal by its own number, and no longer in the queue. */
	assert_int_equal(acks.appended, 7);
	for (i = 0; i < 7; i++)
		assert_int_equal(journal_page(i), written[i]);
	assert_int_equal(bench_fake_count(ENGINE_SYNC), 1);
	assert_int_equal(pages.queue_head, pages.queue_tail);
	end();
}

static void test_a_write_is_no_longer_than_allowed(void **state)
{
	unsigned int i;

	(void)state;
	start_gathering(4);
	for (i = 54; i < PAGES; i++)
		dirty(i, 1000);
	log_writer.durable.lsn = 1000;
	pass_interval();
	assert_int_equal(bench_fake_nr, 3);
	check_write(0, 54, 4);
	check_write(1, 58, 4);
	check_write(2, 62, 2);
	end();
}

static void test_gathering_ends_at_a_page_ahead_of_the_log(void **state)
{
	(void)state;
	start_gathering(32);
	dirty(3, 1000);
	dirty(4, 1000);
	dirty(5, 5000);
	dirty(6, 1000);
	log_writer.durable.lsn = 1000;
	pass_interval();
	assert_int_equal(bench_fake_nr, 2);
	check_write(0, 3, 2);
	check_write(1, 6, 1);
	log_writer.durable.lsn = 5000;
	pages_pump(&pages, now_ns);
	assert_int_equal(bench_fake_nr, 3);
	check_write(2, 5, 1);
	end();
}

static void test_gathering_leaves_pages_of_the_next_checkpoint(void **state)
{
	(void)state;
	start_gathering(32);
	dirty(3, 1000);
	log_writer.durable.lsn = 2000;
	now_ns += INTERVAL_NS;
	pages_pump(&pages, now_ns);
	dirty(4, 2000);
	now_ns += INTERVAL_NS;
	pages_pump(&pages, now_ns);
	assert_int_equal(bench_fake_nr, 1);
	check_write(0, 3, 1);
	end();
}

static void test_a_slow_volume_gets_fewer_writes(void **state)
{
	unsigned int i;

	(void)state;
	start();
	/* No write is as fast as that. */
	backoff_init(&pages.backoff, 8, 1);
	for (i = 0; i < 40; i += 2)
		dirty(i, 1000);
	log_writer.durable.lsn = 1000;
	pass_interval();
	assert_int_equal(bench_fake_nr, 8);
	for (i = 0; i < 5; i++)
		complete_write(0, 0);
	pages_pump(&pages, now_ns);
	assert_int_equal(bench_fake_nr, 4);
	for (i = 0; i < 4; i++)
		complete_write(0, 0);
	pages_pump(&pages, now_ns);
	assert_int_equal(bench_fake_nr, 2);
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
	for (round = 0; round < 20; round++) {
		uint64_t lsn = 0;

		start_gathering(1 + round % 8);
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
		cmocka_unit_test(test_adjacent_pages_are_written_together),
		cmocka_unit_test(test_a_write_is_no_longer_than_allowed),
		cmocka_unit_test(test_gathering_ends_at_a_page_ahead_of_the_log),
		cmocka_unit_test(test_gathering_leaves_pages_of_the_next_checkpoint),
		cmocka_unit_test(test_a_slow_volume_gets_fewer_writes),
		cmocka_unit_test(test_random_runs_keep_every_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
