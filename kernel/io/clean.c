// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cleaner: which regions leave the intent log, and when.
 *
 *	state | what happens                                           | then
 *	IDLE  | regions that rest are marked CLEANING; if writers wait | FLUSH
 *	      |   for room and none rests, any that nobody writes      |
 *	FLUSH | every leg has been flushed: what was copied is durable | MAP
 *	MAP   | the map says so, and what is in the marked regions:    | IDLE
 *	      |   those that are as they were marked lose DIRTY, and   |
 *	      |   the next record says so                              |
 *
 * A region leaves only if (I17)
 *	nobody writes to it                      count is 0, twice
 *	every leg was flushed since              nobody was there in between: region.h
 *	it is equal on all current legs          not UNSURE, twice
 *	the map of every leg has it              written, and stale on those that are not
 *	                                         there; without a map the next step at once
 *	the legs are those of the first look     set->changes, and none is unrecorded
 * The record that clears it is written by io/log.c in lock-step, as any other.
 *
 * Decisions
 * - A region rests if nobody has touched it from one look to the next but one. So
 *   the window of a log that goes round stays, and one flush serves many regions.
 * - Room is made among the regions that rest; then for as many as wait, in turn. If
 *   none can leave, the share of writers gives way, up to the limit. The limit is what a
 *   crash costs, and gives way only if all that is dirty is being written to whenever the
 *   cleaner looks, for a second; or, if some of it is to be copied first, when no region
 *   has been for ten. Never the capacity of the format.
 * - What belongs to a stream stays while that lives (io/ahead.c), but for room: then it
 *   is as good as any. What rests, and what a stream has done with, goes early if it lacks
 *   room itself.
 * - Idle cleaning stops when the array goes down; making room does not (A9).
 * - The flush is also the checkpoint of a rebuild: a leg that is filled has what was
 *   copied before it. So there is one even if nothing may leave.
 * - While every region may differ (TANDEM_LOG_ALL) the flag is what is cleaned last:
 *   when no region is unsure any more, under the same rules.
 *
 * If power goes at any time: the region is in the log of some leg, and copied once
 * more; or in none, and equal and durable on all.
 *
 * Invariants: I17.
 */
#include "sys.h"
#include "io/clean.h"
#include "io/copy.h"
#include "io/flush.h"
#include "io/logger.h"
#include "io/map.h"
#include "io/region.h"

#define DEFAULT_CLEAN_MS	1000u
#define STARVED_MS		10u	/* when none could go: look again */
#define PATIENCE		8u	/* maps that could not be written, before writes err */
#define BUSY_MS			1000u	/* before the limit gives way */
#define STALLED_MS		10000u	/* likewise, if the copier could make room */

enum clean_state { CLEAN_IDLE, CLEAN_FLUSH, CLEAN_MAP };

/*
 * struct tandem_clean - the cleaner of a set; its own work item's alone
 * @changes: set->changes at the first look
 * @all: TANDEM_LOG_ALL is to be cleared, too
 * @misses: rounds in a row that came to nothing
 * @nr_unequal: dirty regions that the copier is to make equal; @last_unequal: one look
 *	before
 * @since: jiffies, when log->vain began, or a region became equal
 * @cursor: where the next look among all begins
 */
struct tandem_clean {
	struct tandem_set *set;
	struct delayed_work work;
	enum clean_state state;
	u32 changes;
	bool all;
	u32 misses;
	u32 nr_unequal;
	u32 last_unequal;
	unsigned long since;
	u32 cursor;
	u32 nr;
	u32 region[TANDEM_LOG_CHANGES];
	struct tandem_own_flush flush;
};

static unsigned long interval(struct tandem_array *array)
{
	return msecs_to_jiffies(array->params.tunables.clean_ms ?: DEFAULT_CLEAN_MS);
}

/*
 * How to look: at leisure, when one that was touched has its mark taken for the next
 * time; for what is ahead, among those that rest or that a stream has done with; for
 * room, first among those that rest, and then among all.
 */
enum look { LOOK_IDLE, LOOK_BEHIND, LOOK_RESTING, LOOK_ANY };

/* Though it was touched since the last look? */
static bool is_to_go(const struct tandem_log *log, u32 region, enum look how)
{
	return how == LOOK_ANY || (how == LOOK_BEHIND && tandem_ahead_is_behind(log, region));
}

