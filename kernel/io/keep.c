// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an administrator has set, and its way to the legs.
 *
 * Decisions
 * - It is written by the kernel alone, while the array is up, in the superblocks of the legs
 *   in use: as the record of a leg that failed, by the same work, with the same patience. Who
 *   errs there is failed, and the record of that carries the setting as well.
 * - It is advice: nothing on the legs is read otherwise for it. So it makes no new
 *   configuration, and power lost in between leaves some legs with the old value and some
 *   with the new one. The next start takes what the newest record says, either of them, and
 *   writes that to all. A leg that left before has an older record, which counts for nothing.
 * - It is in force at once, and told as kept when every leg in use has it in both slots.
 * - Several messages that come while a commit is on the way make one more.
 *
 * Relations: io/log.c and io/pace.c go by array->keep, never by the superblock that
 * is being edited.
 */
#include "sys.h"
#include "core/table.h"
#include "io/array.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/keep.h"
#include "io/log.h"

void tandem_keep_load(struct tandem_array *array)
{
	struct tandem_keep *keep = &array->keep;

	/* What was said of this run alone stays in force over a suspend. */
	if (array->sync.target_us == keep->target_us)
		WRITE_ONCE(array->sync.target_us, array->super->latency_target_us);
	spin_lock_irq(&array->lock);
	keep->target_us = array->super->latency_target_us;
	WRITE_ONCE(keep->recovery_ms, array->super->recovery_target_ms);
	WRITE_ONCE(keep->due, false);
	spin_unlock_irq(&array->lock);
}

int tandem_keep_message(struct tandem_array *array, const struct tandem_message *message)
{
	const bool latency = message->verb == TANDEM_MESSAGE_SET_LATENCY;
	struct tandem_keep *keep = &array->keep;
	unsigned int i;

	spin_lock_irq(&array->lock);
	if (array->phase != TANDEM_PHASE_UP) {
		spin_unlock_irq(&array->lock);
		return -ENODEV;
	}
	if (latency)
		keep->target_us = (u32)message->value;
	else
		WRITE_ONCE(keep->recovery_ms, (u32)message->value);
	WRITE_ONCE(keep->due, true);
	mod_delayed_work(array->wq, &array->record_work, 0);
	spin_unlock_irq(&array->lock);
	if (latency)
		WRITE_ONCE(array->sync.target_us, message->value);
	for (i = 0; i < array->nr_sets; i++)
		tandem_log_note_rate(&array->set[i]);
	tandem_copy_kick_all(array);
	return 0;
}

bool tandem_keep_is_due(const struct tandem_array *array)
{
	return READ_ONCE(array->keep.due);
}

void tandem_keep_edit(struct tandem_array *array)
{
	struct tandem_keep *keep = &array->keep;
	unsigned int i;

	spin_lock_irq(&array->lock);
	if (keep->due) {
		array->super->latency_target_us = keep->target_us;
		array->super->recovery_target_ms = keep->recovery_ms;
		for (i = 0; i < array->nr_sets; i++)
			array->set[i].record_due = true;
		WRITE_ONCE(keep->due, false);
	}
	spin_unlock_irq(&array->lock);
}

void tandem_keep_status(struct tandem_array *array, struct tandem_kept_status *status)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&array->lock, flags);
	status->present = true;
	status->target_us = array->keep.target_us;
	status->recovery_ms = array->keep.recovery_ms;
	status->due = array->keep.due;
	for (i = 0; i < array->nr_sets && array->phase != TANDEM_PHASE_DOWN; i++)
		status->due |= tandem_fault_is_due(&array->set[i]);
	spin_unlock_irqrestore(&array->lock, flags);
}
