// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about what an administrator sets (rule "keep").
 *
 *	told      what the status tells as kept is what was set last, and the newest slot of
 *	          every leg in use says so
 *	stopped   what was set before a stop in order is kept, told or not, but where no leg
 *	          can be written to
 *	started   a start finds what was last told as kept, or what was set since then
 *
 * A start by force may go back to a record of any age: from then on that one counts.
 */
#include "core/table.h"
#include "front.h"
#include "io/fault.h"
#include "ledger.h"
#include "oracle.h"
#include "oracle_keep.h"
#include "sched.h"
#include "world.h"

#define MAX_SENT 8u	/* that differ */

/* What can be set: two of the array, and a read class of each leg. */
#define LATENCY 0u
#define RECOVERY 1u
#define CLASS_OF(leg) (2u + (leg))
#define NR_SETTINGS CLASS_OF(SIM_MAX_DISKS)

/*
 * Of each that can be set: first what was told, then what was set since, each
 * value once; what was set last. None before the first start: then it is as created.
 */
static struct setting {
	u32 value[MAX_SENT];
	unsigned int nr;
	u32 last;
} keep[NR_SETTINGS], before[NR_SETTINGS];

static void settle(unsigned int which, u32 value)
{
	keep[which].value[0] = value;
	keep[which].last = value;
	keep[which].nr = 1;
}

static bool is_known(const struct setting *setting, u32 value)
{
	unsigned int i;

	for (i = 0; i < setting->nr; i++)
		if (setting->value[i] == value)
			return true;
	return false;
}

void oracle_keep_begin(void)
{
	memset(keep, 0, sizeof(keep));
}

enum tandem_read_class oracle_keep_class(unsigned int leg)
{
	return (enum tandem_read_class)keep[CLASS_OF(leg)].last;
}

void oracle_keep_sent(const struct tandem_message *message, int answer)
{
	unsigned int which;

	if (message->verb == TANDEM_MESSAGE_SET_LATENCY)
		which = LATENCY;
	else if (message->verb == TANDEM_MESSAGE_SET_RECOVERY)
		which = RECOVERY;
	else if (message->verb == TANDEM_MESSAGE_SET_READ)
		which = CLASS_OF(message->leg);
	else
		return;
	/* A crash may come before the answer. */
	if (answer > 0) {
		before[which] = keep[which];
		keep[which].last = (u32)message->value;
		if (!is_known(&keep[which], keep[which].last))
			keep[which].value[keep[which].nr++] = keep[which].last;
	} else if (answer < 0) {
		keep[which] = before[which];
	}
}

static void check_classes(unsigned int leg, const struct tandem_super *super)
{
	unsigned int i;

	for (i = 0; i < world.nr_disks; i++)
		if (super->place[i].read_class != keep[CLASS_OF(i)].last)
			sim_fail("keep", "told as kept, and leg %u says class %u of leg %u, not %u",
				 leg, super->place[i].read_class, i, keep[CLASS_OF(i)].last);
}

static void check_legs(struct tandem_array *array)
{
	static struct tandem_super super;
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		if (!tandem_leg_is_written(array->leg[leg].state) || !world_read_super(leg, &super))
			continue;
		if (super.latency_target_us != array->keep.target_us ||
		    super.recovery_target_ms != array->keep.recovery_ms)
			sim_fail("keep", "told as kept, and leg %u says %u and %u, not %u and %u",
				 leg, super.latency_target_us, super.recovery_target_ms,
				 array->keep.target_us, array->keep.recovery_ms);
		check_classes(leg, &super);
	}
}

/* As the status tells it, but for the lock: nothing else may run while one looks. */
static bool is_due(const struct tandem_array *array)
{
	unsigned int s;

	for (s = 0; s < array->nr_sets; s++)
		if (tandem_fault_is_due(&array->set[s]))
			return true;
	return array->keep.due;
}

void oracle_keep_look(struct tandem_array *array)
{
	u32 now[NR_SETTINGS] = { array->keep.target_us, array->keep.recovery_ms };
	bool due = is_due(array);
	unsigned int i;

	if (array->params.read_only || array->phase != TANDEM_PHASE_UP)
		return;
	for (i = 0; i < world.nr_disks; i++)
		now[CLASS_OF(i)] = array->leg[i].read_class;
	for (i = 0; i < CLASS_OF(world.nr_disks); i++) {
		if (now[i] != keep[i].last)
			sim_fail("keep", "%u is in force, %u was set last", now[i], keep[i].last);
		if (!due)
			settle(i, now[i]);
	}
	if (!due)
		check_legs(array);
}

void oracle_keep_started(const struct oracle_start *start, struct tandem_array *array)
{
	u32 found[NR_SETTINGS] = { array->super->latency_target_us,
				   array->super->recovery_target_ms };
	const u32 made[NR_SETTINGS] = { 0, world.super.recovery_target_ms };
	unsigned int i;

	for (i = 0; i < world.nr_disks; i++)
		found[CLASS_OF(i)] = array->super->place[i].read_class;
	for (i = 0; i < CLASS_OF(world.nr_disks); i++) {
		if (!keep[i].nr)
			settle(i, made[i]);
		if (start->live && !is_known(&keep[i], found[i]))
			sim_fail("keep", "started with %u, %u was kept", found[i],
				 keep[i].value[0]);
		if (!start->read_only)
			settle(i, found[i]);
	}
	oracle_keep_look(array);
}

void oracle_keep_down(struct tandem_array *array)
{
	unsigned int s, i;

	if (array->params.read_only)
		return;
	for (s = 0; s < array->nr_sets; s++)
		if (array->set[s].record_hopeless)
			return;
	for (i = 0; i < CLASS_OF(world.nr_disks); i++)
		settle(i, keep[i].last);
}
