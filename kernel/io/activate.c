// SPDX-License-Identifier: GPL-2.0-only
/*
 * Up and down: the order of every write that a start and a stop make.
 *
 *	load      both slots of every disk; the chooser (io/load.c); what is unsure by
 *	          the intent logs (io/recover.c)
 *	flush     every leg that is to be current; what a host crash or another
 *	          table left in its cache is durable before we build on it (A8)
 *	rejoin    legs to be filled: their torn slots; what they lack, to the maps of others
 *	edit      places without a leg leave, legs to be rebuilt join, new epoch:
 *	          one step of the lineage, noting what each leg was found with
 *	commit    to every leg in use, of all sets
 *	log       what is unsure to the log of every leg in use (A10), the map as well
 *	up        unsure regions marked, requests let in
 *
 * If power goes during load or flush: nothing was written. During commit: some legs are one
 * step ahead, and their record names what the others hold; nothing was acknowledged under the
 * new epoch, so the others are as good. After: the new epoch holds. A leg that errs in the
 * commit is dropped in a further configuration, unless it is the last; the legs that stay have
 * the first one. So is one that errs in its log, before the next record goes to any.
 *
 * Down: all requests are through; the copiers stop; failures are recorded; the legs are
 * flushed; the maps say what is in the intent log; what is not unsure leaves that; and if
 * nothing is unsure that is recorded as a clean stop. If power goes before that the next
 * start resyncs what is in the log, or all of it if there is none: slow, never wrong.
 *
 * Invariants: I20, I50, I52, I53, I56 (read-only: steps flush to commit are left out), I60.
 */
#include "sys.h"
#include "core/lineage.h"
#include "io/activate.h"
#include "io/clean.h"
#include "io/commit.h"
#include "io/control.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/flush.h"
#include "io/grow.h"
#include "io/latency.h"
#include "io/load.h"
#include "io/log.h"
#include "io/lost_load.h"
#include "io/rate.h"
#include "io/recover.h"
#include "io/region.h"
#include "io/rejoin.h"
#include "io/rewrite.h"
#include "io/survey.h"

/* Legs as the plan has them, rates as they were left; nothing is up yet. */
static void set_states(struct tandem_array *array)
{
	struct tandem_pair newest;
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		leg->state = tandem_leg_from_record(array->super->place[i].record);
		leg->by_hand = false;
		memset(&leg->held, 0, sizeof(leg->held));
		if (leg->found)
			leg->held = tandem_lineage_pair(&array->found[i], leg->set->index);
		newest = tandem_lineage_pair(array->super, leg->set->index);
		leg->newest = tandem_id_equal(&leg->held.config, &newest.config) &&
			      tandem_id_equal(&leg->held.epoch, &newest.epoch);
		/* Of one pair, a leg may have missed the record that says so. */
		array->flush_lost |= leg->newest && array->found[i].flags & TANDEM_FLAG_FLUSH_LOST;
		if (leg->use == TANDEM_USE_CURRENT)
			leg->state = TANDEM_LEG_CURRENT;
		else if (leg->use == TANDEM_USE_REBUILDING)
			leg->state = TANDEM_LEG_REBUILDING;
		else if (leg->found)
			leg->state = leg->state == TANDEM_LEG_FAILED ? TANDEM_LEG_FAILED :
				     TANDEM_LEG_STALE;
		else
			leg->state = TANDEM_LEG_MISSING;
	}
	for (i = 0; i < array->nr_sets; i++)
		tandem_rate_load(&array->set[i]);
}

static u64 legs_in_use(struct tandem_array *array)
{
	return tandem_array_legs_in(array, TANDEM_LEG_CURRENT) |
	       tandem_array_legs_in(array, TANDEM_LEG_REBUILDING);
}

static bool survives(const struct tandem_leg *leg)
{
	return leg->state == TANDEM_LEG_CURRENT && leg->own_current;
}

/*
 * Some legs failed on the way up. Has every set a current one left that is so by its own
 * record? One that was found half-promoted survives for nobody: what it says would be news
 * to all that can start without it (lineage.h). And may one that leaves be found with news, of
 * a start that broke off (leg.h)? We must not go on without it before that is written over (K9).
 */
