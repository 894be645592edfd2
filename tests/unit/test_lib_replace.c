// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: `replace` asks for one place more, for a disk that says it holds nothing, and whoever
 * comes by ends it as far as it has come; it is refused where a leg or a disk would be lost;
 * and whichever number of legs a start that broke off has left on the disks, the array runs on.
 * Method: disks in memory, device-mapper as a script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/replace.h"
#include "dm_ops.h"
#include "mock_array.h"
#include "mock_disk.h"
#include "mock_dm.h"
#include "replace.h"
#include "run.h"

#define MIB (1ull << 20)

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static struct tandem_super super;
static struct tandem_replace_options opt;
static struct tandem_volume volume;
static char id[TANDEM_ID_TEXT_BYTES], line[16][256];
static unsigned int nr_lines;

static void make(const struct tandem_create_options *create)
{

	nr_lines = 0;
	mock_array_make(&ctx, create, &super, id);
	assert_int_equal(tandem_dm_find(&ctx, "pg", &volume, &err), 0);
	mock_changes = 0;
	opt = (struct tandem_replace_options){ .array = "pg", .leg = "0", .disk = "/mock/4" };
}

static int set_up(void **state)
{
	(void)state;
	make(&mock_array_pair);
	return 0;
}

static int set_up_two_sets(void **state)
{
	static const char *const paths[] = { "/mock/0", "/mock/1", "/mock/2", "/mock/3" };
	const struct tandem_create_options create = {
		.name = "pg", .level = "raid10", .disk = paths, .nr_disks = 4,
		.chunk_bytes = MIB, .no_activate = true,
	};

	(void)state;
	make(&create);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_dm_done();
	mock_disks_exit();
	return 0;
}

static const char *table(const char *rest)
{
	char *text = line[nr_lines++];

	assert_true(nr_lines <= 16);
	snprintf(text, sizeof(line[0]), "%s %s", id, rest);
	return text;
}

/* @legs: their states, as words of a status line. */
static void look(const char *legs, const char *rest)
{
	static char status[16][256];
	char *text = status[nr_lines];

	snprintf(text, sizeof(status[0]), "1 healthy - 0 0 0 3 0/0 %s", legs);
	text[strlen(text) - 1] = 0;
	mock_dm_expect_look(text, table(rest));
}

static void step(enum tandem_dm_op op, const char *rest, int error)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = op, .name = "tandem-pg", .error = error,
					       .text = rest ? table(rest) : NULL });
}

static void reload(const char *rest, int resume)
{
	step(TANDEM_DM_LOAD, rest, 0);
	step(TANDEM_DM_SUSPEND, NULL, 0);
	step(TANDEM_DM_RESUME, NULL, resume);
}

static void done(int ret)
{
	if (ret)
		fail_msg("%s: %s", err.object, err.text);
}

static void refused(enum tandem_code code, const char *what)
{
	assert_int_not_equal(tandem_replace(&ctx, &opt, &err), 0);
	if (err.code != code || !strstr(err.text, what))
		fail_msg("code %u: %s: %s", err.code, err.object, err.text);
}

#define C "current:5:0:0:0 "
#define R "rebuilding:6:0:0:0 "
#define F "failed:5:0:0:0 "
#define TWO "2 240:0 240:1 2 degraded proven"
#define WIDE "3 240:0 240:1 240:4 2 degraded proven"

/* @super to the disks of its legs; @new is on /mock/4. */
static void record(unsigned int new)
{
	unsigned int i;

	for (i = 0; i < super.nr_legs; i++) {
		super.leg = (u16)i;
		super.leg_id = super.place[i].id;
		mock_disk_set_super(i == new ? 4 : i > new ? i - 1 : i, &super);
	}
	mock_changes = 0;
}

/* Leg 0 is replaced by the one on /mock/4, which is recorded as @record. */
static void record_wide(unsigned int state)
{
	int new = tandem_replace_widen(&super, 0, NULL);

	assert_true(new > 0);
	super.place[new] = (struct tandem_place){
		.set = super.place[new].set, .replaces = 1, .record = (u8)state,
		.disk_sectors = super.own_disk_sectors, .last = super.place[0].last,
		.issued = super.place[0].issued,
	};
	assert_int_equal(tandem_random_id(&super.place[new].id), 0);
	record((unsigned int)new);
}

