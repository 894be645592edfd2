// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what the maps and the logs of the legs say together is what examine shows: what
 * may have been written is never called unwritten, nor what a leg may lack its own.
 *
 * Method: arrays on disks in memory, maps written by core/map.c as the engine would
 * leave them, then damaged; one set of the largest size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "map.h"
#include "mock_disk.h"
#include "mock_dm.h"
#include "mock_examine.h"
#include "mock_ring.h"
#include "runs.h"

#define MIB (1ull << 20)
#define REGIONS 10u
#define NOTHING "0000000000"

static struct tandem_super super;

static int set_up(void **state)
{
	(void)state;
	mock_examine_begin();
	mock_examine_create("raid1", 2, "lazy");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_examine_end();
	return 0;
}

static unsigned char *slot_of(unsigned int disk, unsigned int slot)
{
	return mock_disk[disk].data + TANDEM_MAP_BYTES + tandem_map_slot_bytes(0, slot);
}

/* One digit for each region: its content, and the legs that it is stale on. */
static void map(unsigned int disk, u64 sequence, const char *content, const char *stale)
{
	static u64 page[TANDEM_PAGE_BYTES / 8];
	u16 entry[REGIONS];
	struct tandem_map_table table = { .nr_regions = REGIONS, .entry = entry };
	unsigned int i;

	assert_true(mock_disk_super(disk, &super));
	table.array = super.array;
	table.set = super.place[super.leg].set;
	for (i = 0; i < REGIONS; i++)
		entry[i] = tandem_map_entry((unsigned int)content[i] - '0',
					    (u8)(stale[i] - '0'));
	tandem_map_encode(&table, 0, sequence, page);
	memcpy(slot_of(disk, (sequence + 1) % 2), page, sizeof(page));
}

static void content_is(unsigned int index, const char *never, const char *zero)
{
	runs_are(&mock_label(index)->region->never, never);
	runs_are(&mock_label(index)->region->zero, zero);
}

static void both_are(const char *never, const char *zero, const char *unsure)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		assert_string_equal(mock_label(i)->use, "current");
		content_is(i, never, zero);
		runs_are(&mock_label(i)->region->unsure, unsure);
	}
}

static void counts_are(unsigned int index, u64 written, u64 zero, u64 stale)
{
	assert_int_equal(mock_label(index)->written_regions, written);
	assert_int_equal(mock_label(index)->zero_regions, zero);
	assert_int_equal(mock_label(index)->stale_regions, stale);
}

static void stale_is(unsigned int index, const char *want)
{
	runs_are(&mock_label(index)->region->stale, want);
}

static void lost_is(u64 first, u64 second)
{
	assert_int_equal(mock_label(0)->map_lost_pages, first);
	assert_int_equal(mock_label(1)->map_lost_pages, second);
}

static void test_new_array_is_what_create_was_told(void **state)
{
	(void)state;
	mock_examine(2);
	both_are("0+10", "none", "none");
	counts_are(1, 0, 0, 0);
	assert_int_equal(mock_label(0)->map_pages, 1);
	lost_is(0, 0);
	mock_examine_create("raid1", 2, "zero");
	mock_examine(2);
	both_are("none", "0+10", "none");
	counts_are(1, 0, 10, 0);
	mock_examine_create("raid1", 2, "identical");
	mock_examine(2);
	both_are("none", "none", "none");
	counts_are(0, 10, 0, 0);
}

/* A crash between two legs: neither of the maps has to be the newer one. */
static void test_what_any_map_says_is_said_of_all(void **state)
{
	(void)state;
	map(0, 2, "0120021000", NOTHING);
	map(1, 2, "0110200000", NOTHING);
	mock_examine(2);
	both_are("0+1 3+1 7+3", "1+1 6+1", "none");
	counts_are(0, 3, 2, 0);
	mock_examine(1);
	content_is(0, "0+1 3+2 7+3", "1+1 6+1");
}

static void test_newest_valid_slot_counts(void **state)
{
	(void)state;
	map(0, 2, "2200000000", NOTHING);
	map(0, 3, "1000000000", NOTHING);
	mock_examine(2);
	both_are("1+9", "0+1", "none");
	/* Torn, rotten or unreadable: the one before it, and whatever the log has. */
	slot_of(0, 0)[300] ^= 1;
	mock_examine(2);
	both_are("2+8", "none", "none");
	lost_is(0, 0);
	slot_of(0, 0)[300] ^= 1;
	mock_disk[0].bad_from = TANDEM_MAP_BYTES;
	mock_disk[0].bad_to = TANDEM_MAP_BYTES + 512;
	mock_examine(2);
	both_are("2+8", "none", "none");
	lost_is(0, 0);
}

