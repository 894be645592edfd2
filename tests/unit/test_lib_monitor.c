// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the monitor puts a leg back whose disk answers again, gives one that stays away a
 * spare, and leaves alone what it must; whatever it does it says once.
 *
 * Method: disks in memory, device-mapper as a script, a clock that is set. A pass that
 * changes anything it should not asks for a task that is not in the script.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

#include "dm_ops.h"
#include "mock_array.h"
#include "mock_disk.h"
#include "mock_dm.h"

#define MIB (1ull << 20)
#define HEALTHY "1 healthy - 0 0 0 3 0/0 2 current:5:0:0:0 current:5:0:0:0"
#define FAILED "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 failed:5:1:2:3"
#define UNRECORDED "1 unrecorded - 0 0 0 3 0/0 2 current:5:0:0:0 unrecorded:5:0:1:0"
#define BROKEN "1 failed - 0 0 0 3 0/0 2 failed:5:0:0:0 failed:5:0:1:0"
#define MISSING "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 missing:0:0:0:0"
#define REBUILD "1 degraded rebuild 4 10 0 3 0/8192 2 current:6:0:0:0 rebuilding:6:0:0:0"
#define BOTH "2 240:0 240:1 2 degraded proven"
#define BACK "2 240:0 240:1 4 degraded proven rebuild 1"

static s64 clock_now;
static char said[2048], dir[] = "/tmp/tandem-monitor-XXXXXX";

static s64 clock_ms(void)
{
	return clock_now;
}

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops,
				     .clock_ms = clock_ms };
static struct tandem_error err;
static struct tandem_super super;
static struct tandem_monitor *monitor;
static struct tandem_monitor_options opt;
static char id[TANDEM_ID_TEXT_BYTES], line[32][256];
static unsigned int nr_lines;

static void hear(void *data, const struct tandem_event *event)
{
	size_t used = strlen(said);

	assert_ptr_equal(data, &clock_now);
	assert_string_equal(event->array, "pg");
	snprintf(said + used, sizeof(said) - used, "%s: %s\n", event->kind, event->text);
}

static void done(int ret)
{
	if (ret)
		fail_msg("%s: %s", err.object, err.text);
}

static int set_up(void **state)
{

	(void)state;
	nr_lines = 0;
	clock_now = 1000000;
	ctx.run_dir = NULL;
	mock_array_make(&ctx, &mock_array_pair, &super, id);
	mock_disk_record_failure(0, 2);
	mock_changes = 0;
	opt = (struct tandem_monitor_options){ .settle_ms = -1, .grace_ms = -1, .event = hear,
					       .data = &clock_now };
	done(tandem_monitor_open(&ctx, &opt, &monitor, &err));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tandem_monitor_close(monitor);
	monitor = NULL;
	mock_dm_done();
	mock_disks_exit();
	return 0;
}

static const char *table(const char *rest)
{
	char *text = line[nr_lines++];

	assert_true(nr_lines <= 32);
	snprintf(text, sizeof(line[0]), "%s %s", id, rest);
	return text;
}

static void look(const char *status, const char *rest)
{
	mock_dm_expect_look(status, table(rest));
}

/* `add` looks for itself, and exchanges the table. */
static void expect_add(const char *status, const char *rest, const char *into)
{
	look(status, rest);
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD, .text = table(into) });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_SUSPEND });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_RESUME });
	look(REBUILD, into);
}

/* One pass at @seconds, and all that it says. */
static void pass(unsigned int seconds, const char *events)
{
	said[0] = 0;
	clock_now = 1000000 + (s64)seconds * 1000;
	done(tandem_monitor_pass(monitor, &err));
	assert_string_equal(said, events);
	/* Nothing of the script is left. */
	mock_dm_done();
	mock_dm_restart();
	nr_lines = 0;
}

static void make_spare(unsigned int disk)
{
	const struct tandem_add_options add = {
		.array = "pg", .disk = mock_disk_path(disk), .spare = true,
	};

	look(FAILED, BOTH);
	done(tandem_add(&ctx, &add, &err));
	mock_changes = 0;
}

#define FIRST "array: degraded\nleg: leg 1 (/mock/1) is failed\n"
#define RETURNS(try) "returns: leg 1: /mock/1 answers again; it is added (try " try " of 5)\n"

static void test_healthy_array_is_said_once(void **state)
{
	(void)state;
	look(HEALTHY, BOTH);
	pass(0, "array: healthy\n");
	look(HEALTHY, BOTH);
	pass(1, "");
	look(UNRECORDED, BOTH);
	pass(2, "array: unrecorded\nleg: leg 1 (/mock/1) is unrecorded\n");
	assert_int_equal(mock_changes, 0);
}

