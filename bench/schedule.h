/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When messages are meant to arrive.
 *
 * An open-loop schedule is a function of seed, rate and shape alone: it does not
 * know whether the array keeps up.  Latency is counted from the times it gives,
 * so a stall of the array is charged to every message that should have arrived
 * during the stall, and not only to those that were already in flight.
 *
 *   poisson     the rate, all the time
 *   bell        a working day: up to the rate in the middle of each period,
 *               nearly nothing at its ends (six standard deviations apart)
 *   floodgate   @base_share of the rate, and @burst_share of it once
 *   overdrive   @burst_share of the rate; the load ends it
 */
#ifndef BENCH_SCHEDULE_H
#define BENCH_SCHEDULE_H

#include <stdint.h>

#include "random.h"

enum schedule_shape {
	SCHEDULE_POISSON,
	SCHEDULE_BELL,
	SCHEDULE_FLOODGATE,
	SCHEDULE_OVERDRIVE,
};

struct schedule_config {
	uint64_t seed;
	double rate_per_s;	/* Above 0. */
	enum schedule_shape shape;
	double period_s;	/* Of the bell. */
	double base_share;
	double burst_share;
	double burst_at_s;	/* Since the start of the schedule. */
	double burst_s;
};

struct schedule {
	struct schedule_config config;
	struct random random;
	double mean_gap_ns;	/* At the highest rate of the shape. */
	double next_ns;
};

/**
 * schedule_init - start a schedule at time 0
 * @schedule: the schedule
 * @config: copied
 */
void schedule_init(struct schedule *schedule, const struct schedule_config *config);

/**
 * schedule_share - the rate at one moment
 * @config: the shape
 * @at_s: seconds since the start
 *
 * Return: its share of @config->rate_per_s.
 */
double schedule_share(const struct schedule_config *config, double at_s);

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
