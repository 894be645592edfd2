// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: create writes what the kernel will read, in an order in which no
 * failure leaves half an array behind; and a refused create writes nothing.
 *
 * Method: disks in memory that write down every change; every change of a
 * whole create made to fail, one after the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/map.h"
#include "create.h"
#include "dm_ops.h"
#include "mock_disk.h"
#include "mock_dm.h"

#define MIB (1ull << 20)

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static const char *paths[MOCK_DISKS + 2];
static struct tandem_create_options options;
static struct tandem_super super;

static int set_up(void **state)
{
	unsigned int i;

	(void)state;
	mock_disks_init(16 * MIB);
	mock_dm_reset();
	for (i = 0; i < MOCK_DISKS; i++)
		paths[i] = mock_disk_path(i);
	memset(&options, 0, sizeof(options));
	memset(&err, 0, sizeof(err));
	options.name = "pg";
	options.level = "raid1";
	options.disk = paths;
	options.nr_disks = 2;
	options.no_activate = true;
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
	unsigned int before = mock_changes;

	assert_int_not_equal(tandem_create(&ctx, &options, &err), 0);
	if (err.code != code)
		fail_msg("code %u, not %u: %s: %s", err.code, code, err.object, err.text);
	assert_true(err.text[0]);
	assert_int_equal(mock_changes, before);
}

static void creates(void)
{
	if (tandem_create(&ctx, &options, &err))
		fail_msg("%s: %s", err.object, err.text);
}

static void test_legs_say_the_same_and_who_they_are(void **state)
{
	static struct tandem_super other;

	(void)state;
	creates();
	assert_true(mock_disk_super(0, &super));
	assert_true(mock_disk_super(1, &other));
	assert_true(tandem_id_equal(&super.array, &other.array));
	assert_true(tandem_id_equal(&super.epoch.id, &other.epoch.id));
	assert_true(tandem_id_equal(&super.set[0].id, &other.set[0].id));
	assert_false(tandem_id_equal(&super.leg_id, &other.leg_id));
	assert_int_equal(super.array.byte[6] >> 4, 4);
	assert_int_equal(super.leg, 0);
	assert_int_equal(other.leg, 1);
	assert_int_equal(super.place[1].record, TANDEM_RECORD_CURRENT);
	assert_string_equal(super.place[1].disk, "SERIAL1");
	assert_int_equal(super.flags, TANDEM_FLAG_CLEAN);
	assert_int_equal(super.set[0].home, 1);
	assert_int_equal(super.feature_incompat, TANDEM_INCOMPAT_INTENT_LOG |
			 TANDEM_INCOMPAT_REGION_MAP);
	assert_int_equal(super.feature_incompat, TANDEM_BUILD_INCOMPAT);
	assert_int_equal(other.feature_incompat, TANDEM_BUILD_INCOMPAT);
	assert_int_equal(super.sequence, 2);
}

/* Blocks tried on all legs, zeroes, maps, then first slots, then second slots of all. */
static void test_order_of_writes(void **state)
{
	unsigned int i, phase = 0, seen[5] = { 0 };

	(void)state;
	options.nr_disks = 3;
	creates();
	for (i = 0; i < mock_changes; i++) {
		const struct mock_change *change = &mock_log[i];
		unsigned int now = phase;

		if (change->kind == 'z')
			now = 1;
		else if (change->kind == 'w' && phase)
			now = change->offset == TANDEM_MAP_BYTES ? 2 :
			      change->offset == TANDEM_SLOT0_BYTES ? 3 : 4;
		assert_true(now >= phase);
		phase = now;
		if (change->kind == 'w' && phase)
			assert_int_equal(mock_log[i + 1].kind, 's');
		seen[phase] += change->kind == 'z' || change->kind == 'w';
	}
	assert_int_equal(seen[0], 9);
	assert_int_equal(seen[1], 6);
	assert_int_equal(seen[2], 3);
	assert_int_equal(seen[3], 3);
	assert_int_equal(seen[4], 3);
}

