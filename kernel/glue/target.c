// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device-mapper target "tandem". Thin: it turns device-mapper's calls into
 * the engine's and decides nothing.
 *
 *	ctr          parse, open disks, load and validate; reads only (B15)
 *	preresume    tandem_array_activate(): may fail, the device stays suspended
 *	map, end_io  io/request.c
 *	presuspend   end_start, presuspend_undo: end_cancel, postsuspend: end_finish
 *	dtr          frees; no I/O
 *
 * Order of events that the engine relies on: map() runs only between resume
 * and the end of "pending_io == 0"; postsuspend comes after that, and again
 * before dtr.
 */
#include "sys.h"
#include "compat.h"
#include "core/table.h"
#include "glue/glue.h"
#include "io/activate.h"
#include "io/request.h"

#include <linux/module.h>
#include <linux/sched/mm.h>

#define DM_MSG_PREFIX TANDEM_TARGET_NAME

static void event(void *context)
{
	struct tandem_target *target = context;

	dm_table_event(target->ti->table);
}

/* device-mapper's error strings are not const; ours are never written. */
static void say(struct dm_target *ti, const char *why)
{
	ti->error = (char *)(why ? why : "error without a reason");
}

static int create_array(struct tandem_target *target)
{
	struct tandem_array_params *params = kzalloc(sizeof(*params), GFP_KERNEL);
	const char *why = "no memory";
	unsigned int i;
	int error;

	if (!params)
		return -ENOMEM;
	params->array = target->id;
	params->nr_legs = target->nr_legs;
	params->degraded = target->degraded;
	params->rebuild = target->rebuild;
	params->grow_sectors = target->grow_sectors;
	params->replace = target->replace;
	params->retire = target->retire;
	params->read_only = !(dm_table_get_mode(target->ti->table) & TANDEM_MODE_WRITE);
	params->event = event;
	params->context = target;
	for (i = 0; i < target->nr_legs; i++)
		params->disk[i] = target->dev[i] ? &target->disk[i] : NULL;
	error = tandem_array_create(params, &target->array);
	kfree(params);
	if (!error)
		error = tandem_array_load(target->array, &why);
	if (error)
		say(target->ti, why);
	return error;
}

static void tandem_dtr(struct dm_target *ti)
{
	struct tandem_target *target = ti->private;

	tandem_array_destroy(target->array);
	tandem_disks_put(target);
	kfree(target);
}

static int parse(struct tandem_target *target, struct tandem_table *table, unsigned int argc,
		 char **argv)
{
	const char *why = NULL;
	int error = tandem_table_parse(argc, argv, table, &why);

	if (error) {
		say(target->ti, why);
		return error;
	}
	target->id = table->array;
	target->nr_legs = table->nr_legs;
	target->rebuild = table->rebuild;
	target->grow_sectors = table->grow_sectors;
	target->replace = table->replace;
	target->retire = table->retire;
	target->degraded = table->degraded;
	return 0;
}

static int tandem_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct tandem_target *target = kzalloc(sizeof(*target), GFP_KERNEL);
	struct tandem_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	int error = -ENOMEM;

	if (!target || !table) {
		kfree(target);
		kfree(table);
		ti->error = "no memory";
		return -ENOMEM;
	}
	target->ti = ti;
	ti->private = target;
	error = parse(target, table, argc, argv);
	if (!error)
		error = tandem_disks_get(target, table);
	if (!error)
		error = create_array(target);
	if (!error)
		error = tandem_limits_check(target);
	kfree(table);
	if (error) {
		tandem_dtr(ti);
		return error;
	}
	tandem_limits_init(target);
	return 0;
}

static int tandem_map(struct dm_target *ti, struct bio *bio)
{
	struct tandem_target *target = ti->private;
	struct tandem_array *array = target->array;
	struct tandem_request *request = dm_per_bio_data(bio, ti->per_io_data_size);
	enum req_op op = bio_op(bio);
	u64 run;

	/* device-mapper cuts reads and writes for us, but not these. */
	if (unlikely(op == REQ_OP_WRITE_ZEROES || op == REQ_OP_DISCARD)) {
		run = tandem_geometry_run_sectors(&array->super->geo, bio->bi_iter.bi_sector);
		if (bio_sectors(bio) > run)
			dm_accept_partial_bio(bio, run);
	}
	switch (tandem_request_map(array, request, bio)) {
	case TANDEM_MAP_SUBMITTED:
		return DM_MAPIO_SUBMITTED;
	case TANDEM_MAP_REMAPPED:
		bio_set_dev(bio, tandem_set_leg(request->set, request->position)->disk->bdev);
		return DM_MAPIO_REMAPPED;
	case TANDEM_MAP_ERROR:
		break;
	}
	return DM_MAPIO_KILL;
}

/*
 * No leg could answer, and the legs are about to be exchanged: a read is asked
 * again after the resume. An error of a write or flush is news of what may be
 * lost, and is told (Documentation/lifecycle.md).
 */
static bool is_for_next_table(struct dm_target *ti, blk_status_t error)
{
	return unlikely(error) && dm_noflush_suspending(ti);
}

/* Only a read goes to a leg itself. What goes as clones the engine has ended. */
static int tandem_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *error)
{
	struct tandem_request *request;

	if (bio_op(bio) != REQ_OP_READ)
		return DM_ENDIO_DONE;
	request = dm_per_bio_data(bio, ti->per_io_data_size);
	if (tandem_request_end(request, error))
		return DM_ENDIO_INCOMPLETE;
	return is_for_next_table(ti, *error) ? DM_ENDIO_REQUEUE : DM_ENDIO_DONE;
}

