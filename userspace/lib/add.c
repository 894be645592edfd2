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
#include "core/replace.h"
#include "enlarged.h"
#include "newleg.h"
#include "reload.h"
#include "run.h"

struct adding {
	const struct tandem_context *ctx;
	const struct tandem_add_options *opt;
	struct tandem_view view;
	struct tandem_newleg new;
	unsigned int leg;
	bool is_new;
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
	return TANDEM_NO_PLACE;
}

/* --leg, checked against where the disk belongs (TANDEM_NO_PLACE: anywhere). */
static int wanted_place(struct adding *add, unsigned int belongs, struct tandem_error *err)
{
	unsigned int leg = belongs;
	int ret;

	if (add->opt->leg) {
		ret = tandem_view_leg(&add->view, add->opt->leg, &leg, err);
		if (ret)
			return ret;
		if (belongs != TANDEM_NO_PLACE && leg != belongs) {
			tandem_error_set(err, TANDEM_CODE_USAGE, add->opt->disk,
					 "is leg %u of array %s, not leg %u", belongs,
					 array_name(add), leg);
			return tandem_error_hint(err, "leave --leg out; or first tandem forget %s",
						 add->opt->disk);
		}
	} else if (belongs == TANDEM_NO_PLACE) {
		leg = free_place(add);
	}
	if (leg == TANDEM_NO_PLACE) {
		tandem_error_set(err, TANDEM_CODE_BUSY, array_name(add), "has no free place");
		return tandem_error_hint(err, "tandem fail %s LEG frees one", array_name(add));
	}
	add->leg = leg;
	return tandem_reload_is_free(&add->view, leg) ? 0 : busy(add, leg, err);
}

