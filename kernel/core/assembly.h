/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The chooser: from the superblocks that were found, what may be started.
 *
 * Pure and the same in kernel, library and simulator: boot and kernel agree
 * by construction. Nothing is compared by number; the newest record is the
 * one that accounts for every other leg (parent, or the pairs of its places).
 *
 * A candidate *knows* another leg X if, by the candidate's own records, X is
 *  (a) equal: same configuration of X's set, same epoch; or
 *  (b) half-written: listed CURRENT (or REBUILDING) there, and X's configuration
 *	and epoch are the candidate's own or their parents; or
 *  (c) old: not CURRENT there, and X's configuration is that of the place's `last`
 *	or `issued`, and X's epoch too (each on its own: a leg that was absent
 *	when it was dropped may hold either); or
 *  (d) blank: TANDEM_FLAG_BLANK, or the place is REBUILDING.
 * For a leg of another set only the epoch and the configuration noted with it
 * count: run-time failures there are not written here, so X's configuration
 * may be newer than noted if X's epoch is equal (X's set decides among its own).
 *
 * The newest epoch is that of a candidate that knows all others; in each set
 * the newest configuration is that of a leg with the newest epoch (or its
 * parent, where the epoch is half-written) that knows every other leg of the set.
 * No such candidate: SPLIT.
 *
 * A leg may be used (CURRENT) only if the newest configuration of its set
 * lists it so and its own pair is equal or half-written.
 *
 * Verdict, first that applies:
 *	FOREIGN    candidates of more than one array
 *	DUPLICATE  two candidates with one leg id (a clone, a second path)
 *	FORMER     a leg whose id is no longer in the newest table, or a place that
 *		   has another leg now
 *	MISMATCH   geometry, role, offsets or feature masks differ; a disk is
 *		   smaller than recorded, or its size differs from the recorded one;
 *		   logical block size differs from the recorded one
 *	SPLIT      histories that cannot be ordered
 *	STALE      a set has no leg that may be used, but has old ones
 *	EMPTY      a set has no candidate at all
 *	COMPLETE   every place recorded CURRENT has its leg
 *	PROVEN     some places are not CURRENT in the newest configuration, and every
 *		   place that is has its leg; or (all of a set's CURRENT places but
 *		   some are here) never: see UNPROVEN
 *	UNPROVEN   a place recorded CURRENT has no usable leg: it may hold newer data
 *	COMPLETE is also given when nothing but spare or never-filled places is missing.
 *
 * FORMER and blank candidates are not fatal: they are left out (use = IGNORE)
 * and named; the verdict is FORMER only if nothing else is left.
 *
 * What may start: COMPLETE always; PROVEN with policy proven or force (a
 * degraded array, freshness proved; policy never: not); UNPROVEN and STALE with
 * force only; everything else never.
 * Forced STALE: the legs of the set with the newest pair among themselves are
 * used; two of them that do not know each other: SPLIT.
 */
#ifndef TANDEM_CORE_ASSEMBLY_H
#define TANDEM_CORE_ASSEMBLY_H

#include "core/superblock.h"

enum tandem_verdict_kind {
	TANDEM_ASM_COMPLETE,
	TANDEM_ASM_PROVEN,
	TANDEM_ASM_UNPROVEN,
	TANDEM_ASM_STALE,
	TANDEM_ASM_EMPTY,
	TANDEM_ASM_SPLIT,
	TANDEM_ASM_MISMATCH,
	TANDEM_ASM_DUPLICATE,
	TANDEM_ASM_FORMER,
	TANDEM_ASM_FOREIGN,
	TANDEM_NR_ASM
};

/**
 * struct tandem_candidate - one disk that carries a superblock
 * @super: decoded and chosen; owned by the caller, lives as long as the plan
 * @disk_sectors: size of the disk now
 * @logical_block_bytes: of the disk now
 */
struct tandem_candidate {
	const struct tandem_super *super;
	u64 disk_sectors;
	u32 logical_block_bytes;
};

enum tandem_use {
	TANDEM_USE_IGNORE,	/* blank, former, or of no use */
	TANDEM_USE_CURRENT,
	TANDEM_USE_REBUILDING,	/* was being filled: start again */
	TANDEM_USE_STALE,	/* one of ours, old */
};

/**
 * struct tandem_plan - the chooser's answer
 * @kind: verdict
 * @use: per candidate
 * @of_place: per place, candidate that fills it (CURRENT, REBUILDING, STALE), or -1
 * @newest: candidate whose superblock is the array's, -1 if none
 * @config_of: per set, candidate whose configuration of that set is newest, -1 if none
 * @clean: every leg in use was stopped cleanly with the same epoch
 * @startable: what @policy allows
 * @forced: force was needed and given: the start is recorded as FORCED
 * @culprit: two candidates (or a candidate and -1) that the message should
 *	name; -1 if none
 * @place: place the message should name, -1 if none
 */
struct tandem_plan {
	enum tandem_verdict_kind kind;
	u8 use[TANDEM_MAX_LEGS];
	s16 of_place[TANDEM_MAX_LEGS];
	s16 config_of[TANDEM_MAX_SETS];
	s16 newest;
	s16 culprit[2];
	s16 place;
	bool clean;
	bool startable;
	bool forced;
};

/**
 * tandem_assembly_choose() - what may be started from these candidates
 * @candidate: at most TANDEM_MAX_LEGS
 * @nr: number of them
 * @policy: enum tandem_degraded
 * @plan: filled in
 *
 * Context: any; a few hundred bytes of stack. Does not depend on the order of
 * the candidates, but for the numbers in @plan.
 */
void tandem_assembly_choose(const struct tandem_candidate *candidate, unsigned int nr,
			    enum tandem_degraded policy, struct tandem_plan *plan);

/**
 * tandem_assembly_merge() - the array's superblock as it is to be activated
 * @plan: startable
 * @super: filled in: newest epoch, each set's newest configuration and places;
 *	CURRENT places without a usable leg are left CURRENT (the caller drops
 *	them with tandem_lineage_drop() before it activates)
 */
void tandem_assembly_merge(const struct tandem_candidate *candidate,
			   const struct tandem_plan *plan, struct tandem_super *super);

/* Static sentence fragment for a verdict, for messages. */
const char *tandem_assembly_text(enum tandem_verdict_kind kind);

#endif