static void test_new_disk_is_prepared_and_gets_a_place_more(void **state)
{
	struct tandem_super new;

	(void)state;
	look("2 " C C, TWO);
	reload("3 240:0 240:1 240:4 6 degraded proven rebuild 2 replace 0", 0);
	done(tandem_replace(&ctx, &opt, &err));
	assert_true(mock_disk_super(4, &new));
	assert_true(new.flags & TANDEM_FLAG_BLANK);
	assert_int_equal(new.nr_legs, 3);
	assert_int_equal(new.leg, 2);
	assert_int_equal(new.place[2].replaces, 1);
}

static void test_legs_of_later_sets_move_up(void **state)
{
	struct tandem_super new;

	(void)state;
	opt.leg = "1";
	look("4 " C C R C, "4 240:0 240:1 240:2 240:3 2 degraded proven");
	reload("5 240:0 240:1 240:4 240:2 240:3 8 degraded proven rebuild 2 rebuild 3 "
	       "replace 1", 0);
	done(tandem_replace(&ctx, &opt, &err));
	assert_true(mock_disk_super(4, &new));
	assert_int_equal(new.leg, 2);
	assert_int_equal(new.place[2].replaces, 2);
	assert_int_equal(new.set[1].first_leg, 3);
}

static void test_what_cannot_be_replaced(void **state)
{
	(void)state;
	look("2 " F C, TWO);
	refused(TANDEM_CODE_REFUSED, "leg 0 is failed");
	assert_non_null(strstr(err.hint, "tandem add pg /mock/4 --leg 0"));
	look("2 " R C, TWO);
	refused(TANDEM_CODE_BUSY, "leg 0 is rebuilding");
	opt.disk = "/mock/1";
	look("2 " C C, TWO);
	refused(TANDEM_CODE_BUSY, "is leg 1");
	opt.disk = "/mock/4";
	opt.leg = "2";
	look("2 " C C, TWO);
	refused(TANDEM_CODE_NOT_FOUND, "no leg 2");
	opt.leg = "0";
	mock_disk[4].signature = "ext4";
	look("2 " C C, TWO);
	refused(TANDEM_CODE_BUSY, "ext4");
	assert_int_equal(mock_changes, 0);
}

static void test_one_at_a_time(void **state)
{
	(void)state;
	record_wide(TANDEM_RECORD_REBUILDING);
	opt.leg = "1";
	opt.disk = "/mock/5";
	look("3 " C C R, WIDE);
	refused(TANDEM_CODE_BUSY, "leg 0 is being replaced by leg 2");
	assert_int_equal(mock_changes, 0);
}

static void test_dry_run_changes_nothing(void **state)
{
	(void)state;
	opt.dry_run = true;
	look("2 " C C, TWO);
	done(tandem_replace(&ctx, &opt, &err));
	assert_int_equal(mock_changes, 0);
}

/*
 * Nothing had been written: as it was, and the disk is nobody's again. What the table that ran
 * had asked for was done at its own start.
 */
static void test_start_that_breaks_off_before_its_record(void **state)
{
	struct tandem_super new;

	(void)state;
	look("2 " C C, "2 240:0 240:1 4 degraded proven retire 0");
	reload("3 240:0 240:1 240:4 6 degraded proven rebuild 2 replace 0", -EIO);
	step(TANDEM_DM_LOAD, TWO, 0);
	step(TANDEM_DM_RESUME, NULL, 0);
	look("2 " C C, TWO);
	look("2 " C C, TWO);
	refused(TANDEM_CODE_IO, "the old one runs on");
	assert_false(mock_disk_super(4, &new));
}

/* Some disks have three places by then, and only a table of three will do. */
static void test_start_that_breaks_off_behind_its_record(void **state)
{
	struct tandem_super new;

	(void)state;
	look("2 " C C, TWO);
	reload("3 240:0 240:1 240:4 6 degraded proven rebuild 2 replace 0", -EIO);
	step(TANDEM_DM_LOAD, TWO, -EINVAL);
	step(TANDEM_DM_LOAD, "3 240:0 240:1 240:4 4 degraded proven rebuild 2", 0);
	step(TANDEM_DM_RESUME, NULL, 0);
	look("3 " C C R, WIDE);
	look("3 " C C R, WIDE);
	refused(TANDEM_CODE_IO, "on record");
	assert_true(mock_disk_super(4, &new));
}

