// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of the intent log, in operation: group commit in lock-step.
 *
 *	state  | leaves when                              | to
 *	IDLE   | a write waits that there is room for, or  | WRITE
 *	       |   regions have left; no failed leg is    |
 *	       |   unrecorded                             |
 *	WRITE  | all legs have answered: some took it     | IDLE, its writes go on
 *	       |   no leg took it                         | OWED, its writes get errors
 *	OWED   | another write waits, regions have left,   | WRITE, the same record
 *	       |   or somebody writes in sequence          |
 *
 * Decisions
 * - One record is under way at a time; whoever comes meanwhile is in the next one.
 *   So a hundred writers wait for two records at most, and no order between legs
 *   has to be kept: record n+1 goes out when n is durable on all.
 * - Lock-step is what lets a start tell an old image of a leg from a leg that
 *   merely missed the last record (A13). A leg that has failed is current on record
 *   until its failure is recorded: until then no record is begun.
 * - A leg that fails a record has failed. If none takes it, none is failed, for then
 *   it is the caller's error (design: the last leg never fails); the record may have
 *   landed, and is sent again as it is before any other.
 * - The hold of a write on its region starts before it waits (B2): what is in the
 *   record cannot be cleaned before its write has been and gone.
 * - A region that has left and is written again before a record said so stays: the
 *   old record still has it.
 *
 * If power goes during a record: some legs have it. Nothing was written to its new
 * regions; its cleared ones are equal and flushed. A start takes the union.
 *
 * Invariants: I1 (no byte of a region before its record is durable on all legs that
 * are written to), I2 (a leg that fails a record fails; if all do the data is not sent).
 */
#include "sys.h"
#include "core/rate.h"
#include "io/clean.h"
#include "io/copy.h"
#include "io/logger.h"
#include "io/map.h"
#include "io/region.h"

static void end_all(struct list_head *list)
{
	struct tandem_request *request, *next;

	list_for_each_entry_safe(request, next, list, node) {
		list_del(&request->node);
		if (request->op == TANDEM_OP_READ)
			tandem_read_logged(request, false);
		else
			tandem_request_finish(request, TANDEM_RESULT_IOERR);
	}
}

static void start_all(struct list_head *list)
{
	struct tandem_request *request, *next;

	list_for_each_entry_safe(request, next, list, node) {
		list_del(&request->node);
		if (request->op == TANDEM_OP_READ) {
			tandem_read_logged(request, true);
			continue;
		}
		tandem_map_touch(request);
		tandem_write_start(request);
	}
}

/* To every leg that is written to, as they are now. */
static void send_to_all(struct tandem_log *log)
{
	unsigned int i;

	for (i = 0; i < log->set->nr_legs; i++)
		log->meta.sector[i] = tandem_log_sector(log, log->sequence + 1);
	tandem_meta_send(&log->meta, TANDEM_WRITTEN(atomic_read(&log->set->masks)));
}

/* No record can be written, and patience with that has been used up. */
static bool is_hopeless(struct tandem_set *set, u32 masks)
{
	return !TANDEM_READABLE(masks) || (TANDEM_FAILING(masks) && set->record_hopeless);
}

static bool step_idle(struct tandem_log *log)
{
	struct tandem_set *set = log->set;
	struct tandem_array *array = set->array;
	bool starved, send_it = false;
	LIST_HEAD(ready);
	LIST_HEAD(bad);
	u32 masks;

	spin_lock_irq(&array->lock);
	masks = atomic_read(&set->masks);
	if (is_hopeless(set, masks)) {
		list_splice_init(&log->waiting, &bad);
		tandem_batch_starved(log, false);
	} else if (log->open && !TANDEM_FAILING(masks)) {
		send_it = tandem_batch_fill(log, &ready);
	}
	if (send_it)
		WRITE_ONCE(log->state, LOG_WRITE);
	starved = set->starved || log->ahead.lacks_room;
	spin_unlock_irq(&array->lock);

	if (send_it)
		send_to_all(log);
	start_all(&ready);
	end_all(&bad);
	if (starved)
		tandem_clean_kick(set);
	if (READ_ONCE(set->starved))
		tandem_copy_kick(set);
	return false;
}

/*
 * What the record says is so: its writes may go to the legs. One that came when the
 * record was composed already needs another.
 */
static void step_durable(struct tandem_log *log)
{
	struct tandem_request *request, *next;
	LIST_HEAD(list);
	u32 i;

	for (i = 0; i < log->change.nr_new; i++)
		tandem_region_mark_dirty(log->set, log->change.region[i],
					 i < log->change.nr_new - log->ahead.nr_listed ?
					 TANDEM_REGION_TOUCHED : TANDEM_REGION_AHEAD);
	spin_lock_irq(&log->set->array->lock);
	list_for_each_entry_safe(request, next, &log->listed, node)
		list_move_tail(&request->node, tandem_log_has(log, request->region) ? &list :
			       &log->waiting);
	log->sequence++;
	spin_unlock_irq(&log->set->array->lock);
	log->nr_records++;
	log->flags = log->sent_flags;
	WRITE_ONCE(log->state, LOG_IDLE);
	start_all(&list);
	tandem_clean_wake(log->set);
}

