// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Add: give a place of a running array a disk and have it filled.
 *
 *	the disk ...                         it becomes
 *	fills a place already, not in use    filled again where it is
 *	is a leg that was here before        returns to its own place
 *	is prepared, or carries nothing      a new leg: --leg, or the first free place
 *	anything else                        refused
 *
 * The way in is a new table with "rebuild LEG": the kernel records the leg as
 * rebuilding before it writes one byte to it. A leg that was here before is handed
 * over untouched, for its identity and its log are what the kernel tells from what
 * it lacks: part of the set, or all of it. A new leg is first given a
 * superblock that says it holds nothing (TANDEM_FLAG_BLANK); if the kernel does
 * not take the table, that superblock is taken off again.
 *
 * A spare is a disk with such a superblock and TANDEM_FLAG_SPARE, and no table: it waits
 * until it is added. Its superblock names place 0, as it has to name one; when it is
 * added it is made a new leg as any other, and if that fails it is a spare again.
 */
#include <stdlib.h>

#include "add.h"
#include "enlarged.h"
#include "fresh.h"
#include "reload.h"
#include "run.h"

#define NO_LEG TANDEM_MAX_LEGS

struct adding {
	const struct tandem_context *ctx;
	const struct tandem_add_options *opt;
	struct tandem_view view;
	struct tandem_super super;	/* the array's, then the new leg's */
	struct tandem_fresh fresh;
	struct tandem_label label;
	int label_error;
	unsigned int leg;
	bool is_new;
	bool was_spare;
	struct tandem_reload reload;
};

static const char *array_name(const struct adding *add)
{
	return add->view.volume.name;
}

static enum tandem_leg_state state_of(const struct adding *add, unsigned int leg)
{
	return add->view.status.leg[leg].state;
}

static int busy(const struct adding *add, unsigned int leg, struct tandem_error *err)
{
	tandem_error_set(err, TANDEM_CODE_BUSY, array_name(add), "leg %u is %s", leg,
			 tandem_leg_state_text(state_of(add, leg)));
	return tandem_error_hint(err, "only a leg that is missing, stale or failed can be filled");
}

/* First place without a disk, else the first that failed, else a stale one. */
static unsigned int free_place(const struct adding *add)
{
	static const enum tandem_leg_state order[] = {
		TANDEM_LEG_MISSING, TANDEM_LEG_FAILED, TANDEM_LEG_STALE,
	};
	unsigned int i, leg;

	for (leg = 0; leg < add->view.table.nr_legs; leg++) {
		if (!add->view.disk[leg] && tandem_reload_is_free(&add->view, leg))
			return leg;
	}
	for (i = 0; i < sizeof(order) / sizeof(*order); i++) {
		for (leg = 0; leg < add->view.table.nr_legs; leg++) {
			if (state_of(add, leg) == order[i])
				return leg;
		}
	}
	return NO_LEG;
}

/* --leg, checked against where the disk belongs (NO_LEG: anywhere). */
static int wanted_place(struct adding *add, unsigned int belongs, struct tandem_error *err)
{
	unsigned int leg = belongs;
	int ret;

	if (add->opt->leg) {
		ret = tandem_view_leg(&add->view, add->opt->leg, &leg, err);
		if (ret)
			return ret;
		if (belongs != NO_LEG && leg != belongs) {
			tandem_error_set(err, TANDEM_CODE_USAGE, add->opt->disk,
					 "is leg %u of array %s, not leg %u", belongs,
					 array_name(add), leg);
			return tandem_error_hint(err, "leave --leg out; or first tandem forget %s",
						 add->opt->disk);
		}
	} else if (belongs == NO_LEG) {
		leg = free_place(add);
	}
	if (leg == NO_LEG) {
		tandem_error_set(err, TANDEM_CODE_BUSY, array_name(add), "has no free place");
		return tandem_error_hint(err, "tandem fail %s LEG frees one", array_name(add));
	}
	add->leg = leg;
	return tandem_reload_is_free(&add->view, leg) ? 0 : busy(add, leg, err);
}

