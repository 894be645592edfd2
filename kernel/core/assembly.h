/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The chooser: from the superblocks that were found, what may be started.
 *
 * Pure and the same in kernel, library and simulator: boot and kernel agree
 * by construction. Order is never decided by a number; the newest record is the
 * one that accounts for every other leg. Why this is sound: core/assembly.c.
 *
 * A candidate S *knows* another leg X if the id of X's place in S is X's, and
 *  (a) same set, same pair (configuration, epoch) as S itself; or
 *  (b) X's pair is the place's `last` or `issued` (half-written, or old); or
 *  (c) another set, same epoch: run-time failures in X's set are not written
 *	here, X's set decides among its own;
 * and, if their epochs are the same, S has a place in X, too.
 *
 * X is *outrun* by S, a former leg that cannot be a rival, if
 *  - X has no place in S; and
 *  - X lists as CURRENT, in its own set, a leg that S lists as CURRENT too, and
 *    that is here and known to S: what was acknowledged with X is on it; and
 *  - X's epoch has a lower number than S's. This proves nothing; it only keeps a
 *    rolled-back S from leaving a newer X out (A13).
 *
 * S *accounts for* X if it knows or outruns it.
 * The newest candidate accounts for all others. None does, or two do that do not
 * know each other: SPLIT. The newest configuration of a set is that of a leg of
 * it with the newest epoch that knows all its other legs (none: SPLIT), or if no
 * leg has the newest epoch, what the newest candidate notes of it.
 *
 * A leg is used as the newest configuration of its set lists it, if that knows it.
 *
 * Blank candidates (TANDEM_FLAG_BLANK) and those that are outrun are left out (use
 * = IGNORE) and named; they decide nothing. A blank one is used if its place is
 * REBUILDING with its id.
 *
 * Verdict, first that applies:
 *	FOREIGN    candidates of more than one array
 *	DUPLICATE  two candidates with one leg id (a clone, a second path)
 *	FORMER     only blank candidates
 *	MISMATCH   geometry, role, offsets or feature masks differ (sets may grow: the
 *		   newest has the longest); a disk does not fit its record or the sets
 *	SPLIT      histories that cannot be ordered
 *	EMPTY      a set has no leg that was ever whole (CURRENT by its own record)
 *	STALE      a set has no leg that may be used, but has old ones
 *	UNPROVEN   a place recorded CURRENT has no usable leg: it may hold newer data
 *	PROVEN     every CURRENT place has its leg, some are STALE, FAILED, REBUILDING
 *	COMPLETE   every CURRENT place has its leg, all others are MISSING
 *
 * What may start: COMPLETE always; PROVEN with policy proven or force (a
 * degraded array, freshness proved; policy never: not); UNPROVEN and STALE with
 * force only; everything else never.
 * Forced STALE: in that set the record of the old leg that accounts for all other
 * old ones is the newest (none: SPLIT), with the places it has (too many: MISMATCH). Legs
 * of the set that it does not know, here (use = IGNORE) or not, are rivals from then on.
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
 * @of_place: per place of the merged table, candidate that fills it (use: not IGNORE), or -1
 * @newest: candidate whose superblock is the array's, -1 if none
 * @config_of: per set, candidate whose configuration of that set is newest, -1 if none
 * @clean: every leg in use was stopped cleanly with the same epoch
 * @startable: what @policy allows
 * @forced: force was needed and given: the start is recorded as FORCED
 * @culprit: two candidates (or a candidate and -1) that the message should
 *	name; -1 if none
 * @place: place of @newest's table the message should name, -1 if none
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
 * @super: filled in: newest epoch, each set's newest configuration and places
 *
 * Makes `last` what the leg of a place was found with, `issued` the other of the
 * two. CURRENT places without a usable leg are left CURRENT (the caller drops them
 * with tandem_lineage_drop()), REBUILDING ones without a leg become STALE. CLEAN
 * stays only if the plan is. No record is written before tandem_lineage_activate().
 * The leg's own fields (leg, leg_id, sequence, sizes) are those of @plan->newest.
 */
void tandem_assembly_merge(const struct tandem_candidate *candidate,
			   const struct tandem_plan *plan, struct tandem_super *super);

/* Static sentence fragment for a verdict, for messages. */
const char *tandem_assembly_text(enum tandem_verdict_kind kind);

#endif
