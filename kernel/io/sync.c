// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sync of an array.
 *
 * Decisions
 * - It is one for all sets: it begins when there is something to copy in any of them, and
 *   ends when there is nothing in all, and no leg that is being filled. A set that is
 *   done earlier takes nothing back.
 * - Its unit is the region: one is to be copied or it is not. What is done of one shows
 *   in the rate alone.
 * - What "sync rate" and "sync latency" say is of this run: a new table begins without a
 *   limit, and with the latency target that is kept (io/keep.h).
 *
 * Relations: core/progress.c reckons, io/pace.c keeps to the limits.
 */
#include "sys.h"
#include "core/table.h"
#include "io/array.h"
#include "io/copy.h"
#include "io/region.h"

/* Looks, and notes what was found. Return: what is on. array->lock held. */
static enum tandem_sync_kind note(struct tandem_array *array)
{
	const struct tandem_geometry *geo = &array->super->geo;
	enum tandem_sync_kind kind, all = TANDEM_SYNC_NONE;
	struct tandem_progress_look look;
	u64 left = 0;
	unsigned int i;

	memset(&look, 0, sizeof(look));
	for (i = 0; i < array->nr_sets; i++) {
		left += tandem_region_left(&array->set[i]);
		kind = tandem_region_kind(&array->set[i]);
		if (kind == TANDEM_SYNC_REBUILD || all == TANDEM_SYNC_NONE)
			all = kind;
	}
	look.on = all != TANDEM_SYNC_NONE;
	look.left = left * geo->region_sectors * TANDEM_SECTOR_BYTES;
	look.copied = ((u64)atomic64_read(&array->resync_sectors) +
			(u64)atomic64_read(&array->rebuild_sectors)) * TANDEM_SECTOR_BYTES;
	look.paused = array->sync_paused || array->phase != TANDEM_PHASE_UP;
	look.now_ns = ktime_get_ns();
	tandem_progress_note(&array->sync.progress, &look);
	return all;
}

void tandem_sync_note(struct tandem_array *array)
{
	unsigned long flags;

	spin_lock_irqsave(&array->lock, flags);
	note(array);
	spin_unlock_irqrestore(&array->lock, flags);
}

void tandem_sync_status(struct tandem_array *array, struct tandem_status *status)
{
	struct tandem_progress *progress = &array->sync.progress;
	const struct tandem_geometry *geo = &array->super->geo;
	u64 bytes = (u64)geo->region_sectors * TANDEM_SECTOR_BYTES;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&array->lock, flags);
	status->sync = note(array);
	if (array->sync_paused && status->sync != TANDEM_SYNC_NONE)
		status->sync = TANDEM_SYNC_PAUSED;
	for (i = 0; i < array->nr_sets; i++)
		status->unsure_regions += atomic_read(&array->set[i].nr_unsure);
	status->done_regions = tandem_progress_done(progress) / bytes;
	status->total_regions = progress->total / bytes;
	status->pace.rate = progress->rate;
	if (progress->rate)
		status->pace.eta_s = tandem_progress_eta_s(progress, ktime_get_ns());
	spin_unlock_irqrestore(&array->lock, flags);
	status->pace.present = true;
	status->pace.limit = READ_ONCE(array->sync.limit);
	status->pace.target_us = READ_ONCE(array->sync.target_us);
}

void tandem_sync_message(struct tandem_array *array, const struct tandem_message *message)
{
	switch (message->verb) {
	case TANDEM_MESSAGE_SYNC_PAUSE:
	case TANDEM_MESSAGE_SYNC_RESUME:
		array->sync_paused = message->verb == TANDEM_MESSAGE_SYNC_PAUSE;
		break;
	case TANDEM_MESSAGE_SYNC_RATE:
		WRITE_ONCE(array->sync.limit, message->value);
		break;
	case TANDEM_MESSAGE_SYNC_LATENCY:
		WRITE_ONCE(array->sync.target_us, message->value);
		break;
	case TANDEM_MESSAGE_FAIL:
	case TANDEM_MESSAGE_SET_LATENCY:
	case TANDEM_MESSAGE_SET_RECOVERY:
	case TANDEM_MESSAGE_SET_READ:
		return;
	}
	tandem_sync_note(array);
	tandem_copy_kick_all(array);
	tandem_array_changed(array);
}
