// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flush rounds.
 *
 *	add ---> no round: begin one          round: wait for the next
 *	begin -> waiting becomes running; a flush to every leg that is written
 *	         to and has leg->unflushed
 *	done --> judge; end or hold the running ones; begin again if some wait
 *
 * Rounds are judged in the order of their beginning: whoever sends a flush
 * through here (a promotion does) knows that every earlier error has had its
 * consequences when it gets its answer.
 *
 * Why leg->unflushed is enough, though it is one bit (A8): it is set when a
 * write *completes*, before its caller can know; so everything a flush must
 * cover has set it before the flush arrives. It is cleared when a round begins,
 * before the disk's flush is issued: a write completing after that sets it
 * again, and a flush that arrives after that waits for the next round, which
 * sees it. A flush that failed sets it again. A read-only activation flushes
 * nothing, so there every leg begins with it set.
 *
 * Invariants: I15, I16, I19, K7 (a flush ends after all legs have answered).
 */
#include "sys.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/flush.h"
#include "io/region.h"

/*
 * struct tandem_flush - the round of an array
 * @waiting, @running: requests; under array->lock
 * @active: a round is on, or about to begin; under array->lock
 * @failed: some leg answered with an error
 * @attempts: passes of the round, for RETRY results
 * @begun: rounds so far; @passed: the last one that was judged; under array->lock
 * @sent, @counted: per set, legs of this round
 * @error: per set, what the round has come to (enum tandem_result)
 */
struct tandem_flush {
	struct tandem_array *array;
	struct list_head waiting;
	struct list_head running;
	bool active;
	int failed;
	unsigned int attempts;
	atomic_t pending;
	struct delayed_work work;
	u32 begun;
	u32 passed;
	u8 sent[TANDEM_MAX_SETS];
	u8 counted[TANDEM_MAX_SETS];
	u8 error[TANDEM_MAX_SETS];
};

static void round_done(struct tandem_flush *flush);

/* The doubt comes first: a read of this leg may be ending on another processor. */
static void note_failure(struct tandem_leg *leg, enum tandem_result result)
{
	if (tandem_fault_class(TANDEM_OP_FLUSH, result) != TANDEM_CLASS_RETRY)
		atomic_or(leg->bit, &leg->set->doubt);
	leg->flush_result = result;
	WRITE_ONCE(leg->unflushed, 1);
	WRITE_ONCE(leg->array->flush->failed, 1);
}

static void flush_end(struct bio *bio)
{
	struct tandem_leg *leg = bio->bi_private;
	struct tandem_flush *flush = leg->set->array->flush;

	if (unlikely(bio->bi_status))
		note_failure(leg, tandem_request_result(bio->bi_status));
	bio_uninit(bio);
	if (atomic_dec_and_test(&flush->pending))
		round_done(flush);
}

static enum tandem_error_class class_of(struct tandem_leg *leg)
{
	return tandem_fault_class(TANDEM_OP_FLUSH, leg->flush_result);
}

static void flush_leg(struct tandem_flush *flush, struct tandem_leg *leg)
{
	enum tandem_error_class class = class_of(leg);

	/* Another pass is for legs that did not see the first: this one has answered. */
	if (flush->attempts && class != TANDEM_CLASS_OK && class != TANDEM_CLASS_RETRY) {
		WRITE_ONCE(flush->failed, 1);
		return;
	}
	leg->flush_result = TANDEM_RESULT_OK;
	if (!xchg(&leg->unflushed, 0))
		return;
	atomic_inc(&flush->pending);
	tandem_bio_init_empty(&leg->flush_bio);
	leg->flush_bio.bi_opf = REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC;
	leg->flush_bio.bi_end_io = flush_end;
	leg->flush_bio.bi_private = leg;
	tandem_disk_submit(leg->disk, &leg->flush_bio, NULL);
}

/* Only whoever runs the round changes its list. */
static bool has_user(struct tandem_flush *flush)
{
	struct tandem_request *request;

	list_for_each_entry(request, &flush->running, node)
		if (!request->own)
			return true;
	return false;
}

static void round_begin(struct tandem_flush *flush)
{
	struct tandem_array *array = flush->array;
	struct tandem_set *set;
	unsigned int s, i;

	spin_lock_irq(&array->lock);
	list_splice_tail_init(&flush->waiting, &flush->running);
	flush->begun++;
	spin_unlock_irq(&array->lock);

	flush->failed = array->flush_lost && has_user(flush);
	memset(flush->error, TANDEM_RESULT_OK, sizeof(flush->error));
	atomic_set(&flush->pending, 1);
	for (s = 0; s < array->nr_sets; s++) {
		set = &array->set[s];
		flush->sent[s] = TANDEM_WRITTEN(atomic_read(&set->masks));
		flush->counted[s] = TANDEM_COUNTED(atomic_read(&set->masks));
		if (!TANDEM_READABLE(atomic_read(&set->masks)))
			flush->failed = 1;
		for (i = 0; i < set->nr_legs; i++)
			if (flush->sent[s] & (1u << i))
				flush_leg(flush, tandem_set_leg(set, i));
	}
	if (atomic_dec_and_test(&flush->pending))
		round_done(flush);
}