#define SITS HEALTHY " - - - - - - - 20:35:0,5020:6000:5000"

static void test_leg_that_sits_out_is_said_once_and_again_when_it_is_read(void **state)
{
	(void)state;
	look(HEALTHY, BOTH);
	pass(0, "array: healthy\n");
	look(SITS, BOTH);
	pass(1, "slow: leg 1 (/mock/1) sits out: its reads took 5000 us or more\n");
	look(SITS, BOTH);
	pass(2, "");
	look(HEALTHY, BOTH);
	pass(3, "slow: leg 1 (/mock/1) is read again\n");
	assert_int_equal(mock_changes, 0);
}

static void test_disk_that_answers_for_a_while_is_added_again(void **state)
{
	(void)state;
	look(FAILED, BOTH);
	pass(0, FIRST);
	look(FAILED, BOTH);
	pass(1, "");
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, BACK);
	pass(2, RETURNS("1"));
	look(REBUILD, BOTH);
	pass(3, "leg: leg 1 (/mock/1) is rebuilding\n");
	look(HEALTHY, BOTH);
	pass(4, "array: healthy\nleg: leg 1 (/mock/1) is current\n");
	assert_int_equal(mock_changes, 0);
}

static void test_disk_that_was_enlarged_is_added_again(void **state)
{
	(void)state;
	mock_disk[1].size_bytes += MIB;
	look(FAILED, BOTH);
	pass(0, FIRST);
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, BACK);
	pass(2, RETURNS("1"));
}

static void test_disk_that_errs_meanwhile_begins_anew(void **state)
{
	(void)state;
	look(FAILED, BOTH);
	pass(0, FIRST);
	mock_disk[1].open_error = -EIO;
	look(FAILED, BOTH);
	pass(1, "");
	mock_disk[1].open_error = 0;
	look(FAILED, BOTH);
	pass(2, "");
	look(FAILED, BOTH);
	pass(3, "");
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, BACK);
	pass(4, RETURNS("1"));
}

/* Pulled and plugged in again it is another device. */
static void test_disk_is_found_under_another_name(void **state)
{
	(void)state;
	assert_true(mock_disk_super(1, &super));
	mock_disk_set_super(5, &super);
	mock_disk[1].open_error = -ENXIO;
	look(FAILED, BOTH);
	pass(0, FIRST);
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, "2 240:0 240:5 4 degraded proven rebuild 1");
	pass(2, "returns: leg 1: /mock/5 answers again; it is added (try 1 of 5)\n");
	assert_int_equal(mock_changes, 0);
}

static void test_disk_that_is_there_twice_is_a_copy(void **state)
{
	unsigned int i;

	(void)state;
	assert_true(mock_disk_super(1, &super));
	mock_disk_set_super(5, &super);
	mock_disk_set_super(6, &super);
	mock_disk[1].open_error = -ENXIO;
	for (i = 0; i < 4; i++) {
		look(FAILED, BOTH);
		pass(2 * i, i ? "" : FIRST);
	}
}

static void test_tries_are_fewer_and_fewer_and_then_none(void **state)
{
	static const char *const events[] = { RETURNS("1"), RETURNS("2"), RETURNS("3"),
					      RETURNS("4"), RETURNS("5") };
	unsigned int now = 0, wait = 2, try;

	(void)state;
	look(FAILED, BOTH);
	pass(now, FIRST);
	for (try = 0; try < 5; try++, wait *= 2) {
		look(FAILED, BOTH);
		pass(now + wait - 1, "");
		look(FAILED, BOTH);
		expect_add(FAILED, BOTH, BACK);
		now += wait;
		pass(now, events[try]);
		look(FAILED, BOTH);
		pass(now, try < 4 ? "" : "alone: leg 1: failed again each time it was added; "
				   "tandem add puts it back\n");
	}
	look(FAILED, BOTH);
	pass(now + 7200, "");
	look(HEALTHY, BOTH);
	pass(now + 7300, "array: healthy\nleg: leg 1 (/mock/1) is current\n");
	look(FAILED, BOTH);
	pass(now + 7301, "array: degraded\nleg: leg 1 (/mock/1) is failed\n");
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, BACK);
	pass(now + 7303, RETURNS("1"));
}