static int look(struct adding *add, struct tandem_error *err)
{
	struct tandem_device *dev = &add->fresh.dev;
	int ret;

	tandem_device_init(dev, add->opt->disk);
	ret = tandem_device_open(add->ctx, dev, TANDEM_ACCESS_READ, err);
	if (ret)
		return ret;
	add->label_error = tandem_label_read(add->ctx, dev, &add->label);
	tandem_device_close(dev);
	return 0;
}

static bool is_ours(const struct adding *add)
{
	return !add->label_error &&
	       tandem_id_equal(&add->label.super.array, &add->super.array);
}

/* It may have been enlarged; or the array has grown meanwhile, and outgrown it. */
static int check_size(struct adding *add, struct tandem_error *err)
{
	const struct tandem_super *super = &add->super;
	const struct tandem_device *dev = &add->fresh.dev;
	u64 need = (super->data_offset_sectors + super->geo.set_sectors) * TANDEM_SECTOR_BYTES +
		   TANDEM_GUARD_BYTES;

	if (dev->size_bytes < need)
		return tandem_error_set(err, TANDEM_CODE_FAILED, dev->path,
					"has %llu bytes, a leg of %s needs %llu", dev->size_bytes,
					array_name(add), need);
	if (dev->logical_block_bytes != super->logical_block_bytes)
		return tandem_error_set(err, TANDEM_CODE_FAILED, dev->path,
					"has logical blocks of %u bytes, the array was made for %u",
					dev->logical_block_bytes, super->logical_block_bytes);
	if ((super->flags & TANDEM_FLAG_WRITE_THROUGH) && dev->lossy_cache)
		return tandem_error_set(err, TANDEM_CODE_FAILED, dev->path,
					"has a volatile cache and no FUA, the array is "
					"write-through");
	return 0;
}

/* It was a leg of this array: is its place still its own? */
static int check_returning(struct adding *add, struct tandem_error *err)
{
	const struct tandem_super *own = &add->label.super;
	const struct tandem_device *dev = &add->fresh.dev;
	int ret;

	if (own->leg >= add->super.nr_legs ||
	    !tandem_id_equal(&add->super.place[own->leg].id, &own->leg_id)) {
		tandem_error_set(err, TANDEM_CODE_REFUSED, dev->path,
				 "was leg %u of array %s, another disk has its place now", own->leg,
				 array_name(add));
		return tandem_error_hint(err, "to use it as a new disk: tandem forget %s",
					 dev->path);
	}
	if (dev->size_bytes / TANDEM_SECTOR_BYTES < own->own_disk_sectors)
		return tandem_error_set(err, TANDEM_CODE_METADATA, dev->path,
					"has %llu sectors, its superblock was written on %llu",
					dev->size_bytes / TANDEM_SECTOR_BYTES,
					own->own_disk_sectors);
	ret = tandem_enlarged_check(add->ctx, dev, own, err);
	if (!ret)
		ret = check_size(add, err);
	if (ret)
		return ret;
	ret = wanted_place(add, own->leg, err);
	if (ret)
		return ret;
	/* A disk that was pulled comes back as another device, the table has the dead one. */
	if (add->view.disk[own->leg] && tandem_reload_is_there(add->ctx, &add->view, own->leg))
		return tandem_error_set(err, TANDEM_CODE_BUSY, dev->path,
					"is leg %u, which another device fills: a copy?", own->leg);
	ret = tandem_device_open(add->ctx, &add->fresh.dev, TANDEM_ACCESS_CLAIM, err);
	tandem_device_close(&add->fresh.dev);
	return ret;
}

/* No leg of the array may share blocks with the new one. */
static int check_apart(struct adding *add, struct tandem_error *err)
{
	unsigned int leg;
	int ret = 0;

	for (leg = 0; leg < add->view.table.nr_legs && !ret; leg++) {
		struct tandem_fresh other;
		struct tandem_error ignored;
		char path[TANDEM_PATH_BYTES];

		if (!add->view.disk[leg])
			continue;
		add->ctx->device->path_of(add->view.disk[leg], path, sizeof(path));
		tandem_device_init(&other.dev, path);
		if (tandem_device_open(add->ctx, &other.dev, TANDEM_ACCESS_READ, &ignored))
			continue;
		if (!add->ctx->device->stack(&other.dev, &other.stack))
			ret = tandem_fresh_compare(add->ctx, &other, &add->fresh, err);
		tandem_device_close(&other.dev);
	}
	return ret;
}

