// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: whoever looks at an array that runs reads no disk where the kernel tells enough, and
 * one superblock at most where it does not.
 * Method: disks in memory that count reads, device-mapper as a script.
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
#define MISSING "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 missing:0:0:0:0"
#define FAILED "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 failed:5:1:2:3"
#define KERNEL " - - 0/0/0/0 0 0/10000/0 raid1/log/0/2048/1 0:0:0,0:1:0"
#define SLOTS 2u	/* of one superblock */

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static char both[128], one[128];
static struct tandem_status_list *list;

static int set_up(void **state)
{
	char id[TANDEM_ID_TEXT_BYTES];
	struct tandem_super super;

	(void)state;
	mock_array_make(&ctx, &mock_array_pair, &super, id);
	snprintf(both, sizeof(both), "%s 2 240:0 240:1 2 degraded proven", id);
	snprintf(one, sizeof(one), "%s 2 240:0 - 2 degraded proven", id);
	mock_reads = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tandem_status_put(list);
	list = NULL;
	mock_dm_done();
	mock_disks_exit();
	return 0;
}

static const struct tandem_array_info *get(const char *status, const char *table)
{
	mock_dm_expect_look(status, table);
	if (tandem_status_get(&ctx, "pg", &list, &err))
		fail_msg("%s: %s", err.object, err.text);
	return tandem_status_array(list, 0);
}

static void test_what_the_kernel_tells_is_read_from_no_disk(void **state)
{
	const struct tandem_array_info *info = get(FAILED KERNEL, both);

	(void)state;
	assert_int_equal(mock_reads, 0);
	assert_string_equal(info->level, "raid1");
	assert_string_equal(info->role, "log");
	assert_int_equal(info->chunk_bytes, 0);
	assert_int_equal(info->region_bytes, MIB);
	assert_int_equal(info->recovery_target_ms, 10000);
	assert_int_equal(info->nr_sets, 1);
	assert_false(info->leg[0].by_hand);
	assert_true(info->leg[1].by_hand);
	assert_int_equal(info->leg[1].replaces, TANDEM_NO_LEG);
	assert_string_equal(info->leg[1].serial, "SERIAL1");
}

/* Nobody but a superblock knows which disk it was. */
static void test_place_without_a_disk_costs_one_superblock(void **state)
{
	const struct tandem_array_info *info = get(MISSING KERNEL, one);

	(void)state;
	assert_int_equal(mock_reads, SLOTS);
	assert_string_equal(info->leg[0].serial, "SERIAL0");
	assert_string_equal(info->leg[1].serial, "SERIAL1");
	assert_null(info->leg[1].disk);
	assert_true(info->leg[1].by_hand);
}

static void test_module_that_tells_less_costs_one_superblock(void **state)
{
	const struct tandem_array_info *info = get(HEALTHY, both);

	(void)state;
	assert_int_equal(mock_reads, SLOTS);
	assert_string_equal(info->level, "raid1");
	assert_string_equal(info->role, "mixed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_the_kernel_tells_is_read_from_no_disk),
		TEST(test_place_without_a_disk_costs_one_superblock),
		TEST(test_module_that_tells_less_costs_one_superblock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