/* Marks @region if it may leave. */
static bool mark(struct tandem_set *set, u32 region, enum look how)
{
	const u32 busy = TANDEM_REGION_COUNT | TANDEM_REGION_UNSURE | TANDEM_REGION_EXCL |
			 TANDEM_REGION_PARTLY;
	atomic_t *word = &set->region[region];
	u32 old = atomic_read(word);

	if (!(old & TANDEM_REGION_DIRTY) || old & busy)
		return false;
	if (how != LOOK_ANY && tandem_ahead_holds(set->log, region))
		return false;
	if (old & TANDEM_REGION_TOUCHED && !is_to_go(set->log, region, how)) {
		if (how == LOOK_IDLE)
			atomic_andnot(TANDEM_REGION_TOUCHED | TANDEM_REGION_AHEAD, word);
		return false;
	}
	return (u32)atomic_cmpxchg(word, old, old | TANDEM_REGION_CLEANING) == old;
}

/* Regions beyond the limit, which may have become lower since they came; array->lock held. */
static u32 nr_over(const struct tandem_log *log)
{
	u32 sure = log->intent.nr_dirty - min(log->nr_unsure, log->intent.nr_dirty);

	return sure - min(sure, tandem_log_share(log) + log->extra);
}

/* Counts a region that is in the log, before the look at it. */
static void count(struct tandem_clean *clean, u32 region)
{
	const u32 unlike = TANDEM_REGION_UNSURE | TANDEM_REGION_PARTLY;
	u32 word = atomic_read(&clean->set->region[region]);
	bool stuck = word & unlike && word & TANDEM_REGION_STUCK;
	struct tandem_log *log = clean->set->log;

	log->nr_unsure += stuck || word & TANDEM_REGION_UNSURE;
	log->nr_stuck += stuck;
	clean->nr_unequal += word & unlike && !stuck;
}

/* array->lock held: the intent is the log's. */
static void look(struct tandem_clean *clean, enum look how)
{
	struct tandem_log *log = clean->set->log;
	const struct tandem_intent *intent = &log->intent;
	u32 wanted = max(log->nr_starved, 1u) + nr_over(log);
	u32 most = how == LOOK_ANY ? wanted : TANDEM_LOG_CHANGES;
	u32 region = tandem_intent_next(intent, 0);

	most = min(most, TANDEM_LOG_CHANGES - log->nr_clear);
	log->nr_unsure = 0;
	log->nr_stuck = 0;
	clean->nr_unequal = 0;
	for (; region < intent->nr_regions; region = tandem_intent_next(intent, region + 1)) {
		count(clean, region);
		if (clean->nr < most && (how != LOOK_ANY || region >= clean->cursor) &&
		    mark(clean->set, region, how))
			clean->region[clean->nr++] = region;
	}
	if (how == LOOK_ANY)
		clean->cursor = clean->nr ? clean->region[clean->nr - 1] + 1 : 0;
}

/* A record could not be written: it is sent again before any other. */
static bool is_owed(const struct tandem_log *log)
{
	return READ_ONCE(log->state) == LOG_OWED;
}

/* What the map is to say when they have left. array->lock held. */
static void note(struct tandem_clean *clean)
{
	u32 i;

	for (i = 0; i < clean->nr; i++)
		tandem_map_note(clean->set, clean->region[i]);
	if (clean->all)
		tandem_map_note_all(clean->set);
	tandem_map_flush_begin(clean->set);
}

/* How a look begins; array->lock held. */
static enum look first_look(struct tandem_log *log, bool urgent)
{
	if (urgent)
		return LOOK_RESTING;
	if (log->ahead.lacks_room) {
		log->ahead.lacks_room = false;
		return LOOK_BEHIND;
	}
	tandem_ahead_look(log);
	return LOOK_IDLE;
}

/* For how long nothing has come of it that writes wait at the limit; array->lock held. */
static bool is_out_of_patience(struct tandem_clean *clean)
{
	u32 patience_ms = clean->nr_unequal ? STALLED_MS : BUSY_MS;
	struct tandem_log *log = clean->set->log;

	if (!log->vain || clean->nr_unequal < clean->last_unequal)
		clean->since = jiffies;
	log->vain = true;
	clean->last_unequal = clean->nr_unequal;
	return !time_before(jiffies, clean->since + msecs_to_jiffies(patience_ms));
}

/*
 * Writes wait, and nothing has left or can leave: the share gives way at once, the limit by
 * one region when that has been so for long. Not before what was given is used; while a
 * record is under way nobody can. array->lock held.
 */
static void give_way(struct tandem_clean *clean)
{
	struct tandem_log *log = clean->set->log;
	u32 most = log->limit - tandem_log_share(log);

	if (READ_ONCE(log->state) != LOG_IDLE || tandem_batch_has_room(log))
		return;
	if (log->extra < most + log->over && tandem_log_left(log)) {
		log->extra = min(log->extra + log->nr_starved, most + log->over);
		return;
	}
	if (!is_out_of_patience(clean))
		return;
	log->over = min(log->over + 1, log->capacity);
	log->extra = most + log->over;
}