/*
 * The new leg's own superblock: the array's, with a leg that holds nothing.
 * @flags: SPARE, or 0
 */
static int make_blank(struct adding *add, u64 flags, struct tandem_error *err)
{
	struct tandem_super *super = &add->super;
	struct tandem_place *place = &super->place[add->leg];
	const char *why = NULL;
	int ret;

	ret = tandem_random_id(&super->leg_id);
	if (ret)
		return tandem_error_system(err, ret, array_name(add), "no random numbers");
	super->leg = (u16)add->leg;
	super->own_disk_sectors = add->fresh.dev.size_bytes / TANDEM_SECTOR_BYTES;
	super->flags |= TANDEM_FLAG_BLANK | flags;
	super->flags &= ~TANDEM_FLAG_CLEAN;
	if (!(flags & TANDEM_FLAG_SPARE)) {
		place->disk_sectors = super->own_disk_sectors;
		memset(place->disk, 0, sizeof(place->disk));
		add->ctx->device->serial(&add->fresh.dev, place->disk, sizeof(place->disk));
	}
	if (!tandem_super_check(super, &why))
		return 0;
	return tandem_error_set(err, TANDEM_CODE_FAILED, array_name(add),
				"no superblock for this disk: %s", why ? why : "unknown rule");
}

static int write_blank(struct adding *add, struct tandem_error *err)
{
	const struct tandem_device *dev = &add->fresh.dev;
	unsigned int slot;
	int ret;

	ret = tandem_device_open_write(add->ctx, &add->fresh.dev, err);
	if (ret)
		return ret;
	ret = tandem_label_prepare(add->ctx, dev, add->super.data_offset_sectors);
	for (slot = 0; slot < 2 && !ret; slot++) {
		add->super.sequence = slot + 1;
		ret = tandem_label_write(add->ctx, dev, &add->super, slot);
	}
	if (!ret)
		return 0;
	tandem_label_erase(add->ctx, dev);
	return tandem_error_system(err, ret, dev->path, "cannot write the superblock");
}

/* Claims a disk that holds nothing of use, and large enough. */
static int claim_new(struct adding *add, struct tandem_error *err)
{
	enum tandem_fresh_allow allow = TANDEM_FRESH_NOTHING;
	int ret;

	if (is_ours(add))
		allow = TANDEM_FRESH_PREPARED;
	else if (add->opt->overwrite)
		allow = TANDEM_FRESH_OVERWRITE;
	ret = tandem_fresh_claim(add->ctx, &add->fresh, allow, err);
	if (!ret)
		ret = check_apart(add, err);
	if (!ret)
		ret = check_size(add, err);
	return ret;
}

static int prepare_new(struct adding *add, struct tandem_error *err)
{
	int ret;

	add->is_new = true;
	add->was_spare = is_ours(add) && add->label.super.flags & TANDEM_FLAG_SPARE;
	ret = claim_new(add, err);
	if (!ret)
		ret = wanted_place(add, NO_LEG, err);
	if (!ret)
		ret = make_blank(add, 0, err);
	if (ret)
		return ret;
	tandem_fresh_announce(add->ctx, &add->fresh, add->opt->dry_run);
	return add->opt->dry_run ? 0 : write_blank(add, err);
}

/* The kernel never sees it: it says whose it is, and that it holds nothing. */
static int prepare_spare(struct adding *add, struct tandem_error *err)
{
	const struct tandem_super *own = &add->label.super;
	int ret;

	if (add->opt->leg)
		return tandem_error_set(err, TANDEM_CODE_USAGE, add->opt->disk,
					"a spare has no place before it is needed");
	if (is_ours(add) && !(own->flags & TANDEM_FLAG_BLANK)) {
		tandem_error_set(err, TANDEM_CODE_BUSY, add->opt->disk,
				 "is or was leg %u of array %s", own->leg, array_name(add));
		return tandem_error_hint(err, "if it is not needed as that: tandem forget %s",
					 add->opt->disk);
	}
	ret = claim_new(add, err);
	if (!ret)
		ret = make_blank(add, TANDEM_FLAG_SPARE, err);
	if (ret)
		return ret;
	tandem_fresh_announce(add->ctx, &add->fresh, add->opt->dry_run);
	ret = add->opt->dry_run ? 0 : write_blank(add, err);
	if (!ret)
		tandem_notice(add->ctx, "%s: %s %s a spare", array_name(add), add->opt->disk,
			      add->opt->dry_run ? "would be" : "is");
	return ret;
}

