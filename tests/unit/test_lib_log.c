// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: examine says of an intent log what is in it, and of the logs of several
 * legs what may differ; assemble refuses legs that are not of one time, and says
 * how much it will copy. Neither writes anything.
 *
 * Method: arrays made by create on disks in memory, with logs out of core's own
 * encoder. The sets have ten regions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dm_ops.h"
#include "mock_disk.h"
#include "mock_dm.h"
#include "mock_examine.h"
#include "mock_ring.h"
#include "runs.h"

#define MIB (1ull << 20)
#define REGIONS 10u

static struct tandem_assemble_options options;
static struct tandem_super super;
static char said[1024];

static void keep(void *data, enum tandem_log_level level, const char *line)
{
	(void)data;
	if (level != TANDEM_LOG_DEBUG)
		snprintf(said, sizeof(said), "%s", line);
}

/* An array without a region map, so that the logs alone decide. */
static void make(const char *level, unsigned int nr)
{
	unsigned int i;

	mock_examine_create(level, nr, NULL);
	for (i = 0; i < nr; i++)
		mock_ring_only(i);
	mock_changes = 0;
	options.nr_disks = nr;
}

static int set_up(void **state)
{
	(void)state;
	mock_examine_begin();
	make("raid1", 2);
	mock_ctx.log = keep;
	mock_dm_reset();
	memset(&options, 0, sizeof(options));
	options.disk = mock_paths;
	options.nr_disks = 2;
	options.dry_run = true;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_dm_done();
	mock_examine_end();
	return 0;
}

/* As mock_ring_bits(), but so that the newest record is not enough to know all. */
static void ring_of_small_windows(unsigned int disk)
{
	static const u32 dirty[] = { 1, 3, 5, 7 };
	const struct mock_ring ring = { .sequence = 20, .window = 2, .dirty = dirty, .nr = 4 };

	mock_ring_write(disk, &ring);
}

static void break_record(unsigned int disk, u64 sequence)
{
	mock_disk[disk].data[mock_ring_bytes(sequence) + 200] ^= 1;
}

static void set_flags(unsigned int nr, u64 flags)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		assert_true(mock_disk_super(i, &super));
		super.flags |= flags;
		mock_disk_set_super(i, &super);
	}
}

static void dirty_is(unsigned int index, const char *want)
{
	runs_are(&mock_label(index)->region->dirty, want);
}

/* Both legs are current, and their set is unsure of these. */
static void unsure_is(const char *want)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		assert_string_equal(mock_label(i)->use, "current");
		runs_are(&mock_label(i)->region->unsure, want);
		runs_are(&mock_label(i)->region->stale, "none");
		runs_are(&mock_label(i)->region->never, "none");
		runs_are(&mock_label(i)->region->zero, "none");
	}
}

static void log_is(unsigned int index, const char *state, u64 sequence, u64 dirty)
{
	if (state)
		assert_string_equal(mock_label(index)->log_state, state);
	else
		assert_null(mock_label(index)->log_state);
	assert_int_equal(mock_label(index)->log_sequence, sequence);
	assert_int_equal(mock_label(index)->dirty_regions, dirty);
}

static void says(const char *where, const char *what)
{
	if (!strstr(where, what))
		fail_msg("\"%s\" is not in \"%s\"", what, where);
}

static void starts(const char *last_words)
{
	if (tandem_assemble(&mock_ctx, &options, NULL, &mock_err))
		fail_msg("%s: %s", mock_err.object, mock_err.text);
	assert_string_equal(said, last_words);
}

static void is_refused(void)
{
	assert_int_equal(tandem_assemble(&mock_ctx, &options, NULL, &mock_err), -ESTALE);
	assert_int_equal(mock_err.code, TANDEM_CODE_REFUSED);
}

static void test_log_is_shown_as_it_is(void **state)
{
	(void)state;
	mock_ring_bits(0, 57, 0x8e);
	mock_ring_bits(1, 57, 0);
	mock_examine(2);
	log_is(0, "valid", 57, 4);
	log_is(1, "valid", 57, 0);
	assert_false(mock_label(0)->log_all);
	dirty_is(0, "1+3 7+1");
	dirty_is(1, "none");
}

