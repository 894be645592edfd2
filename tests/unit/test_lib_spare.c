// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a spare says whose it is and is no leg for anybody; a leg that is out of use can
 * be taken from the table, one in use cannot.
 *
 * Method: disks in memory, device-mapper as a script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dm_ops.h"
#include "mock_array.h"
#include "mock_disk.h"
#include "mock_dm.h"

#define MIB (1ull << 20)
#define HEALTHY "1 healthy - 0 0 0 3 0/0 2 current:5:0:0:0 current:5:0:0:0"
#define FAILED "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 failed:5:1:2:3"
#define STALE "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 stale:5:0:0:0"
#define MISSING "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 missing:0:0:0:0"
#define REBUILD "1 degraded rebuild 4 10 0 3 0/8192 2 current:6:0:0:0 rebuilding:6:0:0:0"
#define UNRECORDED "1 unrecorded - 0 0 0 3 0/0 2 current:5:0:0:0 unrecorded:5:0:1:0"
#define BOTH "2 240:0 240:1 2 degraded proven"
#define ONE "2 240:0 - 2 degraded proven"

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static struct tandem_super super;
static struct tandem_add_options adding;
static struct tandem_target target;
static char id[TANDEM_ID_TEXT_BYTES], line[16][256];
static unsigned int nr_lines;

static void done(int ret)
{
	if (ret)
		fail_msg("%s: %s", err.object, err.text);
}

static void refused(int ret, enum tandem_code code, const char *what)
{
	assert_int_not_equal(ret, 0);
	if (err.code != code || !strstr(err.text, what))
		fail_msg("code %u, not %u, or not \"%s\": %s: %s", err.code, code, what,
			 err.object, err.text);
	assert_int_equal(mock_changes, 0);
}

static int set_up(void **state)
{
	(void)state;
	nr_lines = 0;
	mock_array_make(&ctx, &mock_array_pair, &super, id);
	adding = (struct tandem_add_options){ .array = "pg", .disk = "/mock/2", .spare = true };
	target = (struct tandem_target){ .array = "pg" };
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

static void look(const char *status, const char *rest)
{
	mock_dm_expect_look(status, table(rest));
}

static void make_spare(void)
{
	look(HEALTHY, BOTH);
	done(tandem_add(&ctx, &adding, &err));
	mock_changes = 0;
}

static void test_spare_says_whose_it_is(void **state)
{
	(void)state;
	super.flags |= TANDEM_FLAG_CLEAN;
	mock_disk_set_super(0, &super);
	make_spare();
	assert_true(mock_disk_super(2, &super));
	tandem_id_to_text(&super.array, line[15]);
	assert_string_equal(line[15], id);
	assert_true(super.flags & TANDEM_FLAG_SPARE);
	assert_true(super.flags & TANDEM_FLAG_BLANK);
	assert_false(super.flags & TANDEM_FLAG_CLEAN);
	assert_false(tandem_id_equal(&super.leg_id, &super.place[0].id));
	assert_string_equal(super.place[0].disk, "SERIAL0");
	/* Once more is no harm. */
	make_spare();
}

static void test_disk_that_cannot_be_a_spare(void **state)
{
	(void)state;
	adding.disk = "/mock/1";
	look(FAILED, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY, "is or was leg 1");
	adding.disk = "/mock/2";
	adding.leg = "1";
	look(FAILED, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_USAGE, "no place");
	adding.leg = NULL;
	mock_disk[2].size_bytes -= MIB;
	look(FAILED, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_FAILED, "a leg of pg needs");
	mock_disk[2].size_bytes += MIB;
	mock_disk[2].signature = "ext4 file system";
	look(FAILED, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY, "ext4");
	mock_disk[2].signature = NULL;
	adding.dry_run = true;
	look(FAILED, BOTH);
	done(tandem_add(&ctx, &adding, &err));
	assert_int_equal(mock_changes, 0);
	assert_false(mock_disk_super(2, &super));
}

static void expect_start(const char *rest)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_CREATE });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD, .text = table(rest) });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_RESUME });
}