/* As it was before: nothing, or a spare. */
static void take_back(struct adding *add)
{
	struct tandem_error ignored;

	if (tandem_device_open(add->ctx, &add->fresh.dev, TANDEM_ACCESS_CLAIM, &ignored) ||
	    tandem_device_open_write(add->ctx, &add->fresh.dev, &ignored))
		return;
	tandem_label_erase(add->ctx, &add->fresh.dev);
	if (!add->was_spare)
		return;
	add->leg = 0;
	if (!make_blank(add, TANDEM_FLAG_SPARE, &ignored))
		write_blank(add, &ignored);
}

static int reload(struct adding *add, struct tandem_error *err)
{
	int ret;

	add->reload.ctx = add->ctx;
	add->reload.view = &add->view;
	tandem_reload_prepare(&add->reload, add->leg, add->fresh.dev.rdev);
	/* The kernel claims it now. */
	tandem_device_close(&add->fresh.dev);
	ret = tandem_reload_run(&add->reload, 1ull << add->leg, err);
	if (ret && add->is_new)
		take_back(add);
	return ret;
}

static int choose_way(struct adding *add, struct tandem_error *err)
{
	unsigned int leg;

	for (leg = 0; leg < add->view.table.nr_legs; leg++) {
		if (add->view.disk[leg] && add->view.disk[leg] == add->fresh.dev.rdev)
			return wanted_place(add, leg, err);
	}
	if (is_ours(add) && !(add->label.super.flags & TANDEM_FLAG_BLANK))
		return check_returning(add, err);
	return prepare_new(add, err);
}

static int add_disk(struct adding *add, struct tandem_error *err)
{
	int ret;

	if (add->view.volume.read_only)
		return tandem_error_set(err, TANDEM_CODE_BUSY, array_name(add),
					"is active read-only");
	ret = tandem_view_super(add->ctx, &add->view, &add->super, err);
	if (!ret)
		ret = look(add, err);
	if (!ret && add->opt->spare)
		ret = prepare_spare(add, err);
	else if (!ret)
		ret = choose_way(add, err);
	if (!ret && !add->opt->dry_run && !add->opt->spare)
		ret = reload(add, err);
	tandem_device_close(&add->fresh.dev);
	if (!ret && !add->opt->spare)
		tandem_notice(add->ctx, "%s: leg %u, %s: %s%s", array_name(add), add->leg,
			      add->opt->disk,
			      add->opt->dry_run ? "would be filled" : "is being filled",
			      add->is_new ? "" : " with what it lacks");
	return ret;
}

int tandem_add_locked(const struct tandem_context *ctx, const struct tandem_volume *volume,
		      const struct tandem_add_options *opt, struct tandem_error *err)
{
	struct adding *add;
	int ret;

	add = calloc(1, sizeof(*add));
	if (!add)
		return tandem_error_no_memory(err);
	add->ctx = ctx;
	add->opt = opt;
	tandem_device_init(&add->fresh.dev, opt->disk);
	ret = tandem_view_read(ctx, volume, &add->view, err);
	if (!ret)
		ret = add_disk(add, err);
	tandem_view_free(&add->view);
	free(add);
	return ret;
}

int tandem_add(struct tandem_context *ctx, const struct tandem_add_options *opt,
	       struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume volume;
	int lock, ret;

	if (!opt->array || !opt->disk)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL, "name an array and a disk");
	ret = tandem_dm_find(ctx, opt->array, &volume, err);
	if (ret)
		return ret;
	lock = tandem_run_lock_array(ctx, volume.name, true);
	ret = tandem_add_locked(ctx, &volume, opt, err);
	tandem_run_unlock(lock);
	return ret;
}
