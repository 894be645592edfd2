// SPDX-License-Identifier: GPL-2.0-only
/*
 * A write, write-zeroes or discard.
 *
 *	map      region reference; the copier has the region: park
 *	         the region is not in the intent log: wait for a record (io/log.c)
 *	send     one look at set->masks; a bio to every leg that is written to
 *	leg end  result noted; the last one settles the request
 *	settle   all well and nothing unrecorded: end the caller's bio
 *	         else io/fault.c
 *
 * Decisions
 * - Bio flags on their way to a leg (I11): operation, FUA, SYNC, META, PRIO,
 *   IDLE, BACKGROUND and NOUNMAP are kept; ioprio and write hint are cloned.
 *   POLLED is dropped (N legs complete by interrupt). NOWAIT is kept for the
 *   first attempt and dropped for the next, which comes from a work item.
 *   Write-through adds FUA.
 * - A discard is sent as write-zeroes that may unmap: what the legs return for
 *   a discarded block may differ, zeroes do not. Only whole regions are sent,
 *   anything smaller succeeds without effect (A4); so does every discard of a
 *   RAID-10 whose chunk is smaller than its region. With a region map the region is
 *   empty then, if nobody else writes to it: it leaves the log as never written.
 *
 * Invariants: I3 (acknowledged only with every counted leg), I31/I32 (a region
 * under copy takes no write).
 */
#include "sys.h"
#include "io/ahead.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/flush.h"
#include "io/log.h"
#include "io/lost.h"
#include "io/map.h"
#include "io/pace.h"
#include "io/region.h"
#include "io/stuck.h"

/* Every leg has it: as tandem_request_finish() does, for all that can be true of a write. */
static void end_well(struct tandem_request *request)
{
	struct tandem_set *set = request->set;
	struct bio *bio = request->bio;

	tandem_pace_leave(request);
	if (tandem_region_put(&set->region[request->region]))
		tandem_copy_kick(set);
	bio->bi_status = BLK_STS_OK;
	bio_endio(bio);
}

static void write_leg_end(struct bio *bio)
{
	struct tandem_request *request = bio->bi_private;
	unsigned int position = bio - request->leg_bio;
	struct tandem_leg *leg = tandem_set_leg(request->set, position);

	tandem_flush_note(leg);
	if (unlikely(bio->bi_status)) {
		request->result[position] = tandem_request_result(bio->bi_status);
		WRITE_ONCE(request->failed, request->failed | TANDEM_REQUEST_ERRED);
	}
	bio_uninit(bio);
	if (!atomic_dec_and_test(&request->pending))
		return;
	if (unlikely(READ_ONCE(request->failed)))
		tandem_fault_settle(request);
	else if (tandem_fault_is_calm(request))
		end_well(request);
	else
		tandem_fault_acknowledge(request);
}

/* Operation and flags for the legs. */
static blk_opf_t opf_of(const struct tandem_request *request)
{
	blk_opf_t opf = request->bio->bi_opf & ~REQ_POLLED;

	if (unlikely(request->attempts))
		opf &= ~REQ_NOWAIT;
	if (request->array->super->flags & TANDEM_FLAG_WRITE_THROUGH)
		opf |= REQ_FUA;
	if (unlikely(request->op == TANDEM_OP_DISCARD))
		opf = (opf & ~REQ_OP_MASK) | REQ_OP_WRITE_ZEROES;
	return opf;
}

/* The request may be gone when the last bio has been submitted. */
static void send(struct tandem_request *request, u8 legs)
{
	struct tandem_leg *leg = tandem_set_leg(request->set, 0);
	u64 sector = request->array->super->data_offset_sectors + request->sector;
	struct bio *parent = request->bio;
	struct bio *bio = request->leg_bio;
	blk_opf_t opf = opf_of(request);

	atomic_set(&request->pending, hweight8(legs));
	for (; legs; legs >>= 1, leg++, bio++) {
		if (!(legs & 1))
			continue;
		tandem_bio_init_clone(bio, leg->disk->bdev, parent);
		bio->bi_iter.bi_sector = sector;
		bio->bi_opf = opf;
		bio->bi_end_io = write_leg_end;
		bio->bi_private = request;
		tandem_disk_submit(leg->disk, bio, parent);
	}
}

