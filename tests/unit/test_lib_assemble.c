// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: assemble gives the kernel exactly the table that the disks justify,
 * writes nothing itself, and says why and what to do where it refuses.
 *
 * Method: arrays made by create on disks in memory, their history moved on
 * with core/lineage.h as the engine would; the script expects the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/lineage.h"
#include "core/replace.h"
#include "dm_ops.h"
#include "mock_disk.h"
#include "mock_dm.h"

#define MIB (1ull << 20)

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static struct tandem_assemble_options options;
static struct tandem_super super;
static char name[TANDEM_NAME_MAX];
static char table[256];
static const char *const paths[] = { "/mock/0", "/mock/1", "/mock/2", "/mock/3", "/mock/4" };

static void make(const char *array, const char *const *disk, unsigned int nr)
{
	const struct tandem_create_options create = {
		.name = array, .level = "raid1", .disk = disk, .nr_disks = nr,
		.no_activate = true,
	};

	if (tandem_create(&ctx, &create, &err))
		fail_msg("%s: %s", err.object, err.text);
	mock_changes = 0;
}

static int set_up(void **state)
{
	(void)state;
	mock_disks_init(16 * MIB);
	mock_dm_reset();
	memset(&options, 0, sizeof(options));
	make("pg", paths, 2);
	options.array = "pg";
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_dm_done();
	/* Nothing here may have written. */
	assert_int_equal(mock_changes, 0);
	mock_disks_exit();
	return 0;
}

/* The table of "pg" with @rest behind the identifier. */
static const char *table_of(const char *rest)
{
	char id[TANDEM_ID_TEXT_BYTES];

	assert_true(mock_disk_super(0, &super) || mock_disk_super(1, &super));
	tandem_id_to_text(&super.array, id);
	snprintf(table, sizeof(table), "%s %s", id, rest);
	return table;
}

static void expect_start(const char *rest)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_CREATE, .name = "tandem-pg" });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD, .name = "tandem-pg",
					       .text = table_of(rest),
					       .sectors = 10 * MIB / 512 });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_RESUME, .name = "tandem-pg" });
}

static void starts(void)
{
	if (tandem_assemble(&ctx, &options, name, &err))
		fail_msg("%s: %s", err.object, err.text);
}

static void refuses(enum tandem_code code)
{
	assert_int_not_equal(tandem_assemble(&ctx, &options, name, &err), 0);
	if (err.code != code)
		fail_msg("code %u, not %u: %s: %s", err.code, code, err.object, err.text);
}

static void says(const char *where, const char *what)
{
	if (!strstr(where, what))
		fail_msg("\"%s\" is not in \"%s\"", what, where);
}

/* The leg on @disk records that leg @lost failed, as the engine would. */
static void record_failure(unsigned int disk, unsigned int lost)
{
	struct tandem_lineage_drop drop = { .legs = (u8)(1u << lost),
					    .record = TANDEM_RECORD_FAILED };
	unsigned int i;

	assert_true(mock_disk_super(disk, &super));
	for (i = 0; i < super.nr_legs; i++)
		drop.durable[i] = tandem_lineage_pair(&super, 0);
	assert_int_equal(tandem_random_id(&drop.config), 0);
	tandem_lineage_drop(&super, &drop);
	mock_disk_set_super(disk, &super);
}

static void new_epoch(unsigned int disk)
{
	struct tandem_id id;

	assert_true(mock_disk_super(disk, &super));
	assert_int_equal(tandem_random_id(&id), 0);
	tandem_lineage_activate(&super, &id, 0);
	mock_disk_set_super(disk, &super);
}

static void test_whole_array_starts_by_name(void **state)
{
	(void)state;
	expect_start("2 240:0 240:1 2 degraded proven");
	starts();
	assert_string_equal(name, "pg");
	assert_string_equal(mock_dm_node_name, "pg");
}

static void test_by_uuid_with_and_without_dashes(void **state)
{
	char id[TANDEM_ID_TEXT_BYTES], dashed[40];

	(void)state;
	expect_start("2 240:0 240:1 2 degraded proven");
	tandem_id_to_text(&super.array, id);
	options.array = id;
	starts();
	snprintf(dashed, sizeof(dashed), "%.8s-%.4s-%.4s-%.4s-%s", id, id + 8, id + 12, id + 16,
		 id + 20);
	options.array = dashed;
	options.dry_run = true;
	starts();
}

