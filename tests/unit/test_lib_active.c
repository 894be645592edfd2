// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the verbs on an active array (status, fail, add, wait, stop) read the kernel's
 * lines right, ask it for the right things in the right order, and find the way back when
 * it refuses. Method: disks in memory, device-mapper as a script.
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

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static struct tandem_super super;
static struct tandem_add_options adding;
static struct tandem_target target;
static char id[TANDEM_ID_TEXT_BYTES], line[8][256];
static unsigned int nr_lines;

static int set_up(void **state)
{
	(void)state;
	nr_lines = 0;
	mock_array_make(&ctx, &mock_array_pair, &super, id);
	memset(&adding, 0, sizeof(adding));
	adding.array = "pg";
	memset(&target, 0, sizeof(target));
	target.array = "pg";
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_dm_done();
	mock_disks_exit();
	return 0;
}

/* Table line of "pg"; the text stays until the test ends. */
static const char *table(const char *rest)
{
	char *text = line[nr_lines++];

	assert_true(nr_lines <= 8);
	snprintf(text, sizeof(line[0]), "%s %s", id, rest);
	return text;
}

static void look(const char *status, const char *rest)
{
	mock_dm_expect_look(status, table(rest));
}

static void step(enum tandem_dm_op op, const char *text, int error)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = op, .name = "tandem-pg", .text = text,
					       .error = error });
}

static void done(int ret)
{
	if (ret)
		fail_msg("%s: %s", err.object, err.text);
}

static void refused(int ret, enum tandem_code code)
{
	assert_int_not_equal(ret, 0);
	if (err.code != code)
		fail_msg("code %u, not %u: %s: %s", err.code, code, err.object, err.text);
}

static void says(const char *where, const char *what)
{
	if (!strstr(where, what))
		fail_msg("\"%s\" is not in \"%s\"", what, where);
}

#define HEALTHY "1 healthy - 0 0 0 3 0/0 2 current:5:0:0:0 current:5:0:0:0"
#define FAILED "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 failed:5:1:2:3"
#define UNRECORDED "1 unrecorded - 0 0 0 3 0/0 2 current:5:0:0:0 unrecorded:5:0:1:0"
#define STALE "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 stale:5:0:0:0"
#define MISSING "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 missing:0:0:0:0"
#define REBUILD "1 degraded rebuild 4 10 0 3 0/8192 2 current:6:0:0:0 rebuilding:6:0:0:0"
#define BOTH "2 240:0 240:1 2 degraded proven"
#define ONE "2 240:0 - 2 degraded proven"

static void test_status_tells_what_kernel_and_superblock_say(void **state)
{
	const struct tandem_array_info *info;
	struct tandem_status_list *list;

	(void)state;
	look(REBUILD, BOTH);
	done(tandem_status_get(&ctx, NULL, &list, &err));
	assert_int_equal(tandem_status_count(list), 1);
	info = tandem_status_array(list, 0);
	assert_string_equal(info->name, "pg");
	assert_string_equal(info->uuid, id);
	assert_string_equal(info->device, "/dev/tandem/pg");
	assert_string_equal(info->level, "raid1");
	assert_string_equal(info->state, "degraded");
	assert_int_equal(info->size_bytes, MIB);
	assert_int_equal(info->region_bytes, MIB);
	assert_int_equal(info->epoch, 3);
	assert_string_equal(info->sync, "rebuild");
	assert_false(info->sync_paused);
	assert_int_equal(info->sync_done_bytes, 4 * MIB);
	assert_int_equal(info->sync_total_bytes, 10 * MIB);
	assert_int_equal(info->rebuild_bytes, 4 * MIB);
	assert_string_equal(info->leg[1].state, "rebuilding");
	assert_string_equal(info->leg[1].disk, "/mock/1");
	assert_string_equal(info->leg[1].serial, "SERIAL1");
	assert_null(tandem_status_array(list, 1));
	tandem_status_put(list);
	assert_int_equal(mock_changes, 0);
}

