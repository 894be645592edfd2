// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Status of active arrays, for people and for JSON.
 *
 * Decisions
 * - Whoever looks wakes no disk and stands in nobody's way: the kernel tells all but which
 *   disk it was that is gone. Only for that, or of a module that tells less, the superblock
 *   of a current leg is read. Spares are another matter: they are in no kernel.
 * - An array whose superblock cannot be read right now still has a status: what
 *   only the superblock knows is then NULL or TANDEM_UNKNOWN.
 */
#include <stdlib.h>

#include "core/replace.h"
#include "scan.h"
#include "tandem_monitor.h"
#include "view.h"

#define MAX_SPARES 64u

struct entry {
	struct tandem_array_info info;
	struct tandem_id array;
	struct tandem_leg_info leg[TANDEM_MAX_LEGS + MAX_SPARES];
	char name[TANDEM_NAME_BYTES];
	char uuid[TANDEM_ID_TEXT_BYTES];
	char device[TANDEM_DM_NAME_BYTES];
	char disk[TANDEM_MAX_LEGS + MAX_SPARES][TANDEM_PATH_BYTES];
	char serial[TANDEM_MAX_LEGS + MAX_SPARES][TANDEM_DISK_NAME_BYTES];
};

struct tandem_status_list {
	struct entry **entry;
	size_t nr;
};

static u64 region_bytes(u64 regions, const struct tandem_array_info *info)
{
	if (info->region_bytes == TANDEM_UNKNOWN || regions > TANDEM_UNKNOWN / info->region_bytes)
		return TANDEM_UNKNOWN;
	return regions * info->region_bytes;
}

static void fill_sync(struct tandem_array_info *info, const struct tandem_status *status)
{
	unsigned int leg;

	info->sync_paused = status->sync == TANDEM_SYNC_PAUSED;
	info->sync_done_bytes = region_bytes(status->done_regions, info);
	info->sync_total_bytes = region_bytes(status->total_regions, info);
	info->resync_bytes = status->resync_sectors * TANDEM_SECTOR_BYTES;
	info->rebuild_bytes = status->rebuild_sectors * TANDEM_SECTOR_BYTES;
	info->sync = NULL;
	if (status->sync == TANDEM_SYNC_NONE)
		return;
	info->sync = tandem_sync_kind_text(status->sync);
	if (!info->sync_paused)
		return;
	/* A paused run does not say what it is; only a rebuild has a leg to fill. */
	info->sync = tandem_sync_kind_text(TANDEM_SYNC_RESYNC);
	for (leg = 0; leg < status->nr_legs; leg++) {
		if (status->leg[leg].state == TANDEM_LEG_REBUILDING)
			info->sync = tandem_sync_kind_text(TANDEM_SYNC_REBUILD);
	}
}

static void fill_log(struct tandem_array_info *info, const struct tandem_log_status *log)
{
	info->dirty_regions = log->present ? log->dirty_regions : TANDEM_UNKNOWN;
	info->dirty_limit_regions = log->present ? log->limit_regions : TANDEM_UNKNOWN;
	info->log_records = log->present ? log->records : TANDEM_UNKNOWN;
	info->log_waits = log->present ? log->waits : TANDEM_UNKNOWN;
	info->log_record_waits = log->has_record_waits ? log->record_waits : TANDEM_UNKNOWN;
}

static void fill_copy(struct tandem_array_info *info, const struct tandem_copy_status *copy)
{
	info->copy_rate_bytes_per_s = copy->rate ? copy->rate : TANDEM_UNKNOWN;
	info->worst_case_resync_ms = copy->present ? copy->worst_ms : TANDEM_UNKNOWN;
}

static void fill_pace(struct tandem_array_info *info, const struct tandem_pace_status *pace)
{
	info->sync_rate_bytes_per_s = pace->rate ? pace->rate : TANDEM_UNKNOWN;
	info->sync_eta_s = pace->rate ? pace->eta_s : TANDEM_UNKNOWN;
	info->rate_limit_bytes_per_s = pace->limit ? pace->limit : TANDEM_UNKNOWN;
	info->latency_target_us = pace->target_us ? pace->target_us : TANDEM_UNKNOWN;
}

/* The kernel's word goes before that of the superblock, which may be on its way. */
static void fill_kept(struct tandem_array_info *info, const struct tandem_kept_status *kept)
{
	info->kept = !kept->due;
	info->kept_latency_target_us = kept->target_us ? kept->target_us : TANDEM_UNKNOWN;
	if (kept->present)
		info->recovery_target_ms = kept->recovery_ms;
}

static void fill_lost(struct tandem_array_info *info, const struct tandem_lost_status *lost)
{
	info->lost_bytes = lost->present ? lost->sectors * TANDEM_SECTOR_BYTES : TANDEM_UNKNOWN;
}

