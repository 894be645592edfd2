// SPDX-License-Identifier: GPL-2.0-only
/*
 * Up and down: the order of every write that a start and a stop make.
 *
 *	load      both slots of every disk; the chooser (core/assembly.c)
 *	flush     every leg that is to be current; what a host crash or another
 *	          table left in its cache is durable before we build on it (A8)
 *	edit      places without a leg leave, legs to be rebuilt join, new epoch:
 *	          one step of the lineage, noting what each leg was found with
 *	commit    to every leg in use, of all sets
 *	up        unsure regions marked, requests let in
 *
 * If power goes during load or flush: nothing was written. During commit: some
 * legs are one step ahead, and their record names what the others hold; nothing
 * was acknowledged under the new epoch, so the others are as good. After: the
 * new epoch holds. A leg that errs in the commit is dropped in a further
 * configuration, unless it is the last; the legs that stay have the first one.
 *
 * Down: all requests are through; the copiers stop; failures are recorded;
 * the legs are flushed; and if nothing is unsure that is recorded as a clean
 * stop. If power goes before that record is on every leg, the stop was not
 * clean and the next start resyncs: slow, never wrong.
 *
 * Invariants: I20, I50, I52, I53, I56 (read-only: steps flush to commit are
 * left out), I60.
 */
#include "sys.h"
#include "core/lineage.h"
#include "io/activate.h"
#include "io/commit.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/flush.h"
#include "io/region.h"

#define READ_ATTEMPTS 5

/* What load() needs besides the array; too big for a stack. */
struct load {
	int error[TANDEM_MAX_LEGS][2];
	u64 sequence[TANDEM_MAX_LEGS][2];
	struct tandem_candidate candidate[TANDEM_MAX_LEGS];
	u16 leg[TANDEM_MAX_LEGS];	/* of each candidate */
	struct tandem_super other;	/* slot 1 */
};

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

/* Every completion that has been seen from outside has left its lock. */
static void wait_for_tails(struct tandem_array *array)
{
	spin_lock_irq(&array->lock);
	spin_unlock_irq(&array->lock);
}

static void submit(struct tandem_leg *leg, blk_opf_t opf, u64 sector)
{
	leg->meta_bio.bi_opf = opf;
	leg->meta_bio.bi_iter.bi_sector = sector;
	leg->meta_bio.bi_end_io = control_end;
	leg->meta_bio.bi_private = leg;
	atomic_inc(&leg->array->control_pending);
	tandem_disk_submit(leg->disk, &leg->meta_bio, NULL);
}

static void wait_for_bios(struct tandem_array *array)
{
	if (!atomic_dec_and_test(&array->control_pending))
		wait_event(array->wait, !atomic_read_acquire(&array->control_pending));
	wait_for_tails(array);
}

/* Returns the legs that answered with an error. */
static u64 read_slot_of(struct tandem_array *array, u64 legs, unsigned int slot)
{
	struct tandem_leg *leg;
	unsigned int i;
	u64 failed = 0;

	atomic_set(&array->control_pending, 1);
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(legs & (1ull << i)))
			continue;
		tandem_bio_init_buffer(&leg->meta_bio, &leg->meta_vec, leg->super_bytes,
				       TANDEM_SUPER_BYTES);
		submit(leg, REQ_OP_READ | REQ_SYNC | REQ_META,
		       tandem_super_slot_bytes(slot) / TANDEM_SECTOR_BYTES);
	}
	wait_for_bios(array);
	for (i = 0; i < array->params.nr_legs; i++)
		if (legs & (1ull << i) && array->leg[i].meta_result != TANDEM_RESULT_OK)
			failed |= 1ull << i;
	return failed;
}

/*
 * An error that passes must not hide a slot: the other one may be a step
 * behind, and a start that builds on it would forget what the leg may hold.
 */
static void read_slot(struct tandem_array *array, unsigned int slot)
{
	unsigned int attempts;
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].disk)
			legs |= 1ull << i;
	for (attempts = 0; legs && attempts < READ_ATTEMPTS; attempts++)
		legs = read_slot_of(array, legs, slot);
}

