// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results and errors as JSON.
 *
 * Rules of the schema: integers with the unit in the key, unknown is null,
 * lower-case words, a list even for one, no key is ever removed within a
 * schema. What this version cannot know yet (latency, scrub) is there as null.
 */
#include "json.h"

#include <json-c/json.h>
#include <json-c/printbuf.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA 1

static void add(struct json_object *to, const char *key, struct json_object *value)
{
	json_object_object_add(to, key, value);
}

static void add_text(struct json_object *to, const char *key, const char *text)
{
	add(to, key, text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *to, const char *key, uint64_t number)
{
	add(to, key, number == TANDEM_UNKNOWN ? NULL : json_object_new_uint64(number));
}

static void add_bool(struct json_object *to, const char *key, bool value)
{
	add(to, key, json_object_new_boolean(value));
}

static struct json_object *document(void)
{
	struct json_object *top = json_object_new_object(), *head = json_object_new_object();

	add_number(head, "schema", SCHEMA);
	add_text(head, "version", tandem_version());
	add(top, "tandem", head);
	return top;
}

static void print(FILE *stream, struct json_object *top, bool line)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE | JSON_C_TO_STRING_SPACED;

	if (!line)
		flags |= JSON_C_TO_STRING_PRETTY;
	fprintf(stream, "%s\n", json_object_to_json_string_ext(top, flags));
	fflush(stream);
	json_object_put(top);
}

void cli_json_error(const struct tandem_error *err)
{
	struct json_object *top = document();

	add_number(top, "code", err->code);
	add_text(top, "object", err->object[0] ? err->object : NULL);
	add_text(top, "message", err->text);
	add_text(top, "hint", err->hint[0] ? err->hint : NULL);
	print(stderr, top, true);
}

static struct json_object *leg_object(const struct tandem_leg_info *leg)
{
	struct json_object *to = json_object_new_object();
	struct json_object *errors = json_object_new_object();
	struct json_object *latency = json_object_new_object();

	add_number(to, "leg", leg->spare ? TANDEM_UNKNOWN : leg->leg);
	add_number(to, "set", leg->spare ? TANDEM_UNKNOWN : leg->set);
	add_text(to, "disk", leg->disk);
	add_text(to, "serial", leg->serial);
	add_text(to, "state", leg->state);
	add_number(to, "generation", leg->generation);
	add_bool(to, "by_hand", leg->by_hand);
	add_number(to, "replaces",
		   leg->replaces == TANDEM_NO_LEG ? TANDEM_UNKNOWN : leg->replaces);
	add_text(to, "read_class", leg->read_class);
	add_number(errors, "read", leg->read_errors);
	add_number(errors, "write", leg->write_errors);
	add_number(errors, "flush", leg->flush_errors);
	add(to, "errors", errors);
	add_number(latency, "p50", leg->latency_p50_us);
	add_number(latency, "p99", leg->latency_p99_us);
	add(to, "latency_us", latency);
	add_bool(to, "sits_out", leg->sits_out);
	return to;
}

static struct json_object *sync_object(const struct tandem_array_info *info)
{
	struct json_object *to;

	if (!info->sync)
		return NULL;
	to = json_object_new_object();
	add_text(to, "kind", info->sync);
	add_bool(to, "paused", info->sync_paused);
	add_number(to, "done_bytes", info->sync_done_bytes);
	add_number(to, "total_bytes", info->sync_total_bytes);
	add_number(to, "rate_bytes_per_s", info->sync_rate_bytes_per_s);
	add_number(to, "eta_s", info->sync_eta_s);
	return to;
}

static uint64_t times(uint64_t number, uint64_t unit)
{
	return number == TANDEM_UNKNOWN || unit == TANDEM_UNKNOWN ? TANDEM_UNKNOWN : number * unit;
}

static struct json_object *array_object(const struct tandem_array_info *info)
{
	struct json_object *to = json_object_new_object(), *legs = json_object_new_array();
	unsigned int i;

