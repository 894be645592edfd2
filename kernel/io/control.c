// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the control path and the wait for them; see control.h.
 *
 * The last trace that a completion leaves is made under array->lock, so that
 * whoever takes the lock after it has seen zero may free the array.
 */
#include "sys.h"
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

/* The one more is our own: nobody wakes us before we wait. */
void tandem_control_begin(struct tandem_array *array)
{
	atomic_set(&array->control_pending, 1);
}

void tandem_control_submit(struct tandem_leg *leg, blk_opf_t opf, u64 sector)
{
	leg->meta_bio.bi_opf = opf;
	leg->meta_bio.bi_iter.bi_sector = sector;
	leg->meta_bio.bi_end_io = control_end;
	leg->meta_bio.bi_private = leg;
	atomic_inc(&leg->array->control_pending);
	tandem_disk_submit(leg->disk, &leg->meta_bio, NULL);
}

void tandem_control_wait(struct tandem_array *array)
{
	if (!atomic_dec_and_test(&array->control_pending))
		wait_event(array->wait, !atomic_read_acquire(&array->control_pending));
	tandem_control_tails(array);
}
