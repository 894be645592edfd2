/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The golden page of a region map: page 2, the last one, of set 1 of an array. Every
 * content is in it, stale on every leg in turn. golden-map-v1.hex holds its bytes as
 * the first release wrote them; they never change.
 */
#ifndef TANDEM_TEST_GOLDEN_MAP_H
#define TANDEM_TEST_GOLDEN_MAP_H

#include "core/map.h"
#include "golden.h"

#define GOLDEN_MAP_PAGE 2u
#define GOLDEN_MAP_LAST 48u	/* regions in this page */
#define GOLDEN_MAP_REGIONS (GOLDEN_MAP_PAGE * TANDEM_MAP_ENTRIES + GOLDEN_MAP_LAST)
#define GOLDEN_MAP_SEQUENCE 0x1122334455667788ull

/* A page as it lies on the disk, aligned as the codec wants it. */
union golden_page {
	struct tandem_map_disk disk;
	u8 byte[TANDEM_PAGE_BYTES];
};

static inline u16 golden_map_entry(u32 region)
{
	return tandem_map_entry(region % 3, (u8)(1u << region % 8 | region));
}

/* The whole map; @entry has GOLDEN_MAP_REGIONS. */
static inline struct tandem_map_table golden_map(u16 *entry)
{
	struct tandem_map_table table = {
		.array = golden_id(0x11), .set = 1, .nr_regions = GOLDEN_MAP_REGIONS,
		.entry = entry,
	};
	u32 region;

	for (region = 0; region < GOLDEN_MAP_REGIONS; region++)
		entry[region] = golden_map_entry(region);
	return table;
}

/* As golden_sign(): in one piece, over a page whose field is zero. */
static inline void golden_map_sign(union golden_page *page)
{
	page->disk.crc = cpu_to_le32(0);
	page->disk.crc = cpu_to_le32(tandem_crc32c(page, sizeof(*page)));
}

#endif
