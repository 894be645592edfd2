/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The region maps on disks: block I/O around core/map.h, and what the maps of the
 * current legs of a set say together. Only tandem_legmap_write() writes.
 */
#ifndef TANDEM_LIB_MAP_H
#define TANDEM_LIB_MAP_H

#include "core/intent.h"
#include "core/map.h"
#include "scan.h"

/**
 * tandem_legmap_write() - the first map of a leg, durably
 * @dev: writable; the area of the map is zeroed
 * @super: of this leg
 * @entry: what every region of its set is
 * Return: 0, -errno of the disk, or -ENOMEM
 *
 * Every page that the set needs, in both slots, with sequence 1. The pages behind them
 * stay zero: whoever makes the set larger writes these first.
 */
int tandem_legmap_write(const struct tandem_context *ctx, const struct tandem_device *dev,
			const struct tandem_super *super, u16 entry);

/**
 * struct tandem_legmap - what the maps of a set's current legs say together
 * @table: the union so far; a page that no leg had yet is all zero
 * @found: per page, whether any leg had it
 */
struct tandem_legmap {
	struct tandem_map_table table;
	bool *found;
};

/* Of the set of the leg of @super, nothing read yet. -ENOMEM, and nothing to free. */
int tandem_legmap_init(const struct tandem_super *super, struct tandem_legmap *map);
void tandem_legmap_free(struct tandem_legmap *map);

/**
 * tandem_legmap_read() - add the map of one leg
 * @found: a current leg of the set, closed; it is opened for reading and closed again
 * @lost: set to the number of its pages without a valid slot
 * Return: 0, whatever the map says; else the disk cannot be opened, or memory: then
 *	all its pages are lost
 */
int tandem_legmap_read(const struct tandem_context *ctx, const struct tandem_found *found,
		       struct tandem_legmap *map, u32 *lost);

/**
 * tandem_legmap_settle() - when all current legs were read
 * @unsure: regions that may differ between the current legs; those of pages that no
 *	leg had are added
 *
 * What is unsure may have been written, whatever the map says; and a leg that is not
 * current may lack it.
 */
void tandem_legmap_settle(struct tandem_legmap *map, struct tandem_intent *unsure);

/* Adds to @regions, of the size of the map, those of this content; stale on any of @legs. */
void tandem_legmap_add_content(const struct tandem_legmap *map, enum tandem_content content,
			       struct tandem_intent *regions);
void tandem_legmap_add_stale(const struct tandem_legmap *map, u8 legs,
			     struct tandem_intent *regions);

#endif
