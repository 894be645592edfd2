/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the region map, shared by map.c (in operation), survey.c (start and stop)
 * and rejoin.c (legs that return).
 *
 * Entries and pages are changed under array->lock, or where the array is down. An
 * entry may say too much at any time and be written so; too little it must never say.
 */
#ifndef TANDEM_IO_MAPPER_H
#define TANDEM_IO_MAPPER_H

#include "core/intent.h"
#include "core/map.h"
#include "io/map.h"
#include "io/meta.h"

/*
 * struct tandem_map_page - where a page of the map stands
 * @sequence: highest that any leg has
 * @slots: per leg, the slot that counts
 * @behind: legs that do not have the page as it is in memory in both slots, or would
 *	not if they were written to
 */
struct tandem_map_page {
	u64 sequence;
	u8 slots;
	u8 behind;
};

/*
 * struct tandem_map - the region map of a set
 * @copied: regions that were made equal on all legs, and are not durable there yet
 * @settling: of these, those that were so when the flush that is on began
 * @done: to be run when the pass that is on has ended; NULL: none is on
 * @cursor: page that is on its way, or the next one to look at
 * @sent: legs that page went to; 0: none is on its way
 * @second: to the second of its slots
 * @good: nothing has gone wrong in this pass
 */
struct tandem_map {
	struct tandem_set *set;
	struct tandem_map_table table;
	u32 nr_pages;
	struct tandem_map_page *page;
	u64 *bits[2];
	struct tandem_intent copied;
	struct tandem_intent settling;
	struct delayed_work work;
	struct delayed_work *done;
	u32 cursor;
	u8 sent;
	bool second;
	bool good;
	struct tandem_meta meta;
};

static inline u8 tandem_set_all_legs(const struct tandem_set *set)
{
	return (u8)((1u << set->nr_legs) - 1);
}

/* Changes one entry, and notes that its page is to be written. */
static inline void tandem_map_put(struct tandem_map *map, u32 region, u16 entry)
{
	if (map->table.entry[region] == entry)
		return;
	map->table.entry[region] = entry;
	map->page[tandem_map_page_of(region)].behind = tandem_set_all_legs(map->set);
}

/* Sector of the slot of @page that may be written, on the leg at @position. */
static inline u64 tandem_map_sector(const struct tandem_map *map, u32 page,
				    unsigned int position)
{
	unsigned int slot = !(map->page[page].slots & (1u << position));

	return map->set->array->super->map_offset_sectors +
	       tandem_map_slot_bytes(page, slot) / TANDEM_SECTOR_BYTES;
}

#endif