static void test_front_and_end_are_wiped_and_data_is_not(void **state)
{
	const u64 data = 5 * MIB;
	u64 i;

	(void)state;
	memset(mock_disk[0].data, 0xee, 16 * MIB);
	creates();
	for (i = 0; i < TANDEM_SLOT0_BYTES; i++)
		assert_int_equal(mock_disk[0].data[i], 0);
	for (i = TANDEM_SLOT1_BYTES + TANDEM_SUPER_BYTES; i < TANDEM_MAP_BYTES; i++)
		assert_int_equal(mock_disk[0].data[i], 0);
	for (i = TANDEM_MAP_BYTES + 2 * TANDEM_PAGE_BYTES; i < data; i++)
		assert_int_equal(mock_disk[0].data[i], 0);
	for (i = data; i < 15 * MIB; i++)
		assert_int_equal(mock_disk[0].data[i], 0xee);
	for (i = 15 * MIB; i < 16 * MIB; i++)
		assert_int_equal(mock_disk[0].data[i], 0);
}

static void test_init_zero_zeroes_data_before_it_calls_the_legs_equal(void **state)
{
	u64 i;

	(void)state;
	memset(mock_disk[1].data, 0xee, 16 * MIB);
	options.init = "zero";
	creates();
	assert_true(mock_disk_super(1, &super));
	assert_true(super.flags & TANDEM_FLAG_CLEAN);
	assert_false(super.flags & TANDEM_FLAG_IDENTICAL);
	for (i = super.data_offset_sectors * 512; i < 15 * MIB; i++)
		assert_int_equal(mock_disk[1].data[i], 0);
}

static void test_identical_is_recorded_as_an_override(void **state)
{
	(void)state;
	options.init = "identical";
	creates();
	assert_true(mock_disk_super(0, &super));
	assert_true(super.flags & TANDEM_FLAG_CLEAN);
	assert_true(super.flags & TANDEM_FLAG_IDENTICAL);
}

/*
 * The map on @disk: every page that the set needs is in both slots, says @entry of every
 * region, and of none behind the last; nothing else is there.
 */
static void map_is(unsigned int disk, u16 want)
{
	const unsigned char *area = mock_disk[disk].data + TANDEM_MAP_BYTES;
	static u64 page[2 * TANDEM_PAGE_BYTES / 8];
	struct tandem_map_table table = { 0 };
	u64 sequence, at;
	u32 nr, i;

	assert_true(mock_disk_super(disk, &super));
	table.array = super.array;
	table.set = super.place[super.leg].set;
	table.nr_regions = tandem_geometry_regions(&super.geo);
	table.entry = calloc(table.nr_regions, sizeof(*table.entry));
	assert_non_null(table.entry);
	for (nr = 0; nr < tandem_map_pages(table.nr_regions); nr++) {
		memcpy(page, area + tandem_map_slot_bytes(nr, 0), sizeof(page));
		assert_int_equal(tandem_map_choose(&table, nr, page, &sequence), 0);
		assert_int_equal(sequence, 1);
		assert_memory_equal(page, page + TANDEM_PAGE_BYTES / 8, TANDEM_PAGE_BYTES);
		tandem_map_merge(&table, nr, page);
	}
	for (i = 0; i < table.nr_regions; i++)
		assert_int_equal(table.entry[i], want);
	free(table.entry);
	for (at = tandem_map_slot_bytes(nr, 0);
	     at < super.data_offset_sectors * 512 - TANDEM_MAP_BYTES; at++)
		assert_int_equal(area[at], 0);
}

static void test_first_map_says_what_the_legs_hold(void **state)
{
	static const struct { const char *init; enum tandem_content content; } row[] = {
		{ NULL, TANDEM_CONTENT_NEVER }, { "lazy", TANDEM_CONTENT_NEVER },
		{ "zero", TANDEM_CONTENT_ZERO }, { "identical", TANDEM_CONTENT_WRITTEN },
	};
	unsigned int i, disk;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		mock_disks_init(16 * MIB);
		options.init = row[i].init;
		creates();
		for (disk = 0; disk < 2; disk++) {
			map_is(disk, row[i].content);
			assert_true(super.flags & TANDEM_FLAG_CLEAN);
		}
	}
}

