// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Superblocks on disks.
 *
 * What counts, and what a broken one means, is decided in core/superblock.c;
 * here are only the reads and the durable writes.
 */
#include "label.h"

#include <stdlib.h>

int tandem_label_read(const struct tandem_context *ctx, const struct tandem_device *dev,
		      struct tandem_label *label)
{
	struct tandem_super *other;
	unsigned int slot;
	void *bytes;

	memset(label, 0, sizeof(*label));
	bytes = tandem_device_buffer(TANDEM_SUPER_BYTES);
	other = calloc(1, sizeof(*other));
	if (!bytes || !other) {
		free(other);
		free(bytes);
		return -ENOMEM;
	}
	for (slot = 0; slot < 2; slot++) {
		u64 offset = tandem_super_slot_bytes(slot);
		struct tandem_super *super = slot ? other : &label->super;
		int ret = -ENODATA;

		label->why[slot] = "disk too small for a superblock";
		if (offset + TANDEM_SUPER_BYTES <= dev->size_bytes) {
			label->why[slot] = "read error";
			ret = ctx->device->read(dev, offset, bytes, TANDEM_SUPER_BYTES) ? -EIO : 0;
		}
		if (!ret)
			ret = tandem_super_decode(bytes, super, &label->why[slot]);
		if (!ret)
			label->sequence[slot] = super->sequence;
		label->slot_error[slot] = ret;
	}
	label->slot = tandem_super_choose(label->slot_error, label->sequence);
	if (label->slot == 1)
		label->super = *other;
	free(other);
	free(bytes);
	return label->slot < 0 ? label->slot : 0;
}

void tandem_label_describe(const struct tandem_super *super, char *text, size_t size)
{
	if (super->flags & TANDEM_FLAG_SPARE)
		snprintf(text, size, "a spare of array %s", super->name);
	else
		snprintf(text, size, "leg %u of array %s", super->leg, super->name);
}

int tandem_label_complain(const struct tandem_device *dev, const struct tandem_label *label,
			  int error, struct tandem_error *err)
{
	unsigned int slot = label->slot_error[0] == error ? 0 : 1;
	const char *why = label->why[slot] ? label->why[slot] : "unknown defect";

	switch (-error) {
	case ENODATA:
		return tandem_error_set(err, TANDEM_CODE_NOT_FOUND, dev->path,
					"carries no tandem superblock");
	case EPROTONOSUPPORT:
		tandem_error_set(err, TANDEM_CODE_METADATA, dev->path,
				 "superblock of a newer version: %s", why);
		return tandem_error_hint(err, "use a tandem that knows it");
	case EBADMSG:
	case EINVAL:
		tandem_error_set(err, TANDEM_CODE_METADATA, dev->path,
				 "damaged superblock in both slots: %s", why);
		return tandem_error_hint(err,
					 "if other legs are whole: tandem forget %s, tandem add",
					 dev->path);
	case EIO:
		return tandem_error_set(err, TANDEM_CODE_IO, dev->path,
					"cannot read the superblock: %s", why);
	case ENOMEM:
		return tandem_error_no_memory(err);
	}
	return tandem_error_system(err, error, dev->path, "superblock");
}

int tandem_label_write(const struct tandem_context *ctx, const struct tandem_device *dev,
		       const struct tandem_super *super, unsigned int slot)
{
	void *bytes;
	int ret;

	bytes = tandem_device_buffer(TANDEM_SUPER_BYTES);
	if (!bytes)
		return -ENOMEM;
	tandem_super_encode(super, bytes);
	ret = ctx->device->write(dev, tandem_super_slot_bytes(slot), bytes, TANDEM_SUPER_BYTES);
	if (!ret)
		ret = ctx->device->sync(dev);
	free(bytes);
	return ret;
}

int tandem_label_erase(const struct tandem_context *ctx, const struct tandem_device *dev)
{
	void *bytes;
	int ret, second;

	bytes = tandem_device_buffer(TANDEM_SUPER_BYTES);
	if (!bytes)
		return -ENOMEM;
	ret = ctx->device->write(dev, tandem_super_slot_bytes(0), bytes, TANDEM_SUPER_BYTES);
	second = ctx->device->write(dev, tandem_super_slot_bytes(1), bytes, TANDEM_SUPER_BYTES);
	ret = ret ? ret : second;
	second = ctx->device->sync(dev);
	free(bytes);
	return ret ? ret : second;
}

int tandem_label_try(const struct tandem_context *ctx, const struct tandem_device *dev)
{
	const u64 place[] = {
		tandem_super_slot_bytes(0),
		tandem_super_slot_bytes(1),
		dev->size_bytes - TANDEM_GUARD_BYTES,
	};
	unsigned int i;
	void *bytes;
	int ret = 0;

	bytes = tandem_device_buffer(TANDEM_SUPER_BYTES);
	if (!bytes)
		return -ENOMEM;
	for (i = 0; i < sizeof(place) / sizeof(*place) && !ret; i++) {
		ret = ctx->device->read(dev, place[i], bytes, TANDEM_SUPER_BYTES);
		if (!ret)
			ret = ctx->device->write(dev, place[i], bytes, TANDEM_SUPER_BYTES);
	}
	if (!ret)
		ret = ctx->device->sync(dev);
	free(bytes);
	return ret;
}

int tandem_label_prepare(const struct tandem_context *ctx, const struct tandem_device *dev,
			 u64 data_offset_sectors)
{
	int ret;

	ret = tandem_device_zero(ctx, dev, 0, data_offset_sectors * TANDEM_SECTOR_BYTES);
	if (!ret)
		ret = tandem_device_zero(ctx, dev, dev->size_bytes - TANDEM_GUARD_BYTES,
					 TANDEM_GUARD_BYTES);
	return ret ? ret : ctx->device->sync(dev);
}
