// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever bytes lie in the two slots of a page of a region map: what is accepted obeys
 * the rules as another reader finds them, byte by byte; the newer of the accepted ones
 * counts; and a merge never says less than either side did.
 *
 * The input: regions in the last page (two bytes), a byte with the page to read, and two
 * with the sequences of the slots as they were written. What is left are patches, each a
 * byte with the slot, two with an offset, one with a length, and the bytes. Magic and
 * checksum of every slot that is not all zero are put right: behind them are the rules.
 */
#include "fuzz_pages.h"
#include "core/map.h"

#define PAGES 3u

union page {
	struct tandem_map_disk disk;
	u8 byte[TANDEM_PAGE_BYTES];
};

static union page slot[2];
static u16 before[PAGES * TANDEM_MAP_ENTRIES], after[PAGES * TANDEM_MAP_ENTRIES];
static struct tandem_map_table table = { .array = { { 1, 2, 3 } }, .set = 0x0103 };
static u32 page;

static u32 count(void)
{
	return page == PAGES - 1 ? table.nr_regions - page * TANDEM_MAP_ENTRIES :
				   TANDEM_MAP_ENTRIES;
}

static void write_slots(struct fuzz_input *input)
{
	unsigned int i;
	u32 region;

	for (region = 0; region < table.nr_regions; region++)
		before[region] = tandem_map_entry(region % 3, (u8)region);
	table.entry = before;
	memset(slot, 0, sizeof(slot));
	for (i = 0; i < 2; i++) {
		const u64 sequence = fuzz_take(input);

		if (sequence)
			tandem_map_encode(&table, page, sequence, &slot[i]);
	}
}

static u64 number(const union page *at, unsigned int offset, unsigned int width)
{
	u64 value = 0;

	while (width--)
		value = value << 8 | at->byte[offset + width];
	return value;
}

/* The rules, from the format's description. */
static bool is_valid(const union page *at)
{
	u32 i;

	if (fuzz_is_zero(at) || memcmp(at->byte + 16, &table.array, 16) ||
	    number(at, 32, 4) != page || number(at, 36, 2) != table.set ||
	    number(at, 8, 8) - 1 >= 1ull << 63)
		return false;
	for (i = 0; i < TANDEM_MAP_ENTRIES; i++) {
		const u8 low = at->byte[64 + 2 * i], high = at->byte[65 + 2 * i];

		if (low > 2 || (!low && high) || (low && i >= count()))
			return false;
	}
	return true;
}

/* Against a map that is the same page read from another leg, shifted by one region. */
static void compare_merge(const union page *at)
{
	union page again;
	u32 region;

	for (region = 0; region < table.nr_regions; region++)
		before[region] = tandem_map_entry((region + 1) % 3, (u8)(region * 5));
	memcpy(after, before, sizeof(after));
	table.entry = after;
	tandem_map_merge(&table, page, at);
	for (region = 0; region < table.nr_regions; region++) {
		const u32 i = region - page * TANDEM_MAP_ENTRIES;
		const u8 low = i < count() ? at->byte[64 + 2 * i] : 0;
		const u8 high = i < count() ? at->byte[65 + 2 * i] : 0;
		const u8 content = before[region] & 3;

		FUZZ_DEMAND((after[region] & 0xff) == (low > content ? low : content));
		FUZZ_DEMAND(after[region] >> 8 == ((before[region] >> 8) | high));
	}
	tandem_map_encode(&table, page, 1, &again);
	FUZZ_DEMAND(!tandem_map_check(&table, page, &again, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	bool valid[2];
	unsigned int i;
	u64 sequence;
	int chosen;

	table.nr_regions = (PAGES - 1) * TANDEM_MAP_ENTRIES + 1;
	table.nr_regions += (fuzz_take(&input) | fuzz_take(&input) << 8) % TANDEM_MAP_ENTRIES;
	page = fuzz_take(&input) % PAGES;
	write_slots(&input);
	fuzz_patch(&input, slot, 2);
	for (i = 0; i < 2; i++) {
		const char *why = NULL;
		int error;

		fuzz_sign(&slot[i], TANDEM_MAP_MAGIC);
		valid[i] = is_valid(&slot[i]);
		error = tandem_map_check(&table, page, &slot[i], &why);
		FUZZ_DEMAND(valid[i] == !error);
		FUZZ_DEMAND(!error == !why);
	}
	chosen = tandem_map_choose(&table, page, slot, &sequence);
	if (!valid[0] && !valid[1]) {
		FUZZ_DEMAND(!sequence);
		FUZZ_DEMAND(chosen == (fuzz_is_zero(&slot[0]) && fuzz_is_zero(&slot[1]) ?
				       -ENODATA : -EBADMSG));
		return 0;
	}
	FUZZ_DEMAND(chosen == 0 || chosen == 1);
	FUZZ_DEMAND(valid[chosen] && sequence == number(&slot[chosen], 8, 8));
	FUZZ_DEMAND(!valid[!chosen] || number(&slot[!chosen], 8, 8) <= sequence);
	compare_merge(&slot[chosen]);
	return 0;
}
