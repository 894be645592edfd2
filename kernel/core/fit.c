// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Do legs fit each other, and their disks? And how long may their sets become.
 *
 * Decisions
 * - A larger disk than recorded is the same one: it was enlarged, and nobody has told
 *   the array. A copy on a larger disk has that size, too; what tells it from the leg
 *   is that the leg is there as well (DUPLICATE), the end of its intent log (A13), and
 *   in user space the serial number. A smaller disk was cut off, or is a copy: refused.
 * - Sets grow only where there is a region map: what is behind the old end is never
 *   written, legs differ there, and nothing but the map can say so (I41).
 * - The map stays where it is: a set cannot outgrow the pages that it was created with.
 */
#include "sys.h"
#include "core/fit.h"
#include "uapi/tandem_format_map.h"

#define GUARD_SECTORS	(TANDEM_GUARD_BYTES / TANDEM_SECTOR_BYTES)
#define BLOCK_SECTORS	(TANDEM_PAGE_BYTES / TANDEM_SECTOR_BYTES)

static int refuse(const char **why, const char *phrase)
{
	if (why)
		*why = phrase;
	return -EINVAL;
}

static bool same_geometry(const struct tandem_geometry *a, const struct tandem_geometry *b)
{
	return a->level == b->level && a->nr_sets == b->nr_sets &&
	       a->chunk_sectors == b->chunk_sectors && a->region_sectors == b->region_sectors;
}

bool tandem_fit_places(const struct tandem_super *a, const struct tandem_super *b)
{
	unsigned int i;

	for (i = 0; i < a->geo.nr_sets; i++)
		if (a->set[i].first_leg != b->set[i].first_leg ||
		    a->set[i].nr_legs != b->set[i].nr_legs)
			return false;
	return a->nr_legs == b->nr_legs;
}

bool tandem_fit_shape(const struct tandem_super *a, const struct tandem_super *b)
{
	unsigned int i;

	if (a->role != b->role ||
	    (a->feature_incompat ^ b->feature_incompat) & ~TANDEM_INCOMPAT_LIVE ||
	    a->feature_ro_compat != b->feature_ro_compat ||
	    a->feature_compat != b->feature_compat)
		return false;
	if (!same_geometry(&a->geo, &b->geo) ||
	    a->data_offset_sectors != b->data_offset_sectors ||
	    a->log_offset_sectors != b->log_offset_sectors ||
	    a->map_offset_sectors != b->map_offset_sectors ||
	    a->log_slots != b->log_slots || a->map_pages != b->map_pages)
		return false;
	for (i = 0; i < a->geo.nr_sets; i++)
		if (a->set[i].nr_legs > b->set[i].nr_legs + 1u ||
		    b->set[i].nr_legs > a->set[i].nr_legs + 1u)
			return false;
	if (tandem_id_equal(&a->epoch.id, &b->epoch.id))
		return tandem_fit_places(a, b);
	return true;
}

bool tandem_fit_disk(const struct tandem_super *super, u64 disk_sectors, u32 block_bytes)
{
	return disk_sectors >= super->own_disk_sectors &&
	       block_bytes == super->logical_block_bytes;
}

bool tandem_fit_room(const struct tandem_super *super, u64 disk_sectors)
{
	const u64 around = super->data_offset_sectors + GUARD_SECTORS;

	return disk_sectors >= around && disk_sectors - around >= super->geo.set_sectors;
}

static u64 whole(const struct tandem_super *super, u64 sectors)
{
	const u32 unit = super->geo.chunk_sectors ?: BLOCK_SECTORS;

	return sectors - sectors % unit;
}

u64 tandem_fit_most(const struct tandem_super *super, u64 disk_sectors)
{
	const u64 around = super->data_offset_sectors + GUARD_SECTORS;

	return disk_sectors < around ? 0 : whole(super, disk_sectors - around);
}

u64 tandem_fit_map(const struct tandem_super *super)
{
	u64 regions = (u64)super->map_pages * TANDEM_MAP_ENTRIES;

	if (regions > TANDEM_MAX_REGIONS_PER_SET)
		regions = TANDEM_MAX_REGIONS_PER_SET;
	return whole(super, regions * super->geo.region_sectors);
}

int tandem_fit_grown(const struct tandem_super *super, u64 set_sectors, const char **why)
{
	struct tandem_geometry geo = super->geo;

	if (!(super->feature_incompat & TANDEM_INCOMPAT_REGION_MAP))
		return refuse(why, "array without a region map (it cannot grow)");
	if (set_sectors < super->geo.set_sectors)
		return refuse(why, "set size (less than it is now)");
	if (set_sectors > tandem_fit_map(super))
		return refuse(why, "set size (more than the region map was laid out for)");
	geo.set_sectors = set_sectors;
	return tandem_geometry_check(&geo, why);
}
