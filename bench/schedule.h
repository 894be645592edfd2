/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When messages are meant to arrive.
 *
 * An open-loop schedule is a function of seed and rate alone: it does not know
 * whether the array keeps up.  Latency is counted from the times it gives, so
 * a stall of the array is charged to every message that should have arrived
 * during the stall, and not only to those that were already in flight.
 */
#ifndef BENCH_SCHEDULE_H
#define BENCH_SCHEDULE_H

#include <stdint.h>
#include "random.h"

struct schedule {
	struct random random;
	double mean_gap_ns;
	double next_ns;
};

/**
 * schedule_init - start a Poisson schedule at time 0
 * @schedule: the schedule
 * @seed: the user's seed
 * @rate_per_s: mean arrivals per second, above 0
 */
void schedule_init(struct schedule *schedule, uint64_t seed, double rate_per_s);

/**
 * schedule_peek - when the next message is meant to arrive
 * @schedule: the schedule
 *
 * Return: nanoseconds since the start of the schedule.
 */
int64_t schedule_peek(const struct schedule *schedule);

/**
 * schedule_advance - consume the arrival that schedule_peek() shows
 * @schedule: the schedule
 */
void schedule_advance(struct schedule *schedule);

#endif /* BENCH_SCHEDULE_H */