/* What there is room for, as far as looks decide that. */
static u32 room_of(const struct tandem_log *log)
{
	return log->nr_unsure + log->nr_stuck + log->extra + log->over;
}

/*
 * True: something may leave when it has been flushed. @more: the log has something to do,
 * for there is more room than before, or what has left waits for no stream any more.
 */
static bool choose(struct tandem_clean *clean, bool urgent, bool *more)
{
	struct tandem_set *set = clean->set;
	struct tandem_log *log = set->log;
	enum look how;
	u32 room;
	bool any;

	spin_lock_irq(&set->array->lock);
	how = first_look(log, urgent);
	room = room_of(log);
	clean->nr = 0;
	clean->changes = set->changes;
	clean->all = log->head.flags & TANDEM_LOG_ALL && !atomic_read(&set->nr_unsure);
	if (log->open && !TANDEM_FAILING(atomic_read(&set->masks)) &&
	    !is_owed(log) && (!log->nr_clear || how == LOOK_BEHIND)) {
		look(clean, how);
		if (!clean->nr && urgent)
			look(clean, LOOK_ANY);
		if (!clean->nr && urgent)
			give_way(clean);
	}
	any = log->open && (clean->nr || clean->all ||
			    (tandem_map_is_behind(set) &&
			     !TANDEM_FAILING(atomic_read(&set->masks))));
	if (any) {
		note(clean);
		clean->state = CLEAN_FLUSH;
	}
	*more = room_of(log) > room || is_owed(log) ||
		(log->nr_clear && !tandem_ahead_is_alive(log));
	/* It may be full by what this look has counted. */
	tandem_batch_starved(log, set->starved);
	spin_unlock_irq(&set->array->lock);
	return any;
}

static void later(struct tandem_clean *clean, bool urgent)
{
	struct tandem_array *array = clean->set->array;

	/* A record that came meanwhile may have asked for a look at leisure. */
	if (urgent)
		mod_delayed_work(array->wq, &clean->work, msecs_to_jiffies(STARVED_MS));
	else
		queue_delayed_work(array->wq, &clean->work, interval(array));
}

/* There is something that may leave the log one day, or that no map says yet. */
static bool is_needed(struct tandem_set *set)
{
	bool needed;

	spin_lock_irq(&set->array->lock);
	needed = set->log->intent.nr_dirty || set->log->head.flags || is_owed(set->log) ||
		 tandem_map_is_behind(set);
	spin_unlock_irq(&set->array->lock);
	return needed;
}

static void step_idle(struct tandem_clean *clean)
{
	struct tandem_set *set = clean->set;
	struct tandem_array *array = set->array;
	bool urgent = READ_ONCE(set->starved);
	bool any, more;

	if (array->params.read_only || (array->phase != TANDEM_PHASE_UP && !urgent))
		return;
	any = choose(clean, urgent, &more);
	if (more)
		tandem_log_kick(set);
	if (tandem_log_is_full(set))
		tandem_copy_kick(set);
	if (any) {
		tandem_own_flush_start(&clean->flush);
		return;
	}
	/* Nobody will ever make room: that is the error of the legs. */
	if (set->log->nr_stuck == READ_ONCE(set->log->capacity))
		tandem_log_end_starved(set);
	if (urgent || is_needed(set))
		later(clean, urgent);
}

/* True: nobody has been there since it was marked, and now it is not in the log. */
static bool take_out(struct tandem_set *set, u32 region)
{
	const u32 busy = TANDEM_REGION_COUNT | TANDEM_REGION_UNSURE | TANDEM_REGION_PARTLY;
	const u32 gone = TANDEM_REGION_DIRTY | TANDEM_REGION_CLEANING | TANDEM_REGION_TOUCHED |
			 TANDEM_REGION_EMPTIED | TANDEM_REGION_AHEAD;
	atomic_t *word = &set->region[region];
	u32 old = atomic_read(word);
	u32 new = old & ~gone;

	if (!(old & TANDEM_REGION_CLEANING) || old & busy)
		return false;
	if (old & TANDEM_REGION_EMPTIED)
		new |= TANDEM_REGION_NEVER;
	if ((u32)atomic_cmpxchg(word, old, new) != old)
		return false;
	if (old & TANDEM_REGION_EMPTIED)
		tandem_map_forget(set, region);
	return true;
}

/*
 * All flushed, and the legs are those of the first look. While no record can be written
 * nothing leaves: who writes there again would want one. array->lock held.
 */
