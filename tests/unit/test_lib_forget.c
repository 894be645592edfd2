// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: forget takes exactly the superblocks off, of all disks or of none.
 *
 * Method: disks in memory that write down every change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dm_ops.h"
#include "mock_disk.h"
#include "mock_dm.h"

#define MIB (1ull << 20)

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static struct tandem_super super;
static const char *paths[] = { "/mock/0", "/mock/1", "/mock/2" };
static struct tandem_disks disks;

static int set_up(void **state)
{
	const struct tandem_create_options create = {
		.name = "pg", .level = "raid1", .disk = paths, .nr_disks = 2,
		.no_activate = true,
	};

	(void)state;
	paths[0] = "/mock/0";
	paths[1] = "/mock/1";
	mock_disks_init(16 * MIB);
	mock_dm_reset();
	assert_int_equal(tandem_create(&ctx, &create, &err), 0);
	memset(mock_disk[0].data + 5 * MIB, 0xee, MIB);
	mock_changes = 0;
	memset(&disks, 0, sizeof(disks));
	disks.path = paths;
	disks.nr = 2;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_dm_done();
	mock_disks_exit();
	return 0;
}

static void refuses(enum tandem_code code)
{
	assert_int_not_equal(tandem_forget(&ctx, &disks, &err), 0);
	if (err.code != code)
		fail_msg("code %u, not %u: %s: %s", err.code, code, err.object, err.text);
	assert_int_equal(mock_changes, 0);
	assert_true(mock_disk_super(0, &super));
}

static void test_both_slots_go_and_the_data_stays(void **state)
{
	u64 i;

	(void)state;
	assert_int_equal(tandem_forget(&ctx, &disks, &err), 0);
	for (i = 0; i < TANDEM_MAP_BYTES; i++)
		assert_int_equal(mock_disk[0].data[i], 0);
	assert_int_equal(mock_disk[0].data[5 * MIB], 0xee);
	assert_false(mock_disk_super(1, &super));
}

static void test_one_that_is_no_leg_keeps_all(void **state)
{
	(void)state;
	disks.nr = 3;
	refuses(TANDEM_CODE_NOT_FOUND);
	assert_string_equal(err.object, "/mock/2");
}

static void test_one_in_use_keeps_all(void **state)
{
	(void)state;
	mock_disk[1].user = "is a leg of the active array pg";
	refuses(TANDEM_CODE_BUSY);
	assert_string_equal(err.text, "is a leg of the active array pg");
}

static void test_one_that_holds_something_else_keeps_all(void **state)
{
	(void)state;
	mock_disk[1].signature = "xfs file system";
	refuses(TANDEM_CODE_BUSY);
	disks.overwrite = true;
	assert_int_equal(tandem_forget(&ctx, &disks, &err), 0);
}

static void test_the_same_disk_twice(void **state)
{
	(void)state;
	paths[1] = paths[0];
	refuses(TANDEM_CODE_USAGE);
}

static void test_read_only_disk(void **state)
{
	(void)state;
	mock_disk[0].read_only = true;
	refuses(TANDEM_CODE_PERMISSION);
}

static void test_dry_run_changes_nothing(void **state)
{
	(void)state;
	disks.dry_run = true;
	assert_int_equal(tandem_forget(&ctx, &disks, &err), 0);
	assert_int_equal(mock_changes, 0);
}

static void test_damaged_superblock_can_be_forgotten(void **state)
{
	(void)state;
	mock_disk[0].data[TANDEM_SLOT0_BYTES + 99] ^= 1;
	mock_disk[0].data[TANDEM_SLOT1_BYTES + 99] ^= 1;
	assert_false(mock_disk_super(0, &super));
	assert_int_equal(tandem_forget(&ctx, &disks, &err), 0);
	assert_int_equal(mock_disk[0].data[TANDEM_SLOT0_BYTES], 0);
}

static void test_write_error_is_told_and_the_second_slot_tried(void **state)
{
	(void)state;
	mock_disks_fail_at(3);
	assert_int_not_equal(tandem_forget(&ctx, &disks, &err), 0);
	assert_int_equal(err.code, TANDEM_CODE_IO);
	assert_string_equal(err.object, "/mock/0");
	assert_int_equal(mock_disk[0].data[TANDEM_SLOT1_BYTES], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_slots_go_and_the_data_stays),
		TEST(test_one_that_is_no_leg_keeps_all),
		TEST(test_one_in_use_keeps_all),
		TEST(test_one_that_holds_something_else_keeps_all),
		TEST(test_the_same_disk_twice),
		TEST(test_read_only_disk),
		TEST(test_dry_run_changes_nothing),
		TEST(test_damaged_superblock_can_be_forgotten),
		TEST(test_write_error_is_told_and_the_second_slot_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