	add_text(to, "name", info->name);
	add_text(to, "uuid", info->uuid);
	add_text(to, "device", info->device);
	add_text(to, "level", info->level);
	add_text(to, "role", info->role);
	add_text(to, "state", info->state);
	add_number(to, "size_bytes", info->size_bytes);
	add_number(to, "chunk_bytes", info->chunk_bytes);
	add_number(to, "region_bytes", info->region_bytes);
	add_number(to, "recovery_target_ms", info->recovery_target_ms);
	add_number(to, "epoch", info->epoch);
	add_number(to, "dirty_regions", info->dirty_regions);
	add_number(to, "dirty_bytes", times(info->dirty_regions, info->region_bytes));
	add_number(to, "dirty_limit_regions", info->dirty_limit_regions);
	add_number(to, "log_records", info->log_records);
	add_number(to, "log_waits", info->log_waits);
	add_number(to, "log_record_waits", info->log_record_waits);
	add_number(to, "copy_rate_bytes_per_s", info->copy_rate_bytes_per_s);
	add_number(to, "worst_case_resync_ms", info->worst_case_resync_ms);
	add_number(to, "unsure_regions", info->unsure_regions);
	add_number(to, "unsure_bytes", times(info->unsure_regions, info->region_bytes));
	add_number(to, "lost_bytes", info->lost_bytes);
	add_number(to, "resync_bytes", info->resync_bytes);
	add_number(to, "rebuild_bytes", info->rebuild_bytes);
	add_number(to, "rate_limit_bytes_per_s", info->rate_limit_bytes_per_s);
	add_number(to, "latency_target_us", info->latency_target_us);
	add_number(to, "kept_latency_target_us", info->kept_latency_target_us);
	add_bool(to, "kept", info->kept);
	add(to, "sync", sync_object(info));
	add(to, "scrub", NULL);
	for (i = 0; i < info->nr_legs + info->nr_spares; i++)
		json_object_array_add(legs, leg_object(&info->leg[i]));
	add(to, "legs", legs);
	return to;
}

void cli_json_arrays(const struct cli_output *out, const struct tandem_status_list *list,
		     bool line)
{
	struct json_object *top = document(), *arrays = json_object_new_array();
	size_t i;

	for (i = 0; list && i < tandem_status_count(list); i++)
		json_object_array_add(arrays, array_object(tandem_status_array(list, i)));
	add(top, "arrays", arrays);
	add(top, "messages", json_object_get(out->messages));
	print(stdout, top, line);
}

void cli_json_event(const struct tandem_event *event)
{
	struct json_object *top = document();

	add_text(top, "event", event->kind);
	add_text(top, "name", event->array);
	add_text(top, "uuid", event->uuid);
	add_number(top, "leg", event->leg == TANDEM_NO_LEG ? TANDEM_UNKNOWN : event->leg);
	add_text(top, "disk", event->disk);
	add_text(top, "state", event->state);
	add_text(top, "message", event->text);
	print(stdout, top, true);
}

static int print_run(const struct tandem_region_run *run, struct printbuf *text)
{
	struct json_object *to = json_object_new_object();
	const char *words;
	int ret;

	add_number(to, "first", run->first);
	add_number(to, "count", run->count);
	words = json_object_to_json_string_ext(to, JSON_C_TO_STRING_SPACED);
	ret = printbuf_memappend(text, words, (int)strlen(words));
	json_object_put(to);
	return ret;
}

/*
 * A map may have millions of runs, and as objects each of them would take half a
 * kilobyte: they become text one by one.
 */
static int print_runs(struct json_object *list, struct printbuf *text, int level, int flags)
{
	const struct tandem_runs *runs = json_object_get_userdata(list);
	size_t i;

	(void)level;
	(void)flags;
	printbuf_memappend(text, "[ ", 2);
	for (i = 0; i < runs->nr; i++) {
		if (i)
			printbuf_memappend(text, ", ", 2);
		if (print_run(&runs->run[i], text) < 0)
			return -1;
	}
	return printbuf_memappend(text, runs->nr ? " ]" : "]", runs->nr ? 2 : 1);
}

/* @runs must be there until the document is printed. */
static struct json_object *runs_list(const struct tandem_runs *runs)
{
	struct json_object *list;

	if (!runs->known)
		return NULL;
	list = json_object_new_array();
	json_object_set_serializer(list, print_runs, (void *)runs, NULL);
	return list;
}

static struct json_object *regions_object(const struct tandem_region_info *info)
{
	struct json_object *to = json_object_new_object();

	add(to, "never", runs_list(&info->never));
	add(to, "zero", runs_list(&info->zero));
	add(to, "dirty", runs_list(&info->dirty));
	add(to, "unsure", runs_list(&info->unsure));
	add(to, "stale", runs_list(&info->stale));
	return to;
}

/* Of the set: where on the disk is behind data_offset_bytes. */
static struct json_object *lost_list(const struct tandem_runs *lost)
{
	struct json_object *to = lost->known ? json_object_new_array() : NULL;
	size_t i;

	for (i = 0; i < lost->nr; i++) {
		struct json_object *range = json_object_new_object();

		add_number(range, "offset_bytes", lost->run[i].first * 512);
		add_number(range, "length_bytes", lost->run[i].count * 512);
		json_object_array_add(to, range);
	}
	return to;
}

