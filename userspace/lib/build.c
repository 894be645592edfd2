// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From options and disks to the superblock of a new array.
 *
 * Every limit comes from uapi/tandem_limits.h, and the result passes
 * tandem_super_check() before anybody may write it: what `create` accepts and
 * what the kernel accepts cannot differ.
 */
#include <stdlib.h>
#include <time.h>

#include "create.h"

#define DEFAULT_CHUNK_SECTORS 128u	/* 64 KiB */
#define RAID10_DEFAULT_LEGS 2u

static int usage(struct tandem_error *err, const char *object, const char *fact,
		 const char *way_out)
{
	tandem_error_set(err, TANDEM_CODE_USAGE, object, "%s", fact);
	return way_out ? tandem_error_hint(err, "%s", way_out) : -EINVAL;
}

/* Index of @text among @names plus one, or 0. */
static unsigned int pick(const char *text, const char *const *names)
{
	unsigned int i;

	for (i = 0; names[i]; i++) {
		if (!strcmp(text, names[i]))
			return i + 1;
	}
	return 0;
}

static int words(struct tandem_build *build, struct tandem_error *err)
{
	static const char *const levels[] = { "raid1", "raid10", NULL };
	static const char *const roles[] = { "log", "data", "mixed", NULL };
	static const char *const inits[] = { "lazy", "zero", "identical", NULL };
	const struct tandem_create_options *opt = build->opt;
	struct tandem_super *super = &build->super;
	unsigned int choice;
	const char *why;

	if (!opt->name || tandem_name_check(opt->name, &why))
		return usage(err, opt->name, opt->name ? why : "an array needs a name",
			     "1 to 63 letters, digits or _-.+, not starting with -");
	snprintf(super->name, sizeof(super->name), "%s", opt->name);
	choice = opt->level ? pick(opt->level, levels) : 0;
	if (!choice)
		return usage(err, opt->level, opt->level ? "is no level" : "--level is missing",
			     "--level raid1 or --level raid10");
	super->geo.level = choice == 1 ? TANDEM_RAID1 : TANDEM_RAID10;
	choice = pick(opt->role ? opt->role : "mixed", roles);
	if (!choice)
		return usage(err, opt->role, "is no role", "--role log, data or mixed");
	super->role = (u8)(TANDEM_ROLE_LOG + choice - 1);
	choice = pick(opt->init ? opt->init : "lazy", inits);
	if (!choice)
		return usage(err, opt->init, "is no way to initialise",
			     "--init lazy, zero or identical");
	super->init = (u8)(TANDEM_INIT_LAZY + choice - 1);
	return 0;
}

static int places(struct tandem_build *build, struct tandem_error *err)
{
	const struct tandem_create_options *opt = build->opt;
	bool raid1 = build->super.geo.level == TANDEM_RAID1;
	char fact[160];

	if (opt->nr_disks < TANDEM_MIN_LEGS_PER_SET || opt->nr_disks > TANDEM_MAX_LEGS) {
		snprintf(fact, sizeof(fact), "%u disks were named, an array has %u to %u",
			 opt->nr_disks, TANDEM_MIN_LEGS_PER_SET, TANDEM_MAX_LEGS);
		return usage(err, opt->name, fact, "write \"missing\" for a disk that comes later");
	}
	build->nr_legs = opt->nr_disks;
	build->legs_per_set = opt->legs;
	if (!opt->legs)
		build->legs_per_set = raid1 ? build->nr_legs : RAID10_DEFAULT_LEGS;
	if (build->legs_per_set < TANDEM_MIN_LEGS_PER_SET ||
	    build->legs_per_set > TANDEM_MAX_LEGS_PER_SET) {
		snprintf(fact, sizeof(fact), "%u legs per set, a set has %u to %u",
			 build->legs_per_set, TANDEM_MIN_LEGS_PER_SET, TANDEM_MAX_LEGS_PER_SET);
		return usage(err, opt->name, fact, NULL);
	}
	if (raid1 ? build->nr_legs != build->legs_per_set :
		    build->nr_legs % build->legs_per_set) {
		snprintf(fact, sizeof(fact), "%u disks do not make %s of %u legs", build->nr_legs,
			 raid1 ? "one set" : "whole sets", build->legs_per_set);
		return usage(err, opt->name, fact, "write \"missing\" for a disk that comes later");
	}
	build->super.nr_legs = (u16)build->nr_legs;
	build->super.geo.nr_sets = build->nr_legs / build->legs_per_set;
	if (build->super.geo.nr_sets > TANDEM_MAX_SETS) {
		snprintf(fact, sizeof(fact), "%u sets, an array has at most %u",
			 build->super.geo.nr_sets, TANDEM_MAX_SETS);
		return usage(err, opt->name, fact, NULL);
	}
	return 0;
}

