// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Device-mapper, the steps.
 *
 *	activate   create - load - resume - node     (undone: remove)
 *	replace    load - suspend - resume           (undone: load old - resume)
 *	remove     node away - remove
 *
 * A load only looks at the legs; it is resume that writes epochs and
 * configurations. So a table that cannot be loaded changes nothing, and one
 * that does not resume leaves the volume suspended with the new table: then
 * the old one is put back, with a policy that can start what had been running.
 * If the start had begun to write, the disks may be those of another number of legs,
 * and refuse the old table; then one is taken that they do not refuse. It is
 * they who know: a table names no more than what is where.
 */
#include "dm.h"

#include <stdlib.h>

#include "core/superblock.h"

#define TABLE_BYTES 8192
#define REASON_HINT "the reason is in the kernel log: dmesg | grep tandem"

static int run(const struct tandem_context *ctx, const struct tandem_dm_task *task,
	       struct tandem_dm_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	return ctx->dm->run(task, reply);
}

/* For tasks whose answer is only yes or no. */
static int simple(const struct tandem_context *ctx, const struct tandem_dm_task *task)
{
	struct tandem_dm_reply reply;
	int ret;

	ret = run(ctx, task, &reply);
	free(reply.text);
	return ret;
}

static int no_module(struct tandem_error *err)
{
	tandem_error_set(err, TANDEM_CODE_MODULE, NULL, "the kernel has no device-mapper");
	return tandem_error_hint(err, "modprobe dm-mod");
}

int tandem_dm_check(const struct tandem_context *ctx, struct tandem_error *err)
{
	const struct tandem_dm_task task = { .op = TANDEM_DM_VERSION };
	struct tandem_dm_reply reply;
	int ret;

	ret = run(ctx, &task, &reply);
	if (ret == -ENOSYS)
		return no_module(err);
	if (ret == -EACCES || ret == -EPERM)
		return tandem_error_system(err, ret, NULL, "device-mapper");
	if (ret || !reply.exists) {
		tandem_error_set(err, TANDEM_CODE_MODULE, NULL,
				 "the kernel has no device-mapper target \"%s\"",
				 TANDEM_TARGET_NAME);
		return tandem_error_hint(err, "modprobe dm-tandem");
	}
	if (reply.version[0] != TANDEM_TARGET_VERSION_MAJOR) {
		tandem_error_set(err, TANDEM_CODE_MODULE, NULL,
				 "module dm-tandem has version %u.%u.%u, this program needs %u.x",
				 reply.version[0], reply.version[1], reply.version[2],
				 TANDEM_TARGET_VERSION_MAJOR);
		return tandem_error_hint(err, "install the module that belongs to tandem %s",
					 tandem_version());
	}
	return 0;
}

/* Device-mapper name to volume; false if it is not one of ours. */
static bool volume_of(const struct tandem_dm_reply *reply, struct tandem_volume *volume)
{
	const size_t prefix = strlen(TANDEM_DM_UUID_PREFIX);
	const size_t name_prefix = strlen(TANDEM_DM_NAME_PREFIX);
	const char *name = reply->name;

	memset(volume, 0, sizeof(*volume));
	if (!reply->exists || strncmp(reply->uuid, TANDEM_DM_UUID_PREFIX, prefix) ||
	    tandem_id_from_text(reply->uuid + prefix, &volume->array))
		return false;
	if (!strncmp(name, TANDEM_DM_NAME_PREFIX, name_prefix))
		name += name_prefix;
	snprintf(volume->name, sizeof(volume->name), "%.63s", name);
	snprintf(volume->dm_name, sizeof(volume->dm_name), "%s", reply->name);
	volume->rdev = reply->rdev;
	volume->open_count = reply->open_count;
	volume->suspended = reply->suspended;
	volume->read_only = reply->read_only;
	return true;
}

static int info(const struct tandem_context *ctx, const char *dm_name, const char *uuid,
		struct tandem_volume *volume)
{
	const struct tandem_dm_task task = { .op = TANDEM_DM_INFO, .name = dm_name, .uuid = uuid };
	struct tandem_dm_reply reply;
	int ret;

