// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a stop owes to legs that have failed: patience (rule K2). And to all of them: none is
 * left with a command whose answer nobody is there for (rule I60).
 *
 * Nobody waits for a record in a stop, so all attempts were made before one was given up: with
 * fewer it is not a disk's fault that a leg which lacks something will be current again.
 */
#include "io/array.h"
#include "front.h"
#include "oracle_stop.h"
#include "sched.h"
#include "world.h"

#define STOP_ATTEMPTS	8u	/* to record a failed leg, at least */

void oracle_stop_ends(void)
{
	const struct tandem_set *set;
	u32 attempts, i;

	for (i = 0; i < world.nr_disks; i++)
		if (disk_is_busy(&world.disk[i]))
			sim_fail("I60", "leg %u has a command under way when the array is down", i);
	for (i = 0; front_exists() && i < front_array()->nr_sets; i++) {
		set = &front_array()->set[i];
		attempts = set->record_attempts;
		if (TANDEM_FAILING(atomic_read(&set->masks)) && attempts &&
		    attempts < STOP_ATTEMPTS)
			sim_fail("K2", "set %u: a stop gives up the record of a failed leg after "
				 "%u of %u attempts", set->index, attempts, STOP_ATTEMPTS);
	}
}