/* Two pages, and room for the growth of the set behind them. */
static void test_map_of_a_larger_set_has_all_its_pages(void **state)
{
	(void)state;
	mock_disks_init(140 * MIB);
	options.region_bytes = 65536;
	options.init = "zero";
	creates();
	map_is(0, TANDEM_CONTENT_ZERO);
	map_is(1, TANDEM_CONTENT_ZERO);
	assert_true(tandem_geometry_regions(&super.geo) > TANDEM_MAP_ENTRIES);
	assert_true(super.map_pages > 2);
}

static void test_missing_leg_lacks_what_there_is(void **state)
{
	static const char *const disks[] = {
		"missing", "/mock/0", "missing", "/mock/1", "/mock/2", "missing",
	};
	static const char *const inits[] = { "lazy", "zero", "identical" };
	unsigned int content;

	(void)state;
	options.level = "raid10";
	options.legs = 3;
	options.disk = disks;
	options.nr_disks = 6;
	for (content = 0; content < 3; content++) {
		mock_disks_init(16 * MIB);
		options.init = inits[content];
		creates();
		map_is(0, tandem_map_entry(content, 0x5));
		map_is(1, tandem_map_entry(content, 0x4));
		map_is(2, tandem_map_entry(content, 0x4));
		assert_int_equal(super.set[0].home, 2);
		assert_int_equal(super.set[1].home, 1);
	}
}

/* Whatever fails, no disk carries a superblock afterwards. */
static void test_no_failure_leaves_half_an_array(void **state)
{
	unsigned int total, nth, disk;

	(void)state;
	options.nr_disks = 3;
	options.init = "zero";
	creates();
	total = mock_changes;
	/* For each: opened, tried (4), wiped (3), zeroed (2), map (2), two slots (4). */
	assert_int_equal(total, 3 * 16);
	for (nth = 1; nth <= total; nth++) {
		mock_disks_init(16 * MIB);
		mock_disks_fail_at(nth);
		assert_int_not_equal(tandem_create(&ctx, &options, &err), 0);
		assert_int_equal(err.code, TANDEM_CODE_IO);
		assert_string_not_equal(err.object, "");
		for (disk = 0; disk < 3; disk++) {
			if (mock_disk_super(disk, &super))
				fail_msg("change %u failed, disk %u is a leg", nth, disk);
		}
	}
}

static void fill_with_noise(unsigned int disk)
{
	u32 random = disk + 1;
	u64 i;

	for (i = 0; i < 16 * MIB; i++) {
		random = random * 1664525 + 1013904223;
		mock_disk[disk].data[i] = (unsigned char)(random >> 24);
	}
}

/* Slot 0, slot 1, guard, then their sync: whichever disk fails whichever of them. */
static void test_a_disk_that_takes_no_write_costs_no_other_its_content(void **state)
{
	const unsigned int opened = 3, steps = 4;
	unsigned char *before[3];
	unsigned int nth, disk;

	(void)state;
	options.nr_disks = 3;
	for (disk = 0; disk < 3; disk++) {
		fill_with_noise(disk);
		before[disk] = malloc(16 * MIB);
		assert_non_null(before[disk]);
		memcpy(before[disk], mock_disk[disk].data, 16 * MIB);
	}
	for (nth = opened + 1; nth <= opened + 3 * steps; nth++) {
		mock_disks_fail_at(nth);
		mock_changes = 0;
		assert_int_not_equal(tandem_create(&ctx, &options, &err), 0);
		assert_int_equal(mock_changes, nth);
		assert_int_equal(err.code, TANDEM_CODE_IO);
		assert_string_equal(err.object, mock_disk_path((nth - opened - 1) / steps));
		for (disk = 0; disk < 3; disk++)
			assert_memory_equal(mock_disk[disk].data, before[disk], 16 * MIB);
	}
	creates();
	for (disk = 0; disk < 3; disk++)
		free(before[disk]);
}

