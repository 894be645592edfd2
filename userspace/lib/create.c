// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Create: check everything, then write.
 *
 *	options - disks (looked at, compared, claimed) - layout - kernel module
 *	try all disks: blocks are written back as they were read
 *	--- nothing is changed above this line ---
 *	announce - wipe front and end - [zero the data] - region maps - slot 0 - slot 1
 *	release - activate
 *
 * A failure below the line takes the superblocks back that were written, so
 * that no half of an array is left behind to be found by a scan. All legs get
 * their first slot before any gets its second, and none before the maps of all are
 * durable: a leg without a map would say that everything was written and may differ.
 *
 * The smallest disk decides for all: layout and set size are the array's.
 */
#include <stdlib.h>

#include "create.h"
#include "dm.h"
#include "fresh.h"
#include "map.h"
#include "scan.h"

static int open_disks(struct tandem_build *build, struct tandem_error *err)
{
	unsigned int i, j;
	int ret;

	/* First a look at all: a disk that is named twice cannot be claimed twice. */
	for_each_present(build, i) {
		struct tandem_fresh *fresh = &build->fresh[i];

		ret = tandem_device_open(build->ctx, &fresh->dev, TANDEM_ACCESS_READ, err);
		if (ret)
			return ret;
		ret = build->ctx->device->stack(&fresh->dev, &fresh->stack);
		tandem_device_close(&fresh->dev);
		if (ret)
			return tandem_error_system(err, ret, fresh->dev.path,
						   "cannot tell what it lies on");
		for (j = tandem_build_next(build, 0); j < i; j = tandem_build_next(build, j + 1)) {
			ret = tandem_fresh_compare(build->ctx, &build->fresh[j], fresh, err);
			if (ret)
				return ret;
		}
	}
	for_each_present(build, i) {
		ret = tandem_fresh_claim(build->ctx, &build->fresh[i],
					 build->opt->overwrite ? TANDEM_FRESH_OVERWRITE :
								 TANDEM_FRESH_NOTHING, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Is there an array of this name, active or not? */
static int check_name(struct tandem_build *build, struct tandem_error *err)
{
	const char *name = build->opt->name;
	struct tandem_volume volume;
	struct tandem_scan scan;
	unsigned int i;
	int ret;

	if (tandem_dm_name_taken(build->ctx, name, &volume))
		return tandem_error_set(err, TANDEM_CODE_BUSY, name,
					"an array of this name is active");
	ret = tandem_scan_all(build->ctx, &scan, err);
	for (i = 0; !ret && i < scan.nr; i++) {
		if (strcmp(scan.found[i]->label.super.name, name))
			continue;
		tandem_error_set(err, TANDEM_CODE_BUSY, name,
				 "%s is a leg of an array of this name",
				 scan.found[i]->dev.path);
		ret = tandem_error_hint(err,
					"choose another name, or give that array up: tandem "
					"forget its disks");
	}
	tandem_scan_free(&scan);
	return ret;
}

/* Legs (bits, by position in the set of @leg) that have no disk. */
static u8 missing_beside(const struct tandem_build *build, unsigned int leg)
{
	const struct tandem_config *config = &build->super.set[build->super.place[leg].set];
	unsigned int i;
	u8 missing = 0;

	for (i = 0; i < config->nr_legs; i++) {
		if (!build->present[config->first_leg + i])
			missing |= (u8)(1u << i);
	}
	return missing;
}

static enum tandem_content first_content(unsigned int init)
{
	switch ((enum tandem_init)init) {
	case TANDEM_INIT_LAZY:
		break;
	case TANDEM_INIT_ZERO:
		return TANDEM_CONTENT_ZERO;
	case TANDEM_INIT_IDENTICAL:
		return TANDEM_CONTENT_WRITTEN;
	}
	return TANDEM_CONTENT_NEVER;
}

static int try_disk(struct tandem_build *build, unsigned int leg)
{
	return tandem_label_try(build->ctx, &build->fresh[leg].dev);
}

static int wipe(struct tandem_build *build, unsigned int leg)
{
	const struct tandem_device *dev = &build->fresh[leg].dev;
	const struct tandem_super *super = &build->super;
	int ret;

	tandem_fresh_announce(build->ctx, &build->fresh[leg], false);
	ret = tandem_label_prepare(build->ctx, dev, super->data_offset_sectors);
	if (ret || super->init != TANDEM_INIT_ZERO)
		return ret;
	ret = tandem_device_zero(build->ctx, dev, super->data_offset_sectors * TANDEM_SECTOR_BYTES,
				 super->geo.set_sectors * TANDEM_SECTOR_BYTES);
	return ret ? ret : build->ctx->device->sync(dev);
}

/* A disk that comes later for a missing leg lacks what the others hold now. */
static int write_map(struct tandem_build *build, unsigned int leg)
{
	const enum tandem_content content = first_content(build->super.init);

	tandem_build_turn_to(build, leg);
	return tandem_legmap_write(build->ctx, &build->fresh[leg].dev, &build->super,
				   tandem_map_entry(content, missing_beside(build, leg)));
}

static int write_slot(struct tandem_build *build, unsigned int leg, unsigned int slot)
{
	tandem_build_turn_to(build, leg);
	build->super.sequence = slot + 1;
	build->touched = true;
	return tandem_label_write(build->ctx, &build->fresh[leg].dev, &build->super, slot);
}

static int write_slot_0(struct tandem_build *build, unsigned int leg)
{
	return write_slot(build, leg, 0);
}

static int write_slot_1(struct tandem_build *build, unsigned int leg)
{
	return write_slot(build, leg, 1);
}

/*
 * From one step to the next when all disks have taken it. No disk loses its content
 * for the sake of another one that takes no write.
 */
static int take_steps(struct tandem_build *build, struct tandem_error *err)
{
	static const struct {
		int (*on_leg)(struct tandem_build *build, unsigned int leg);
		const char *failed;
	} step[] = {
		{ try_disk, "cannot write, nothing was changed and no array was created" },
		{ wipe, "cannot write, no array was created" },
		{ write_map, "cannot write the region map, no array was created" },
		{ write_slot_0, "cannot write the superblock, no array was created" },
		{ write_slot_1, "cannot write the superblock, no array was created" },
	};
	unsigned int i, leg;
	int ret;

	for (i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		for_each_present(build, leg) {
			ret = step[i].on_leg(build, leg);
			if (ret)
				return tandem_error_system(err, ret, build->fresh[leg].dev.path,
							   step[i].failed);
		}
	}
	return 0;
}

static int write_all(struct tandem_build *build, struct tandem_error *err)
{
	unsigned int leg;
	int ret;

	for_each_present(build, leg) {
		ret = tandem_device_open_write(build->ctx, &build->fresh[leg].dev, err);
		if (ret)
			return ret;
	}
	ret = take_steps(build, err);
	if (ret && build->touched) {
		for_each_present(build, leg)
			tandem_label_erase(build->ctx, &build->fresh[leg].dev);
	}
	return ret;
}

static void close_disks(struct tandem_build *build)
{
	unsigned int leg;

	for (leg = 0; leg < build->nr_legs; leg++)
		tandem_device_close(&build->fresh[leg].dev);
}

static int activate(struct tandem_build *build, struct tandem_context *ctx,
		    struct tandem_error *err)
{
	const char *disk[TANDEM_MAX_LEGS];
	struct tandem_assemble_options how = { .disk = disk };
	unsigned int leg;

	for_each_present(build, leg)
		disk[how.nr_disks++] = build->fresh[leg].dev.path;
	return tandem_assemble(ctx, &how, NULL, err);
}

static int plan(struct tandem_build *build, struct tandem_error *err)
{
	int ret;

	ret = tandem_build_options(build, err);
	if (!ret)
		ret = open_disks(build, err);
	if (!ret)
		ret = tandem_build_super(build, err);
	if (!ret)
		ret = check_name(build, err);
	if (!ret && !build->opt->no_activate && !build->opt->dry_run)
		ret = tandem_dm_check(build->ctx, err);
	return ret;
}

static void tell(const struct tandem_build *build)
{
	const struct tandem_super *super = &build->super;
	char bytes[32], region[32];

	tandem_size_to_text(tandem_geometry_volume_sectors(&super->geo) * TANDEM_SECTOR_BYTES,
			    bytes, sizeof(bytes));
	tandem_size_to_text((u64)super->geo.region_sectors * TANDEM_SECTOR_BYTES, region,
			    sizeof(region));
	tandem_notice(build->ctx, "%s: %s %s, %u legs in %u %s, %s, regions of %s",
		      super->name, build->opt->dry_run ? "would create" : "created",
		      tandem_level_text(super->geo.level), super->nr_legs, super->geo.nr_sets,
		      super->geo.nr_sets == 1 ? "set" : "sets", bytes, region);
}

int tandem_create(struct tandem_context *ctx, const struct tandem_create_options *opt,
		  struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_build *build;
	unsigned int leg;
	int ret;

	build = calloc(1, sizeof(*build));
	if (!build)
		return tandem_error_no_memory(err);
	build->ctx = ctx;
	build->opt = opt;
	ret = plan(build, err);
	if (!ret && opt->dry_run) {
		for_each_present(build, leg)
			tandem_fresh_announce(ctx, &build->fresh[leg], true);
	} else if (!ret) {
		ret = write_all(build, err);
	}
	close_disks(build);
	if (!ret)
		tell(build);
	if (!ret && !opt->dry_run && !opt->no_activate)
		ret = activate(build, ctx, err);
	free(build);
	return ret;
}