/* A flush of our own is about one set, a user's about all. */
static enum tandem_result error_for(struct tandem_flush *flush, struct tandem_request *request,
				    enum tandem_result error)
{
	return request->own ? flush->error[request->set->index] : error;
}

/*
 * An error is for those too that wait: they cover the same writes, and the disk
 * may say OK next time. array->lock held.
 */
static void add_waiting(struct tandem_flush *flush, enum tandem_result error,
			struct list_head *list)
{
	struct tandem_request *request, *next;

	list_for_each_entry_safe(request, next, &flush->waiting, node)
		if (error_for(flush, request, error) != TANDEM_RESULT_OK)
			list_move_tail(&request->node, list);
}

/* End or hold the running requests; one more round if others wait. */
static void round_end(struct tandem_flush *flush, enum tandem_result error)
{
	struct tandem_array *array = flush->array;
	struct tandem_request *request;
	enum tandem_result result;
	unsigned long flags;
	unsigned int i;
	bool told = false;
	LIST_HEAD(list);
	bool more;

	spin_lock_irqsave(&array->lock, flags);
	/* Whoever sees it sees what the round was judged to be. */
	smp_store_release(&flush->passed, flush->begun);
	list_splice_init(&flush->running, &list);
	if (error != TANDEM_RESULT_OK)
		add_waiting(flush, error, &list);
	spin_unlock_irqrestore(&array->lock, flags);
	flush->attempts = 0;
	for (i = 0; i < array->nr_sets; i++)
		tandem_copy_flushed(&array->set[i]);
	while (!list_empty(&list)) {
		request = list_first_entry(&list, struct tandem_request, node);
		list_del(&request->node);
		told |= !request->own;
		result = error_for(flush, request, error);
		if (result == TANDEM_RESULT_OK)
			tandem_fault_acknowledge(request);
		else
			tandem_request_finish(request, result);
	}
	spin_lock_irqsave(&array->lock, flags);
	/* A user must hear of it, if only at the next flush (A8). */
	if (error != TANDEM_RESULT_OK && !told)
		array->flush_lost = true;
	more = !list_empty(&flush->waiting);
	flush->active = more;
	/* Under the lock: without a round the array may go as soon as it is free. */
	if (more)
		queue_delayed_work(array->wq, &flush->work, 0);
	else
		wake_up(&array->wait);
	spin_unlock_irqrestore(&array->lock, flags);
}

/* All answers of the round are in: nobody else changes the word. */
static void end_doubt(struct tandem_set *set)
{
	u32 doubt = atomic_read(&set->doubt);

	if (TANDEM_SUSPECT(doubt))
		atomic_set_release(&set->doubt, (doubt | 0xff) + 1);
}

/* A read-only array fails nobody, for it records nothing: any error is the caller's. */
static enum tandem_result judge_read_only(struct tandem_flush *flush, struct tandem_set *set)
{
	enum tandem_result error = TANDEM_RESULT_OK;
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (flush->sent[set->index] & leg->bit && error == TANDEM_RESULT_OK)
			error = leg->flush_result;
	}
	end_doubt(set);
	return error;
}

static enum tandem_result judge_set(struct tandem_flush *flush, struct tandem_set *set)
{
	struct tandem_trial trial = { .op = TANDEM_OP_FLUSH };
	struct tandem_array *array = flush->array;
	struct tandem_verdict verdict;
	unsigned int i;

	if (array->params.read_only)
		return judge_read_only(flush, set);
	trial.sent = flush->sent[set->index];
	trial.counted = flush->counted[set->index];
	spin_lock_irq(&array->lock);
	for (i = 0; i < set->nr_legs; i++)
		if (trial.sent & (1u << i))
			trial.result[i] = tandem_set_leg(set, i)->flush_result;
	verdict = tandem_fault_judge_now(set, &trial);
	for (i = 0; i < set->nr_legs; i++) {
		if (trial.result[i] != TANDEM_RESULT_OK)
			atomic64_inc(&tandem_set_leg(set, i)->errors[2]);
		if (verdict.fail & (1u << i) &&
		    !tandem_fault_fail_leg(tandem_set_leg(set, i), TANDEM_LEG_EV_ERROR))
			verdict.error = trial.result[i];
	}
	if (verdict.error != TANDEM_RESULT_OK && TANDEM_SUSPECT(atomic_read(&set->doubt)))
		WRITE_ONCE(set->losses, set->losses + 1);
	spin_unlock_irq(&array->lock);

	/*
	 * Each may have dropped what it had in its cache, and not the same. A read
	 * that no longer sees the doubt sees that.
	 */
	if (verdict.unsure)
		tandem_region_doubt_dirty(set);
	end_doubt(set);
	tandem_copy_kick(set);
	return verdict.error;
}

/*
 * True: some disk did not see its flush. It is asked again before anything is
 * judged, or it would fail for nothing when another one does.
 */
