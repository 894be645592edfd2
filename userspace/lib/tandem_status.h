/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libtandem, part of tandem.h: active arrays, as the kernel tells.
 *
 * The library allocates these; new members are only ever added at the end of
 * a struct. Text is NULL, and a number TANDEM_UNKNOWN, where the fact is not
 * known.
 */
#ifndef TANDEM_STATUS_H
#define TANDEM_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tandem_context;
struct tandem_error;
struct tandem_status_list;

/**
 * struct tandem_leg_info - one place of an active array
 * @state: current, rebuilding, stale, missing, failed, unrecorded
 * @disk: path of the device that fills it
 * @serial: identity of that disk as the superblock has it
 * @by_hand: an administrator took it out
 * @replaces: leg that it takes the place of when it is current; TANDEM_NO_LEG: none
 * @read_class: normal, preferred or avoided, as given to tandem_set(); NULL: not known
 * @latency_p50_us, @latency_p99_us: what half of its reads, and all but one in a hundred, took
 *	at most, by a sample of them; TANDEM_UNKNOWN: none was sampled, or by an older module
 * @sits_out: other legs answer far sooner, and reads go to these; tried again by itself.
 *	@sits_out_us: so long and longer its reads took then
 * @spare: no place: a disk that waits for a leg to fail (tandem_status_spares())
 */
struct tandem_leg_info {
	unsigned int leg;
	unsigned int set;
	const char *state;
	const char *disk;
	const char *serial;
	uint64_t generation;
	uint64_t read_errors;
	uint64_t write_errors;
	uint64_t flush_errors;
	bool by_hand;
	bool spare;
	uint32_t replaces;
	const char *read_class;
	uint64_t latency_p50_us;
	uint64_t latency_p99_us;
	bool sits_out;
	uint64_t sits_out_us;
};

/**
 * struct tandem_array_info - an active array
 * @device: node of the volume
 * @state: healthy, degraded, unrecorded, failed, read-only
 * @sync: what is being copied: resync, rebuild; NULL if nothing is
 * @sync_paused: ... and it stands still
 * @resync_bytes, @rebuild_bytes: copied since activation
 * @dirty_regions, @dirty_limit_regions: in the intent log now; how many may be
 *	before some are evicted. These and the next two: TANDEM_UNKNOWN without a log
 * @log_records, @log_waits: since activation, records written; writers that had to
 *	wait for room
 * @log_record_waits: since activation, writers that had to wait for a record, those
 *	who waited for room included
 * @copy_rate_bytes_per_s: of a resync, as measured in the slowest set
 * @worst_case_resync_ms: how long one would take if the machine stopped now
 * @nr_spares: disks behind the @nr_legs of @leg; 0 before tandem_status_spares()
 * @sync_rate_bytes_per_s, @sync_eta_s: of what is being copied; TANDEM_UNKNOWN until it
 *	was measured
 * @rate_limit_bytes_per_s, @latency_target_us: in force, as given to tandem_rebuild() or
 *	kept; TANDEM_UNKNOWN: none is given
 * @kept_latency_target_us: as given to tandem_set(), for every start; TANDEM_UNKNOWN: none
 * @kept: what was set is on every leg in use
 * @lost_bytes: could be read from no leg, and are errors until they are written
 */
struct tandem_array_info {
	const char *name;
	const char *uuid;
	const char *device;
	const char *level;
	const char *role;
	const char *state;
	uint64_t size_bytes;
	uint64_t chunk_bytes;
	uint64_t region_bytes;
	uint64_t recovery_target_ms;
	uint64_t epoch;
	uint64_t unsure_regions;
	const char *sync;
	bool sync_paused;
	uint64_t sync_done_bytes;
	uint64_t sync_total_bytes;
	uint64_t resync_bytes;
	uint64_t rebuild_bytes;
	unsigned int nr_sets;
	unsigned int nr_legs;
	const struct tandem_leg_info *leg;
	uint64_t dirty_regions;
	uint64_t dirty_limit_regions;
	uint64_t log_records;
	uint64_t log_waits;
	uint64_t copy_rate_bytes_per_s;
	uint64_t worst_case_resync_ms;
	uint64_t lost_bytes;
	uint64_t log_record_waits;
	unsigned int nr_spares;
	uint64_t sync_rate_bytes_per_s;
	uint64_t sync_eta_s;
	uint64_t rate_limit_bytes_per_s;
	uint64_t latency_target_us;
	uint64_t kept_latency_target_us;
	bool kept;
};

/* Active arrays, all (@array NULL) or one; to be given back with _put(). */
int tandem_status_get(struct tandem_context *ctx, const char *array,
		      struct tandem_status_list **list, struct tandem_error *err);

/*
 * Looks for the spares of all these arrays on every disk that nobody uses, and puts them
 * behind the legs, @nr_spares of them. They are in no kernel: it takes a look at each disk.
 */
int tandem_status_spares(struct tandem_context *ctx, struct tandem_status_list *list,
			 struct tandem_error *err);
size_t tandem_status_count(const struct tandem_status_list *list);
const struct tandem_array_info *tandem_status_array(const struct tandem_status_list *list,
						    size_t index);
void tandem_status_put(struct tandem_status_list *list);

#endif
