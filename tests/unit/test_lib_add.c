// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: `add` says that a leg is being filled when it is, and otherwise what is so.
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
#define FAILED "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 failed:5:1:2:3"
#define STALE "1 degraded - 0 0 0 4 0/0 2 current:6:0:0:0 stale:5:0:0:0"
#define REBUILD "1 degraded rebuild 4 10 0 4 0/8192 2 current:6:0:0:0 rebuilding:6:0:0:0"
#define MISSING "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 missing:0:0:0:0"

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static struct tandem_super super;
static struct tandem_add_options adding;
static char both[128], one[128], filled[2][128];
static char said[512];

static void note(void *data, enum tandem_log_level level, const char *text)
{
	(void)level;
	(void)data;
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", text);
}

static int set_up(void **state)
{
	char id[TANDEM_ID_TEXT_BYTES];
	unsigned int i;

	(void)state;
	mock_array_make(&ctx, &mock_array_pair, &super, id);
	snprintf(both, sizeof(both), "%s 2 240:0 240:1 2 degraded proven", id);
	snprintf(one, sizeof(one), "%s 2 240:0 - 2 degraded proven", id);
	for (i = 0; i < 2; i++)
		snprintf(filled[i], sizeof(filled[i]),
			 "%s 2 240:0 240:%u 4 degraded proven rebuild 1", id, i + 1);
	adding = (struct tandem_add_options){ .array = "pg", .disk = "/mock/1" };
	ctx.log = note;
	mock_changes = 0;
	said[0] = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ctx.log = NULL;
	mock_dm_done();
	mock_disks_exit();
	return 0;
}

static void expect_reload(const char *table, const char *then)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD, .text = table });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_SUSPEND });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_RESUME });
	mock_dm_expect_look(then, table);
}

static void says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("\"%s\" is not in \"%s\"", what, text);
}

static void refused(enum tandem_code code)
{
	assert_int_not_equal(tandem_add(&ctx, &adding, &err), 0);
	if (err.code != code)
		fail_msg("code %u, not %u: %s: %s", err.code, code, err.object, err.text);
	if (strstr(said, "being filled"))
		fail_msg("refused, and said: %s", said);
}

static void test_leg_is_being_filled_when_the_kernel_says_so(void **state)
{
	(void)state;
	mock_dm_expect_look(FAILED, both);
	expect_reload(filled[0], REBUILD);
	assert_int_equal(tandem_add(&ctx, &adding, &err), 0);
	says(said, "pg: leg 1, /mock/1: is being filled");
}

/* It stayed in the table when it failed, and the array has grown without it. */
static void test_disk_in_its_place_that_the_array_has_outgrown(void **state)
{
	(void)state;
	mock_disk[1].size_bytes -= MIB;
	mock_dm_expect_look(FAILED, both);
	refused(TANDEM_CODE_FAILED);
	assert_string_equal(err.object, "/mock/1");
	says(err.text, "has 15728640 bytes, a leg of pg needs 16777216");
	says(err.hint, "tandem add pg DEV --leg 1");
}

static void test_disk_that_the_kernel_takes_and_does_not_fill(void **state)
{
	(void)state;
	mock_dm_expect_look(FAILED, both);
	expect_reload(filled[0], STALE);
	refused(TANDEM_CODE_FAILED);
	assert_string_equal(err.object, "pg");
	says(err.text, "leg 1, /mock/1, is in its place but is not filled: it is stale");
	says(err.hint, "kernel log");
	adding.disk = "/mock/2";
	mock_dm_expect_look(MISSING, one);
	expect_reload(filled[1], STALE);
	refused(TANDEM_CODE_FAILED);
}

static void test_dry_run_changes_nothing(void **state)
{
	(void)state;
	adding.dry_run = true;
	adding.disk = "/mock/2";
	mock_dm_expect_look(MISSING, one);
	assert_int_equal(tandem_add(&ctx, &adding, &err), 0);
	says(said, "would be filled");
	assert_int_equal(mock_changes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_leg_is_being_filled_when_the_kernel_says_so),
		TEST(test_disk_in_its_place_that_the_array_has_outgrown),
		TEST(test_disk_that_the_kernel_takes_and_does_not_fill),
		TEST(test_dry_run_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
