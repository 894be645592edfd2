// SPDX-License-Identifier: GPL-2.0-only
/*
 * Promotion: the end of a rebuild (B7).
 *
 *	0 settle             the maps say that it has all it lacked (io/clean.c)
 *	1 count the leg      acknowledgements need it from now on
 *	2 flush              everything copied and written so far is durable on it
 *	3 record             new configuration: old current legs, then the leg
 *	4 readable           it is current
 *
 * Nothing has to be drained between 1 and 2: writes and flushes have gone to
 * the leg all along and end only when it has answered; one that fails there
 * fails the leg, whenever that is.
 *
 * If the leg fails on the way it becomes UNRECORDED like any counted leg, and
 * its record succeeds the promotion that may have landed. If an old leg fails
 * in step 3, that is recorded first and step 3 is done again; if it is the
 * last old one, the promotion is cancelled by failing the new leg: a
 * configuration shares a leg with the last one that was persisted.
 *
 * Invariants: I33, I36, K4.
 */
#include "sys.h"
#include "core/lineage.h"
#include "io/clean.h"
#include "io/commit.h"
#include "io/copier.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/log.h"
#include "io/map.h"

#define PROMOTE_DELAY_MS 100

static struct tandem_leg *leg_of(struct tandem_copy *copy)
{
	return tandem_set_leg(copy->set, __ffs(copy->promoted));
}

static bool give_up(struct tandem_copy *copy)
{
	copy->state = COPY_IDLE;
	tandem_array_changed(copy->set->array);
	return true;
}

bool tandem_promote_start(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	struct tandem_array *array = set->array;
	u32 masks;
	u8 filled;

	if (array->phase != TANDEM_PHASE_UP || array->sync_paused || array->params.read_only ||
	    atomic_read(&set->nr_refill))
		return false;
	if (time_before(jiffies, copy->promote_at)) {
		queue_delayed_work(array->wq, &copy->work, copy->promote_at - jiffies);
		return false;
	}
	if (!tandem_map_is_settled(set)) {
		/* Not again and again, if the last leg cannot be flushed. */
		copy->promote_at = jiffies + msecs_to_jiffies(PROMOTE_DELAY_MS);
		queue_delayed_work(array->wq, &copy->work, copy->promote_at - jiffies);
		tandem_clean_kick(set);
		return false;
	}
	spin_lock_irq(&array->lock);
	masks = atomic_read(&set->masks);
	if (tandem_fault_is_due(set)) {
		spin_unlock_irq(&array->lock);
		return false;
	}
	filled = TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks);
	copy->promoted = filled & -filled;
	atomic_set(&set->masks, tandem_masks_pack(TANDEM_WRITTEN(masks),
						  TANDEM_COUNTED(masks) | copy->promoted,
						  TANDEM_READABLE(masks), TANDEM_FAILING(masks)));
	spin_unlock_irq(&array->lock);
	if (!filled)
		return false;
	copy->state = COPY_PROMOTE;
	copy->promote = PROMOTE_FLUSH;
	tandem_own_flush_start(&copy->flush);
	return false;
}

/*
 * An error of the leg itself has failed it. Any other is that of the last old
 * leg: try again, but not at once and for ever.
 */
static bool step_flush(struct tandem_copy *copy)
{
	if (copy->flush.result != TANDEM_RESULT_OK) {
		copy->promote_at = jiffies + msecs_to_jiffies(PROMOTE_DELAY_MS);
		return give_up(copy);
	}
	if (atomic_read(&copy->set->nr_refill))
		return give_up(copy);
	copy->promote = PROMOTE_TOKEN;
	return true;
}

static void readable(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	struct tandem_leg *leg = leg_of(copy);
	u32 masks;

	spin_lock_irq(&set->array->lock);
	masks = atomic_read(&set->masks);
	if (TANDEM_WRITTEN(masks) & leg->bit) {
		leg->state = tandem_leg_next(leg->state, TANDEM_LEG_EV_FILLED);
		set->changes++;
		masks = tandem_masks_pack(TANDEM_WRITTEN(masks), TANDEM_COUNTED(masks),
					  TANDEM_READABLE(masks) | leg->bit, TANDEM_FAILING(masks));
		/* Pairs with io/read.c: who reads from it sees what is LOST, for it lacks that. */
		atomic_set_release(&set->masks, masks);
		pr_info("tandem %s: leg %u is rebuilt and current, generation %llu\n",
			set->array->super->name, leg->index,
			(unsigned long long)set->array->super->set[set->index].generation);
	}
	spin_unlock_irq(&set->array->lock);
}

static void fail_legs(struct tandem_copy *copy, u64 failed)
{
	struct tandem_set *set = copy->set;
	struct tandem_leg *leg;
	unsigned int i;

	spin_lock_irq(&set->array->lock);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (!(failed & (1ull << leg->index)))
			continue;
		atomic64_inc(&leg->errors[1]);
		if (!tandem_fault_fail_leg(leg, TANDEM_LEG_EV_ERROR))
			tandem_fault_fail_leg(leg_of(copy), TANDEM_LEG_EV_ERROR);
	}
	spin_unlock_irq(&set->array->lock);
}

/*
 * Old legs first, then the leg itself and those that are still being filled:
 * the next change takes for granted that they have this one (io/commit.h). An
 * old leg that failed is recorded before we try again.
 */
static void commit_done(struct tandem_array *array, void *context, u64 written, u64 failed)
{
	struct tandem_copy *copy = context;

	if (failed) {
		fail_legs(copy, failed);
		copy->promote = PROMOTE_TOKEN;
	} else {
		readable(copy);
		tandem_log_note_config(copy->set);
		copy->state = COPY_IDLE;
		tandem_array_changed(array);
	}
	tandem_commit_release(array);
}

static bool step_token(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	struct tandem_array *array = set->array;
	struct tandem_leg *leg = leg_of(copy);
	struct tandem_commit_order order = { .done = commit_done, .context = copy };
	struct tandem_id config;
	u32 masks;

	masks = atomic_read(&set->masks);
	if (!(TANDEM_WRITTEN(masks) & leg->bit))
		return give_up(copy);
	if (!tandem_commit_try(array))
		return false;
	/*
	 * A failure that waits for its record goes first; its release kicks us.
	 * A promotion claims that what was issued before has landed everywhere. And while we
	 * had no token the leg may have failed, on record (K2); now no record can be written.
	 */
	if (tandem_fault_is_due(set) || !(TANDEM_WRITTEN(atomic_read(&set->masks)) & leg->bit)) {
		tandem_commit_release(array);
		return give_up(copy);
	}
	copy->promote = PROMOTE_COMMIT;
	if (array->super->place[leg->index].record != TANDEM_RECORD_CURRENT) {
		tandem_id_random(&config, sizeof(config));
		tandem_lineage_promote(array->super, leg->index, &config);
	}
	masks = atomic_read(&set->masks);
	order.first = (u64)TANDEM_READABLE(masks) << set->first_leg;
	order.later = (u64)(TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks)) << set->first_leg;
	tandem_commit_start(array, &order);
	return false;
}

bool tandem_promote_step(struct tandem_copy *copy)
{
	switch (copy->promote) {
	case PROMOTE_FLUSH:
		return step_flush(copy);
	case PROMOTE_TOKEN:
		return step_token(copy);
	case PROMOTE_COMMIT:
		break;
	}
	return false;
}
