// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region maps of all legs at a start and at a stop.
 *
 *	read    both slots of every page of the legs that will be in use: the newest of
 *	        the current ones are joined, of the others only the numbers count
 *	write   what some leg does not have
 *	mark    region words: NEVER, and REFILL where a leg that is filled lacks it
 *	end     a stop: what was in the log is written, and the copies are flushed
 *
 * If power goes here: pages say too much on some legs, and the same on none.
 *
 * Decisions
 * - The map of any one current leg is enough, with its log; so the union is, and a leg
 *   without a valid page takes it from another one. If none has it, everything there
 *   is written, stale on all others, and may differ: as if the logs were lost.
 * - A leg that was being filled, and whose page is another than those of the current
 *   legs, is an old image of itself, or power went while the page was written: it lacks
 *   what it had gained since.
 * - Behind the end that the record of a current leg knows there is nothing: the set has
 *   grown, or is growing, and that leg did not take part yet (io/grow.c).
 * - What is in the log of a current leg at a start is written, and stale on every leg
 *   that is not current: when it leaves the log nobody else will remember.
 */
#include "sys.h"
#include "io/area.h"
#include "io/control.h"
#include "io/grow.h"
#include "io/logger.h"
#include "io/mapper.h"
#include "io/region.h"
#include "io/survey.h"

#define SLOTS_BYTES	(2 * TANDEM_PAGE_BYTES)
#define PIECE_PAGES	8u		/* of the map, read at once */

/* Will it be written to, if all goes well? */
static bool is_wanted(const struct tandem_array *array, const struct tandem_leg *leg)
{
	if (!leg->found)
		return false;
	return leg->use == TANDEM_USE_CURRENT || leg->use == TANDEM_USE_REBUILDING ||
	       array->params.rebuild & (1ull << leg->index);
}

/* Do both slots say the same? */
static bool is_doubled(const u8 *slots)
{
	return !memcmp(slots, slots + TANDEM_PAGE_BYTES, TANDEM_PAGE_BYTES);
}

/* Is all of @page behind the end that @leg knows? Whatever lies there says nothing. */
static bool is_behind_end(const struct tandem_leg *leg, u32 page)
{
	return page * TANDEM_MAP_ENTRIES >= tandem_grow_known_regions(leg);
}

/* One page of one leg. Return: its sequence, 0 if it has none */
static u64 take_page(struct tandem_map *map, struct tandem_leg *leg, u32 page, const u8 *slots)
{
	struct tandem_map_page *at = &map->page[page];
	struct tandem_map_table known = map->table;
	u64 sequence;
	int slot;

	if (!is_behind_end(leg, page))
		known.nr_regions = tandem_grow_known_regions(leg);
	slot = tandem_map_choose(&known, page, slots, &sequence);
	at->slots &= ~leg->bit;
	at->sequence = max(at->sequence, sequence);
	if (slot < 0)
		return 0;
	at->slots |= slot ? leg->bit : 0;
	if (is_behind_end(leg, page))
		return 0;
	if (leg->use == TANDEM_USE_CURRENT)
		tandem_map_merge(&known, page, slots + slot * TANDEM_PAGE_BYTES);
	if (is_doubled(slots))
		at->behind &= ~leg->bit;
	return sequence;
}

/* Nobody knows what is there: see above. */
static void give_up(struct tandem_map *map, u32 page, u8 current_legs)
{
	struct tandem_set *set = map->set;

	pr_warn("tandem %s: set %u: page %u of the region map is lost; every region may differ\n",
		set->array->super->name, set->index, page);
	tandem_map_give_up(&map->table, page, tandem_set_all_legs(set) & ~current_legs);
	set->log->head.flags |= TANDEM_LOG_ALL;
}

/* Legs in @legs lack all that is written in @page. */
static void add_stale(struct tandem_map *map, u32 page, u8 legs)
{
	u32 region = page * TANDEM_MAP_ENTRIES;
	u32 end = min(region + TANDEM_MAP_ENTRIES, map->table.nr_regions);
	u16 entry;

	for (; legs && region < end; region++) {
		entry = map->table.entry[region];
		tandem_map_put(map, region, tandem_map_entry(tandem_map_content(entry),
							     tandem_map_stale(entry) | legs));
	}
}

