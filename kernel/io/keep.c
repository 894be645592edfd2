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
 * - How a leg is to be read is said of a place, and stays when another disk fills it.
 * - Several messages that come while a commit is on the way make one more.
 *
 * Relations: io/log.c and io/pace.c go by array->keep, never by the superblock that
 * is being edited.
 */
#include "sys.h"
#include "core/read_policy.h"
#include "core/table.h"
#include "io/array.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/keep.h"
#include "io/log.h"

/* Reads see one mask before the other, which does no harm. */
void tandem_keep_apply_classes(struct tandem_set *set)
{
	u8 of[TANDEM_NR_READ_CLASSES] = { 0 };
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		of[leg->read_class] |= leg->bit;
	}
	WRITE_ONCE(set->preferred, of[TANDEM_READ_PREFERRED]);
	WRITE_ONCE(set->avoided, of[TANDEM_READ_AVOIDED]);
	WRITE_ONCE(set->rest, tandem_read_rest(set->preferred, set->avoided) | set->sitting);
}

void tandem_keep_apply(struct tandem_array *array)
{
	unsigned int i;

	spin_lock_irq(&array->lock);
	for (i = 0; i < array->nr_sets; i++)
		tandem_keep_apply_classes(&array->set[i]);
	spin_unlock_irq(&array->lock);
}

void tandem_keep_load(struct tandem_array *array)
{
	struct tandem_keep *keep = &array->keep;
	unsigned int i;

	/* What was said of this run alone stays in force over a suspend. */
	if (array->sync.target_us == keep->target_us)
		WRITE_ONCE(array->sync.target_us, array->super->latency_target_us);
	spin_lock_irq(&array->lock);
	keep->target_us = array->super->latency_target_us;
	WRITE_ONCE(keep->recovery_ms, array->super->recovery_target_ms);
	for (i = 0; i < array->params.nr_legs; i++)
		array->leg[i].read_class = array->super->place[i].read_class;
	WRITE_ONCE(keep->due, false);
	spin_unlock_irq(&array->lock);
}

/* Under array->lock. */
static void take(struct tandem_array *array, const struct tandem_message *message)
{
	struct tandem_keep *keep = &array->keep;
	struct tandem_leg *leg;

	switch (message->verb) {
	case TANDEM_MESSAGE_SET_LATENCY:
		keep->target_us = (u32)message->value;
		break;
	case TANDEM_MESSAGE_SET_RECOVERY:
		WRITE_ONCE(keep->recovery_ms, (u32)message->value);
		break;
	case TANDEM_MESSAGE_SET_READ:
		leg = &array->leg[message->leg];
		leg->read_class = (u8)message->value;
		tandem_keep_apply_classes(leg->set);
		break;
	case TANDEM_MESSAGE_FAIL:
	case TANDEM_MESSAGE_SYNC_PAUSE:
	case TANDEM_MESSAGE_SYNC_RESUME:
	case TANDEM_MESSAGE_SYNC_RATE:
	case TANDEM_MESSAGE_SYNC_LATENCY:
		break;
	}
	WRITE_ONCE(keep->due, true);
	mod_delayed_work(array->wq, &array->record_work, 0);
}

int tandem_keep_message(struct tandem_array *array, const struct tandem_message *message)
{
	unsigned int i;

	spin_lock_irq(&array->lock);
	if (array->phase != TANDEM_PHASE_UP) {
		spin_unlock_irq(&array->lock);
		return -ENODEV;
	}
	take(array, message);
	spin_unlock_irq(&array->lock);
	if (message->verb == TANDEM_MESSAGE_SET_LATENCY)
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
		for (i = 0; i < array->params.nr_legs; i++)
			array->super->place[i].read_class = array->leg[i].read_class;
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
