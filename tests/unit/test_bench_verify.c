// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: verify finds every damage to what was acknowledged, names it rightly,
 * and finds none where nothing but unacknowledged work is missing.
 *
 * Method: a small world of log, pages and journal is made on files as the load
 * would have left it, one thing is damaged, and the counts are compared. The
 * first test is the undamaged world: without it the others would prove nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/acks.h"
#include "bench/model.h"
#include "bench/pages.h"
#include "bench/payload.h"
#include "bench/verify.h"
#include "bench_fake.h"

#define RUN 0xabcdefu
#define SECTOR 512u
#define LOG_SECTORS 64u
#define LOG_BYTES (LOG_SECTORS * SECTOR)
#define SPAN_BYTES (8 * SECTOR)
#define PAGES 16u
#define MAX_RECORDS 100

static char paths[3][40];
static unsigned char log_image[LOG_BYTES], data_image[PAGES * PAGE_BYTES];
static struct ack_record records[MAX_RECORDS];
static unsigned int nr_records;
static uint64_t log_end, nr_commits, message;
static struct verify_result result;

static int make_files(void **state)
{
	unsigned int i;
	int fd;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/tmp/test_bench_verify.XXXXXX");
		fd = mkstemp(paths[i]);
		if (fd < 0)
			return -1;
		close(fd);
	}
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	return unlink(paths[0]) | unlink(paths[1]) | unlink(paths[2]);
}

static void record(struct ack_record added)
{
	assert_true(nr_records < MAX_RECORDS);
	records[nr_records++] = added;
}

static void begin_world(void)
{
	memset(log_image, 0, sizeof(log_image));
	memset(data_image, 0, sizeof(data_image));
	memset(&result, 0, sizeof(result));
	nr_records = 0;
	log_end = 0;
	nr_commits = 0;
	message = 0;
	record((struct ack_record) { .kind = ACK_RUN, .id = LOG_BYTES,
				     .lsn = PAGES * PAGE_BYTES, .number = SPAN_BYTES,
				     .len_bytes = SECTOR });
}

static void write_log_sector(uint64_t lsn, uint64_t mark)
{
	struct payload_tag tag = {
		.run = RUN, .kind = PAYLOAD_LOG, .sector_bytes = SECTOR, .place = lsn,
		.lsn = lsn, .mark = mark, .count = 1,
	};

	payload_encode(log_image + lsn % LOG_BYTES, &tag);
}

/* A commit of whole sectors, written; then acknowledged or not. */
static uint64_t commit(unsigned int nr_sectors, bool acknowledged)
{
	unsigned int i;

	nr_commits++;
	message++;
	for (i = 0; i < nr_sectors; i++) {
		write_log_sector(log_end, i + 1 == nr_sectors ? nr_commits : nr_commits - 1);
		log_end += SECTOR;
	}
	if (acknowledged)
		record((struct ack_record) { .kind = ACK_COMMIT, .class = COMMIT_PUBLISH,
					     .id = message, .number = nr_commits,
					     .lsn = log_end, .len_bytes = nr_sectors * SECTOR });
	return log_end;
}

static void write_page_sectors(uint64_t page, uint64_t lsn, unsigned int first)
{
	struct payload_tag tag = {
		.run = RUN, .kind = PAYLOAD_PAGE, .sector_bytes = SECTOR, .place = page,
		.lsn = lsn, .count = PAGE_BYTES / SECTOR,
	};

	for (tag.index = (uint16_t)first; tag.index < tag.count; tag.index++)
		payload_encode(data_image + page * PAGE_BYTES + tag.index * SECTOR, &tag);
}

static void write_page(uint64_t page, uint64_t lsn)
{
	write_page_sectors(page, lsn, 0);
	record((struct ack_record) { .kind = ACK_PAGE, .id = page, .lsn = lsn });
}

static void checkpoint(uint64_t lsn)
{
	record((struct ack_record) { .kind = ACK_CHECKPOINT, .lsn = lsn });
}

