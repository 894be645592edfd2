// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Examine: what is on disks, and what could be started from them.
 *
 * Every disk is an entry, whatever is wrong with it. Over the legs of one
 * array the chooser is asked, so that "use" says what a start would make of
 * each: a leg alone does not know that it is old. So is what is unsure, never written
 * or stale: no log alone lists all that may differ, and no map all that is written.
 * For each set the logs and the maps of its current legs become one opinion, and
 * every leg of it is held against that.
 */
#include <stdlib.h>

#include "assemble.h"
#include "log.h"
#include "lost.h"
#include "map.h"
#include "regions.h"
#include "verdict.h"

struct entry {
	struct tandem_label_info info;
	struct tandem_error error;
	struct tandem_found *found;
	struct tandem_leglog log;
	struct tandem_region_info region;
	struct tandem_place_info place[TANDEM_MAX_LEGS];
	char place_id[TANDEM_MAX_LEGS][TANDEM_ID_TEXT_BYTES];
	char array[TANDEM_ID_TEXT_BYTES];
	char leg_id[TANDEM_ID_TEXT_BYTES];
	char epoch[2][TANDEM_ID_TEXT_BYTES];
	char config[2][TANDEM_ID_TEXT_BYTES];
	char slot_state[2][80];
};

struct verdict {
	struct tandem_verdict_info info;
	struct tandem_error error;
	char uuid[TANDEM_ID_TEXT_BYTES];
};

/**
 * struct opinion - what the current legs of one set say together
 * @super: one that knows the newest configuration of the set
 * @map: has memory only if the array keeps one
 */
struct opinion {
	const struct tandem_context *ctx;
	const struct tandem_leglogs *logs;
	const struct tandem_super *super;
	unsigned int set;
	struct tandem_intent unsure;
	struct tandem_legmap map;
};

struct tandem_examine_list {
	struct entry *entry;
	size_t nr;
	struct verdict *verdict;
	size_t nr_verdicts;
};

static const char *init_text(unsigned int init)
{
	switch ((enum tandem_init)init) {
	case TANDEM_INIT_LAZY:
		return "lazy";
	case TANDEM_INIT_ZERO:
		return "zero";
	case TANDEM_INIT_IDENTICAL:
		return "identical";
	}
	return "?";
}

static void fill_slots(struct entry *entry)
{
	const struct tandem_label *label = &entry->found->label;
	unsigned int slot;

	for (slot = 0; slot < 2; slot++) {
		if (label->slot_error[slot])
			snprintf(entry->slot_state[slot], sizeof(entry->slot_state[slot]), "%s",
				 label->why[slot] ? label->why[slot] : "invalid");
		else
			snprintf(entry->slot_state[slot], sizeof(entry->slot_state[slot]), "valid");
		entry->info.slot_state[slot] = entry->slot_state[slot];
	}
}

static void fill_places(struct entry *entry, const struct tandem_super *super)
{
	unsigned int leg;

	for (leg = 0; leg < super->nr_legs; leg++) {
		const struct tandem_place *from = &super->place[leg];
		struct tandem_place_info *place = &entry->place[leg];

		tandem_id_to_text(&from->id, entry->place_id[leg]);
		place->leg = leg;
		place->set = from->set;
		place->id = tandem_id_is_none(&from->id) ? NULL : entry->place_id[leg];
		place->record = tandem_record_text(from->record);
		place->by_hand = from->by_hand;
		place->read_class = tandem_read_class_text(from->read_class);
		place->disk = from->disk[0] ? from->disk : NULL;
		place->disk_bytes = from->disk_sectors * TANDEM_SECTOR_BYTES;
	}
	entry->info.place = entry->place;
}

/* An identifier that may be none. */
static const char *id_text(const struct tandem_id *id, char *text)
{
	tandem_id_to_text(id, text);
	return tandem_id_is_none(id) ? NULL : text;
}

static void fill_history(struct entry *entry, const struct tandem_super *super)
{
	const struct tandem_config *config = &super->set[super->place[super->leg].set];
	struct tandem_label_info *info = &entry->info;

	info->epoch_number = super->epoch.number;
	info->epoch_id = id_text(&super->epoch.id, entry->epoch[0]);
	info->epoch_parent = id_text(&super->epoch.parent, entry->epoch[1]);
	info->generation = config->generation;
	info->config_id = id_text(&config->id, entry->config[0]);
	info->config_parent = id_text(&config->parent, entry->config[1]);
}

