// SPDX-License-Identifier: GPL-2.0-only
/*
 * The copier: one per set, one bounded exclusive copy at a time.
 *
 *	state    | leaves when                     | to
 *	IDLE     | a region is wanted, unsure,     | DRAIN
 *	         |   partly written or lacks a     |
 *	         |   rebuild                       |
 *	         | all are filled, a leg rebuilds  | PROMOTE (io/promote.c)
 *	DRAIN    | no write in flight in region    | READ; WRITE if all is zeroes
 *	READ     | source answered                 | WRITE, READ (other source), PROBE
 *	PROBE    | it answered elsewhere           | DRAIN
 *	WRITE    | all targets answered            | REST, SETTLE; DRAIN if nobody waits
 *	REST     | it is time for the next piece   | DRAIN
 *	SETTLE   | no failed leg is unrecorded     | IDLE, DRAIN if marked anew
 *	PROMOTE  | recorded, or given up           | IDLE
 *
 * Decisions
 * - A piece is TANDEM_COPY_SECTORS, exclusive from DRAIN to the end of WRITE,
 *   and writers that parked meanwhile run before the next piece: the longest
 *   stall is one bounded copy, or two where all is copied and was marked anew. It
 *   rests between pieces, with nothing in its hands (io/pace.c), and not while
 *   somebody waits for it. Where nobody does the region stays exclusive, and the next
 *   piece is read while this one is written (io/fetch.c).
 * - Onto a current leg the copy is FUA (A1). Onto one that is being rebuilt it
 *   is plain, once the rate of FUA copies is known (io/rate.c); promotion flushes.
 * - An unsure region is copied from the pin to every leg that is written to,
 *   rebuilding ones included: one pass settles both. So is one that was never written
 *   to until now, from the set's home, from which it is read until then.
 * - A block that the source cannot read is taken from another current leg (it
 *   becomes the value, B19); the piece shrinks to 4 KiB first and then to one block,
 *   so that one bad block costs no good one.
 * - A block is lost (io/lost.h) if each current leg says again and again that it cannot
 *   read that block, and can read its own superblock each time. If any is out of reach, or
 *   if too many are lost, the region is STUCK until somebody writes there (io/stuck.c):
 *   reads that want it get an error, and a rebuild cannot finish. What is lost is passed
 *   over, also by whoever would copy from a leg that was filled since (K4).
 * - A copy that errs on what has become the last leg may be in its cache and show in
 *   reads: a flush comes before the region is sure.
 * - The source must still be readable when its bytes are written and when they
 *   have been: else the piece is done again from another leg. A flush round that
 *   was on when it answered is waited for: it may tell that the disk had lost
 *   its cache.
 * - While a failed leg is unrecorded no unsure region is settled: after a crash
 *   that leg would be current again, and might be the pin (K3).
 * - In the ENDING phase only regions that reads wait for are copied (A9).
 * - A writer that waits for the intent log keeps its region, which is not dirty, from
 *   being drained. If the log is full of unsure regions it waits for us: another region is
 *   next then (io/choose.c). In one that is dirty all writes end by themselves.
 *
 * Invariants: I25, I31-I33, I36; K3 (a read in an unsure region returns after
 * the region is equal on all current legs).
 */
#include "sys.h"
#include "core/fault.h"
#include "io/copier.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/flush.h"
#include "io/logger.h"
#include "io/lost.h"
#include "io/map.h"
#include "io/rate.h"
#include "io/region.h"
#include "io/stuck.h"

/* It waits for a record, and nobody has patience with that any more. */
static bool is_given_up(const struct tandem_request *request)
{
	return request->set->record_hopeless &&
	       !tandem_region_is_unsure(request->set, request->region);
}

/* Reads whose region is settled go on; those of a region that failed get errors. */
static void release_reads(struct tandem_copy *copy, bool stuck)
{
	struct tandem_set *set = copy->set;
	struct tandem_request *request, *next;
	LIST_HEAD(good);
	LIST_HEAD(bad);
	bool doubt;

	spin_lock_irq(&set->array->lock);
	doubt = tandem_set_is_in_doubt(set, atomic_read(&set->doubt));
	list_for_each_entry_safe(request, next, &set->wanted, node) {
		if (tandem_read_waits(request)) {
			if ((stuck && request->region == copy->region) || is_given_up(request))
				list_move_tail(&request->node, &bad);
		} else if (!doubt) {
			list_move_tail(&request->node, &good);
		}
	}
	spin_unlock_irq(&set->array->lock);

	list_for_each_entry_safe(request, next, &good, node) {
		list_del(&request->node);
		tandem_read_resume(request);
	}
	list_for_each_entry_safe(request, next, &bad, node) {
		list_del(&request->node);
		tandem_request_finish(request, TANDEM_RESULT_MEDIUM);
	}
}