static void test_start_does_not_see_a_spare(void **state)
{
	static const char *const spare[] = { "/mock/2" };
	static const char *const all[] = { "/mock/2", "/mock/0", "/mock/1" };
	struct tandem_assemble_options opt = { .scan = true };

	(void)state;
	make_spare();
	mock_dm_reset();
	expect_start(BOTH);
	done(tandem_assemble(&ctx, &opt, NULL, &err));
	opt = (struct tandem_assemble_options){ .array = "pg" };
	expect_start(BOTH);
	done(tandem_assemble(&ctx, &opt, NULL, &err));
	opt = (struct tandem_assemble_options){ .disk = all, .nr_disks = 3 };
	expect_start(BOTH);
	done(tandem_assemble(&ctx, &opt, NULL, &err));
	opt.nr_disks = 1;
	refused(tandem_assemble(&ctx, &opt, NULL, &err), TANDEM_CODE_NOT_FOUND, "is a spare");
	opt = (struct tandem_assemble_options){ .disk = spare, .nr_disks = 1,
						.incremental = true };
	done(tandem_assemble(&ctx, &opt, NULL, &err));
	memset(mock_disk[0].data, 0, 4 * MIB);
	memset(mock_disk[1].data, 0, 4 * MIB);
	opt = (struct tandem_assemble_options){ .array = "pg" };
	refused(tandem_assemble(&ctx, &opt, NULL, &err), TANDEM_CODE_NOT_FOUND, "no disk carries");
	opt = (struct tandem_assemble_options){ .scan = true };
	refused(tandem_assemble(&ctx, &opt, NULL, &err), TANDEM_CODE_NOT_FOUND, "no disk of this");
}

static void test_spare_is_examined_as_one(void **state)
{
	static const char *const path[] = { "/mock/2", "/mock/0", "/mock/1" };
	struct tandem_disks disks = { .path = path, .nr = 1 };
	struct tandem_examine_list *list;

	(void)state;
	make_spare();
	done(tandem_examine(&ctx, &disks, &list, &err));
	assert_string_equal(tandem_examine_label(list, 0)->use, "spare");
	assert_true(tandem_examine_label(list, 0)->spare);
	assert_int_equal(tandem_examine_arrays(list), 0);
	tandem_examine_put(list);
	disks.nr = 3;
	done(tandem_examine(&ctx, &disks, &list, &err));
	assert_string_equal(tandem_examine_label(list, 0)->use, "spare");
	assert_string_equal(tandem_examine_label(list, 1)->use, "current");
	assert_int_equal(tandem_examine_arrays(list), 1);
	assert_true(tandem_examine_array(list, 0)->startable);
	tandem_examine_put(list);
	disks.nr = 1;
	assert_int_equal(mock_changes, 0);
	done(tandem_forget(&ctx, &disks, &err));
	assert_false(mock_disk_super(2, &super));
}

static void test_status_shows_the_spares_of_each_array(void **state)
{
	const struct tandem_array_info *info;
	struct tandem_status_list *list;

	(void)state;
	make_spare();
	adding.disk = "/mock/3";
	make_spare();
	assert_true(mock_disk_super(3, &super));
	super.array.byte[0] ^= 1;
	mock_disk_set_super(3, &super);
	assert_true(mock_disk_super(0, &super));
	super.place[1].by_hand = true;
	mock_disk_set_super(0, &super);
	look(FAILED, BOTH);
	done(tandem_status_get(&ctx, NULL, &list, &err));
	info = tandem_status_array(list, 0);
	assert_int_equal(info->nr_spares, 0);
	assert_true(info->leg[1].by_hand);
	done(tandem_status_spares(&ctx, list, &err));
	assert_int_equal(info->nr_legs, 2);
	assert_int_equal(info->nr_spares, 1);
	assert_string_equal(info->leg[2].state, "spare");
	assert_string_equal(info->leg[2].disk, "/mock/2");
	assert_string_equal(info->leg[2].serial, "SERIAL2");
	tandem_status_put(list);
	assert_int_equal(mock_changes, 0);
	/* What somebody uses is not even read: it may hang. */
	mock_disk[2].held = true;
	look(FAILED, BOTH);
	done(tandem_status_get(&ctx, NULL, &list, &err));
	done(tandem_status_spares(&ctx, list, &err));
	assert_int_equal(tandem_status_array(list, 0)->nr_spares, 0);
	tandem_status_put(list);
}