static void save(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void save_journal(void)
{
	static unsigned char bytes[MAX_RECORDS * ACKS_SECTOR_BYTES];
	struct acks_sector sector = { .bytes = bytes, .run = RUN };
	unsigned int i;

	for (i = 0; i < nr_records; i++) {
		acks_encode(&sector, &records[i]);
		if (sector.nr_records < ACKS_PER_SECTOR && i + 1 < nr_records)
			continue;
		acks_seal(&sector);
		sector.bytes += ACKS_SECTOR_BYTES;
	}
	save(paths[2], bytes, (size_t)(sector.bytes - bytes));
}

/* Verify the world as it stands. Return: passed. */
static bool verify_world(void)
{
	struct demand demand;
	struct volume volume;

	save(paths[0], log_image, sizeof(log_image));
	save(paths[1], data_image, sizeof(data_image));
	save_journal();
	assert_int_equal(demand_read(paths[2], &demand), 0);
	assert_int_equal(volume_open_read(paths[0], &volume), 0);
	assert_int_equal(verify_log(&demand, &volume, &result), 0);
	volume_close(&volume);
	assert_int_equal(volume_open_read(paths[1], &volume), 0);
	assert_int_equal(verify_pages(&demand, &volume, &result), 0);
	volume_close(&volume);
	demand_exit(&demand);
	return verify_passed(&result);
}

/*
 * The world most tests damage: commits 1 to 6 of 3 sectors, acknowledged, with a
 * checkpoint in between that wrote pages 2, 5 and 9; and one commit more that is
 * not acknowledged.
 */
static void usual_world(void)
{
	uint64_t lsn;

	begin_world();
	commit(3, true);
	commit(3, true);
	lsn = commit(3, true);
	write_page(2, lsn);
	write_page(5, lsn);
	write_page(9, lsn);
	checkpoint(lsn);
	commit(3, true);
	commit(3, true);
	commit(3, true);
	commit(3, false);
}

static void test_undamaged_world_passes(void **state)
{
	(void)state;
	usual_world();
	assert_true(verify_world());
	assert_int_equal(result.messages, 6);
	assert_int_equal(result.lost, 0);
	assert_int_equal(result.commits[VERDICT_INTACT], 6);
	assert_int_equal(result.pages[VERDICT_INTACT], 3);
	assert_int_equal(result.recovered_commits, 7);
	assert_int_equal(result.recovered_lsn, log_end);
}

static void test_unacknowledged_work_may_be_missing(void **state)
{
	(void)state;
	usual_world();
	memset(log_image + 18 * SECTOR, 0, 3 * SECTOR);
	/* A write in flight: sectors of two versions, neither too old. */
	write_page_sectors(5, 17 * SECTOR, 7);
	/* A page that was never vouched for, in shreds. */
	write_page_sectors(11, 17 * SECTOR, 0);
	memset(data_image + 11 * PAGE_BYTES + 100, 0x55, 5000);
	assert_true(verify_world());
	assert_int_equal(result.recovered_commits, 6);
}

static void test_lost_acknowledged_record_is_found(void **state)
{
	(void)state;
	usual_world();
	memset(log_image + 15 * SECTOR, 0, 3 * SECTOR);
	memset(log_image + 18 * SECTOR, 0, 3 * SECTOR);
	assert_false(verify_world());
	assert_int_equal(result.lost, 1);
	assert_int_equal(result.torn, 0);
	assert_int_equal(result.commits[VERDICT_LOST], 1);
	assert_int_equal(result.commits[VERDICT_INTACT], 5);
}

static void test_record_behind_a_gap_is_lost(void **state)
{
	(void)state;
	usual_world();
	memset(log_image + 12 * SECTOR, 0, 3 * SECTOR);
	assert_false(verify_world());
	assert_int_equal(result.commits[VERDICT_LOST], 1);
	assert_int_equal(result.commits[VERDICT_UNREACHABLE], 1);
	assert_int_equal(result.lost, 2);
}

static void test_record_of_another_run_is_lost(void **state)
{
	struct payload_tag tag = {
		.run = RUN + 1, .kind = PAYLOAD_LOG, .sector_bytes = SECTOR, .count = 1,
		.place = 17 * SECTOR, .lsn = 17 * SECTOR, .mark = 6,
	};

	(void)state;
	usual_world();
	payload_encode(log_image + 17 * SECTOR, &tag);
	assert_false(verify_world());
	assert_int_equal(result.lost, 1);
}

static void test_torn_sector_is_found(void **state)
{
	(void)state;
	usual_world();
	log_image[16 * SECTOR + 300] ^= 1;
	assert_false(verify_world());
	assert_int_equal(result.torn, 1);
	assert_int_equal(result.lost, 1);
	assert_int_equal(result.commits[VERDICT_TORN], 1);
	/* A commit of that one sector is torn as well, and not merely missing. */
	usual_world();
	commit(1, true);
	log_image[21 * SECTOR + 300] ^= 1;
	memset(&result, 0, sizeof(result));
	assert_false(verify_world());
	assert_int_equal(result.commits[VERDICT_TORN], 1);
}

static void test_half_a_record_is_torn(void **state)
{
	(void)state;
	usual_world();
	memset(log_image + 17 * SECTOR, 0, SECTOR);
	assert_false(verify_world());
	assert_int_equal(result.commits[VERDICT_TORN], 1);
	assert_int_equal(result.torn, 1);
}

static void test_misdirected_log_write_is_found(void **state)
{
	(void)state;
	usual_world();
	memcpy(log_image + 16 * SECTOR, log_image + 20 * SECTOR, SECTOR);
	assert_false(verify_world());
	assert_int_equal(result.commits[VERDICT_MISDIRECTED], 1);
	assert_int_equal(result.lost, 1);
}

static void test_sector_without_its_commit_is_lost(void **state)
{
	(void)state;
	usual_world();
	/* The right LSN, but made before the commit that should end there. */
	write_log_sector(17 * SECTOR, 5);
	assert_false(verify_world());
	assert_int_equal(result.commits[VERDICT_LOST], 1);
}

static void test_stale_page_is_found(void **state)
{
	(void)state;
	usual_world();
	write_page_sectors(5, 8 * SECTOR, 0);
	assert_false(verify_world());
	assert_int_equal(result.pages[VERDICT_STALE], 1);
	assert_int_equal(result.pages[VERDICT_INTACT], 2);
	assert_int_equal(result.lost, 0);
}

static void test_page_that_is_stale_in_part_is_found(void **state)
{
	(void)state;
	usual_world();
	write_page_sectors(5, 8 * SECTOR, 15);
	assert_false(verify_world());
	assert_int_equal(result.pages[VERDICT_STALE], 1);
}

static void test_torn_page_is_found(void **state)
{
	(void)state;
	usual_world();
	data_image[9 * PAGE_BYTES + 5000] ^= 0x80;
	assert_false(verify_world());
	assert_int_equal(result.pages[VERDICT_TORN], 1);
}

static void test_lost_page_is_found(void **state)
{
	(void)state;
	usual_world();
	memset(data_image + 9 * PAGE_BYTES, 0, PAGE_BYTES);
	assert_false(verify_world());
	assert_int_equal(result.pages[VERDICT_LOST], 1);
	usual_world();
	memset(data_image + 9 * PAGE_BYTES, 0, SECTOR);
	assert_false(verify_world());
	assert_int_equal(result.pages[VERDICT_TORN], 1);
}

static void test_misdirected_page_is_found_where_it_is_and_where_it_is_not(void **state)
{
	(void)state;
	usual_world();
	memcpy(data_image + 9 * PAGE_BYTES, data_image + 5 * PAGE_BYTES, PAGE_BYTES);
	assert_false(verify_world());
	assert_int_equal(result.pages[VERDICT_MISDIRECTED], 1);
	/* On a page that nobody was promised anything of. */
	usual_world();
	memcpy(data_image + 12 * PAGE_BYTES, data_image + 5 * PAGE_BYTES, PAGE_BYTES);
	assert_false(verify_world());
	assert_int_equal(result.extra_pages[VERDICT_MISDIRECTED], 1);
	/* Sectors of the right page in the wrong order. */
	usual_world();
	memcpy(data_image + 9 * PAGE_BYTES, data_image + 9 * PAGE_BYTES + SECTOR, SECTOR);
	assert_false(verify_world());
	assert_int_equal(result.pages[VERDICT_MISDIRECTED], 1);
}

static void test_page_ahead_of_the_log_is_found(void **state)
{
	(void)state;
	usual_world();
	write_page_sectors(11, log_end, 0);
	assert_true(verify_world());
	/* The log was durable up to the page's LSN when it was written; now it is not. */
	usual_world();
	write_page_sectors(11, log_end, 0);
	memset(log_image + 20 * SECTOR, 0, SECTOR);
	assert_false(verify_world());
	assert_int_equal(result.extra_pages[VERDICT_AHEAD], 1);
	assert_int_equal(result.lost, 0);
}

static void test_page_without_its_checkpoint_is_not_demanded(void **state)
{
	(void)state;
	usual_world();
	record((struct ack_record) { .kind = ACK_PAGE, .id = 5, .lsn = 12 * SECTOR });
	assert_true(verify_world());
	checkpoint(12 * SECTOR);
	memset(&result, 0, sizeof(result));
	assert_false(verify_world());
	assert_int_equal(result.pages[VERDICT_STALE], 1);
}

/* A log of 64 sectors that went round: commits of 3 sectors, cut at commit 20. */
static void wrapped_world(unsigned int commits)
{
	unsigned int i;

	begin_world();
	for (i = 1; i <= commits; i++) {
		commit(3, true);
		if (i == 20)
			checkpoint(log_end);
	}
}

static void test_recycled_log_passes(void **state)
{
	(void)state;
	wrapped_world(30);
	assert_true(verify_world());
	assert_int_equal(result.messages, 30);
	assert_int_equal(result.recovered_commits, 30);
	/* 90 sectors of LSN in 64: the first 26 are gone, and with them 9 commits. */
	assert_int_equal(result.commits[VERDICT_RECYCLED], 9);
	assert_int_equal(result.commits[VERDICT_INTACT], 21);
}

static void test_old_record_out_of_reach_of_the_next_pass_must_be_there(void **state)
{
	(void)state;
	wrapped_world(30);
	/* Commit 10 could have been hit by a write in flight, commit 14 could not. */
	memset(log_image + 28 * SECTOR, 0, SECTOR);
	assert_true(verify_world());
	memset(log_image + 40 * SECTOR, 0, SECTOR);
	memset(&result, 0, sizeof(result));
	assert_false(verify_world());
	assert_int_equal(result.lost, 1);
}

static void test_full_log_still_holds_what_recovery_needs(void **state)
{
	(void)state;
	wrapped_world(40);
	assert_true(verify_world());
	/* Commit 21, the first that recovery needs; the log ends just before it. */
	memset(log_image + 60 * SECTOR, 0, 3 * SECTOR);
	memset(&result, 0, sizeof(result));
	assert_false(verify_world());
	assert_int_equal(result.commits[VERDICT_LOST], 1);
}

static void test_log_reused_too_early_is_found(void **state)
{
	(void)state;
	wrapped_world(30);
	/* Commit 22 begins behind the checkpoint, and the next pass lies on it. */
	write_log_sector(64 * SECTOR + LOG_BYTES, 40);
	assert_false(verify_world());
	assert_int_equal(result.commits[VERDICT_TORN], 1);
	/* A recovery ends there, so what follows is lost as well. */
	assert_int_equal(result.commits[VERDICT_UNREACHABLE], 8);
	assert_int_equal(result.commits[VERDICT_RECYCLED], 9);
	assert_int_equal(result.lost, 9);
}

static void test_journal_that_contradicts_itself_is_refused(void **state)
{
	struct demand demand;

	(void)state;
	usual_world();
	record((struct ack_record) { .kind = ACK_PAGE, .id = PAGES, .lsn = 1 });
	save_journal();
	assert_int_equal(demand_read(paths[2], &demand), -EBADMSG);
	demand_exit(&demand);
	usual_world();
	record(records[0]);
	save_journal();
	assert_int_equal(demand_read(paths[2], &demand), -EBADMSG);
	demand_exit(&demand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undamaged_world_passes),
		cmocka_unit_test(test_unacknowledged_work_may_be_missing),
		cmocka_unit_test(test_lost_acknowledged_record_is_found),
		cmocka_unit_test(test_record_behind_a_gap_is_lost),
		cmocka_unit_test(test_record_of_another_run_is_lost),
		cmocka_unit_test(test_torn_sector_is_found),
		cmocka_unit_test(test_half_a_record_is_torn),
		cmocka_unit_test(test_misdirected_log_write_is_found),
		cmocka_unit_test(test_sector_without_its_commit_is_lost),
		cmocka_unit_test(test_stale_page_is_found),
		cmocka_unit_test(test_page_that_is_stale_in_part_is_found),
		cmocka_unit_test(test_torn_page_is_found),
		cmocka_unit_test(test_lost_page_is_found),
		cmocka_unit_test(test_misdirected_page_is_found_where_it_is_and_where_it_is_not),
		cmocka_unit_test(test_page_ahead_of_the_log_is_found),
		cmocka_unit_test(test_page_without_its_checkpoint_is_not_demanded),
		cmocka_unit_test(test_recycled_log_passes),
		cmocka_unit_test(test_old_record_out_of_reach_of_the_next_pass_must_be_there),
		cmocka_unit_test(test_full_log_still_holds_what_recovery_needs),
		cmocka_unit_test(test_log_reused_too_early_is_found),
		cmocka_unit_test(test_journal_that_contradicts_itself_is_refused),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
