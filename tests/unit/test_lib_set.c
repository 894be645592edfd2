// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what an administrator sets reaches the kernel word for word, is done when the kernel
 * says that it is on every leg and not before, and status and examine tell it.
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

#define LEGS "3 0/0 2 current:6:0:0:0 current:6:0:0:0"
#define HEALTHY "1 healthy - 0 0 0 " LEGS
#define KEEPS " - - 0/0/0/800 0 "

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static char table[128];

static int set_up(void **state)
{
	char id[TANDEM_ID_TEXT_BYTES];
	struct tandem_super super;

	(void)state;
	mock_array_make(&ctx, &mock_array_pair, &super, id);
	assert_int_equal(super.latency_target_us, 0);
	snprintf(table, sizeof(table), "%s 2 240:0 240:1 2 degraded proven", id);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_dm_done();
	assert_int_equal(mock_changes, 0);
	mock_disks_exit();
	return 0;
}

static void message(const char *text)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_MESSAGE, .name = "tandem-pg",
					       .text = text });
}

static void refused(int ret, enum tandem_code code)
{
	assert_int_not_equal(ret, 0);
	if (err.code != code)
		fail_msg("code %u, not %u: %s: %s", err.code, code, err.object, err.text);
}

static void test_set_is_done_when_the_kernel_has_it_on_disk(void **state)
{
	struct tandem_set_options opt = { .array = "pg", .latency_target_us = 800,
					  .recovery_target_ms = 5000 };

	(void)state;
	mock_dm_expect_look(HEALTHY KEEPS "0/10000/0", table);
	message("set latency 800");
	message("set recovery 5000");
	mock_dm_wait_result = 1;
	mock_dm_expect_look(HEALTHY KEEPS "800/5000/1", table);
	mock_dm_expect_look(HEALTHY KEEPS "800/5000/0", table);
	assert_int_equal(tandem_set(&ctx, &opt, &err), 0);
	assert_int_equal(mock_dm_waits, 1);

	opt = (struct tandem_set_options){ .array = "pg", .recovery_target_ms = TANDEM_UNKNOWN };
	mock_dm_expect_look(HEALTHY KEEPS "800/5000/0", table);
	message("set latency 0");
	mock_dm_expect_look(HEALTHY KEEPS "0/5000/0", table);
	assert_int_equal(tandem_set(&ctx, &opt, &err), 0);

	opt.dry_run = true;
	mock_dm_expect_look(HEALTHY KEEPS "800/5000/0", table);
	assert_int_equal(tandem_set(&ctx, &opt, &err), 0);
}

