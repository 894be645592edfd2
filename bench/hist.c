// SPDX-License-Identifier: GPL-2.0-only
/*
 * Log-linear histogram.  The layout and the error bound are in hist.h.
 *
 *   bucket = value                                     for value < 128
 *   bucket = (p - 6) * 128 + (value >> (p - 7)) - 128  for 2^p <= value < 2^(p+1)
 */
#include <math.h>
#include <string.h>

#include "hist.h"

static unsigned int bucket_of(uint64_t value)
{
	unsigned int power;

	if (value < HIST_SUB)
		return (unsigned int)value;
	if (value >> HIST_MAX_BITS)
		return HIST_BUCKETS - 1;
	power = 63 - (unsigned int)__builtin_clzll(value);
	return (power - HIST_SUB_BITS + 1) * HIST_SUB +
	       (unsigned int)(value >> (power - HIST_SUB_BITS)) - HIST_SUB;
}

static uint64_t bucket_last_value(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < HIST_SUB)
		return bucket;
	shift = bucket / HIST_SUB - 1;
	return (((uint64_t)(bucket % HIST_SUB) + HIST_SUB + 1) << shift) - 1;
}

void hist_reset(struct hist *hist)
{
	memset(hist, 0, sizeof(*hist));
}

void hist_record(struct hist *hist, int64_t value)
{
	uint64_t counted = value < 0 ? 0 : (uint64_t)value;

	hist->count++;
	hist->sum += counted;
	if (counted > hist->max)
		hist->max = counted;
	hist->buckets[bucket_of(counted)]++;
}

void hist_merge(struct hist *hist, const struct hist *other)
{
	unsigned int i;

	hist->count += other->count;
	hist->sum += other->sum;
	if (other->max > hist->max)
		hist->max = other->max;
	for (i = 0; i < HIST_BUCKETS; i++)
		hist->buckets[i] += other->buckets[i];
}

uint64_t hist_percentile(const struct hist *hist, double share)
{
	uint64_t wanted, seen = 0, value;
	unsigned int i;

	if (!hist->count)
		return 0;
	wanted = (uint64_t)ceil(share * (double)hist->count);
	if (!wanted)
		wanted = 1;
	for (i = 0; i < HIST_BUCKETS; i++) {
		seen += hist->buckets[i];
		if (seen >= wanted)
			break;
	}
	/* The last bucket is open-ended and the top one holds the exact maximum. */
	if (i >= HIST_BUCKETS - 1)
		return hist->max;
	value = bucket_last_value(i);
	return value < hist->max ? value : hist->max;
}

uint64_t hist_above(const struct hist *hist, uint64_t value)
{
	uint64_t nr = 0;
	unsigned int i;

	for (i = bucket_of(value); i < HIST_BUCKETS; i++)
		nr += hist->buckets[i];
	return nr;
}

double hist_mean(const struct hist *hist)
{
	return hist->count ? (double)hist->sum / (double)hist->count : 0;
}