static int without(struct tandem_array *array, u64 failed)
{
	bool alive, hidden = false;
	struct tandem_leg *leg;
	unsigned int i, s;

	/* What one lacks from now on nobody has noted: it is filled by a later start. */
	array->params.rebuild &= ~failed;
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(failed & (1ull << i)))
			continue;
		atomic64_inc(&leg->errors[1]);
		hidden |= tandem_leg_may_have_news(leg);
		leg->state = TANDEM_LEG_FAILED;
		pr_err("tandem %s: leg %u (%s): error during activation%s\n",
		       array->super->name, i, leg->disk->name,
		       tandem_leg_may_have_news(leg) ? "; a slot is unreadable or torn" : "");
	}
	for (s = 0; s < array->nr_sets; s++) {
		alive = false;
		tandem_survey_home(&array->set[s]);
		for (i = 0; i < array->set[s].nr_legs; i++)
			alive |= survives(tandem_set_leg(&array->set[s], i));
		if (!alive)
			return -EIO;
	}
	return hidden ? -EIO : 0;
}

/* Returns the legs whose flush failed. */
static u64 flush_legs(struct tandem_array *array, u64 legs)
{
	struct tandem_group *group = tandem_control_group(array);
	unsigned int i;
	u64 failed;

	group->legs = legs;
	group->op = TANDEM_OP_FLUSH;
	group->opf = REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC;
	failed = tandem_control_run(array, group);
	for (i = 0; i < array->params.nr_legs; i++)
		if (legs & (1ull << i))
			array->leg[i].unflushed = !!(failed & (1ull << i));
	return failed;
}

/* Who has a place in the record and is not in use leaves, all in one step. */
static void drop_set(struct tandem_array *array, struct tandem_set *set)
{
	struct tandem_lineage_drop drop = { .set = set->index, .record = TANDEM_RECORD_STALE };
	struct tandem_leg *leg;
	unsigned int i;
	u8 record;

	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		record = array->super->place[leg->index].record;
		if (leg->found)
			drop.durable[i] = leg->held;
		drop.left[i] = leg->log_sequence;
		/* Not here, or not asked: by lock-step it is a record behind at most. */
		if (!drop.left[i] && tandem_log_sequence(set))
			drop.left[i] = tandem_log_sequence(set) - 1;
		if (leg->state != TANDEM_LEG_CURRENT && leg->state != TANDEM_LEG_REBUILDING &&
		    (record == TANDEM_RECORD_CURRENT || record == TANDEM_RECORD_REBUILDING))
			drop.legs |= leg->bit;
	}
	if (!drop.legs)
		return;
	tandem_id_random(&drop.config, sizeof(drop.config));
	tandem_lineage_drop(array->super, &drop);
}

static void join_leg(struct tandem_array *array, struct tandem_leg *leg)
{
	const struct tandem_super *found = &array->found[leg->index];
	struct tandem_place *place = &array->super->place[leg->index];
	struct tandem_id config;

	if (leg->hidden && !tandem_leg_is_written(leg->state))
		pr_err("tandem %s: leg %u (%s): not filled, a superblock slot is unreadable\n",
		       array->super->name, leg->index, leg->disk->name);
	if (!tandem_rejoin_is_possible(leg))
		return;
	leg->state = tandem_leg_next(leg->state, TANDEM_LEG_EV_JOIN);
	memcpy(place->disk, found->place[found->leg].disk, sizeof(place->disk));
	tandem_id_random(&config, sizeof(config));
	tandem_lineage_join(array->super, leg->index, &found->leg_id, &config);
	tandem_rate_forget(leg->set);
}

/* What is to be on record goes to all legs in use; those that err leave. */
static int commit_for_good(struct tandem_array *array)
{
	unsigned int i;
	u64 failed;
	int error;

	for (;;) {
		failed = tandem_control_commit(array);
		if (!failed) {
			for (i = 0; i < array->params.nr_legs; i++)
				array->leg[i].own_current = true;
			return 0;
		}
		error = without(array, failed);
		if (error)
			return error;
		for (i = 0; i < array->nr_sets; i++)
			drop_set(array, &array->set[i]);
	}
}