static void decode_slot(struct tandem_array *array, struct load *load, unsigned int slot)
{
	struct tandem_super *super;
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		load->error[i][slot] = -EIO;
		if (!leg->disk || leg->meta_result != TANDEM_RESULT_OK)
			continue;
		super = slot ? &load->other : &array->found[i];
		load->error[i][slot] = tandem_super_decode(leg->super_bytes, super, NULL);
		load->sequence[i][slot] = load->error[i][slot] ? 0 : super->sequence;
		if (slot && tandem_super_choose(load->error[i], load->sequence[i]) == 1)
			array->found[i] = load->other;
	}
}

/* Is what was found on this disk what the table says is there? */
static int check_found(struct tandem_array *array, unsigned int index, const char **why)
{
	const struct tandem_super *super = &array->found[index];
	struct tandem_disk *disk = array->leg[index].disk;
	u64 needed;

	*why = "disk of another array";
	if (!tandem_id_equal(&super->array, &array->params.array) ||
	    super->nr_legs != array->params.nr_legs)
		return -EINVAL;
	*why = "disk in the place of another leg";
	if (super->leg != index)
		return -EINVAL;
	*why = "disk smaller than the array needs";
	needed = super->data_offset_sectors + super->geo.set_sectors +
		 TANDEM_GUARD_BYTES / TANDEM_SECTOR_BYTES;
	if (disk->size_sectors < needed)
		return -EINVAL;
	*why = "feature that this version can only read";
	if (super->feature_ro_compat & ~TANDEM_RO_COMPAT_KNOWN && !array->params.read_only)
		return -EPROTONOSUPPORT;
	*why = NULL;
	return 0;
}

/* Candidates from what was read. A disk that cannot be read is not there. */
static int gather(struct tandem_array *array, struct load *load, const char **why)
{
	struct tandem_candidate *candidate;
	struct tandem_leg *leg;
	unsigned int i;
	int nr = 0;
	int slot;
	int error;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		leg->found = false;
		leg->use = TANDEM_USE_IGNORE;
		if (!leg->disk)
			continue;
		slot = tandem_super_choose(load->error[i], load->sequence[i]);
		if (slot == -EIO)
			continue;
		*why = "disk without a valid superblock";
		error = slot < 0 ? slot : check_found(array, i, why);
		if (error)
			return error;
		leg->found = true;
		leg->slot = slot;
		leg->sequence = load->sequence[i][slot];
		candidate = &load->candidate[nr];
		candidate->super = &array->found[i];
		candidate->disk_sectors = leg->disk->size_sectors;
		candidate->logical_block_bytes = leg->disk->logical_block_bytes;
		load->leg[nr++] = i;
	}
	*why = "no disk with a superblock";
	return nr ? nr : -ENODEV;
}

static int choose(struct tandem_array *array, struct load *load, const char **why)
{
	struct tandem_plan *plan = &array->plan;
	int nr = gather(array, load, why);
	int i;

	if (nr < 0)
		return nr;
	tandem_assembly_choose(load->candidate, nr, array->params.degraded, plan);
	*why = tandem_assembly_text(plan->kind);
	if (!plan->startable)
		return -EUCLEAN;
	*why = NULL;
	for (i = 0; i < nr; i++)
		array->leg[load->leg[i]].use = plan->use[i];
	tandem_assembly_merge(load->candidate, plan, array->super);
	return 0;
}

int tandem_array_load(struct tandem_array *array, const char **why)
{
	struct load *load = kvcalloc(1, sizeof(*load), GFP_KERNEL);
	const char *unused;
	int error;

	if (!load)
		return -ENOMEM;
	if (!why)
		why = &unused;
	*why = NULL;
	read_slot(array, 0);
	decode_slot(array, load, 0);
	read_slot(array, 1);
	decode_slot(array, load, 1);
	error = choose(array, load, why);
	if (!error)
		error = tandem_array_shape(array);
	kvfree(load);
	return error;
}

