/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libtandem, part of tandem.h: what is on disks. The same rules as in tandem_status.h. */
#ifndef TANDEM_EXAMINE_H
#define TANDEM_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tandem_context;
struct tandem_error;
struct tandem_disks;
struct tandem_examine_list;

/* One place, by a superblock; @by_hand: taken out by hand; @read_class: see tandem_set(). */
struct tandem_place_info {
	unsigned int leg;
	unsigned int set;
	const char *id;
	const char *record;
	const char *disk;
	uint64_t disk_bytes;
	bool by_hand;
	const char *read_class;
};

/* Regions [first, first + count) of a set. */
struct tandem_region_run {
	uint64_t first;
	uint64_t count;
};

/* Runs in order, none next to another; @known: if not, nobody knows. */
struct tandem_runs {
	bool known;
	size_t nr;
	const struct tandem_region_run *run;
};

/**
 * struct tandem_region_info - what is to be known of a leg's regions
 * @never, @zero: never written; zeroed by us, and not written since: the same for all
 *	legs of a set, and not known if no leg of it that is current was examined; none
 *	if the array keeps no region map
 * @dirty: in this leg's intent log; not known without one or if it is lost
 * @unsure: may differ between the set's current legs, as far as they were examined
 *	together; none for a leg that is not current
 * @stale: this leg lacks what is in them; for one that is not current, what the set
 *	writes now as well. All that ever held anything, if it is a leg whose own log
 *	does not tell; all, if the array keeps no map
 * @lost: sectors of the set, not regions, that are errors until they are written
 */
struct tandem_region_info {
	struct tandem_runs never;
	struct tandem_runs zero;
	struct tandem_runs dirty;
	struct tandem_runs unsure;
	struct tandem_runs stale;
	struct tandem_runs lost;
};

/**
 * struct tandem_label_info - superblock of one disk
 * @error: NULL if there is one and it is valid; what is below is set only then
 * @slot, @slot_state: which one counts; text per slot ("valid", or what is wrong)
 * @use: how the array, as far as its disks were examined, would use this
 *	one: current, rebuilding, stale or ignored; spare: it waits for a leg to fail
 * @log_sequence: of the newest record of the intent log; TANDEM_UNKNOWN: there is none
 * @log_state: "valid", "empty" (never written) or "lost"; NULL: the array keeps none
 * @log_all: it says that every region may differ
 * @dirty_regions: number of those in the log
 * @map_pages: of the region map, for this set; TANDEM_UNKNOWN: the array keeps none
 * @map_lost_pages: those without a valid slot on this leg; TANDEM_UNKNOWN for one that
 *	is not current, whose map is not asked
 * @latency_target_us: as given to tandem_set(); TANDEM_UNKNOWN: none is given
 * @written_regions, @zero_regions, @stale_regions: numbers; TANDEM_UNKNOWN if not known
 */
struct tandem_label_info {
	const char *path;
	const struct tandem_error *error;
	const char *slot_state[2];
	unsigned int slot;
	uint64_t sequence;
	uint64_t feature_compat;
	uint64_t feature_ro_compat;
	uint64_t feature_incompat;
	uint64_t flags;
	bool clean;
	bool blank;
	const char *array_name;
	const char *array_uuid;
	const char *level;
	const char *role;
	const char *init;
	unsigned int leg;
	unsigned int set;
	const char *leg_id;
	const char *use;
	unsigned int nr_legs;
	unsigned int nr_sets;
	uint64_t size_bytes;
	uint64_t set_bytes;
	uint64_t chunk_bytes;
	uint64_t region_bytes;
	uint64_t data_offset_bytes;
	uint64_t disk_bytes;
	uint64_t recovery_target_ms;
	uint64_t created_s;
	uint64_t epoch_number;
	const char *epoch_id;
	const char *epoch_parent;
	uint64_t generation;
	const char *config_id;
	const char *config_parent;
	uint64_t log_sequence;
	uint64_t regions;
	const struct tandem_place_info *place;
	const char *log_state;
	bool log_all;
	uint64_t dirty_regions;
	uint64_t map_pages;
	uint64_t map_lost_pages;
	uint64_t written_regions;
	uint64_t zero_regions;
	uint64_t stale_regions;
	const struct tandem_region_info *region;
	bool spare;
	uint64_t latency_target_us;
};

/* One array that the examined disks belong to, and what could be started. */
struct tandem_verdict_info {
	const char *name;
	const char *uuid;
	const char *verdict;
	bool startable;
};

/* A disk that has no superblock is an entry with an error, not a failure. */
int tandem_examine(struct tandem_context *ctx, const struct tandem_disks *disks,
		   struct tandem_examine_list **list, struct tandem_error *err);
size_t tandem_examine_count(const struct tandem_examine_list *list);
const struct tandem_label_info *tandem_examine_label(const struct tandem_examine_list *list,
						     size_t index);
size_t tandem_examine_arrays(const struct tandem_examine_list *list);
const struct tandem_verdict_info *tandem_examine_array(const struct tandem_examine_list *list,
						       size_t index);
void tandem_examine_put(struct tandem_examine_list *list);

#endif
