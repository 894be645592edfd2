// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set gets one place more, for a leg that is to replace another, or one less, when it has.
 * A start does it, for a table that asks for it ("replace LEG", "retire LEG").
 *
 *	plan     one place more or less in memory (core/replace.c)
 *	rejoin   as at any start: all that is written is stale on a leg that is new, in the
 *	         maps of all current legs
 *	commit   the places are in the record of the start (io/activate.c), with its new epoch
 *	up       all is as after any start, with that many legs
 *
 * If power goes in rejoin: maps speak of a position that no leg has; nobody looks at it, and
 * the next start that makes the place says so again. In the commit: some legs have the new
 * places, and name what the others hold; with one of them the next start has the new
 * places, without it the old ones. A leg is known by its identity in either (core/assembly.c).
 *
 * Decisions
 * - A place that goes must have left by the rules of any leg before: failed by hand, on
 *   record on all others. So this start takes nothing from anybody, and a leg that is taken
 *   out of the table by mistake is missed (UNPROVEN), as at any time.
 * - The table has the new number of legs. Once the disks have it, too, the word means
 *   nothing more; so a table may be resumed again.
 * - One record has one set of places. What may be in a slot that cannot be read is completed
 *   by a start that changes nothing (io/activate.c), never by this one. That is about legs
 *   that are written: of one that is out of use nobody takes anything, whatever is in it.
 * - What is forced is not reshaped as well: one doubt at a time.
 * - The pin in a log is a position. This start knows what it meant. If power goes between its
 *   record and its logs, the next one does not: then the old leg's position names the leg
 *   that took it, which is current, and the last one names nobody. Either is good: what was
 *   pinned to the leg that went is free, and one that handed its old position over is
 *   the home still, if it was.
 */
#include "sys.h"
#include "core/replace.h"
#include "io/control.h"
#include "io/logger.h"
#include "io/reshape.h"

static bool asks(const struct tandem_array *array)
{
	const unsigned int now = array->super->nr_legs;

	return (array->params.replace && now + 1 == array->params.nr_legs) ||
	       (array->params.retire && now == array->params.nr_legs + 1u);
}

static int check(const struct tandem_array *array, const char **why)
{
	u64 asked = array->params.rebuild;
	unsigned int i;

	*why = "read-only array of which a leg is to be replaced";
	if (array->params.read_only)
		return -EROFS;
	*why = "start by force, in which a leg is to be replaced";
	if (array->plan.forced)
		return -EINVAL;
	*why = "superblock slot that cannot be read or is not whole, while a leg is to be replaced";
	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].use == TANDEM_USE_CURRENT ||
		    array->leg[i].use == TANDEM_USE_REBUILDING)
			asked |= 1ull << i;
	for (i = 0; i < array->params.nr_legs; i++)
		if (asked & (1ull << i) && array->leg[i].found &&
		    tandem_leg_may_have_news(&array->leg[i]))
			return -EIO;
	return 0;
}

static int narrow(struct tandem_array *array, const char **why)
{
	struct tandem_reshape *reshape = &array->reshape;
	struct tandem_super *super = array->super;
	unsigned int leg = array->params.retire - 1u;
	unsigned int first;
	int last;

	reshape->set = leg < super->nr_legs ? super->place[leg].set : 0;
	first = super->set[reshape->set].first_leg;
	last = tandem_replace_narrow(super, leg, why);
	if (last < 0)
		return last;
	reshape->from = (u8)((unsigned int)last - first);
	reshape->to = (u8)(leg - first);
	return 0;
}

int tandem_reshape_plan(struct tandem_array *array, const char **why)
{
	int error;

	memset(&array->reshape, 0, sizeof(array->reshape));
	if (!asks(array))
		return 0;
	error = check(array, why);
	if (!error && array->params.retire)
		error = narrow(array, why);
	else if (!error)
		error = min(0, tandem_replace_widen(array->super, array->params.replace - 1u, why));
	if (error)
		return error;
	array->reshape.active = true;
	*why = NULL;
	return 0;
}

void tandem_reshape_pin(struct tandem_array *array)
{
	const struct tandem_reshape *reshape = &array->reshape;
	struct tandem_log *log;
	bool moved;

	if (!reshape->active || !array->params.retire || !tandem_array_has_log(array))
		return;
	log = array->set[reshape->set].log;
	moved = log->pin & (1u << reshape->from);
	log->pin &= ~(1u << reshape->from | 1u << reshape->to);
	if (moved && reshape->from != reshape->to)
		log->pin |= 1u << reshape->to;
}