	ret = run(ctx, &task, &reply);
	free(reply.text);
	if (ret == -ENXIO)
		return -ENOENT;
	if (ret)
		return ret;
	return volume_of(&reply, volume) ? 0 : -ENOENT;
}

static int list_names(const struct tandem_context *ctx, char **names)
{
	const struct tandem_dm_task task = { .op = TANDEM_DM_LIST };
	struct tandem_dm_reply reply;
	int ret;

	ret = run(ctx, &task, &reply);
	*names = reply.text;
	return ret;
}

int tandem_dm_list(const struct tandem_context *ctx, struct tandem_volume **list,
		   unsigned int *nr, struct tandem_error *err)
{
	char *names, *name, *rest;
	struct tandem_volume volume, *grown;
	int ret;

	*list = NULL;
	*nr = 0;
	ret = list_names(ctx, &names);
	if (ret == -ENOSYS)
		return no_module(err);
	if (ret)
		return tandem_error_system(err, ret, NULL, "cannot list device-mapper devices");
	for (name = names ? strtok_r(names, "\n", &rest) : NULL; name && !ret;
	     name = strtok_r(NULL, "\n", &rest)) {
		if (info(ctx, name, NULL, &volume))
			continue;
		grown = realloc(*list, (*nr + 1) * sizeof(**list));
		if (!grown) {
			ret = tandem_error_no_memory(err);
			break;
		}
		*list = grown;
		grown[(*nr)++] = volume;
	}
	free(names);
	if (ret) {
		free(*list);
		*list = NULL;
		*nr = 0;
	}
	return ret;
}

bool tandem_dm_is_active(const struct tandem_context *ctx, const struct tandem_id *array,
			 struct tandem_volume *volume)
{
	char uuid[TANDEM_DM_UUID_BYTES] = TANDEM_DM_UUID_PREFIX;

	tandem_id_to_text(array, uuid + strlen(TANDEM_DM_UUID_PREFIX));
	return !info(ctx, NULL, uuid, volume);
}

bool tandem_dm_name_taken(const struct tandem_context *ctx, const char *name,
			  struct tandem_volume *volume)
{
	char dm_name[TANDEM_DM_NAME_BYTES];
	const struct tandem_dm_task task = { .op = TANDEM_DM_INFO, .name = dm_name };
	struct tandem_dm_reply reply;
	int ret;

	snprintf(dm_name, sizeof(dm_name), TANDEM_DM_NAME_PREFIX "%.100s", name);
	ret = run(ctx, &task, &reply);
	free(reply.text);
	if (ret || !reply.exists)
		return false;
	/* A device of somebody else may have the name, too. */
	volume_of(&reply, volume);
	return true;
}

int tandem_dm_find(const struct tandem_context *ctx, const char *array,
		   struct tandem_volume *volume, struct tandem_error *err)
{
	char dm_name[TANDEM_DM_NAME_BYTES];
	struct tandem_id id;
	int ret = -ENOENT;

	if (!tandem_id_from_text(array, &id)) {
		if (tandem_dm_is_active(ctx, &id, volume))
			return 0;
	}
	if (!tandem_name_check(array, NULL)) {
		snprintf(dm_name, sizeof(dm_name), TANDEM_DM_NAME_PREFIX "%s", array);
		ret = info(ctx, dm_name, NULL, volume);
	}
	if (ret == -ENOENT) {
		tandem_error_set(err, TANDEM_CODE_NOT_FOUND, array, "no such active array");
		return tandem_error_hint(err,
					 "tandem status lists them; tandem assemble starts one");
	}
	if (ret == -ENOSYS)
		return no_module(err);
	return ret ? tandem_error_system(err, ret, array, "device-mapper") : 0;
}

/* Words for a table that the kernel did not take; it says why only in its log. */
static int refused(struct tandem_error *err, int error, const char *name, const char *step)
{
	tandem_error_system(err, error, name, step);
	return tandem_error_hint(err, REASON_HINT);
}

