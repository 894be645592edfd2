/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a seed is about. Each seed switches features on and off by chance
 * (a swarm): two faults meet more often where ten others are absent.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sys.h"

#define SIM_MAX_USERS	6u
#define SIM_MAX_DISKS	8u

/* x(field): rates "once in N", 0 for never, then flags 0 or 1. */
#define SIM_RATES(x)							\
	x(read_error) x(write_error) x(flush_error) x(meta_error)	\
	x(load_error)							\
	x(death) x(bad_range) x(slow)					\
	x(crash) x(stop) x(suspend) x(reload) x(message) x(rot) x(pace)	\
	x(grow) x(keep) x(classes)

#define SIM_FLAGS(x)							\
	x(landed) x(dropped) x(retryable) x(caller_error) x(at_once)	\
	x(power) x(subset) x(force) x(read_only) x(no_memory)		\
	x(wrong_place) x(no_write_zeroes) x(host_only) x(replace)	\
	x(log) x(map) x(steered)

#define SIM_SIZES(x)							\
	x(events) x(legs) x(sets) x(regions) x(users) x(block_bytes)	\
	x(unit_sectors) x(hot_sectors) x(max_sectors) x(preemption)	\
	x(latency) x(flush_percent) x(fua_percent) x(read_percent)	\
	x(zeroes_percent) x(nowait_percent) x(identical) x(overlap)	\
	x(init_content) x(rollback) x(log_slots) x(log_window)		\
	x(log_limit) x(clean_ticks) x(ahead) x(role_log) x(stream)	\
	x(pieces) x(pace_ticks) x(room) x(lost_limit) x(ring)		\
	x(events_percent) x(standstill) x(lame)

#define SIM_FIELD(name) u32 name;

struct sim_options {
	u64 seed;
	SIM_RATES(SIM_FIELD)
	SIM_FLAGS(SIM_FIELD)
	SIM_SIZES(SIM_FIELD)
};

#define SIM_MAX_FIXED	32u

/* What the command line fixes, by name; the seed draws the rest. */
struct sim_limits {
	struct {
		const char *name;
		u32 value;
	} fixed[SIM_MAX_FIXED];
	unsigned int nr;
	bool calm;		/* no faults at all */
};

/* "name=value", or false: no such option, or too many. */
bool options_fix(struct sim_limits *limits, const char *text);
/* Nothing by chance: what is not fixed is 0. */
void options_fixed(struct sim_options *options, const struct sim_limits *limits);
void options_draw(struct sim_options *options, const struct sim_limits *limits);
void options_print(const struct sim_options *options);

#endif
