/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which leg answers a read. Every read path asks here (I21): the mask of
 * readable legs is the only way to a leg.
 *
 * Policy: a read that continues where a leg's last read ended stays on that
 * leg; otherwise the leg with the fewest reads in flight, the lowest index
 * among equals.
 */
#ifndef TANDEM_CORE_READ_POLICY_H
#define TANDEM_CORE_READ_POLICY_H

#include "core/types.h"

/**
 * struct tandem_read_view - the legs of a set as a read sees them
 * @readable: legs that may be read here (mask)
 * @tried: legs that have already failed this read
 * @sector: first sector of the read, in the set
 * @next_sector: per leg, where its last read ended
 * @in_flight: per leg
 */
struct tandem_read_view {
	u8 readable;
	u8 tried;
	u64 sector;
	u64 next_sector[TANDEM_MAX_LEGS_PER_SET];
	u32 in_flight[TANDEM_MAX_LEGS_PER_SET];
};

/* Leg of the set, or -EIO if none is left. */
int tandem_read_pick(const struct tandem_read_view *view);

#endif