static bool step_write(struct tandem_log *log)
{
	LIST_HEAD(list);

	switch (tandem_meta_judge(&log->meta)) {
	case TANDEM_META_AGAIN:
		return false;
	case TANDEM_META_DONE:
		step_durable(log);
		return true;
	case TANDEM_META_ERROR:
		break;
	}
	WRITE_ONCE(log->state, LOG_OWED);
	list_splice_init(&log->listed, &list);
	end_all(&list);
	/* The cleaner sees to it that it is not forgotten if nobody else writes. */
	tandem_clean_wake(log->set);
	return !list_empty(&log->waiting);
}

/*
 * Nothing else may be recorded before this one: whoever waits now shares its fate. It is sent
 * again with every kick; what it lists stays in the log until then.
 */
static bool step_owed(struct tandem_log *log)
{
	struct tandem_set *set = log->set;
	struct tandem_array *array = set->array;
	bool send_it = false;
	LIST_HEAD(bad);
	u32 masks;

	spin_lock_irq(&array->lock);
	masks = atomic_read(&set->masks);
	if (is_hopeless(set, masks)) {
		list_splice_init(&log->waiting, &bad);
		tandem_batch_starved(log, false);
	} else if (log->open && !TANDEM_FAILING(masks)) {
		list_splice_init(&log->waiting, &log->listed);
		send_it = true;
	}
	if (send_it)
		WRITE_ONCE(log->state, LOG_WRITE);
	spin_unlock_irq(&array->lock);
	if (send_it)
		send_to_all(log);
	end_all(&bad);
	return false;
}

static bool step(struct tandem_log *log)
{
	if (tandem_meta_is_on(&log->meta))
		return false;
	switch (log->state) {
	case LOG_IDLE:
		return step_idle(log);
	case LOG_WRITE:
		return step_write(log);
	case LOG_OWED:
		return step_owed(log);
	}
	return false;
}

static void log_work(struct work_struct *work)
{
	struct tandem_log *log = container_of(to_delayed_work(work), struct tandem_log, work);

	while (step(log))
		cond_resched();
	if (log->state != LOG_WRITE)
		wake_up(&log->set->array->wait);
}

void tandem_log_add(struct tandem_request *request)
{
	struct tandem_log *log = request->set->log;
	struct tandem_array *array = request->array;
	unsigned long flags;

	spin_lock_irqsave(&array->lock, flags);
	list_add_tail(&request->node, &log->waiting);
	log->nr_record_waits++;
	/* Under the lock: without a record the request may be gone at once. */
	queue_delayed_work(array->wq, &log->work, 0);
	spin_unlock_irqrestore(&array->lock, flags);
}

void tandem_log_end_starved(struct tandem_set *set)
{
	struct tandem_log *log = set->log;
	LIST_HEAD(list);

	spin_lock_irq(&set->array->lock);
	if (set->starved)
		list_splice_init(&log->waiting, &list);
	tandem_batch_starved(log, false);
	spin_unlock_irq(&set->array->lock);
	end_all(&list);
}

void tandem_log_kick(struct tandem_set *set)
{
	if (set->log && set->array->phase != TANDEM_PHASE_DOWN)
		queue_delayed_work(set->array->wq, &set->log->work, 0);
}

void tandem_log_note_config(struct tandem_set *set)
{
	const struct tandem_super *super = set->array->super;
	struct tandem_log *log = set->log;
	unsigned long flags;

	if (!log)
		return;
	spin_lock_irqsave(&set->array->lock, flags);
	log->head.config = super->set[set->index].id;
	log->head.generation = super->set[set->index].generation;
	log->head.epoch = super->epoch.id;
	log->head.epoch_number = super->epoch.number;
	spin_unlock_irqrestore(&set->array->lock, flags);
}

static void set_open(struct tandem_log *log, bool open)
{
	spin_lock_irq(&log->set->array->lock);
	log->open = open;
	log->extra = 0;
	log->over = 0;
	/* Those that were will be tried again. */
	log->nr_stuck = 0;
	tandem_ahead_reset(log);
	tandem_batch_starved(log, false);
	spin_unlock_irq(&log->set->array->lock);
}

void tandem_log_open(struct tandem_set *set)
{
	if (set->log)
		set_open(set->log, true);
}

/*
 * Who decides to begin a record does so under the lock, and is seen from here; whoever
 * comes later finds the log closed.
 */
void tandem_log_close(struct tandem_set *set)
{
	if (!set->log)
		return;
	set_open(set->log, false);
	wait_event(set->array->wait, tandem_log_is_idle(set));
	cancel_delayed_work_sync(&set->log->work);
}

