// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leg failure: judge, hold, record, release. The drawing is in fault.h.
 *
 * Decisions
 * - Verdicts are reached under array->lock against the legs as they are at
 *   that moment, so two requests cannot each fail "the other" leg.
 * - The last leg is the last one that is *readable*: a leg under promotion
 *   counts for acknowledgements but survives for nobody until its promotion
 *   is on disk (a new configuration shares a leg with the last persisted one).
 * - A leg that has failed a flush survives for nobody who has not: before the round
 *   is judged another error must not leave it as the last leg, for it may have
 *   dropped what is acknowledged.
 * - Patience is bounded: after RECORD_PATIENCE failed attempts, or in
 *   presuspend, held requests get errors. Nothing is acknowledged either way;
 *   the attempts go on with a bounded delay until one succeeds.
 * - Per set: in a RAID-10 a write waits for the failures of its own set alone.
 *   No other set's legs hold a byte of it, so none of their failures touches it
 *   (K2). A flush covers writes to all sets, and waits for all.
 * - One failed attempt may have landed. It is retried as it is, or succeeded by
 *   a configuration that names it as parent; it is never taken back.
 *
 * Invariants: I3, I4, I16, I23, I24.
 *
 * Why an acknowledgement cannot slip past a failure: failing a leg changes
 * set->masks in one store that takes it out of WRITTEN and puts it into
 * FAILING. A request that was sent without the leg loaded the masks after that
 * store; its completion (atomic_dec_and_test, fully ordered) comes later, loads
 * the masks again and sees FAILING, or a record that has since been persisted.
 * A request is held, and FAILING is cleared, under array->lock only.
 */
#include "sys.h"
#include "core/lineage.h"
#include "io/commit.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/flush.h"
#include "io/log.h"
#include "io/lost.h"
#include "io/region.h"

#define RECORD_PATIENCE		8	/* failed records before held requests err */
#define RECORD_DELAY_MS		50	/* doubles, up to the next */
#define RECORD_DELAY_MAX_MS	5000

static bool is_failing(struct tandem_set *set)
{
	return TANDEM_FAILING(atomic_read(&set->masks));
}

static bool array_failing(struct tandem_array *array)
{
	unsigned int i;

	for (i = 0; i < array->nr_sets; i++)
		if (is_failing(&array->set[i]))
			return true;
	return false;
}

/* Does an unrecorded failure touch this request? */
static bool must_hold(struct tandem_request *request)
{
	return request->set ? is_failing(request->set) : array_failing(request->array);
}

/* Has patience with such a failure been used up? */
static bool is_hopeless(struct tandem_request *request)
{
	struct tandem_array *array = request->array;
	unsigned int i;

	if (request->set)
		return request->set->record_hopeless;
	for (i = 0; i < array->nr_sets; i++)
		if (is_failing(&array->set[i]) && array->set[i].record_hopeless)
			return true;
	return false;
}

/* A failed leg whose record is still to be written: FAILING, or a failed rebuild. */
static bool has_left(struct tandem_array *array, struct tandem_leg *leg)
{
	u8 record = array->super->place[leg->index].record;

	return leg->state == TANDEM_LEG_UNRECORDED ||
	       (leg->state == TANDEM_LEG_FAILED && record == TANDEM_RECORD_REBUILDING);
}

/* Or one that had left before somebody said that it is to stay away. */
static bool needs_record(struct tandem_array *array, struct tandem_leg *leg)
{
	return has_left(array, leg) ||
	       (leg->by_hand && !array->super->place[leg->index].by_hand);
}

bool tandem_fault_is_due(struct tandem_set *set)
{
	unsigned int i;

	for (i = 0; i < set->nr_legs; i++)
		if (needs_record(set->array, tandem_set_leg(set, i)))
			return true;
	return set->record_due;
}

/*
 * Is @leg the last one? It is, too, if it has not failed a flush and all others that may
 * be read have, in the round that is on: it alone is known to hold what they may have
 * dropped, and they fail when the round is judged.
 */
static bool is_last(const struct tandem_leg *leg, u8 readable)
{
	u8 suspect = TANDEM_SUSPECT(atomic_read(&leg->set->doubt));
	u8 others = readable & ~leg->bit;

	if (!(suspect & leg->bit))
		others &= ~suspect;
	return readable & leg->bit && !others;
}