static void test_status_tells_of_the_intent_log_if_there_is_one(void **state)
{
	const struct tandem_array_info *info;
	struct tandem_status_list *list;

	(void)state;
	look(HEALTHY " 5/900/77/4/9 1234/56", BOTH);
	done(tandem_status_get(&ctx, NULL, &list, &err));
	info = tandem_status_array(list, 0);
	assert_int_equal(info->dirty_regions, 5);
	assert_int_equal(info->dirty_limit_regions, 900);
	assert_int_equal(info->log_records, 77);
	assert_int_equal(info->log_waits, 4);
	assert_int_equal(info->log_record_waits, 9);
	assert_int_equal(info->copy_rate_bytes_per_s, 1234);
	assert_int_equal(info->worst_case_resync_ms, 56);
	tandem_status_put(list);
	look(HEALTHY " - 0/78", BOTH);
	done(tandem_status_get(&ctx, NULL, &list, &err));
	info = tandem_status_array(list, 0);
	assert_int_equal(info->dirty_regions, TANDEM_UNKNOWN);
	assert_int_equal(info->dirty_limit_regions, TANDEM_UNKNOWN);
	assert_int_equal(info->log_records, TANDEM_UNKNOWN);
	assert_int_equal(info->log_waits, TANDEM_UNKNOWN);
	assert_int_equal(info->copy_rate_bytes_per_s, TANDEM_UNKNOWN);
	assert_int_equal(info->worst_case_resync_ms, 78);
	tandem_status_put(list);
	look(HEALTHY " 5/900/77/4", BOTH);
	done(tandem_status_get(&ctx, NULL, &list, &err));
	info = tandem_status_array(list, 0);
	assert_int_equal(info->log_waits, 4);
	assert_int_equal(info->log_record_waits, TANDEM_UNKNOWN);
	tandem_status_put(list);
	look(HEALTHY " -", BOTH);
	done(tandem_status_get(&ctx, NULL, &list, &err));
	info = tandem_status_array(list, 0);
	assert_int_equal(info->copy_rate_bytes_per_s, TANDEM_UNKNOWN);
	assert_int_equal(info->worst_case_resync_ms, TANDEM_UNKNOWN);
	tandem_status_put(list);
}

static void test_status_without_a_readable_superblock_is_still_a_status(void **state)
{
	const struct tandem_array_info *info;
	struct tandem_status_list *list;

	(void)state;
	mock_disk[0].open_error = -EIO;
	look(FAILED, BOTH);
	done(tandem_status_get(&ctx, "pg", &list, &err));
	info = tandem_status_array(list, 0);
	assert_null(info->level);
	assert_true(info->region_bytes == TANDEM_UNKNOWN);
	assert_true(info->sync_total_bytes == TANDEM_UNKNOWN);
	assert_null(info->sync);
	assert_string_equal(info->leg[1].state, "failed");
	assert_int_equal(info->leg[1].flush_errors, 3);
	tandem_status_put(list);
}

static void test_paused_run_says_what_it_is(void **state)
{
	struct tandem_status_list *list;

	(void)state;
	look("1 healthy paused 1 10 9 3 0/0 2 current:5:0:0:0 current:5:0:0:0", BOTH);
	done(tandem_status_get(&ctx, "pg", &list, &err));
	assert_string_equal(tandem_status_array(list, 0)->sync, "resync");
	assert_true(tandem_status_array(list, 0)->sync_paused);
	assert_int_equal(tandem_status_array(list, 0)->unsure_regions, 9);
	tandem_status_put(list);
}

static void test_lines_not_understood_are_errors(void **state)
{
	static const char *const bad[] = { "", "2 healthy", "1 healthy - 0 0 0 3 0/0 2 current" };
	struct tandem_status_list *list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		look(bad[i], BOTH);
		refused(tandem_status_get(&ctx, "pg", &list, &err), TANDEM_CODE_MODULE);
		assert_null(list);
	}
	look(HEALTHY, "3 240:0 240:1 240:2 0");
	refused(tandem_status_get(&ctx, "pg", &list, &err), TANDEM_CODE_FAILED);
}

static void test_array_that_is_not_active_is_not_found(void **state)
{
	struct tandem_status_list *list;

	(void)state;
	refused(tandem_status_get(&ctx, "other", &list, &err), TANDEM_CODE_NOT_FOUND);
	says(err.hint, "tandem assemble");
	mock_dm_fail_all(-ENOSYS);
	refused(tandem_status_get(&ctx, "pg", &list, &err), TANDEM_CODE_MODULE);
	refused(tandem_status_get(&ctx, NULL, &list, &err), TANDEM_CODE_MODULE);
}

static void test_fail_waits_until_it_is_recorded(void **state)
{
	(void)state;
	target.leg = "1";
	look(HEALTHY, BOTH);
	step(TANDEM_DM_MESSAGE, "fail 1", 0);
	look(UNRECORDED, BOTH);
	look(UNRECORDED, BOTH);
	look(FAILED, BOTH);
	done(tandem_fail(&ctx, &target, &err));
	assert_int_equal(mock_dm_waits, 2);
}