static void test_what_is_in_a_log_was_written(void **state)
{
	(void)state;
	map(0, 2, "0120000000", NOTHING);
	map(1, 2, "0120000000", NOTHING);
	mock_ring_bits(0, 40, 0x002);
	mock_ring_bits(1, 41, 0x100);
	mock_examine(2);
	both_are("0+1 3+5 9+1", "none", "1+1 8+1");
	counts_are(0, 3, 0, 0);
	/* A log that is lost may have listed anything. */
	memset(mock_disk[1].data + TANDEM_LOG_BYTES, 0xee, MIB);
	mock_examine(2);
	both_are("none", "none", "0+10");
	/* So may one that was wiped, unless nothing was ever started. */
	memset(mock_disk[1].data + TANDEM_LOG_BYTES, 0, MIB);
	mock_examine(2);
	both_are("0+1 3+7", "none", "1+1");
	assert_true(mock_disk_super(1, &super));
	super.flags &= ~TANDEM_FLAG_CLEAN;
	mock_disk_set_super(1, &super);
	mock_examine(2);
	both_are("none", "none", "0+10");
}

static void test_page_that_one_leg_lost_is_that_of_the_other(void **state)
{
	(void)state;
	map(0, 3, "0120000000", NOTHING);
	memset(slot_of(1, 0), 0, 2 * TANDEM_PAGE_BYTES);
	mock_examine(2);
	both_are("0+1 3+7", "1+1", "none");
	lost_is(0, 1);
	mock_disk[1].bad_from = TANDEM_MAP_BYTES;
	mock_disk[1].bad_to = TANDEM_MAP_BYTES + 2 * TANDEM_PAGE_BYTES;
	mock_examine(2);
	both_are("0+1 3+7", "1+1", "none");
	lost_is(0, 1);
}

/* Zeroes are what is left of a wiped map, not a map of what was never written. */
static void test_page_that_no_leg_has_says_that_all_was_written_and_may_differ(void **state)
{
	unsigned int disk;

	(void)state;
	for (disk = 0; disk < 2; disk++)
		memset(slot_of(disk, 0), 0, 2 * TANDEM_PAGE_BYTES);
	mock_examine(2);
	both_are("none", "none", "0+10");
	counts_are(1, 10, 0, 0);
	lost_is(1, 1);
	/* In the place of another array's, set's or page's. */
	mock_examine_create("raid1", 2, "lazy");
	slot_of(0, 0)[20] ^= 1;
	slot_of(0, 1)[20] ^= 1;
	memcpy(slot_of(1, 0), slot_of(0, 0), 2 * TANDEM_PAGE_BYTES);
	mock_examine(2);
	both_are("none", "none", "0+10");
	lost_is(1, 1);
}

/* Three legs, of which the last failed when its log ended at 9. */
static void leg_2_fails(void)
{
	unsigned int disk;

	mock_examine_create("raid1", 3, "lazy");
	for (disk = 0; disk < 2; disk++)
		mock_ring_bits(disk, 9, 0);
	mock_ring_bits(2, 9, 0x200);
	mock_disk_record_failure(0, 1u << 2);
	mock_disk_record_failure(1, 1u << 2);
	assert_true(mock_disk_super(0, &super));
	super.place[2].last_log_seq = 9;
	mock_disk_set_super(0, &super);
	super.leg = 1;
	super.leg_id = super.place[1].id;
	mock_disk_set_super(1, &super);
	/* What it says itself is not asked. */
	map(2, 9, "2222222222", "7777777777");
	map(0, 2, "0122210000", "0004400000");
	map(1, 2, "0122210000", "0004040000");
}

static void test_stale_leg_lacks_what_map_and_logs_of_the_others_say(void **state)
{
	(void)state;
	leg_2_fails();
	mock_examine(3);
	assert_string_equal(mock_label(2)->use, "stale");
	content_is(2, "0+1 6+4", "1+1 5+1");
	stale_is(2, "3+3");
	counts_are(2, 3, 2, 3);
	runs_are(&mock_label(2)->region->dirty, "9+1");
	runs_are(&mock_label(2)->region->unsure, "none");
	assert_int_equal(mock_label(2)->map_lost_pages, TANDEM_UNKNOWN);
	both_are("0+1 6+4", "1+1 5+1", "none");
	stale_is(0, "none");
	mock_ring_bits(0, 10, 0x082);
	mock_examine(3);
	stale_is(2, "1+1 3+3 7+1");
	content_is(2, "0+1 6+1 8+2", "5+1");
	stale_is(0, "none");
	/* A bit of a leg that is current: what was filled, and not noted yet. */
	map(1, 3, "0122210000", "0020000000");
	mock_examine(3);
	stale_is(1, "2+1");
	stale_is(0, "none");
}

