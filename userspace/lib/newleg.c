// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A disk becomes a new leg of an active array: checked, claimed, and given a superblock that
 * says it holds nothing (TANDEM_FLAG_BLANK). The kernel records it before it writes one byte
 * of data to it; until then the disk is no leg, and can be taken back.
 *
 * If power goes between the two slots, or before the kernel has recorded it: a disk that was
 * prepared and never filled. Whoever wants it prepares it again.
 */
#include "newleg.h"

static const char *array_name(const struct tandem_newleg *new)
{
	return new->view->volume.name;
}

int tandem_newleg_look(struct tandem_newleg *new, const char *path, struct tandem_error *err)
{
	struct tandem_device *dev = &new->fresh.dev;
	int ret;

	tandem_device_init(dev, path);
	ret = tandem_device_open(new->ctx, dev, TANDEM_ACCESS_READ, err);
	if (ret)
		return ret;
	new->label_error = tandem_label_read(new->ctx, dev, &new->label);
	tandem_device_close(dev);
	return 0;
}

bool tandem_newleg_is_ours(const struct tandem_newleg *new)
{
	return !new->label_error &&
	       tandem_id_equal(&new->label.super.array, &new->super.array);
}

/* It may have been enlarged; or the array has grown meanwhile, and outgrown it. */
int tandem_newleg_check_size(struct tandem_newleg *new, struct tandem_error *err)
{
	const struct tandem_super *super = &new->super;
	const struct tandem_device *dev = &new->fresh.dev;
	u64 need = (super->data_offset_sectors + super->geo.set_sectors) * TANDEM_SECTOR_BYTES +
		   TANDEM_GUARD_BYTES;

	if (dev->size_bytes < need)
		return tandem_error_set(err, TANDEM_CODE_FAILED, dev->path,
					"has %llu bytes, a leg of %s needs %llu", dev->size_bytes,
					array_name(new), need);
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

/* No leg of the array may share blocks with the new one. */
static int check_apart(struct tandem_newleg *new, struct tandem_error *err)
{
	unsigned int leg;
	int ret = 0;

	for (leg = 0; leg < new->view->table.nr_legs && !ret; leg++) {
		struct tandem_fresh other;
		struct tandem_error ignored;
		char path[TANDEM_PATH_BYTES];

		if (!new->view->disk[leg])
			continue;
		new->ctx->device->path_of(new->view->disk[leg], path, sizeof(path));
		tandem_device_init(&other.dev, path);
		if (tandem_device_open(new->ctx, &other.dev, TANDEM_ACCESS_READ, &ignored))
			continue;
		if (!new->ctx->device->stack(&other.dev, &other.stack))
			ret = tandem_fresh_compare(new->ctx, &other, &new->fresh, err);
		tandem_device_close(&other.dev);
	}
	return ret;
}

int tandem_newleg_make(struct tandem_newleg *new, unsigned int leg, u64 flags,
		       struct tandem_error *err)
{
	struct tandem_super *super = &new->super;
	struct tandem_place *place = &super->place[leg];
	const char *why = NULL;
	int ret;

	ret = tandem_random_id(&super->leg_id);
	if (ret)
		return tandem_error_system(err, ret, array_name(new), "no random numbers");
	super->leg = (u16)leg;
	super->own_disk_sectors = new->fresh.dev.size_bytes / TANDEM_SECTOR_BYTES;
	super->flags |= TANDEM_FLAG_BLANK | flags;
	super->flags &= ~TANDEM_FLAG_CLEAN;
	if (!(flags & TANDEM_FLAG_SPARE)) {
		place->disk_sectors = super->own_disk_sectors;
		memset(place->disk, 0, sizeof(place->disk));
		new->ctx->device->serial(&new->fresh.dev, place->disk, sizeof(place->disk));
	}
	if (!tandem_super_check(super, &why))
		return 0;
	return tandem_error_set(err, TANDEM_CODE_FAILED, array_name(new),
				"no superblock for this disk: %s", why ? why : "unknown rule");
}

int tandem_newleg_write(struct tandem_newleg *new, struct tandem_error *err)
{
	const struct tandem_device *dev = &new->fresh.dev;
	unsigned int slot;
	int ret;

	ret = tandem_device_open_write(new->ctx, &new->fresh.dev, err);
	if (ret)
		return ret;
	ret = tandem_label_prepare(new->ctx, dev, new->super.data_offset_sectors);
	for (slot = 0; slot < 2 && !ret; slot++) {
		new->super.sequence = slot + 1;
		ret = tandem_label_write(new->ctx, dev, &new->super, slot);
	}
	if (!ret)
		return 0;
	tandem_label_erase(new->ctx, dev);
	return tandem_error_system(err, ret, dev->path, "cannot write the superblock");
}

int tandem_newleg_claim(struct tandem_newleg *new, struct tandem_error *err)
{
	enum tandem_fresh_allow allow = TANDEM_FRESH_NOTHING;
	int ret;

	new->was_spare = tandem_newleg_is_ours(new) &&
			 new->label.super.flags & TANDEM_FLAG_SPARE;
	if (tandem_newleg_is_ours(new))
		allow = TANDEM_FRESH_PREPARED;
	else if (new->overwrite)
		allow = TANDEM_FRESH_OVERWRITE;
	ret = tandem_fresh_claim(new->ctx, &new->fresh, allow, err);
	if (!ret)
		ret = check_apart(new, err);
	if (!ret)
		ret = tandem_newleg_check_size(new, err);
	return ret;
}

void tandem_newleg_take_back(struct tandem_newleg *new)
{
	struct tandem_error ignored;

	if (tandem_device_open(new->ctx, &new->fresh.dev, TANDEM_ACCESS_CLAIM, &ignored) ||
	    tandem_device_open_write(new->ctx, &new->fresh.dev, &ignored))
		return;
	tandem_label_erase(new->ctx, &new->fresh.dev);
	if (!new->was_spare)
		return;
	if (!tandem_newleg_make(new, 0, TANDEM_FLAG_SPARE, &ignored))
		tandem_newleg_write(new, &ignored);
}