static void test_what_any_current_leg_lists_is_unsure_on_all(void **state)
{
	(void)state;
	mock_ring_bits(0, 57, 0x006);
	mock_ring_bits(1, 58, 0x204);
	mock_examine(2);
	dirty_is(0, "1+2");
	dirty_is(1, "2+1 9+1");
	unsure_is("1+2 9+1");
	starts("pg: would be assembled on 2 of 2 legs, 3 regions to resync");
	/* As far as they are examined together. */
	mock_examine(1);
	runs_are(&mock_label(0)->region->unsure, "1+2");
}

/* A clean stop leaves nothing in the log; what is there counts all the same. */
static void test_log_alone_tells_once_it_was_written(void **state)
{
	(void)state;
	mock_ring_bits(0, 57, 0);
	mock_ring_bits(1, 57, 0);
	mock_examine(2);
	unsure_is("none");
	starts("pg: would be assembled on 2 of 2 legs");
	set_flags(2, TANDEM_FLAG_CLEAN);
	mock_examine(2);
	unsure_is("none");
	starts("pg: would be assembled on 2 of 2 legs");
	mock_ring_bits(0, 57, 0x6);
	mock_examine(2);
	unsure_is("1+2");
	starts("pg: would be assembled on 2 of 2 legs, 2 regions to resync");
	ring_of_small_windows(0);
	break_record(0, 19);
	mock_examine(2);
	unsure_is("0+10");
	starts("pg: would be assembled on 2 of 2 legs, 10 regions to resync");
}

static void test_log_that_was_never_written_says_nothing(void **state)
{
	(void)state;
	mock_examine(2);
	log_is(0, "empty", TANDEM_UNKNOWN, 0);
	dirty_is(0, "none");
	unsure_is("0+10");
	starts("pg: would be assembled on 2 of 2 legs, 10 regions to resync");
	mock_ring_bits(0, 1, 0x1);
	mock_examine(2);
	log_is(0, "valid", 1, 1);
	unsure_is("0+10");
	/* But for an array that was created so, and not started since. */
	set_flags(1, TANDEM_FLAG_CLEAN);
	mock_examine(2);
	unsure_is("0+10");
	set_flags(2, TANDEM_FLAG_CLEAN);
	mock_examine(2);
	unsure_is("0+1");
	starts("pg: would be assembled on 2 of 2 legs, 1 region to resync");
	memset(mock_disk[0].data + TANDEM_LOG_BYTES, 0, MIB);
	mock_examine(2);
	unsure_is("none");
	mock_examine(1);
	runs_are(&mock_label(0)->region->unsure, "none");
	starts("pg: would be assembled on 2 of 2 legs");
}

static void test_lost_log_makes_all_unsure_and_is_not_refused(void **state)
{
	(void)state;
	ring_of_small_windows(0);
	mock_ring_bits(1, 90, 0x1);
	mock_examine(2);
	log_is(0, "valid", 20, 4);
	dirty_is(0, "1+1 3+1 5+1 7+1");
	break_record(0, 19);
	mock_examine(2);
	log_is(0, "lost", TANDEM_UNKNOWN, TANDEM_UNKNOWN);
	dirty_is(0, "unknown");
	dirty_is(1, "0+1");
	unsure_is("0+10");
	assert_true(tandem_examine_array(mock_examined, 0)->startable);
	starts("pg: would be assembled on 2 of 2 legs, 10 regions to resync");
}

static void test_torn_record_is_none(void **state)
{
	(void)state;
	mock_ring_bits(0, 57, 0x6);
	mock_ring_bits(1, 56, 0x6);
	break_record(0, 57);
	mock_examine(2);
	log_is(0, "valid", 56, 2);
	unsure_is("1+2");
}

static void test_slot_that_cannot_be_read_is_no_record(void **state)
{
	(void)state;
	mock_ring_bits(0, 57, 0x6);
	mock_ring_bits(1, 57, 0x6);
	mock_disk[0].bad_from = mock_ring_bytes(100);
	mock_disk[0].bad_to = mock_disk[0].bad_from + 512;
	mock_examine(2);
	log_is(0, "valid", 57, 2);
	/* One slot, or all, of a log that was never written: who knows. */
	memset(mock_disk[0].data + TANDEM_LOG_BYTES, 0, MIB);
	mock_examine(2);
	log_is(0, "lost", TANDEM_UNKNOWN, TANDEM_UNKNOWN);
	mock_disk[0].bad_from = TANDEM_LOG_BYTES;
	mock_disk[0].bad_to = TANDEM_MAP_BYTES;
	mock_examine(2);
	log_is(0, "lost", TANDEM_UNKNOWN, TANDEM_UNKNOWN);
	unsure_is("0+10");
	starts("pg: would be assembled on 2 of 2 legs, 10 regions to resync");
}