static int format(const struct tandem_table *table, char *text, struct tandem_error *err)
{
	if (tandem_table_format(table, text, TABLE_BYTES) < 0)
		return tandem_error_set(err, TANDEM_CODE_FAILED, NULL,
					"table line longer than %d characters", TABLE_BYTES);
	return 0;
}

int tandem_dm_activate(const struct tandem_context *ctx, const struct tandem_dm_load *load,
		       struct tandem_error *err)
{
	char dm_name[TANDEM_DM_NAME_BYTES], uuid[TANDEM_DM_UUID_BYTES] = TANDEM_DM_UUID_PREFIX;
	struct tandem_dm_task task = { .name = dm_name, .sectors = load->sectors,
				       .read_only = load->read_only };
	const char *step = "cannot create the device";
	char text[TABLE_BYTES];
	int ret;

	ret = format(load->table, text, err);
	if (ret)
		return ret;
	snprintf(dm_name, sizeof(dm_name), TANDEM_DM_NAME_PREFIX "%.100s", load->name);
	tandem_id_to_text(&load->table->array, uuid + strlen(TANDEM_DM_UUID_PREFIX));
	task.op = TANDEM_DM_CREATE;
	task.uuid = uuid;
	ret = simple(ctx, &task);
	if (ret)
		return refused(err, ret, load->name, step);
	task.uuid = NULL;
	task.op = TANDEM_DM_LOAD;
	task.text = text;
	step = "the kernel refused the table";
	ret = simple(ctx, &task);
	task.text = NULL;
	if (!ret) {
		task.op = TANDEM_DM_RESUME;
		step = "the kernel could not start the array";
		ret = simple(ctx, &task);
	}
	if (ret) {
		task.op = TANDEM_DM_REMOVE;
		simple(ctx, &task);
		return refused(err, ret, load->name, step);
	}
	ret = ctx->dm->node(load->name, true);
	if (ret)
		tandem_warn(ctx,
			    "%s: active as /dev/mapper/%s, but /dev/tandem/%s cannot be made: %s",
			    load->name, dm_name, load->name, tandem_error_text(ret));
	return 0;
}

/* Back to the table that ran; its policy must allow what was running. */
static int restore_as(const struct tandem_context *ctx, const struct tandem_dm_load *load,
		      const struct tandem_table *old, u64 sectors)
{
	char dm_name[TANDEM_DM_NAME_BYTES], text[TABLE_BYTES];
	struct tandem_dm_task task = { .op = TANDEM_DM_LOAD, .name = dm_name, .text = text,
				       .sectors = sectors, .read_only = load->read_only };
	struct tandem_table table = *old;
	int ret;

	if (table.degraded == TANDEM_DEGRADED_NEVER)
		table.degraded = TANDEM_DEGRADED_PROVEN;
	if (tandem_table_format(&table, text, sizeof(text)) < 0)
		return -ENOSPC;
	snprintf(dm_name, sizeof(dm_name), TANDEM_DM_NAME_PREFIX "%.100s", load->name);
	ret = simple(ctx, &task);
	if (ret)
		return ret;
	task.op = TANDEM_DM_RESUME;
	task.text = NULL;
	return simple(ctx, &task);
}

/* One that was to grow may have done so before it failed: then its length is the new one. */
static int restore(const struct tandem_context *ctx, const struct tandem_dm_load *load,
		   const struct tandem_table *old)
{
	int ret = restore_as(ctx, load, old, load->old_sectors ? load->old_sectors : load->sectors);
	unsigned int i;

	if (ret && load->old_sectors)
		ret = restore_as(ctx, load, old, load->sectors);
	for (i = 0; ret && i < sizeof(load->also) / sizeof(*load->also) && load->also[i]; i++)
		ret = restore_as(ctx, load, load->also[i], load->sectors);
	return ret;
}