static bool is_as_it_was(const struct tandem_clean *clean)
{
	const struct tandem_set *set = clean->set;

	return clean->flush.result == TANDEM_RESULT_OK && clean->changes == set->changes &&
	       !is_owed(set->log) &&
	       !TANDEM_FAILING(atomic_read(&set->masks));
}

/* Under one lock with whoever fails a leg: a change of the legs is before or after. */
static void finish(struct tandem_clean *clean, bool complete)
{
	struct tandem_set *set = clean->set;
	struct tandem_log *log = set->log;
	bool left = false;
	bool good;
	u32 i;

	spin_lock_irq(&set->array->lock);
	good = complete && is_as_it_was(clean);
	for (i = 0; i < clean->nr; i++) {
		if (good && take_out(set, clean->region[i])) {
			log->clear[log->nr_clear++] = clean->region[i];
			log->extra -= !!log->extra;
			log->over -= !!log->over;
			left = true;
		} else {
			atomic_andnot(TANDEM_REGION_CLEANING, &set->region[clean->region[i]]);
		}
	}
	log->vain &= !left;
	/* They were marked, and written to again before the flush was over. */
	if (good && !left && set->starved)
		give_way(clean);
	if (good && clean->all && !atomic_read(&set->nr_unsure))
		log->head.flags &= ~TANDEM_LOG_ALL;
	spin_unlock_irq(&set->array->lock);
}

/*
 * @durable: the disks have done what they were asked. @complete: and that was all there is
 * to be done, so that what was marked may leave.
 */
static void end(struct tandem_clean *clean, bool durable, bool complete)
{
	struct tandem_set *set = clean->set;

	finish(clean, complete);
	clean->misses = durable ? 0 : clean->misses + 1;
	if (!durable && (clean->flush.result != TANDEM_RESULT_OK || clean->misses >= PATIENCE))
		tandem_log_end_starved(set);
	tandem_log_kick(set);
	WRITE_ONCE(clean->state, CLEAN_IDLE);
	wake_up(&set->array->wait);
	later(clean, READ_ONCE(set->starved));
}

static void step_flush(struct tandem_clean *clean)
{
	const bool durable = clean->flush.result == TANDEM_RESULT_OK;
	struct tandem_set *set = clean->set;
	bool good;

	spin_lock_irq(&set->array->lock);
	good = is_as_it_was(clean);
	tandem_map_flush_end(set, good);
	spin_unlock_irq(&set->array->lock);
	if (set->map && good) {
		clean->state = CLEAN_MAP;
		tandem_map_write(set, &clean->work);
		return;
	}
	/* A record that was owed may be so no more by now: that does not make a map of it. */
	end(clean, durable, durable && !set->map);
}

static void clean_work(struct work_struct *work)
{
	struct tandem_clean *clean = container_of(to_delayed_work(work), struct tandem_clean,
						  work);
	bool good;

	if (tandem_own_flush_is_on(&clean->flush) || tandem_map_is_on(clean->set))
		return;
	switch (clean->state) {
	case CLEAN_IDLE:
		step_idle(clean);
		break;
	case CLEAN_FLUSH:
		step_flush(clean);
		break;
	case CLEAN_MAP:
		good = tandem_map_was_good(clean->set);
		end(clean, good, good);
		break;
	}
}

void tandem_clean_kick(struct tandem_set *set)
{
	if (set->clean && set->array->phase != TANDEM_PHASE_DOWN)
		mod_delayed_work(set->array->wq, &set->clean->work, 0);
}

void tandem_clean_wake(struct tandem_set *set)
{
	if (set->clean && set->array->phase == TANDEM_PHASE_UP)
		queue_delayed_work(set->array->wq, &set->clean->work, interval(set->array));
}

void tandem_clean_stop(struct tandem_set *set)
{
	if (set->clean)
		cancel_delayed_work_sync(&set->clean->work);
}

bool tandem_clean_is_idle(struct tandem_set *set)
{
	return !set->clean || (set->clean->state == CLEAN_IDLE &&
			       !tandem_own_flush_is_on(&set->clean->flush));
}

int tandem_clean_create(struct tandem_set *set)
{
	struct tandem_clean *clean = kzalloc(sizeof(*clean), GFP_KERNEL);

	if (!clean)
		return -ENOMEM;
	set->clean = clean;
	clean->set = set;
	INIT_DELAYED_WORK(&clean->work, clean_work);
	return tandem_own_flush_create(&clean->flush, set, &clean->work);
}

void tandem_clean_destroy(struct tandem_set *set)
{
	if (!set->clean)
		return;
	cancel_delayed_work_sync(&set->clean->work);
	tandem_own_flush_destroy(&set->clean->flush);
	kfree(set->clean);
	set->clean = NULL;
}
