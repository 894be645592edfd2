// SPDX-License-Identifier: GPL-2.0-only
/*
 * core/lost: what a table of lost ranges holds, against one bit for each block; that what
 * is in it can always be taken out; its page, which of two copies counts, and every
 * defect by name.
 *
 * Method: every table of a set of a few blocks, and every range added to it or taken out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sys.h"
#include "core/lost.h"

#define BLOCKS	9u

static u64 page[2][TANDEM_PAGE_BYTES / 8];
static struct tandem_lost_table table, other;

static void empty(struct tandem_lost_table *lost, u32 block_sectors)
{
	memset(lost, 0, sizeof(*lost));
	lost->array.byte[0] = 1;
	lost->array.byte[15] = 2;
	lost->set = 3;
	lost->set_sectors = 1ull << 33;
	lost->block_sectors = block_sectors;
	lost->limit = TANDEM_LOST_RANGES;
}

/* One block after the other, from the last to the first. */
static void fill(struct tandem_lost_table *lost, u32 bits)
{
	u32 unit = lost->block_sectors;
	u32 i;

	for (i = BLOCKS; i-- > 0;)
		if (bits & (1u << i))
			assert_int_equal(tandem_lost_add(lost, i * unit, unit), 0);
}

static void check(const struct tandem_lost_table *lost, u32 bits)
{
	u32 unit = lost->block_sectors;
	u32 i, ranges = 0;
	bool is_lost;
	u32 run;

	for (i = 0; i < BLOCKS; i++) {
		assert_int_equal(tandem_lost_has(lost, i * unit, unit), !!(bits & (1u << i)));
		ranges += bits & (1u << i) && !(i && bits & (1u << (i - 1)));
		for (run = 1; i + run < BLOCKS; run++)
			if (!(bits >> (i + run) & 1) != !(bits >> i & 1))
				break;
		assert_int_equal(tandem_lost_run(lost, i * unit, (BLOCKS - i) * unit, &is_lost),
				 run * unit);
		assert_int_equal(is_lost, !!(bits & (1u << i)));
	}
	assert_int_equal(lost->nr, ranges);
	for (i = 1; i < lost->nr; i++)
		assert_true(lost->range[i].sector >
			    lost->range[i - 1].sector + lost->range[i - 1].count);
}

static u32 bits_of(u32 first, u32 count)
{
	return ((1u << count) - 1) << first;
}

static void test_every_range_of_every_table(void **state)
{
	u32 bits, first, count, unit;

	(void)state;
	for (bits = 0; bits < 1u << BLOCKS; bits++) {
		for (first = 0; first < BLOCKS; first++) {
			for (count = 1; first + count <= BLOCKS; count++) {
				unit = count % 2 ? 1 : 8;
				empty(&table, unit);
				fill(&table, bits);
				check(&table, bits);
				other = table;
				assert_int_equal(tandem_lost_add(&other, first * unit,
								 count * unit), 0);
				check(&other, bits | bits_of(first, count));
				assert_int_equal(tandem_lost_has(&table, first * unit,
								 count * unit),
						 !!(bits & bits_of(first, count)));
				assert_int_equal(tandem_lost_remove(&table, first * unit,
								    count * unit), 0);
				check(&table, bits & ~bits_of(first, count));
			}
		}
	}
}

static void test_join_is_the_union(void **state)
{
	u32 a, b;

	(void)state;
	for (a = 0; a < 1u << BLOCKS; a += 3) {
		for (b = 0; b < 1u << BLOCKS; b += 5) {
			empty(&table, 8);
			empty(&other, 8);
			fill(&table, a);
			fill(&other, b);
			assert_int_equal(tandem_lost_join(&table, &other), 0);
			check(&table, a | b);
		}
	}
}

/* However it was filled, every other block can be written. */
static void test_what_was_added_can_be_taken_out(void **state)
{
	u32 length, i, nr;

	(void)state;
	for (length = 1; length < 40; length++) {
		empty(&table, 8);
		for (nr = 0; !tandem_lost_add(&table, nr * 4096ull, 8 * length); nr++)
			;
		assert_int_equal(nr, TANDEM_LOST_RANGES / ((length + 1) / 2));
		assert_int_equal(tandem_lost_sectors(&table), nr * 8 * length);
		assert_true(tandem_lost_weight(&table) <= TANDEM_LOST_RANGES);
		for (i = 0; i < nr * length; i++)
			if (i % length % 2)
				assert_int_equal(tandem_lost_remove(&table, i / length * 4096ull +
								    i % length * 8, 8), 0);
		assert_int_equal(table.nr, nr * ((length + 1) / 2));
	}
}