static void test_last_current_leg_is_not_failed(void **state)
{
	(void)state;
	target.leg = "0";
	look(FAILED, BOTH);
	refused(tandem_fail(&ctx, &target, &err), TANDEM_CODE_REFUSED);
	says(err.text, "last current leg");
}

static void test_leg_that_does_not_exist(void **state)
{
	static const struct {
		const char *leg;
		enum tandem_code code;
	} rows[] = {
		{ "2", TANDEM_CODE_NOT_FOUND },
		{ "18446744073709551616", TANDEM_CODE_NOT_FOUND },
		{ "1x", TANDEM_CODE_USAGE },
		{ "/dev/null", TANDEM_CODE_NOT_FOUND },
		{ "/no/such/path", TANDEM_CODE_NOT_FOUND },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		target.leg = rows[i].leg;
		look(HEALTHY, BOTH);
		refused(tandem_fail(&ctx, &target, &err), rows[i].code);
	}
}

static void test_stop_refuses_what_is_open(void **state)
{
	(void)state;
	mock_dm_add_volume("tandem-busy", "TANDEM-0123456789abcdef0123456789abcdef", 1);
	target.array = "busy";
	refused(tandem_stop(&ctx, &target, &err), TANDEM_CODE_BUSY);
	target.array = "pg";
	step(TANDEM_DM_REMOVE, NULL, -EBUSY);
	refused(tandem_stop(&ctx, &target, &err), TANDEM_CODE_BUSY);
	target.dry_run = true;
	done(tandem_stop(&ctx, &target, &err));
	target.dry_run = false;
	step(TANDEM_DM_REMOVE, NULL, 0);
	done(tandem_stop(&ctx, &target, &err));
	assert_string_equal(mock_dm_node_name, "pg");
	target.array = NULL;
	step(TANDEM_DM_REMOVE, NULL, 0);
	refused(tandem_stop(&ctx, &target, &err), TANDEM_CODE_BUSY);
	assert_string_equal(err.object, "busy");
}

static void test_wait_ends_when_the_state_is_reached(void **state)
{
	struct tandem_wait_options opt = { .array = "pg", .timeout_ms = -1 };

	(void)state;
	look(REBUILD, BOTH);
	look(FAILED, BOTH);
	/* And is there a leg that replaces another, and is current now? */
	look(FAILED, BOTH);
	done(tandem_wait(&ctx, &opt, &err));
	opt.state = "healthy";
	look(REBUILD, BOTH);
	look(FAILED, BOTH);
	look(HEALTHY, BOTH);
	look(HEALTHY, BOTH);
	done(tandem_wait(&ctx, &opt, &err));
	opt.timeout_ms = 0;
	look(FAILED, BOTH);
	refused(tandem_wait(&ctx, &opt, &err), TANDEM_CODE_TIMED_OUT);
	opt.state = "gone";
	refused(tandem_wait(&ctx, &opt, &err), TANDEM_CODE_USAGE);
}

static void expect_reload(const char *rest, int load, int resume)
{
	step(TANDEM_DM_LOAD, table(rest), load);
	if (load)
		return;
	step(TANDEM_DM_SUSPEND, NULL, 0);
	step(TANDEM_DM_RESUME, NULL, resume);
	if (!resume)
		look(REBUILD, rest);
}

static void test_failed_leg_is_filled_where_it_is(void **state)
{
	(void)state;
	adding.disk = "/mock/1";
	look(FAILED, BOTH);
	expect_reload("2 240:0 240:1 4 degraded proven rebuild 1", 0, 0);
	done(tandem_add(&ctx, &adding, &err));
	assert_int_equal(mock_changes, 0);
}

static void test_leg_that_was_away_returns_to_its_place(void **state)
{
	(void)state;
	adding.disk = "/mock/1";
	look(MISSING, ONE);
	expect_reload("2 240:0 240:1 4 degraded proven rebuild 1", 0, 0);
	done(tandem_add(&ctx, &adding, &err));
	assert_int_equal(mock_changes, 0);
}

/* Pulled and put back, it is another device; the table still has the first. */
static void test_leg_that_returns_as_another_device_has_its_place(void **state)
{
	(void)state;
	assert_true(mock_disk_super(1, &super));
	mock_disk_set_super(2, &super);
	adding.disk = "/mock/2";
	look(FAILED, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY);
	says(err.text, "a copy?");
	mock_disk[1].open_error = -ENXIO;
	look(FAILED, BOTH);
	expect_reload("2 240:0 240:2 4 degraded proven rebuild 1", 0, 0);
	done(tandem_add(&ctx, &adding, &err));
	assert_int_equal(mock_changes, 0);
}