/* Legs as the plan has them; nothing is up yet. */
static void set_states(struct tandem_array *array)
{
	struct tandem_pair newest;
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		leg->state = tandem_leg_from_record(array->super->place[i].record);
		memset(&leg->held, 0, sizeof(leg->held));
		if (leg->found)
			leg->held = tandem_lineage_pair(&array->found[i], leg->set->index);
		newest = tandem_lineage_pair(array->super, leg->set->index);
		leg->newest = tandem_id_equal(&leg->held.config, &newest.config) &&
			      tandem_id_equal(&leg->held.epoch, &newest.epoch);
		if (leg->use == TANDEM_USE_CURRENT)
			leg->state = TANDEM_LEG_CURRENT;
		else if (leg->use == TANDEM_USE_REBUILDING)
			leg->state = TANDEM_LEG_REBUILDING;
		else if (leg->found)
			leg->state = leg->state == TANDEM_LEG_FAILED ? TANDEM_LEG_FAILED :
				     TANDEM_LEG_STALE;
		else
			leg->state = TANDEM_LEG_MISSING;
	}
}

static u64 legs_in(struct tandem_array *array, enum tandem_leg_state state)
{
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].state == state)
			legs |= 1ull << i;
	return legs;
}

/* Some legs failed on the way up. Has every set a current one left? */
static int without(struct tandem_array *array, u64 failed)
{
	struct tandem_leg *leg;
	unsigned int i, s;
	bool alive;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(failed & (1ull << i)))
			continue;
		atomic64_inc(&leg->errors[1]);
		leg->state = TANDEM_LEG_FAILED;
		pr_err("tandem %s: leg %u (%s): error during activation\n",
		       array->super->name, i, leg->disk->name);
	}
	for (s = 0; s < array->nr_sets; s++) {
		alive = false;
		for (i = 0; i < array->set[s].nr_legs; i++)
			alive |= tandem_set_leg(&array->set[s], i)->state == TANDEM_LEG_CURRENT;
		if (!alive)
			return -EIO;
	}
	return 0;
}

/* Returns the legs whose flush failed. */
static u64 flush_legs(struct tandem_array *array, u64 legs)
{
	struct tandem_leg *leg;
	unsigned int i;
	u64 failed = 0;

	atomic_set(&array->control_pending, 1);
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(legs & (1ull << i)))
			continue;
		tandem_bio_init_empty(&leg->meta_bio);
		submit(leg, REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC, 0);
	}
	wait_for_bios(array);
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(legs & (1ull << i)))
			continue;
		leg->unflushed = leg->meta_result != TANDEM_RESULT_OK;
		if (leg->unflushed)
			failed |= 1ull << i;
	}
	return failed;
}

struct commit_wait {
	bool done;
	u64 failed;
};

static void commit_done(struct tandem_array *array, void *context, u64 written, u64 failed)
{
	struct commit_wait *wait = context;

	wait->failed = failed;
	WRITE_ONCE(wait->done, true);
	wake_up(&array->wait);
}

static void take_token(struct tandem_array *array)
{
	wait_event(array->wait, tandem_commit_try(array));
}

/* To all legs in use; the caller holds the token. Returns those that failed. */
static u64 commit_all(struct tandem_array *array)
{
	struct commit_wait wait = { false, 0 };
	struct tandem_commit_order order = {
		.first = legs_in(array, TANDEM_LEG_CURRENT),
		.later = legs_in(array, TANDEM_LEG_REBUILDING),
		.done = commit_done,
		.context = &wait,
	};

	tandem_commit_start(array, &order);
	wait_event(array->wait, READ_ONCE(wait.done));
	return wait.failed;
}

/* Who has a place in the record and is not in use leaves, all in one step. */
static void drop_set(struct tandem_array *array, struct tandem_set *set)
{
	struct tandem_lineage_drop drop = { .set = set->index, .record = TANDEM_RECORD_STALE };
	struct tandem_leg *leg;
	unsigned int i;
	u8 record;

	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		record = array->super->place[leg->index].record;
		if (leg->found)
			drop.durable[i] = leg->held;
		if (leg->state != TANDEM_LEG_CURRENT && leg->state != TANDEM_LEG_REBUILDING &&
		    (record == TANDEM_RECORD_CURRENT || record == TANDEM_RECORD_REBUILDING))
			drop.legs |= leg->bit;
	}
	if (!drop.legs)
		return;
	tandem_id_random(&drop.config, sizeof(drop.config));
	tandem_lineage_drop(array->super, &drop);
}