static void test_by_disks_in_any_order(void **state)
{
	static const char *const swapped[] = { "/mock/1", "/mock/0" };

	(void)state;
	options.array = NULL;
	options.disk = swapped;
	options.nr_disks = 2;
	expect_start("2 240:0 240:1 2 degraded proven");
	starts();
}

static void test_starting_twice_is_no_error(void **state)
{
	char id[TANDEM_ID_TEXT_BYTES], uuid[64];

	(void)state;
	table_of("");
	tandem_id_to_text(&super.array, id);
	snprintf(uuid, sizeof(uuid), "TANDEM-%s", id);
	mock_dm_add_volume("tandem-pg", uuid, 0);
	starts();
	options.array = id;
	starts();
	options.array = NULL;
	options.scan = true;
	starts();
	options.scan = false;
	options.disk = paths;
	options.nr_disks = 2;
	starts();
	mock_dm_set_read_only(true);
	refuses(TANDEM_CODE_BUSY);
	options.read_only = true;
	starts();
}

static void test_one_of_two_equal_legs_waits(void **state)
{
	(void)state;
	mock_disks_visible(1);
	refuses(TANDEM_CODE_WAITING);
	says(err.text, "leg 1 (disk SERIAL1) is absent");
	says(err.hint, "--degraded force pg");
	options.degraded = "force";
	expect_start("2 240:0 - 2 degraded force");
	starts();
}

static void test_survivor_that_recorded_the_failure_starts(void **state)
{
	(void)state;
	record_failure(0, 1);
	mock_disks_visible(1);
	options.degraded = "never";
	refuses(TANDEM_CODE_WAITING);
	says(err.text, "leg 1");
	says(err.hint, "--degraded proven pg");
	options.degraded = "proven";
	expect_start("2 240:0 - 2 degraded proven");
	starts();
}

static void test_stale_leg_is_in_the_table_but_not_started_alone(void **state)
{
	(void)state;
	record_failure(0, 1);
	expect_start("2 240:0 240:1 2 degraded proven");
	starts();
	options.array = NULL;
	options.disk = paths + 1;
	options.nr_disks = 1;
	/* Alone it does not know what happened, so nothing is proven. */
	refuses(TANDEM_CODE_WAITING);
	says(err.text, "leg 0 (disk SERIAL0)");
}

static void test_split_brain_names_both_sides_and_the_way_out(void **state)
{
	(void)state;
	record_failure(0, 1);
	new_epoch(0);
	record_failure(1, 0);
	new_epoch(1);
	refuses(TANDEM_CODE_REFUSED);
	says(err.text, "split brain");
	says(err.text, "were each written to without the other");
	says(err.text, "/mock/0 (epoch 2, generation 2)");
	says(err.text, "/mock/1 (epoch 2, generation 2)");
	says(err.hint, "tandem forget /mock/1");
	says(err.hint, "tandem assemble --degraded force /mock/0");
	says(err.hint, "tandem add pg /mock/1");
	options.degraded = "force";
	refuses(TANDEM_CODE_REFUSED);
}

static void test_copy_of_a_leg_is_refused(void **state)
{
	(void)state;
	memcpy(mock_disk[2].data, mock_disk[0].data, 16 * MIB);
	refuses(TANDEM_CODE_REFUSED);
	says(err.text, "leg 0 of array pg");
}

/* A path below a multipath device shows the same leg; the upper one is meant. */
static void test_device_below_another_is_passed_over(void **state)
{
	(void)state;
	memcpy(mock_disk[2].data, mock_disk[0].data, 16 * MIB);
	mock_disk[2].below = 0;
	refuses(TANDEM_CODE_REFUSED);
	mock_disk[0].held = true;
	expect_start("2 240:2 240:1 2 degraded proven");
	starts();
}

static void test_volumes_are_not_scanned(void **state)
{
	(void)state;
	memcpy(mock_disk[2].data, mock_disk[0].data, 16 * MIB);
	mock_disk[2].volume = true;
	expect_start("2 240:0 240:1 2 degraded proven");
	starts();
}

static void test_disk_that_cannot_be_opened_does_not_stop_a_scan(void **state)
{
	(void)state;
	mock_disk[3].open_error = -ENOMEDIUM;
	mock_disk[4].open_error = -EIO;
	expect_start("2 240:0 240:1 2 degraded proven");
	starts();
}