static void expect_reload(const char *rest)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD, .text = table(rest) });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_SUSPEND });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_RESUME });
}

static void test_leg_out_of_use_leaves_the_table(void **state)
{
	static const char *const states[] = { FAILED, STALE };
	unsigned int i;

	(void)state;
	target.leg = "1";
	for (i = 0; i < 2; i++) {
		look(states[i], BOTH);
		mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_MESSAGE,
						       .text = "fail 1" });
		expect_reload(ONE);
		done(tandem_remove(&ctx, &target, &err));
	}
	/* It is on record already. */
	super.place[1].by_hand = true;
	mock_disk_set_super(0, &super);
	look(FAILED, BOTH);
	expect_reload(ONE);
	done(tandem_remove(&ctx, &target, &err));
	/* What fills the place is not even a leg. */
	look(MISSING, BOTH);
	expect_reload(ONE);
	done(tandem_remove(&ctx, &target, &err));
	look(MISSING, ONE);
	done(tandem_remove(&ctx, &target, &err));
	target.dry_run = true;
	look(FAILED, BOTH);
	done(tandem_remove(&ctx, &target, &err));
	assert_int_equal(mock_changes, 0);
}

/* It is noted who wants it out of use; nothing is waited for. */
static void test_leg_that_left_by_itself_is_failed_by_hand(void **state)
{
	(void)state;
	target.leg = "1";
	look(FAILED, BOTH);
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_MESSAGE, .text = "fail 1" });
	done(tandem_fail(&ctx, &target, &err));
	look(MISSING, ONE);
	done(tandem_fail(&ctx, &target, &err));
	target.dry_run = true;
	look(FAILED, BOTH);
	done(tandem_fail(&ctx, &target, &err));
	assert_int_equal(mock_dm_waits, 0);
	assert_int_equal(mock_changes, 0);
}

static void test_leg_in_use_stays(void **state)
{
	static const char *const states[] = { HEALTHY, REBUILD, UNRECORDED };
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		target.leg = "1";
		look(states[i], BOTH);
		refused(tandem_remove(&ctx, &target, &err), TANDEM_CODE_REFUSED, "leg 1 is ");
		assert_string_equal(err.hint, "first: tandem fail pg 1");
	}
	target.leg = "0";
	look(FAILED, BOTH);
	refused(tandem_remove(&ctx, &target, &err), TANDEM_CODE_REFUSED, "last current leg");
	target.leg = "2";
	look(FAILED, BOTH);
	refused(tandem_remove(&ctx, &target, &err), TANDEM_CODE_NOT_FOUND, "has no leg 2");
	target.leg = NULL;
	refused(tandem_remove(&ctx, &target, &err), TANDEM_CODE_USAGE, "name an array and a leg");
	target.leg = "1";
	mock_dm_set_read_only(true);
	look(FAILED, BOTH);
	refused(tandem_remove(&ctx, &target, &err), TANDEM_CODE_BUSY, "read-only");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_spare_says_whose_it_is),
		TEST(test_disk_that_cannot_be_a_spare),
		TEST(test_start_does_not_see_a_spare),
		TEST(test_spare_is_examined_as_one),
		TEST(test_status_shows_the_spares_of_each_array),
		TEST(test_leg_out_of_use_leaves_the_table),
		TEST(test_leg_that_left_by_itself_is_failed_by_hand),
		TEST(test_leg_in_use_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