static void test_stale_leg_with_another_log_lacks_all_there_is(void **state)
{
	static const u32 dirty[] = { 1 };
	static const struct mock_ring all = {
		.sequence = 9, .flags = TANDEM_LOG_ALL, .dirty = dirty,
	};

	(void)state;
	leg_2_fails();
	mock_ring_bits(2, 8, 0x200);
	mock_examine(3);
	stale_is(2, "1+5");
	mock_ring_write(2, &all);
	mock_examine(3);
	stale_is(2, "1+5");
	memset(mock_disk[2].data + TANDEM_LOG_BYTES, 0, MIB);
	mock_examine(3);
	stale_is(2, "1+5");
	memset(mock_disk[2].data + TANDEM_LOG_BYTES, 0xee, MIB);
	mock_examine(3);
	stale_is(2, "1+5");
	mock_ring_bits(2, 9, 0);
	mock_examine(3);
	stale_is(2, "3+3");
	/* Another disk, that was prepared for the place. */
	assert_true(mock_disk_super(2, &super));
	super.flags |= TANDEM_FLAG_BLANK;
	assert_int_equal(tandem_random_id(&super.leg_id), 0);
	mock_disk_set_super(2, &super);
	mock_examine(3);
	assert_string_equal(mock_label(2)->use, "ignored");
	stale_is(2, "1+5");
	content_is(2, "0+1 6+4", "1+1 5+1");
}

static void test_lost_page_is_stale_on_all_that_are_not_current(void **state)
{
	unsigned int disk;

	(void)state;
	leg_2_fails();
	for (disk = 0; disk < 2; disk++)
		memset(slot_of(disk, 0), 0, 2 * TANDEM_PAGE_BYTES);
	mock_examine(3);
	both_are("none", "none", "0+10");
	stale_is(0, "none");
	stale_is(2, "0+10");
	/* Of the current legs one alone is there: it is not sure of itself, either. */
	mock_examine(1);
	content_is(0, "none", "none");
	runs_are(&mock_label(0)->region->unsure, "0+10");
}

static void test_without_a_current_leg_nothing_is_known(void **state)
{
	const struct tandem_disks disks = { .path = mock_paths + 2, .nr = 1 };

	(void)state;
	leg_2_fails();
	assert_true(mock_disk_super(2, &super));
	super.place[2].record = TANDEM_RECORD_FAILED;
	super.place[0].record = TANDEM_RECORD_CURRENT;
	mock_disk_set_super(2, &super);
	assert_int_equal(tandem_examine(&mock_ctx, &disks, &mock_examined, &mock_err), 0);
	assert_string_not_equal(mock_label(0)->use, "current");
	content_is(0, "unknown", "unknown");
	stale_is(0, "0+10");
	counts_are(0, TANDEM_UNKNOWN, TANDEM_UNKNOWN, TANDEM_UNKNOWN);
	assert_int_equal(mock_label(0)->map_pages, 1);
	assert_int_equal(mock_label(0)->map_lost_pages, TANDEM_UNKNOWN);
}

static void test_array_without_a_map_has_none(void **state)
{
	(void)state;
	mock_ring_only(0);
	mock_ring_only(1);
	mock_ring_bits(0, 40, 0x1);
	mock_ring_bits(1, 40, 0);
	map(0, 2, "1111111111", NOTHING);
	mock_examine(2);
	both_are("none", "none", "0+1");
	counts_are(0, TANDEM_UNKNOWN, TANDEM_UNKNOWN, TANDEM_UNKNOWN);
	assert_int_equal(mock_label(0)->map_pages, TANDEM_UNKNOWN);
	lost_is(TANDEM_UNKNOWN, TANDEM_UNKNOWN);
}