static void test_log_may_say_that_all_may_differ(void **state)
{
	struct mock_ring all = { .sequence = 57, .flags = TANDEM_LOG_ALL };
	u32 dirty = 2;

	(void)state;
	all.dirty = &dirty;
	all.nr = 1;
	mock_ring_write(0, &all);
	mock_ring_bits(1, 57, 0x8);
	mock_examine(2);
	assert_true(mock_label(0)->log_all);
	assert_false(mock_label(1)->log_all);
	log_is(0, "valid", 57, REGIONS);
	dirty_is(0, "0+10");
	dirty_is(1, "3+1");
	unsure_is("0+10");
}

static void test_without_the_feature_the_flag_alone_decides(void **state)
{
	(void)state;
	make("raid1", 2);
	assert_true(mock_disk_super(0, &super));
	super.feature_incompat = 0;
	mock_disk_set_super(0, &super);
	assert_true(mock_disk_super(1, &super));
	super.feature_incompat = 0;
	mock_disk_set_super(1, &super);
	mock_ring_bits(0, 57, 0x2);
	mock_ring_bits(1, 99, 0x2);
	mock_examine(2);
	log_is(0, NULL, TANDEM_UNKNOWN, TANDEM_UNKNOWN);
	dirty_is(0, "unknown");
	unsure_is("0+10");
	starts("pg: would be assembled on 2 of 2 legs, resync needed");
	set_flags(2, TANDEM_FLAG_CLEAN);
	mock_examine(2);
	dirty_is(0, "unknown");
	unsure_is("none");
	starts("pg: would be assembled on 2 of 2 legs");
}

static void test_leg_that_is_not_current_is_stale_and_its_log_is_not_asked(void **state)
{
	(void)state;
	make("raid1", 3);
	mock_disk_record_failure(0, 1u << 2);
	mock_disk_record_failure(1, 1u << 2);
	assert_true(mock_disk_super(0, &super));
	super.leg = 1;
	super.leg_id = super.place[1].id;
	mock_disk_set_super(1, &super);
	mock_ring_bits(0, 57, 0x2);
	mock_ring_bits(1, 57, 0x2);
	mock_ring_bits(2, 9, 0x70);
	mock_examine(3);
	assert_string_equal(mock_label(2)->use, "stale");
	log_is(2, "valid", 9, 3);
	dirty_is(2, "4+3");
	runs_are(&mock_label(2)->region->stale, "0+10");
	runs_are(&mock_label(2)->region->unsure, "none");
	unsure_is("1+1");
	assert_true(tandem_examine_array(mock_examined, 0)->startable);
	starts("pg: would be assembled on 2 of 3 legs, 1 region to resync");
}

static void test_one_current_leg_has_nothing_to_resync_with(void **state)
{
	(void)state;
	mock_ring_bits(0, 57, 0x2);
	mock_disk_record_failure(0, 1u << 1);
	mock_examine(2);
	runs_are(&mock_label(0)->region->unsure, "1+1");
	starts("pg: would be assembled on 1 of 2 legs");
}

static void test_records_in_lock_step_may_be_one_apart(void **state)
{
	(void)state;
	mock_ring_bits(0, 57, 0x2);
	mock_ring_bits(1, 56, 0);
	starts("pg: would be assembled on 2 of 2 legs, 1 region to resync");
	mock_ring_bits(0, 55, 0x2);
	starts("pg: would be assembled on 2 of 2 legs, 1 region to resync");
	mock_ring_bits(0, 54, 0x2);
	is_refused();
	mock_ring_bits(0, 58, 0x2);
	is_refused();
}