static bool has_retries(struct tandem_flush *flush)
{
	struct tandem_array *array = flush->array;
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(flush->sent[leg->set->index] & leg->bit))
			continue;
		if (class_of(leg) == TANDEM_CLASS_RETRY)
			return true;
	}
	return false;
}

static void run_flush_work(struct work_struct *work)
{
	struct tandem_flush *flush = container_of(to_delayed_work(work), struct tandem_flush, work);
	enum tandem_result error = TANDEM_RESULT_OK;
	enum tandem_result result;
	unsigned int s;

	if (!flush->failed) {
		round_begin(flush);
		return;
	}
	if (has_retries(flush) && flush->attempts++ < TANDEM_RETRY_ATTEMPTS) {
		flush->failed = 0;
		queue_delayed_work(flush->array->wq, &flush->work,
				   msecs_to_jiffies(TANDEM_RETRY_MS));
		return;
	}
	if (flush->array->flush_lost && has_user(flush)) {
		error = TANDEM_RESULT_IOERR;
		flush->array->flush_lost = false;
	}
	for (s = 0; s < flush->array->nr_sets; s++) {
		result = judge_set(flush, &flush->array->set[s]);
		flush->error[s] = result;
		if (error == TANDEM_RESULT_OK)
			error = result;
	}
	flush->failed = 0;
	round_end(flush, error);
}

/* The last leg has answered. Errors are judged from a work item. */
static void round_done(struct tandem_flush *flush)
{
	if (unlikely(READ_ONCE(flush->failed)))
		queue_delayed_work(flush->array->wq, &flush->work, 0);
	else
		round_end(flush, TANDEM_RESULT_OK);
}

void tandem_flush_add(struct tandem_request *request)
{
	struct tandem_array *array = request->array;
	struct tandem_flush *flush = array->flush;
	unsigned long flags;
	bool begin;

	spin_lock_irqsave(&array->lock, flags);
	list_add_tail(&request->node, &flush->waiting);
	begin = !flush->active;
	flush->active = true;
	spin_unlock_irqrestore(&array->lock, flags);
	if (begin)
		round_begin(flush);
}

int tandem_own_flush_create(struct tandem_own_flush *own, struct tandem_set *set,
			    struct delayed_work *work)
{
	own->set = set;
	own->work = work;
	own->request = kzalloc(tandem_request_bytes(0), GFP_KERNEL);
	return own->request ? 0 : -ENOMEM;
}

void tandem_own_flush_destroy(struct tandem_own_flush *own)
{
	kfree(own->request);
	own->request = NULL;
}

static void own_flush_end(struct bio *bio)
{
	struct tandem_own_flush *own = bio->bi_private;
	struct tandem_array *array = own->set->array;
	unsigned long flags;

	own->result = tandem_request_result(bio->bi_status);
	bio_uninit(bio);
	/* Under the lock: whoever sees 0 and takes it knows that we are through. */
	spin_lock_irqsave(&array->lock, flags);
	if (atomic_dec_and_test(&own->pending))
		mod_delayed_work(array->wq, own->work, 0);
	spin_unlock_irqrestore(&array->lock, flags);
}

void tandem_own_flush_start(struct tandem_own_flush *own)
{
	struct tandem_request *request = own->request;

	atomic_set(&own->pending, 1);
	tandem_bio_init_empty(&own->bio);
	own->bio.bi_opf = REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC;
	own->bio.bi_end_io = own_flush_end;
	own->bio.bi_private = own;
	request->array = own->set->array;
	request->bio = &own->bio;
	request->set = own->set;
	request->op = TANDEM_OP_FLUSH;
	request->own = true;
	tandem_flush_add(request);
}

u32 tandem_flush_ticket(struct tandem_array *array)
{
	struct tandem_flush *flush = array->flush;
	unsigned long flags;
	u32 ticket;

	spin_lock_irqsave(&array->lock, flags);
	ticket = flush->begun;
	spin_unlock_irqrestore(&array->lock, flags);
	return ticket;
}

bool tandem_flush_passed(struct tandem_array *array, u32 ticket)
{
	/* Pairs with round_end(). */
	return (s32)(smp_load_acquire(&array->flush->passed) - ticket) >= 0;
}

bool tandem_flush_is_idle(struct tandem_array *array)
{
	unsigned long flags;
	bool idle;

	spin_lock_irqsave(&array->lock, flags);
	idle = !array->flush->active;
	spin_unlock_irqrestore(&array->lock, flags);
	return idle;
}

int tandem_flush_create(struct tandem_array *array)
{
	struct tandem_flush *flush = kzalloc(sizeof(*flush), GFP_KERNEL);

	if (!flush)
		return -ENOMEM;
	flush->array = array;
	INIT_LIST_HEAD(&flush->waiting);
	INIT_LIST_HEAD(&flush->running);
	INIT_DELAYED_WORK(&flush->work, run_flush_work);
	array->flush = flush;
	return 0;
}

void tandem_flush_destroy(struct tandem_array *array)
{
	kfree(array->flush);
	array->flush = NULL;
}
