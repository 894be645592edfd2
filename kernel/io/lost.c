// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lost ranges of a set in operation.
 *
 *	state    | leaves when                                   | to
 *	IDLE     | writes that heal are through                  | FLUSH
 *	         | the copier wants the table written            | TOKEN
 *	FLUSH    | every leg has been flushed                    | TOKEN
 *	         | that failed, and nobody wants the table       | IDLE
 *	TOKEN    | the superblocks say that there is a table, or | FIRST
 *	         |   the one to be written is empty              |
 *	         | nobody else writes superblocks                | COMMIT
 *	COMMIT   | they are written                              | TOKEN
 *	FIRST    | one copy is on every leg that stays           | SECOND; on none: IDLE
 *	SECOND   | the other one, too                            | IDLE
 *
 * Decisions
 * - A block is lost in memory before any byte behind it is copied, and durably so before
 *   its region is settled, on every leg that is written to: any of them may be the only
 *   one that the next start finds current, and then has whatever it had there (K4).
 * - A block is lost no more when a write of it is durable on every leg, and then the
 *   table without it; only after that is the write acknowledged. If power goes before:
 *   nobody was told. The other way round a leg would be read that does not have it, or an
 *   acknowledged write would end as an error.
 * - A write that every leg may have dropped at an earlier flush is durable nowhere, and
 *   the flush of the pass does not tell: it heals nothing, and gets an error.
 * - Where the last current leg fails its flush or its table the writes that would heal
 *   get that error; their blocks stay lost in memory, which is true of what the table
 *   says or more.
 * - The copier is told that there can be no table only if one was tried. The flush is for
 *   what would be taken out: without it the table can say all that is lost, and is written.
 * - That there is a table must be known to whoever starts the array before there is one:
 *   a module that knows no tables would read whatever a filled leg has there.
 *
 * Invariants: K4, K9; the table in memory is never less than what a leg was told and
 * nobody healed since. A region word has LOST while a block of it is lost.
 */
#include "sys.h"
#include "core/lineage.h"
#include "io/commit.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/flush.h"
#include "io/lost.h"
#include "io/region.h"

static u8 written(const struct tandem_set *set)
{
	return TANDEM_WRITTEN(atomic_read(&set->masks));
}

bool tandem_lost_covers(const struct tandem_request *request)
{
	struct tandem_set *set = request->set;
	unsigned long flags;
	bool covers;

	spin_lock_irqsave(&set->array->lock, flags);
	covers = tandem_lost_has(&set->lost->table, request->sector, bio_sectors(request->bio));
	spin_unlock_irqrestore(&set->array->lock, flags);
	return covers;
}

int tandem_lost_note(struct tandem_set *set, u64 sector, u32 count)
{
	const struct tandem_super *super = set->array->super;
	struct tandem_lost *lost = set->lost;
	int error;

	spin_lock_irq(&set->array->lock);
	error = tandem_lost_add(&lost->table, sector, count);
	if (!error) {
		lost->changed = true;
		lost->behind = (u8)((1u << set->nr_legs) - 1);
		atomic_or(TANDEM_REGION_LOST,
			  &set->region[(u32)(sector / super->geo.region_sectors)]);
	}
	spin_unlock_irq(&set->array->lock);
	if (error)
		pr_err("tandem %s: set %u: too many blocks are lost; not copied any further\n",
		       super->name, set->index);
	else
		pr_err("tandem %s: set %u: sectors %llu+%u are lost until they are written\n",
		       super->name, set->index, (unsigned long long)sector, count);
	return error;
}

u32 tandem_lost_part(struct tandem_set *set, u64 sector, u32 count, bool *lost)
{
	u32 part;

	spin_lock_irq(&set->array->lock);
	part = tandem_lost_run(&set->lost->table, sector, count, lost);
	spin_unlock_irq(&set->array->lock);
	return part;
}

int tandem_lost_demand(struct tandem_set *set)
{
	struct tandem_lost *lost = set->lost;
	bool durable, vain;

	spin_lock_irq(&set->array->lock);
	durable = !(lost->behind & written(set));
	vain = lost->vain;
	lost->vain = false;
	lost->wanted = !durable && !vain;
	spin_unlock_irq(&set->array->lock);
	if (durable)
		return 0;
	if (vain)
		return -EIO;
	mod_delayed_work(set->array->wq, &lost->work, 0);
	return -EAGAIN;
}

