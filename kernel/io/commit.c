// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commit: array->super to both slots of some legs, slot by slot.
 *
 *	start ---> older slot of every first leg, FUA ---> all answered
 *	      ---> the other slot of those that are well ---> all answered
 *	      ---> if all are well: the same for the later legs
 *	      ---> done(written, failed), token still held
 *
 * Decisions: the two rounds run over all targets together, so at any crash
 * every leg has one whole slot, and either no leg or every surviving leg has
 * been offered the record before anyone has it twice. Sequences are per leg
 * and only pick the newest slot; they order nothing between legs.
 *
 * Invariants: I48 (never the newest valid slot), I50 and A11 (both slots
 * before anything depends on it).
 */
#include "sys.h"
#include "io/commit.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/lost.h"
#include "io/rate.h"

/*
 * struct tandem_commit - the one commit of an array
 * @legs: targets of the group at hand; @written, @failed: of all so far
 * @again: legs to be asked again when the delay is over
 * @asked: of these, the ones whose answer this pass waits for
 * @round: 0 or 1 of the group; @attempts: passes of it, for RETRY results
 * @pending: bios under way
 */
struct tandem_commit {
	struct tandem_array *array;
	struct delayed_work work;
	atomic_t pending;
	unsigned int round;
	unsigned int attempts;
	u64 legs;
	u64 asked;
	u64 again;
	u64 written;
	u64 failed;
	struct tandem_commit_order order;
};

static void commit_end(struct bio *bio)
{
	struct tandem_leg *leg = bio->bi_private;
	struct tandem_array *array = leg->set->array;
	struct tandem_commit *commit = array->commit;

	leg->meta_result = tandem_request_result(bio->bi_status);
	bio_uninit(bio);
	if (atomic_dec_and_test(&commit->pending))
		queue_delayed_work(array->wq, &commit->work, 0);
}

/*
 * The home that a record names is one that it calls current: a crash may leave a record
 * that was under way when the home failed, and what was read from it binds until a record
 * leaves it out.
 */
static u8 home_of(const struct tandem_array *array, const struct tandem_set *set)
{
	const struct tandem_super *super = array->super;
	u8 named = super->set[set->index].home;

	if (!set->map)
		return 0;
	if (named && super->place[set->first_leg + named - 1].record == TANDEM_RECORD_CURRENT)
		return named;
	return ffs(set->home);
}

/* The array's superblock as this leg is to hold it. */
static void encode(struct tandem_array *array, struct tandem_leg *leg)
{
	struct tandem_super *super = array->super;
	unsigned int i;

	for (i = 0; i < array->nr_sets; i++)
		super->set[i].home = home_of(array, &array->set[i]);
	super->leg = leg->index;
	super->leg_id = super->place[leg->index].id;
	super->own_disk_sectors = leg->disk->size_sectors;
	super->logical_block_bytes = leg->logical_block_bytes;
	super->sequence = ++leg->sequence;
	/* Owed to a user until one has been told, whatever else is recorded. */
	super->flags &= ~TANDEM_FLAG_FLUSH_LOST;
	if (READ_ONCE(array->flush_lost))
		super->flags |= TANDEM_FLAG_FLUSH_LOST;
	tandem_super_encode(super, leg->super_bytes);
}

static void write_slot(struct tandem_array *array, struct tandem_leg *leg)
{
	encode(array, leg);
	tandem_bio_init_buffer(&leg->meta_bio, &leg->meta_vec, leg->super_bytes,
			       TANDEM_SUPER_BYTES);
	leg->meta_bio.bi_opf = REQ_OP_WRITE | REQ_FUA | REQ_SYNC | REQ_META | REQ_PRIO;
	leg->meta_bio.bi_iter.bi_sector = tandem_super_slot_bytes(!leg->slot) / TANDEM_SECTOR_BYTES;
	leg->meta_bio.bi_end_io = commit_end;
	leg->meta_bio.bi_private = leg;
	tandem_disk_submit(leg->disk, &leg->meta_bio, NULL);
}

