// SPDX-License-Identifier: GPL-2.0-only
/*
 * Poisson arrivals: exponential gaps, drawn when they are needed from a stream
 * that nothing else uses, which is the same as drawing them all in advance.
 * Times are summed as doubles: 53 bits hold nanoseconds exactly for 104 days.
 */
#include <math.h>

#include "schedule.h"

/* The stream number keeps arrivals apart from all other choices of a seed. */
#define SCHEDULE_STREAM 1

void schedule_init(struct schedule *schedule, uint64_t seed, double rate_per_s)
{
	random_init(&schedule->random, seed, SCHEDULE_STREAM);
	schedule->mean_gap_ns = 1e9 / rate_per_s;
	schedule->next_ns = 0;
	schedule_advance(schedule);
}

int64_t schedule_peek(const struct schedule *schedule)
{
	return (int64_t)schedule->next_ns;
}

void schedule_advance(struct schedule *schedule)
{
	schedule->next_ns -= log(random_unit(&schedule->random)) * schedule->mean_gap_ns;
}