static void test_start_that_breaks_off_for_the_new_disk(void **state)
{
	(void)state;
	look("2 " C C, TWO);
	reload("3 240:0 240:1 240:4 6 degraded proven rebuild 2 replace 0", -EIO);
	step(TANDEM_DM_LOAD, TWO, -EINVAL);
	step(TANDEM_DM_LOAD, "3 240:0 240:1 240:4 4 degraded proven rebuild 2", 0);
	step(TANDEM_DM_RESUME, NULL, -EIO);
	step(TANDEM_DM_LOAD, "3 240:0 240:1 - 2 degraded proven", 0);
	step(TANDEM_DM_RESUME, NULL, 0);
	look("3 " C C F, "3 240:0 240:1 - 2 degraded proven");
	look("3 " C C F, "3 240:0 240:1 - 2 degraded proven");
	refused(TANDEM_CODE_IO, "on record");
}

/* Nobody says that it runs; and the new disk is known to those that have heard of it. */
static void test_start_after_which_nothing_starts(void **state)
{
	struct tandem_super new;

	(void)state;
	look("2 " C C, TWO);
	reload("3 240:0 240:1 240:4 6 degraded proven rebuild 2 replace 0", -EIO);
	step(TANDEM_DM_LOAD, TWO, -EINVAL);
	step(TANDEM_DM_LOAD, "3 240:0 240:1 240:4 4 degraded proven rebuild 2", 0);
	step(TANDEM_DM_RESUME, NULL, -EIO);
	step(TANDEM_DM_LOAD, "3 240:0 240:1 - 2 degraded proven", 0);
	step(TANDEM_DM_RESUME, NULL, -EIO);
	look("3 " C C F, "3 240:0 240:1 - 2 degraded proven");
	refused(TANDEM_CODE_IO, "the array is suspended");
	assert_true(mock_disk_super(4, &new));
}

/*
 * Leg 1 is out and its disk is gone, in the place of leg 2 is one that was prepared for it and
 * never filled: with neither the kernel would take a table of another length, nor the old one.
 */
static void test_disks_that_a_new_table_cannot_have(void **state)
{
	struct tandem_super blank = super;

	(void)state;
	mock_disk[1].open_error = -ENXIO;
	blank.leg = 2;
	blank.flags |= TANDEM_FLAG_BLANK;
	assert_int_equal(tandem_random_id(&blank.leg_id), 0);
	mock_disk_set_super(2, &blank);
	mock_changes = 0;
	look("4 " C F "stale:5:0:0:0 " C, "4 240:0 240:1 240:2 240:3 2 degraded proven");
	reload("5 240:0 - 240:4 - 240:3 6 degraded proven rebuild 2 replace 0", -EIO);
	step(TANDEM_DM_LOAD, "4 240:0 - - 240:3 2 degraded proven", 0);
	step(TANDEM_DM_RESUME, NULL, 0);
	look("4 " C F F C, "4 240:0 - - 240:3 2 degraded proven");
	look("4 " C F F C, "4 240:0 - - 240:3 2 degraded proven");
	refused(TANDEM_CODE_IO, "the old one runs on");
}

static void finishes(int steps)
{
	int ret = tandem_replace_finish(&ctx, &volume, &err);

	if (ret != steps)
		fail_msg("%d steps, not %d: %s: %s", ret, steps, err.object, err.text);
}

static void test_old_leg_is_kept_while_it_is_needed(void **state)
{
	(void)state;
	look("2 " C C, TWO);
	finishes(0);
	record_wide(TANDEM_RECORD_CURRENT);
	look("3 " C C R, WIDE);
	finishes(0);
	look("3 " C F C, WIDE);
	finishes(0);
	look("3 " C R C, WIDE);
	finishes(0);
	/* It left by itself, and so did another: it may be the one that comes back. */
	look("3 " F F C, WIDE);
	finishes(0);
}

/* Whatever else is away. */
static void test_old_leg_that_was_taken_out_by_hand_goes(void **state)
{
	(void)state;
	super.place[0].by_hand = true;
	record_wide(TANDEM_RECORD_CURRENT);
	look("3 " F F C, WIDE);
	reload("2 240:4 240:1 4 degraded proven retire 0", 0);
	look("2 " C F, "2 240:4 240:1 2 degraded proven");
	finishes(1);
}

