/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The region map of a set: what is in each region, and which legs lack some of it;
 * pages of it to and from their bytes. Format and meaning: uapi/tandem_format_map.h.
 * When a page is written, and what waits for it, is io/map.c's part.
 *
 * In memory the map is one entry of 16 bits for each region, as on the disk but in
 * host order. Memory comes from the caller; nothing here locks.
 */
#ifndef TANDEM_CORE_MAP_H
#define TANDEM_CORE_MAP_H

#include "core/types.h"
#include "uapi/tandem_format_map.h"

/**
 * struct tandem_map_table - the map of a set
 * @nr_regions: of the set
 * @entry: one for each, the caller's memory
 */
struct tandem_map_table {
	struct tandem_id array;
	u16 set;
	u32 nr_regions;
	u16 *entry;
};

static inline unsigned int tandem_map_content(u16 entry)
{
	return entry & TANDEM_MAP_CONTENT;
}

/* Legs (bits, by position in the set) that lack some of the region. */
static inline u8 tandem_map_stale(u16 entry)
{
	return entry >> TANDEM_MAP_STALE_SHIFT;
}

/* What is never written is stale nowhere. */
static inline u16 tandem_map_entry(unsigned int content, u8 stale)
{
	if (content == TANDEM_CONTENT_NEVER)
		return 0;
	return (u16)(content | (unsigned int)stale << TANDEM_MAP_STALE_SHIFT);
}

/* Pages that a map of @nr_regions takes. */
u32 tandem_map_pages(u32 nr_regions);

static inline u32 tandem_map_page_of(u32 region)
{
	return region / TANDEM_MAP_ENTRIES;
}

/* Byte offset of a slot of @page, from the start of the map. */
static inline u64 tandem_map_slot_bytes(u32 page, unsigned int slot)
{
	return (2ull * page + slot) * TANDEM_PAGE_BYTES;
}

/**
 * tandem_map_encode() - one page to bytes
 * @page: below tandem_map_pages()
 * @sequence: higher than that of either slot of this page on the leg
 * @bytes: TANDEM_PAGE_BYTES, aligned to 8
 * Context: any; allocates nothing
 */
void tandem_map_encode(const struct tandem_map_table *table, u32 page, u64 sequence,
		       void *bytes);

/**
 * tandem_map_check() - is this a page of this map, and this one?
 * @bytes: TANDEM_PAGE_BYTES, aligned to 8, anything at all
 * @why: set to a static noun phrase on error, may be NULL
 * Return: 0; -ENODATA all zero; -EBADMSG magic or checksum; -EINVAL breaks a rule
 */
int tandem_map_check(const struct tandem_map_table *table, u32 page, const void *bytes,
		     const char **why);

/**
 * tandem_map_choose() - which of two slots counts
 * @slots: both, one behind the other, aligned to 8
 * @sequence: set to that of the slot that counts, 0 if none does
 * Return: 0 or 1; -ENODATA both are zero; -EBADMSG no valid one
 */
int tandem_map_choose(const struct tandem_map_table *table, u32 page, const void *slots,
		      u64 *sequence);

/**
 * tandem_map_merge() - what a page says, into the entries
 * @bytes: a page that passed tandem_map_check()
 *
 * Each entry gets the larger content, and the stale bits of both.
 */
void tandem_map_merge(const struct tandem_map_table *table, u32 page, const void *bytes);

/* No leg has a valid page: written, and stale on the legs (bits) in @stale. */
void tandem_map_give_up(const struct tandem_map_table *table, u32 page, u8 stale);

#endif