static void release_writes(struct tandem_set *set)
{
	struct tandem_request *request, *next;
	LIST_HEAD(list);

	spin_lock_irq(&set->array->lock);
	list_splice_init(&set->parked, &list);
	spin_unlock_irq(&set->array->lock);
	list_for_each_entry_safe(request, next, &list, node) {
		list_del(&request->node);
		tandem_write_resume(request);
	}
}

/* Takes the region for the next piece. */
static void take(struct tandem_copy *copy)
{
	atomic_or(TANDEM_REGION_EXCL, tandem_copy_word(copy));
	copy->state = COPY_DRAIN;
}

static void give(struct tandem_copy *copy)
{
	tandem_fetch_drop(copy);
	/* What was copied is done before a writer may see the region free. */
	smp_mb__before_atomic();
	atomic_andnot(TANDEM_REGION_EXCL, tandem_copy_word(copy));
	release_writes(copy->set);
}

static bool step_idle(struct tandem_copy *copy)
{
	s64 region;

	release_writes(copy->set);
	release_reads(copy, false);
	tandem_sync_note(copy->set->array);
	region = tandem_choose(copy);
	if (region < 0) {
		tandem_pace_stop(copy);
		return tandem_promote_start(copy);
	}
	if (tandem_choose_rest(copy))
		return false;
	copy->region = region;
	copy->offset_sectors = 0;
	tandem_piece_begin(copy);
	copy->flush.result = TANDEM_RESULT_OK;
	atomic_andnot(TANDEM_REGION_AGAIN | TANDEM_REGION_STUCK, tandem_copy_word(copy));
	take(copy);
	return true;
}

static u32 region_length(struct tandem_copy *copy)
{
	return tandem_geometry_region_sectors(&copy->set->array->super->geo, copy->region);
}

/* The region is done, stuck, or nobody needs it any more. */
static bool leave(struct tandem_copy *copy, bool stuck)
{
	give(copy);
	if (stuck)
		release_reads(copy, true);
	copy->cursor = copy->region + 1;
	/* Pairs with tandem_copy_is_idle(): what is still being read ahead was sent before. */
	smp_store_release(&copy->state, COPY_IDLE);
	wake_up(&copy->set->array->wait);
	if (!atomic_read(&copy->set->nr_unsure) && !atomic_read(&copy->set->nr_refill) &&
	    !atomic_read(&copy->set->nr_partly))
		tandem_array_changed(copy->set->array);
	return true;
}

/* Another region first; not at once, or we might come back to this one for ever. */
static bool step_aside(struct tandem_copy *copy)
{
	leave(copy, false);
	queue_delayed_work(copy->set->array->wq, &copy->work, msecs_to_jiffies(1));
	return false;
}

/* The next piece, if it is there: true. */
static bool move_on(struct tandem_copy *copy)
{
	copy->offset_sectors += copy->length_sectors;
	tandem_piece_begin(copy);
	copy->state = copy->offset_sectors < region_length(copy) ? COPY_DRAIN : COPY_SETTLE;
	return copy->state == COPY_DRAIN;
}

/* True: what comes next is lost, and is passed over. Else the piece ends before it. */
static bool pass_lost(struct tandem_copy *copy)
{
	bool lost;

	if (!((u32)atomic_read(tandem_copy_word(copy)) & TANDEM_REGION_LOST))
		return false;
	copy->length_sectors = tandem_lost_part(copy->set, tandem_piece_sector(copy),
						copy->length_sectors, &lost);
	if (lost)
		move_on(copy);
	return lost;
}

/* Others are served before it: to read a block in vain takes seconds. */
static bool next_piece(struct tandem_copy *copy)
{
	if (move_on(copy)) {
		if (copy->fetch.is_good && tandem_choose_keep(copy))
			return true;
		give(copy);
		copy->state = COPY_REST;
	}
	return true;
}

/*
 * No leg can read the block. One that has failed and is not on record as that may be
 * able to, and would be asked again after a crash: nothing is lost before.
 */
static bool lose(struct tandem_copy *copy)
{
	u32 masks = atomic_read(&copy->set->masks);

	tandem_rate_pause(copy);
	if (TANDEM_FAILING(masks) && !copy->set->record_hopeless)
		return false;
	if (TANDEM_FAILING(masks) || TANDEM_READABLE(masks) & ~copy->bad ||
	    tandem_lost_note(copy->set, tandem_piece_sector(copy), copy->length_sectors)) {
		tandem_stuck_note(copy);
		return leave(copy, true);
	}
	return next_piece(copy);
}

