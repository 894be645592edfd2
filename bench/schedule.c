// SPDX-License-Identifier: GPL-2.0-only
/*
 * Poisson arrivals: exponential gaps, drawn when they are needed from a stream
 * that nothing else uses, which is the same as drawing them all in advance.
 * A rate that changes is drawn at its highest and thinned out.
 * Times are summed as doubles: 53 bits hold nanoseconds exactly for 104 days.
 */
#include <math.h>
#include <stdbool.h>

#include "schedule.h"

/* The stream number keeps arrivals apart from all other choices of a seed. */
#define SCHEDULE_STREAM 1
/* Standard deviations from the middle of a bell to its end. */
#define BELL_HALF 3.0

double schedule_share(const struct schedule_config *config, double at_s)
{
	double from_middle;

	switch (config->shape) {
	case SCHEDULE_POISSON:
		break;
	case SCHEDULE_BELL:
		from_middle = fmod(at_s, config->period_s) / config->period_s * 2 - 1;
		return exp(-BELL_HALF * BELL_HALF * from_middle * from_middle / 2);
	case SCHEDULE_FLOODGATE:
		if (at_s >= config->burst_at_s && at_s < config->burst_at_s + config->burst_s)
			return config->burst_share;
		return config->base_share;
	case SCHEDULE_OVERDRIVE:
		return config->burst_share;
	}
	return 1;
}

static double highest_share(const struct schedule_config *config)
{
	switch (config->shape) {
	case SCHEDULE_POISSON:
	case SCHEDULE_BELL:
		break;
	case SCHEDULE_FLOODGATE:
	case SCHEDULE_OVERDRIVE:
		return fmax(config->base_share, config->burst_share);
	}
	return 1;
}

void schedule_init(struct schedule *schedule, const struct schedule_config *config)
{
	schedule->config = *config;
	random_init(&schedule->random, config->seed, SCHEDULE_STREAM);
	schedule->mean_gap_ns = 1e9 / (config->rate_per_s * highest_share(config));
	schedule->next_ns = 0;
	schedule_advance(schedule);
}

int64_t schedule_peek(const struct schedule *schedule)
{
	return (int64_t)schedule->next_ns;
}

/* May a candidate stay?  A steady rate draws nothing here. */
static bool stays(struct schedule *schedule)
{
	const struct schedule_config *config = &schedule->config;

	if (config->shape == SCHEDULE_POISSON)
		return true;
	return random_unit(&schedule->random) * highest_share(config) <=
	       schedule_share(config, schedule->next_ns / 1e9);
}

void schedule_advance(struct schedule *schedule)
{
	do
		schedule->next_ns -= log(random_unit(&schedule->random)) * schedule->mean_gap_ns;
	while (!stays(schedule));
}
