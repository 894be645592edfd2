// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One leg takes the place of another.
 *
 * Decisions
 * - While it lasts the set has one leg more, and that is all: it is written, logged, mapped,
 *   filled, promoted and failed by the rules of any leg, and no rule knows of two disks for
 *   one place. So redundancy is kept by construction, and a leg that fails meanwhile, old or
 *   new, is one that fails.
 * - The new place is the last of its set, so nobody's position in the set changes, and with
 *   that no bit of a region map and no pin of a log. Of what the new position meant before
 *   nothing is left: the leg is filled as a whole, and the maps say so before the record does.
 * - Handing the number over keeps the maps true as they are. The bits of the old position
 *   may say that the new leg lacks something; of a current leg such bits say too much, and
 *   are passed over (io/survey.c). The bits of the last position mean nobody.
 * - What is asked of the old leg (its read class) is asked of the new one, too, unless an
 *   administrator says otherwise meanwhile; with the number it hands on what it has then.
 * - Which place it replaces is written down by position, in the new place: it outlives any
 *   change of identity, in either place, and a superblock from before has zero there.
 */
#include "sys.h"
#include "core/replace.h"

static int refuse(const char **why, const char *phrase, int error)
{
	if (why)
		*why = phrase;
	return error;
}

unsigned int tandem_replace_find(const struct tandem_super *super, const struct tandem_id *id)
{
	unsigned int leg;

	for (leg = 0; leg < super->nr_legs && leg < TANDEM_MAX_LEGS; leg++)
		if (!tandem_id_is_none(id) && tandem_id_equal(&super->place[leg].id, id))
			return leg;
	return TANDEM_NO_PLACE;
}

static unsigned int last_of(const struct tandem_super *super, unsigned int set)
{
	return super->set[set].first_leg + super->set[set].nr_legs - 1u;
}

unsigned int tandem_replace_old_of(const struct tandem_super *super, unsigned int leg)
{
	if (leg >= super->nr_legs || !super->place[leg].replaces)
		return TANDEM_NO_PLACE;
	return super->set[super->place[leg].set].first_leg + super->place[leg].replaces - 1u;
}

unsigned int tandem_replace_new_of(const struct tandem_super *super, unsigned int leg)
{
	unsigned int last;

	if (leg >= super->nr_legs)
		return TANDEM_NO_PLACE;
	last = last_of(super, super->place[leg].set);
	return tandem_replace_old_of(super, last) == leg ? last : TANDEM_NO_PLACE;
}

static bool is_out(enum tandem_leg_state state)
{
	return state == TANDEM_LEG_MISSING || state == TANDEM_LEG_FAILED ||
	       state == TANDEM_LEG_STALE;
}

void tandem_replace_cover(const struct tandem_super *super, enum tandem_leg_state *state,
			  unsigned int nr)
{
	unsigned int leg, old;

	for (leg = 0; leg < nr; leg++) {
		old = tandem_replace_old_of(super, leg);
		if (old == TANDEM_NO_PLACE)
			continue;
		if (state[old] == TANDEM_LEG_CURRENT && state[leg] == TANDEM_LEG_REBUILDING)
			state[leg] = TANDEM_LEG_CURRENT;
		else if (state[leg] == TANDEM_LEG_CURRENT && is_out(state[old]))
			state[old] = TANDEM_LEG_CURRENT;
	}
}

/* Places from @from on move by one, up or down, and so do the sets behind @set. */
static void move_places(struct tandem_super *super, unsigned int set, unsigned int from, int by)
{
	unsigned int nr = super->nr_legs - from;
	unsigned int i;

	memmove(&super->place[(int)from + by], &super->place[from], nr * sizeof(*super->place));
	for (i = set + 1; i < super->geo.nr_sets; i++)
		super->set[i].first_leg = (u16)(super->set[i].first_leg + by);
	super->set[set].nr_legs = (u16)(super->set[set].nr_legs + by);
	super->nr_legs = (u16)(super->nr_legs + by);
	if (super->leg >= from)
		super->leg = (u16)(super->leg + by);
}

int tandem_replace_widen(struct tandem_super *super, unsigned int leg, const char **why)
{
	unsigned int set, new;

	if (leg >= super->nr_legs)
		return refuse(why, "leg to be replaced (none of the array)", -EINVAL);
	set = super->place[leg].set;
	new = last_of(super, set) + 1;
	if (super->place[new - 1].replaces)
		return refuse(why, "set of which a leg is being replaced", -EBUSY);
	if (super->set[set].nr_legs >= TANDEM_MAX_LEGS_PER_SET)
		return refuse(why, "set that has 8 legs (no room for one more)", -EINVAL);
	if (super->nr_legs >= TANDEM_MAX_LEGS)
		return refuse(why, "array that has 64 legs (no room for one more)", -EINVAL);
	move_places(super, set, new, 1);
	memset(&super->place[new], 0, sizeof(super->place[new]));
	super->place[new].set = (u16)set;
	super->place[new].record = TANDEM_RECORD_MISSING;
	super->place[new].replaces = (u8)(leg - super->set[set].first_leg + 1);
	super->place[new].read_class = super->place[leg].read_class;
	return (int)new;
}

static bool in_use(const struct tandem_super *super, unsigned int leg)
{
	return super->place[leg].record == TANDEM_RECORD_CURRENT ||
	       super->place[leg].record == TANDEM_RECORD_REBUILDING;
}

int tandem_replace_narrow(struct tandem_super *super, unsigned int leg, const char **why)
{
	unsigned int new = tandem_replace_new_of(super, leg);
	const bool takes_over = new != TANDEM_NO_PLACE;
	struct tandem_config *config;
	unsigned int set;

	if (!takes_over && tandem_replace_old_of(super, leg) == TANDEM_NO_PLACE)
		return refuse(why, "leg that is to go (it neither replaces one nor is replaced)",
			      -EINVAL);
	if (in_use(super, leg))
		return refuse(why, "leg that is to go (it is in use)", -EBUSY);
	if (takes_over && super->place[new].record != TANDEM_RECORD_CURRENT)
		return refuse(why, "leg that is to take over (it is not current)", -EBUSY);
	set = super->place[leg].set;
	config = &super->set[set];
	if (!takes_over)
		new = leg;
	if (config->home == leg - config->first_leg + 1)
		config->home = 0;
	else if (config->home == new - config->first_leg + 1)
		config->home = (u8)(leg - config->first_leg + 1);
	super->place[new].replaces = 0;
	super->place[leg] = super->place[new];
	if (super->leg == new)
		super->leg = (u16)leg;
	move_places(super, set, new + 1, -1);
	memset(&super->place[super->nr_legs], 0, sizeof(super->place[super->nr_legs]));
	return (int)new;
}