/* What happens to a set while the array runs is on record on its own legs only. */
static void test_leg_of_a_later_set_is_replaced(void **state)
{
	int new = tandem_replace_widen(&super, 2, NULL);

	(void)state;
	assert_int_equal(new, 4);
	super.place[4].set = 1;
	super.place[4].replaces = 1;
	super.place[4].record = TANDEM_RECORD_REBUILDING;
	super.place[4].disk_sectors = super.own_disk_sectors;
	assert_int_equal(tandem_random_id(&super.place[4].id), 0);
	record(4);
	super.place[2].by_hand = true;
	super.place[2].record = TANDEM_RECORD_FAILED;
	super.place[4].record = TANDEM_RECORD_CURRENT;
	for (super.leg = 3; super.leg < 5; super.leg++) {
		super.leg_id = super.place[super.leg].id;
		mock_disk_set_super(super.leg, &super);
	}
	look("5 " C C F F C, "5 240:0 240:1 240:2 240:3 240:4 2 degraded proven");
	reload("4 240:0 240:1 240:4 240:3 4 degraded proven retire 2", 0);
	look("4 " C C C F, "4 240:0 240:1 240:4 240:3 2 degraded proven");
	finishes(1);
}

static void test_new_leg_takes_the_place(void **state)
{
	(void)state;
	record_wide(TANDEM_RECORD_CURRENT);
	look("3 " C C C, WIDE);
	step(TANDEM_DM_MESSAGE, NULL, 0);
	look("3 unrecorded:5:0:0:0 " C C, WIDE);
	look("3 " F C C, WIDE);
	look("3 " F C C, WIDE);
	reload("2 240:4 240:1 4 degraded proven retire 0", 0);
	look("2 " C C, "2 240:4 240:1 4 degraded proven retire 0");
	finishes(2);
}

/* The number of the old one, in a set with another behind it; one there is being filled. */
static void test_legs_of_later_sets_move_down(void **state)
{
	(void)state;
	record_wide(TANDEM_RECORD_CURRENT);
	look("5 " F C C C R, "5 240:0 240:1 240:4 240:2 240:3 2 degraded proven");
	reload("4 240:4 240:1 240:2 240:3 6 degraded proven rebuild 3 retire 0", 0);
	look("4 " C C C R, "4 240:4 240:1 240:2 240:3 2 degraded proven");
	finishes(1);
}

static void test_end_that_breaks_off(void **state)
{
	(void)state;
	record_wide(TANDEM_RECORD_CURRENT);
	look("3 " F C C, WIDE);
	reload("2 240:4 240:1 4 degraded proven retire 0", -EIO);
	step(TANDEM_DM_LOAD, WIDE, -EINVAL);
	step(TANDEM_DM_LOAD, "2 240:4 240:1 2 degraded proven", 0);
	step(TANDEM_DM_RESUME, NULL, 0);
	look("2 " C C, "2 240:4 240:1 2 degraded proven");
	assert_true(tandem_replace_finish(&ctx, &volume, &err) < 0);
	assert_non_null(strstr(err.text, "on record"));
}

/* As one that has failed often is. And what has not started is not asked to go on. */
static void test_end_that_breaks_off_when_the_old_disk_is_gone(void **state)
{
	(void)state;
	record_wide(TANDEM_RECORD_CURRENT);
	look("3 " F C C, WIDE);
	reload("2 240:4 240:1 4 degraded proven retire 0", -EIO);
	step(TANDEM_DM_LOAD, WIDE, -ENXIO);
	step(TANDEM_DM_LOAD, "2 240:4 240:1 2 degraded proven", -EINVAL);
	step(TANDEM_DM_LOAD, "3 - 240:1 240:4 2 degraded proven", 0);
	step(TANDEM_DM_RESUME, NULL, 0);
	look("3 " F C C, "3 - 240:1 240:4 2 degraded proven");
	assert_true(tandem_replace_finish(&ctx, &volume, &err) < 0);
	assert_non_null(strstr(err.text, "the old one runs on"));

	look("3 " F C C, WIDE);
	reload("2 240:4 240:1 4 degraded proven retire 0", -EIO);
	step(TANDEM_DM_LOAD, WIDE, -ENXIO);
	step(TANDEM_DM_LOAD, "2 240:4 240:1 2 degraded proven", -EINVAL);
	step(TANDEM_DM_LOAD, "3 - 240:1 240:4 2 degraded proven", -EIO);
	assert_true(tandem_replace_finish(&ctx, &volume, &err) < 0);
	assert_non_null(strstr(err.text, "the array is suspended"));
	look("3 " F C C, WIDE);
	finishes(0);
}

