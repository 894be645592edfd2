// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the page of a region map that was released is the one that is written and read,
 * and no defect of a page gets past the check.
 *
 * Method: golden-map-v1.hex is compared byte for byte with what the encoder makes and
 * entry for entry with what is merged; every entry of hostile_map.c is checked, alone
 * and beside a valid slot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden_file.h"
#include "images/hostile_map.h"

#define PLACE (TANDEM_MAP_BYTES + 5 * TANDEM_PAGE_BYTES)	/* page 2, slot 1 */

static union golden_page golden;
static u16 entry[GOLDEN_MAP_REGIONS];
static struct tandem_map_table table;

static void read_row(unsigned long offset, const u8 *bytes)
{
	assert_in_range(offset, PLACE, PLACE + TANDEM_PAGE_BYTES - GOLDEN_ROW_BYTES);
	memcpy(&golden.byte[offset - PLACE], bytes, GOLDEN_ROW_BYTES);
}

static int read_golden(void **state)
{
	(void)state;
	table = golden_map(entry);
	return golden_file_read("golden-map-v1.hex", read_row);
}

static void test_golden_page_is_written_byte_for_byte(void **state)
{
	union golden_page page;

	(void)state;
	memset(&page, 0xff, sizeof(page));
	tandem_map_encode(&table, GOLDEN_MAP_PAGE, GOLDEN_MAP_SEQUENCE, &page);
	assert_memory_equal(&page, &golden, sizeof(page));
}

static void test_golden_page_is_read_entry_for_entry(void **state)
{
	static u16 read[GOLDEN_MAP_REGIONS];
	struct tandem_map_table into = table;
	u32 region;

	(void)state;
	into.entry = read;
	assert_int_equal(tandem_map_check(&table, GOLDEN_MAP_PAGE, &golden, NULL), 0);
	tandem_map_merge(&into, GOLDEN_MAP_PAGE, &golden);
	for (region = 0; region < GOLDEN_MAP_REGIONS; region++)
		assert_int_equal(read[region],
				 tandem_map_page_of(region) == GOLDEN_MAP_PAGE ?
				 golden_map_entry(region) : 0);
}

/* The places are those of the header; by hand, and not by its struct. */
static void test_golden_fields_lie_where_the_format_says(void **state)
{
	static const u8 start[] = { 't', 'M', 'a', 'p' };
	static const u8 sequence[] = { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 };
	static const u8 rest[] = { 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
				   2, 0, 0, 0, 1, 0 };
	const u32 first = 2 * 2016;
	unsigned int i;

	(void)state;
	assert_memory_equal(golden.byte, start, sizeof(start));
	assert_memory_equal(golden.byte + 8, sequence, sizeof(sequence));
	assert_memory_equal(golden.byte + 16, rest, sizeof(rest));
	for (i = 38; i < 64; i++)
		assert_int_equal(golden.byte[i], 0);
	for (i = 0; i < 2016; i++) {
		const bool is_there = i < GOLDEN_MAP_LAST && (first + i) % 3;
		const u8 stale = (u8)(1u << (first + i) % 8 | (first + i));

		assert_int_equal(golden.byte[64 + 2 * i], is_there ? (first + i) % 3 : 0);
		assert_int_equal(golden.byte[65 + 2 * i], is_there ? stale : 0);
	}
}

static void test_golden_checksum_is_crc32c_over_the_page(void **state)
{
	union golden_page page = golden;

	(void)state;
	golden_map_sign(&page);
	assert_memory_equal(&page, &golden, sizeof(page));
}

static void test_reserved_bytes_are_ignored(void **state)
{
	union golden_page page = golden;

	(void)state;
	memset(page.disk.reserved, 0xff, sizeof(page.disk.reserved));
	golden_map_sign(&page);
	assert_int_equal(tandem_map_check(&table, GOLDEN_MAP_PAGE, &page, NULL), 0);
}

static void test_every_defect_is_refused_for_its_own_reason(void **state)
{
	union golden_page page;
	unsigned int i;

	(void)state;
	assert_true(hostile_map_nr >= 30);
	for (i = 0; i < hostile_map_nr; i++) {
		const struct hostile_map *hostile = &hostile_map_list[i];
		const char *why = NULL;

		hostile_map_make(hostile, &page);
		if (tandem_map_check(&table, GOLDEN_MAP_PAGE, &page, &why) != hostile->error ||
		    strcmp(why, hostile->why))
			fail_msg("%s: refused for: %s", hostile->name, why ? why : "(accepted)");
		assert_int_equal(tandem_map_check(&table, GOLDEN_MAP_PAGE, &page, NULL),
				 hostile->error);
	}
}

/* Whatever the sequence of the hostile one, in either slot. */
static void test_valid_slot_survives_a_hostile_one(void **state)
{
	union golden_page slot[2];
	unsigned int i, good;
	u64 sequence;

	(void)state;
	for (i = 0; i < hostile_map_nr; i++) {
		for (good = 0; good < 2; good++) {
			hostile_map_make(&hostile_map_list[i], &slot[!good]);
			tandem_map_encode(&table, GOLDEN_MAP_PAGE, 1, &slot[good]);
			assert_int_equal(tandem_map_choose(&table, GOLDEN_MAP_PAGE, slot,
							   &sequence), good);
			assert_int_equal(sequence, 1);
		}
		slot[1] = slot[0];
		assert_int_equal(tandem_map_choose(&table, GOLDEN_MAP_PAGE, slot, &sequence),
				 hostile_map_list[i].error == -ENODATA ? -ENODATA : -EBADMSG);
		assert_int_equal(sequence, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_page_is_written_byte_for_byte),
		cmocka_unit_test(test_golden_page_is_read_entry_for_entry),
		cmocka_unit_test(test_golden_fields_lie_where_the_format_says),
		cmocka_unit_test(test_golden_checksum_is_crc32c_over_the_page),
		cmocka_unit_test(test_reserved_bytes_are_ignored),
		cmocka_unit_test(test_every_defect_is_refused_for_its_own_reason),
		cmocka_unit_test(test_valid_slot_survives_a_hostile_one),
	};

	return cmocka_run_group_tests(tests, read_golden, NULL);
}