static void fill_sizes(struct tandem_label_info *info, const struct tandem_super *super)
{
	info->size_bytes = tandem_geometry_volume_sectors(&super->geo) * TANDEM_SECTOR_BYTES;
	info->set_bytes = super->geo.set_sectors * TANDEM_SECTOR_BYTES;
	info->chunk_bytes = (u64)super->geo.chunk_sectors * TANDEM_SECTOR_BYTES;
	info->region_bytes = (u64)super->geo.region_sectors * TANDEM_SECTOR_BYTES;
	info->regions = tandem_geometry_regions(&super->geo);
	info->data_offset_bytes = super->data_offset_sectors * TANDEM_SECTOR_BYTES;
	info->disk_bytes = super->own_disk_sectors * TANDEM_SECTOR_BYTES;
	info->recovery_target_ms = super->recovery_target_ms;
	info->latency_target_us = super->latency_target_us ? super->latency_target_us :
				  TANDEM_UNKNOWN;
	info->created_s = super->created_s;
}

static void fill(struct entry *entry)
{
	const struct tandem_super *super = &entry->found->label.super;
	struct tandem_label_info *info = &entry->info;

	info->slot = (unsigned int)entry->found->label.slot;
	info->sequence = super->sequence;
	info->feature_compat = super->feature_compat;
	info->feature_ro_compat = super->feature_ro_compat;
	info->feature_incompat = super->feature_incompat;
	info->flags = super->flags;
	info->clean = super->flags & TANDEM_FLAG_CLEAN;
	info->blank = super->flags & TANDEM_FLAG_BLANK;
	info->array_name = super->name;
	info->array_uuid = id_text(&super->array, entry->array);
	info->level = tandem_level_text(super->geo.level);
	info->role = tandem_role_text(super->role);
	info->init = init_text(super->init);
	info->leg = super->leg;
	info->set = super->place[super->leg].set;
	info->leg_id = id_text(&super->leg_id, entry->leg_id);
	info->spare = super->flags & TANDEM_FLAG_SPARE;
	info->use = info->spare ? "spare" : tandem_use_text(TANDEM_USE_IGNORE);
	info->nr_legs = super->nr_legs;
	info->nr_sets = super->geo.nr_sets;
	fill_sizes(info, super);
	fill_history(entry, super);
	fill_places(entry, super);
}

static bool has_map(const struct tandem_super *super)
{
	return super->feature_incompat & TANDEM_INCOMPAT_REGION_MAP;
}

/* Until the array is judged: a leg that is of no use. */
static int fill_regions(struct entry *entry)
{
	const struct tandem_super *super = &entry->found->label.super;
	const struct tandem_leglog *log = &entry->log;
	struct tandem_region_info *region = &entry->region;
	struct tandem_label_info *info = &entry->info;
	int ret = 0;

	info->region = region;
	info->map_pages = TANDEM_UNKNOWN;
	info->map_lost_pages = TANDEM_UNKNOWN;
	info->written_regions = TANDEM_UNKNOWN;
	info->zero_regions = TANDEM_UNKNOWN;
	info->stale_regions = TANDEM_UNKNOWN;
	if (has_map(super))
		info->map_pages = tandem_map_pages((u32)info->regions);
	else if (tandem_runs_make_all(0, &region->never) || tandem_runs_make_all(0, &region->zero))
		ret = -ENOMEM;
	if (ret || tandem_runs_make(log->dirty.bits ? &log->dirty : NULL, &region->dirty) ||
	    tandem_runs_make_all(0, &region->unsure))
		return -ENOMEM;
	return tandem_runs_make_all(info->regions, &region->stale);
}