/* What the legs hold in both slots is what they may be found with. */
static void settle_legs(struct tandem_array *array)
{
	struct tandem_pair durable[TANDEM_MAX_LEGS_PER_SET];
	struct tandem_set *set;
	unsigned int s, i;

	for (s = 0; s < array->nr_sets; s++) {
		set = &array->set[s];
		for (i = 0; i < set->nr_legs; i++)
			durable[i] = tandem_set_leg(set, i)->held;
		tandem_lineage_settle(array->super, s, durable);
	}
}

/*
 * A slot could not be read. It may have the newest record, or one of a start that broke off,
 * which nobody else has; the lists have no room for that beside what was read and a new epoch.
 * Nor for the one that a torn slot began with: a power cut may take part of it back, and two
 * writes that end early may make it whole together.
 * So the newest one that is known goes to all legs first, before anything is news to any.
 */
static int finish_record(struct tandem_array *array)
{
	u64 grown = array->super->geo.set_sectors;
	u64 failed, in_use = legs_in_use(array);
	bool due = false;
	unsigned int i;
	int error;

	for (i = 0; i < array->params.nr_legs; i++)
		due |= in_use & (1ull << i) && tandem_leg_may_have_news(&array->leg[i]);
	/* One that is made of old records was never sent to anybody. */
	if (!due || array->plan.kind == TANDEM_ASM_STALE)
		return 0;
	array->super->geo.set_sectors = tandem_grow_found(array);
	/* If one errs, those that are filled were not asked, and may have the hidden slot. */
	do {
		failed = tandem_control_commit(array);
		error = without(array, failed);
	} while (failed && !error);
	array->super->geo.set_sectors = grown;
	if (!error)
		settle_legs(array);
	return error;
}

static int begin_epoch(struct tandem_array *array)
{
	int error = finish_record(array);
	struct tandem_id epoch;
	unsigned int i;

	if (error)
		return error;
	for (i = 0; i < array->nr_sets; i++)
		drop_set(array, &array->set[i]);
	for (i = 0; i < array->params.nr_legs; i++)
		if (array->params.rebuild & (1ull << i))
			join_leg(array, &array->leg[i]);
	tandem_grow_note(array);
	tandem_id_random(&epoch, sizeof(epoch));
	tandem_lineage_activate(array->super, &epoch,
				array->plan.forced ? TANDEM_FLAG_FORCED : 0);
	return commit_for_good(array);
}

/* All logs, maps and tables of legs in use. One that errs leaves on record first (lock-step). */
static int begin_logs(struct tandem_array *array)
{
	u64 failed = tandem_rewrite_wipe(array);
	unsigned int i;
	int error;

	tandem_rewrite_begin(array);
	for (;;) {
		for (i = 0; i < array->nr_sets; i++)
			tandem_log_note_config(&array->set[i]);
		tandem_recover_pin(array);
		if (!failed)
			failed = tandem_rewrite_level(array);
		if (!failed)
			failed = tandem_rewrite_write(array);
		if (!failed)
			failed = tandem_survey_write(array, legs_in_use(array)) |
				 tandem_lost_write(array, legs_in_use(array));
		if (!failed)
			return 0;
		error = without(array, failed);
		if (error)
			return error;
		for (i = 0; i < array->nr_sets; i++)
			drop_set(array, &array->set[i]);
		error = commit_for_good(array);
		if (error)
			return error;
		failed = 0;
	}
}