static void ask(struct tandem_commit *commit, u64 legs)
{
	struct tandem_array *array = commit->array;
	unsigned int i;

	commit->asked = legs;
	atomic_set(&commit->pending, 1);
	for (i = 0; i < array->params.nr_legs; i++) {
		if (!(legs & (1ull << i)))
			continue;
		atomic_inc(&commit->pending);
		write_slot(array, &array->leg[i]);
	}
	if (atomic_dec_and_test(&commit->pending))
		queue_delayed_work(array->wq, &commit->work, 0);
}

static void run_round(struct tandem_commit *commit)
{
	commit->attempts = 0;
	ask(commit, commit->legs & ~commit->failed);
}

/*
 * The slot moves on only where the write was good: what comes next must not
 * go over the last valid one. Returns the legs that are to be asked again.
 */
static u64 collect(struct tandem_commit *commit)
{
	struct tandem_array *array = commit->array;
	enum tandem_error_class class;
	struct tandem_leg *leg;
	unsigned int i;
	u64 again = 0;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(commit->asked & (1ull << i)))
			continue;
		class = tandem_fault_class(TANDEM_OP_METADATA, leg->meta_result);
		if (class == TANDEM_CLASS_OK)
			leg->slot = !leg->slot;
		else if (class == TANDEM_CLASS_RETRY && commit->attempts < TANDEM_RETRY_ATTEMPTS)
			again |= 1ull << i;
		else
			commit->failed |= 1ull << i;
	}
	return again;
}

static void ask_again_later(struct tandem_commit *commit, u64 legs)
{
	commit->attempts++;
	commit->again = legs;
	queue_delayed_work(commit->array->wq, &commit->work, msecs_to_jiffies(TANDEM_RETRY_MS));
}

static void start_group(struct tandem_commit *commit, u64 legs)
{
	commit->legs = legs;
	commit->round = 0;
	run_round(commit);
}

/* Both slots of those that are well. */
static void finish_group(struct tandem_commit *commit)
{
	struct tandem_array *array = commit->array;
	u64 written = commit->legs & ~commit->failed;
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(written & (1ull << i)))
			continue;
		leg->held = tandem_lineage_pair(array->super, leg->set->index);
		leg->hidden = false;
		leg->torn = false;
	}
	commit->written |= written;
}

static void commit_work(struct work_struct *work)
{
	struct tandem_commit *commit = container_of(to_delayed_work(work), struct tandem_commit,
						    work);
	struct tandem_commit_order *order = &commit->order;
	u64 again = commit->again;
	u64 later;

	commit->again = 0;
	if (again) {
		ask(commit, again);
		return;
	}
	again = collect(commit);
	if (again) {
		ask_again_later(commit, again);
		return;
	}
	if (commit->round++ == 0) {
		run_round(commit);
		return;
	}
	finish_group(commit);
	later = commit->failed ? 0 : order->later;
	order->later = 0;
	if (later)
		start_group(commit, later);
	else
		order->done(commit->array, order->context, commit->written, commit->failed);
}

void tandem_commit_start(struct tandem_array *array, const struct tandem_commit_order *order)
{
	struct tandem_commit *commit = array->commit;

	WARN_ON_ONCE(!array->commit_busy);
	commit->order = *order;
	commit->written = 0;
	commit->failed = 0;
	tandem_rate_note(array);
	start_group(commit, order->first);
}

bool tandem_commit_try(struct tandem_array *array)
{
	unsigned long flags;
	bool free;

	spin_lock_irqsave(&array->lock, flags);
	free = !array->commit_busy;
	array->commit_busy = true;
	spin_unlock_irqrestore(&array->lock, flags);
	return free;
}

void tandem_commit_release(struct tandem_array *array)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&array->lock, flags);
	array->commit_busy = false;
	spin_unlock_irqrestore(&array->lock, flags);
	tandem_fault_kick(array);
	for (i = 0; i < array->nr_sets; i++) {
		tandem_copy_kick(&array->set[i]);
		tandem_lost_kick(&array->set[i]);
	}
	wake_up(&array->wait);
}

int tandem_commit_create(struct tandem_array *array)
{
	struct tandem_commit *commit = kzalloc(sizeof(*commit), GFP_KERNEL);

	if (!commit)
		return -ENOMEM;
	commit->array = array;
	INIT_DELAYED_WORK(&commit->work, commit_work);
	array->commit = commit;
	return 0;
}

void tandem_commit_destroy(struct tandem_array *array)
{
	kfree(array->commit);
	array->commit = NULL;
}