/* It was a leg of this array: is its place still its own? */
static int check_returning(struct adding *add, struct tandem_error *err)
{
	const struct tandem_super *own = &add->new.label.super;
	const struct tandem_device *dev = &add->new.fresh.dev;
	/* By identity: it may not have heard that numbers have moved. */
	unsigned int leg = tandem_replace_find(&add->new.super, &own->leg_id);
	int ret;

	if (leg == TANDEM_NO_PLACE) {
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
		ret = tandem_newleg_check_size(&add->new, err);
	if (ret)
		return ret;
	ret = wanted_place(add, leg, err);
	if (ret)
		return ret;
	/* A disk that was pulled comes back as another device, the table has the dead one. */
	if (add->view.disk[leg] && tandem_reload_is_there(&add->reload, leg))
		return tandem_error_set(err, TANDEM_CODE_BUSY, dev->path,
					"is leg %u, which another device fills: a copy?", leg);
	ret = tandem_device_open(add->ctx, &add->new.fresh.dev, TANDEM_ACCESS_CLAIM, err);
	tandem_device_close(&add->new.fresh.dev);
	return ret;
}

static int prepare_new(struct adding *add, struct tandem_error *err)
{
	int ret;

	add->is_new = true;
	ret = tandem_newleg_claim(&add->new, err);
	if (!ret)
		ret = wanted_place(add, TANDEM_NO_PLACE, err);
	if (!ret)
		ret = tandem_newleg_make(&add->new, add->leg, 0, err);
	if (ret)
		return ret;
	tandem_fresh_announce(add->ctx, &add->new.fresh, add->opt->dry_run);
	return add->opt->dry_run ? 0 : tandem_newleg_write(&add->new, err);
}

/* The kernel never sees it: it says whose it is, and that it holds nothing. */
static int prepare_spare(struct adding *add, struct tandem_error *err)
{
	const struct tandem_super *own = &add->new.label.super;
	int ret;

	if (add->opt->leg)
		return tandem_error_set(err, TANDEM_CODE_USAGE, add->opt->disk,
					"a spare has no place before it is needed");
	if (tandem_newleg_is_ours(&add->new) && !(own->flags & TANDEM_FLAG_BLANK)) {
		tandem_error_set(err, TANDEM_CODE_BUSY, add->opt->disk,
				 "is or was leg %u of array %s", own->leg, array_name(add));
		return tandem_error_hint(err, "if it is not needed as that: tandem forget %s",
					 add->opt->disk);
	}
	ret = tandem_newleg_claim(&add->new, err);
	if (!ret)
		ret = tandem_newleg_make(&add->new, 0, TANDEM_FLAG_SPARE, err);
	if (ret)
		return ret;
	tandem_fresh_announce(add->ctx, &add->new.fresh, add->opt->dry_run);
	ret = add->opt->dry_run ? 0 : tandem_newleg_write(&add->new, err);
	if (!ret)
		tandem_notice(add->ctx, "%s: %s %s a spare", array_name(add), add->opt->disk,
			      add->opt->dry_run ? "would be" : "is");
	return ret;
}

static int reload(struct adding *add, struct tandem_error *err)
{
	int ret;

	tandem_reload_prepare(&add->reload, add->leg, add->new.fresh.dev.rdev);
	/* The kernel claims it now. */
	tandem_device_close(&add->new.fresh.dev);
	ret = tandem_reload_run(&add->reload, 1ull << add->leg, err);
	if (ret && add->is_new)
		tandem_newleg_take_back(&add->new);
	return ret;
}

/* It fills a place and is out of use; the array may have outgrown it since. */
static int check_in_table(struct adding *add, unsigned int leg, struct tandem_error *err)
{
	int ret = wanted_place(add, leg, err);

	if (!ret)
		ret = tandem_newleg_check_size(&add->new, err);
	if (ret && err->code == TANDEM_CODE_FAILED)
		tandem_error_hint(err, "a larger disk: tandem add %s DEV --leg %u",
				  array_name(add), leg);
	return ret;
}

static int choose_way(struct adding *add, struct tandem_error *err)
{
	unsigned int leg;

	for (leg = 0; leg < add->view.table.nr_legs; leg++) {
		if (add->view.disk[leg] && add->view.disk[leg] == add->new.fresh.dev.rdev)
			return check_in_table(add, leg, err);
	}
	if (tandem_newleg_is_ours(&add->new) && !(add->new.label.super.flags & TANDEM_FLAG_BLANK))
		return check_returning(add, err);
	return prepare_new(add, err);
}

/*
 * The kernel takes a table with a disk that it then does not fill: one that it cannot read
 * in whole, or that the array has outgrown since we looked. Nothing is said before it is so.
 */
static int check_filled(struct adding *add, struct tandem_error *err)
{
	const struct tandem_volume volume = add->view.volume;
	int ret;

	tandem_view_free(&add->view);
	ret = tandem_view_read(add->ctx, &volume, &add->view, err);
	if (ret || add->leg >= add->view.status.nr_legs ||
	    !tandem_reload_is_free(&add->view, add->leg))
		return ret;
	tandem_error_set(err, TANDEM_CODE_FAILED, array_name(add),
			 "leg %u, %s, is in its place but is not filled: it is %s", add->leg,
			 add->opt->disk, tandem_leg_state_text(state_of(add, add->leg)));
	return tandem_error_hint(err, "the kernel log says why; another disk: tandem add %s DEV "
				 "--leg %u", array_name(add), add->leg);
}

static int add_disk(struct adding *add, struct tandem_error *err)
{
	int ret;

	if (add->view.volume.read_only)
		return tandem_error_set(err, TANDEM_CODE_BUSY, array_name(add),
					"is active read-only");
	ret = tandem_view_super(add->ctx, &add->view, &add->new.super, err);
	if (!ret)
		ret = tandem_newleg_look(&add->new, add->opt->disk, err);
	if (!ret && add->opt->spare)
		ret = prepare_spare(add, err);
	else if (!ret)
		ret = choose_way(add, err);
	if (!ret && !add->opt->dry_run && !add->opt->spare)
		ret = reload(add, err);
	if (!ret && !add->opt->dry_run && !add->opt->spare)
		ret = check_filled(add, err);
	tandem_device_close(&add->new.fresh.dev);
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
	add->new.ctx = ctx;
	add->new.view = &add->view;
	add->new.overwrite = opt->overwrite;
	add->reload.ctx = ctx;
	add->reload.view = &add->view;
	tandem_device_init(&add->new.fresh.dev, opt->disk);
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
