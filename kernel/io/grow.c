// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets become longer. A start does it, for a table that asks for it ("grow SECTORS").
 *
 *	plan     longer in memory, if the maps and all disks in use have room
 *	prepare  current legs: zeroes in the new guard, and in the rest of a region that was
 *	         cut short by the old end; the pages of the map behind it, never written,
 *	         in both slots (I41)
 *	commit   the new length is in the record of the start (io/activate.c)
 *	logs     written anew by the new number of regions, as at every start
 *	up       requests are let in, behind the old end as well
 *
 * If power goes in prepare: zeroes and pages behind the old end, where nobody looks. In the
 * commit: some legs say the new length; a start with one of them is that of a longer
 * array, and does the rest again for the others; one without them is that of the old
 * one. Nothing was written behind the old end before the record is in both slots of
 * every leg in use.
 *
 * Decisions
 * - The new length is never in a record that was there before: one that is completed
 *   (io/activate.c) goes out with the length it had, or two legs would have one record
 *   and two lengths.
 * - Nothing on the disks says "growing". What tells is that a leg's own record is
 *   shorter than the newest one: then its map says nothing behind its own end, whatever
 *   lies in those pages, and that means never written (io/survey.c). So the order of
 *   legs does not matter, and a leg that comes back years later is no special case:
 *   what was written meanwhile is stale on it in the maps of the others.
 * - The last region may be short, and written: equal on all legs, by map and log. What
 *   the set gains in it must be so, too, before anybody can read it there: zeroes. A leg
 *   that was away lacks all of that region, if it is written (io/rejoin.c).
 * - A leg that is to be filled is not prepared: it gets its pages with its other ones,
 *   after the current legs' say what it lacks. A page that it does not have by then
 *   means that it lacks everything there.
 *
 * Invariants: I41; K3 behind the old end, where the home answers as it does anywhere
 * that nobody has written.
 */
#include "sys.h"
#include "core/fit.h"
#include "io/control.h"
#include "io/grow.h"
#include "io/survey.h"

#define GUARD_SECTORS	(TANDEM_GUARD_BYTES / TANDEM_SECTOR_BYTES)

/* Will it be written to as it is, or is it to be filled? */
static bool is_wanted(const struct tandem_leg *leg)
{
	return leg->use == TANDEM_USE_CURRENT || leg->use == TANDEM_USE_REBUILDING;
}

static int check_disks(const struct tandem_array *array, const char **why)
{
	const struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!is_wanted(leg) || tandem_fit_room(array->super, leg->disk->size_sectors))
			continue;
		*why = "disk smaller than the array is to become";
		return -ENOSPC;
	}
	return 0;
}

int tandem_grow_plan(struct tandem_array *array, const char **why)
{
	struct tandem_geometry *geo = &array->super->geo;
	u64 wanted = array->params.grow_sectors;
	int error;

	if (wanted <= geo->set_sectors)
		return 0;
	*why = "read-only array that is to grow";
	if (array->params.read_only)
		return -EROFS;
	error = tandem_fit_grown(array->super, wanted, why);
	if (error)
		return error;
	geo->set_sectors = wanted;
	error = check_disks(array, why);
	if (!error)
		*why = NULL;
	return error;
}

u64 tandem_grow_found(const struct tandem_array *array)
{
	u64 longest = 0;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].found && array->leg[i].use != TANDEM_USE_IGNORE)
			longest = max(longest, array->found[i].geo.set_sectors);
	return longest;
}

u32 tandem_grow_known_regions(const struct tandem_leg *leg)
{
	const struct tandem_array *array = leg->array;

	return min(tandem_geometry_regions(&array->found[leg->index].geo),
		   tandem_geometry_regions(&array->super->geo));
}

/* Of @legs, those whose own record says less than the array's. */
static u64 shorter_legs(const struct tandem_array *array, u64 legs)
{
	u64 now = array->super->geo.set_sectors;
	u64 shorter = 0;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++)
		if (legs & (1ull << i) && array->found[i].geo.set_sectors < now)
			shorter |= 1ull << i;
	return shorter;
}