static void raise_set(struct tandem_array *array, struct tandem_set *set)
{
	u8 current_legs = 0;
	u8 rebuilding = 0;
	struct tandem_leg *leg;
	unsigned int i;
	bool several;

	memset(set->region, 0,
	       tandem_geometry_regions(&array->super->geo) * sizeof(*set->region));
	atomic_set(&set->nr_unsure, 0);
	atomic_set(&set->nr_refill, 0);
	atomic_set(&set->nr_partly, 0);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		current_legs |= leg->state == TANDEM_LEG_CURRENT ? leg->bit : 0;
		rebuilding |= leg->state == TANDEM_LEG_REBUILDING ? leg->bit : 0;
		leg->unflushed |= array->params.read_only;
		atomic_set(&leg->reads_in_flight, 0);
	}
	if (array->params.read_only)
		rebuilding = 0;
	several = hweight8(current_legs) > 1;
	set->changes = 0;
	set->starved = false;
	set->record_due = false;
	set->record_hopeless = false;
	set->record_attempts = 0;
	atomic_set(&set->masks, tandem_masks_pack(current_legs | rebuilding, current_legs,
						  current_legs, 0));
	tandem_log_open(set);
	if (set->log)
		tandem_recover_mark(set, several);
	else
		tandem_region_mark_all(set, TANDEM_REGION_DIRTY | TANDEM_REGION_TOUCHED);
	if (!set->log && !array->plan.clean && several)
		tandem_region_mark_all(set, TANDEM_REGION_UNSURE);
	if (set->map)
		tandem_survey_mark(set);
	else if (rebuilding)
		tandem_region_mark_all(set, TANDEM_REGION_REFILL);
	tandem_lost_mark(set);
}

static void raise(struct tandem_array *array)
{
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		raise_set(array, &array->set[s]);
	array->giving_up = false;
	array->params.rebuild = 0;	/* asked for once, not at every resume */
	WRITE_ONCE(array->phase, TANDEM_PHASE_UP);
	tandem_copy_kick_all(array);
	for (s = 0; s < array->nr_sets; s++)
		tandem_clean_wake(&array->set[s]);
	tandem_array_changed(array);
}

/* Every leg that the record will speak of: what was read may have been in its cache only. */
static int flush_found(struct tandem_array *array)
{
	u64 in_use = legs_in_use(array);
	u64 failed, joins = 0;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].found)
			joins |= array->params.rebuild & (1ull << i);
	failed = flush_legs(array, in_use | joins);
	array->params.rebuild &= ~failed;
	return without(array, failed & in_use);
}

/* What returning legs lack, and the map of what is new, is durable before it is on record. */
static int rejoin(struct tandem_array *array, const char **why)
{
	u64 failed = tandem_rejoin_mend(array);
	int error = without(array, failed & legs_in_use(array));

	array->params.rebuild &= ~failed;
	error = error ?: tandem_rejoin(array, &failed, why) ?: without(array, failed);
	return error ?: without(array, tandem_grow_prepare(array));
}

int tandem_array_activate(struct tandem_array *array, const char **why)
{
	const char *unused;
	unsigned int s;
	int error;

	if (!why)
		why = &unused;
	error = tandem_array_load(array, why);
	if (!error)
		error = tandem_recover_read(array, why);
	if (!error)
		error = tandem_survey_read(array);
	if (!error)
		error = tandem_lost_read(array, why);
	if (error)
		return error;
	set_states(array);
	for (s = 0; s < array->nr_sets; s++)
		tandem_survey_home(&array->set[s]);
	array->flush_lost |= !!(array->super->flags & TANDEM_FLAG_FLUSH_LOST);
	if (!array->params.read_only) {
		*why = "error on the last current leg of a set";
		error = flush_found(array);
		if (!error)
			error = rejoin(array, why);
		if (!error) {
			tandem_control_token(array);
			error = begin_epoch(array);
			if (!error)
				error = begin_logs(array);
			tandem_commit_release(array);
		}
		if (error)
			return error;
		*why = NULL;
	} else {
		tandem_recover_pin(array);
	}
	raise(array);
	return 0;
}

void tandem_array_end_start(struct tandem_array *array)
{
	if (array->phase != TANDEM_PHASE_UP)
		return;
	WRITE_ONCE(array->phase, TANDEM_PHASE_ENDING);
	tandem_fault_give_up(array);
	/* One that rests would not know. */
	tandem_copy_kick_all(array);
}

void tandem_array_end_cancel(struct tandem_array *array)
{
	unsigned int s;

	if (array->phase != TANDEM_PHASE_ENDING)
		return;
	spin_lock_irq(&array->lock);
	array->giving_up = false;
	spin_unlock_irq(&array->lock);
	WRITE_ONCE(array->phase, TANDEM_PHASE_UP);
	tandem_copy_kick_all(array);
	for (s = 0; s < array->nr_sets; s++)
		tandem_clean_wake(&array->set[s]);
}