static int run_locked(const struct tandem_dm_task *task, struct tandem_dm_reply *reply)
{
	if (task->op == TANDEM_DM_MESSAGE || task->op == TANDEM_DM_STATUS)
		assert_int_equal(tandem_run_lock_array(&ctx, "pg", false), -EAGAIN);
	return mock_dm_ops.run(task, reply);
}

/* A number is looked up and used, and none moves in between. */
static void test_numbers_do_not_move_under_who_fails_a_leg(void **state)
{
	const struct tandem_target target = { .array = "pg", .leg = "0" };
	struct tandem_dm_ops ops = mock_dm_ops;
	char dir[] = "/tmp/tandem-replace-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	ops.run = run_locked;
	ctx.dm = &ops;
	ctx.run_dir = dir;
	look("2 " C C, TWO);
	step(TANDEM_DM_MESSAGE, NULL, 0);
	look("2 " F C, TWO);
	done(tandem_fail(&ctx, &target, &err));
	ctx.dm = &mock_dm_ops;
	ctx.run_dir = NULL;
	snprintf(path, sizeof(path), "%s/array-pg.lock", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_removed_new_leg_takes_its_place_along(void **state)
{
	const struct tandem_target target = { .array = "pg", .leg = "2" };

	(void)state;
	record_wide(TANDEM_RECORD_REBUILDING);
	look("3 " C C R, WIDE);
	assert_int_not_equal(tandem_remove(&ctx, &target, &err), 0);
	assert_int_equal(err.code, TANDEM_CODE_REFUSED);
	look("3 " C C F, WIDE);
	reload("2 240:0 240:1 4 degraded proven retire 2", 0);
	done(tandem_remove(&ctx, &target, &err));
	/* Its disk may be gone before. */
	look("3 " C C "missing:0:0:0:0 ", "3 240:0 240:1 - 2 degraded proven");
	reload("2 240:0 240:1 4 degraded proven retire 2", 0);
	done(tandem_remove(&ctx, &target, &err));
}

static void test_status_says_who_replaces_whom(void **state)
{
	const struct tandem_array_info *info;
	struct tandem_status_list *list;

	(void)state;
	record_wide(TANDEM_RECORD_REBUILDING);
	look("3 " C C R, WIDE);
	done(tandem_status_get(&ctx, "pg", &list, &err));
	info = tandem_status_array(list, 0);
	assert_int_equal(info->leg[0].replaces, TANDEM_NO_LEG);
	assert_int_equal(info->leg[1].replaces, TANDEM_NO_LEG);
	assert_int_equal(info->leg[2].replaces, 0);
	tandem_status_put(list);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define OF_TWO_SETS(test) cmocka_unit_test_setup_teardown(test, set_up_two_sets, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_new_disk_is_prepared_and_gets_a_place_more),
		OF_TWO_SETS(test_legs_of_later_sets_move_up),
		TEST(test_what_cannot_be_replaced),
		TEST(test_one_at_a_time),
		TEST(test_dry_run_changes_nothing),
		TEST(test_start_that_breaks_off_before_its_record),
		TEST(test_start_that_breaks_off_behind_its_record),
		TEST(test_start_that_breaks_off_for_the_new_disk),
		TEST(test_start_after_which_nothing_starts),
		OF_TWO_SETS(test_disks_that_a_new_table_cannot_have),
		TEST(test_old_leg_is_kept_while_it_is_needed),
		TEST(test_old_leg_that_was_taken_out_by_hand_goes),
		OF_TWO_SETS(test_leg_of_a_later_set_is_replaced),
		TEST(test_new_leg_takes_the_place),
		OF_TWO_SETS(test_legs_of_later_sets_move_down),
		TEST(test_end_that_breaks_off),
		TEST(test_end_that_breaks_off_when_the_old_disk_is_gone),
		TEST(test_numbers_do_not_move_under_who_fails_a_leg),
		TEST(test_removed_new_leg_takes_its_place_along),
		TEST(test_status_says_who_replaces_whom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