static bool fits(u64 bytes, u64 min_sectors, u64 max_sectors)
{
	return !(bytes & (bytes - 1)) && bytes >= min_sectors * TANDEM_SECTOR_BYTES &&
	       bytes <= max_sectors * TANDEM_SECTOR_BYTES;
}

static int numbers(struct tandem_build *build, struct tandem_error *err)
{
	const struct tandem_create_options *opt = build->opt;
	struct tandem_super *super = &build->super;

	if (super->geo.level == TANDEM_RAID1) {
		if (opt->chunk_bytes)
			return usage(err, opt->name, "a raid1 array has no chunks",
				     "leave --chunk out");
	} else {
		if (opt->chunk_bytes &&
		    !fits(opt->chunk_bytes, TANDEM_MIN_CHUNK_SECTORS, TANDEM_MAX_CHUNK_SECTORS))
			return usage(err, opt->name, "a chunk is a power of two from 4K to 16M",
				     "--chunk 64K");
		super->geo.chunk_sectors = opt->chunk_bytes ?
					   (u32)(opt->chunk_bytes / TANDEM_SECTOR_BYTES) :
					   DEFAULT_CHUNK_SECTORS;
	}
	if (opt->region_bytes &&
	    !fits(opt->region_bytes, TANDEM_MIN_REGION_SECTORS, TANDEM_MAX_REGION_SECTORS))
		return usage(err, opt->name, "a region is a power of two from 64K to 64M",
			     "--region-size 1M");
	if (opt->recovery_target_ms > TANDEM_MAX_RECOVERY_TARGET_MS ||
	    (opt->recovery_target_ms && opt->recovery_target_ms < TANDEM_MIN_RECOVERY_TARGET_MS))
		return usage(err, opt->name, "a recovery target is from 100ms to 1h",
			     "--recovery-target 10s");
	super->recovery_target_ms = opt->recovery_target_ms ? (u32)opt->recovery_target_ms :
				    TANDEM_DEFAULT_RECOVERY_TARGET_MS;
	return 0;
}

static int set_disks(struct tandem_build *build, struct tandem_error *err)
{
	unsigned int leg, set;

	for (leg = 0; leg < build->nr_legs; leg++) {
		build->present[leg] = strcmp(build->opt->disk[leg], "missing");
		tandem_device_init(&build->fresh[leg].dev, build->opt->disk[leg]);
	}
	for (set = 0; set < build->super.geo.nr_sets; set++) {
		bool any = false;

		for (leg = 0; leg < build->legs_per_set; leg++)
			any = any || build->present[set * build->legs_per_set + leg];
		if (!any)
			return usage(err, build->opt->name, "a set has no disk at all",
				     "one disk of every set must be there");
	}
	return 0;
}

int tandem_build_options(struct tandem_build *build, struct tandem_error *err)
{
	int ret;

	ret = words(build, err);
	if (!ret)
		ret = places(build, err);
	if (!ret)
		ret = numbers(build, err);
	return ret ? ret : set_disks(build, err);
}

/* One logical block size for all: the volume has only one. */
static int blocks(struct tandem_build *build, struct tandem_error *err)
{
	struct tandem_super *super = &build->super;
	const struct tandem_device *first = NULL;
	unsigned int leg;

	for_each_present(build, leg) {
		const struct tandem_device *dev = &build->fresh[leg].dev;

		if (!first)
			first = dev;
		if (dev->logical_block_bytes != first->logical_block_bytes)
			return tandem_error_set(err, TANDEM_CODE_FAILED, dev->path,
						"has logical blocks of %u bytes, %s of %u",
						dev->logical_block_bytes, first->path,
						first->logical_block_bytes);
		if (dev->physical_block_bytes > super->physical_block_bytes)
			super->physical_block_bytes = dev->physical_block_bytes;
		if (build->opt->write_through && dev->lossy_cache) {
			tandem_error_set(err, TANDEM_CODE_FAILED, dev->path,
					 "has a volatile cache and no FUA");
			return tandem_error_hint(err, "leave --write-through out");
		}
	}
	super->logical_block_bytes = first->logical_block_bytes;
	return 0;
}

