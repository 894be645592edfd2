// SPDX-License-Identifier: GPL-2.0-only
/*
 * core/map: pages to bytes and back, which of two slots counts, what two legs say
 * together, and every defect by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sys.h"
#include "core/map.h"

#define REGIONS	(2 * TANDEM_MAP_ENTRIES + 100)

static u16 entry[REGIONS], other[REGIONS];

static const struct tandem_map_table table = {
	.array = { { 1, 2, 3 } },
	.set = 3,
	.nr_regions = REGIONS,
	.entry = entry,
};

static const struct tandem_map_table target = {
	.array = { { 1, 2, 3 } },
	.set = 3,
	.nr_regions = REGIONS,
	.entry = other,
};

static u64 page_bytes[2][TANDEM_PAGE_BYTES / 8];

static struct tandem_map_disk *disk_of(unsigned int slot)
{
	return (void *)page_bytes[slot];
}

static void sign(unsigned int slot)
{
	struct tandem_map_disk *disk = disk_of(slot);

	disk->crc = 0;
	disk->crc = cpu_to_le32(tandem_crc32c(disk, sizeof(*disk)));
}

static void fill(void)
{
	u32 i;

	for (i = 0; i < REGIONS; i++)
		entry[i] = tandem_map_entry(i % 3, (u8)(i * 7));
	memset(other, 0, sizeof(other));
	memset(page_bytes, 0, sizeof(page_bytes));
}

static void test_entry(void **state)
{
	(void)state;
	assert_int_equal(tandem_map_entry(TANDEM_CONTENT_NEVER, 0xff), 0);
	assert_int_equal(tandem_map_content(tandem_map_entry(TANDEM_CONTENT_ZERO, 0xa5)),
			 TANDEM_CONTENT_ZERO);
	assert_int_equal(tandem_map_stale(tandem_map_entry(TANDEM_CONTENT_WRITTEN, 0xa5)), 0xa5);
}

static void test_pages(void **state)
{
	(void)state;
	assert_int_equal(tandem_map_pages(1), 1);
	assert_int_equal(tandem_map_pages(TANDEM_MAP_ENTRIES), 1);
	assert_int_equal(tandem_map_pages(TANDEM_MAP_ENTRIES + 1), 2);
	assert_int_equal(tandem_map_pages(TANDEM_MAX_REGIONS_PER_SET), 2081);
	assert_int_equal(tandem_map_page_of(TANDEM_MAP_ENTRIES - 1), 0);
	assert_int_equal(tandem_map_page_of(TANDEM_MAP_ENTRIES), 1);
	assert_int_equal(tandem_map_slot_bytes(2080, 1), (2080ull * 2 + 1) * 4096);
}

static void test_round_trip(void **state)
{
	u32 page;

	(void)state;
	fill();
	for (page = 0; page < tandem_map_pages(REGIONS); page++) {
		tandem_map_encode(&table, page, 7 + page, page_bytes[0]);
		assert_int_equal(tandem_map_check(&table, page, page_bytes[0], NULL), 0);
		tandem_map_merge(&target, page, page_bytes[0]);
	}
	assert_memory_equal(entry, other, sizeof(entry));
}

/* The larger content, and all that is stale on either. */
static void test_merge(void **state)
{
	const struct { u16 a, b, both; } cell[] = {
		{ tandem_map_entry(0, 0), tandem_map_entry(0, 0), 0 },
		{ tandem_map_entry(0, 0), tandem_map_entry(1, 0), tandem_map_entry(1, 0) },
		{ tandem_map_entry(0, 0), tandem_map_entry(2, 2), tandem_map_entry(2, 2) },
		{ tandem_map_entry(1, 1), tandem_map_entry(2, 2), tandem_map_entry(2, 3) },
		{ tandem_map_entry(2, 0), tandem_map_entry(1, 4), tandem_map_entry(2, 4) },
		{ tandem_map_entry(2, 8), tandem_map_entry(0, 0), tandem_map_entry(2, 8) },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cell) / sizeof(*cell); i++) {
		fill();
		other[5] = cell[i].a;
		entry[5] = cell[i].b;
		tandem_map_encode(&table, 0, 1, page_bytes[0]);
		tandem_map_merge(&target, 0, page_bytes[0]);
		assert_int_equal(other[5], cell[i].both);
	}
}

