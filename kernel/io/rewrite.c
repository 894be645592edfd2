// SPDX-License-Identifier: GPL-2.0-only
/*
 * The intent logs of all legs, written anew at a start and at a stop.
 *
 *	wipe     the logs of legs that are to be filled, and the end of their disks
 *	level    a leg that lacks the last record, or may, gets one of that number
 *	write    all that is dirty to every leg in use, before anything else is (A10)
 *
 * If power goes in wipe: the leg is to be filled, nobody asks its log. In write: a
 * leg's log has the union in the windows written so far and what it had in the
 * others; the next start takes the union of that. Data is written to no leg before
 * the logs of all are done.
 *
 * A stop writes what is still unsure, nothing as a rule, in the same way: after a
 * flush of all legs, so what leaves is equal and durable.
 *
 * Decisions
 * - Lock-step holds here as well: a record goes to no leg before the one before it is
 *   on all. Two legs of which one is a record behind must not get the next one
 *   together, or the next start may find them two apart and stop (A13).
 * - A leg that errs must have left on record before the next record goes to any: that
 *   is the caller's part, who then calls again.
 * - The windows go on where they were, so that a start that breaks off has not been
 *   for nothing.
 */
#include "sys.h"
#include "core/fault.h"
#include "io/control.h"
#include "io/grow.h"
#include "io/logger.h"
#include "io/region.h"
#include "io/request.h"
#include "io/rewrite.h"

static struct tandem_group *make_group(struct tandem_array *array)
{
	struct tandem_group *group = tandem_control_group(array);

	group->op = TANDEM_OP_METADATA;
	group->opf = REQ_OP_WRITE | REQ_FUA | REQ_SYNC | REQ_META | REQ_PRIO;
	group->length_bytes = TANDEM_PAGE_BYTES;
	return group;
}

u64 tandem_rewrite_wipe(struct tandem_array *array)
{
	u64 left = tandem_array_legs_in(array, TANDEM_LEG_REBUILDING);
	u32 size = tandem_log_ring_bytes(array);
	struct tandem_group *group = make_group(array);
	u32 offset = 0;
	u64 failed = 0;
	unsigned int i;

	if (!tandem_array_has_log(array))
		return 0;
	for (i = 0; i < array->params.nr_legs; i++)
		if (left & (1ull << i))
			memset(array->leg[i].super_bytes, 0, TANDEM_SUPER_BYTES);
	for (; offset < size && (left & ~failed); offset += group->length_bytes) {
		group->legs = left & ~failed;
		group->length_bytes = min(TANDEM_SUPER_BYTES, size - offset);
		for (i = 0; i < array->params.nr_legs; i++)
			group->sector[i] = array->super->log_offset_sectors +
				offset / TANDEM_SECTOR_BYTES;
		failed |= tandem_control_run(array, group);
	}
	return failed | tandem_grow_guard(array, left & ~failed);
}

void tandem_rewrite_begin(struct tandem_array *array)
{
	struct tandem_log *log;
	unsigned int i;
	u32 cursor;

	if (!tandem_array_has_log(array))
		return;
	for (i = 0; i < array->nr_sets; i++) {
		log = array->set[i].log;
		cursor = log->turn.cursor;
		tandem_log_turn_reset(&log->turn);
		log->turn.cursor = cursor;
		log->change.nr_new = 0;
		log->change.nr_cleared = 0;
		log->nr_clear = 0;
		log->state = LOG_IDLE;
	}
}

/* False: the log of this set says all of it. */
static bool next_record(struct tandem_log *log)
{
	struct tandem_log_record record = {
		.head = log->head, .intent = &log->intent, .change = &log->change,
		.turn = &log->turn,
	};

	if (tandem_log_is_whole(&log->shape, &log->turn, log->sequence))
		return false;
	record.head.sequence = log->sequence + 1;
	record.head.flags |= TANDEM_LOG_PART;
	tandem_log_encode(&log->shape, &record, log->meta.page);
	if (tandem_log_is_whole(&log->shape, &log->turn, log->sequence + 1)) {
		record.head.flags &= ~TANDEM_LOG_PART;
		tandem_log_encode(&log->shape, &record, log->meta.page);
	}
	return true;
}

/* Legs of @set in use whose last record is older than @sequence. */
static u64 legs_behind(struct tandem_set *set, u64 sequence)
{
	u64 in_use = tandem_array_legs_in(set->array, TANDEM_LEG_CURRENT) |
		     tandem_array_legs_in(set->array, TANDEM_LEG_REBUILDING);
	struct tandem_leg *leg;
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (leg->log_sequence < sequence)
			legs |= 1ull << leg->index;
	}
	return legs & in_use;
}

