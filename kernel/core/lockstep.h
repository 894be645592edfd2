/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the ends of the intent logs of one set say about its current legs.
 *
 * Records are written in lock-step: number n + 1 goes to no leg before n is durable on
 * all that are current on record. So two of them end at most one record apart, or one
 * is an old image of itself, and nobody can tell what it lacks (A13).
 *
 * And a log is written only under a superblock that is durable: one that is older than
 * its own log has lost a slot.
 */
#ifndef TANDEM_CORE_LOCKSTEP_H
#define TANDEM_CORE_LOCKSTEP_H

#include "core/log.h"
#include "core/superblock.h"

/**
 * struct tandem_lockstep - the ends of some logs; begins as all zero
 * @most, @least: highest and lowest sequence; 0: no log has a place in the order
 * @newest: who is at @most (bits)
 * @ahead: the first of them; @behind: the first at @least
 */
struct tandem_lockstep {
	u64 most;
	u64 least;
	u64 newest;
	unsigned int ahead;
	unsigned int behind;
};

/*
 * The log of @leg, a number below TANDEM_MAX_LEGS of the caller's choice, ends at
 * @sequence; 0: nobody knows where, and it does not count.
 */
void tandem_lockstep_add(struct tandem_lockstep *step, unsigned int leg, u64 sequence);

/* A log that ends at @sequence lacks records that another, at @most, has. */
bool tandem_lockstep_lacks(u64 sequence, u64 most);

/* It lacks more of them than a crash explains. */
bool tandem_lockstep_lags(u64 sequence, u64 most);

/* Of the legs that were added one is an old image of itself. */
static inline bool tandem_lockstep_is_apart(const struct tandem_lockstep *step)
{
	return tandem_lockstep_lags(step->least, step->most);
}

/* Is what @super says of @set older than @head, the newest record of the same leg? */
bool tandem_lockstep_super_is_older(const struct tandem_super *super, unsigned int set,
				    const struct tandem_log_head *head);

#endif
