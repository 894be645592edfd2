// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From the chooser's plan to the superblock that is to be activated, and to words.
 *
 * What a leg was found with is noted here and nowhere else: lineage.h says why each place
 * lists two pairs, core/assembly.c relies on it. All records that are joined have the same
 * number of places: the chooser has seen to that.
 */
#include "sys.h"
#include "core/assembly.h"
#include "core/lineage.h"

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

void tandem_assembly_merge(const struct tandem_candidate *candidate,
			   const struct tandem_plan *plan, struct tandem_super *super)
{
	unsigned int leg;

	*super = *candidate[plan->newest].super;
	for (leg = 0; leg < super->nr_legs; leg++) {
		struct tandem_place *place = &super->place[leg];
		const unsigned int set = place->set;
		const struct tandem_super *from = candidate[plan->config_of[set]].super;
		const int i = plan->of_place[leg];

		super->set[set] = from->set[set];
		*place = from->place[leg];
		/* What a leg in use was sent last; `create` need not say so. */
		if (place->record == TANDEM_RECORD_CURRENT)
			place->issued = tandem_lineage_pair(from, set);
		note_found(i < 0 ? NULL : candidate[i].super, place);
	}
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
		return "split brain: legs went on without each other";
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
