// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what an administrator says of copying in the background reaches the kernel word
 * for word and nothing else does, and what the kernel says of it is understood.
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

#define REBUILD "1 degraded rebuild 4 10 0 3 0/8192 2 current:6:0:0:0 rebuilding:6:0:0:0"
#define READ_ONLY "1 read-only - 0 0 0 3 0/0 2 current:6:0:0:0 current:6:0:0:0"

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static char table[128];

static int set_up(void **state)
{
	char id[TANDEM_ID_TEXT_BYTES];
	struct tandem_super super;

	(void)state;
	mock_array_make(&ctx, &mock_array_pair, &super, id);
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

static void look(const char *status)
{
	mock_dm_expect_look(status, table);
}

static void message(const char *text)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_MESSAGE, .name = "tandem-pg",
					       .text = text });
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

static void test_copying_is_steered_by_messages(void **state)
{
	struct tandem_rebuild_options opt = { .array = "pg", .pause = true,
					      .rate_bytes_per_s = 64 * 1024,
					      .latency_target_us = 800 };

	(void)state;
	look(REBUILD);
	message("sync rate 65536");
	message("sync latency 800");
	message("sync pause");
	done(tandem_rebuild(&ctx, &opt, &err));
	opt = (struct tandem_rebuild_options){ .array = "pg", .resume = true,
					       .rate_bytes_per_s = TANDEM_UNKNOWN };
	look(REBUILD);
	message("sync latency 0");
	message("sync resume");
	done(tandem_rebuild(&ctx, &opt, &err));
	opt.dry_run = true;
	look(REBUILD);
	done(tandem_rebuild(&ctx, &opt, &err));
}

static void test_bad_orders_about_copying_are_refused(void **state)
{
	static const struct tandem_rebuild_options bad[] = {
		{ NULL, true, false, TANDEM_UNKNOWN, TANDEM_UNKNOWN, false },
		{ "pg", false, false, TANDEM_UNKNOWN, TANDEM_UNKNOWN, false },
		{ "pg", true, true, TANDEM_UNKNOWN, TANDEM_UNKNOWN, false },
		{ "pg", false, false, 65535, TANDEM_UNKNOWN, false },
		{ "pg", false, false, TANDEM_UNKNOWN - 1, TANDEM_UNKNOWN, false },
		{ "pg", false, false, TANDEM_UNKNOWN, 9, false },
		{ "pg", false, false, TANDEM_UNKNOWN, 10000001, false },
	};
	const struct tandem_rebuild_options pause = { "pg", true, false, TANDEM_UNKNOWN,
						      TANDEM_UNKNOWN, false };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(tandem_rebuild(&ctx, &bad[i], &err), TANDEM_CODE_USAGE);
	look(READ_ONLY);
	refused(tandem_rebuild(&ctx, &pause, &err), TANDEM_CODE_REFUSED);
}

static void test_status_tells_how_fast_is_copied(void **state)
{
	const struct tandem_array_info *info;
	struct tandem_status_list *list;

	(void)state;
	look(REBUILD " - - 1000/60/0/800");
	done(tandem_status_get(&ctx, NULL, &list, &err));
	info = tandem_status_array(list, 0);
	assert_int_equal(info->sync_rate_bytes_per_s, 1000);
	assert_int_equal(info->sync_eta_s, 60);
	assert_true(info->rate_limit_bytes_per_s == TANDEM_UNKNOWN);
	assert_int_equal(info->latency_target_us, 800);
	tandem_status_put(list);
	look(REBUILD);
	done(tandem_status_get(&ctx, NULL, &list, &err));
	info = tandem_status_array(list, 0);
	assert_true(info->sync_rate_bytes_per_s == TANDEM_UNKNOWN);
	assert_true(info->sync_eta_s == TANDEM_UNKNOWN);
	tandem_status_put(list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_copying_is_steered_by_messages),
		TEST(test_bad_orders_about_copying_are_refused),
		TEST(test_status_tells_how_fast_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
