// SPDX-License-Identifier: GPL-2.0-only
/*
 * The next piece of a region, read while the one before it is written.
 *
 *	begin   a piece is being written, there was no rest before it, and nobody waits
 *	drop    the region is given back: whoever writes there makes it old. A command that
 *	        is under way may go on, and its answer is nobody's
 *	take    the piece is planned, as it was expected: it counts as one that is being read
 *	is_in   it has answered; then it is the copier's, good or not
 *
 * Decisions
 * - One after the other source and target idle by turns, and a copy onto a new disk takes
 *   as long as both together. Side by side it takes as long as the slower of them.
 * - A region stays exclusive from one piece to the next only where nobody waits and no rest
 *   is due (io/choose.c). Who comes later finds one piece under way, most of it done: he
 *   waits for no more than one bounded copy.
 * - Where somebody waits, or there was a rest, nothing is read ahead: most of it would be
 *   dropped, and its reads would be in the way of the others.
 * - Not behind a piece that had to be shortened, nor in a region with lost blocks: to read a
 *   bad block takes seconds, and then nobody is to wait for that disk in vain.
 * - Not while the rate of copies is unknown, and what was read ahead is not counted
 *   (io/rate.c): what is promised for a resync is what one piece after the other takes, for
 *   with users beside it that is how it goes.
 *
 * Invariants: I25 (what is copied was read while the region was exclusive, and it has been so
 * since), I31.
 *
 * Relations: copy.c has the states; its rules of who may be read hold when the piece is
 * planned and when its bytes are written, as for any other.
 */
#include "sys.h"
#include "io/copier.h"
#include "io/region.h"

static void fetch_end(struct bio *bio)
{
	struct tandem_copy *copy = bio->bi_private;
	struct tandem_array *array = copy->set->array;
	unsigned long flags;

	copy->fetch.result = tandem_request_result(bio->bi_status);
	bio_uninit(bio);
	/* Under the lock: whoever sees 0 and takes it knows that we are through. */
	spin_lock_irqsave(&array->lock, flags);
	/* Pairs with is_in(): who sees 0 sees the answer. */
	atomic_set_release(&copy->fetch.pending, 0);
	mod_delayed_work(array->wq, &copy->work, 0);
	wake_up(&array->wait);
	spin_unlock_irqrestore(&array->lock, flags);
}

static void send(struct tandem_copy *copy)
{
	struct copy_fetch *fetch = &copy->fetch;
	struct bio *bio = &fetch->bio;

	atomic_set(&fetch->pending, 1);
	tandem_bio_init_buffer(bio, &fetch->vec, fetch->buffer,
			       fetch->length_sectors * TANDEM_SECTOR_BYTES);
	bio->bi_opf = REQ_OP_READ;
	bio->bi_iter.bi_sector = copy->set->array->super->data_offset_sectors +
				 tandem_piece_sector(copy) + copy->length_sectors;
	bio->bi_end_io = fetch_end;
	bio->bi_private = copy;
	tandem_disk_submit(tandem_set_leg(copy->set, __ffs(fetch->source))->disk, bio, NULL);
}

void tandem_fetch_begin(struct tandem_copy *copy)
{
	const struct tandem_geometry *geo = &copy->set->array->super->geo;
	u32 next = copy->offset_sectors + copy->length_sectors;
	u32 end = tandem_geometry_region_sectors(geo, copy->region);
	struct copy_fetch *fetch = &copy->fetch;
	bool rested = copy->rested;

	copy->rested = false;
	if (rested || next >= end || copy->length_sectors != TANDEM_COPY_SECTORS ||
	    !copy->set->copy_rate || atomic_read_acquire(&fetch->pending) ||
	    (u32)atomic_read(tandem_copy_word(copy)) & TANDEM_REGION_LOST ||
	    tandem_choose_is_asked(copy))
		return;
	fetch->offset_sectors = next;
	fetch->length_sectors = min(TANDEM_COPY_SECTORS, end - next);
	fetch->source = copy->source;
	fetch->is_good = true;
	send(copy);
}

void tandem_fetch_drop(struct tandem_copy *copy)
{
	copy->fetch.is_good = false;
	copy->fetch.is_taken = false;
}

bool tandem_fetch_take(struct tandem_copy *copy)
{
	struct copy_fetch *fetch = &copy->fetch;

	fetch->is_taken = fetch->is_good && fetch->offset_sectors == copy->offset_sectors &&
			  fetch->length_sectors == copy->length_sectors &&
			  fetch->source == copy->source;
	fetch->is_good = false;
	return fetch->is_taken;
}

bool tandem_fetch_is_in(struct tandem_copy *copy)
{
	struct copy_fetch *fetch = &copy->fetch;

	if (!fetch->is_taken)
		return true;
	if (atomic_read_acquire(&fetch->pending))
		return false;
	fetch->is_taken = false;
	swap(copy->buffer, fetch->buffer);
	memset(copy->result, TANDEM_RESULT_OK, sizeof(copy->result));
	copy->result[__ffs(copy->source)] = fetch->result;
	return true;
}

int tandem_fetch_create(struct tandem_copy *copy)
{
	copy->fetch.buffer = kmalloc(TANDEM_COPY_SECTORS * TANDEM_SECTOR_BYTES, GFP_KERNEL);
	return copy->fetch.buffer ? 0 : -ENOMEM;
}

void tandem_fetch_destroy(struct tandem_copy *copy)
{
	kfree(copy->fetch.buffer);
}