static void join_leg(struct tandem_array *array, struct tandem_leg *leg)
{
	const struct tandem_super *found = &array->found[leg->index];
	struct tandem_place *place = &array->super->place[leg->index];
	struct tandem_id config;

	if (!leg->found || leg->state == TANDEM_LEG_CURRENT ||
	    leg->state == TANDEM_LEG_REBUILDING)
		return;
	leg->state = tandem_leg_next(leg->state, TANDEM_LEG_EV_JOIN);
	memcpy(place->disk, found->place[leg->index].disk, sizeof(place->disk));
	place->disk_sectors = leg->disk->size_sectors;
	tandem_id_random(&config, sizeof(config));
	tandem_lineage_join(array->super, leg->index, &found->leg_id, &config);
}

static int begin_epoch(struct tandem_array *array)
{
	struct tandem_id epoch;
	unsigned int i;
	u64 failed;
	int error;

	for (i = 0; i < array->nr_sets; i++)
		drop_set(array, &array->set[i]);
	for (i = 0; i < array->params.nr_legs; i++)
		if (array->params.rebuild & (1ull << i))
			join_leg(array, &array->leg[i]);
	tandem_id_random(&epoch, sizeof(epoch));
	tandem_lineage_activate(array->super, &epoch,
				array->plan.forced ? TANDEM_FLAG_FORCED : 0);
	for (;;) {
		failed = commit_all(array);
		if (!failed)
			return 0;
		error = without(array, failed);
		if (error)
			return error;
		for (i = 0; i < array->nr_sets; i++)
			drop_set(array, &array->set[i]);
	}
}

static void raise_set(struct tandem_array *array, struct tandem_set *set)
{
	u8 current_legs = 0;
	u8 rebuilding = 0;
	u8 newest = 0;
	struct tandem_leg *leg;
	unsigned int i;

	memset(set->region, 0,
	       tandem_geometry_regions(&array->super->geo) * sizeof(*set->region));
	atomic_set(&set->nr_unsure, 0);
	atomic_set(&set->nr_refill, 0);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		current_legs |= leg->state == TANDEM_LEG_CURRENT ? leg->bit : 0;
		rebuilding |= leg->state == TANDEM_LEG_REBUILDING ? leg->bit : 0;
		newest |= leg->newest ? leg->bit : 0;
		atomic_set(&leg->reads_in_flight, 0);
	}
	if (array->params.read_only)
		rebuilding = 0;
	/* A leg that is a step behind holds no more than one that is not (A13). */
	newest &= current_legs;
	set->pin = newest ? newest & -newest : current_legs & -current_legs;
	set->record_hopeless = false;
	set->record_attempts = 0;
	atomic_set(&set->masks, tandem_masks_pack(current_legs | rebuilding, current_legs,
						  current_legs, 0));
	if (!array->plan.clean && hweight8(current_legs) > 1)
		tandem_region_mark_all(set, TANDEM_REGION_UNSURE);
	if (rebuilding)
		tandem_region_mark_all(set, TANDEM_REGION_REFILL);
}

static void raise(struct tandem_array *array)
{
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		raise_set(array, &array->set[s]);
	array->giving_up = false;
	array->params.rebuild = 0;	/* asked for once, not at every resume */
	WRITE_ONCE(array->phase, TANDEM_PHASE_UP);
	for (s = 0; s < array->nr_sets; s++)
		tandem_copy_kick(&array->set[s]);
	tandem_array_changed(array);
}

