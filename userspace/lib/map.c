// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Region maps on disks.
 *
 * What a page means is decided in core/map.c, the same for the kernel.
 *
 * Decisions
 * - A slot that cannot be read is not zeroes, for these are a page that was never
 *   written; it is noise, and the other slot may count.
 * - A page that any current leg has is not lost: a region leaves the log only when
 *   the maps of all of them say so, and what is in a log is unsure here.
 * - One table for each set, into which leg after leg is merged: of a set of 4 Mi
 *   regions a table for each leg would be half a gigabyte.
 */
#include "map.h"

#include <stdlib.h>

/* Pages in one read or write: 1 MiB, as each of them has two slots. */
#define PIECE_PAGES 128u
#define PAIR_BYTES (2u * TANDEM_PAGE_BYTES)

static u64 bytes_of_page(const struct tandem_super *super, u32 page)
{
	return super->map_offset_sectors * TANDEM_SECTOR_BYTES + tandem_map_slot_bytes(page, 0);
}

/* Pages from @page on that are one piece. */
static u32 pages_from(const struct tandem_map_table *table, u32 page)
{
	const u32 left = tandem_map_pages(table->nr_regions) - page;

	return left < PIECE_PAGES ? left : PIECE_PAGES;
}

static int make_table(const struct tandem_super *super, struct tandem_map_table *table)
{
	table->array = super->array;
	table->set = super->place[super->leg].set;
	table->nr_regions = tandem_geometry_regions(&super->geo);
	table->entry = calloc(table->nr_regions, sizeof(*table->entry));
	return table->entry ? 0 : -ENOMEM;
}

static int write_pages(const struct tandem_context *ctx, const struct tandem_device *dev,
		       const struct tandem_super *super, const struct tandem_map_table *table)
{
	const u32 pages = tandem_map_pages(table->nr_regions);
	unsigned char *slots = tandem_device_buffer(PIECE_PAGES * PAIR_BYTES);
	u32 page, i, nr;
	int ret = 0;

	if (!slots)
		return -ENOMEM;
	for (page = 0; page < pages && !ret; page += nr) {
		nr = pages_from(table, page);
		for (i = 0; i < nr; i++) {
			unsigned char *first = slots + i * PAIR_BYTES;

			tandem_map_encode(table, page + i, 1, first);
			memcpy(first + TANDEM_PAGE_BYTES, first, TANDEM_PAGE_BYTES);
		}
		ret = ctx->device->write(dev, bytes_of_page(super, page), slots,
					 (size_t)nr * PAIR_BYTES);
	}
	free(slots);
	return ret ? ret : ctx->device->sync(dev);
}

int tandem_legmap_write(const struct tandem_context *ctx, const struct tandem_device *dev,
			const struct tandem_super *super, u16 entry)
{
	struct tandem_map_table table;
	u32 region;
	int ret;

	ret = make_table(super, &table);
	if (ret)
		return ret;
	for (region = 0; region < table.nr_regions; region++)
		table.entry[region] = entry;
	ret = write_pages(ctx, dev, super, &table);
	free(table.entry);
	return ret;
}

int tandem_legmap_init(const struct tandem_super *super, struct tandem_legmap *map)
{
	int ret = make_table(super, &map->table);

	if (ret)
		return ret;
	map->found = calloc(tandem_map_pages(map->table.nr_regions), sizeof(*map->found));
	if (map->found)
		return 0;
	tandem_legmap_free(map);
	return -ENOMEM;
}

void tandem_legmap_free(struct tandem_legmap *map)
{
	free(map->table.entry);
	free(map->found);
	memset(map, 0, sizeof(*map));
}

/* Slots in memory and where they are on the disk. */
struct piece {
	u64 offset;
	size_t len;
	unsigned char *slots;
};

