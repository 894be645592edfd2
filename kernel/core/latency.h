/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long the reads of a leg take: a histogram for people, and for the choice of a leg
 * whether it is an outlier beside another one.
 *
 * Integers only; the clock is the caller's.
 */
#ifndef TANDEM_CORE_LATENCY_H
#define TANDEM_CORE_LATENCY_H

#include "sys.h"

/* Eight for each doubling, of microseconds, from 8 us to 16 s. */
#define TANDEM_LATENCY_BUCKETS	176u

/* Reads that say what a leg takes now; half as many are enough to say something. */
#define TANDEM_LATENCY_RECENT	16u

/**
 * struct tandem_latency - of one leg
 * @bucket: number of reads that took so long; all are halved now and then
 * @nr: in all buckets
 * @us: what the last ones took; @depth: reads that the leg had then, each among them
 * @nr_recent: of these two
 */
struct tandem_latency {
	u16 bucket[TANDEM_LATENCY_BUCKETS];
	u32 nr;
	u32 us[TANDEM_LATENCY_RECENT];
	u16 depth[TANDEM_LATENCY_RECENT];
	u32 nr_recent;
};

/* A read has taken @ns, and was one of @depth. */
void tandem_latency_add(struct tandem_latency *latency, u64 ns, u32 depth);

/* One has failed. Nobody is told that as a latency, and for the choice of a leg it was long. */
void tandem_latency_add_failed(struct tandem_latency *latency, u32 depth);

/* What came last counts no more, for what was done about it; the histogram stays. */
void tandem_latency_renew(struct tandem_latency *latency);

/**
 * tandem_latency_quantile() - what so many of a hundred reads did not exceed
 * Return: microseconds, right to a sixteenth, at least 1; 0: no read is known
 */
u32 tandem_latency_quantile(const struct tandem_latency *latency, unsigned int percent);

/* Are there enough reads to judge by? */
bool tandem_latency_is_known(const struct tandem_latency *latency);

/* Microseconds that three of four of the last reads took at least; 0: none is known. */
u32 tandem_latency_low(const struct tandem_latency *latency);

/* Was the last read one for which another leg might be far better? */
bool tandem_latency_is_long(const struct tandem_latency *latency);

/**
 * tandem_latency_is_outlier() - is @latency far beyond @peer?
 * @again: it was before, and a few reads are enough
 * Return: false if too little is known of one of them
 */
bool tandem_latency_is_outlier(const struct tandem_latency *latency,
			       const struct tandem_latency *peer, bool again);

/* Is @us far beyond the @low_us of a leg that sits out? It is to be read again then. */
bool tandem_latency_is_worse(u64 us, u32 low_us);

/**
 * tandem_latency_hangs() - a read that has not ended
 * @us: its age
 * @latency: of its leg
 *
 * Return: true: whatever it will have taken, its leg is an outlier beside @peer
 */
bool tandem_latency_hangs(u64 us, const struct tandem_latency *latency,
			  const struct tandem_latency *peer);

/* Are as many reads known as ever are? A leg that is no outlier then is well again. */
bool tandem_latency_is_settled(const struct tandem_latency *latency);

/* Milliseconds that a leg sits out; @last_ms: the last time, 0 if it was well since. */
u32 tandem_latency_rest(u32 last_ms);

#endif