static void test_leg_that_was_taken_out_stays_out(void **state)
{
	(void)state;
	make_spare(2);
	assert_true(mock_disk_super(0, &super));
	super.place[1].by_hand = true;
	mock_disk_set_super(0, &super);
	look(FAILED, BOTH);
	pass(0, FIRST "alone: leg 1: was taken out by hand; tandem add fills its place\n");
	look(FAILED, BOTH);
	pass(1000, "");
	mock_disk[1].open_error = -EIO;
	look(FAILED, BOTH);
	pass(2000, "");
	assert_int_equal(mock_changes, 0);
}

static void test_spare_takes_over_after_the_time_of_grace(void **state)
{
	(void)state;
	make_spare(2);
	mock_disk[1].open_error = -EIO;
	look(FAILED, BOTH);
	pass(0, FIRST);
	look(FAILED, BOTH);
	pass(29, "");
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, "2 240:0 240:2 4 degraded proven rebuild 1");
	pass(30, "spare: leg 1: the spare /mock/2 takes its place\n");
	assert_true(mock_disk_super(2, &super));
	assert_int_equal(super.leg, 1);
	assert_true(super.flags & TANDEM_FLAG_BLANK);
	assert_false(super.flags & TANDEM_FLAG_SPARE);
}

static void test_empty_place_is_given_a_spare(void **state)
{
	(void)state;
	make_spare(2);
	memset(mock_disk[1].data, 0, 4 * MIB);
	look(MISSING, "2 240:0 - 2 degraded proven");
	pass(0, "array: degraded\nleg: leg 1 (no disk) is missing\n");
	look(MISSING, "2 240:0 - 2 degraded proven");
	expect_add(MISSING, "2 240:0 - 2 degraded proven",
		   "2 240:0 240:2 4 degraded proven rebuild 1");
	pass(30, "spare: leg 1: the spare /mock/2 takes its place\n");
}

static void test_own_disk_goes_before_a_spare(void **state)
{
	(void)state;
	make_spare(2);
	mock_disk[1].open_error = -EIO;
	look(FAILED, BOTH);
	pass(0, FIRST);
	mock_disk[1].open_error = 0;
	look(FAILED, BOTH);
	pass(30, "");
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, BACK);
	pass(32, RETURNS("1"));
	assert_int_equal(mock_changes, 0);
}

static void test_spare_that_errs_is_put_aside(void **state)
{
	(void)state;
	make_spare(2);
	make_spare(3);
	mock_disk[1].open_error = -EIO;
	mock_disk[2].user = "is mounted on /srv";
	look(FAILED, BOTH);
	pass(0, FIRST);
	look(FAILED, BOTH);
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, "2 240:0 240:3 4 degraded proven rebuild 1");
	pass(30, "error: leg 1: the spare /mock/2 cannot be used and is put aside: is mounted on "
	     "/srv\nspare: leg 1: the spare /mock/3 takes its place\n");
	mock_disk[3].open_error = -EIO;
	look(FAILED, BOTH);
	pass(31, "");
	look(FAILED, BOTH);
	pass(90, "");
}

/* The kernel did not take it: it is as it was. */
static void test_spare_that_is_refused_is_a_spare_again(void **state)
{
	(void)state;
	make_spare(2);
	mock_disk[1].open_error = -EIO;
	look(FAILED, BOTH);
	pass(0, FIRST);
	look(FAILED, BOTH);
	look(FAILED, BOTH);
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD, .error = -EINVAL });
	pass(30, "error: leg 1: the spare /mock/2 cannot be used and is put aside: the kernel "
	     "refused the new table: Invalid argument\n");
	assert_true(mock_disk_super(2, &super));
	assert_true(super.flags & TANDEM_FLAG_SPARE);
}

static void test_spare_of_another_array_is_left_alone(void **state)
{
	(void)state;
	make_spare(2);
	assert_true(mock_disk_super(2, &super));
	super.array.byte[0] ^= 1;
	mock_disk_set_super(2, &super);
	mock_disk[1].open_error = -EIO;
	look(FAILED, BOTH);
	pass(0, FIRST);
	look(FAILED, BOTH);
	pass(1000, "");
	assert_int_equal(mock_changes, 0);
}