static void test_two_arrays_of_one_name_need_their_uuids(void **state)
{
	char id[TANDEM_ID_TEXT_BYTES];
	unsigned int i;

	(void)state;
	make("other", paths + 2, 2);
	for (i = 2; i < 4; i++) {
		assert_true(mock_disk_super(i, &super));
		snprintf(super.name, sizeof(super.name), "pg");
		mock_disk_set_super(i, &super);
	}
	tandem_id_to_text(&super.array, id);
	refuses(TANDEM_CODE_BUSY);
	says(err.hint, id);
	expect_start("2 240:0 240:1 2 degraded proven");
	tandem_id_to_text(&super.array, id);
	options.array = id;
	starts();
	/* The second one finds its name taken. */
	assert_true(mock_disk_super(2, &super));
	tandem_id_to_text(&super.array, id);
	mock_dm_add_volume("tandem-pg", "TANDEM-0123456789abcdef0123456789abcdef", 0);
	refuses(TANDEM_CODE_BUSY);
}

static void test_legs_of_two_arrays_are_not_mixed(void **state)
{
	static const char *const mixed[] = { "/mock/0", "/mock/2" };

	(void)state;
	make("other", paths + 2, 2);
	options.array = NULL;
	options.disk = mixed;
	options.nr_disks = 2;
	refuses(TANDEM_CODE_REFUSED);
	says(err.text, "array other");
}

static void test_scan_starts_all_it_can_and_reports_the_first_failure(void **state)
{
	(void)state;
	make("other", paths + 2, 2);
	mock_disk[3].open_error = -EIO;
	options.array = NULL;
	options.scan = true;
	expect_start("2 240:0 240:1 2 degraded proven");
	refuses(TANDEM_CODE_WAITING);
	assert_string_equal(err.object, "other");
}

static void test_array_that_does_not_want_a_scan_is_left_alone(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_true(mock_disk_super(i, &super));
		super.flags |= TANDEM_FLAG_NO_AUTO;
		mock_disk_set_super(i, &super);
	}
	options.array = NULL;
	options.scan = true;
	starts();
	options.scan = false;
	options.incremental = true;
	options.disk = paths;
	options.nr_disks = 1;
	starts();
	options.incremental = false;
	options.nr_disks = 0;
	options.array = "pg";
	expect_start("2 240:0 240:1 2 degraded proven");
	starts();
}

static void test_incremental_starts_with_the_last_leg(void **state)
{
	(void)state;
	options.array = NULL;
	options.incremental = true;
	options.disk = paths;
	options.nr_disks = 1;
	mock_disks_visible(1);
	refuses(TANDEM_CODE_WAITING);
	mock_disks_visible(2);
	options.disk = paths + 1;
	expect_start("2 240:0 240:1 2 degraded proven");
	starts();
	options.nr_disks = 2;
	refuses(TANDEM_CODE_USAGE);
}

/* Leg 0 is replaced by one on /mock/2, and power went when that was current. */
static void record_replaced(void)
{
	unsigned int leg;

	assert_true(mock_disk_super(0, &super));
	assert_int_equal(tandem_replace_widen(&super, 0, NULL), 2);
	super.place[2].record = TANDEM_RECORD_CURRENT;
	super.place[2].disk_sectors = super.own_disk_sectors;
	super.place[2].last = super.place[2].issued = super.place[0].last;
	assert_int_equal(tandem_random_id(&super.place[2].id), 0);
	for (leg = 0; leg < 3; leg++) {
		super.leg = (u16)leg;
		super.leg_id = super.place[leg].id;
		mock_disk_set_super(leg, &super);
	}
	mock_changes = 0;
}

/* By whoever starts the array by hand or at boot; who hears of one disk has no time for it. */
static void test_what_was_replaced_takes_its_place(void **state)
{
	char full[256];

	(void)state;
	record_replaced();
	mock_dm_keep();
	expect_start("3 240:0 240:1 240:2 2 degraded proven");
	snprintf(full, sizeof(full), "%s", table);
	mock_dm_expect_look("1 healthy - 0 0 0 3 0/0 3 current:5:0:0:0 current:5:0:0:0 "
			    "current:5:0:0:0", full);
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_MESSAGE, .error = -EIO });
	starts();
	mock_dm_done();
	mock_dm_reset();
	mock_dm_keep();
	options.array = NULL;
	options.incremental = true;
	options.disk = paths + 2;
	options.nr_disks = 1;
	expect_start("3 240:0 240:1 240:2 2 degraded proven");
	starts();
}

