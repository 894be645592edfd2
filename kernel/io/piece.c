// SPDX-License-Identifier: GPL-2.0-only
/*
 * One piece of a copy: who is read and who is written to, the commands, and what their
 * answers mean. When a piece is begun and what follows it is the copier's part (copy.c).
 *
 * Decisions
 * - A piece that the source cannot read shrinks to 4 KiB and then to one block, so that
 *   one bad block costs no good one; then another leg is asked.
 * - That it is the block and not the leg which is bad is believed when the leg has said
 *   so a few times, and has answered elsewhere each time: a disk that is gone says the
 *   same of every block, and nothing is lost on it.
 * - Which leg is the source and which are targets is seen under the lock, when the
 *   region is exclusive: the pin and the home are those of that moment.
 * - What the map calls zeroes is filled with zeroes, and nobody is read. While a region is
 *   in the log its entry may say too little, and that is not believed.
 *
 * Invariants: I31-I33; a target that errs has failed, as with a write.
 */
#include "sys.h"
#include "core/fault.h"
#include "io/copier.h"
#include "io/fault.h"
#include "io/lost.h"
#include "io/mapper.h"
#include "io/rate.h"
#include "io/region.h"

/* Times that a leg must say that it cannot read a block. */
#define COPY_PROOFS	3u

void tandem_piece_begin(struct tandem_copy *copy)
{
	copy->length_sectors = TANDEM_COPY_SECTORS;
	copy->tried = 0;
	copy->bad = 0;
	copy->proofs = 0;
	copy->attempts = 0;
}

/*
 * Only to fill a leg: where legs may differ they are made like one of them. While no rate
 * is known it is measured (io/rate.c), and that takes copies.
 */
static bool holds_zeroes(const struct tandem_copy *copy, u32 word)
{
	const struct tandem_map *map = copy->set->map;

	return map && copy->set->copy_rate &&
	       !(word & (TANDEM_COPY_ON_CURRENT | TANDEM_REGION_DIRTY)) &&
	       tandem_map_content(map->table.entry[copy->region]) == TANDEM_CONTENT_ZERO;
}

/* Who reads, who is written to: as the region and the legs are now. */
bool tandem_piece_plan(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	u8 readable, wanted;
	u32 masks, word;

	spin_lock_irq(&set->array->lock);
	masks = atomic_read(&set->masks);
	word = atomic_read(tandem_copy_word(copy));
	wanted = word & TANDEM_REGION_UNSURE ? set->pin : set->home;
	copy->zeroes = holds_zeroes(copy, word);
	spin_unlock_irq(&set->array->lock);
	readable = TANDEM_READABLE(masks) & ~copy->tried;
	copy->source = readable & wanted ? wanted : readable & -readable;
	copy->targets = 0;
	if (word & TANDEM_COPY_ON_CURRENT)
		copy->targets = TANDEM_WRITTEN(masks);
	else if (word & TANDEM_REGION_REFILL)
		copy->targets = TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks);
	copy->targets &= ~copy->source;
	copy->resync = word & TANDEM_COPY_ON_CURRENT;
	copy->fua = copy->resync || !set->copy_rate ? REQ_FUA : 0;
	return copy->targets;
}

u64 tandem_piece_sector(struct tandem_copy *copy)
{
	return (u64)copy->region * copy->set->array->super->geo.region_sectors +
	       copy->offset_sectors;
}

static void piece_end(struct bio *bio)
{
	struct tandem_copy *copy = bio->bi_private;
	struct tandem_array *array = copy->set->array;
	unsigned int position = bio - copy->bio;
	unsigned long flags;

	copy->result[position] = tandem_request_result(bio->bi_status);
	if (bio_op(bio) == REQ_OP_WRITE)
		tandem_flush_note(tandem_set_leg(copy->set, position));
	bio_uninit(bio);
	/* Under the lock: whoever sees 0 and takes it knows that we are through. */
	spin_lock_irqsave(&array->lock, flags);
	if (atomic_dec_and_test(&copy->pending))
		mod_delayed_work(array->wq, &copy->work, 0);
	spin_unlock_irqrestore(&array->lock, flags);
}