static void test_sets_are_consecutive_and_a_place_may_be_missing(void **state)
{
	static const char *const disks[] = { "/mock/3", "/mock/1", "missing", "/mock/0" };

	(void)state;
	options.level = "raid10";
	options.disk = disks;
	options.nr_disks = 4;
	options.chunk_bytes = 65536;
	mock_disk[1].size_bytes = 12 * MIB;
	creates();
	assert_true(mock_disk_super(0, &super));
	assert_int_equal(super.leg, 3);
	assert_int_equal(super.geo.nr_sets, 2);
	assert_int_equal(super.set[1].first_leg, 2);
	assert_int_equal(super.place[3].set, 1);
	assert_int_equal(super.place[2].record, TANDEM_RECORD_MISSING);
	assert_true(tandem_id_is_none(&super.place[2].id));
	assert_int_equal(super.geo.set_sectors % 128, 0);
	assert_true(super.geo.set_sectors * 512 <= 6 * MIB);
	assert_true(mock_disk_super(3, &super));
	assert_int_equal(super.leg, 0);
	assert_false(mock_disk_super(2, &super));
}

/* A set shorter than a region has one all the same; one shorter than a chunk is none. */
static void test_a_short_set_has_one_region_or_is_refused(void **state)
{
	static const char *const disks[] = { "/mock/3", "/mock/1", "/mock/2", "/mock/0" };

	(void)state;
	options.region_bytes = 64 * MIB;
	creates();
	assert_true(mock_disk_super(0, &super));
	assert_true(super.geo.set_sectors < super.geo.region_sectors);
	assert_int_equal(tandem_geometry_regions(&super.geo), 1);
	set_up(state);
	options.level = "raid10";
	options.disk = disks;
	options.nr_disks = 4;
	options.chunk_bytes = 16 * MIB;
	refuses(TANDEM_CODE_FAILED);
}

static void test_options_out_of_range_are_refused(void **state)
{
	static const char *const bad_names[] = { "", "-x", "a/b", "..", "ä", "a b" };
	char long_name[TANDEM_NAME_BYTES + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_names) / sizeof(*bad_names); i++) {
		options.name = bad_names[i];
		refuses(TANDEM_CODE_USAGE);
	}
	memset(long_name, 'n', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = 0;
	options.name = long_name;
	refuses(TANDEM_CODE_USAGE);
	long_name[sizeof(long_name) - 2] = 0;
	creates();
	set_up(state);
	options.name = NULL;
	refuses(TANDEM_CODE_USAGE);
	options.name = "pg";
	options.level = "raid0";
	refuses(TANDEM_CODE_USAGE);
	options.level = "raid1";
	for (i = 0; i < 4; i++) {
		static const unsigned int legs[] = { 1, 3, 9, 100 };

		options.legs = legs[i];
		refuses(TANDEM_CODE_USAGE);
	}
	options.legs = 0;
	options.nr_disks = 1;
	refuses(TANDEM_CODE_USAGE);
	options.nr_disks = TANDEM_MAX_LEGS + 1;
	refuses(TANDEM_CODE_USAGE);
}

static void test_disks_that_may_not_become_legs(void **state)
{
	(void)state;
	mock_disk[1].user = "is mounted on /srv";
	refuses(TANDEM_CODE_BUSY);
	assert_string_equal(err.text, "is mounted on /srv");
	options.overwrite = true;
	refuses(TANDEM_CODE_BUSY);
	mock_disk[1].user = NULL;
	mock_disk[1].volume = true;
	refuses(TANDEM_CODE_BUSY);
	mock_disk[1].volume = false;
	mock_disk[1].read_only = true;
	refuses(TANDEM_CODE_PERMISSION);
	mock_disk[1].read_only = false;
	mock_disk[1].below = 0;
	refuses(TANDEM_CODE_USAGE);
	mock_disk[1].below = -1;
	mock_disk[1].logical_block_bytes = 4096;
	refuses(TANDEM_CODE_FAILED);
	mock_disk[1].logical_block_bytes = 8192;
	refuses(TANDEM_CODE_FAILED);
	mock_disk[1].logical_block_bytes = 512;
	mock_disk[1].size_bytes = 5 * MIB;
	refuses(TANDEM_CODE_FAILED);
	mock_disk[1].size_bytes = 16 * MIB;
	mock_disk[1].open_error = -ENXIO;
	refuses(TANDEM_CODE_NOT_FOUND);
	mock_disk[1].open_error = 0;
	mock_disk[1].lossy_cache = true;
	options.write_through = true;
	refuses(TANDEM_CODE_FAILED);
	options.write_through = false;
	paths[1] = paths[0];
	refuses(TANDEM_CODE_USAGE);
}