int tandem_dm_replace(const struct tandem_context *ctx, const struct tandem_dm_load *load,
		      const struct tandem_table *old, struct tandem_error *err)
{
	char dm_name[TANDEM_DM_NAME_BYTES], text[TABLE_BYTES];
	struct tandem_dm_task task = { .op = TANDEM_DM_LOAD, .name = dm_name, .text = text,
				       .sectors = load->sectors, .read_only = load->read_only };
	int ret, undo;

	ret = format(load->table, text, err);
	if (ret)
		return ret;
	snprintf(dm_name, sizeof(dm_name), TANDEM_DM_NAME_PREFIX "%.100s", load->name);
	ret = simple(ctx, &task);
	if (ret)
		return refused(err, ret, load->name, "the kernel refused the new table");
	task.text = NULL;
	task.op = TANDEM_DM_SUSPEND;
	ret = simple(ctx, &task);
	if (ret) {
		task.op = TANDEM_DM_CLEAR;
		simple(ctx, &task);
		return refused(err, ret, load->name, "cannot suspend the array");
	}
	task.op = TANDEM_DM_RESUME;
	ret = simple(ctx, &task);
	if (!ret)
		return 0;
	undo = restore(ctx, load, old);
	if (!undo)
		return refused(err, ret, load->name,
			       "the kernel could not start the new table, the old one runs on");
	tandem_error_set(err, tandem_error_class_of(ret), load->name,
			 "the kernel could not start the new table (%s) nor the old one (%s); the "
			 "array is suspended",
			 tandem_error_text(ret), tandem_error_text(undo));
	return tandem_error_hint(err, "dmsetup resume %s tries again; " REASON_HINT, dm_name);
}

int tandem_dm_remove(const struct tandem_context *ctx, const struct tandem_volume *volume,
		     struct tandem_error *err)
{
	const struct tandem_dm_task task = { .op = TANDEM_DM_REMOVE, .name = volume->dm_name };
	int ret;

	ret = simple(ctx, &task);
	if (ret == -EBUSY) {
		tandem_error_set(err, TANDEM_CODE_BUSY, volume->name, "is in use");
		return tandem_error_hint(err,
					 "close what has it open: fuser -vm /dev/tandem/%s",
					 volume->name);
	}
	if (ret)
		return refused(err, ret, volume->name, "cannot remove the device");
	ctx->dm->node(volume->name, false);
	return 0;
}

int tandem_dm_message(const struct tandem_context *ctx, const struct tandem_volume *volume,
		      const struct tandem_message *message, struct tandem_error *err)
{
	char text[64];
	const struct tandem_dm_task task = { .op = TANDEM_DM_MESSAGE, .name = volume->dm_name,
					     .text = text };
	int ret;

	if (tandem_message_format(message, text, sizeof(text)) < 0)
		return tandem_error_set(err, TANDEM_CODE_FAILED, volume->name, "message too long");
	ret = simple(ctx, &task);
	return ret ? refused(err, ret, volume->name, "the kernel refused the message") : 0;
}

static int line(const struct tandem_context *ctx, const struct tandem_volume *volume,
		enum tandem_dm_op op, struct tandem_dm_reply *reply)
{
	const struct tandem_dm_task task = { .op = op, .name = volume->dm_name };
	int ret;

	ret = run(ctx, &task, reply);
	if (!ret && !reply->exists)
		ret = -ENXIO;
	if (!ret && (!reply->text || strcmp(reply->target, TANDEM_TARGET_NAME)))
		ret = -ENODEV;
	if (ret)
		free(reply->text);
	return ret;
}

int tandem_dm_lines(const struct tandem_context *ctx, const struct tandem_volume *volume,
		    struct tandem_dm_lines *lines, struct tandem_error *err)
{
	struct tandem_dm_reply reply;
	int ret;

	memset(lines, 0, sizeof(*lines));
	ret = line(ctx, volume, TANDEM_DM_STATUS, &reply);
	if (!ret) {
		lines->status = reply.text;
		ret = line(ctx, volume, TANDEM_DM_TABLE, &reply);
	}
	if (!ret) {
		lines->table = reply.text;
		lines->sectors = reply.sectors;
		return 0;
	}
	free(lines->status);
	lines->status = NULL;
	if (ret == -ENODEV)
		return tandem_error_set(err, TANDEM_CODE_FAILED, volume->name,
					"has no table of the target \"%s\"", TANDEM_TARGET_NAME);
	return tandem_error_system(err, ret, volume->name, "cannot ask device-mapper");
}