/* No copy, so it does not tell how long one takes. */
static bool write_zeroes(struct tandem_copy *copy)
{
	memset(copy->buffer, 0, copy->length_sectors * TANDEM_SECTOR_BYTES);
	copy->state = COPY_WRITE;
	tandem_pace_begin(copy);
	tandem_rate_pause(copy);
	tandem_piece_send(copy, copy->targets, REQ_OP_WRITE | copy->fua);
	return false;
}

static bool step_drain(struct tandem_copy *copy)
{
	u32 left = region_length(copy) - copy->offset_sectors;
	u32 word = atomic_read_acquire(tandem_copy_word(copy));

	if (word & TANDEM_REGION_COUNT)
		return !(word & TANDEM_REGION_DIRTY) && tandem_log_is_full(copy->set) ?
		       step_aside(copy) : false;
	copy->length_sectors = min(copy->length_sectors, left);
	if (!tandem_piece_plan(copy)) {
		copy->state = COPY_SETTLE;
		return true;
	}
	if (pass_lost(copy))
		return true;
	if (!copy->source)
		return lose(copy);
	if (copy->zeroes)
		return write_zeroes(copy);
	copy->state = COPY_READ;
	tandem_pace_begin(copy);
	if (tandem_fetch_take(copy)) {
		tandem_rate_pause(copy);
		return true;
	}
	tandem_rate_begin(copy);
	tandem_piece_send(copy, copy->source, REQ_OP_READ);
	return false;
}

static bool step_read(struct tandem_copy *copy)
{
	unsigned int position = __ffs(copy->source);
	enum tandem_result result;

	if (!tandem_fetch_is_in(copy))
		return false;
	result = copy->result[position];
	if (!copy->ticketed)
		copy->ticket = tandem_flush_ticket(copy->set->array);
	WRITE_ONCE(copy->ticketed, true);
	/* Pairs with tandem_copy_flushed(): it sees the one, or we the other. */
	smp_mb();
	if (!tandem_flush_passed(copy->set->array, copy->ticket)) {
		tandem_rate_pause(copy);
		return false;
	}
	WRITE_ONCE(copy->ticketed, false);
	if (!tandem_piece_is_good(copy)) {
		copy->state = COPY_DRAIN;
		return true;
	}
	if (result == TANDEM_RESULT_OK) {
		copy->state = COPY_WRITE;
		tandem_piece_send(copy, copy->targets, REQ_OP_WRITE | copy->fua);
		tandem_fetch_begin(copy);
		return false;
	}
	if (tandem_fault_class(TANDEM_OP_METADATA, result) != TANDEM_CLASS_RETRY ||
	    ++copy->attempts > TANDEM_RETRY_ATTEMPTS) {
		atomic64_inc(&tandem_set_leg(copy->set, position)->errors[0]);
		return tandem_piece_unread(copy, result);
	}
	tandem_rate_pause(copy);
	copy->state = COPY_DRAIN;
	return true;
}

/* On the way down a region is finished only for a read that waits for it. */
static bool is_needed(struct tandem_copy *copy)
{
	struct tandem_array *array = copy->set->array;
	struct tandem_request *request;
	bool needed;

	spin_lock_irq(&array->lock);
	needed = (array->phase == TANDEM_PHASE_UP && !array->sync_paused) ||
		 tandem_log_is_full(copy->set);
	list_for_each_entry(request, &copy->set->wanted, node)
		needed |= request->region == copy->region;
	spin_unlock_irq(&array->lock);
	return needed;
}

static bool step_write(struct tandem_copy *copy)
{
	struct tandem_array *array = copy->set->array;

	copy->state = COPY_DRAIN;
	if (tandem_piece_judge(copy)) {
		tandem_rate_pause(copy);
		return true;
	}
	tandem_rate_end(copy);
	tandem_pace_end(copy);
	atomic64_add(copy->length_sectors, copy->resync ? &array->resync_sectors :
		     &array->rebuild_sectors);
	return next_piece(copy);
}

/* Between two pieces of a region; nothing is held, and others are served as in IDLE. */
static bool step_rest(struct tandem_copy *copy)
{
	release_writes(copy->set);
	release_reads(copy, false);
	if (!is_needed(copy))
		return leave(copy, false);
	if (tandem_choose_rest(copy))
		return false;
	take(copy);
	return true;
}