static void test_choose(void **state)
{
	u64 sequence = 99;

	(void)state;
	fill();
	assert_int_equal(tandem_map_choose(&table, 1, page_bytes, &sequence), -ENODATA);
	assert_int_equal(sequence, 0);
	tandem_map_encode(&table, 1, 4, page_bytes[1]);
	assert_int_equal(tandem_map_choose(&table, 1, page_bytes, &sequence), 1);
	assert_int_equal(sequence, 4);
	tandem_map_encode(&table, 1, 5, page_bytes[0]);
	assert_int_equal(tandem_map_choose(&table, 1, page_bytes, &sequence), 0);
	assert_int_equal(sequence, 5);
	/* Torn: the older one counts. */
	page_bytes[0][300] ^= 1;
	assert_int_equal(tandem_map_choose(&table, 1, page_bytes, &sequence), 1);
	assert_int_equal(sequence, 4);
	page_bytes[1][300] ^= 1;
	assert_int_equal(tandem_map_choose(&table, 1, page_bytes, &sequence), -EBADMSG);
	memset(page_bytes[1], 0, sizeof(page_bytes[1]));
	assert_int_equal(tandem_map_choose(&table, 1, page_bytes, &sequence), -EBADMSG);
}

static void test_give_up(void **state)
{
	u32 i;

	(void)state;
	fill();
	tandem_map_give_up(&table, 2, 0x0c);
	for (i = 0; i < REGIONS; i++)
		assert_int_equal(entry[i], i < 2 * TANDEM_MAP_ENTRIES ?
				 tandem_map_entry(i % 3, (u8)(i * 7)) :
				 tandem_map_entry(TANDEM_CONTENT_WRITTEN, 0x0c));
}

/* A page as it was written, with one defect. */
static void expect(int error, const char *phrase)
{
	const char *why = NULL;

	sign(0);
	assert_int_equal(tandem_map_check(&table, 2, page_bytes[0], &why), error);
	assert_string_equal(why, phrase);
	fill();
	tandem_map_encode(&table, 2, 9, page_bytes[0]);
	assert_int_equal(tandem_map_check(&table, 2, page_bytes[0], &why), 0);
}

static void test_defects(void **state)
{
	const char *why = NULL;

	(void)state;
	fill();
	assert_int_equal(tandem_map_check(&table, 2, page_bytes[0], &why), -ENODATA);
	tandem_map_encode(&table, 2, 9, page_bytes[0]);
	page_bytes[0][20] ^= 1;
	assert_int_equal(tandem_map_check(&table, 2, page_bytes[0], &why), -EBADMSG);
	assert_string_equal(why, "checksum");
	page_bytes[0][20] ^= 1;
	disk_of(0)->magic ^= cpu_to_le32(1);
	expect(-EBADMSG, "magic number");
	disk_of(0)->array.byte[15] ^= 1;
	expect(-EINVAL, "page of another array");
	disk_of(0)->set = cpu_to_le16(2);
	expect(-EINVAL, "page of another set");
	disk_of(0)->page = cpu_to_le32(1);
	expect(-EINVAL, "page in the place of another");
	disk_of(0)->sequence = 0;
	expect(-EINVAL, "sequence 0");
	disk_of(0)->sequence = cpu_to_le64(~0ull);
	expect(-EINVAL, "sequence beyond any count");
	disk_of(0)->entry[1] = cpu_to_le16(3);
	expect(-EINVAL, "content of a region");
	disk_of(0)->entry[1] = cpu_to_le16(6);
	expect(-EINVAL, "content of a region");
	disk_of(0)->entry[1] = cpu_to_le16(0x100);
	expect(-EINVAL, "region that is stale and was never written");
	disk_of(0)->entry[100] = cpu_to_le16(2);
	expect(-EINVAL, "region behind the last one");
	disk_of(0)->entry[99] = cpu_to_le16(2);
	sign(0);
	assert_int_equal(tandem_map_check(&table, 2, page_bytes[0], &why), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_give_up),
		cmocka_unit_test(test_defects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