static void fill_log(const struct tandem_context *ctx, struct entry *entry)
{
	const struct tandem_leglog *log = &entry->log;
	struct tandem_label_info *info = &entry->info;
	struct tandem_error why;

	if (tandem_leglog_read(ctx, entry->found, &entry->log, &why))
		tandem_debug(ctx, "%s: %s", why.object, why.text);
	info->log_state = tandem_leglog_text(log->state);
	info->log_sequence = TANDEM_UNKNOWN;
	if (log->state == TANDEM_LEGLOG_VALID) {
		info->log_sequence = log->head.sequence;
		info->log_all = log->head.flags & TANDEM_LOG_ALL;
	}
	info->dirty_regions = log->dirty.bits ? log->dirty.nr_dirty : TANDEM_UNKNOWN;
}

static void fill_lost(const struct tandem_context *ctx, struct entry *entry)
{
	struct tandem_error why;

	if (tandem_leglost_read(ctx, entry->found, &entry->region.lost, &why))
		tandem_debug(ctx, "%s: %s", why.object, why.text);
}

static int examine_one(const struct tandem_context *ctx, const char *path, struct entry *entry)
{
	const struct tandem_disks disk = { .path = &path, .nr = 1 };
	struct tandem_scan scan;

	entry->info.path = path;
	entry->info.error = &entry->error;
	if (tandem_scan_disks(ctx, &disk, &scan, &entry->error))
		return 0;
	entry->found = scan.found[0];
	free(scan.found);
	fill_slots(entry);
	if (entry->found->error) {
		tandem_label_complain(&entry->found->dev, &entry->found->label,
				      entry->found->error, &entry->error);
		return 0;
	}
	entry->info.error = NULL;
	fill(entry);
	fill_log(ctx, entry);
	fill_lost(ctx, entry);
	return fill_regions(entry);
}

/* All entries of the array of entry @first; true if none of them came before it. */
static bool gather(struct tandem_examine_list *list, size_t first, struct tandem_scan *scan)
{
	const struct tandem_id *array = &list->entry[first].found->label.super.array;
	size_t i;

	scan->nr = 0;
	for (i = 0; i < list->nr; i++) {
		struct tandem_found *found = list->entry[i].found;

		if (!found || found->error || tandem_found_is_spare(found) ||
		    !tandem_id_equal(&found->label.super.array, array))
			continue;
		if (i < first)
			return false;
		scan->found[scan->nr++] = found;
	}
	return true;
}

static struct entry *entry_of(struct tandem_examine_list *list, const struct tandem_found *found)
{
	size_t i;

	for (i = 0; list->entry[i].found != found; i++)
		;
	return &list->entry[i];
}

/* The entry of a leg of the group, and its place. */
static struct entry *entry_at(struct tandem_examine_list *list, const struct opinion *opinion,
			      unsigned int index)
{
	return entry_of(list, opinion->logs->group->found[index]);
}

static bool is_current(const struct opinion *opinion, unsigned int index)
{
	return opinion->logs->plan->use[index] == TANDEM_USE_CURRENT;
}

/* Position in the set, as a bit. */
static u8 bit_of(const struct opinion *opinion, const struct entry *entry)
{
	return (u8)(1u << (entry->info.leg - opinion->super->set[opinion->set].first_leg));
}

/* Asks all current legs of the set. */
static int form_opinion(struct tandem_examine_list *list, struct opinion *opinion)
{
	unsigned int i;
	u32 lost;
	int ret;

	tandem_leglogs_unsure(opinion->logs, opinion->set, &opinion->unsure);
	if (!has_map(opinion->super))
		return 0;
	ret = tandem_legmap_init(opinion->super, &opinion->map);
	if (ret)
		return ret;
	for (i = 0; i < opinion->logs->group->nr; i++) {
		struct entry *entry = entry_at(list, opinion, i);

		if (entry->info.set != opinion->set || !is_current(opinion, i))
			continue;
		ret = tandem_legmap_read(opinion->ctx, entry->found, &opinion->map, &lost);
		if (ret)
			tandem_debug(opinion->ctx, "%s: region map: %s", entry->info.path,
				     strerror(-ret));
		entry->info.map_lost_pages = lost;
	}
	tandem_legmap_settle(&opinion->map, &opinion->unsure);
	return 0;
}

/*
 * Does the map of the others say all that a leg lacks? Only of one of ours that still
 * has the log with which it left: what it alone was written is in there.
 */
