/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * State machine of a leg. The table, also in leg.c word for word; "-" is a
 * cell that cannot happen (tandem_leg_next() returns -EINVAL):
 *
 *	            | ERROR      | RECORDED | ADMIN_FAIL | JOIN       | FILLED  | GONE
 *	current     | unrecorded | -        | unrecorded | current    | -       | unrecorded
 *	rebuilding  | failed     | -        | failed     | rebuilding | current | failed
 *	stale       | -          | -        | stale      | rebuilding | -       | missing
 *	missing     | -          | -        | missing    | rebuilding | -       | missing
 *	failed      | failed     | -        | failed     | rebuilding | -       | missing
 *	unrecorded  | unrecorded | failed   | unrecorded | -          | -       | unrecorded
 *
 *	ERROR       a write, flush or metadata write failed by the leg's own fault
 *	RECORDED    every survivor carries the configuration without it
 *	ADMIN_FAIL  message "fail"
 *	JOIN        activation with "rebuild LEG" (on a current leg: nothing)
 *	FILLED      all regions copied, flushed, and the promotion recorded
 *	GONE        activation without a disk for the place
 *
 * The last current leg of a set gets no ERROR and no ADMIN_FAIL: the caller
 * (core/fault.c, io/fault.c) decides that before it asks the table (I24).
 */
#ifndef TANDEM_CORE_LEG_H
#define TANDEM_CORE_LEG_H

#include "core/types.h"

enum tandem_leg_event {
	TANDEM_LEG_EV_ERROR,
	TANDEM_LEG_EV_RECORDED,
	TANDEM_LEG_EV_ADMIN_FAIL,
	TANDEM_LEG_EV_JOIN,
	TANDEM_LEG_EV_FILLED,
	TANDEM_LEG_EV_GONE,
	TANDEM_NR_LEG_EVENTS
};

/* Next state, or -EINVAL for a cell that cannot happen. */
int tandem_leg_next(enum tandem_leg_state state, enum tandem_leg_event event);

/* What a leg in @state may be used for. */
bool tandem_leg_is_written(enum tandem_leg_state state);	/* current, rebuilding */
bool tandem_leg_is_counted(enum tandem_leg_state state);	/* current: acks need it */
bool tandem_leg_is_readable(enum tandem_leg_state state);	/* current */

/* From a configuration's record to a state at activation, and back. */
enum tandem_leg_state tandem_leg_from_record(unsigned int record);
unsigned int tandem_leg_to_record(enum tandem_leg_state state);

/**
 * tandem_leg_array_state() - what an array with these legs is
 * @set_of: set of each leg
 * @state: state of each leg
 * @nr_legs: number of both
 * @read_only: assembled read-only
 *
 * failed: a set has neither a current nor an unrecorded leg; else unrecorded:
 * any leg is; else read-only; else degraded: any leg is not current.
 */
enum tandem_array_state tandem_leg_array_state(const u16 *set_of,
					       const enum tandem_leg_state *state,
					       unsigned int nr_legs, bool read_only);

#endif