static void test_overflow_changes_nothing(void **state)
{
	u32 i;

	(void)state;
	empty(&table, 1);
	for (i = 0; i < TANDEM_LOST_RANGES; i++)
		assert_int_equal(tandem_lost_add(&table, 2 * i, 1), 0);
	other = table;
	assert_int_equal(tandem_lost_add(&table, 5000, 1), -ENOSPC);
	assert_int_equal(tandem_lost_add(&table, 0, 5000), -ENOSPC);
	assert_memory_equal(&table, &other, sizeof(table));
	/* What joins two of them takes no room. */
	assert_int_equal(tandem_lost_add(&table, 1, 1), 0);
	assert_int_equal(table.nr, TANDEM_LOST_RANGES - 1);
	empty(&table, 1);
	table.limit = 0;
	assert_int_equal(tandem_lost_add(&table, 0, 1), -ENOSPC);
	/* Heavier than it may be: a range in two does not fit. */
	empty(&table, 1);
	table.limit = ~0u;
	for (i = 0; i < TANDEM_LOST_RANGES; i++)
		assert_int_equal(tandem_lost_add(&table, 4 * i, 3), 0);
	other = table;
	assert_int_equal(tandem_lost_remove(&table, 1, 1), -ENOSPC);
	assert_memory_equal(&table, &other, sizeof(table));
}

static void test_page_says_what_the_table_says(void **state)
{
	u32 bits;

	(void)state;
	for (bits = 0; bits < 1u << BLOCKS; bits++) {
		empty(&table, 8);
		empty(&other, 8);
		fill(&table, bits);
		memset(page, 0xff, sizeof(page));
		tandem_lost_encode(&table, bits + 1, page[0]);
		assert_int_equal(tandem_lost_check(&other, page[0], NULL), 0);
		tandem_lost_decode(&other, page[0]);
		assert_memory_equal(&table, &other, sizeof(table));
	}
}

/* By hand, and not by the struct. */
static void test_fields_lie_where_the_format_says(void **state)
{
	static const u8 range[] = { 0x10, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0 };
	static const u8 start[] = { 'L', 'o', 's', 't' };
	const u8 *byte = (const u8 *)page[0];
	unsigned int i;

	(void)state;
	empty(&table, 8);
	assert_int_equal(tandem_lost_add(&table, (1ull << 32) + 16, 8), 0);
	tandem_lost_encode(&table, 0x1122334455667788ull, page[0]);
	assert_memory_equal(byte, start, sizeof(start));
	assert_int_equal(byte[8], 0x88);
	assert_int_equal(byte[15], 0x11);
	assert_int_equal(byte[16], 1);
	assert_int_equal(byte[31], 2);
	assert_int_equal(byte[32], 3);
	assert_int_equal(byte[34], 1);
	for (i = 36; i < 64; i++)
		assert_int_equal(byte[i], 0);
	assert_memory_equal(byte + 64, range, sizeof(range));
	for (i = 80; i < TANDEM_PAGE_BYTES; i++)
		assert_int_equal(byte[i], 0);
}

static void test_newer_copy_counts(void **state)
{
	u64 sequence = 99;

	(void)state;
	empty(&table, 8);
	memset(page, 0, sizeof(page));
	assert_int_equal(tandem_lost_choose(&table, page, &sequence), -ENODATA);
	assert_int_equal(sequence, 0);
	tandem_lost_encode(&table, 4, page[1]);
	assert_int_equal(tandem_lost_choose(&table, page, &sequence), 1);
	tandem_lost_encode(&table, 5, page[0]);
	assert_int_equal(tandem_lost_choose(&table, page, &sequence), 0);
	assert_int_equal(sequence, 5);
	page[0][300] ^= 1;
	assert_int_equal(tandem_lost_choose(&table, page, &sequence), 1);
	assert_int_equal(sequence, 4);
	page[1][300] ^= 1;
	assert_int_equal(tandem_lost_choose(&table, page, &sequence), -EBADMSG);
	memset(page[1], 0, sizeof(page[1]));
	assert_int_equal(tandem_lost_choose(&table, page, &sequence), -ENODATA);
	memcpy(page[1], page[0], sizeof(page[1]));
	memset(page[0], 0, sizeof(page[0]));
	assert_int_equal(tandem_lost_choose(&table, page, &sequence), -ENODATA);
	assert_int_equal(sequence, 0);
}

