/* SPDX-License-Identifier: GPL-2.0-only */
/* What a leg lacks that is to be filled: all, or what was written without it. */
#ifndef TANDEM_IO_REJOIN_H
#define TANDEM_IO_REJOIN_H

#include "io/array.h"

/*
 * A leg that is to be filled and can be. What it may be found with next time must be on
 * record before it is sent more: one of which a slot could not be read is not filled.
 */
bool tandem_rejoin_is_possible(const struct tandem_leg *leg);

/**
 * tandem_rejoin() - what the legs lack that are about to be filled, durably
 * @why: set to a static noun phrase on error
 *
 * After the maps and logs are read and states are set, before any of it is on record
 * as being filled. Nothing is written to these legs. Context: process, may sleep.
 * Return: 0 or -ENOMEM; @failed: current legs that failed
 */
int tandem_rejoin(struct tandem_array *array, u64 *failed, const char **why);

/**
 * tandem_rejoin_mend() - makes the torn slots whole of legs that are about to be filled
 *
 * Each gets its own newest record once more, durably. What a write that ended early left in
 * the slot would otherwise lie below the record of being filled, and could be whole again
 * should that one end early as well: news to all others, so the array would be refused.
 * Nothing counts on that slot, whatever it has if power goes meanwhile. After the
 * flush of these legs, before they are on record. Context: process, may sleep.
 * Return: legs that failed
 */
u64 tandem_rejoin_mend(struct tandem_array *array);

#endif