/* One page of all legs of a set. */
static noinline_for_stack void join_page(struct tandem_map *map, u32 page,
					 const struct tandem_area *area)
{
	u32 offset = page % PIECE_PAGES * SLOTS_BYTES;
	u64 sequence[TANDEM_MAX_LEGS_PER_SET] = { 0 };
	u8 current_legs = 0, filled = 0, old = 0;
	bool is_new = false;
	struct tandem_leg *leg;
	unsigned int i;
	u64 newest = 0;

	map->page[page].behind = tandem_set_all_legs(map->set);
	for (i = 0; i < map->set->nr_legs; i++) {
		leg = tandem_set_leg(map->set, i);
		if (!area->leg[leg->index])
			continue;
		sequence[i] = take_page(map, leg, page, area->leg[leg->index] + offset);
		filled |= leg->use == TANDEM_USE_REBUILDING ? leg->bit : 0;
		if (leg->use != TANDEM_USE_CURRENT)
			continue;
		current_legs |= leg->bit;
		is_new |= is_behind_end(leg, page);
		newest = max(newest, sequence[i]);
	}
	if (!newest && !is_new) {
		give_up(map, page, current_legs);
		return;
	}
	for (i = 0; i < map->set->nr_legs; i++) {
		/* Two numbers, two contents: all get the union. */
		if (sequence[i] != newest && current_legs & (1u << i))
			map->page[page].behind = tandem_set_all_legs(map->set);
		if (sequence[i] != newest)
			old |= filled & (1u << i);
	}
	/* On another leg the same number may be of another time. */
	map->page[page].behind |= tandem_set_all_legs(map->set) & ~current_legs;
	add_stale(map, page, old);
}

static void forget(struct tandem_map *map)
{
	memset(map->table.entry, 0, map->table.nr_regions * sizeof(*map->table.entry));
	memset(map->page, 0, map->nr_pages * sizeof(*map->page));
	tandem_intent_empty(&map->copied);
	tandem_intent_empty(&map->settling);
}

int tandem_survey_read(struct tandem_array *array)
{
	struct tandem_area area = { .bytes = PIECE_PAGES * SLOTS_BYTES };
	u32 page, nr_pages;
	unsigned int i;
	u64 legs = 0;

	if (!tandem_array_has_map(array))
		return 0;
	for (i = 0; i < array->params.nr_legs; i++)
		if (is_wanted(array, &array->leg[i]))
			legs |= 1ull << i;
	if (tandem_area_create(array, &area, legs))
		return -ENOMEM;
	for (i = 0; i < array->nr_sets; i++)
		forget(array->set[i].map);
	nr_pages = array->set[0].map->nr_pages;
	for (page = 0; page < nr_pages; page++) {
		if (page % PIECE_PAGES == 0) {
			area.sector = array->super->map_offset_sectors +
				      tandem_map_slot_bytes(page, 0) / TANDEM_SECTOR_BYTES;
			area.bytes = min(PIECE_PAGES, nr_pages - page) * SLOTS_BYTES;
			tandem_area_read(array, &area, legs);
		}
		for (i = 0; i < array->nr_sets; i++)
			join_page(array->set[i].map, page, &area);
	}
	tandem_area_destroy(array, &area);
	return 0;
}

/* Adds page @page of @set to what is written next. */
static void add_page(struct tandem_set *set, u32 page, u64 legs, struct tandem_group *group)
{
	struct tandem_map *map = set->map;
	u8 behind = map->page[page].behind & (u8)(legs >> set->first_leg);
	unsigned int i;

	if (!behind)
		return;
	tandem_map_encode(&map->table, page, ++map->page[page].sequence, map->meta.page);
	for (i = 0; i < set->nr_legs; i++)
		group->bytes[set->first_leg + i] = map->meta.page;
	group->legs |= (u64)behind << set->first_leg;
}

static void note_written(struct tandem_set *set, u32 page, u64 written)
{
	u8 legs = (u8)(written >> set->first_leg) & tandem_set_all_legs(set);

	set->map->page[page].slots ^= legs;
	set->map->page[page].behind &= ~legs;
}