/* x(name, statement, error, reason): damage to a table of two ranges, signed again. */
#define DEFECTS(x) \
	x(nothing, memset(disk, 0, sizeof(*disk)), ENODATA, "nothing") \
	x(noise, memset(disk, 0xff, sizeof(*disk)), EBADMSG, "magic number") \
	x(magic_of_map, disk->magic = cpu_to_le32(0x70614d74), EBADMSG, "magic number") \
	x(checksum, disk->crc ^= cpu_to_le32(1), EBADMSG, "checksum") \
	x(last_byte, disk->range[251].reserved[3] = 1, EBADMSG, "checksum") \
	x(sequence_none, disk->sequence = 0, EINVAL, "sequence 0") \
	x(sequence_wraps, disk->sequence = cpu_to_le64(~0ull), EINVAL, \
	  "sequence beyond any count") \
	x(array_other, disk->array.byte[7] = 1, EINVAL, "table of another array") \
	x(set_other, disk->set = cpu_to_le16(2), EINVAL, "table of another set") \
	x(nr_huge, disk->nr = cpu_to_le16(253), EINVAL, "number of ranges") \
	x(nr_less, disk->nr = cpu_to_le16(1), EINVAL, "range behind the last one") \
	x(nr_more, disk->nr = cpu_to_le16(3), EINVAL, "empty range") \
	x(empty_range, disk->range[0].count = 0, EINVAL, "empty range") \
	x(adjacent, disk->range[1].sector = cpu_to_le64(16), EINVAL, "order of ranges") \
	x(overlap, disk->range[1].sector = cpu_to_le64(12), EINVAL, "order of ranges") \
	x(backwards, disk->range[1].sector = 0, EINVAL, "order of ranges") \
	x(behind_end, disk->range[1].sector = cpu_to_le64(1ull << 33), EINVAL, \
	  "range behind the end of the set") \
	x(over_end, disk->range[1].sector = cpu_to_le64((1ull << 33) - 4), EINVAL, \
	  "range behind the end of the set") \
	x(far, disk->range[1].sector = cpu_to_le64(~0ull), EINVAL, \
	  "range behind the end of the set") \
	x(last_range, disk->range[251].count = cpu_to_le32(1), EINVAL, "range behind the last one")

#define DAMAGE(name, statement, error, why) \
static void damage_##name(struct tandem_lost_disk *disk) { statement; }
DEFECTS(DAMAGE)

static const struct {
	const char *name;
	void (*damage)(struct tandem_lost_disk *disk);
	int error;
	const char *why;
} defects[] = {
#define ROW(name, statement, error, why) { #name, damage_##name, -error, why },
	DEFECTS(ROW)
};

static void test_every_defect_is_refused_for_its_own_reason(void **state)
{
	struct tandem_lost_disk *disk = (void *)page[0];
	const char *why;
	u64 sequence;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(defects) / sizeof(*defects); i++) {
		empty(&table, 8);
		assert_int_equal(tandem_lost_add(&table, 8, 8), 0);
		assert_int_equal(tandem_lost_add(&table, 32, 8), 0);
		tandem_lost_encode(&table, 7, disk);
		defects[i].damage(disk);
		if (defects[i].error == -EINVAL) {
			disk->crc = 0;
			disk->crc = cpu_to_le32(tandem_crc32c(disk, sizeof(*disk)));
		}
		why = NULL;
		if (tandem_lost_check(&table, disk, &why) != defects[i].error ||
		    strcmp(why, defects[i].why))
			fail_msg("%s: refused for: %s", defects[i].name, why ? why : "(taken)");
		tandem_lost_encode(&table, 1, page[1]);
		assert_int_equal(tandem_lost_choose(&table, page, &sequence), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_range_of_every_table),
		cmocka_unit_test(test_join_is_the_union),
		cmocka_unit_test(test_what_was_added_can_be_taken_out),
		cmocka_unit_test(test_overflow_changes_nothing),
		cmocka_unit_test(test_page_says_what_the_table_says),
		cmocka_unit_test(test_fields_lie_where_the_format_says),
		cmocka_unit_test(test_newer_copy_counts),
		cmocka_unit_test(test_every_defect_is_refused_for_its_own_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
