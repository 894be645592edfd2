/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Log-linear histogram of latencies.
 *
 * A value below 2^HIST_SUB_BITS has a bucket of its own.  Above, each power of
 * two is cut into 2^HIST_SUB_BITS buckets of equal width, so a bucket is never
 * wider than 1/128 of the values in it.
 *
 * Error: a percentile is reported as the largest value of its bucket: never
 * below the true value, and at most 1/128 (0.79 %) above it.  The maximum, the
 * minimum, the sum and the count are exact.  Recording never allocates.
 */
#ifndef BENCH_HIST_H
#define BENCH_HIST_H

#include <stdint.h>

#define HIST_SUB_BITS 7
#define HIST_SUB (1u << HIST_SUB_BITS)
/* Values up to 2^44 ns (4.8 hours) are told apart; larger ones share the last bucket. */
#define HIST_MAX_BITS 44
#define HIST_BUCKETS ((HIST_MAX_BITS - HIST_SUB_BITS + 1) * HIST_SUB)

struct hist {
	uint64_t count;
	uint64_t sum;
	uint64_t max;
	uint64_t buckets[HIST_BUCKETS];
};

/**
 * hist_reset - forget every value
 * @hist: the histogram
 */
void hist_reset(struct hist *hist);

/**
 * hist_record - count one value
 * @hist: the histogram
 * @value: the value; a negative one (a clock that stepped) counts as 0
 */
void hist_record(struct hist *hist, int64_t value);

/**
 * hist_merge - add all values of another histogram
 * @hist: the histogram that grows
 * @other: the one that is read
 */
void hist_merge(struct hist *hist, const struct hist *other);

/**
 * hist_percentile - the value that a share of all values does not exceed
 * @hist: the histogram
 * @share: in [0, 1], for example 0.99
 *
 * Return: the value within the error given above, 0 when nothing was recorded.
 */
uint64_t hist_percentile(const struct hist *hist, double share);

/**
 * hist_above - how many values are at least so large
 * @hist: the histogram
 * @value: the bound, within the error given above
 *
 * Return: a count.
 */
uint64_t hist_above(const struct hist *hist, uint64_t value);

/**
 * hist_mean - arithmetic mean, exact
 * @hist: the histogram
 *
 * Return: the mean, 0 when nothing was recorded.
 */
double hist_mean(const struct hist *hist);

#endif /* BENCH_HIST_H */
