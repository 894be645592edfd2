// SPDX-License-Identifier: GPL-2.0-only
/*
 * One page of metadata on its way to legs of a set: a record of the intent log
 * (io/log.c), or a page of the region map (io/map.c).
 *
 * Decisions: a leg that fails a page of metadata has failed, as with a write; if all
 * of them fail it none has, and the owner decides what that means. A leg that has left
 * the set while the page was on its way is not asked again.
 */
#include "sys.h"
#include "io/fault.h"
#include "io/meta.h"

static void meta_end(struct bio *bio)
{
	struct tandem_meta *meta = bio->bi_private;
	struct tandem_array *array = meta->set->array;
	unsigned long flags;

	meta->result[bio - meta->bio] = tandem_request_result(bio->bi_status);
	bio_uninit(bio);
	/* Under the lock: whoever sees 0 and takes it knows that we are through. */
	spin_lock_irqsave(&array->lock, flags);
	if (atomic_dec_and_test(&meta->pending))
		mod_delayed_work(array->wq, meta->work, 0);
	spin_unlock_irqrestore(&array->lock, flags);
}

static void ask(struct tandem_meta *meta, u8 legs)
{
	struct tandem_array *array = meta->set->array;
	unsigned int position;
	struct bio *bio;

	meta->asked = legs;
	meta->again = 0;
	atomic_set(&meta->pending, hweight8(legs) + 1);
	for (position = 0; legs; position++, legs >>= 1) {
		if (!(legs & 1))
			continue;
		bio = &meta->bio[position];
		tandem_bio_init_buffer(bio, &meta->vec[position], meta->page, TANDEM_PAGE_BYTES);
		bio->bi_opf = REQ_OP_WRITE | REQ_FUA | REQ_SYNC | REQ_META | REQ_PRIO;
		bio->bi_iter.bi_sector = meta->sector[position];
		bio->bi_end_io = meta_end;
		bio->bi_private = meta;
		tandem_disk_submit(tandem_set_leg(meta->set, position)->disk, bio, NULL);
	}
	if (atomic_dec_and_test(&meta->pending))
		mod_delayed_work(array->wq, meta->work, 0);
}

void tandem_meta_send(struct tandem_meta *meta, u8 legs)
{
	meta->attempts = 0;
	memset(meta->result, TANDEM_RESULT_OK, sizeof(meta->result));
	meta->sent = legs;
	ask(meta, legs);
}

/* Legs that did not see the page, if there is patience. */
static u8 to_ask_again(struct tandem_meta *meta)
{
	unsigned int i;
	u8 legs = 0;

	if (meta->attempts >= TANDEM_RETRY_ATTEMPTS)
		return 0;
	for (i = 0; i < meta->set->nr_legs; i++)
		if (meta->asked & (1u << i) &&
		    tandem_fault_class(TANDEM_OP_METADATA, meta->result[i]) == TANDEM_CLASS_RETRY)
			legs |= 1u << i;
	return legs & TANDEM_WRITTEN(atomic_read(&meta->set->masks));
}

static bool is_durable(struct tandem_meta *meta)
{
	struct tandem_trial trial = { .op = TANDEM_OP_METADATA, .sent = meta->sent };
	struct tandem_set *set = meta->set;
	struct tandem_verdict verdict;
	unsigned int i;

	memcpy(trial.result, meta->result, sizeof(trial.result));
	spin_lock_irq(&set->array->lock);
	trial.counted = meta->sent & TANDEM_COUNTED(atomic_read(&set->masks));
	verdict = tandem_fault_judge_now(set, &trial);
	for (i = 0; i < set->nr_legs; i++) {
		if (trial.result[i] != TANDEM_RESULT_OK)
			atomic64_inc(&tandem_set_leg(set, i)->errors[1]);
		if (verdict.fail & (1u << i) &&
		    !tandem_fault_fail_leg(tandem_set_leg(set, i), TANDEM_LEG_EV_ERROR))
			verdict.error = trial.result[i];
	}
	spin_unlock_irq(&set->array->lock);
	return verdict.error == TANDEM_RESULT_OK;
}

enum tandem_meta_end tandem_meta_judge(struct tandem_meta *meta)
{
	if (meta->again) {
		ask(meta, meta->again);
		return TANDEM_META_AGAIN;
	}
	meta->again = to_ask_again(meta);
	if (!meta->again)
		return is_durable(meta) ? TANDEM_META_DONE : TANDEM_META_ERROR;
	meta->attempts++;
	queue_delayed_work(meta->set->array->wq, meta->work, msecs_to_jiffies(TANDEM_RETRY_MS));
	return TANDEM_META_AGAIN;
}