void tandem_lost_touch(struct tandem_request *request)
{
	if (tandem_lost_covers(request))
		request->failed |= TANDEM_REQUEST_HEALS;
}

void tandem_lost_heal(struct tandem_request *request)
{
	struct tandem_array *array = request->array;
	struct tandem_lost *lost = request->set->lost;
	unsigned long flags;

	spin_lock_irqsave(&array->lock, flags);
	list_add_tail(&request->node, &lost->healing);
	/* Under the lock: the request may be done and gone afterwards. */
	mod_delayed_work(array->wq, &lost->work, 0);
	spin_unlock_irqrestore(&array->lock, flags);
}

void tandem_lost_kick(struct tandem_set *set)
{
	if (READ_ONCE(set->lost->state) == TANDEM_LOST_TOKEN)
		mod_delayed_work(set->array->wq, &set->lost->work, 0);
}

/* The pass is over; whoever waits for it looks again. */
static void rest(struct tandem_lost *lost)
{
	WRITE_ONCE(lost->state, TANDEM_LOST_IDLE);
	wake_up(&lost->set->array->wait);
	tandem_copy_kick(lost->set);
}

/* What would have left stays: its writers get @error. */
static void refuse_all(struct tandem_lost *lost, enum tandem_result error)
{
	struct tandem_array *array = lost->set->array;
	struct tandem_request *request;
	LIST_HEAD(list);

	spin_lock_irq(&array->lock);
	list_splice_init(&lost->leaving, &list);
	spin_unlock_irq(&array->lock);
	while (!list_empty(&list)) {
		request = list_first_entry(&list, struct tandem_request, node);
		list_del(&request->node);
		tandem_request_finish(request, error);
	}
}

/* The table cannot be written: nor does the copier get it. */
static bool give_up(struct tandem_lost *lost)
{
	struct tandem_array *array = lost->set->array;

	refuse_all(lost, TANDEM_RESULT_IOERR);
	spin_lock_irq(&array->lock);
	lost->behind = (u8)((1u << lost->set->nr_legs) - 1);
	lost->vain = lost->wanted;
	lost->wanted = false;
	spin_unlock_irq(&array->lock);
	rest(lost);
	return true;
}

/* In memory, as on all legs. array->lock held. */
static void take_out(struct tandem_lost *lost, const struct tandem_request *request)
{
	const struct tandem_geometry *geo = &lost->set->array->super->geo;
	u64 first = (u64)request->region * geo->region_sectors;

	tandem_lost_remove(&lost->table, request->sector, bio_sectors(request->bio));
	if (!tandem_lost_has(&lost->table, first, geo->region_sectors))
		atomic_andnot(TANDEM_REGION_LOST, &lost->set->region[request->region]);
}

static bool finish(struct tandem_lost *lost)
{
	struct tandem_array *array = lost->set->array;
	struct tandem_request *request;
	LIST_HEAD(list);

	spin_lock_irq(&array->lock);
	list_for_each_entry(request, &lost->leaving, node)
		take_out(lost, request);
	list_splice_init(&lost->leaving, &list);
	if (!lost->changed) {
		lost->behind = (u8)((1u << lost->set->nr_legs) - 1) & ~lost->sent;
		lost->wanted = false;
	}
	spin_unlock_irq(&array->lock);
	while (!list_empty(&list)) {
		request = list_first_entry(&list, struct tandem_request, node);
		list_del(&request->node);
		tandem_fault_acknowledge(request);
	}
	rest(lost);
	return true;
}

static void send(struct tandem_lost *lost, enum tandem_lost_state state)
{
	unsigned int i;

	lost->state = state;
	for (i = 0; i < lost->set->nr_legs; i++)
		lost->meta.sector[i] = tandem_lost_sector(lost, i);
	tandem_meta_send(&lost->meta, lost->sent);
}

/*
 * The table as it will be. False: a block cannot be taken out of it, for legs had a fuller
 * one than we would have let it become. array->lock held.
 */
static bool draw_up(struct tandem_lost *lost)
{
	struct tandem_request *request;
	int error = 0;

	lost->next = lost->table;
	lost->changed = false;
	list_for_each_entry(request, &lost->leaving, node)
		error |= tandem_lost_remove(&lost->next, request->sector,
					    bio_sectors(request->bio));
	return !error;
}

