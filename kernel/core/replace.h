/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One leg takes the place of another: a set with a place more for a while.
 *
 *	0 1       a set of two legs
 *	0 1 2     widened: place 2 replaces place 0, and is filled
 *	0 1       narrowed: what was leg 2 is leg 0; the disk that was is a former leg
 *
 * Both are pure edits of a superblock in memory, made by a start, whose new epoch takes
 * them to the disks (io/reshape.c); user space makes the same edits to know the table that
 * asks for them. Places of later sets move by one. Positions in a set do not, but for the
 * one that is handed over.
 */
#ifndef TANDEM_CORE_REPLACE_H
#define TANDEM_CORE_REPLACE_H

#include "core/leg.h"
#include "core/superblock.h"

#define TANDEM_NO_PLACE	TANDEM_MAX_LEGS

/* Place of the leg with @id in @super's table, or TANDEM_NO_PLACE. */
unsigned int tandem_replace_find(const struct tandem_super *super, const struct tandem_id *id);

/* The place that replaces @leg, or that @leg replaces; or TANDEM_NO_PLACE. */
unsigned int tandem_replace_new_of(const struct tandem_super *super, unsigned int leg);
unsigned int tandem_replace_old_of(const struct tandem_super *super, unsigned int leg);

/*
 * Old and new leg are one leg to whoever asks how the array is: a set has all it ever had while
 * the old one is current and the new one is filled, and once the new one is current.
 * @state: per place, @nr of them; the other of the two becomes CURRENT in it
 */
void tandem_replace_cover(const struct tandem_super *super, enum tandem_leg_state *state,
			  unsigned int nr);

/**
 * tandem_replace_widen() - one more place for the set of @leg, which it is to replace
 * @super: of the array; passes tandem_super_check() before and after
 * @why: set to a static noun phrase on error, may be NULL
 *
 * The new place is the last of the set, missing, without a leg; it is filled as any other.
 * Return: number of the new place; -EINVAL: no such leg, or the sets are full; -EBUSY:
 *	a leg of the set is being replaced
 */
int tandem_replace_widen(struct tandem_super *super, unsigned int leg, const char **why);

/**
 * tandem_replace_narrow() - one place less
 * @leg: the place that goes: one that is replaced by a leg that is current, which takes its
 *	number; or one that replaces another, which is given up
 *
 * Nobody counts on the leg that goes: it must be neither current nor being filled. What
 * nobody has written is read from another leg from then on, if it was read from that one.
 * Return: the number of the place that lay last, -EINVAL: no place that can go; -EBUSY:
 *	it is in use, or the one that replaces it is not current
 */
int tandem_replace_narrow(struct tandem_super *super, unsigned int leg, const char **why);

#endif