static int layout(struct tandem_build *build, struct tandem_error *err)
{
	const struct tandem_device *smallest = NULL;
	struct tandem_super *super = &build->super;
	struct tandem_layout layout;
	unsigned int leg;
	u64 sectors;

	for_each_present(build, leg) {
		const struct tandem_device *dev = &build->fresh[leg].dev;

		if (!smallest || dev->size_bytes < smallest->size_bytes)
			smallest = dev;
	}
	sectors = smallest->size_bytes / TANDEM_SECTOR_BYTES;
	super->geo.region_sectors = build->opt->region_bytes ?
				    (u32)(build->opt->region_bytes / TANDEM_SECTOR_BYTES) :
				    tandem_layout_default_region(sectors);
	if (tandem_layout_compute(sectors, super->geo.region_sectors, &layout)) {
		tandem_error_set(err, TANDEM_CODE_FAILED, smallest->path,
				 "is too small: %llu bytes leave no room for data",
				 smallest->size_bytes);
		return tandem_error_hint(err, "a leg needs at least 8 MiB");
	}
	super->geo.set_sectors = layout.data_sectors;
	if (super->geo.chunk_sectors)
		super->geo.set_sectors -= layout.data_sectors % super->geo.chunk_sectors;
	if (!super->geo.set_sectors)
		return tandem_error_set(err, TANDEM_CODE_FAILED, smallest->path,
					"is too small for one chunk");
	super->data_offset_sectors = layout.data_offset_sectors;
	super->log_offset_sectors = TANDEM_LOG_BYTES / TANDEM_SECTOR_BYTES;
	super->map_offset_sectors = TANDEM_MAP_BYTES / TANDEM_SECTOR_BYTES;
	super->log_slots = TANDEM_LOG_SLOTS;
	super->map_pages = layout.map_pages;
	return 0;
}

/* Position in its set, plus one, of the first leg that is there. */
static u8 first_home(const struct tandem_build *build, const struct tandem_config *config)
{
	u8 position = 0;

	while (!build->present[config->first_leg + position])
		position++;
	return position + 1;
}

static int identities(struct tandem_build *build)
{
	struct tandem_super *super = &build->super;
	unsigned int leg, set;
	int ret;

	ret = tandem_random_id(&super->array);
	if (!ret)
		ret = tandem_random_id(&super->epoch.id);
	super->epoch.number = 1;
	for (set = 0; set < super->geo.nr_sets && !ret; set++) {
		struct tandem_config *config = &super->set[set];

		ret = tandem_random_id(&config->id);
		config->generation = 1;
		config->first_leg = (u16)(set * build->legs_per_set);
		config->nr_legs = (u16)build->legs_per_set;
		config->home = first_home(build, config);
	}
	for (leg = 0; leg < build->nr_legs && !ret; leg++) {
		struct tandem_place *place = &super->place[leg];
		const struct tandem_device *dev = &build->fresh[leg].dev;

		place->set = (u16)(leg / build->legs_per_set);
		place->record = TANDEM_RECORD_MISSING;
		if (!build->present[leg])
			continue;
		ret = tandem_random_id(&place->id);
		place->record = TANDEM_RECORD_CURRENT;
		place->disk_sectors = dev->size_bytes / TANDEM_SECTOR_BYTES;
		build->ctx->device->serial(dev, place->disk, sizeof(place->disk));
	}
	return ret;
}

void tandem_build_turn_to(struct tandem_build *build, unsigned int leg)
{
	struct tandem_super *super = &build->super;

	super->leg = (u16)leg;
	super->leg_id = super->place[leg].id;
	super->own_disk_sectors = super->place[leg].disk_sectors;
}

/* A superblock as any leg would carry it must pass the codec's own rules. */
static int prove(struct tandem_build *build, struct tandem_error *err)
{
	const struct tandem_super *super = &build->super;
	const char *why = "unknown rule";
	unsigned int leg;

	for_each_present(build, leg) {
		tandem_build_turn_to(build, leg);
		if (tandem_super_check(super, &why))
			return tandem_error_set(err, TANDEM_CODE_FAILED, super->name,
						"cannot be laid out: %s", why);
	}
	return 0;
}

int tandem_build_super(struct tandem_build *build, struct tandem_error *err)
{
	struct tandem_super *super = &build->super;
	int ret;

	ret = blocks(build, err);
	if (!ret)
		ret = layout(build, err);
	if (ret)
		return ret;
	if (build->opt->discard && build->opt->write_through) {
		tandem_error_set(err, TANDEM_CODE_USAGE, super->name,
				 "zeroes for a discard cannot be forced to the medium");
		return tandem_error_hint(err, "leave out --discard or --write-through");
	}
	ret = identities(build);
	if (ret)
		return tandem_error_system(err, ret, super->name, "no random numbers");
	super->created_s = (u64)time(NULL);
	super->feature_incompat = TANDEM_BUILD_INCOMPAT;
	if (build->opt->write_through)
		super->flags |= TANDEM_FLAG_WRITE_THROUGH;
	if (build->opt->discard)
		super->flags |= TANDEM_FLAG_DISCARD;
	/* Nothing that was written may differ. */
	super->flags |= TANDEM_FLAG_CLEAN;
	if (super->init == TANDEM_INIT_IDENTICAL)
		super->flags |= TANDEM_FLAG_IDENTICAL;
	return prove(build, err);
}