/* All pieces are copied, and the region is still ours alone. */
static bool step_settle(struct tandem_copy *copy)
{
	struct tandem_set *set = copy->set;
	u32 unsure = (u32)atomic_read(tandem_copy_word(copy)) & TANDEM_COPY_ON_CURRENT;
	int error;

	if (unsure && TANDEM_FAILING(atomic_read(&set->masks)))
		return set->record_hopeless ? leave(copy, true) : false;
	if (unsure && copy->erred) {
		copy->erred = false;
		copy->flush.result = TANDEM_RESULT_OK;
		tandem_own_flush_start(&copy->flush);
		return false;
	}
	if (unsure && copy->flush.result != TANDEM_RESULT_OK) {
		copy->flush.result = TANDEM_RESULT_OK;
		copy->erred = true;
		return leave(copy, true);
	}
	if ((u32)atomic_read(tandem_copy_word(copy)) & TANDEM_REGION_LOST) {
		error = tandem_lost_demand(set);
		if (error == -EAGAIN)
			return false;
		if (error) {
			tandem_stuck_forget(copy);
			return leave(copy, true);
		}
	}
	if (tandem_region_settle(set, copy->region)) {
		tandem_map_copied(set, copy->region);
		return leave(copy, false);
	}
	atomic_andnot(TANDEM_REGION_AGAIN, tandem_copy_word(copy));
	/* What a piece found that was left unfinished is not true of the first one. */
	tandem_piece_begin(copy);
	copy->offset_sectors = 0;
	copy->state = COPY_DRAIN;
	return true;
}

static bool step(struct tandem_copy *copy)
{
	if (atomic_read_acquire(&copy->pending) || tandem_own_flush_is_on(&copy->flush))
		return false;
	switch (copy->state) {
	case COPY_IDLE:
		return step_idle(copy);
	case COPY_DRAIN:
		return step_drain(copy);
	case COPY_READ:
		return step_read(copy);
	case COPY_PROBE:
		return tandem_piece_probed(copy);
	case COPY_WRITE:
		return step_write(copy);
	case COPY_REST:
		return step_rest(copy);
	case COPY_SETTLE:
		return step_settle(copy);
	case COPY_PROMOTE:
		return tandem_promote_step(copy);
	}
	return false;
}

static void copy_work(struct work_struct *work)
{
	struct tandem_copy *copy = container_of(to_delayed_work(work), struct tandem_copy, work);

	while (step(copy))
		cond_resched();
	if (copy->state != COPY_READ && copy->state != COPY_WRITE)
		tandem_rate_pause(copy);
}

void tandem_copy_kick(struct tandem_set *set)
{
	if (set->array->phase != TANDEM_PHASE_DOWN)
		mod_delayed_work(set->array->wq, &set->copy->work, 0);
}

void tandem_copy_kick_soon(struct tandem_set *set)
{
	if (READ_ONCE(set->array->phase) == TANDEM_PHASE_UP)
		queue_delayed_work(set->array->wq, &set->copy->work, msecs_to_jiffies(1));
}

void tandem_copy_kick_all(struct tandem_array *array)
{
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		tandem_copy_kick(&array->set[s]);
}

void tandem_copy_flushed(struct tandem_set *set)
{
	/* Pairs with step_read(). */
	smp_mb();
	if (READ_ONCE(set->copy->ticketed))
		tandem_copy_kick(set);
}

/* Who plans a piece looks for the home under the lock, with EXCL set already. */
void tandem_copy_home_left(struct tandem_set *set)
{
	const u32 busy = TANDEM_REGION_EXCL | TANDEM_REGION_PARTLY;
	u32 region = READ_ONCE(set->copy->region);

	if (((u32)atomic_read(&set->region[region]) & busy) == busy)
		tandem_region_mark_unsure(set, region);
}

bool tandem_copy_is_idle(struct tandem_set *set)
{
	/* Pairs with leave(). */
	return smp_load_acquire(&set->copy->state) == COPY_IDLE &&
	       !atomic_read(&set->copy->pending) &&
	       !atomic_read(&set->copy->fetch.pending) &&
	       !tandem_own_flush_is_on(&set->copy->flush);
}

int tandem_copy_create(struct tandem_set *set)
{
	struct tandem_copy *copy = kzalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	set->copy = copy;
	copy->set = set;
	INIT_DELAYED_WORK(&copy->work, copy_work);
	tandem_pace_create(copy);
	copy->buffer = kmalloc(TANDEM_COPY_SECTORS * TANDEM_SECTOR_BYTES, GFP_KERNEL);
	if (!copy->buffer || tandem_fetch_create(copy))
		return -ENOMEM;
	return tandem_own_flush_create(&copy->flush, set, &copy->work);
}

void tandem_copy_destroy(struct tandem_set *set)
{
	if (set->copy) {
		cancel_delayed_work_sync(&set->copy->work);
		tandem_own_flush_destroy(&set->copy->flush);
		tandem_fetch_destroy(set->copy);
		kfree(set->copy->buffer);
	}
	kfree(set->copy);
	set->copy = NULL;
}