static void test_new_disk_gets_a_blank_superblock_first(void **state)
{
	static struct tandem_super blank;

	(void)state;
	super.flags |= TANDEM_FLAG_CLEAN;
	super.feature_incompat |= TANDEM_INCOMPAT_INTENT_LOG;
	mock_disk_set_super(0, &super);
	memset(mock_disk[2].data + TANDEM_LOG_BYTES, 0xee, TANDEM_PAGE_BYTES);
	memcpy(mock_disk[2].data + TANDEM_MAP_BYTES, mock_disk[0].data + TANDEM_MAP_BYTES,
	       TANDEM_PAGE_BYTES);
	adding.disk = "/mock/2";
	look(MISSING, ONE);
	expect_reload("2 240:0 240:2 4 degraded proven rebuild 1", 0, 0);
	done(tandem_add(&ctx, &adding, &err));
	assert_true(mock_disk_super(2, &blank));
	assert_int_equal(blank.feature_incompat, super.feature_incompat);
	assert_int_equal(mock_disk[2].data[TANDEM_LOG_BYTES], 0);
	assert_int_equal(mock_disk[2].data[TANDEM_MAP_BYTES], 0);
	assert_int_equal(blank.set[0].home, super.set[0].home);
	assert_true(blank.flags & TANDEM_FLAG_BLANK);
	assert_false(blank.flags & TANDEM_FLAG_CLEAN);
	assert_int_equal(blank.leg, 1);
	assert_true(tandem_id_equal(&blank.array, &super.array));
	assert_false(tandem_id_equal(&blank.leg_id, &super.place[1].id));
	assert_string_equal(blank.place[1].disk, "SERIAL2");
}

static void test_new_disk_takes_the_place_of_a_failed_one(void **state)
{
	(void)state;
	adding.disk = "/mock/2";
	adding.leg = "1";
	look(FAILED, BOTH);
	expect_reload("2 240:0 240:2 4 degraded proven rebuild 1", 0, 0);
	done(tandem_add(&ctx, &adding, &err));
}

static void test_table_the_kernel_refuses_leaves_disk_and_array_as_they_were(void **state)
{
	(void)state;
	adding.disk = "/mock/2";
	look(MISSING, ONE);
	expect_reload("2 240:0 240:2 4 degraded proven rebuild 1", -EINVAL, 0);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_FAILED);
	assert_false(mock_disk_super(2, &super));
}

static void test_old_table_returns_when_the_new_one_does_not_start(void **state)
{
	(void)state;
	adding.disk = "/mock/2";
	look(MISSING, "2 240:0 - 0");
	expect_reload("2 240:0 240:2 4 degraded proven rebuild 1", 0, -EIO);
	step(TANDEM_DM_LOAD, table("2 240:0 - 2 degraded proven"), 0);
	step(TANDEM_DM_RESUME, NULL, 0);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_IO);
	says(err.text, "the old one runs on");
	assert_false(mock_disk_super(2, &super));
}

static void test_neither_table_starts_is_said(void **state)
{
	(void)state;
	adding.disk = "/mock/1";
	look(STALE, BOTH);
	expect_reload("2 240:0 240:1 4 degraded proven rebuild 1", 0, -EIO);
	step(TANDEM_DM_LOAD, NULL, 0);
	step(TANDEM_DM_RESUME, NULL, -EIO);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_IO);
	says(err.text, "suspended");
	says(err.hint, "dmsetup resume tandem-pg");
}

static void test_suspend_that_fails_leaves_the_running_table(void **state)
{
	(void)state;
	adding.disk = "/mock/1";
	look(STALE, BOTH);
	step(TANDEM_DM_LOAD, NULL, 0);
	step(TANDEM_DM_SUSPEND, NULL, -EINVAL);
	step(TANDEM_DM_CLEAR, NULL, 0);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_FAILED);
}

static void test_no_place_for_the_disk(void **state)
{
	(void)state;
	adding.disk = "/mock/2";
	look(HEALTHY, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY);
	adding.leg = "0";
	look(FAILED, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY);
	adding.leg = NULL;
	adding.disk = "/mock/1";
	look(HEALTHY, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY);
	adding.leg = "0";
	look(FAILED, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_USAGE);
	adding.leg = NULL;
	mock_dm_set_read_only(true);
	look(FAILED, BOTH);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY);
	assert_int_equal(mock_changes, 0);
}

