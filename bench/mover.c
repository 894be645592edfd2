// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passes and batches.  The last commit of a pass takes what is left; where there
 * are no passes, only whole batches are moved.
 */
#include "mover.h"

uint64_t mover_next(struct mover *mover, uint64_t available, int64_t now_ns)
{
	uint64_t least = mover->interval_ns ? 1 : mover->batch;

	if (mover->off || mover->moving)
		return 0;
	if (now_ns >= mover->next_ns && mover->target < mover->done + least) {
		mover->target = available;
		mover->next_ns = now_ns + mover->interval_ns;
	}
	if (mover->target < mover->done + least)
		return 0;
	mover->moving = mover->target - mover->done;
	if (mover->moving > mover->batch)
		mover->moving = mover->batch;
	return mover->moving;
}

void mover_done(struct mover *mover)
{
	mover->done += mover->moving;
	mover->moving = 0;
}