static bool is_traced(const struct opinion *opinion, unsigned int index, const struct entry *entry)
{
	const unsigned int use = opinion->logs->plan->use[index];
	const u64 left = opinion->super->place[entry->info.leg].last_log_seq;

	if (use != TANDEM_USE_STALE && use != TANDEM_USE_REBUILDING)
		return false;
	if (entry->found->label.super.flags & TANDEM_FLAG_BLANK)
		return false;
	return entry->log.state == TANDEM_LEGLOG_VALID && !entry->info.log_all &&
	       entry->log.head.sequence >= left;
}

/* What the leg lacks, into an empty @regions. */
static void find_stale(const struct opinion *opinion, unsigned int index,
		       const struct entry *entry, struct tandem_intent *regions)
{
	const bool current = is_current(opinion, index);

	if (current || is_traced(opinion, index, entry)) {
		tandem_legmap_add_stale(&opinion->map, bit_of(opinion, entry), regions);
		if (!current)
			tandem_intent_join(regions, &opinion->unsure);
		return;
	}
	tandem_legmap_add_content(&opinion->map, TANDEM_CONTENT_ZERO, regions);
	tandem_legmap_add_content(&opinion->map, TANDEM_CONTENT_WRITTEN, regions);
}

static int hold_against_map(const struct opinion *opinion, unsigned int index,
			    struct entry *entry)
{
	struct tandem_label_info *info = &entry->info;
	struct tandem_intent regions;
	int ret;

	ret = tandem_leglog_intent(opinion->super, &regions);
	if (ret)
		return ret;
	tandem_legmap_add_content(&opinion->map, TANDEM_CONTENT_NEVER, &regions);
	info->written_regions = regions.nr_regions - regions.nr_dirty;
	ret = tandem_runs_make(&regions, &entry->region.never);
	tandem_intent_empty(&regions);
	tandem_legmap_add_content(&opinion->map, TANDEM_CONTENT_ZERO, &regions);
	info->zero_regions = regions.nr_dirty;
	info->written_regions -= regions.nr_dirty;
	ret = ret ? ret : tandem_runs_make(&regions, &entry->region.zero);
	tandem_intent_empty(&regions);
	find_stale(opinion, index, entry, &regions);
	info->stale_regions = regions.nr_dirty;
	ret = ret ? ret : tandem_runs_make(&regions, &entry->region.stale);
	free(regions.bits);
	return ret;
}

/* Regions of a leg of the set. */
static int judge_leg(const struct opinion *opinion, unsigned int index, struct entry *entry)
{
	int ret = 0;

	if (is_current(opinion, index)) {
		ret = tandem_runs_make(&opinion->unsure, &entry->region.unsure);
		if (!ret)
			ret = tandem_runs_make_all(0, &entry->region.stale);
	}
	if (ret || !has_map(opinion->super))
		return ret;
	return hold_against_map(opinion, index, entry);
}

static int judge_set(struct tandem_examine_list *list, struct opinion *opinion)
{
	const struct tandem_group *group = opinion->logs->group;
	const int config_of = opinion->logs->plan->config_of[opinion->set];
	unsigned int i;
	int ret;

	/* Nobody is there who could be asked. */
	if (config_of < 0 || !tandem_leglogs_current(opinion->logs, opinion->set))
		return 0;
	opinion->super = group->candidate[config_of].super;
	ret = tandem_leglog_intent(opinion->super, &opinion->unsure);
	if (ret)
		return ret;
	ret = form_opinion(list, opinion);
	for (i = 0; i < group->nr && !ret; i++) {
		struct entry *entry = entry_at(list, opinion, i);

		if (entry->info.set == opinion->set)
			ret = judge_leg(opinion, i, entry);
	}
	tandem_legmap_free(&opinion->map);
	free(opinion->unsure.bits);
	return ret;
}

static int judge_sets(const struct tandem_context *ctx, struct tandem_examine_list *list,
		      const struct tandem_leglogs *logs)
{
	unsigned int set;
	int ret = 0;

	for (set = 0; set < TANDEM_MAX_SETS && !ret; set++) {
		struct opinion opinion = { .ctx = ctx, .logs = logs, .set = set };

		ret = judge_set(list, &opinion);
	}
	return ret;
}

