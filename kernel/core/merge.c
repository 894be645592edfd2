// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From the chooser's plan to the superblock that is to be activated, and to words.
 *
 * What a leg was found with is noted here and nowhere else: lineage.h says why each place
 * lists two pairs, core/assembly.c relies on it.
 *
 * Records that are joined may number their places differently: an old leg that is used by
 * force has not heard that a leg was being replaced meanwhile, in its own set or in another.
 * So each set is taken from one record as a whole, by position, and they are laid one behind
 * the other. What else goes by position, the maps and the pin in the logs of that set, is
 * read from that same leg, and means what it meant.
 */
#include "sys.h"
#include "core/assembly.h"
#include "core/lineage.h"
#include "core/replace.h"

static bool pair_equal(const struct tandem_pair *a, const struct tandem_pair *b)
{
	return tandem_id_equal(&a->config, &b->config) && tandem_id_equal(&a->epoch, &b->epoch);
}

/*
 * Notes in a place what its leg was found with; @found: its superblock, or NULL.
 * The other pair stays: what was read may be in a cache only.
 */
static void note_found(const struct tandem_super *found, struct tandem_place *place)
{
	struct tandem_pair held;

	if (!found) {
		if (place->record == TANDEM_RECORD_REBUILDING)
			place->record = TANDEM_RECORD_STALE;
		return;
	}
	if (found->flags & TANDEM_FLAG_BLANK)
		return;
	held = tandem_lineage_pair(found, place->set);
	if (pair_equal(&held, &place->issued))
		place->issued = place->last;
	place->last = held;
}

/* One set more, behind those that are there. */
static void merge_set(const struct tandem_candidate *candidate, const struct tandem_plan *plan,
		      struct tandem_super *super, unsigned int set)
{
	const struct tandem_super *from = candidate[plan->config_of[set]].super;
	const struct tandem_place *source = &from->place[from->set[set].first_leg];
	const unsigned int first = super->nr_legs;
	unsigned int k;

	super->set[set] = from->set[set];
	super->set[set].first_leg = (u16)first;
	for (k = 0; k < from->set[set].nr_legs; k++) {
		struct tandem_place *place = &super->place[first + k];
		const int i = plan->of_place[first + k];

		*place = source[k];
		/* What a leg in use was sent last; `create` need not say so. */
		if (place->record == TANDEM_RECORD_CURRENT)
			place->issued = tandem_lineage_pair(from, set);
		note_found(i < 0 ? NULL : candidate[i].super, place);
	}
	super->nr_legs = (u16)(first + k);
}

void tandem_assembly_merge(const struct tandem_candidate *candidate,
			   const struct tandem_plan *plan, struct tandem_super *super)
{
	unsigned int set, leg;

	*super = *candidate[plan->newest].super;
	super->nr_legs = 0;
	for (set = 0; set < super->geo.nr_sets; set++)
		merge_set(candidate, plan, super, set);
	memset(&super->place[super->nr_legs], 0,
	       (TANDEM_MAX_LEGS - super->nr_legs) * sizeof(*super->place));
	/* It may be a rival of what is started by force: then it has no place. */
	leg = tandem_replace_find(super, &super->leg_id);
	super->leg = leg == TANDEM_NO_PLACE ? 0 : (u16)leg;
	if (!plan->clean)
		super->flags &= ~TANDEM_FLAG_CLEAN;
}

const char *tandem_assembly_text(enum tandem_verdict_kind kind)
{
	switch (kind) {
	case TANDEM_ASM_COMPLETE:
		return "all legs are here";
	case TANDEM_ASM_PROVEN:
		return "degraded, and the legs that are here hold all that was acknowledged";
	case TANDEM_ASM_UNPROVEN:
		return "a leg that may hold newer data is not here";
	case TANDEM_ASM_STALE:
		return "only old legs of a set are here";
	case TANDEM_ASM_EMPTY:
		return "a set has no leg that holds its data";
	case TANDEM_ASM_SPLIT:
		return "split brain: legs were each written to without the other";
	case TANDEM_ASM_MISMATCH:
		return "a leg does not fit its record or the other legs";
	case TANDEM_ASM_DUPLICATE:
		return "one leg is here twice";
	case TANDEM_ASM_FORMER:
		return "no leg of the array, only prepared disks";
	case TANDEM_ASM_FOREIGN:
		return "legs of different arrays";
	case TANDEM_NR_ASM:
		break;
	}
	return "?";
}
