// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes into the next record of the intent log: all of it under array->lock, by
 * the log's own work item.
 *
 *	call back   regions that were to leave and are written again stay
 *	cleared     regions that have left; if writes wait, at most half of the changes
 *	new         regions of the writes that wait, as far as there is room
 *	ahead       the next regions of who writes in sequence (io/ahead.c)
 *
 * Decisions
 * - Cleared regions come first: the room that they leave is for the same record.
 *   While somebody writes in sequence they wait for a record that is due anyway.
 * - A write that there is no room for keeps back nobody. It is counted once.
 * - Unsure regions do not count against the share of the limit that is for writers: only
 *   copying takes them out, and nobody is to wait for that. They count against the limit:
 *   what the logs list is never more than can be copied within the recovery target.
 * - If the records that are needed are about to be overwritten, a record without
 *   changes comes first (core/log.h).
 */
#include "sys.h"
#include "io/logger.h"
#include "io/region.h"

/*
 * A region that was to leave is written again, and no record has said that it left:
 * it stays. array->lock held.
 */
void tandem_batch_call_back(struct tandem_log *log, u32 region)
{
	u32 i;

	for (i = 0; i < log->nr_clear; i++) {
		if (log->clear[i] != region)
			continue;
		log->clear[i] = log->clear[--log->nr_clear];
		tandem_region_mark_dirty(log->set, region, TANDEM_REGION_TOUCHED);
		return;
	}
}

static void call_back_all(struct tandem_log *log)
{
	struct tandem_request *request;

	list_for_each_entry(request, &log->waiting, node) {
		if (tandem_log_has(log, request->region) ||
		    !tandem_intent_has(&log->intent, request->region))
			continue;
		tandem_batch_call_back(log, request->region);
		/* As good as new, and perhaps the first of a stream. */
		if (request->op != TANDEM_OP_READ)
			log->ahead.returned = request->region + 1;
	}
}

static bool is_change_full(struct tandem_log *log)
{
	return log->change.nr_new + log->change.nr_cleared >= log->shape.changes;
}

/* Regions that have left; array->lock held. What does not fit waits for the next record. */
static void list_cleared(struct tandem_log *log, unsigned int most)
{
	struct tandem_log_change *change = &log->change;
	u32 region;

	while (log->nr_clear && change->nr_cleared < most) {
		region = log->clear[--log->nr_clear];
		tandem_intent_remove(&log->intent, region);
		change->region[change->nr_cleared++] = region;
	}
}

bool tandem_batch_has_room(const struct tandem_log *log)
{
	u32 sure = log->intent.nr_dirty - min(log->nr_unsure, log->intent.nr_dirty);

	return sure < tandem_log_share(log) + log->extra && tandem_log_left(log);
}

/* New regions stand before the cleared ones. */
void tandem_batch_list_new(struct tandem_log *log, u32 region)
{
	struct tandem_log_change *change = &log->change;

	change->region[change->nr_new + change->nr_cleared] = change->region[change->nr_new];
	change->region[change->nr_new++] = region;
	tandem_intent_add(&log->intent, region);
}

enum fate { FATE_GO, FATE_LISTED, FATE_LATER, FATE_NO_ROOM };

static enum fate list_write(struct tandem_log *log, u32 region)
{
	if (tandem_log_has(log, region))
		return FATE_GO;
	if (tandem_intent_has(&log->intent, region))
		return FATE_LISTED;
	if (is_change_full(log))
		return FATE_LATER;
	if (!tandem_batch_has_room(log))
		return FATE_NO_ROOM;
	tandem_batch_list_new(log, region);
	tandem_ahead_note(log, region);
	return FATE_LISTED;
}

/* Once for each write; a read is here because its home could not answer (io/read.c). */
static void count_wait(struct tandem_log *log, struct tandem_request *request)
{
	if (request->op == TANDEM_OP_READ)
		return;
	log->nr_waits += !request->tried;
	request->tried = 1;
}

/*
 * Which writes go into the next record; array->lock held. @ready: need none any
 * more. One that there is no room for does not keep back those behind it. True:
 * there was one.
 */
static bool list_writes(struct tandem_log *log, struct list_head *ready)
{
	struct tandem_request *request, *next;

	log->nr_starved = 0;
	list_for_each_entry_safe(request, next, &log->waiting, node) {
		switch (list_write(log, request->region)) {
		case FATE_GO:
			list_move_tail(&request->node, ready);
			break;
		case FATE_LISTED:
			list_move_tail(&request->node, &log->listed);
			break;
		case FATE_NO_ROOM:
			log->nr_starved++;
			count_wait(log, request);
			break;
		case FATE_LATER:
			break;
		}
	}
	return log->nr_starved;
}

/* Readers of the hot line are not to see it change when nothing changes. */
void tandem_batch_starved(struct tandem_log *log, bool starved)
{
	log->vain &= starved;
	if (log->set->starved != starved)
		WRITE_ONCE(log->set->starved, starved);
	WRITE_ONCE(log->full, starved && !tandem_log_left(log));
}

static void compose(struct tandem_log *log)
{
	struct tandem_log_record record = {
		.head = log->head, .intent = &log->intent, .change = &log->change,
		.turn = &log->turn,
	};

	record.head.sequence = log->sequence + 1;
	record.head.pin = tandem_log_pin(log);
	log->sent_flags = log->head.flags;
	tandem_log_encode(&log->shape, &record, log->meta.page);
}

/* Composes the next record, if there is one to send; array->lock held. */
bool tandem_batch_fill(struct tandem_log *log, struct list_head *ready)
{
	bool writes = !list_empty(&log->waiting);
	bool starved, any, due;

	log->change.nr_new = 0;
	log->change.nr_cleared = 0;
	if (tandem_log_must_turn(&log->shape, &log->turn, log->sequence)) {
		any = writes || log->nr_clear;
	} else {
		call_back_all(log);
		due = tandem_ahead_begin(log);
		if (writes || due || !tandem_ahead_is_alive(log))
			list_cleared(log, writes || due ? (log->shape.changes + 1) / 2 :
				     log->shape.changes);
		starved = list_writes(log, ready);
		tandem_batch_starved(log, starved);
		if (!starved)
			tandem_ahead_list(log);
		any = log->change.nr_new || log->change.nr_cleared ||
		      log->head.flags != log->flags;
	}
	if (any)
		compose(log);
	return any;
}