/* In one read if that works. */
static void read_piece(const struct tandem_context *ctx, const struct tandem_device *dev,
		       const struct piece *piece)
{
	size_t at;

	if (!ctx->device->read(dev, piece->offset, piece->slots, piece->len))
		return;
	for (at = 0; at < piece->len; at += TANDEM_PAGE_BYTES) {
		if (ctx->device->read(dev, piece->offset + at, piece->slots + at,
				      TANDEM_PAGE_BYTES))
			memset(piece->slots + at, 0xff, TANDEM_PAGE_BYTES);
	}
}

/*
 * @known: regions that the leg's own record speaks of; behind them its map is empty.
 * False: the leg has no such page.
 */
static bool merge(struct tandem_legmap *map, u32 page, const unsigned char *slots, u32 known)
{
	struct tandem_map_table table = map->table;
	u64 sequence;
	int slot;

	if (page * TANDEM_MAP_ENTRIES < known) {
		if (known < table.nr_regions)
			table.nr_regions = known;
		slot = tandem_map_choose(&table, page, slots, &sequence);
		if (slot < 0)
			return false;
		tandem_map_merge(&table, page, slots + (unsigned int)slot * TANDEM_PAGE_BYTES);
	}
	map->found[page] = true;
	return true;
}

int tandem_legmap_read(const struct tandem_context *ctx, const struct tandem_found *found,
		       struct tandem_legmap *map, u32 *lost)
{
	const u32 known = tandem_geometry_regions(&found->label.super.geo);
	const u32 pages = tandem_map_pages(map->table.nr_regions);
	struct tandem_error ignored;
	struct piece piece = { 0 };
	struct tandem_device dev;
	u32 page, i, nr;
	int ret;

	*lost = pages;
	tandem_device_init(&dev, found->dev.path);
	ret = tandem_device_open(ctx, &dev, TANDEM_ACCESS_READ, &ignored);
	if (ret)
		return ret;
	piece.slots = tandem_device_buffer(PIECE_PAGES * PAIR_BYTES);
	for (page = 0; piece.slots && page < pages; page += nr) {
		nr = pages_from(&map->table, page);
		piece.offset = bytes_of_page(&found->label.super, page);
		piece.len = (size_t)nr * PAIR_BYTES;
		read_piece(ctx, &dev, &piece);
		for (i = 0; i < nr; i++)
			*lost -= merge(map, page + i, piece.slots + i * PAIR_BYTES, known);
	}
	tandem_device_close(&dev);
	ret = piece.slots ? 0 : -ENOMEM;
	free(piece.slots);
	return ret;
}

void tandem_legmap_settle(struct tandem_legmap *map, struct tandem_intent *unsure)
{
	const struct tandem_map_table *table = &map->table;
	const u32 pages = tandem_map_pages(table->nr_regions);
	u32 page, region;

	for (page = 0; page < pages; page++) {
		if (map->found[page])
			continue;
		tandem_map_give_up(table, page, 0);
		tandem_intent_add_run(unsure, page * TANDEM_MAP_ENTRIES, TANDEM_MAP_ENTRIES);
	}
	for (region = tandem_intent_next(unsure, 0); region < table->nr_regions;
	     region = tandem_intent_next(unsure, region + 1))
		table->entry[region] = tandem_map_entry(TANDEM_CONTENT_WRITTEN,
							tandem_map_stale(table->entry[region]));
}

void tandem_legmap_add_content(const struct tandem_legmap *map, enum tandem_content content,
			       struct tandem_intent *regions)
{
	u32 region;

	for (region = 0; region < map->table.nr_regions; region++) {
		if (tandem_map_content(map->table.entry[region]) == content)
			tandem_intent_add(regions, region);
	}
}

void tandem_legmap_add_stale(const struct tandem_legmap *map, u8 legs,
			     struct tandem_intent *regions)
{
	u32 region;

	for (region = 0; region < map->table.nr_regions; region++) {
		if (tandem_map_stale(map->table.entry[region]) & legs)
			tandem_intent_add(regions, region);
	}
}
