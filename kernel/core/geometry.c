// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Geometry: volume sector to place in a set and back, and the layout of a leg.
 *
 * RAID-10, three sets, one chunk per cell; the number is the chunk of the
 * volume:
 *
 *	set 0   set 1   set 2
 *	  0       1       2
 *	  3       4       5
 *
 * RAID-1 is the same with one set and no chunk. Chunks and regions are powers
 * of two, so that one lies inside the other wherever both are aligned: the
 * smaller of the two bounds a request.
 *
 * Sizes: a set has at most 2^22 regions of at most 2^17 sectors, the volume at
 * most 32 sets. No product or sum below can leave 64 bits once
 * tandem_geometry_check() has passed; the functions behind it rely on that.
 */
#include "sys.h"
#include "core/geometry.h"
#include "uapi/tandem_format_map.h"

/* Every set size is a multiple of 4 KiB, whatever the logical block is. */
#define SET_ALIGN_SECTORS (TANDEM_PAGE_BYTES / TANDEM_SECTOR_BYTES)

static int refuse(const char **why, const char *phrase)
{
	if (why)
		*why = phrase;
	return -EINVAL;
}

static u64 divide_up(u64 value, u32 by)
{
	return value / by + (value % by ? 1 : 0);
}

static bool is_power_of_two(u32 value)
{
	return value && !(value & (value - 1));
}

static bool region_is_valid(u32 region_sectors)
{
	return is_power_of_two(region_sectors) && region_sectors >= TANDEM_MIN_REGION_SECTORS &&
	       region_sectors <= TANDEM_MAX_REGION_SECTORS;
}

static bool chunk_is_valid(u32 chunk_sectors)
{
	return is_power_of_two(chunk_sectors) && chunk_sectors >= TANDEM_MIN_CHUNK_SECTORS &&
	       chunk_sectors <= TANDEM_MAX_CHUNK_SECTORS;
}

int tandem_geometry_check(const struct tandem_geometry *geo, const char **why)
{
	if (geo->level == TANDEM_RAID1) {
		if (geo->nr_sets != 1)
			return refuse(why, "number of sets (RAID-1 has one)");
		if (geo->chunk_sectors)
			return refuse(why, "chunk size (RAID-1 has none)");
	} else if (geo->level == TANDEM_RAID10) {
		if (!geo->nr_sets || geo->nr_sets > TANDEM_MAX_SETS)
			return refuse(why, "number of sets (1 to 32)");
		if (!chunk_is_valid(geo->chunk_sectors))
			return refuse(why, "chunk size (a power of two, 4 KiB to 16 MiB)");
		if (geo->set_sectors % geo->chunk_sectors)
			return refuse(why, "set size (a multiple of the chunk)");
	} else {
		return refuse(why, "level (raid1 or raid10)");
	}
	if (!region_is_valid(geo->region_sectors))
		return refuse(why, "region size (a power of two, 64 KiB to 64 MiB)");
	if (!geo->set_sectors || geo->set_sectors % SET_ALIGN_SECTORS)
		return refuse(why, "set size (a multiple of 4 KiB, not 0)");
	if (divide_up(geo->set_sectors, geo->region_sectors) > TANDEM_MAX_REGIONS_PER_SET)
		return refuse(why, "region size (too small: more than 4 Mi regions per set)");
	return 0;
}

u64 tandem_geometry_volume_sectors(const struct tandem_geometry *geo)
{
	return geo->set_sectors * geo->nr_sets;
}

u32 tandem_geometry_regions(const struct tandem_geometry *geo)
{
	return (u32)divide_up(geo->set_sectors, geo->region_sectors);
}

u32 tandem_geometry_region_sectors(const struct tandem_geometry *geo, u32 region)
{
	u64 left = geo->set_sectors - (u64)region * geo->region_sectors;

	return left < geo->region_sectors ? (u32)left : geo->region_sectors;
}

u32 tandem_geometry_max_io_sectors(const struct tandem_geometry *geo)
{
	if (geo->chunk_sectors && geo->chunk_sectors < geo->region_sectors)
		return geo->chunk_sectors;
	return geo->region_sectors;
}

u64 tandem_geometry_run_sectors(const struct tandem_geometry *geo, u64 sector)
{
	struct tandem_spot spot = tandem_geometry_map(geo, sector);
	u32 unit = tandem_geometry_max_io_sectors(geo);
	u64 run = unit - spot.sector % unit;
	u64 left = geo->set_sectors - spot.sector;

	return run < left ? run : left;
}

struct tandem_spot tandem_geometry_map(const struct tandem_geometry *geo, u64 sector)
{
	struct tandem_spot spot = { .set = 0, .sector = sector };
	u64 chunk;

	if (geo->nr_sets == 1)
		return spot;
	chunk = sector / geo->chunk_sectors;
	spot.set = (u32)(chunk % geo->nr_sets);
	spot.sector = chunk / geo->nr_sets * geo->chunk_sectors + sector % geo->chunk_sectors;
	return spot;
}

u64 tandem_geometry_unmap(const struct tandem_geometry *geo, struct tandem_spot spot)
{
	u64 chunk;

	if (geo->nr_sets == 1)
		return spot.sector;
	chunk = spot.sector / geo->chunk_sectors * geo->nr_sets + spot.set;
	return chunk * geo->chunk_sectors + spot.sector % geo->chunk_sectors;
}

/*
 * The map is sized from the disk and not from the data, which depends on it:
 * a little too large, never too small.
 */
int tandem_layout_compute(u64 disk_sectors, u32 region_sectors, struct tandem_layout *layout)
{
	const u64 guard = TANDEM_GUARD_BYTES / TANDEM_SECTOR_BYTES;
	const u64 align = TANDEM_DATA_ALIGN_BYTES / TANDEM_SECTOR_BYTES;
	u64 regions, front_bytes, end;

	if (!region_is_valid(region_sectors))
		return -EINVAL;
	regions = divide_up(disk_sectors, region_sectors);
	if (regions > TANDEM_MAX_REGIONS_PER_SET / TANDEM_MAP_GROWTH)
		regions = TANDEM_MAX_REGIONS_PER_SET;
	else
		regions *= TANDEM_MAP_GROWTH;
	layout->map_pages = (u32)divide_up(regions, TANDEM_MAP_ENTRIES);
	front_bytes = TANDEM_MAP_BYTES + 2ull * layout->map_pages * TANDEM_PAGE_BYTES;
	layout->data_offset_sectors = divide_up(front_bytes, TANDEM_DATA_ALIGN_BYTES) * align;
	if (disk_sectors < layout->data_offset_sectors + guard + SET_ALIGN_SECTORS)
		return -ENOSPC;
	end = disk_sectors - guard;
	layout->data_sectors = end - layout->data_offset_sectors;
	layout->data_sectors -= layout->data_sectors % SET_ALIGN_SECTORS;
	return 0;
}

u32 tandem_layout_default_region(u64 set_sectors)
{
	u32 region_sectors = TANDEM_DEFAULT_REGION_SECTORS;

	while (region_sectors < TANDEM_MAX_REGION_SECTORS &&
	       divide_up(set_sectors, region_sectors) > TANDEM_MAX_REGIONS_PER_SET)
		region_sectors *= 2;
	return region_sectors;
}
