/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the records of membership change: the only functions that edit
 * configuration, epoch and places of a superblock in memory. Writing the
 * result to the legs, in which order and before what, is io/commit.c's part.
 *
 * Two levels. A leg failing at run time changes the configuration of its set
 * and is written to that set's legs only. A read-write activation changes the
 * epoch of the array and is written to every leg it starts with; it notes the
 * configuration of every set at that moment.
 *
 * Every place carries two pairs (configuration, epoch): `last` was surely on
 * its leg, or found there; `issued` is the other one that may be there, as a rule
 * sent to it since. A leg in use has the pair of the superblock itself as
 * `issued`; a leg that left keeps both. So every superblock says of every leg
 * what it may be found with, whatever was half-written: a leg with another pair
 * went on without this one. Bounded, whatever a leg flaps (B10), and no step has
 * to be completed before the next activation.
 *
 * What the caller owes (io/commit.c, io/activate.c):
 * - A record goes to every leg in use of the sets that it changes.
 * - A change is issued only when the one before has landed, in one slot at
 *   least, on every leg that stays in use; until then the same is retried.
 * - Activation: tandem_assembly_merge(), a flush of every leg that will be in use
 *   (what was read may be in a cache only), then drop and join as needed, then
 *   tandem_lineage_activate(), and only then one commit. No record is written in
 *   between: merge notes what each leg holds, the commit sends one new pair. But if
 *   a leg may hold the newest pair where it could not be read, and another where it
 *   could, these and a new one are one too many: then the newest is sent to all once
 *   more, before any new pair, and tandem_lineage_settle() notes it. A leg that is to
 *   be filled may get its own record once more before that: no pair of it is new.
 * - A leg that is being filled or promoted, or was found half-promoted (CURRENT in
 *   the newest record, not yet in its own), gets a record only when a leg of its
 *   set that is neither has it in both slots: what it says is never news to all
 *   that can start without it.
 * - From the moment a promotion is issued, its leg fails as a current one does:
 *   its record may already say CURRENT. But it survives for nobody: the last leg
 *   that is CURRENT by its own record never leaves, in an activation either.
 *
 * Identifiers come from the caller (random there), so that the same input
 * gives the same output.
 */
#ifndef TANDEM_CORE_LINEAGE_H
#define TANDEM_CORE_LINEAGE_H

#include "core/superblock.h"

/* The pair (configuration, epoch) that @super's own leg holds now. */
struct tandem_pair tandem_lineage_pair(const struct tandem_super *super, unsigned int set);

/**
 * struct tandem_lineage_drop - legs that leave one set
 * @set: which
 * @legs: mask over the set's legs; never all of its current ones
 * @record: what they become: FAILED, STALE or MISSING
 * @by_hand: mask over the set's legs that an administrator took out; one that is not
 *	in @legs left before, and nothing else is changed for it
 * @durable: per position in the set, for every leg in use, leaving or staying:
 *	newest pair that is surely in both its slots; none: not known better
 *	than by the place itself (at activation)
 * @config: random identifier of the new configuration
 * @left: per position, for a leg that leaves: the newest record of the intent log that
 *	is surely on it; 0: not known
 */
struct tandem_lineage_drop {
	u16 set;
	u8 legs;
	u8 record;
	u8 by_hand;
	struct tandem_pair durable[TANDEM_MAX_LEGS_PER_SET];
	u64 left[TANDEM_MAX_LEGS_PER_SET];
	struct tandem_id config;
};

/**
 * tandem_lineage_drop() - new configuration without some legs
 *
 * Every leg that is CURRENT or REBUILDING: last := its @durable. One that leaves
 * keeps `issued`, the pair in @super before the change; one that stays is sent
 * the new pair. The parent of the new configuration is the one in @super.
 */
void tandem_lineage_drop(struct tandem_super *super, const struct tandem_lineage_drop *drop);

/**
 * tandem_lineage_join() - a leg begins to be filled (REBUILDING)
 * @super: of the array
 * @leg: place in the array
 * @id: identity of the leg that fills it (an old one or a new one)
 * @config: random identifier of the new configuration
 *
 * At activation only. A leg that was here before keeps `last` (what merge found
 * on it): should it come back with anything else, it went on without us. A new
 * identity has none.
 */
void tandem_lineage_join(struct tandem_super *super, unsigned int leg,
			 const struct tandem_id *id, const struct tandem_id *config);

/**
 * tandem_lineage_promote() - a filled leg becomes CURRENT in a new configuration
 *
 * At run time only: what was issued before has landed on every leg in use.
 */
void tandem_lineage_promote(struct tandem_super *super, unsigned int leg,
			    const struct tandem_id *config);

/**
 * tandem_lineage_activate() - a new epoch
 * @super: of the array, configurations of all sets already as they will start
 * @epoch: random identifier
 * @flags: TANDEM_FLAG_FORCED or 0
 *
 * Every leg that is CURRENT or REBUILDING, in all sets, is sent the new pair.
 * Clears TANDEM_FLAG_CLEAN in @super; a forced start stays recorded in its flags.
 */
void tandem_lineage_activate(struct tandem_super *super, const struct tandem_id *epoch,
			     u64 flags);

/**
 * tandem_lineage_settle() - what the legs of a set surely hold
 * @super: of the array
 * @set: which
 * @durable: per position, for every leg in use; none: not known
 *
 * At a clean stop: from then on an older image of a leg is no leg of ours.
 */
void tandem_lineage_settle(struct tandem_super *super, unsigned int set,
			   const struct tandem_pair *durable);

/* Mask over @set's legs of the places recorded as @record. */
u8 tandem_lineage_mask(const struct tandem_super *super, unsigned int set, unsigned int record);

#endif