static inline void start(struct tandem_request *request)
{
	u32 masks = atomic_read(&request->set->masks);

	if (unlikely(!TANDEM_READABLE(masks))) {
		tandem_request_finish(request, TANDEM_RESULT_IOERR);
		return;
	}
	if (unlikely(request->op == TANDEM_OP_DISCARD))
		tandem_region_mark_emptied(request->set, request->region);
	memset(request->result, TANDEM_RESULT_OK, sizeof(request->result));
	request->losses = READ_ONCE(request->set->losses);
	request->sent = TANDEM_WRITTEN(masks);
	request->counted = TANDEM_COUNTED(masks);
	send(request, request->sent);
}

/* The region is in the log of every leg that is written to. */
void tandem_write_start(struct tandem_request *request)
{
	start(request);
}

/*
 * The writer has its reference, and nobody copies. Whatever the cleaner meant to do
 * with the region is off. False: it waits for a record.
 */
static bool touch(struct tandem_request *request, u32 word)
{
	atomic_t *region = &request->set->region[request->region];

	if (word & TANDEM_REGION_STUCK)
		tandem_stuck_touch(request);
	if (word & TANDEM_REGION_LOST)
		tandem_lost_touch(request);
	if (word & TANDEM_REGION_CLEANING)
		atomic_andnot(TANDEM_REGION_CLEANING, region);
	if (word & TANDEM_REGION_EMPTIED)
		atomic_andnot(TANDEM_REGION_EMPTIED, region);
	if (!(word & TANDEM_REGION_TOUCHED))
		atomic_or(TANDEM_REGION_TOUCHED, region);
	if (word & TANDEM_REGION_DIRTY) {
		tandem_map_touch(request);
		if (!(word & TANDEM_REGION_TOUCHED) && request->set->log)
			tandem_ahead_enter(request->set, request->region, word);
		return true;
	}
	tandem_log_add(request);
	return false;
}

/* There is something in the way of a writer who has its reference: @word. False: it waits. */
static bool enter_closed(struct tandem_request *request, u32 word)
{
	struct tandem_set *set = request->set;
	atomic_t *region = &set->region[request->region];
	unsigned long flags;
	bool park;

	for (;;) {
		if (!tandem_region_is_taken(word))
			return tandem_region_is_open(word) || touch(request, word);
		if (tandem_region_put(region))
			tandem_copy_kick(set);
		spin_lock_irqsave(&set->array->lock, flags);
		park = tandem_region_is_taken(atomic_read(region));
		if (park)
			list_add_tail(&request->node, &set->parked);
		spin_unlock_irqrestore(&set->array->lock, flags);
		if (park)
			return false;
		word = tandem_region_get(region);
	}
}

/* Takes a region reference, and may go on; or waits. */
static inline bool enter(struct tandem_request *request)
{
	u32 word = tandem_region_get(&request->set->region[request->region]);

	return tandem_region_is_open(word) || enter_closed(request, word);
}

/* A discard of a part of a region, or where nothing was written, does nothing. */
static bool has_effect(const struct tandem_request *request)
{
	u32 word = atomic_read(&request->set->region[request->region]);

	return bio_sectors(request->bio) ==
	       tandem_geometry_region_sectors(&request->array->super->geo, request->region) &&
	       !(word & TANDEM_REGION_NEVER);
}

enum tandem_disposition tandem_write_map(struct tandem_request *request)
{
	if (unlikely(request->op == TANDEM_OP_DISCARD) && !has_effect(request)) {
		request->set = NULL;
		tandem_request_finish(request, TANDEM_RESULT_OK);
		return TANDEM_MAP_SUBMITTED;
	}
	tandem_pace_enter(request);
	if (likely(enter(request)))
		start(request);
	return TANDEM_MAP_SUBMITTED;
}

/* Second attempt of some legs; one that has left the set meanwhile has failed. */
static void again(struct tandem_request *request)
{
	u8 written = TANDEM_WRITTEN(atomic_read(&request->set->masks));
	u8 legs = request->retry & written;
	u8 gone = request->retry & ~written;
	unsigned int position;

	for (position = 0; position < TANDEM_MAX_LEGS_PER_SET; position++) {
		if (legs & (1u << position))
			request->result[position] = TANDEM_RESULT_OK;
		if (gone & (1u << position))
			request->result[position] = TANDEM_RESULT_IOERR;
	}
	request->retry = 0;
	request->failed &= TANDEM_REQUEST_HEALS;
	if (memchr_inv(request->result, TANDEM_RESULT_OK, sizeof(request->result)))
		request->failed |= TANDEM_REQUEST_ERRED;
	if (legs)
		send(request, legs);
	else
		tandem_fault_settle(request);
}

void tandem_write_resume(struct tandem_request *request)
{
	if (request->sent)
		again(request);
	else if (enter(request))
		tandem_write_start(request);
}