bool tandem_fault_fail_leg(struct tandem_leg *leg, enum tandem_leg_event event)
{
	struct tandem_set *set = leg->set;
	u32 masks = atomic_read(&set->masks);
	u8 readable = TANDEM_READABLE(masks);
	u8 failing = TANDEM_FAILING(masks);
	int next;

	lockdep_assert_held(&set->array->lock);
	if (!(TANDEM_WRITTEN(masks) & leg->bit))
		return true;
	if (is_last(leg, readable))
		return false;

	if (TANDEM_COUNTED(masks) & leg->bit) {
		next = tandem_leg_next(TANDEM_LEG_CURRENT, event);
		failing |= leg->bit;
	} else {
		next = tandem_leg_next(leg->state, event);
	}
	WARN_ON_ONCE(next < 0);
	leg->state = next;
	set->changes++;
	readable &= ~leg->bit;
	leg->log_left = tandem_log_sequence(set);
	if (set->pin == leg->bit)
		set->pin = readable & -readable;
	masks = tandem_masks_pack(TANDEM_WRITTEN(masks) & ~leg->bit,
				  TANDEM_COUNTED(masks) & ~leg->bit, readable, failing);
	atomic_set(&set->masks, masks);
	if (set->home == leg->bit) {
		/* Pairs with io/read.c: who reads from the new one sees that this one fails. */
		smp_store_release(&set->home, (u8)(readable & -readable));
		tandem_copy_home_left(set);
	}
	pr_err("tandem %s: leg %u (%s): %s; %u of %u legs of set %u left\n",
	       set->array->super->name, leg->index, leg->disk->name,
	       event == TANDEM_LEG_EV_ADMIN_FAIL ? "failed by message" : "failed by an error",
	       hweight8(readable), set->nr_legs, set->index);
	mod_delayed_work(set->array->wq, &set->array->record_work, 0);
	tandem_array_changed(set->array);
	return true;
}

/*
 * Every leg has failed a flush since the write was sent: a leg may have had it in
 * its cache and dropped it, and whoever sent that flush was told before the write
 * could be acknowledged. The next flush may succeed and would vouch for it.
 */
bool tandem_fault_is_dropped(const struct tandem_request *request)
{
	const struct tandem_set *set = request->set;

	if (!set || request->op == TANDEM_OP_FLUSH ||
	    likely(request->losses == READ_ONCE(set->losses)))
		return false;
	return !(request->bio->bi_opf & REQ_FUA) &&
	       !(request->array->super->flags & TANDEM_FLAG_WRITE_THROUGH);
}

void tandem_fault_acknowledge(struct tandem_request *request)
{
	struct tandem_array *array = request->array;
	enum tandem_result error = TANDEM_RESULT_OK;
	unsigned long flags;

	if (unlikely(tandem_fault_is_dropped(request))) {
		tandem_request_finish(request, TANDEM_RESULT_IOERR);
		return;
	}
	if (unlikely(must_hold(request))) {
		spin_lock_irqsave(&array->lock, flags);
		if (must_hold(request)) {
			if (!is_hopeless(request)) {
				list_add_tail(&request->node, request->set ?
					      &request->set->held : &array->set[0].held);
				spin_unlock_irqrestore(&array->lock, flags);
				return;
			}
			error = TANDEM_RESULT_IOERR;
		}
		spin_unlock_irqrestore(&array->lock, flags);
	}
	tandem_request_finish(request, error);
}

/* Legs that did not see the request: to be asked again, if there is patience. */
static bool ask_again(struct tandem_request *request)
{
	unsigned int i;
	u8 legs = 0;

	if (request->attempts >= TANDEM_RETRY_ATTEMPTS)
		return false;
	for (i = 0; i < request->set->nr_legs; i++)
		if (tandem_fault_class(request->op, request->result[i]) == TANDEM_CLASS_RETRY)
			legs |= 1u << i;
	if (!legs)
		return false;
	request->attempts++;
	request->retry = legs;
	tandem_request_retry(request);
	return true;
}

