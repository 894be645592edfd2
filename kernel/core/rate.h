/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How fast a set is resynced, and what follows from that: how much may be dirty
 * for a recovery target, and how long a resync would take now.
 *
 * Integers only; the clock is the caller's.
 */
#ifndef TANDEM_CORE_RATE_H
#define TANDEM_CORE_RATE_H

#include "sys.h"
#include "uapi/tandem_limits.h"

/**
 * struct tandem_rate - a mean over the last copies
 * @bytes, @ns: that were made equal, in which time; both are halved now and then
 */
struct tandem_rate {
	u64 bytes;
	u64 ns;
};

/* Begins with a rate that was measured earlier; 0: with none. */
void tandem_rate_resume(struct tandem_rate *rate, u64 bytes_per_s);

/* @bytes were made equal in @ns, with nothing but that to wait for. */
void tandem_rate_add(struct tandem_rate *rate, u32 bytes, u64 ns);

/* Bytes a second, or 0: too little was copied to tell. */
u64 tandem_rate_mean(const struct tandem_rate *rate);

/* Is @measured another rate than @known, or the first one? Noise is not. */
bool tandem_rate_is_news(u64 known, u64 measured);

/* What is reckoned with: @measured or, if that is 0, TANDEM_DEFAULT_COPY_RATE. */
u64 tandem_rate_assumed(u64 measured);

/**
 * struct tandem_rate_target - what a limit depends on
 * @target_ms: how long a resync may take
 * @region_bytes: size of a region
 * @capacity: regions that the format can hold
 */
struct tandem_rate_target {
	u32 target_ms;
	u32 region_bytes;
	u32 capacity;
};

/*
 * How many regions may be dirty at @measured bytes a second (0: not known): at least four,
 * so that writers are not slowed down by a target that no disk can meet, and at most a
 * quarter of the capacity; but one.
 */
u32 tandem_rate_limit(const struct tandem_rate_target *target, u64 measured);

/* How long @bytes take, in milliseconds, rounded up. */
u64 tandem_rate_resync_ms(u64 bytes, u64 measured);

#endif