static int judge(const struct tandem_context *ctx, struct tandem_examine_list *list,
		 struct tandem_scan *scan, struct verdict *verdict)
{
	struct tandem_group group;
	struct tandem_plan plan;
	struct tandem_leglogs logs = { .group = &group, .plan = &plan };
	unsigned int i;

	verdict->info.name = scan->found[0]->label.super.name;
	verdict->info.uuid = id_text(&scan->found[0]->label.super.array, verdict->uuid);
	if (tandem_scan_group(scan, NULL, &group, &verdict->error)) {
		verdict->info.verdict = verdict->error.text;
		return 0;
	}
	tandem_assembly_choose(group.candidate, group.nr, TANDEM_DEGRADED_PROVEN, &plan);
	verdict->info.verdict = tandem_assembly_text(plan.kind);
	verdict->info.startable = plan.startable;
	for (i = 0; i < group.nr; i++)
		logs.log[i] = &entry_of(list, group.found[i])->log;
	if (tandem_verdict_logs(&logs, &verdict->error)) {
		verdict->info.verdict = verdict->error.text;
		verdict->info.startable = false;
	}
	for (i = 0; i < group.nr; i++)
		entry_of(list, group.found[i])->info.use = tandem_use_text(plan.use[i]);
	return judge_sets(ctx, list, &logs);
}

static int judge_all(const struct tandem_context *ctx, struct tandem_examine_list *list)
{
	struct tandem_scan scan = { 0 };
	int ret = 0;
	size_t i;

	scan.found = calloc(list->nr, sizeof(*scan.found));
	list->verdict = calloc(list->nr, sizeof(*list->verdict));
	if (!scan.found || !list->verdict) {
		free(scan.found);
		return -ENOMEM;
	}
	for (i = 0; i < list->nr && !ret; i++) {
		if (!list->entry[i].info.error && !list->entry[i].info.spare &&
		    gather(list, i, &scan))
			ret = judge(ctx, list, &scan, &list->verdict[list->nr_verdicts++]);
	}
	free(scan.found);
	return ret;
}

int tandem_examine(struct tandem_context *ctx, const struct tandem_disks *disks,
		   struct tandem_examine_list **list, struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	unsigned int i;
	int ret = 0;

	*list = NULL;
	if (!disks->nr)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL, "name the disks to examine");
	*list = calloc(1, sizeof(**list));
	if (*list)
		(*list)->entry = calloc(disks->nr, sizeof(*(*list)->entry));
	if (!*list || !(*list)->entry) {
		free(*list);
		*list = NULL;
		return tandem_error_no_memory(err);
	}
	(*list)->nr = disks->nr;
	for (i = 0; i < disks->nr && !ret; i++)
		ret = examine_one(ctx, disks->path[i], &(*list)->entry[i]);
	if (ret || judge_all(ctx, *list)) {
		tandem_examine_put(*list);
		*list = NULL;
		return tandem_error_no_memory(err);
	}
	return 0;
}

size_t tandem_examine_count(const struct tandem_examine_list *list)
{
	return list->nr;
}

const struct tandem_label_info *tandem_examine_label(const struct tandem_examine_list *list,
						     size_t index)
{
	return index < list->nr ? &list->entry[index].info : NULL;
}

size_t tandem_examine_arrays(const struct tandem_examine_list *list)
{
	return list->nr_verdicts;
}

const struct tandem_verdict_info *tandem_examine_array(const struct tandem_examine_list *list,
						       size_t index)
{
	return index < list->nr_verdicts ? &list->verdict[index].info : NULL;
}

static void empty(struct entry *entry)
{
	tandem_runs_free(&entry->region.never);
	tandem_runs_free(&entry->region.zero);
	tandem_runs_free(&entry->region.dirty);
	tandem_runs_free(&entry->region.unsure);
	tandem_runs_free(&entry->region.stale);
	tandem_runs_free(&entry->region.lost);
	tandem_leglog_free(&entry->log);
	free(entry->found);
}

void tandem_examine_put(struct tandem_examine_list *list)
{
	TANDEM_KEEP_ERRNO;
	size_t i;

	if (!list)
		return;
	for (i = 0; i < list->nr; i++)
		empty(&list->entry[i]);
	free(list->verdict);
	free(list->entry);
	free(list);
}