static void test_disk_that_does_not_fit(void **state)
{
	(void)state;
	adding.disk = "/mock/2";
	snprintf(err.hint, sizeof(err.hint), "of an earlier error");
	mock_disk[2].size_bytes -= MIB;
	look(MISSING, ONE);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_FAILED);
	says(err.text, "a leg of pg needs 16777216");
	assert_string_equal(err.hint, "");
	mock_disk[2].size_bytes += MIB;
	mock_disk[2].logical_block_bytes = 4096;
	look(MISSING, ONE);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_FAILED);
	mock_disk[2].logical_block_bytes = 512;
	mock_disk[2].signature = "ext4 file system";
	look(MISSING, ONE);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY);
	mock_disk[2].signature = NULL;
	mock_disk[2].below = 0;
	look(MISSING, ONE);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_USAGE);
	mock_disk[2].below = -1;
	mock_disk[1].user = "is mounted on /srv";
	adding.disk = "/mock/1";
	look(MISSING, ONE);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_BUSY);
	assert_int_equal(mock_changes, 0);
}

static void test_disk_whose_place_was_given_away(void **state)
{
	(void)state;
	assert_true(mock_disk_super(0, &super));
	super.place[1].id.byte[3] ^= 1;
	mock_disk_set_super(0, &super);
	adding.disk = "/mock/1";
	look(MISSING, ONE);
	refused(tandem_add(&ctx, &adding, &err), TANDEM_CODE_REFUSED);
	says(err.hint, "tandem forget /mock/1");
}

/* A dead disk must not keep the new table from loading. */
static void test_disk_that_is_gone_leaves_the_table(void **state)
{
	static const char *const status = "1 degraded - 0 0 0 3 0/0 3 current:6:0:0:0 "
					  "failed:5:0:0:0 missing:0:0:0:0";
	static const char *const paths[] = { "/mock/3", "/mock/4", "missing" };
	const struct tandem_create_options create = {
		.name = "three", .level = "raid1", .disk = paths, .nr_disks = 3,
		.no_activate = true,
	};
	char uuid[64];

	(void)state;
	done(tandem_create(&ctx, &create, &err));
	assert_true(mock_disk_super(3, &super));
	tandem_id_to_text(&super.array, id);
	snprintf(uuid, sizeof(uuid), "TANDEM-%s", id);
	mock_dm_add_volume("tandem-three", uuid, 0);
	mock_disk[4].open_error = -ENXIO;
	adding.array = "three";
	adding.disk = "/mock/5";
	look(status, "3 240:3 240:4 - 2 degraded proven");
	mock_dm_expect(&(struct mock_dm_step){
		.op = TANDEM_DM_LOAD, .name = "tandem-three",
		.text = table("3 240:3 - 240:5 4 degraded proven rebuild 2") });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_SUSPEND });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_RESUME });
	look("1 degraded rebuild 0 1 0 4 0/0 3 current:7:0:0:0 missing:0:0:0:0 "
	     "rebuilding:7:0:0:0", "3 240:3 - 240:5 4 degraded proven rebuild 2");
	done(tandem_add(&ctx, &adding, &err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_status_tells_what_kernel_and_superblock_say),
		TEST(test_status_tells_of_the_intent_log_if_there_is_one),
		TEST(test_status_without_a_readable_superblock_is_still_a_status),
		TEST(test_paused_run_says_what_it_is),
		TEST(test_lines_not_understood_are_errors),
		TEST(test_array_that_is_not_active_is_not_found),
		TEST(test_fail_waits_until_it_is_recorded),
		TEST(test_last_current_leg_is_not_failed),
		TEST(test_leg_that_does_not_exist),
		TEST(test_stop_refuses_what_is_open),
		TEST(test_wait_ends_when_the_state_is_reached),
		TEST(test_failed_leg_is_filled_where_it_is),
		TEST(test_leg_that_was_away_returns_to_its_place),
		TEST(test_leg_that_returns_as_another_device_has_its_place),
		TEST(test_new_disk_gets_a_blank_superblock_first),
		TEST(test_new_disk_takes_the_place_of_a_failed_one),
		TEST(test_table_the_kernel_refuses_leaves_disk_and_array_as_they_were),
		TEST(test_old_table_returns_when_the_new_one_does_not_start),
		TEST(test_neither_table_starts_is_said),
		TEST(test_suspend_that_fails_leaves_the_running_table),
		TEST(test_no_place_for_the_disk),
		TEST(test_disk_that_does_not_fit),
		TEST(test_disk_whose_place_was_given_away),
		TEST(test_disk_that_is_gone_leaves_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