u32 tandem_grow_edge(const struct tandem_leg *leg)
{
	const struct tandem_geometry *own = &leg->array->found[leg->index].geo;
	const struct tandem_geometry *now = &leg->array->super->geo;

	if (own->set_sectors >= now->set_sectors || !(own->set_sectors % now->region_sectors))
		return TANDEM_GROW_NO_EDGE;
	return (u32)(own->set_sectors / now->region_sectors);
}

/* Sectors of a disk: from @first to before @end. */
struct span {
	u64 first;
	u64 end;
};

/* What lies at the end of an enlarged disk may be taken for another format. */
static struct span guard_of(const struct tandem_leg *leg)
{
	u64 end = leg->disk->size_sectors;

	return (struct span){ end - GUARD_SECTORS, end };
}

static struct span edge_of(const struct tandem_leg *leg)
{
	const struct tandem_super *super = leg->array->super;
	u64 data = super->data_offset_sectors;
	u32 edge = tandem_grow_edge(leg);
	u64 end;

	if (edge == TANDEM_GROW_NO_EDGE)
		return (struct span){ 0, 0 };
	end = min((u64)(edge + 1) * super->geo.region_sectors, super->geo.set_sectors);
	return (struct span){ data + leg->array->found[leg->index].geo.set_sectors, data + end };
}

/* Adds the piece of every leg that begins at @offset of its span. */
static void add_pieces(struct tandem_array *array, u64 legs, u64 offset,
		       struct span (*span_of)(const struct tandem_leg *leg))
{
	struct tandem_group *group = array->group;
	u64 length = TANDEM_SUPER_BYTES / TANDEM_SECTOR_BYTES;
	struct span span;
	unsigned int i;

	group->legs = 0;
	for (i = 0; i < array->params.nr_legs; i++) {
		if (!(legs & (1ull << i)))
			continue;
		span = span_of(&array->leg[i]);
		if (span.first + offset >= span.end)
			continue;
		group->legs |= 1ull << i;
		group->sector[i] = span.first + offset;
		length = min(length, span.end - span.first - offset);
	}
	group->length_bytes = (u32)length * TANDEM_SECTOR_BYTES;
}

/* Returns the legs that failed. Durable by the next flush. */
static u64 write_zeroes(struct tandem_array *array, u64 legs,
			struct span (*span_of)(const struct tandem_leg *leg))
{
	struct tandem_group *group = tandem_control_group(array);
	u64 offset = 0;
	u64 failed = 0;
	unsigned int i;

	group->op = TANDEM_OP_METADATA;
	group->opf = REQ_OP_WRITE | REQ_SYNC | REQ_META | REQ_PRIO;
	for (i = 0; i < array->params.nr_legs; i++)
		if (legs & (1ull << i))
			memset(array->leg[i].super_bytes, 0, TANDEM_SUPER_BYTES);
	for (;;) {
		add_pieces(array, legs & ~failed, offset, span_of);
		if (!group->legs)
			return failed;
		failed |= tandem_control_run(array, group);
		offset += group->length_bytes / TANDEM_SECTOR_BYTES;
	}
}

static u64 flush(struct tandem_array *array, u64 legs)
{
	struct tandem_group *group = tandem_control_group(array);

	group->legs = legs;
	group->op = TANDEM_OP_FLUSH;
	group->opf = REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC;
	return legs ? tandem_control_run(array, group) : 0;
}

u64 tandem_grow_guard(struct tandem_array *array, u64 legs)
{
	return write_zeroes(array, shorter_legs(array, legs), guard_of);
}

u64 tandem_grow_prepare(struct tandem_array *array)
{
	u64 legs = shorter_legs(array, tandem_array_legs_in(array, TANDEM_LEG_CURRENT));
	u64 failed;

	if (!legs)
		return 0;
	pr_info("tandem %s: sets grow to %llu sectors\n", array->super->name,
		(unsigned long long)array->super->geo.set_sectors);
	failed = write_zeroes(array, legs, guard_of);
	failed |= write_zeroes(array, legs & ~failed, edge_of);
	failed |= flush(array, legs & ~failed);
	return failed | tandem_survey_write(array, legs & ~failed);
}

void tandem_grow_note(struct tandem_array *array)
{
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (tandem_leg_is_written(leg->state))
			array->super->place[i].disk_sectors = leg->disk->size_sectors;
	}
}