static void fill_super(struct entry *entry, const struct tandem_super *super)
{
	struct tandem_array_info *info = &entry->info;
	unsigned int leg, old;

	for (leg = 0; leg < info->nr_legs; leg++)
		entry->leg[leg].replaces = TANDEM_NO_LEG;
	info->level = NULL;
	info->role = NULL;
	info->chunk_bytes = info->region_bytes = info->recovery_target_ms = TANDEM_UNKNOWN;
	info->nr_sets = 0;
	if (!super)
		return;
	info->level = tandem_level_text(super->geo.level);
	info->role = tandem_role_text(super->role);
	info->chunk_bytes = (u64)super->geo.chunk_sectors * TANDEM_SECTOR_BYTES;
	info->region_bytes = (u64)super->geo.region_sectors * TANDEM_SECTOR_BYTES;
	info->recovery_target_ms = super->recovery_target_ms;
	info->nr_sets = super->geo.nr_sets;
	for (leg = 0; leg < super->nr_legs && leg < info->nr_legs; leg++) {
		entry->leg[leg].set = super->place[leg].set;
		entry->leg[leg].by_hand = super->place[leg].by_hand;
		old = tandem_replace_old_of(super, leg);
		if (old != TANDEM_NO_PLACE)
			entry->leg[leg].replaces = old;
		if (!super->place[leg].disk[0])
			continue;
		snprintf(entry->serial[leg], sizeof(entry->serial[leg]), "%s",
			 super->place[leg].disk);
		entry->leg[leg].serial = entry->serial[leg];
	}
}

/* The same without a look at any disk; of each leg what its disk says of itself. */
static void fill_shape(const struct tandem_context *ctx, const struct tandem_view *view,
		       struct entry *entry)
{
	const struct tandem_shape_status *shape = &view->status.shape;
	struct tandem_array_info *info = &entry->info;
	struct tandem_device dev;
	unsigned int leg;

	info->level = tandem_level_text(shape->level);
	info->role = tandem_role_text(shape->role);
	info->chunk_bytes = (u64)shape->chunk_sectors * TANDEM_SECTOR_BYTES;
	info->region_bytes = (u64)shape->region_sectors * TANDEM_SECTOR_BYTES;
	info->nr_sets = shape->nr_sets;
	for (leg = 0; leg < info->nr_legs; leg++) {
		const struct tandem_leg_status *from = &view->status.leg[leg];

		entry->leg[leg].set = from->set;
		entry->leg[leg].by_hand = from->by_hand;
		entry->leg[leg].replaces = from->replaces ? from->replaces - 1u : TANDEM_NO_LEG;
		if (entry->serial[leg][0] || !entry->leg[leg].disk)
			continue;
		tandem_device_init(&dev, entry->disk[leg]);
		dev.rdev = view->disk[leg];
		ctx->device->serial(&dev, entry->serial[leg], sizeof(entry->serial[leg]));
		entry->leg[leg].serial = entry->serial[leg];
	}
}

/* Does it take a superblock to say what there is to say? Which disk a place had, that is gone. */
static bool needs_super(const struct tandem_context *ctx, const struct tandem_view *view)
{
	char path[TANDEM_PATH_BYTES];
	unsigned int leg;

	for (leg = 0; leg < view->status.nr_legs; leg++) {
		path[0] = 0;
		if (view->disk[leg])
			ctx->device->path_of(view->disk[leg], path, sizeof(path));
		if (!path[0])
			return true;
	}
	return !view->status.shape.present;
}

static void fill_disks(const struct tandem_context *ctx, const struct tandem_view *view,
		       struct entry *entry)
{
	struct tandem_array_info *info = &entry->info;
	unsigned int i;

	for (i = 0; i < info->nr_legs; i++) {
		const struct tandem_leg_status *from = &view->status.leg[i];
		struct tandem_leg_info *leg = &entry->leg[i];

		leg->leg = i;
		leg->state = tandem_leg_state_text(from->state);
		leg->generation = from->generation;
		leg->read_errors = from->read_errors;
		leg->write_errors = from->write_errors;
		leg->flush_errors = from->flush_errors;
		leg->latency_p50_us = from->p50_us ? from->p50_us : TANDEM_UNKNOWN;
		leg->latency_p99_us = from->p99_us ? from->p99_us : TANDEM_UNKNOWN;
		leg->sits_out = from->sits_us;
		leg->sits_out_us = from->sits_us ? from->sits_us : TANDEM_UNKNOWN;
		if (view->status.has_read_classes)
			leg->read_class = tandem_read_class_text(from->read_class);
		if (view->disk[i])
			ctx->device->path_of(view->disk[i], entry->disk[i], sizeof(entry->disk[i]));
		leg->disk = entry->disk[i][0] ? entry->disk[i] : NULL;
	}
}