/* Record @sequence, in log->meta.page, to @legs of the set. */
static void add_page(struct tandem_log *log, struct tandem_group *group, u64 sequence, u64 legs)
{
	unsigned int i = log->set->first_leg;
	unsigned int end = i + log->set->nr_legs;

	for (; i < end; i++) {
		group->bytes[i] = log->meta.page;
		group->sector[i] = tandem_log_sector(log, sequence);
	}
	group->legs |= legs;
}

static void note_written(struct tandem_log *log, u64 written)
{
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < log->set->nr_legs; i++) {
		leg = tandem_set_leg(log->set, i);
		if (written & (1ull << leg->index))
			leg->log_sequence = log->sequence + 1;
	}
}

/* When all that stay have the record the next one may follow. */
static void move_on(struct tandem_log *log)
{
	if (log->turn.newest != log->sequence + 1 || legs_behind(log->set, log->sequence + 1))
		return;
	log->sequence++;
	log->nr_records++;
}

/*
 * Current legs that lack the last record of another, or of which nobody could read how
 * far they have come, get one of that number, which says what a first record of this
 * start would: then all are level, and nobody is ever two ahead of another (A13). It does
 * not count as one of this start's.
 */
static bool level_record(struct tandem_log *log, struct tandem_group *group)
{
	struct tandem_log_record record = {
		.head = log->head, .intent = &log->intent, .change = &log->change,
		.turn = &log->turn,
	};
	u32 cursor = log->turn.cursor;
	struct tandem_leg *leg;
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < log->set->nr_legs; i++) {
		leg = tandem_set_leg(log->set, i);
		if (leg->state == TANDEM_LEG_CURRENT && leg->log_sequence < log->sequence)
			legs |= 1ull << leg->index;
	}
	record.head.sequence = log->sequence;
	record.head.flags |= TANDEM_LOG_PART;
	if (!legs)
		return false;
	tandem_log_encode(&log->shape, &record, log->meta.page);
	tandem_log_turn_reset(&log->turn);
	log->turn.cursor = cursor;
	add_page(log, group, log->sequence, legs);
	return true;
}

static void note_level(struct tandem_log *log, u64 written)
{
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < log->set->nr_legs; i++) {
		leg = tandem_set_leg(log->set, i);
		if (written & (1ull << leg->index))
			leg->log_sequence = log->sequence;
	}
}

u64 tandem_rewrite_level(struct tandem_array *array)
{
	struct tandem_group *group = make_group(array);
	bool any = false;
	unsigned int i;
	u64 failed;

	for (i = 0; tandem_array_has_log(array) && i < array->nr_sets; i++)
		any |= level_record(array->set[i].log, group);
	if (!any)
		return 0;
	failed = tandem_control_run(array, group);
	for (i = 0; i < array->nr_sets; i++)
		note_level(array->set[i].log, group->legs & ~failed);
	return failed;
}

u64 tandem_rewrite_write(struct tandem_array *array)
{
	struct tandem_group *group;
	struct tandem_log *log;
	u64 failed = 0;
	unsigned int i;

	while (tandem_array_has_log(array) && !failed) {
		group = make_group(array);
		for (i = 0; i < array->nr_sets; i++) {
			log = array->set[i].log;
			move_on(log);
			if (next_record(log))
				add_page(log, group, log->sequence + 1,
					 legs_behind(log->set, log->sequence + 1));
		}
		if (!group->legs)
			break;
		failed = tandem_control_run(array, group);
		for (i = 0; i < array->nr_sets; i++)
			note_written(array->set[i].log, group->legs & ~failed);
	}
	return failed;
}

bool tandem_rewrite_end(struct tandem_array *array)
{
	struct tandem_set *set;
	struct tandem_log *log;
	unsigned int s;
	u32 region;

	if (!tandem_array_has_log(array))
		return true;
	tandem_rewrite_begin(array);
	for (s = 0; s < array->params.nr_legs; s++)
		array->leg[s].log_sequence = array->leg[s].set->log->sequence;
	for (s = 0; s < array->nr_sets; s++) {
		set = &array->set[s];
		log = set->log;
		for (region = tandem_intent_next(&log->intent, 0); region < log->intent.nr_regions;
		     region = tandem_intent_next(&log->intent, region + 1))
			if (!tandem_region_is_unlike(set, region))
				tandem_intent_remove(&log->intent, region);
		if (!atomic_read(&set->nr_unsure))
			log->head.flags &= ~TANDEM_LOG_ALL;
		log->head.pin = tandem_log_pin(log);
	}
	return !tandem_rewrite_write(array);
}
