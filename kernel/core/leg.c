// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * State machine of a leg, as one table, and what follows from a state.
 *
 *	            | ERROR      | RECORDED | ADMIN_FAIL | JOIN       | FILLED  | GONE
 *	current     | unrecorded | -        | unrecorded | current    | -       | unrecorded
 *	rebuilding  | failed     | -        | failed     | rebuilding | current | failed
 *	stale       | -          | -        | stale      | rebuilding | -       | missing
 *	missing     | -          | -        | missing    | rebuilding | -       | missing
 *	failed      | failed     | -        | failed     | rebuilding | -       | missing
 *	unrecorded  | unrecorded | failed   | unrecorded | -          | -       | unrecorded
 *
 * Why a leg that is being filled fails without being "unrecorded": no
 * acknowledgement needs it and its record on disk (REBUILDING) never lets it be
 * read, so nothing has to wait for a new record.
 */
#include "sys.h"
#include "core/leg.h"

#define NONE	(-EINVAL)

#define CURRENT		TANDEM_LEG_CURRENT
#define REBUILDING	TANDEM_LEG_REBUILDING
#define STALE		TANDEM_LEG_STALE
#define MISSING		TANDEM_LEG_MISSING
#define FAILED		TANDEM_LEG_FAILED
#define UNRECORDED	TANDEM_LEG_UNRECORDED

/* Columns: ERROR, RECORDED, ADMIN_FAIL, JOIN, FILLED, GONE. */
static const int next_state[TANDEM_NR_LEG_STATES][TANDEM_NR_LEG_EVENTS] = {
	[CURRENT] = { UNRECORDED, NONE, UNRECORDED, CURRENT, NONE, UNRECORDED },
	[REBUILDING] = { FAILED, NONE, FAILED, REBUILDING, CURRENT, FAILED },
	[STALE] = { NONE, NONE, STALE, REBUILDING, NONE, MISSING },
	[MISSING] = { NONE, NONE, MISSING, REBUILDING, NONE, MISSING },
	[FAILED] = { FAILED, NONE, FAILED, REBUILDING, NONE, MISSING },
	[UNRECORDED] = { UNRECORDED, FAILED, UNRECORDED, NONE, NONE, UNRECORDED },
};

int tandem_leg_next(enum tandem_leg_state state, enum tandem_leg_event event)
{
	if ((unsigned int)state >= TANDEM_NR_LEG_STATES ||
	    (unsigned int)event >= TANDEM_NR_LEG_EVENTS)
		return -EINVAL;
	return next_state[state][event];
}

bool tandem_leg_is_written(enum tandem_leg_state state)
{
	return state == CURRENT || state == REBUILDING;
}

bool tandem_leg_is_counted(enum tandem_leg_state state)
{
	return state == CURRENT;
}

bool tandem_leg_is_readable(enum tandem_leg_state state)
{
	return state == CURRENT;
}

enum tandem_leg_state tandem_leg_from_record(unsigned int record)
{
	switch ((enum tandem_record)record) {
	case TANDEM_RECORD_CURRENT:
		return CURRENT;
	case TANDEM_RECORD_REBUILDING:
		return REBUILDING;
	case TANDEM_RECORD_STALE:
		return STALE;
	case TANDEM_RECORD_FAILED:
		return FAILED;
	case TANDEM_RECORD_MISSING:
		return MISSING;
	}
	return MISSING;
}

unsigned int tandem_leg_to_record(enum tandem_leg_state state)
{
	switch (state) {
	case TANDEM_LEG_CURRENT:
		return TANDEM_RECORD_CURRENT;
	case TANDEM_LEG_REBUILDING:
		return TANDEM_RECORD_REBUILDING;
	case TANDEM_LEG_STALE:
		return TANDEM_RECORD_STALE;
	case TANDEM_LEG_FAILED:
	case TANDEM_LEG_UNRECORDED:
		return TANDEM_RECORD_FAILED;
	case TANDEM_LEG_MISSING:
	case TANDEM_NR_LEG_STATES:
		break;
	}
	return TANDEM_RECORD_MISSING;
}

/* Does @set have a leg that holds every acknowledged write? */
static bool set_has(const u16 *set_of, const enum tandem_leg_state *state,
		    unsigned int nr_legs, unsigned int set)
{
	unsigned int i;

	for (i = 0; i < nr_legs; i++)
		if (set_of[i] == set && (state[i] == CURRENT || state[i] == UNRECORDED))
			return true;
	return false;
}

enum tandem_array_state tandem_leg_array_state(const u16 *set_of,
					       const enum tandem_leg_state *state,
					       unsigned int nr_legs, bool read_only)
{
	bool unrecorded = false, degraded = false;
	unsigned int i;

	for (i = 0; i < nr_legs; i++) {
		if (!set_has(set_of, state, nr_legs, set_of[i]))
			return TANDEM_ARRAY_FAILED;
		unrecorded |= state[i] == UNRECORDED;
		degraded |= state[i] != CURRENT;
	}
	if (unrecorded)
		return TANDEM_ARRAY_UNRECORDED;
	if (read_only)
		return TANDEM_ARRAY_READ_ONLY;
	return degraded ? TANDEM_ARRAY_DEGRADED : TANDEM_ARRAY_HEALTHY;
}