/* Nothing of our own is under way, and failures are recorded or given up. */
static bool is_quiet(struct tandem_array *array)
{
	bool quiet = tandem_flush_is_idle(array) && tandem_fault_is_settled(array);
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		quiet &= tandem_copy_is_idle(&array->set[s]) &&
			 tandem_clean_is_idle(&array->set[s]) &&
			 tandem_lost_is_idle(&array->set[s]) &&
			 tandem_log_is_idle(&array->set[s]);
	return quiet && tandem_commit_try(array);
}

/*
 * No request waits any more, so a record that is due has all the patience there is:
 * without it the next start would take a leg for current that lost its cache, or lacks
 * what was read from another one. array->lock held.
 */
static void be_patient(struct tandem_array *array)
{
	unsigned int i;

	array->giving_up = false;
	for (i = 0; i < array->nr_sets; i++) {
		array->set[i].record_attempts = 0;
		array->set[i].record_hopeless = false;
	}
}

/* A flush that fails is a failed leg also here (K2). False: the last of a set. */
static bool flush_or_fail(struct tandem_array *array)
{
	u64 failed = flush_legs(array, legs_in_use(array));
	bool good = true;
	unsigned int i;

	spin_lock_irq(&array->lock);
	for (i = 0; i < array->params.nr_legs; i++) {
		if (!(failed & (1ull << i)))
			continue;
		atomic64_inc(&array->leg[i].errors[2]);
		good &= tandem_fault_fail_leg(&array->leg[i], TANDEM_LEG_EV_ERROR);
	}
	be_patient(array);
	/* Already the record of the legs that failed has to say so. */
	array->flush_lost |= !good;
	spin_unlock_irq(&array->lock);
	return good;
}

/* Is every failure recorded? */
static bool ends_recorded(struct tandem_array *array)
{
	unsigned int s;
	u32 masks;

	for (s = 0; s < array->nr_sets; s++) {
		masks = atomic_read(&array->set[s].masks);
		if (TANDEM_FAILING(masks) || !TANDEM_READABLE(masks))
			return false;
	}
	return true;
}

/* And is everything that was acknowledged on every current leg? */
static bool ends_clean(struct tandem_array *array)
{
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		if (atomic_read(&array->set[s].nr_unsure) ||
		    atomic_read(&array->set[s].nr_partly))
			return false;
	return true;
}

/*
 * What the next start must know. A flush that failed on the last current leg of
 * a set, and that no user has heard of: what was acknowledged may be gone,
 * though the next flush may well succeed; the first user who asks is told.
 */
static void record_stop(struct tandem_array *array, bool flushed)
{
	bool clean = flushed && ends_recorded(array) && tandem_survey_end(array) &&
		     tandem_rewrite_end(array) && ends_clean(array);

	if (clean) {
		/* From now on an older image of a leg is no leg of ours (A13). */
		settle_legs(array);
		array->super->flags |= TANDEM_FLAG_CLEAN;
	}
	if (clean || array->flush_lost)
		tandem_control_commit(array);
}

/* All is quiet, and nothing waits for a record: from now on the logs are ours. */
static void close_logs(struct tandem_array *array)
{
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		tandem_log_close(&array->set[s]);
	for (s = 0; s < array->nr_sets; s++) {
		wait_event(array->wait, tandem_clean_is_idle(&array->set[s]));
		tandem_clean_stop(&array->set[s]);
	}
}

void tandem_array_end_finish(struct tandem_array *array)
{
	bool flushed = false;

	if (array->phase == TANDEM_PHASE_DOWN)
		return;
	/* A work item that began before ENDING may be about to start something. */
	flush_workqueue(array->wq);
	wait_event(array->wait, is_quiet(array));
	if (!array->params.read_only) {
		flushed = flush_or_fail(array);
		tandem_commit_release(array);
		wait_event(array->wait, is_quiet(array));
	}
	close_logs(array);
	if (!array->params.read_only)
		record_stop(array, flushed);
	/* We have the token: nothing of our own can begin any more. */
	WRITE_ONCE(array->phase, TANDEM_PHASE_DOWN);
	cancel_delayed_work_sync(&array->record_work);
	tandem_latency_stop(array);
	tandem_control_tails(array);
	tandem_commit_release(array);
	flush_workqueue(array->wq);
}
