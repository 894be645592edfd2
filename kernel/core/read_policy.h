/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which leg answers a read. Every read path asks here (I21): the mask of
 * readable legs is the only way to a leg.
 *
 * Policy: of the legs that may be read, those of the best class that is among them
 * (preferred, normal, avoided). Of these, a read that continues where a leg's last read
 * ended stays on that leg; otherwise the leg with the fewest reads in flight, the lowest
 * index among equals.
 *
 * Decisions
 * - A sequential reader keeps its leg even if another one is idle, so that a disk
 *   with read-ahead or a moving head sees one stream and not half of two. With equal
 *   queues the lowest index, so that the choice is a function of what was seen alone
 *   and a run of the simulator can be replayed.
 * - A class takes legs away from those that may be read, never the last one, and comes after
 *   all that says what may be read. So it is never a matter of what is right, and an
 *   avoided leg answers when no other one can.
 * - Within a class, a leg that sits out because it is slow (core/latency.h) comes last. So an
 *   administrator's word counts for more than what was measured.
 * - A read that meets no leg of a lower class, and none that sits out, pays for one byte: the
 *   legs that a read may have to be kept from are in one mask, and only who finds one of
 *   them looks further.
 * - Legs are offered one after the other: a read has no view of all of them to fill
 *   first, which was a third of what it cost.
 */
#ifndef TANDEM_CORE_READ_POLICY_H
#define TANDEM_CORE_READ_POLICY_H

#include "core/types.h"

/**
 * struct tandem_read_choice - the best of the legs that were offered
 * @position: in the set; -EIO: none was
 * @in_flight: its reads in flight
 */
struct tandem_read_choice {
	int position;
	int in_flight;
};

/* Of the legs that may be read here, those that have not failed this read. */
static inline u8 tandem_read_left(u8 readable, u8 tried)
{
	return readable & (u8)~tried;
}

/**
 * tandem_read_rest() - legs that are not asked while another one can answer
 * @preferred, @avoided: legs of a set, by class
 */
static inline u8 tandem_read_rest(u8 preferred, u8 avoided)
{
	return preferred ? (u8)~preferred : avoided;
}

/**
 * tandem_read_wanted() - the legs of the best class
 * @legs: those that may be read
 * @rest: as tandem_read_rest() says; @avoided: legs of that class
 * Return: some of @legs, and none only of none
 */
static inline u8 tandem_read_wanted(u8 legs, u8 rest, u8 avoided)
{
	if (legs & ~rest)
		return legs & (u8)~rest;
	return legs & ~avoided ? legs & (u8)~avoided : legs;
}

/* Those of @legs that do not sit out; all of them, if all do. */
static inline u8 tandem_read_brisk(u8 legs, u8 sitting)
{
	return legs & ~sitting ? legs & (u8)~sitting : legs;
}

/**
 * tandem_read_offer() - a leg that may be read, by rising position
 * @choice: begun as { -EIO, 0 }
 * @position: of the leg
 * @follows: the read begins where the last one of this leg ended
 * @in_flight: reads that the leg has in flight
 *
 * Return: true: that is the leg, and no other one is to be offered.
 */
static inline bool tandem_read_offer(struct tandem_read_choice *choice, int position,
				     bool follows, int in_flight)
{
	if (follows || choice->position < 0 || in_flight < choice->in_flight) {
		choice->position = position;
		choice->in_flight = in_flight;
	}
	return follows;
}

#endif