static void test_foreign_content_needs_an_explicit_word(void **state)
{
	(void)state;
	mock_disk[1].signature = "xfs file system \"old\"";
	refuses(TANDEM_CODE_BUSY);
	assert_non_null(strstr(err.text, "xfs file system \"old\""));
	assert_non_null(strstr(err.hint, "--yes"));
	options.overwrite = true;
	creates();
}

static void test_a_leg_is_never_overwritten(void **state)
{
	(void)state;
	creates();
	options.name = "other";
	options.overwrite = true;
	refuses(TANDEM_CODE_BUSY);
	assert_non_null(strstr(err.hint, "tandem forget /mock/0"));
	memset(mock_disk[0].data + TANDEM_SLOT0_BYTES + 100, 1, 1);
	memset(mock_disk[0].data + TANDEM_SLOT1_BYTES + 100, 1, 1);
	refuses(TANDEM_CODE_BUSY);
}

static void test_a_name_is_not_given_twice(void **state)
{
	(void)state;
	creates();
	options.disk = paths + 2;
	refuses(TANDEM_CODE_BUSY);
	set_up(state);
	mock_dm_add_volume("tandem-pg", "TANDEM-0123456789abcdef0123456789abcdef", 0);
	refuses(TANDEM_CODE_BUSY);
}

static void test_without_the_module_nothing_is_written(void **state)
{
	(void)state;
	options.no_activate = false;
	mock_dm_fail_all(-ENOSYS);
	refuses(TANDEM_CODE_MODULE);
	mock_dm_fail_all(0);
	mock_dm_set_version(1, false);
	refuses(TANDEM_CODE_MODULE);
	mock_dm_set_version(2, true);
	refuses(TANDEM_CODE_MODULE);
}

static void test_dry_run_changes_nothing(void **state)
{
	(void)state;
	options.dry_run = true;
	options.no_activate = false;
	creates();
	assert_int_equal(mock_changes, 0);
}

static void test_created_is_active(void **state)
{
	(void)state;
	options.no_activate = false;
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_CREATE, .name = "tandem-pg" });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD, .name = "tandem-pg" });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_RESUME, .name = "tandem-pg" });
	creates();
	assert_string_equal(mock_dm_node_name, "pg");
	assert_true(mock_dm_node_present);
}

static void test_errno_is_the_callers(void **state)
{
	(void)state;
	errno = EDOM;
	creates();
	assert_int_equal(errno, EDOM);
	options.name = "";
	assert_int_equal(tandem_create(&ctx, &options, &err), -EINVAL);
	assert_int_equal(errno, EDOM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_legs_say_the_same_and_who_they_are),
		TEST(test_order_of_writes),
		TEST(test_front_and_end_are_wiped_and_data_is_not),
		TEST(test_init_zero_zeroes_data_before_it_calls_the_legs_equal),
		TEST(test_identical_is_recorded_as_an_override),
		TEST(test_first_map_says_what_the_legs_hold),
		TEST(test_map_of_a_larger_set_has_all_its_pages),
		TEST(test_missing_leg_lacks_what_there_is),
		TEST(test_no_failure_leaves_half_an_array),
		TEST(test_a_disk_that_takes_no_write_costs_no_other_its_content),
		TEST(test_sets_are_consecutive_and_a_place_may_be_missing),
		TEST(test_a_short_set_has_one_region_or_is_refused),
		TEST(test_options_out_of_range_are_refused),
		TEST(test_disks_that_may_not_become_legs),
		TEST(test_foreign_content_needs_an_explicit_word),
		TEST(test_a_leg_is_never_overwritten),
		TEST(test_a_name_is_not_given_twice),
		TEST(test_without_the_module_nothing_is_written),
		TEST(test_dry_run_changes_nothing),
		TEST(test_created_is_active),
		TEST(test_errno_is_the_callers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