u32 tandem_log_next_unsure(struct tandem_set *set, u32 region)
{
	const struct tandem_intent *intent = &set->log->intent;

	spin_lock_irq(&set->array->lock);
	for (region = tandem_intent_next(intent, region); region < intent->nr_regions;
	     region = tandem_intent_next(intent, region + 1))
		if (tandem_region_is_unlike(set, region) &&
		    !((u32)atomic_read(&set->region[region]) & TANDEM_REGION_STUCK))
			break;
	spin_unlock_irq(&set->array->lock);
	return region;
}

bool tandem_log_is_idle(struct tandem_set *set)
{
	struct tandem_log *log = set->log;
	unsigned long flags;
	bool idle;

	if (!log)
		return true;
	spin_lock_irqsave(&set->array->lock, flags);
	idle = log->state != LOG_WRITE && list_empty(&log->waiting);
	spin_unlock_irqrestore(&set->array->lock, flags);
	return idle;
}

bool tandem_log_is_full(struct tandem_set *set)
{
	return set->log && READ_ONCE(set->log->full);
}

/* Regions that may differ by the logs on the legs; array->lock held. */
static u32 nr_on_disk(const struct tandem_log *log)
{
	if (log->flags & TANDEM_LOG_ALL)
		return log->shape.nr_regions;
	return log->intent.nr_dirty + (log->state == LOG_IDLE ? 0 : log->change.nr_cleared);
}

u64 tandem_log_sequence(struct tandem_set *set)
{
	return set->log ? set->log->sequence : 0;
}

void tandem_log_status(struct tandem_set *set, struct tandem_status *status)
{
	struct tandem_log *log = set->log;
	unsigned long flags;

	if (!log)
		return;
	spin_lock_irqsave(&set->array->lock, flags);
	status->log.present = true;
	status->log.has_record_waits = true;
	status->log.dirty_regions += nr_on_disk(log);
	status->log.limit_regions += log->limit;
	status->log.records += log->nr_records;
	status->log.waits += log->nr_waits;
	status->log.record_waits += log->nr_record_waits;
	spin_unlock_irqrestore(&set->array->lock, flags);
}

u32 tandem_log_nr_dirty(struct tandem_set *set)
{
	unsigned long flags;
	u32 nr;

	spin_lock_irqsave(&set->array->lock, flags);
	nr = nr_on_disk(set->log);
	spin_unlock_irqrestore(&set->array->lock, flags);
	return nr;
}

/* What can be copied within the recovery target. */
static u32 limit_of(const struct tandem_log *log)
{
	const struct tandem_array *array = log->set->array;
	struct tandem_rate_target target = {
		.target_ms = READ_ONCE(array->keep.recovery_ms),
		.region_bytes = array->super->geo.region_sectors * TANDEM_SECTOR_BYTES,
		.capacity = log->capacity,
	};

	return array->params.tunables.log_limit ?:
	       tandem_rate_limit(&target, log->set->copy_rate);
}

void tandem_log_note_rate(struct tandem_set *set)
{
	struct tandem_log *log = set->log;

	if (!log)
		return;
	spin_lock_irq(&set->array->lock);
	log->limit = limit_of(log);
	spin_unlock_irq(&set->array->lock);
	if (READ_ONCE(set->starved))
		tandem_log_kick(set);
}

int tandem_log_create(struct tandem_set *set)
{
	struct tandem_array *array = set->array;
	const struct tandem_super *super = array->super;
	struct tandem_log *log;

	if (!(super->feature_incompat & TANDEM_INCOMPAT_INTENT_LOG))
		return 0;
	log = kvcalloc(1, sizeof(*log), GFP_KERNEL);
	if (!log)
		return -ENOMEM;
	set->log = log;
	log->set = set;
	INIT_DELAYED_WORK(&log->work, log_work);
	INIT_LIST_HEAD(&log->waiting);
	INIT_LIST_HEAD(&log->listed);
	log->shape.array = super->array;
	log->shape.set = set->index;
	log->shape.nr_regions = tandem_geometry_regions(&super->geo);
	log->shape.slots = super->log_slots;
	log->shape.window = array->params.tunables.log_window ?: TANDEM_LOG_WINDOW;
	log->shape.changes = array->params.tunables.log_window ?: TANDEM_LOG_CHANGES;
	log->capacity = tandem_log_capacity(&log->shape);
	log->limit = limit_of(log);
	log->meta.set = set;
	log->meta.work = &log->work;
	log->meta.page = kmalloc(TANDEM_PAGE_BYTES, GFP_KERNEL);
	log->bits = kvcalloc(1, tandem_intent_bytes(log->shape.nr_regions), GFP_KERNEL);
	if (!log->meta.page || !log->bits)
		return -ENOMEM;
	tandem_intent_init(&log->intent, log->shape.nr_regions, log->bits);
	return tandem_clean_create(set);
}

void tandem_log_destroy(struct tandem_set *set)
{
	struct tandem_log *log = set->log;

	tandem_clean_destroy(set);
	if (!log)
		return;
	cancel_delayed_work_sync(&log->work);
	kvfree(log->bits);
	kfree(log->meta.page);
	kvfree(log);
	set->log = NULL;
}