static void add_history(struct json_object *to, const struct tandem_label_info *info)
{
	struct json_object *epoch = json_object_new_object();
	struct json_object *config = json_object_new_object();

	add_number(epoch, "number", info->epoch_number);
	add_text(epoch, "id", info->epoch_id);
	add_text(epoch, "parent", info->epoch_parent);
	add(to, "epoch", epoch);
	add_number(config, "generation", info->generation);
	add_text(config, "id", info->config_id);
	add_text(config, "parent", info->config_parent);
	add(to, "configuration", config);
	add_number(to, "log_sequence", info->log_sequence);
	add_text(to, "log_state", info->log_state);
	add(to, "log_all", info->log_sequence == TANDEM_UNKNOWN ? NULL :
			   json_object_new_boolean(info->log_all));
	add_number(to, "dirty_regions", info->dirty_regions);
	add_number(to, "dirty_bytes", times(info->dirty_regions, info->region_bytes));
	add_number(to, "map_pages", info->map_pages);
	add_number(to, "map_lost_pages", info->map_lost_pages);
	add_number(to, "written_regions", info->written_regions);
	add_number(to, "zero_regions", info->zero_regions);
	add_number(to, "stale_regions", info->stale_regions);
	add(to, "lost_ranges", lost_list(&info->region->lost));
}

static void add_places(struct json_object *to, const struct tandem_label_info *info)
{
	struct json_object *places = json_object_new_array();
	unsigned int i;

	for (i = 0; i < info->nr_legs; i++) {
		struct json_object *place = json_object_new_object();

		add_number(place, "leg", info->place[i].leg);
		add_number(place, "set", info->place[i].set);
		add_text(place, "id", info->place[i].id);
		add_text(place, "record", info->place[i].record);
		add_bool(place, "by_hand", info->place[i].by_hand);
		add_text(place, "read_class", info->place[i].read_class);
		add_text(place, "serial", info->place[i].disk);
		add_number(place, "disk_bytes", info->place[i].disk_bytes);
		json_object_array_add(places, place);
	}
	add(to, "places", places);
}

static void add_label(struct json_object *to, const struct tandem_label_info *info, bool regions)
{
	add_text(to, "name", info->array_name);
	add_text(to, "uuid", info->array_uuid);
	add_text(to, "level", info->level);
	add_text(to, "role", info->role);
	add_text(to, "init", info->init);
	add_number(to, "leg", info->leg);
	add_number(to, "set", info->set);
	add_text(to, "leg_id", info->leg_id);
	add_text(to, "use", info->use);
	add_bool(to, "clean", info->clean);
	add_bool(to, "blank", info->blank);
	add_bool(to, "spare", info->spare);
	add_number(to, "slot", info->slot);
	add_number(to, "sequence", info->sequence);
	add_number(to, "feature_compat", info->feature_compat);
	add_number(to, "feature_ro_compat", info->feature_ro_compat);
	add_number(to, "feature_incompat", info->feature_incompat);
	add_number(to, "flags", info->flags);
	add_number(to, "size_bytes", info->size_bytes);
	add_number(to, "set_bytes", info->set_bytes);
	add_number(to, "chunk_bytes", info->chunk_bytes);
	add_number(to, "region_bytes", info->region_bytes);
	add_number(to, "nr_regions", info->regions);
	add_number(to, "data_offset_bytes", info->data_offset_bytes);
	add_number(to, "disk_bytes", info->disk_bytes);
	add_number(to, "recovery_target_ms", info->recovery_target_ms);
	add_number(to, "latency_target_us", info->latency_target_us);
	add_number(to, "created_s", info->created_s);
	add_history(to, info);
	add_places(to, info);
	if (regions)
		add(to, "regions", regions_object(info->region));
}

static struct json_object *examined_object(const struct tandem_label_info *info, bool regions)
{
	struct json_object *to = json_object_new_object(), *error = NULL;

	add_text(to, "disk", info->path);
	if (info->error) {
		error = json_object_new_object();
		add_number(error, "code", info->error->code);
		add_text(error, "message", info->error->text);
		add_text(error, "hint", info->error->hint[0] ? info->error->hint : NULL);
	} else {
		add_label(to, info, regions);
	}
	add(to, "error", error);
	return to;
}

void cli_json_examine(const struct cli_output *out, const struct tandem_examine_list *list,
		      bool regions)
{
	struct json_object *top = document(), *legs = json_object_new_array();
	struct json_object *arrays = json_object_new_array();
	size_t i;

	for (i = 0; i < tandem_examine_count(list); i++)
		json_object_array_add(legs,
				      examined_object(tandem_examine_label(list, i), regions));
	for (i = 0; i < tandem_examine_arrays(list); i++) {
		const struct tandem_verdict_info *info = tandem_examine_array(list, i);
		struct json_object *array = json_object_new_object();

		add_text(array, "name", info->name);
		add_text(array, "uuid", info->uuid);
		add_text(array, "verdict", info->verdict);
		add_bool(array, "startable", info->startable);
		json_object_array_add(arrays, array);
	}
	add(top, "legs", legs);
	add(top, "arrays", arrays);
	add(top, "messages", json_object_get(out->messages));
	print(stdout, top, false);
}