static void test_leg_of_another_time_is_refused(void **state)
{
	(void)state;
	mock_ring_bits(0, 40, 0x2);
	mock_ring_bits(1, 57, 0x2);
	is_refused();
	assert_string_equal(mock_err.object, "pg");
	says(mock_err.text, "/mock/1 is at sequence 57, /mock/0 at 40;");
	says(mock_err.hint, "tandem forget /mock/0; tandem assemble --degraded force pg; "
		       "tandem add pg /mock/0");
	options.dry_run = false;
	is_refused();
	options.degraded = "force";
	is_refused();
	options.read_only = true;
	is_refused();
	/* A clean stop was in lock-step, too. */
	set_flags(2, TANDEM_FLAG_CLEAN);
	is_refused();
	mock_examine(2);
	says(tandem_examine_array(mock_examined, 0)->verdict,
	     "/mock/1 is at sequence 57, /mock/0 at 40");
	assert_false(tandem_examine_array(mock_examined, 0)->startable);
	mock_examine(1);
	assert_null(strstr(tandem_examine_array(mock_examined, 0)->verdict, "sequence"));
}

/* The log is written only once the superblock it was written under is durable. */
static void test_superblock_older_than_its_log_is_refused(void **state)
{
	(void)state;
	mock_ring_bits(1, 57, 0x2);
	assert_true(mock_disk_super(0, &super));
	super.set[0].generation += 2;
	mock_disk_set_super(0, &super);
	mock_ring_bits(0, 57, 0x2);
	starts("pg: would be assembled on 2 of 2 legs, 1 region to resync");
	super.set[0].generation -= 2;
	mock_disk_set_super(0, &super);
	is_refused();
	assert_string_equal(mock_err.object, "/mock/0");
	says(mock_err.text, "epoch 1, generation 1 is older than its intent log (epoch 1, "
		       "generation 3)");
	says(mock_err.hint, "tandem forget /mock/0;");
	super.epoch.number++;
	mock_disk_set_super(0, &super);
	starts("pg: would be assembled on 2 of 2 legs, 1 region to resync");
	mock_ring_bits(0, 57, 0x2);
	super.epoch.number--;
	super.set[0].generation++;
	mock_disk_set_super(0, &super);
	is_refused();
	mock_examine(2);
	says(tandem_examine_array(mock_examined, 0)->verdict, "older than its intent log");
	assert_false(tandem_examine_array(mock_examined, 0)->startable);
}

static void test_sets_have_logs_of_their_own(void **state)
{
	unsigned int i;

	(void)state;
	make("raid10", 4);
	mock_ring_bits(0, 57, 0x1);
	mock_ring_bits(1, 57, 0x1);
	mock_ring_bits(2, 9, 0x2);
	mock_ring_bits(3, 8, 0x4);
	mock_examine(4);
	for (i = 0; i < 4; i++)
		runs_are(&mock_label(i)->region->unsure, i < 2 ? "0+1" : "1+2");
	assert_true(tandem_examine_array(mock_examined, 0)->startable);
	starts("pg: would be assembled on 4 of 4 legs, 3 regions to resync");
	/* One set alone is not stopped cleanly. */
	set_flags(2, TANDEM_FLAG_CLEAN);
	memset(mock_disk[0].data + TANDEM_LOG_BYTES, 0, MIB);
	mock_examine(4);
	runs_are(&mock_label(0)->region->unsure, "0+10");
	mock_ring_bits(0, 57, 0x1);
	mock_ring_bits(3, 7, 0x4);
	is_refused();
	says(mock_err.text, "/mock/2 is at sequence 9, /mock/3 at 7;");
	/* The log of another set is none of this leg's. */
	memcpy(mock_disk[3].data + TANDEM_LOG_BYTES, mock_disk[0].data + TANDEM_LOG_BYTES, MIB);
	mock_examine(4);
	log_is(3, "lost", TANDEM_UNKNOWN, TANDEM_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_log_is_shown_as_it_is),
		TEST(test_what_any_current_leg_lists_is_unsure_on_all),
		TEST(test_log_alone_tells_once_it_was_written),
		TEST(test_log_that_was_never_written_says_nothing),
		TEST(test_lost_log_makes_all_unsure_and_is_not_refused),
		TEST(test_torn_record_is_none),
		TEST(test_slot_that_cannot_be_read_is_no_record),
		TEST(test_log_may_say_that_all_may_differ),
		TEST(test_without_the_feature_the_flag_alone_decides),
		TEST(test_leg_that_is_not_current_is_stale_and_its_log_is_not_asked),
		TEST(test_one_current_leg_has_nothing_to_resync_with),
		TEST(test_records_in_lock_step_may_be_one_apart),
		TEST(test_leg_of_another_time_is_refused),
		TEST(test_superblock_older_than_its_log_is_refused),
		TEST(test_sets_have_logs_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
