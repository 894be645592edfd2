// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a leg lacks that is to be filled.
 *
 *	a new disk                           all that is written
 *	a leg that was current here before,  what became stale on it, what is in the
 *	  and is as it was when it left        logs of the current legs, and in its own
 *	a leg that is being filled, and      the same, but for what is stale already: an
 *	  whose log ends with the others'      older image of it lacks that
 *	any other                            all that is written
 *
 * As it was when it left: its superblock says that it was current, its intent log can
 * be read, and ends where the record of its leaving says, or up to two records behind
 * that. One that ends before is an old image of itself: it lacks what left the log
 * between, and nobody knows what that was. An image from behind its last record lacks
 * nothing but what is in its log. One that ends later went on without us.
 *
 * A slot of such a leg that is torn is made whole first, with what the other one says.
 *
 * If power goes here: the maps of some current legs say that the leg lacks more than
 * they need to say. It is on record as being filled only when all of them do; and not a
 * byte is written to it before that, but for the torn slot, on which nothing counts.
 *
 * Decisions: a leg that was being filled when it left lacks all. What it had gained is
 * in the maps, but nothing tells it from an older image of itself.
 *
 * Invariants: I38 (what a returning leg lacks is durable before it is written to), A13.
 */
#include "sys.h"
#include "core/fit.h"
#include "io/control.h"
#include "io/grow.h"
#include "io/mapper.h"
#include "io/rejoin.h"
#include "io/rings.h"
#include "io/survey.h"

/* One may have been under way when it left, one when the others went on. */
#define RECORDS_BEHIND	2u

/* An array that has grown may have outgrown its disk. */
bool tandem_rejoin_is_possible(const struct tandem_leg *leg)
{
	return leg->found && leg->state != TANDEM_LEG_CURRENT &&
	       leg->state != TANDEM_LEG_REBUILDING && !leg->hidden &&
	       tandem_fit_room(leg->array->super, leg->disk->size_sectors);
}

/* By its superblock, is it the leg that left? */
static bool was_current(const struct tandem_leg *leg)
{
	const struct tandem_super *found = &leg->array->found[leg->index];
	const struct tandem_place *place = &leg->array->super->place[leg->index];

	return leg->use == TANDEM_USE_STALE && place->last_log_seq &&
	       !(found->flags & TANDEM_FLAG_BLANK) &&
	       tandem_id_equal(&found->leg_id, &place->id) &&
	       found->place[found->leg].record == TANDEM_RECORD_CURRENT;
}

/* And by its log? */
static bool is_as_it_left(const struct tandem_leg *leg, struct tandem_rings *rings)
{
	u64 left = leg->array->super->place[leg->index].last_log_seq;
	u64 most;
	struct tandem_log_replay *replay = &rings->replay;

	if (leg->use == TANDEM_USE_REBUILDING) {
		/* Lock-step: it has the last record, or the one before. */
		most = leg->set->log->sequence;
		left = most ? most - 1 : 0;
	} else if (!was_current(leg)) {
		return false;
	}
	if (tandem_log_replay(&leg->set->log->shape, rings->area.leg[leg->index], replay))
		return false;
	return !(replay->head.flags & TANDEM_LOG_ALL) && replay->head.sequence >= left &&
	       replay->head.sequence <= left + RECORDS_BEHIND;
}

/*
 * Notes in the map of the set what @leg lacks; @dirty: by its own log, NULL: all. If the
 * set has grown meanwhile, the region that its end lay in has become longer.
 */
static void note(struct tandem_leg *leg, const struct tandem_intent *dirty)
{
	struct tandem_map *map = leg->set->map;
	const struct tandem_log *log = leg->set->log;
	u32 edge = tandem_grow_edge(leg);
	u32 region, nr = 0;
	u16 entry;

	for (region = 0; region < map->table.nr_regions; region++) {
		entry = map->table.entry[region];
		if (!dirty || region == edge || tandem_intent_has(dirty, region) ||
		    tandem_intent_has(&log->intent, region))
			tandem_map_put(map, region,
				       tandem_map_entry(tandem_map_content(entry),
							tandem_map_stale(entry) | leg->bit));
		nr += !!(tandem_map_stale(map->table.entry[region]) & leg->bit);
	}
	pr_info("tandem %s: leg %u (%s): %s, %u of %u regions are to be copied\n",
		leg->array->super->name, leg->index, leg->disk->name,
		dirty ? "has some already" : "is filled as a whole", nr, map->table.nr_regions);
}

static void rejoin_leg(struct tandem_leg *leg, struct tandem_rings *rings)
{
	bool partial = is_as_it_left(leg, rings) &&
		       !(leg->set->log->head.flags & TANDEM_LOG_ALL);

	note(leg, partial ? &rings->replay.state : NULL);
}

/* From now on, or still. */
static bool is_to_be_filled(const struct tandem_leg *leg)
{
	if (leg->found && leg->state == TANDEM_LEG_REBUILDING)
		return true;
	return leg->array->params.rebuild & (1ull << leg->index) && tandem_rejoin_is_possible(leg);
}

/* Its own newest record once more, into the slot that is not whole. */
static void send_own(struct tandem_leg *leg, struct tandem_group *group)
{
	struct tandem_super *found = &leg->array->found[leg->index];

	found->sequence = leg->sequence + 1;
	tandem_super_encode(found, leg->super_bytes);
	found->sequence = leg->sequence;
	group->legs |= 1ull << leg->index;
	group->sector[leg->index] = tandem_super_slot_bytes(!leg->slot) / TANDEM_SECTOR_BYTES;
}

u64 tandem_rejoin_mend(struct tandem_array *array)
{
	struct tandem_group *group = tandem_control_group(array);
	struct tandem_leg *leg;
	unsigned int i;
	u64 failed;

	group->op = TANDEM_OP_METADATA;
	group->opf = REQ_OP_WRITE | REQ_FUA | REQ_SYNC | REQ_META;
	group->length_bytes = TANDEM_SUPER_BYTES;
	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].torn && is_to_be_filled(&array->leg[i]))
			send_own(&array->leg[i], group);
	failed = tandem_control_run(array, group);
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (failed & (1ull << i))
			pr_err("tandem %s: leg %u (%s): not filled, cannot write a torn slot\n",
			       array->super->name, i, leg->disk->name);
		if (!(group->legs & ~failed & (1ull << i)))
			continue;
		leg->slot = !leg->slot;
		leg->sequence++;
		leg->torn = false;
	}
	return failed;
}

int tandem_rejoin(struct tandem_array *array, u64 *failed, const char **why)
{
	struct tandem_rings *rings;
	unsigned int i;
	u64 legs = 0;

	*failed = 0;
	if (!tandem_array_has_map(array))
		return 0;
	for (i = 0; i < array->params.nr_legs; i++)
		if (is_to_be_filled(&array->leg[i]))
			legs |= 1ull << i;
	if (!legs)
		return 0;
	rings = tandem_rings_read(array, legs);
	if (!rings) {
		*why = "no memory";
		return -ENOMEM;
	}
	for (i = 0; i < array->params.nr_legs; i++)
		if (legs & (1ull << i))
			rejoin_leg(&array->leg[i], rings);
	tandem_rings_free(array, rings);
	*failed = tandem_survey_write(array, tandem_array_legs_in(array, TANDEM_LEG_CURRENT));
	return 0;
}