static bool step_idle(struct tandem_lost *lost)
{
	struct tandem_array *array = lost->set->array;
	bool heals, due;

	spin_lock_irq(&array->lock);
	list_splice_tail_init(&lost->healing, &lost->leaving);
	heals = !list_empty(&lost->leaving);
	due = lost->wanted && lost->behind & written(lost->set);
	lost->good = true;
	if (heals)
		WRITE_ONCE(lost->state, TANDEM_LOST_FLUSH);
	else if (due)
		WRITE_ONCE(lost->state, TANDEM_LOST_TOKEN);
	spin_unlock_irq(&array->lock);
	if (!heals)
		return due;
	tandem_own_flush_start(&lost->flush);
	return false;
}

/* Ends those that the flush does not vouch for. */
static void refuse_dropped(struct tandem_lost *lost)
{
	struct tandem_array *array = lost->set->array;
	struct tandem_request *request, *next;
	LIST_HEAD(list);

	spin_lock_irq(&array->lock);
	list_for_each_entry_safe(request, next, &lost->leaving, node)
		if (tandem_fault_is_dropped(request))
			list_move_tail(&request->node, &list);
	spin_unlock_irq(&array->lock);
	while (!list_empty(&list)) {
		request = list_first_entry(&list, struct tandem_request, node);
		list_del(&request->node);
		tandem_request_finish(request, TANDEM_RESULT_IOERR);
	}
}

static bool is_wanted(struct tandem_lost *lost)
{
	bool wanted;

	spin_lock_irq(&lost->set->array->lock);
	wanted = lost->wanted;
	spin_unlock_irq(&lost->set->array->lock);
	return wanted;
}

static bool step_flush(struct tandem_lost *lost)
{
	if (lost->flush.result == TANDEM_RESULT_OK) {
		refuse_dropped(lost);
	} else {
		refuse_all(lost, lost->flush.result);
		if (!is_wanted(lost)) {
			rest(lost);
			return true;
		}
	}
	WRITE_ONCE(lost->state, TANDEM_LOST_TOKEN);
	return true;
}

/* Every leg that is written to must say so; one that came too late is asked again. */
static void commit_done(struct tandem_array *array, void *context, u64 to, u64 failed)
{
	struct tandem_lost *lost = context;
	struct tandem_set *set = lost->set;
	struct tandem_leg *leg;
	unsigned int i;

	spin_lock_irq(&array->lock);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (!(failed & (1ull << leg->index)))
			continue;
		atomic64_inc(&leg->errors[1]);
		lost->good &= tandem_fault_fail_leg(leg, TANDEM_LEG_EV_ERROR);
	}
	lost->flagged = !((u64)written(set) << set->first_leg & ~to);
	WRITE_ONCE(lost->state, TANDEM_LOST_TOKEN);
	spin_unlock_irq(&array->lock);
	mod_delayed_work(array->wq, &lost->work, 0);
	tandem_commit_release(array);
}

/* What was issued before goes first, as at a promotion; its release kicks us. */
static bool is_due(struct tandem_set *set)
{
	bool due;

	spin_lock_irq(&set->array->lock);
	due = tandem_fault_is_due(set);
	spin_unlock_irq(&set->array->lock);
	return due;
}

static void start_commit(struct tandem_lost *lost)
{
	struct tandem_set *set = lost->set;
	struct tandem_array *array = set->array;
	struct tandem_commit_order order = { .done = commit_done, .context = lost };
	u32 masks;

	if (is_due(set) || !tandem_commit_try(array))
		return;
	if (is_due(set)) {
		tandem_commit_release(array);
		return;
	}
	WRITE_ONCE(lost->state, TANDEM_LOST_COMMIT);
	array->super->feature_incompat |= TANDEM_INCOMPAT_LOST_RANGES;
	masks = atomic_read(&set->masks);
	order.first = (u64)TANDEM_READABLE(masks) << set->first_leg;
	order.later = (u64)(TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks)) << set->first_leg;
	tandem_commit_start(array, &order);
}