static void send(struct tandem_copy *copy, u8 legs, blk_opf_t opf, u64 sector)
{
	struct tandem_array *array = copy->set->array;
	struct tandem_leg *leg;
	unsigned int position;
	struct bio *bio;

	memset(copy->result, TANDEM_RESULT_OK, sizeof(copy->result));
	atomic_set(&copy->pending, hweight8(legs) + 1);
	for (position = 0; legs; position++, legs >>= 1) {
		if (!(legs & 1))
			continue;
		leg = tandem_set_leg(copy->set, position);
		bio = &copy->bio[position];
		tandem_bio_init_buffer(bio, &copy->vec[position], copy->buffer,
				       copy->length_sectors * TANDEM_SECTOR_BYTES);
		bio->bi_opf = opf;
		bio->bi_iter.bi_sector = sector;
		bio->bi_end_io = piece_end;
		bio->bi_private = copy;
		tandem_disk_submit(leg->disk, bio, NULL);
	}
	if (atomic_dec_and_test(&copy->pending))
		mod_delayed_work(array->wq, &copy->work, 0);
}

void tandem_piece_send(struct tandem_copy *copy, u8 legs, blk_opf_t opf)
{
	send(copy, legs, opf, copy->set->array->super->data_offset_sectors +
	     tandem_piece_sector(copy));
}

bool tandem_piece_is_good(struct tandem_copy *copy)
{
	return TANDEM_READABLE(atomic_read(&copy->set->masks)) & copy->source;
}

/* The source cannot read the piece: smaller, then again, and then from another leg. */
bool tandem_piece_unread(struct tandem_copy *copy, enum tandem_result result)
{
	u32 block = copy->set->lost->table.block_sectors;
	u32 small = max(block, 8u);

	tandem_rate_pause(copy);
	copy->state = COPY_DRAIN;
	if (copy->length_sectors > block) {
		copy->length_sectors = copy->length_sectors > small ? small : block;
	} else if (!tandem_fault_is_of_block(result)) {
		copy->tried |= copy->source;
	} else {
		copy->state = COPY_PROBE;
		send(copy, copy->source, REQ_OP_READ | REQ_META,
		     TANDEM_SLOT0_BYTES / TANDEM_SECTOR_BYTES);
		return false;
	}
	return true;
}

bool tandem_piece_probed(struct tandem_copy *copy)
{
	copy->state = COPY_DRAIN;
	if (copy->result[__ffs(copy->source)] != TANDEM_RESULT_OK)
		copy->tried |= copy->source;
	else if (++copy->proofs >= COPY_PROOFS)
		copy->bad |= copy->source;
	copy->tried |= copy->bad;
	if (copy->tried & copy->source)
		copy->proofs = 0;
	return true;
}

/* True: the piece must be done again. */
bool tandem_piece_judge(struct tandem_copy *copy)
{
	struct tandem_array *array = copy->set->array;
	enum tandem_error_class class;
	unsigned int i;
	bool again;

	spin_lock_irq(&array->lock);
	again = !tandem_piece_is_good(copy);
	for (i = 0; i < copy->set->nr_legs; i++) {
		class = tandem_fault_class(TANDEM_OP_METADATA, copy->result[i]);
		if (class == TANDEM_CLASS_OK)
			continue;
		if (class == TANDEM_CLASS_RETRY && ++copy->attempts <= TANDEM_RETRY_ATTEMPTS) {
			again = true;
			continue;
		}
		atomic64_inc(&tandem_set_leg(copy->set, i)->errors[1]);
		/* It is the last leg only if the source has failed meanwhile. */
		if (!tandem_fault_fail_leg(tandem_set_leg(copy->set, i), TANDEM_LEG_EV_ERROR))
			copy->erred = true;
	}
	spin_unlock_irq(&array->lock);
	return again;
}
