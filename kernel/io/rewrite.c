// SPDX-License-Identifier: GPL-2.0-only
/*
 * The intent logs of all legs, written anew at a start and at a stop.
 *
 *	wipe     the logs of legs that are to be filled
 *	level    a leg that lacks the last record gets one of that number
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
#include "io/logger.h"
#include "io/region.h"
#include "io/request.h"
#include "io/rewrite.h"

/* A write that every leg of a group gets: what, and where on each. */
struct order {
	u64 legs;
	const void *bytes[TANDEM_MAX_SETS];	/* per set; NULL: leg->super_bytes */
	u64 sector[TANDEM_MAX_SETS];
	u32 length_bytes;
};

/* Asks @legs once. Returns those that did not see it; adds those that failed. */
static u64 ask(struct tandem_array *array, const struct order *order, u64 legs, u64 *failed)
{
	enum tandem_error_class class;
	struct tandem_leg *leg;
	const void *bytes;
	unsigned int i;
	u64 again = 0;

	tandem_control_begin(array);
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(legs & (1ull << i)))
			continue;
		bytes = order->bytes[leg->set->index] ?: leg->super_bytes;
		tandem_bio_init_buffer(&leg->meta_bio, &leg->meta_vec, (void *)bytes,
				       order->length_bytes);
		tandem_control_submit(leg, REQ_OP_WRITE | REQ_FUA | REQ_SYNC | REQ_META | REQ_PRIO,
				      order->sector[leg->set->index]);
	}
	tandem_control_wait(array);
	for (i = 0; i < array->params.nr_legs; i++) {
		if (!(legs & (1ull << i)))
			continue;
		class = tandem_fault_class(TANDEM_OP_METADATA, array->leg[i].meta_result);
		if (class == TANDEM_CLASS_RETRY)
			again |= 1ull << i;
		else if (class != TANDEM_CLASS_OK)
			*failed |= 1ull << i;
	}
	return again;
}

/* Returns the legs that failed. An error that passes is waited out. */
static u64 write_group(struct tandem_array *array, const struct order *order)
{
	unsigned int attempts = 0;
	u64 legs = order->legs;
	u64 failed = 0;

	for (;;) {
		legs = ask(array, order, legs, &failed);
		if (!legs || attempts++ == TANDEM_RETRY_ATTEMPTS)
			return failed | legs;
		msleep(TANDEM_RETRY_MS);
	}
}

u64 tandem_rewrite_wipe(struct tandem_array *array)
{
	u64 left = tandem_array_legs_in(array, TANDEM_LEG_REBUILDING);
	u32 size = tandem_log_ring_bytes(array);
	struct order order = { 0 };
	u32 offset = 0;
	u64 failed = 0;
	unsigned int i;

	if (!tandem_array_has_log(array))
		return 0;
	for (i = 0; i < array->params.nr_legs; i++)
		if (left & (1ull << i))
			memset(array->leg[i].super_bytes, 0, TANDEM_SUPER_BYTES);
	for (; offset < size && (left & ~failed); offset += order.length_bytes) {
		order.legs = left & ~failed;
		order.length_bytes = min(TANDEM_SUPER_BYTES, size - offset);
		for (i = 0; i < array->nr_sets; i++)
			order.sector[i] = array->super->log_offset_sectors +
				offset / TANDEM_SECTOR_BYTES;
		failed |= write_group(array, &order);
	}
	return failed;
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
	tandem_log_encode(&log->shape, &record, log->page);
	if (tandem_log_is_whole(&log->shape, &log->turn, log->sequence + 1)) {
		record.head.flags &= ~TANDEM_LOG_PART;
		tandem_log_encode(&log->shape, &record, log->page);
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

static void add_order(struct tandem_log *log, struct order *order)
{
	unsigned int set = log->set->index;

	order->bytes[set] = log->page;
	order->sector[set] = tandem_log_sector(log, log->sequence + 1);
	order->legs |= legs_behind(log->set, log->sequence + 1);
}

/*
 * Current legs that lack the last record of another get one of that number, which
 * says what a first record of this start would: then all are level, and nobody is
 * ever two ahead of another (A13). It does not count as one of this start's.
 */
static bool level_record(struct tandem_log *log, struct order *order)
{
	struct tandem_log_record record = {
		.head = log->head, .intent = &log->intent, .change = &log->change,
		.turn = &log->turn,
	};
	u32 cursor = log->turn.cursor;
	unsigned int set = log->set->index;
	struct tandem_leg *leg;
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < log->set->nr_legs; i++) {
		leg = tandem_set_leg(log->set, i);
		if (leg->state == TANDEM_LEG_CURRENT && leg->log_sequence &&
		    leg->log_sequence < log->sequence)
			legs |= 1ull << leg->index;
	}
	record.head.sequence = log->sequence;
	record.head.flags |= TANDEM_LOG_PART;
	if (!legs)
		return false;
	tandem_log_encode(&log->shape, &record, log->page);
	tandem_log_turn_reset(&log->turn);
	log->turn.cursor = cursor;
	order->bytes[set] = log->page;
	order->sector[set] = tandem_log_sector(log, log->sequence);
	order->legs |= legs;
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
	struct order order = { .length_bytes = TANDEM_PAGE_BYTES };
	bool any = false;
	unsigned int i;
	u64 failed;

	for (i = 0; tandem_array_has_log(array) && i < array->nr_sets; i++)
		any |= level_record(array->set[i].log, &order);
	if (!any)
		return 0;
	failed = write_group(array, &order);
	for (i = 0; i < array->nr_sets; i++)
		if (order.bytes[i])
			note_level(array->set[i].log, order.legs & ~failed);
	return failed;
}

u64 tandem_rewrite_write(struct tandem_array *array)
{
	struct order order;
	u64 failed = 0;
	unsigned int i;

	while (tandem_array_has_log(array) && !failed) {
		memset(&order, 0, sizeof(order));
		order.length_bytes = TANDEM_PAGE_BYTES;
		for (i = 0; i < array->nr_sets; i++) {
			move_on(array->set[i].log);
			if (next_record(array->set[i].log))
				add_order(array->set[i].log, &order);
		}
		if (!order.legs)
			break;
		failed = write_group(array, &order);
		for (i = 0; i < array->nr_sets; i++)
			if (order.bytes[i])
				note_written(array->set[i].log, order.legs & ~failed);
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
			if (!tandem_region_is_unsure(set, region))
				tandem_intent_remove(&log->intent, region);
		if (!atomic_read(&set->nr_unsure))
			log->head.flags &= ~TANDEM_LOG_ALL;
		log->head.pin = atomic_read(&set->nr_unsure) ? ffs(set->pin) : 0;
	}
	return !tandem_rewrite_write(array);
}
