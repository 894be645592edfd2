// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the volume promises about sizes, flushes and operations.
 *
 * Decisions
 * - device-mapper stacks the limits of the present legs; segment limits are
 *   theirs and stay (a database's gather write must not be cut).
 * - The physical block is never advertised above 4 KiB: databases size their
 *   log writes by it. Only hints follow from it, never correctness.
 * - Pages are asked to stay put under I/O, or the legs would take different
 *   bytes of one page-cache write (I6).
 * - Write-through: every leg write is FUA, so the volume has no volatile cache;
 *   each leg must do FUA by itself. Write-zeroes cannot be FUA: not offered.
 * - Integrity and inline encryption are not passed through: cloning such a
 *   bio allocates.
 */
#include "sys.h"
#include "compat.h"
#include "glue/glue.h"
#include "io/request.h"

/* A discard goes to the disks as write-zeroes: every one must be able to. */
static bool can_discard(struct tandem_target *target)
{
	unsigned int i;

	for (i = 0; i < target->nr_legs; i++)
		if (target->dev[i] && !bdev_write_zeroes_sectors(target->dev[i]->bdev))
			return false;
	return target->array->super->flags & TANDEM_FLAG_DISCARD;
}

void tandem_limits_init(struct tandem_target *target)
{
	const struct tandem_super *super = target->array->super;
	struct dm_target *ti = target->ti;
	bool write_through = super->flags & TANDEM_FLAG_WRITE_THROUGH;
	unsigned int most = 0;
	unsigned int i;

	for (i = 0; i < super->geo.nr_sets; i++)
		most = max_t(unsigned int, most, super->set[i].nr_legs);
	ti->per_io_data_size = tandem_request_bytes(most);
	ti->num_flush_bios = write_through ? 0 : 1;
	ti->num_write_zeroes_bios = write_through ? 0 : 1;
	ti->num_discard_bios = !write_through && can_discard(target) ? 1 : 0;
	ti->accounts_remapped_io = true;
	tandem_compat_target_init(ti);
}

int tandem_limits_check(struct tandem_target *target)
{
	const struct tandem_super *super = target->array->super;
	struct dm_target *ti = target->ti;
	unsigned int i;

	if (ti->begin || ti->len != tandem_geometry_volume_sectors(&super->geo)) {
		ti->error = "length that is not the size of the array";
		return -EINVAL;
	}
	for (i = 0; i < target->nr_legs; i++) {
		if (!target->dev[i] || !(super->flags & TANDEM_FLAG_WRITE_THROUGH) ||
		    bdev_fua(target->dev[i]->bdev) || !bdev_write_cache(target->dev[i]->bdev))
			continue;
		ti->error = "write-through on a disk without FUA";
		return -EINVAL;
	}
	return dm_set_target_max_io_len(ti, tandem_geometry_max_io_sectors(&super->geo));
}

/*
 * What a leg is asked for on its disk. One that is out of use may be on a disk that the
 * array has outgrown; that there is room on the others the engine has seen to.
 */
static sector_t part_of(const struct tandem_target *target, unsigned int i)
{
	const struct tandem_super *super = target->array->super;
	u64 disk_sectors = target->disk[i].size_sectors;

	if (disk_sectors <= super->data_offset_sectors)
		return super->geo.set_sectors;
	return min(super->geo.set_sectors, disk_sectors - super->data_offset_sectors);
}

int tandem_limits_iterate(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct tandem_target *target = ti->private;
	const struct tandem_super *super = target->array->super;
	unsigned int i;
	int result = 0;

	for (i = 0; i < target->nr_legs && !result; i++)
		if (target->dev[i])
			result = fn(ti, target->dev[i], super->data_offset_sectors,
				    part_of(target, i), data);
	return result;
}

void tandem_limits_hints(struct dm_target *ti, struct queue_limits *limits)
{
	struct tandem_target *target = ti->private;
	const struct tandem_super *super = target->array->super;
	u32 region_bytes = super->geo.region_sectors * TANDEM_SECTOR_BYTES;

	if (limits->physical_block_size > TANDEM_MAX_PHYSICAL_BLOCK_BYTES) {
		limits->physical_block_size = max(limits->logical_block_size,
						  TANDEM_MAX_PHYSICAL_BLOCK_BYTES);
		limits->alignment_offset = 0;
	}
	if (super->geo.chunk_sectors) {
		limits->io_min = super->geo.chunk_sectors * TANDEM_SECTOR_BYTES;
		limits->io_opt = limits->io_min * super->geo.nr_sets;
	} else {
		limits->io_min = max(limits->io_min, limits->physical_block_size);
	}
	if (super->flags & TANDEM_FLAG_DISCARD)
		limits->discard_granularity = region_bytes;
	tandem_compat_stable_writes(limits);
	if (super->flags & TANDEM_FLAG_WRITE_THROUGH)
		tandem_compat_no_cache(limits);
}