static int tandem_preresume(struct dm_target *ti)
{
	struct tandem_target *target = ti->private;
	unsigned int noio = memalloc_noio_save();
	const char *why = NULL;
	int error;

	error = tandem_array_activate(target->array, &why);
	memalloc_noio_restore(noio);
	if (error)
		DMERR("%s: cannot be activated: %s (%d)", dm_table_device_name(ti->table),
		      why ? why : "no reason given", error);
	return error;
}

static void tandem_presuspend(struct dm_target *ti)
{
	struct tandem_target *target = ti->private;

	tandem_array_end_start(target->array);
}

static void tandem_presuspend_undo(struct dm_target *ti)
{
	struct tandem_target *target = ti->private;

	tandem_array_end_cancel(target->array);
}

static void tandem_postsuspend(struct dm_target *ti)
{
	struct tandem_target *target = ti->private;
	unsigned int noio = memalloc_noio_save();

	tandem_array_end_finish(target->array);
	memalloc_noio_restore(noio);
}

static int tandem_message(struct dm_target *ti, unsigned int argc, char **argv, char *result,
			  unsigned int maxlen)
{
	struct tandem_target *target = ti->private;
	struct tandem_words words = { argc, argv };
	struct tandem_message message;
	const char *why = NULL;
	int error;

	error = tandem_message_parse(&words, target->nr_legs, &message, &why);
	if (error) {
		DMERR("%s: message: %s", dm_table_device_name(ti->table), why);
		return error;
	}
	return tandem_array_message(target->array, &message);
}

static void info(struct tandem_target *target, char *result, unsigned int maxlen)
{
	struct tandem_status *status = kzalloc(sizeof(*status), GFP_KERNEL);

	*result = 0;
	if (!status)
		return;
	tandem_array_status(target->array, status);
	if (tandem_status_format(status, result, maxlen) < 0)
		result[maxlen - 1] = 0;
	kfree(status);
}

static void table(struct tandem_target *target, char *result, unsigned int maxlen)
{
	struct tandem_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	unsigned int i;

	*result = 0;
	if (!table)
		return;
	table->array = target->id;
	table->nr_legs = target->nr_legs;
	table->degraded = target->degraded;
	table->rebuild = target->rebuild;
	table->grow_sectors = target->grow_sectors;
	table->replace = target->replace;
	table->retire = target->retire;
	for (i = 0; i < target->nr_legs; i++)
		table->disk[i] = target->dev[i] ? target->dev[i]->name : "-";
	if (tandem_table_format(table, result, maxlen) < 0)
		result[maxlen - 1] = 0;
	kfree(table);
}

/*
 * Measured when the table has been loaded, so no leg has a state yet: of each
 * place it is told what the superblocks say, by the first letter.
 */
static void ima(struct tandem_target *target, char *result, unsigned int maxlen)
{
	const struct tandem_super *super = target->array->super;
	char id[TANDEM_ID_TEXT_BYTES];
	struct dm_target *ti = target->ti;
	unsigned int sz = 0;
	unsigned int i;

	tandem_id_to_text(&target->id, id);
	DMEMIT_TARGET_NAME_VERSION(ti->type);
	DMEMIT(",uuid=%s,level=%s,nr_sets=%u,nr_legs=%u,records=", id,
	       tandem_level_text(super->geo.level), super->geo.nr_sets, target->nr_legs);
	for (i = 0; i < target->nr_legs; i++)
		DMEMIT("%c", *tandem_record_text(super->place[i].record));
	for (i = 0; i < target->nr_legs; i++)
		DMEMIT(",leg_%u=%s", i, target->dev[i] ? target->dev[i]->name : "-");
	DMEMIT(";");
}

static void tandem_status(struct dm_target *ti, status_type_t type, unsigned int flags,
			  char *result, unsigned int maxlen)
{
	struct tandem_target *target = ti->private;

	switch (type) {
	case STATUSTYPE_INFO:
		info(target, result, maxlen);
		break;
	case STATUSTYPE_TABLE:
		table(target, result, maxlen);
		break;
	case STATUSTYPE_IMA:
		ima(target, result, maxlen);
		break;
	}
}

static struct target_type tandem_target = {
	.name = TANDEM_TARGET_NAME,
	.version = { TANDEM_TARGET_VERSION_MAJOR, TANDEM_TARGET_VERSION_MINOR,
		     TANDEM_TARGET_VERSION_PATCH },
	.features = DM_TARGET_SINGLETON | DM_TARGET_NOWAIT,
	.module = THIS_MODULE,
	.ctr = tandem_ctr,
	.dtr = tandem_dtr,
	.map = tandem_map,
	.end_io = tandem_end_io,
	.preresume = tandem_preresume,
	.presuspend = tandem_presuspend,
	.presuspend_undo = tandem_presuspend_undo,
	.postsuspend = tandem_postsuspend,
	.message = tandem_message,
	.status = tandem_status,
	.iterate_devices = tandem_limits_iterate,
	.io_hints = tandem_limits_hints,
};

static int __init tandem_init(void)
{
	return dm_register_target(&tandem_target);
}

static void __exit tandem_exit(void)
{
	dm_unregister_target(&tandem_target);
}

module_init(tandem_init);
module_exit(tandem_exit);

MODULE_DESCRIPTION("device-mapper mirror for database volumes");
MODULE_AUTHOR("the tandem developers");
MODULE_LICENSE("GPL");