static void fill(const struct tandem_context *ctx, const struct tandem_view *view,
		 const struct tandem_super *super, struct entry *entry)
{
	struct tandem_array_info *info = &entry->info;

	snprintf(entry->name, sizeof(entry->name), "%s", view->volume.name);
	snprintf(entry->device, sizeof(entry->device), "/dev/tandem/%s", view->volume.name);
	tandem_id_to_text(&view->volume.array, entry->uuid);
	entry->array = view->volume.array;
	info->name = entry->name;
	info->uuid = entry->uuid;
	info->device = entry->device;
	info->state = tandem_array_state_text(view->status.state);
	info->size_bytes = view->sectors * TANDEM_SECTOR_BYTES;
	info->epoch = view->status.epoch;
	info->unsure_regions = view->status.unsure_regions;
	info->nr_legs = view->status.nr_legs;
	info->leg = entry->leg;
	fill_disks(ctx, view, entry);
	fill_super(entry, super);
	if (view->status.shape.present)
		fill_shape(ctx, view, entry);
	fill_sync(info, &view->status);
	fill_log(info, &view->status.log);
	fill_copy(info, &view->status.copy);
	fill_pace(info, &view->status.pace);
	fill_lost(info, &view->status.lost);
	fill_kept(info, &view->status.kept);
}

static int append(const struct tandem_context *ctx, const struct tandem_volume *volume,
		  struct tandem_status_list *list, struct tandem_error *err)
{
	struct entry **grown, *entry = calloc(1, sizeof(*entry));
	struct tandem_super *super = calloc(1, sizeof(*super));
	struct tandem_error ignored;
	struct tandem_view view;
	int ret;

	grown = realloc(list->entry, (list->nr + 1) * sizeof(*grown));
	if (grown)
		list->entry = grown;
	if (!entry || !super || !grown) {
		free(super);
		free(entry);
		return tandem_error_no_memory(err);
	}
	ret = tandem_view_read(ctx, volume, &view, err);
	if (!ret) {
		bool needed = needs_super(ctx, &view);
		bool known = needed && !tandem_view_super(ctx, &view, super, &ignored);

		if (needed && !known)
			tandem_debug(ctx, "%s: %s", ignored.object, ignored.text);
		fill(ctx, &view, known ? super : NULL, entry);
		grown[list->nr++] = entry;
	} else {
		free(entry);
	}
	tandem_view_free(&view);
	free(super);
	return ret;
}

int tandem_status_get(struct tandem_context *ctx, const char *array,
		      struct tandem_status_list **list, struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume *volumes = NULL, one;
	unsigned int nr = 1, i;
	int ret;

	*list = calloc(1, sizeof(**list));
	if (!*list)
		return tandem_error_no_memory(err);
	if (array)
		ret = tandem_dm_find(ctx, array, &one, err);
	else
		ret = tandem_dm_list(ctx, &volumes, &nr, err);
	for (i = 0; i < nr && !ret; i++) {
		ret = append(ctx, array ? &one : &volumes[i], *list, err);
		/* Of all arrays, one that has just been stopped is no error. */
		if (ret == -ENXIO && !array)
			ret = 0;
	}
	free(volumes);
	if (ret) {
		tandem_status_put(*list);
		*list = NULL;
	}
	return ret;
}

static void add_spare(const struct tandem_context *ctx, const struct tandem_found *found,
		      struct entry *entry)
{
	const unsigned int at = entry->info.nr_legs + entry->info.nr_spares;
	struct tandem_leg_info *leg = &entry->leg[at];

	if (entry->info.nr_spares == MAX_SPARES)
		return;
	entry->info.nr_spares++;
	snprintf(entry->disk[at], sizeof(entry->disk[at]), "%s", found->dev.path);
	ctx->device->serial(&found->dev, entry->serial[at], sizeof(entry->serial[at]));
	leg->state = "spare";
	leg->spare = true;
	leg->replaces = TANDEM_NO_LEG;
	leg->disk = entry->disk[at];
	leg->serial = entry->serial[at];
	leg->generation = TANDEM_UNKNOWN;
	leg->read_errors = leg->write_errors = leg->flush_errors = TANDEM_UNKNOWN;
}

int tandem_status_spares(struct tandem_context *ctx, struct tandem_status_list *list,
			 struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	/* What else is wrong with the disks of this machine is not asked here. */
	struct tandem_context quiet = *ctx;
	struct tandem_scan scan;
	unsigned int i;
	size_t at;
	int ret;

	quiet.log = NULL;
	if (!list->nr)
		return 0;
	ret = tandem_scan_idle(&quiet, &scan, err);
	if (ret)
		return ret;
	for (i = 0; i < scan.nr; i++) {
		if (!tandem_found_is_spare(scan.found[i]))
			continue;
		for (at = 0; at < list->nr; at++) {
			if (tandem_id_equal(&list->entry[at]->array,
					    &scan.found[i]->label.super.array))
				add_spare(ctx, scan.found[i], list->entry[at]);
		}
	}
	tandem_scan_free(&scan);
	return 0;
}

size_t tandem_status_count(const struct tandem_status_list *list)
{
	return list->nr;
}

const struct tandem_array_info *tandem_status_array(const struct tandem_status_list *list,
						    size_t index)
{
	return index < list->nr ? &list->entry[index]->info : NULL;
}

void tandem_status_put(struct tandem_status_list *list)
{
	TANDEM_KEEP_ERRNO;

	if (!list)
		return;
	while (list->nr)
		free(list->entry[--list->nr]);
	free(list->entry);
	free(list);
}
