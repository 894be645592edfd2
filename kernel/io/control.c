// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the control path and the wait for them; see control.h.
 *
 * The last trace that a completion leaves is made under array->lock, so that
 * whoever takes the lock after it has seen zero may free the array.
 */
#include "sys.h"
#include "io/commit.h"
#include "io/control.h"
#include "io/request.h"

static void control_end(struct bio *bio)
{
	struct tandem_leg *leg = bio->bi_private;
	struct tandem_array *array = leg->array;
	unsigned long flags;

	leg->meta_result = tandem_request_result(bio->bi_status);
	bio_uninit(bio);
	/* Under the lock: whoever sees 0 and takes it knows that we are through. */
	spin_lock_irqsave(&array->lock, flags);
	if (atomic_dec_and_test(&array->control_pending))
		wake_up(&array->wait);
	spin_unlock_irqrestore(&array->lock, flags);
}

void tandem_control_tails(struct tandem_array *array)
{
	spin_lock_irq(&array->lock);
	spin_unlock_irq(&array->lock);
}

static void submit(struct tandem_leg *leg, const struct tandem_group *group)
{
	void *bytes = group->bytes[leg->index] ?: leg->super_bytes;

	if (group->length_bytes)
		tandem_bio_init_buffer(&leg->meta_bio, &leg->meta_vec, bytes, group->length_bytes);
	else
		tandem_bio_init_empty(&leg->meta_bio);
	leg->meta_bio.bi_opf = group->opf;
	leg->meta_bio.bi_iter.bi_sector = group->sector[leg->index];
	leg->meta_bio.bi_end_io = control_end;
	leg->meta_bio.bi_private = leg;
	atomic_inc(&leg->array->control_pending);
	tandem_disk_submit(leg->disk, &leg->meta_bio, NULL);
}

/* The one more is our own: nobody wakes us before we wait. */
void tandem_control_ask(struct tandem_array *array, const struct tandem_group *group, u64 legs)
{
	unsigned int i;

	atomic_set(&array->control_pending, 1);
	for (i = 0; i < array->params.nr_legs; i++)
		if (legs & (1ull << i))
			submit(&array->leg[i], group);
	if (!atomic_dec_and_test(&array->control_pending))
		wait_event(array->wait, !atomic_read_acquire(&array->control_pending));
	tandem_control_tails(array);
}

/* Of @legs, those that did not see the command; adds those that failed. */
static u64 judge(struct tandem_array *array, enum tandem_op op, u64 legs, u64 *failed)
{
	enum tandem_error_class class;
	unsigned int i;
	u64 again = 0;

	for (i = 0; i < array->params.nr_legs; i++) {
		if (!(legs & (1ull << i)))
			continue;
		class = tandem_fault_class(op, array->leg[i].meta_result);
		if (class == TANDEM_CLASS_RETRY)
			again |= 1ull << i;
		else if (class != TANDEM_CLASS_OK)
			*failed |= 1ull << i;
	}
	return again;
}

u64 tandem_control_run(struct tandem_array *array, const struct tandem_group *group)
{
	unsigned int attempts = 0;
	u64 legs = group->legs;
	u64 failed = 0;

	for (;;) {
		tandem_control_ask(array, group, legs);
		legs = judge(array, group->op, legs, &failed);
		if (!legs || attempts++ == TANDEM_RETRY_ATTEMPTS)
			return failed | legs;
		msleep(TANDEM_RETRY_MS);
	}
}

struct commit_wait {
	bool done;
	u64 failed;
};

static void commit_done(struct tandem_array *array, void *context, u64 written, u64 failed)
{
	struct commit_wait *wait = context;

	wait->failed = failed;
	/* Who sees it may use what we and the commit have left. */
	smp_store_release(&wait->done, true);
	wake_up(&array->wait);
}

void tandem_control_token(struct tandem_array *array)
{
	wait_event(array->wait, tandem_commit_try(array));
}

u64 tandem_control_commit(struct tandem_array *array)
{
	struct commit_wait wait = { false, 0 };
	struct tandem_commit_order order = {
		.first = tandem_array_legs_in(array, TANDEM_LEG_CURRENT),
		.later = tandem_array_legs_in(array, TANDEM_LEG_REBUILDING),
		.done = commit_done,
		.context = &wait,
	};

	tandem_commit_start(array, &order);
	/* Pairs with the store above. */
	wait_event(array->wait, smp_load_acquire(&wait.done));
	return wait.failed;
}

struct tandem_group *tandem_control_group(struct tandem_array *array)
{
	memset(array->group, 0, sizeof(*array->group));
	return array->group;
}

int tandem_control_create(struct tandem_array *array)
{
	array->group = kzalloc(sizeof(*array->group), GFP_KERNEL);
	return array->group ? 0 : -ENOMEM;
}

void tandem_control_destroy(struct tandem_array *array)
{
	kfree(array->group);
	array->group = NULL;
}