/* To one slot, and then to the other. Returns the legs that failed. */
static u64 write_both(struct tandem_array *array, u32 page, struct tandem_group *group)
{
	unsigned int round, i;
	u64 failed = 0;

	for (round = 0; round < 2; round++) {
		group->legs &= ~failed;
		for (i = 0; i < array->params.nr_legs; i++)
			group->sector[i] = tandem_map_sector(array->leg[i].set->map, page,
							     __ffs(array->leg[i].bit));
		failed |= tandem_control_run(array, group);
		for (i = 0; i < array->nr_sets; i++)
			note_written(&array->set[i], page, group->legs & ~failed);
	}
	return failed;
}

u64 tandem_survey_write(struct tandem_array *array, u64 legs)
{
	struct tandem_group *group;
	u64 failed = 0;
	unsigned int i;
	u32 page;

	if (!tandem_array_has_map(array))
		return 0;
	for (page = 0; page < array->set[0].map->nr_pages; page++) {
		group = tandem_control_group(array);
		group->op = TANDEM_OP_METADATA;
		group->opf = REQ_OP_WRITE | REQ_FUA | REQ_SYNC | REQ_META | REQ_PRIO;
		group->length_bytes = TANDEM_PAGE_BYTES;
		for (i = 0; i < array->nr_sets; i++)
			add_page(&array->set[i], page, legs & ~failed, group);
		if (!group->legs)
			continue;
		failed |= write_both(array, page, group);
	}
	return failed;
}

/* What is in the log leaves it: nothing is in a region that was discarded as a whole. */
static void note_end(struct tandem_set *set, u32 region)
{
	const u32 word = atomic_read(&set->region[region]);

	if (word & TANDEM_REGION_EMPTIED && !tandem_region_is_unlike(set, region))
		tandem_map_forget(set, region);
	else
		tandem_map_note(set, region);
}

bool tandem_survey_end(struct tandem_array *array)
{
	u64 legs = tandem_array_legs_in(array, TANDEM_LEG_CURRENT) |
		   tandem_array_legs_in(array, TANDEM_LEG_REBUILDING);
	const struct tandem_intent *intent;
	struct tandem_set *set;
	unsigned int i;
	u32 region;

	if (!tandem_array_has_map(array))
		return true;
	for (i = 0; i < array->nr_sets; i++) {
		set = &array->set[i];
		intent = &set->log->intent;
		for (region = tandem_intent_next(intent, 0); region < intent->nr_regions;
		     region = tandem_intent_next(intent, region + 1))
			note_end(set, region);
		if (set->log->head.flags & TANDEM_LOG_ALL)
			tandem_map_note_all(set);
		tandem_map_flush_begin(set);
		tandem_map_flush_end(set, true);
	}
	return !tandem_survey_write(array, legs);
}

void tandem_survey_mark(struct tandem_set *set)
{
	u32 masks = atomic_read(&set->masks);
	u8 filled = TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks);
	bool all = set->log->head.flags & TANDEM_LOG_ALL;
	struct tandem_map *map = set->map;
	unsigned int content;
	u8 stale;
	u32 region;

	for (region = 0; region < map->table.nr_regions; region++) {
		content = tandem_map_content(map->table.entry[region]);
		stale = tandem_map_stale(map->table.entry[region]);
		if (all || tandem_intent_has(&set->log->intent, region)) {
			content = TANDEM_CONTENT_WRITTEN;
			stale |= tandem_set_all_legs(set) & ~TANDEM_READABLE(masks);
		}
		/* What is stale on a current leg says too much, and need not be written. */
		tandem_map_put(map, region, tandem_map_entry(content, stale));
		stale &= ~TANDEM_READABLE(masks);
		map->table.entry[region] = tandem_map_entry(content, stale);
		if (content == TANDEM_CONTENT_NEVER)
			atomic_or(TANDEM_REGION_NEVER, &set->region[region]);
		else if (stale & filled)
			tandem_region_mark_refill(set, region);
	}
}

void tandem_survey_home(struct tandem_set *set)
{
	u8 named = set->array->super->set[set->index].home;
	struct tandem_leg *leg;
	unsigned int i;

	set->home = 0;
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (leg->state == TANDEM_LEG_CURRENT && (!set->home || named == i + 1))
			set->home = leg->bit;
	}
}