static bool step_token(struct tandem_lost *lost)
{
	struct tandem_array *array = lost->set->array;
	bool fits;

	if (!lost->good || lost->set->record_hopeless)
		return give_up(lost);
	if (!lost->flagged) {
		start_commit(lost);
		return false;
	}
	spin_lock_irq(&array->lock);
	fits = draw_up(lost);
	if (fits) {
		tandem_lost_encode(&lost->next, ++lost->sequence, lost->meta.page);
		lost->sent = written(lost->set);
	}
	spin_unlock_irq(&array->lock);
	if (!fits) {
		/* As it is it fits. */
		refuse_all(lost, TANDEM_RESULT_IOERR);
		return true;
	}
	send(lost, TANDEM_LOST_FIRST);
	return false;
}

static bool step_write(struct tandem_lost *lost)
{
	enum tandem_meta_end end = tandem_meta_judge(&lost->meta);
	struct tandem_array *array = lost->set->array;
	unsigned int i;

	if (end == TANDEM_META_AGAIN)
		return false;
	spin_lock_irq(&array->lock);
	for (i = 0; i < lost->set->nr_legs; i++)
		if (lost->sent & (1u << i) && lost->meta.result[i] == TANDEM_RESULT_OK)
			lost->slots ^= 1u << i;
	lost->sent &= written(lost->set);
	spin_unlock_irq(&array->lock);
	if (end != TANDEM_META_DONE || !lost->sent)
		return give_up(lost);
	if (lost->state == TANDEM_LOST_SECOND)
		return finish(lost);
	send(lost, TANDEM_LOST_SECOND);
	return false;
}

static bool step(struct tandem_lost *lost)
{
	if (tandem_meta_is_on(&lost->meta) || tandem_own_flush_is_on(&lost->flush))
		return false;
	switch (lost->state) {
	case TANDEM_LOST_IDLE:
		return step_idle(lost);
	case TANDEM_LOST_FLUSH:
		return step_flush(lost);
	case TANDEM_LOST_TOKEN:
		return step_token(lost);
	case TANDEM_LOST_COMMIT:
		break;
	case TANDEM_LOST_FIRST:
	case TANDEM_LOST_SECOND:
		return step_write(lost);
	}
	return false;
}

static void lost_work(struct work_struct *work)
{
	struct tandem_lost *lost = container_of(to_delayed_work(work), struct tandem_lost, work);

	while (step(lost))
		cond_resched();
}

bool tandem_lost_is_idle(struct tandem_set *set)
{
	struct tandem_lost *lost = set->lost;
	unsigned long flags;
	bool idle;

	spin_lock_irqsave(&set->array->lock, flags);
	idle = lost->state == TANDEM_LOST_IDLE && list_empty(&lost->healing);
	spin_unlock_irqrestore(&set->array->lock, flags);
	return idle;
}

u64 tandem_lost_total(struct tandem_set *set)
{
	unsigned long flags;
	u64 sectors;

	/* An array that memory did not suffice for has a status, too. */
	if (!set->lost)
		return 0;
	spin_lock_irqsave(&set->array->lock, flags);
	sectors = tandem_lost_sectors(&set->lost->table);
	spin_unlock_irqrestore(&set->array->lock, flags);
	return sectors;
}

int tandem_lost_create(struct tandem_set *set)
{
	struct tandem_lost *lost = kvcalloc(1, sizeof(*lost), GFP_KERNEL);

	if (!lost)
		return -ENOMEM;
	set->lost = lost;
	lost->set = set;
	INIT_LIST_HEAD(&lost->healing);
	INIT_LIST_HEAD(&lost->leaving);
	INIT_DELAYED_WORK(&lost->work, lost_work);
	lost->meta.set = set;
	lost->meta.work = &lost->work;
	lost->meta.page = kmalloc(TANDEM_PAGE_BYTES, GFP_KERNEL);
	if (!lost->meta.page)
		return -ENOMEM;
	return tandem_own_flush_create(&lost->flush, set, &lost->work);
}

void tandem_lost_destroy(struct tandem_set *set)
{
	struct tandem_lost *lost = set->lost;

	if (!lost)
		return;
	cancel_delayed_work_sync(&lost->work);
	tandem_own_flush_destroy(&lost->flush);
	kfree(lost->meta.page);
	kvfree(lost);
	set->lost = NULL;
}
