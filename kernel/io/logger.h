/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the intent log, shared by log.c and batch.c (records in operation),
 * clean.c (what may leave), recover.c and rewrite.c (start and stop).
 *
 * In operation the intent and everything about the record under way belong to the
 * log's own work item. It edits @intent, @waiting and @clear under array->lock, so
 * that others may look and add there.
 */
#ifndef TANDEM_IO_LOGGER_H
#define TANDEM_IO_LOGGER_H

#include "core/log.h"
#include "io/ahead.h"
#include "io/log.h"
#include "io/meta.h"
#include "io/region.h"

enum log_state {
	LOG_IDLE,
	LOG_WRITE,	/* a record is under way */
	LOG_OWED,	/* no leg has taken it, perhaps; it is sent again as it is */
};

/*
 * struct tandem_log - the intent log of a set
 * @open: the array is up: records may be begun; under array->lock
 * @intent: as the last record says, the one under way included
 * @head: of the next record, but for its sequence; @flags: of the last one that is
 *	durable; @sent_flags: of the one under way
 * @sequence: of the last record that is durable
 * @pin: leg (bit) that the newest record of all legs names as pin, at a start;
 *	@pin_part: a record that was written at a start does so
 * @limit: regions that may be dirty, for these are what a crash costs; @capacity: that
 *	the format can list. Beyond three quarters of @limit one has to leave first
 * @nr_stuck: dirty regions that nobody can make equal, when the cleaner last looked;
 *	@nr_unsure: these and those that are unsure
 * @nr_starved: writes that found no room
 * @extra: regions beyond three quarters, because none could leave; @over: beyond
 *	@limit, because all were written to for too long: @vain, nothing has come of it
 *	that writes wait, since the cleaner first found that
 * @waiting: writes that need a record; @listed: those of the record under way
 * @clear: regions that have left, until a record says so
 * @change: of the record under way
 * @meta: sends the record under way; in its page records are composed, at a start too
 * @nr_waits: writes that found no room; @nr_record_waits: all that came here, for
 *	their region was not in the log
 */
struct tandem_log {
	struct tandem_set *set;
	struct delayed_work work;
	enum log_state state;
	bool open;
	struct tandem_log_shape shape;
	struct tandem_log_turn turn;
	struct tandem_intent intent;
	u64 *bits;
	struct tandem_log_head head;
	u64 sequence;
	u8 pin;
	bool pin_part;
	u32 flags;
	u32 sent_flags;
	u32 limit;
	u32 capacity;
	u32 nr_unsure;
	u32 nr_stuck;
	u32 nr_starved;
	u32 extra;
	u32 over;
	bool vain;
	bool full;
	struct list_head waiting;
	struct list_head listed;
	u32 nr_clear;
	u32 clear[TANDEM_LOG_CHANGES];
	struct tandem_log_change change;
	struct tandem_meta meta;
	u64 nr_records;
	u64 nr_waits;
	u64 nr_record_waits;
	struct tandem_ahead ahead;
};

/* Are writes to @region free to go? */
static inline bool tandem_log_has(const struct tandem_log *log, u32 region)
{
	return (u32)atomic_read(&log->set->region[region]) & TANDEM_REGION_DIRTY;
}

/*
 * Composes the next record; true: there is one to send. @ready: writes that need none.
 * array->lock held.
 */
bool tandem_batch_fill(struct tandem_log *log, struct list_head *ready);

/* Of these two ahead.c makes use as well; array->lock held. */
void tandem_batch_call_back(struct tandem_log *log, u32 region);
void tandem_batch_list_new(struct tandem_log *log, u32 region);

/* May one more region be listed for a write? array->lock held. */
bool tandem_batch_has_room(const struct tandem_log *log);
/* Are there writes that found no room? array->lock held. */
void tandem_batch_starved(struct tandem_log *log, bool starved);

/*
 * The share of the limit that is used while nothing is unsure. The rest is for who writes
 * while that is copied which a crash has left: then another crash costs no more than one.
 */
static inline u32 tandem_log_share(const struct tandem_log *log)
{
	return log->limit - log->limit / 4;
}

/*
 * Regions that there is room for. What leaves with this record counts: it may be in one
 * leg's log alone when power goes. What nobody can make equal does not: no resync takes
 * time for it.
 */
static inline u32 tandem_log_left(const struct tandem_log *log)
{
	u32 most = min(log->limit + log->over + log->nr_stuck, log->capacity);
	u32 listed = log->intent.nr_dirty + log->change.nr_cleared;

	return most - min(most, listed);
}

static inline u32 tandem_log_ring_bytes(const struct tandem_array *array)
{
	return array->super->log_slots * TANDEM_PAGE_BYTES;
}

/* Whose blocks count where legs may differ, as a record names it. */
static inline u8 tandem_log_pin(const struct tandem_log *log)
{
	if (atomic_read(&log->set->nr_unsure))
		return ffs(log->set->pin);
	return atomic_read(&log->set->nr_partly) ? ffs(log->set->home) : 0;
}

/* Sector of record @sequence on a leg. */
static inline u64 tandem_log_sector(const struct tandem_log *log, u64 sequence)
{
	return log->set->array->super->log_offset_sectors +
	       sequence % log->shape.slots * (TANDEM_PAGE_BYTES / TANDEM_SECTOR_BYTES);
}

#endif
