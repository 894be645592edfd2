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
 * Every place that is not current carries two pairs (configuration, epoch):
 * what was surely on it when it was last current, and what was sent to it
 * after that and may have landed. A leg that comes back is an old leg of ours
 * exactly if its own superblock is one of the two (B10: bounded, whatever a
 * leg flaps).
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
 * @durable: per position in the set, for the legs in @legs: newest pair that is
 *	surely in both its slots
 * @config: random identifier of the new configuration
 */
struct tandem_lineage_drop {
	u16 set;
	u8 legs;
	u8 record;
	struct tandem_pair durable[TANDEM_MAX_LEGS_PER_SET];
	struct tandem_id config;
};

/**
 * tandem_lineage_drop() - new configuration without some legs
 *
 * For a leg that was CURRENT: last := its @durable, issued := the pair in @super
 * before the change (they are equal unless a newer one was issued and not yet
 * fully persisted). For one that was REBUILDING the same: it holds what was
 * written to it. The parent of the new configuration is the one in @super.
 */
void tandem_lineage_drop(struct tandem_super *super, const struct tandem_lineage_drop *drop);

/**
 * tandem_lineage_join() - a leg begins to be filled (REBUILDING)
 * @super: of the array
 * @leg: place in the array
 * @id: identity of the leg that fills it (an old one or a new one)
 * @config: random identifier of the new configuration
 *
 * last and issued of the place become none: from the moment this lands the
 * survivors vouch for nothing on it.
 */
void tandem_lineage_join(struct tandem_super *super, unsigned int leg,
			 const struct tandem_id *id, const struct tandem_id *config);

/* A filled leg becomes CURRENT in a new configuration. */
void tandem_lineage_promote(struct tandem_super *super, unsigned int leg,
			    const struct tandem_id *config);

/**
 * tandem_lineage_activate() - a new epoch
 * @super: of the array, configurations of all sets already as they will start
 * @epoch: random identifier
 * @flags: TANDEM_FLAG_FORCED or 0
 *
 * Clears TANDEM_FLAG_CLEAN in @super.
 */
void tandem_lineage_activate(struct tandem_super *super, const struct tandem_id *epoch,
			     u64 flags);

/* Mask over @set's legs of the places recorded as @record. */
u8 tandem_lineage_mask(const struct tandem_super *super, unsigned int set, unsigned int record);

#endif
