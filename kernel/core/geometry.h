/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a sector of the volume lies, and how a leg is laid out.
 *
 * RAID-1 is one set; RAID-10 is n sets, chunk c of the volume being chunk
 * c / n of set c mod n. Inside a set every leg holds the same bytes at the
 * same place. A region is an aligned piece of a *set*, not of the volume.
 *
 * A normal request is cut (tandem_geometry_max_io_sectors()) so that it never
 * leaves one chunk and never leaves one region: one request, one set, one
 * region word.
 */
#ifndef TANDEM_CORE_GEOMETRY_H
#define TANDEM_CORE_GEOMETRY_H

#include "core/types.h"

/**
 * struct tandem_geometry - shape of an array
 * @level: enum tandem_level
 * @nr_sets: 1 for RAID-1
 * @chunk_sectors: power of two; 0 for RAID-1
 * @region_sectors: power of two
 * @set_sectors: data per leg, a multiple of the chunk (RAID-10) and of 8
 */
struct tandem_geometry {
	u32 level;
	u32 nr_sets;
	u32 chunk_sectors;
	u32 region_sectors;
	u64 set_sectors;
};

/* A place in a set. */
struct tandem_spot {
	u32 set;
	u64 sector;	/* in the set's data, from 0 */
};

/* Layout of one leg, in sectors; the fixed part is in tandem_limits.h. */
struct tandem_layout {
	u64 data_offset_sectors;
	u64 data_sectors;	/* usable on this disk */
	u32 map_pages;
};

/**
 * tandem_geometry_check() - is it one that the format allows?
 * @why: set to a static noun phrase on error, may be NULL
 * Return: 0 or -EINVAL
 */
int tandem_geometry_check(const struct tandem_geometry *geo, const char **why);

/* Size of the volume in sectors. */
u64 tandem_geometry_volume_sectors(const struct tandem_geometry *geo);

/* Regions of one set; the last one may be short. */
u32 tandem_geometry_regions(const struct tandem_geometry *geo);

/* Sectors of region @region; only the last one differs from region_sectors. */
u32 tandem_geometry_region_sectors(const struct tandem_geometry *geo, u32 region);

/* Longest request, aligned to its own length, that stays in chunk and region. */
u32 tandem_geometry_max_io_sectors(const struct tandem_geometry *geo);

/* Sectors from @sector to the end of its chunk, region or volume: the nearest. */
u64 tandem_geometry_run_sectors(const struct tandem_geometry *geo, u64 sector);

/* Volume sector to place in a set, and back. @sector < volume_sectors. */
struct tandem_spot tandem_geometry_map(const struct tandem_geometry *geo, u64 sector);
u64 tandem_geometry_unmap(const struct tandem_geometry *geo, struct tandem_spot spot);

/**
 * tandem_layout_compute() - lay out a leg on a disk
 * @disk_sectors: size of the disk
 * @region_sectors: of the array to be
 * @layout: filled in on success; data_sectors is a multiple of 8, not yet of a
 *	chunk, and may be more than @region_sectors can track (a matter of
 *	tandem_geometry_check())
 * Return: 0, -ENOSPC if no data would fit, -EINVAL if @region_sectors is not
 *	one that the format allows
 */
int tandem_layout_compute(u64 disk_sectors, u32 region_sectors, struct tandem_layout *layout);

/* Default region size for a set of @set_sectors: at most 4 Mi regions. */
u32 tandem_layout_default_region(u64 set_sectors);

#endif