static void test_array_in_a_state_that_says_little_is_left_alone(void **state)
{
	(void)state;
	make_spare(2);
	mock_disk[1].open_error = -EIO;
	look(UNRECORDED, BOTH);
	pass(0, "array: unrecorded\nleg: leg 1 (/mock/1) is unrecorded\n");
	look(UNRECORDED, BOTH);
	pass(1000, "");
	look(BROKEN, BOTH);
	pass(1001, "array: failed\nleg: leg 0 (/mock/0) is failed\n"
	     "leg: leg 1 (/mock/1) is failed\n");
	look(BROKEN, BOTH);
	pass(2000, "");
	mock_dm_set_read_only(true);
	look(FAILED, BOTH);
	pass(2001, "array: degraded\nleg: leg 0 (/mock/0) is current\n");
	look(FAILED, BOTH);
	pass(3000, "");
	assert_int_equal(mock_changes, 0);
}

/* Its disk was in use by itself, too. */
static void test_rival_is_never_added(void **state)
{
	(void)state;
	mock_disk_record_failure(1, 1);
	look(FAILED, BOTH);
	pass(0, FIRST "alone: leg 1: its disk answers, but its history does not fit\n");
	look(FAILED, BOTH);
	pass(1000, "");
}

static void test_dry_run_changes_nothing(void **state)
{
	(void)state;
	make_spare(2);
	tandem_monitor_close(monitor);
	opt.dry_run = true;
	opt.settle_ms = opt.grace_ms = 0;
	done(tandem_monitor_open(&ctx, &opt, &monitor, &err));
	look(FAILED, BOTH);
	look(FAILED, BOTH);
	pass(0, FIRST "returns: leg 1: /mock/1 answers again; it would be added (try 1 of 5)\n");
	mock_disk[1].open_error = -EIO;
	look(FAILED, BOTH);
	look(FAILED, BOTH);
	pass(1, "spare: leg 1: the spare /mock/2 is to take its place\n");
	assert_int_equal(mock_changes, 0);
}

static void reopen(void)
{
	tandem_monitor_close(monitor);
	done(tandem_monitor_open(&ctx, &opt, &monitor, &err));
}

static void test_next_process_knows_what_this_one_saw(void **state)
{
	struct tandem_monitor *second;
	char path[64];
	int lock;

	(void)state;
	assert_non_null(mkdtemp(dir));
	ctx.run_dir = dir;
	reopen();
	assert_int_not_equal(tandem_monitor_open(&ctx, &opt, &second, &err), 0);
	assert_int_equal(err.code, TANDEM_CODE_BUSY);
	look(FAILED, BOTH);
	pass(0, FIRST);
	reopen();
	look(FAILED, BOTH);
	pass(1, "");

	/* Somebody is at work. */
	snprintf(path, sizeof(path), "%s/array-pg.lock", dir);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	pass(2, "");
	close(lock);
	reopen();
	look(FAILED, BOTH);
	expect_add(FAILED, BOTH, BACK);
	pass(3, RETURNS("1"));
	tandem_monitor_close(monitor);
	monitor = NULL;
	unlink(path);
	snprintf(path, sizeof(path), "%s/monitor", dir);
	assert_int_equal(truncate(path, 40), 0);
	done(tandem_monitor_open(&ctx, &opt, &monitor, &err));
	look(FAILED, BOTH);
	pass(4, FIRST);
	unlink(path);
	snprintf(path, sizeof(path), "%s/monitor.lock", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/array-pg.lock", dir);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

static void test_array_that_is_stopped_is_said(void **state)
{
	(void)state;
	look(HEALTHY, BOTH);
	pass(0, "array: healthy\n");
	mock_dm_reset();
	pass(1, "gone: not active any more\n");
	pass(2, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_healthy_array_is_said_once),
		TEST(test_leg_that_sits_out_is_said_once_and_again_when_it_is_read),
		TEST(test_disk_that_answers_for_a_while_is_added_again),
		TEST(test_disk_that_was_enlarged_is_added_again),
		TEST(test_disk_that_errs_meanwhile_begins_anew),
		TEST(test_disk_is_found_under_another_name),
		TEST(test_disk_that_is_there_twice_is_a_copy),
		TEST(test_tries_are_fewer_and_fewer_and_then_none),
		TEST(test_leg_that_was_taken_out_stays_out),
		TEST(test_spare_takes_over_after_the_time_of_grace),
		TEST(test_empty_place_is_given_a_spare),
		TEST(test_own_disk_goes_before_a_spare),
		TEST(test_spare_that_errs_is_put_aside),
		TEST(test_spare_that_is_refused_is_a_spare_again),
		TEST(test_spare_of_another_array_is_left_alone),
		TEST(test_array_in_a_state_that_says_little_is_left_alone),
		TEST(test_rival_is_never_added),
		TEST(test_dry_run_changes_nothing),
		TEST(test_next_process_knows_what_this_one_saw),
		TEST(test_array_that_is_stopped_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