static void test_disk_of_another_size_or_block_size_is_refused(void **state)
{
	(void)state;
	mock_disk[1].size_bytes -= MIB / 2;
	refuses(TANDEM_CODE_METADATA);
	assert_string_equal(err.object, "/mock/1");
	mock_disk[1].size_bytes += MIB / 2;
	mock_disk[1].logical_block_bytes = 4096;
	refuses(TANDEM_CODE_METADATA);
	says(err.text, "logical blocks of 4096");
}

static void test_named_disk_must_be_a_leg(void **state)
{
	(void)state;
	options.array = NULL;
	options.disk = paths + 1;
	options.nr_disks = 2;
	refuses(TANDEM_CODE_NOT_FOUND);
	assert_string_equal(err.object, "/mock/2");
	mock_disk[0].data[TANDEM_SLOT0_BYTES + 200] ^= 1;
	mock_disk[0].data[TANDEM_SLOT1_BYTES + 200] ^= 1;
	options.disk = paths;
	refuses(TANDEM_CODE_METADATA);
	assert_string_equal(err.object, "/mock/0");
}

static void test_interrupted_rebuild_goes_on(void **state)
{
	(void)state;
	record_failure(0, 1);
	assert_true(mock_disk_super(0, &super));
	super.place[1].record = TANDEM_RECORD_REBUILDING;
	mock_disk_set_super(0, &super);
	super.leg = 1;
	super.leg_id = super.place[1].id;
	mock_disk_set_super(1, &super);
	expect_start("2 240:0 240:1 4 degraded proven rebuild 1");
	starts();
	options.read_only = true;
	expect_start("2 240:0 240:1 2 degraded proven");
	starts();
}

static void test_what_the_kernel_refuses_is_taken_down_again(void **state)
{
	static const struct {
		int error;
		enum tandem_code code;
	} rows[] = {
		{ -EUCLEAN, TANDEM_CODE_REFUSED }, { -EIO, TANDEM_CODE_IO },
		{ -EPROTONOSUPPORT, TANDEM_CODE_METADATA }, { -EINVAL, TANDEM_CODE_FAILED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_CREATE });
		mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD,
						       .error = i % 2 ? 0 : rows[i].error });
		if (i % 2)
			mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_RESUME,
							       .error = rows[i].error });
		mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_REMOVE,
						       .name = "tandem-pg" });
		refuses(rows[i].code);
		says(err.hint, "dmesg");
		assert_false(mock_dm_node_present);
	}
}

static void test_dry_run_asks_device_mapper_for_nothing(void **state)
{
	(void)state;
	options.dry_run = true;
	starts();
	mock_dm_fail_all(-ENOSYS);
	starts();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_whole_array_starts_by_name),
		TEST(test_by_uuid_with_and_without_dashes),
		TEST(test_by_disks_in_any_order),
		TEST(test_starting_twice_is_no_error),
		TEST(test_one_of_two_equal_legs_waits),
		TEST(test_survivor_that_recorded_the_failure_starts),
		TEST(test_stale_leg_is_in_the_table_but_not_started_alone),
		TEST(test_split_brain_names_both_sides_and_the_way_out),
		TEST(test_copy_of_a_leg_is_refused),
		TEST(test_device_below_another_is_passed_over),
		TEST(test_volumes_are_not_scanned),
		TEST(test_disk_that_cannot_be_opened_does_not_stop_a_scan),
		TEST(test_two_arrays_of_one_name_need_their_uuids),
		TEST(test_legs_of_two_arrays_are_not_mixed),
		TEST(test_scan_starts_all_it_can_and_reports_the_first_failure),
		TEST(test_array_that_does_not_want_a_scan_is_left_alone),
		TEST(test_incremental_starts_with_the_last_leg),
		TEST(test_what_was_replaced_takes_its_place),
		TEST(test_disk_of_another_size_or_block_size_is_refused),
		TEST(test_named_disk_must_be_a_leg),
		TEST(test_interrupted_rebuild_goes_on),
		TEST(test_what_the_kernel_refuses_is_taken_down_again),
		TEST(test_dry_run_asks_device_mapper_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