static void test_bad_settings_are_refused(void **state)
{
	static const char *const none[2], *const wrong[2] = { NULL, "first" };
	static const struct tandem_set_options bad[] = {
		{ NULL, 800, TANDEM_UNKNOWN, false, NULL, 0 },
		{ "pg", TANDEM_UNKNOWN, TANDEM_UNKNOWN, false, NULL, 0 },
		{ "pg", TANDEM_UNKNOWN, TANDEM_UNKNOWN, false, none, 2 },
		{ "pg", TANDEM_UNKNOWN, TANDEM_UNKNOWN, false, wrong, 2 },
		{ "pg", 9, TANDEM_UNKNOWN, false, NULL, 0 },
		{ "pg", 10000001, TANDEM_UNKNOWN, false, NULL, 0 },
		{ "pg", TANDEM_UNKNOWN, 0, false, NULL, 0 },
		{ "pg", TANDEM_UNKNOWN, 99, false, NULL, 0 },
		{ "pg", TANDEM_UNKNOWN, 3600001, false, NULL, 0 },
	};
	const struct tandem_set_options good = { "pg", 800, TANDEM_UNKNOWN, false, NULL, 0 };
	const struct tandem_set_options other = { "other", 800, TANDEM_UNKNOWN, false, NULL, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(tandem_set(&ctx, &bad[i], &err), TANDEM_CODE_USAGE);
	refused(tandem_set(&ctx, &other, &err), TANDEM_CODE_NOT_FOUND);
	mock_dm_expect_look("1 read-only - 0 0 0 " LEGS KEEPS "0/10000/0", table);
	refused(tandem_set(&ctx, &good, &err), TANDEM_CODE_REFUSED);
	/* A module that keeps nothing would say that it has it at once. */
	mock_dm_expect_look(HEALTHY " - - 0/0/0/0 0", table);
	refused(tandem_set(&ctx, &good, &err), TANDEM_CODE_MODULE);
}

static void test_read_classes_reach_the_kernel_leg_by_leg(void **state)
{
	static const char *const of[] = { "avoided", "preferred", NULL };
	static const char *const third[] = { NULL, NULL, "normal" };
	struct tandem_set_options opt = {
		.array = "pg", .latency_target_us = TANDEM_UNKNOWN,
		.recovery_target_ms = TANDEM_UNKNOWN, .read_class = of, .nr_read_classes = 3,
	};

	(void)state;
	mock_dm_expect_look(HEALTHY KEEPS "0/5000/0 - normal,normal", table);
	message("set read 0 avoided");
	message("set read 1 preferred");
	mock_dm_expect_look(HEALTHY KEEPS "0/5000/0 - avoided,preferred", table);
	assert_int_equal(tandem_set(&ctx, &opt, &err), 0);
	opt.read_class = third;
	mock_dm_expect_look(HEALTHY KEEPS "0/5000/0 - normal,normal", table);
	refused(tandem_set(&ctx, &opt, &err), TANDEM_CODE_USAGE);
	assert_string_equal(err.text, "has no leg 2: the last one is leg 1");
	/* A module that knows none would refuse a message, and the kernel log say why. */
	opt.read_class = of;
	mock_dm_expect_look(HEALTHY KEEPS "0/5000/0", table);
	refused(tandem_set(&ctx, &opt, &err), TANDEM_CODE_MODULE);
}

static void test_status_tells_the_read_classes(void **state)
{
	struct tandem_status_list *list;
	const struct tandem_leg_info *leg;

	(void)state;
	mock_dm_expect_look(HEALTHY KEEPS "0/5000/0 - avoided,normal", table);
	assert_int_equal(tandem_status_get(&ctx, NULL, &list, &err), 0);
	leg = tandem_status_array(list, 0)->leg;
	assert_string_equal(leg[0].read_class, "avoided");
	assert_string_equal(leg[1].read_class, "normal");
	tandem_status_put(list);
	mock_dm_expect_look(HEALTHY KEEPS "0/5000/0", table);
	assert_int_equal(tandem_status_get(&ctx, NULL, &list, &err), 0);
	assert_null(tandem_status_array(list, 0)->leg[0].read_class);
	tandem_status_put(list);
}

static void test_status_tells_what_is_kept(void **state)
{
	const struct tandem_array_info *info;
	struct tandem_status_list *list;

	(void)state;
	mock_dm_expect_look(HEALTHY KEEPS "900/5000/1", table);
	assert_int_equal(tandem_status_get(&ctx, NULL, &list, &err), 0);
	info = tandem_status_array(list, 0);
	assert_int_equal(info->latency_target_us, 800);
	assert_int_equal(info->kept_latency_target_us, 900);
	assert_int_equal(info->recovery_target_ms, 5000);
	assert_false(info->kept);
	tandem_status_put(list);
	mock_dm_expect_look(HEALTHY KEEPS "0/5000/0", table);
	assert_int_equal(tandem_status_get(&ctx, NULL, &list, &err), 0);
	info = tandem_status_array(list, 0);
	assert_true(info->kept_latency_target_us == TANDEM_UNKNOWN);
	assert_true(info->kept);
	tandem_status_put(list);
}

static void test_examine_tells_what_is_kept(void **state)
{
	static const char *const path[] = { "/mock/0", "/mock/1" };
	const struct tandem_disks disks = { .path = path, .nr = 2 };
	const struct tandem_label_info *info;
	struct tandem_examine_list *list;
	struct tandem_super super;

	(void)state;
	assert_true(mock_disk_super(0, &super));
	super.latency_target_us = 700;
	super.recovery_target_ms = 4000;
	super.place[1].read_class = TANDEM_READ_AVOIDED;
	mock_disk_set_super(0, &super);
	assert_int_equal(tandem_examine(&ctx, &disks, &list, &err), 0);
	info = tandem_examine_label(list, 0);
	assert_int_equal(info->latency_target_us, 700);
	assert_int_equal(info->recovery_target_ms, 4000);
	assert_string_equal(info->place[0].read_class, "normal");
	assert_string_equal(info->place[1].read_class, "avoided");
	assert_true(tandem_examine_label(list, 1)->latency_target_us == TANDEM_UNKNOWN);
	tandem_examine_put(list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_set_is_done_when_the_kernel_has_it_on_disk),
		TEST(test_bad_settings_are_refused),
		TEST(test_read_classes_reach_the_kernel_leg_by_leg),
		TEST(test_status_tells_the_read_classes),
		TEST(test_status_tells_what_is_kept),
		TEST(test_examine_tells_what_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
