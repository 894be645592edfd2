// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Grow: an array takes what its disks have become larger by.
 *
 *	look      every place must be current, for a leg that is away could not follow; how
 *	          long a set may be is the smallest disk's to say, and the region map's
 *	replace   a new table with "grow SECTORS" and the new length; the kernel checks all
 *	          of it again, and writes what has to be written before users see more
 *
 * Nothing is written here: the region maps of an active array are the kernel's.
 */
#include <stdlib.h>

#include "assemble.h"
#include "core/fit.h"
#include "fresh.h"
#include "run.h"
#include "view.h"

struct growing {
	const struct tandem_context *ctx;
	struct tandem_view view;
	struct tandem_super super;
	struct tandem_start start;
	u64 most;			/* that every disk has room for */
	u64 smallest_bytes;
	char smallest[TANDEM_PATH_BYTES];
	bool dry_run;
};

static const char *array_name(const struct growing *grow)
{
	return grow->view.volume.name;
}

static int check_places(const struct growing *grow, struct tandem_error *err)
{
	unsigned int leg;

	if (grow->view.volume.read_only)
		return tandem_error_set(err, TANDEM_CODE_BUSY, array_name(grow),
					"is active read-only");
	for (leg = 0; leg < grow->view.table.nr_legs; leg++) {
		enum tandem_leg_state state = grow->view.status.leg[leg].state;

		if (state == TANDEM_LEG_CURRENT && grow->view.disk[leg])
			continue;
		tandem_error_set(err, TANDEM_CODE_REFUSED, array_name(grow),
				 "leg %u is %s: an array grows when all its legs are current", leg,
				 tandem_leg_state_text(state));
		return tandem_error_hint(err, "tandem add %s DEV, tandem wait --for healthy %s",
					 array_name(grow), array_name(grow));
	}
	return 0;
}

static int look_at_disk(struct growing *grow, unsigned int leg, struct tandem_error *err)
{
	struct tandem_device dev;
	char path[TANDEM_PATH_BYTES];
	u64 bytes, most;
	int ret;

	grow->ctx->device->path_of(grow->view.disk[leg], path, sizeof(path));
	tandem_device_init(&dev, path);
	ret = tandem_device_open(grow->ctx, &dev, TANDEM_ACCESS_READ, err);
	if (ret)
		return ret;
	bytes = dev.size_bytes;
	tandem_device_close(&dev);
	most = tandem_fit_most(&grow->super, bytes / TANDEM_SECTOR_BYTES);
	if (grow->smallest[0] && most >= grow->most)
		return 0;
	grow->most = most;
	grow->smallest_bytes = bytes;
	snprintf(grow->smallest, sizeof(grow->smallest), "%s", path);
	return 0;
}

/* What limits it, when it cannot grow at all. */
static int refuse(const struct growing *grow, struct tandem_error *err)
{
	const u64 by_map = tandem_fit_map(&grow->super);
	char most[32];

	if (!(grow->super.feature_incompat & TANDEM_INCOMPAT_REGION_MAP))
		return tandem_error_set(err, TANDEM_CODE_REFUSED, array_name(grow),
					"was created without a region map and cannot grow");
	if (grow->most > grow->super.geo.set_sectors) {
		tandem_size_to_text(by_map * grow->super.geo.nr_sets * TANDEM_SECTOR_BYTES, most,
				    sizeof(most));
		tandem_error_set(err, TANDEM_CODE_REFUSED, array_name(grow),
				 "is at its limit: the region map was laid out for %s", most);
		return tandem_error_hint(err, "a new array with --region-size larger than %uK has "
					 "a higher one", grow->super.geo.region_sectors / 2);
	}
	tandem_error_set(err, TANDEM_CODE_FAILED, grow->smallest,
			 "is too small: of its %llu bytes nothing is left to grow by",
			 grow->smallest_bytes);
	return tandem_error_hint(err, "make the disks of all legs larger first");
}

/* How long every set is to be. */
static int choose(struct growing *grow, u64 *set_sectors, struct tandem_error *err)
{
	const u64 by_map = tandem_fit_map(&grow->super);
	const char *why = "unknown rule";
	unsigned int leg;
	int ret;

	for (leg = 0; leg < grow->view.table.nr_legs; leg++) {
		ret = look_at_disk(grow, leg, err);
		if (ret)
			return ret;
	}
	*set_sectors = grow->most < by_map ? grow->most : by_map;
	if (*set_sectors <= grow->super.geo.set_sectors ||
	    !(grow->super.feature_incompat & TANDEM_INCOMPAT_REGION_MAP))
		return refuse(grow, err);
	if (tandem_fit_grown(&grow->super, *set_sectors, &why))
		return tandem_error_set(err, TANDEM_CODE_FAILED, array_name(grow),
					"cannot grow: %s", why);
	if (grow->most > by_map)
		tandem_warn(grow->ctx, "%s: the disks have more room than the region map was laid "
			    "out for, the rest stays unused", array_name(grow));
	return 0;
}

static int reload(struct growing *grow, u64 set_sectors, struct tandem_error *err)
{
	struct tandem_table *table = &grow->start.table;
	const struct tandem_dm_load load = {
		.name = array_name(grow),
		.table = table,
		.sectors = set_sectors * grow->super.geo.nr_sets,
		.old_sectors = grow->view.sectors,
	};
	unsigned int leg;

	*table = grow->view.table;
	table->rebuild = 0;
	table->grow_sectors = set_sectors;
	for (leg = 0; leg < table->nr_legs; leg++)
		tandem_start_disk(&grow->start, leg, grow->view.disk[leg]);
	return tandem_dm_replace(grow->ctx, &load, &grow->view.table, err);
}

static int grow_array(struct growing *grow, struct tandem_error *err)
{
	char before[32], after[32];
	u64 set_sectors = 0;
	int ret;

	ret = check_places(grow, err);
	if (!ret)
		ret = tandem_view_super(grow->ctx, &grow->view, &grow->super, err);
	if (!ret)
		ret = choose(grow, &set_sectors, err);
	if (!ret && !grow->dry_run)
		ret = reload(grow, set_sectors, err);
	if (ret)
		return ret;
	tandem_size_to_text(grow->view.sectors * TANDEM_SECTOR_BYTES, before, sizeof(before));
	tandem_size_to_text(set_sectors * grow->super.geo.nr_sets * TANDEM_SECTOR_BYTES, after,
			    sizeof(after));
	tandem_notice(grow->ctx, "%s: %s from %s to %s", array_name(grow),
		      grow->dry_run ? "would grow" : "has grown", before, after);
	return 0;
}

int tandem_grow(struct tandem_context *ctx, const struct tandem_target *target,
		struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume volume;
	struct growing *grow;
	int lock, ret;

	if (!target->array)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL, "name an array");
	ret = tandem_dm_find(ctx, target->array, &volume, err);
	if (ret)
		return ret;
	grow = calloc(1, sizeof(*grow));
	if (!grow)
		return tandem_error_no_memory(err);
	grow->ctx = ctx;
	grow->dry_run = target->dry_run;
	/* A leg that is added meanwhile would be out again, or the new length refused. */
	lock = tandem_run_lock_array(ctx, volume.name, true);
	ret = tandem_view_read(ctx, &volume, &grow->view, err);
	if (!ret)
		ret = grow_array(grow, err);
	tandem_run_unlock(lock);
	tandem_view_free(&grow->view);
	free(grow);
	return ret;
}
