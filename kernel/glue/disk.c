// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks of a table, and the engine's door to them over the block layer.
 *
 * Decision: a caller's bio goes through dm_submit_bio_remap(), which accounts
 * it once and keeps its cgroup; a command of our own does not belong to
 * anybody and goes straight down.
 */
#include "sys.h"
#include "core/table.h"
#include "glue/glue.h"

static void submit(struct tandem_disk *disk, struct bio *bio, struct bio *parent)
{
	/* A bio on its second way down must lose the mark of its first remap. */
	if (bio == parent || bio->bi_bdev != disk->bdev)
		bio_set_dev(bio, disk->bdev);
	if (parent)
		dm_submit_bio_remap(parent, parent == bio ? NULL : bio);
	else
		submit_bio_noacct(bio);
}

static const struct tandem_disk_ops disk_ops = {
	.submit = submit,
};

static int get(struct tandem_target *target, unsigned int place, const char *path)
{
	struct dm_target *ti = target->ti;
	struct tandem_disk *disk = &target->disk[place];
	unsigned int i;
	int error;

	error = dm_get_device(ti, path, dm_table_get_mode(ti->table), &target->dev[place]);
	if (error) {
		target->dev[place] = NULL;
		ti->error = "disk cannot be opened";
		return error;
	}
	for (i = 0; i < place; i++) {
		if (target->dev[i] && target->dev[i]->bdev == target->dev[place]->bdev) {
			ti->error = "disk given twice";
			return -EINVAL;
		}
	}
	disk->ops = &disk_ops;
	disk->bdev = target->dev[place]->bdev;
	disk->size_sectors = bdev_nr_sectors(disk->bdev);
	disk->logical_block_bytes = bdev_logical_block_size(disk->bdev);
	snprintf(disk->name, sizeof(disk->name), "%pg", disk->bdev);
	return 0;
}

int tandem_disks_get(struct tandem_target *target, const struct tandem_table *table)
{
	unsigned int i;
	int error;

	for (i = 0; i < table->nr_legs; i++) {
		if (!strcmp(table->disk[i], "-"))
			continue;
		error = get(target, i, table->disk[i]);
		if (error)
			return error;
	}
	return 0;
}

void tandem_disks_put(struct tandem_target *target)
{
	unsigned int i;

	for (i = 0; i < target->nr_legs; i++)
		if (target->dev[i])
			dm_put_device(target->ti, target->dev[i]);
}