static void count_error(struct tandem_leg *leg, enum tandem_op op)
{
	atomic64_inc(&leg->errors[op == TANDEM_OP_FLUSH ? 2 : 1]);
}

struct tandem_verdict tandem_fault_judge_now(struct tandem_set *set, struct tandem_trial *trial)
{
	u32 masks = atomic_read(&set->masks);

	trial->others = TANDEM_READABLE(masks);
	trial->counted &= ~(TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks));
	return tandem_fault_judge(trial);
}

void tandem_fault_settle(struct tandem_request *request)
{
	struct tandem_set *set = request->set;
	struct tandem_array *array = request->array;
	struct tandem_trial trial = { .op = request->op };
	struct tandem_verdict verdict;
	unsigned long flags;
	unsigned int i;

	if (ask_again(request))
		return;
	trial.sent = request->sent;
	trial.counted = request->counted;
	memcpy(trial.result, request->result, sizeof(trial.result));

	spin_lock_irqsave(&array->lock, flags);
	verdict = tandem_fault_judge_now(set, &trial);
	for (i = 0; i < set->nr_legs; i++) {
		if (trial.result[i] != TANDEM_RESULT_OK)
			count_error(tandem_set_leg(set, i), request->op);
		if (!(verdict.fail & (1u << i)) ||
		    tandem_fault_fail_leg(tandem_set_leg(set, i), TANDEM_LEG_EV_ERROR))
			continue;
		/* The others have it, and may stay if this one fails its flush as well. */
		verdict.error = trial.result[i];
		verdict.unsure = true;
	}
	if (verdict.unsure)
		tandem_region_mark_unsure(set, request->region);
	spin_unlock_irqrestore(&array->lock, flags);

	if (verdict.error == TANDEM_RESULT_OK) {
		if (request->failed & TANDEM_REQUEST_HEALS)
			tandem_lost_heal(request);
		else
			tandem_fault_acknowledge(request);
		return;
	}
	tandem_copy_kick(set);
	tandem_request_finish(request, verdict.error);
}

/* Requests that waited for a record: acknowledge, or hold again, or err. */
static void release(struct tandem_array *array)
{
	struct tandem_request *request;
	LIST_HEAD(list);
	unsigned int i;

	spin_lock_irq(&array->lock);
	for (i = 0; i < array->nr_sets; i++)
		list_splice_tail_init(&array->set[i].held, &list);
	spin_unlock_irq(&array->lock);
	while (!list_empty(&list)) {
		request = list_first_entry(&list, struct tandem_request, node);
		list_del(&request->node);
		tandem_fault_acknowledge(request);
	}
}

/* The configuration in array->super is on every survivor of @set: it counts. */
static void recorded(struct tandem_array *array, struct tandem_set *set)
{
	u32 masks = atomic_read(&set->masks);
	u8 failing = TANDEM_FAILING(masks);
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (leg->state != TANDEM_LEG_UNRECORDED ||
		    array->super->place[leg->index].record != TANDEM_RECORD_FAILED)
			continue;
		leg->state = tandem_leg_next(leg->state, TANDEM_LEG_EV_RECORDED);
		failing &= ~leg->bit;
		pr_warn("tandem %s: leg %u recorded as failed, generation %llu\n",
			array->super->name, leg->index,
			(unsigned long long)array->super->set[set->index].generation);
	}
	masks = tandem_masks_pack(TANDEM_WRITTEN(masks), TANDEM_COUNTED(masks),
				  TANDEM_READABLE(masks), failing);
	atomic_set(&set->masks, masks);
}

static u64 leg_mask(struct tandem_set *set, u8 legs)
{
	return (u64)legs << set->first_leg;
}

/* Another attempt has failed: how much longer do held requests wait? */
static void count_attempt(struct tandem_array *array, struct tandem_set *set)
{
	if (set->record_attempts++ == 0)
		pr_err("tandem %s: set %u: cannot record %s\n", array->super->name, set->index,
		       is_failing(set) ? "a failed leg; its writes are held" : "a setting");
	if (set->record_attempts >= RECORD_PATIENCE || array->giving_up)
		set->record_hopeless = true;
}

