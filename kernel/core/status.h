/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The status line, both directions; grammar in uapi/tandem_table.h. The
 * parser takes a line with more words at the end than it knows (a newer
 * module), one that ends behind the legs or the log (an older one), and refuses
 * one with fewer.
 */
#ifndef TANDEM_CORE_STATUS_H
#define TANDEM_CORE_STATUS_H

#include "core/types.h"

/*
 * @set, @by_hand, @replaces (a leg plus one, or 0): with struct tandem_shape_status alone
 * @read_class: with @has_read_classes of the status alone
 * @p50_us, @p99_us: what half of its reads, and all but one in a hundred, took at most; 0: not
 *	known. @sits_us: it sits out, for reads took so long and more; 0: it does not.
 *	With @has_latencies alone
 */
struct tandem_leg_status {
	enum tandem_leg_state state;
	u16 set;
	u16 replaces;
	bool by_hand;
	enum tandem_read_class read_class;
	u64 generation;
	u64 read_errors;
	u64 write_errors;
	u64 flush_errors;
	u32 p50_us;
	u32 p99_us;
	u32 sits_us;
};

/**
 * struct tandem_log_status - the intent logs of all sets together
 * @present: there is one; the others are 0 without
 * @dirty_regions: in the log now
 * @limit_regions: may be, before regions are evicted
 * @records: written since activation
 * @waits: writers that had to wait for room
 * @record_waits: writers that had to wait for a record, these included; an older
 *	module does not count them, and has_record_waits is false
 */
struct tandem_log_status {
	bool present;
	u64 dirty_regions;
	u64 limit_regions;
	u64 records;
	u64 waits;
	bool has_record_waits;
	u64 record_waits;
};

/**
 * struct tandem_copy_status - what a crash would cost now
 * @present: known to this module; the others are 0 if not
 * @rate: bytes a second of a resync, in the slowest set that was measured; 0: none was
 * @worst_ms: how long the longest of the sets would take, at the rate that its limit
 *	reckons with
 */
struct tandem_copy_status {
	bool present;
	u64 rate;
	u64 worst_ms;
};

/**
 * struct tandem_pace_status - how fast is being copied
 * @present: known to this module; the others are 0 if not
 * @rate: bytes a second now; 0: not measured, or nothing moves
 * @eta_s: seconds to the end; only with a rate
 * @limit: bytes a second that the administrator allows; 0: any
 * @target_us: latency that he wants for the users' requests; 0: by itself
 */
struct tandem_pace_status {
	bool present;
	u64 rate;
	u64 eta_s;
	u64 limit;
	u64 target_us;
};

/* Blocks that could be read from no leg; @present: known to this module. */
struct tandem_lost_status {
	bool present;
	u64 sectors;
};

/**
 * struct tandem_kept_status - what an administrator has set, and starts keep
 * @present: known to this module; the others are 0 if not
 * @target_us: latency that he wants for the users' requests; 0: by itself
 * @recovery_ms: what a crash may cost
 * @due: not yet in the superblocks of every leg in use
 */
struct tandem_kept_status {
	bool present;
	u64 target_us;
	u64 recovery_ms;
	bool due;
};

/**
 * struct tandem_shape_status - what does not change while the array runs
 * @present: known to this module; the others are 0 if not
 */
struct tandem_shape_status {
	bool present;
	u8 level;	/* enum tandem_level */
	u8 role;	/* enum tandem_role */
	u16 nr_sets;
	u32 chunk_sectors;
	u32 region_sectors;
};

struct tandem_status {
	enum tandem_array_state state;
	enum tandem_sync_kind sync;
	u64 done_regions;
	u64 total_regions;
	u64 unsure_regions;
	u64 epoch;
	u64 resync_sectors;
	u64 rebuild_sectors;
	u16 nr_legs;
	struct tandem_leg_status leg[TANDEM_MAX_LEGS];
	struct tandem_log_status log;
	struct tandem_copy_status copy;
	struct tandem_pace_status pace;
	struct tandem_lost_status lost;
	struct tandem_kept_status kept;
	struct tandem_shape_status shape;
	bool has_read_classes;	/* known to this module */
	bool has_latencies;	/* the same */
};

/* Characters without the zero, or -ENOSPC. */
int tandem_status_format(const struct tandem_status *status, char *text, size_t size);

/* 0 or -EINVAL. @text is not changed. */
int tandem_status_parse(const char *text, struct tandem_status *status);

#endif