int tandem_array_activate(struct tandem_array *array, const char **why)
{
	int error = tandem_array_load(array, why);

	if (error)
		return error;
	set_states(array);
	if (!array->params.read_only) {
		if (why)
			*why = "error on the last current leg of a set";
		error = without(array, flush_legs(array, legs_in(array, TANDEM_LEG_CURRENT)));
		if (!error) {
			take_token(array);
			error = begin_epoch(array);
			tandem_commit_release(array);
		}
		if (error)
			return error;
	}
	raise(array);
	return 0;
}

void tandem_array_end_start(struct tandem_array *array)
{
	if (array->phase != TANDEM_PHASE_UP)
		return;
	WRITE_ONCE(array->phase, TANDEM_PHASE_ENDING);
	tandem_fault_give_up(array);
}

void tandem_array_end_cancel(struct tandem_array *array)
{
	unsigned int s;

	if (array->phase != TANDEM_PHASE_ENDING)
		return;
	spin_lock_irq(&array->lock);
	array->giving_up = false;
	spin_unlock_irq(&array->lock);
	WRITE_ONCE(array->phase, TANDEM_PHASE_UP);
	for (s = 0; s < array->nr_sets; s++)
		tandem_copy_kick(&array->set[s]);
}

/* Nothing of our own is under way, and failures are recorded or given up. */
static bool is_quiet(struct tandem_array *array)
{
	bool quiet = tandem_flush_is_idle(array) && tandem_fault_is_settled(array);
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		quiet &= tandem_copy_is_idle(&array->set[s]);
	return quiet && tandem_commit_try(array);
}

/* A flush that fails is a failed leg also here (K2). False: the last of a set. */
static bool flush_or_fail(struct tandem_array *array)
{
	u64 legs = legs_in(array, TANDEM_LEG_CURRENT) | legs_in(array, TANDEM_LEG_REBUILDING);
	u64 failed = flush_legs(array, legs);
	bool good = true;
	unsigned int i;

	spin_lock_irq(&array->lock);
	for (i = 0; i < array->params.nr_legs; i++) {
		if (!(failed & (1ull << i)))
			continue;
		atomic64_inc(&array->leg[i].errors[2]);
		good &= tandem_fault_fail_leg(&array->leg[i], TANDEM_LEG_EV_ERROR);
	}
	spin_unlock_irq(&array->lock);
	return good;
}

/* Is everything that was acknowledged on every current leg, and is that recorded? */
static bool ends_clean(struct tandem_array *array)
{
	struct tandem_set *set;
	unsigned int s;
	u32 masks;

	for (s = 0; s < array->nr_sets; s++) {
		set = &array->set[s];
		masks = atomic_read(&set->masks);
		if (TANDEM_FAILING(masks) || !TANDEM_READABLE(masks) ||
		    atomic_read(&set->nr_unsure))
			return false;
	}
	return true;
}

static void record_clean(struct tandem_array *array)
{
	struct tandem_pair durable[TANDEM_MAX_LEGS_PER_SET];
	struct tandem_set *set;
	unsigned int s, i;

	for (s = 0; s < array->nr_sets; s++) {
		set = &array->set[s];
		for (i = 0; i < set->nr_legs; i++)
			durable[i] = tandem_set_leg(set, i)->held;
		tandem_lineage_settle(array->super, s, durable);
	}
	array->super->flags |= TANDEM_FLAG_CLEAN;
	commit_all(array);
}

void tandem_array_end_finish(struct tandem_array *array)
{
	bool good;

	if (array->phase == TANDEM_PHASE_DOWN)
		return;
	/* A work item that began before ENDING may be about to start something. */
	flush_workqueue(array->wq);
	wait_event(array->wait, is_quiet(array));
	if (!array->params.read_only) {
		good = flush_or_fail(array);
		tandem_commit_release(array);
		wait_event(array->wait, is_quiet(array));
		if (good && ends_clean(array))
			record_clean(array);
	}
	/* We have the token: nothing of our own can begin any more. */
	WRITE_ONCE(array->phase, TANDEM_PHASE_DOWN);
	cancel_delayed_work_sync(&array->record_work);
	wait_for_tails(array);
	tandem_commit_release(array);
	flush_workqueue(array->wq);
}