static void record_done(struct tandem_array *array, void *context, u64 written, u64 failed)
{
	struct tandem_set *set = context;
	struct tandem_leg *leg;
	unsigned int i;
	bool hold;

	spin_lock_irq(&array->lock);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (!(failed & (1ull << leg->index)))
			continue;
		atomic64_inc(&leg->errors[1]);
		tandem_fault_fail_leg(leg, TANDEM_LEG_EV_ERROR);
	}
	if (leg_mask(set, TANDEM_READABLE(atomic_read(&set->masks))) & ~written) {
		count_attempt(array, set);
	} else {
		recorded(array, set);
		set->record_due = false;
		set->record_attempts = 0;
		set->record_hopeless = false;
	}
	hold = set->record_attempts && !set->record_hopeless;
	spin_unlock_irq(&array->lock);

	if (!set->record_attempts)
		tandem_log_note_config(set);
	if (!hold) {
		release(array);
		tandem_log_kick(set);
	}
	tandem_array_changed(array);
	tandem_commit_release(array);
}

/* New configuration without the legs that failed; nothing if it is issued already. */
static void edit(struct tandem_array *array, struct tandem_set *set)
{
	struct tandem_lineage_drop drop = { .set = set->index, .record = TANDEM_RECORD_FAILED };
	struct tandem_leg *leg;
	unsigned int i;

	spin_lock_irq(&array->lock);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		drop.durable[i] = leg->held;
		drop.left[i] = leg->log_left;
		if (has_left(array, leg) &&
		    array->super->place[leg->index].record != TANDEM_RECORD_FAILED)
			drop.legs |= leg->bit;
		if (leg->by_hand && !array->super->place[leg->index].by_hand)
			drop.by_hand |= leg->bit;
	}
	spin_unlock_irq(&array->lock);
	if (!drop.legs && !drop.by_hand)
		return;
	set->record_due = true;
	tandem_id_random(&drop.config, sizeof(drop.config));
	tandem_lineage_drop(array->super, &drop);
}

/* A set with something to record; in turn, or one that cannot would starve others. */
static struct tandem_set *set_to_record(struct tandem_array *array)
{
	struct tandem_set *set;
	unsigned int i;

	for (i = 0; i < array->nr_sets; i++) {
		set = &array->set[(array->record_next + i) % array->nr_sets];
		if (tandem_fault_is_due(set))
			return set;
	}
	return NULL;
}

void tandem_fault_record_work(struct work_struct *work)
{
	struct tandem_array *array = container_of(to_delayed_work(work), struct tandem_array,
						  record_work);
	struct tandem_commit_order order = { .done = record_done };
	struct tandem_set *set;
	u32 masks;

	if (!tandem_commit_try(array))
		return;
	tandem_keep_edit(array);
	set = set_to_record(array);
	if (!set) {
		tandem_commit_release(array);
		return;
	}
	array->record_next = set->index + 1;
	edit(array, set);
	masks = atomic_read(&set->masks);
	order.first = leg_mask(set, TANDEM_READABLE(masks));
	order.later = leg_mask(set, TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks));
	order.context = set;
	tandem_commit_start(array, &order);
}

void tandem_fault_kick(struct tandem_array *array)
{
	unsigned int delay_ms = 0;
	struct tandem_set *set;

	if (array->phase == TANDEM_PHASE_DOWN)
		return;
	set = set_to_record(array);
	if (!set && !tandem_keep_is_due(array))
		return;
	if (set && set->record_attempts)
		delay_ms = min_t(unsigned int, RECORD_DELAY_MAX_MS,
				 RECORD_DELAY_MS << min(set->record_attempts - 1, 10u));
	mod_delayed_work(array->wq, &array->record_work, msecs_to_jiffies(delay_ms));
}

void tandem_fault_give_up(struct tandem_array *array)
{
	spin_lock_irq(&array->lock);
	array->giving_up = true;
	spin_unlock_irq(&array->lock);
	if (array_failing(array))
		mod_delayed_work(array->wq, &array->record_work, 0);
}

bool tandem_fault_is_settled(struct tandem_array *array)
{
	unsigned int i;

	if (tandem_keep_is_due(array))
		return false;
	for (i = 0; i < array->nr_sets; i++)
		if (tandem_fault_is_due(&array->set[i]) && !array->set[i].record_hopeless)
			return false;
	return true;
}