static void test_sets_have_maps_of_their_own(void **state)
{
	unsigned int i;

	(void)state;
	mock_examine_create("raid10", 4, "lazy");
	map(1, 2, "2000000000", NOTHING);
	map(2, 2, "0200000000", NOTHING);
	mock_examine(4);
	for (i = 0; i < 4; i++)
		content_is(i, i < 2 ? "1+9" : "0+1 2+8", "none");
	memcpy(slot_of(2, 0), slot_of(1, 0), 2 * TANDEM_PAGE_BYTES);
	mock_examine(4);
	content_is(3, "0+10", "none");
	assert_int_equal(mock_label(2)->map_lost_pages, 1);
	assert_int_equal(mock_label(1)->map_lost_pages, 0);
}

/* A disk that is nothing but its map, as large as maps get. */
static unsigned char *area;
static u64 area_bytes;
static unsigned int area_writes;

static int area_open(struct tandem_device *dev, enum tandem_access access)
{
	(void)access;
	dev->size_bytes = 1ull << 40;
	return 0;
}

static int area_read(const struct tandem_device *dev, u64 offset, void *data, size_t len)
{
	(void)dev;
	assert_in_range(offset, TANDEM_MAP_BYTES, TANDEM_MAP_BYTES + area_bytes - len);
	memcpy(data, area + offset - TANDEM_MAP_BYTES, len);
	return 0;
}

static int area_write(const struct tandem_device *dev, u64 offset, const void *data, size_t len)
{
	(void)dev;
	assert_in_range(offset, TANDEM_MAP_BYTES, TANDEM_MAP_BYTES + area_bytes - len);
	memcpy(area + offset - TANDEM_MAP_BYTES, data, len);
	area_writes++;
	return 0;
}

static int area_sync(const struct tandem_device *dev)
{
	(void)dev;
	return 0;
}

static void test_largest_set_takes_few_writes_and_one_table(void **state)
{
	static const struct tandem_device_ops ops = {
		.open = area_open, .read = area_read, .write = area_write, .sync = area_sync,
	};
	const struct tandem_context large = { .device = &ops };
	const u16 entry = tandem_map_entry(TANDEM_CONTENT_ZERO, 0x2);
	static struct tandem_found found;
	struct tandem_legmap legmap;
	u32 pages, lost, region, slot;

	(void)state;
	assert_true(mock_disk_super(0, &found.label.super));
	found.label.super.geo.region_sectors = TANDEM_MIN_REGION_SECTORS;
	found.label.super.geo.set_sectors =
		(u64)TANDEM_MIN_REGION_SECTORS * TANDEM_MAX_REGIONS_PER_SET;
	pages = tandem_map_pages(TANDEM_MAX_REGIONS_PER_SET);
	area_bytes = tandem_map_slot_bytes(pages, 0);
	area = calloc(1, area_bytes);
	assert_non_null(area);
	tandem_device_init(&found.dev, "/area");
	assert_int_equal(tandem_legmap_write(&large, &found.dev, &found.label.super, entry), 0);
	assert_in_range(area_writes, 1, 17);
	assert_int_equal(tandem_legmap_init(&found.label.super, &legmap), 0);
	assert_int_equal(tandem_legmap_read(&large, &found, &legmap, &lost), 0);
	assert_int_equal(lost, 0);
	for (region = 0; region < TANDEM_MAX_REGIONS_PER_SET; region++)
		if (legmap.table.entry[region] != entry)
			fail_msg("region %u", region);
	for (slot = 0; slot < 2; slot++) {
		area[tandem_map_slot_bytes(pages - 1, slot)] ^= 1;
		area[tandem_map_slot_bytes(130, slot)] ^= 1;
	}
	area[tandem_map_slot_bytes(7, 1)] ^= 1;
	assert_int_equal(tandem_legmap_read(&large, &found, &legmap, &lost), 0);
	assert_int_equal(lost, 2);
	tandem_legmap_free(&legmap);
	free(area);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new_array_is_what_create_was_told),
		TEST(test_what_any_map_says_is_said_of_all),
		TEST(test_newest_valid_slot_counts),
		TEST(test_what_is_in_a_log_was_written),
		TEST(test_page_that_one_leg_lost_is_that_of_the_other),
		TEST(test_page_that_no_leg_has_says_that_all_was_written_and_may_differ),
		TEST(test_stale_leg_lacks_what_map_and_logs_of_the_others_say),
		TEST(test_stale_leg_with_another_log_lacks_all_there_is),
		TEST(test_lost_page_is_stale_on_all_that_are_not_current),
		TEST(test_without_a_current_leg_nothing_is_known),
		TEST(test_array_without_a_map_has_none),
		TEST(test_sets_have_maps_of_their_own),
		TEST(test_largest_set_takes_few_writes_and_one_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
