// SPDX-License-Identifier: GPL-2.0-only
/*
 * dm-floor: two legs and nothing else, what `make cost` measures tandem against.
 *
 * No log, no superblock, no failure handling: a write is cloned to both legs and
 * ends with the last one, a read goes to the first. It is the least that any
 * device-mapper target with two legs can do, so what tandem takes more than this is
 * tandem's. Never for data.
 *
 * Table: START LEN floor DEV DEV
 *
 * Decision: the legs' bios lie in the data that device-mapper keeps for each request,
 * as tandem's do; there is one allocation for both, device-mapper's.
 */

#include <linux/bio.h>
#include <linux/device-mapper.h>
#include <linux/module.h>
#include <linux/slab.h>

#define NR_LEGS 2

struct floor {
	struct dm_dev *dev[NR_LEGS];
};

struct floor_request {
	struct bio *parent;
	atomic_t pending;
	struct bio leg_bio[NR_LEGS];
};

static void leg_end(struct bio *bio)
{
	struct floor_request *request = bio->bi_private;

	if (unlikely(bio->bi_status))
		request->parent->bi_status = bio->bi_status;
	bio_uninit(bio);
	if (atomic_dec_and_test(&request->pending))
		bio_endio(request->parent);
}

static int floor_map(struct dm_target *ti, struct bio *bio)
{
	struct floor *floor = ti->private;
	struct floor_request *request = dm_per_bio_data(bio, sizeof(*request));
	struct bio *leg_bio;
	int i;

	if (bio_op(bio) == REQ_OP_READ) {
		bio_set_dev(bio, floor->dev[0]->bdev);
		return DM_MAPIO_REMAPPED;
	}
	request->parent = bio;
	atomic_set(&request->pending, NR_LEGS);
	for (i = 0; i < NR_LEGS; i++) {
		leg_bio = &request->leg_bio[i];
		bio_init_clone(floor->dev[i]->bdev, leg_bio, bio, GFP_NOIO);
		leg_bio->bi_opf &= ~REQ_POLLED;
		leg_bio->bi_end_io = leg_end;
		leg_bio->bi_private = request;
		dm_submit_bio_remap(bio, leg_bio);
	}
	return DM_MAPIO_SUBMITTED;
}

static void floor_dtr(struct dm_target *ti)
{
	struct floor *floor = ti->private;
	int i;

	for (i = 0; i < NR_LEGS; i++)
		if (floor->dev[i])
			dm_put_device(ti, floor->dev[i]);
	kfree(floor);
}

static int floor_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct floor *floor;
	int error;
	int i;

	if (argc != NR_LEGS) {
		ti->error = "not two disks";
		return -EINVAL;
	}
	floor = kzalloc(sizeof(*floor), GFP_KERNEL);
	if (!floor)
		return -ENOMEM;
	ti->private = floor;
	for (i = 0; i < NR_LEGS; i++) {
		error = dm_get_device(ti, argv[i], dm_table_get_mode(ti->table), &floor->dev[i]);
		if (error) {
			floor->dev[i] = NULL;
			ti->error = "disk cannot be opened";
			floor_dtr(ti);
			return error;
		}
	}
	ti->num_flush_bios = 1;
	ti->per_io_data_size = sizeof(struct floor_request);
	ti->accounts_remapped_io = true;
	return 0;
}

static int floor_iterate(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct floor *floor = ti->private;
	int result = 0;
	int i;

	for (i = 0; i < NR_LEGS && !result; i++)
		result = fn(ti, floor->dev[i], 0, ti->len, data);
	return result;
}

static struct target_type floor_target = {
	.name = "floor",
	.version = { 1, 0, 0 },
	.module = THIS_MODULE,
	.ctr = floor_ctr,
	.dtr = floor_dtr,
	.map = floor_map,
	.iterate_devices = floor_iterate,
};

static int __init floor_init(void)
{
	return dm_register_target(&floor_target);
}

static void __exit floor_exit(void)
{
	dm_unregister_target(&floor_target);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("two legs and nothing else, to measure against");
MODULE_AUTHOR("the tandem developers");
MODULE_LICENSE("GPL");
