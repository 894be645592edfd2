// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Lock-step of the intent logs of a set.
 *
 * Decision: a log without a known end is not behind anybody. What it may lack is not
 * told by the order of the records; whoever reads it takes every region for unsure.
 */
#include "sys.h"
#include "core/lockstep.h"

void tandem_lockstep_add(struct tandem_lockstep *step, unsigned int leg, u64 sequence)
{
	if (!sequence)
		return;
	if (sequence > step->most) {
		step->most = sequence;
		step->ahead = leg;
		step->newest = 0;
	}
	if (sequence == step->most)
		step->newest |= 1ull << leg;
	if (!step->least || sequence < step->least) {
		step->least = sequence;
		step->behind = leg;
	}
}

bool tandem_lockstep_lacks(u64 sequence, u64 most)
{
	return sequence && sequence < most;
}

bool tandem_lockstep_lags(u64 sequence, u64 most)
{
	return tandem_lockstep_lacks(sequence, most) && most - sequence > 1;
}

bool tandem_lockstep_super_is_older(const struct tandem_super *super, unsigned int set,
				    const struct tandem_log_head *head)
{
	if (head->epoch_number != super->epoch.number)
		return head->epoch_number > super->epoch.number;
	return head->generation > super->set[set].generation;
}
