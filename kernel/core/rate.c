// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The copy rate: a mean, and the sums that are done with it.
 *
 * Decisions
 * - The mean is bytes over time, not a mean of rates: what a resync takes is the sum
 *   of the times of its copies, and one that took long counts for as long as it took.
 * - It forgets: beyond WINDOW_BYTES both sums are halved, so that it is one of the last
 *   64 to 128 MiB. A rate that was kept from an earlier start weighs half of that.
 * - Less than LEAST_BYTES say nothing: a seek or two would be all there is in it.
 * - A kept rate that no disk has (damage, another unit) counts as none. It is advice:
 *   no leg is refused for it.
 *
 * Why nothing overflows: the bytes of a mean stay below 2^26, a rate is at most
 * TANDEM_MAX_COPY_RATE (2^40), a target below 2^22 ms, a set not above 2^48 bytes.
 */
#include "sys.h"
#include "core/rate.h"

#define NS_PER_S	1000000000ull
#define WINDOW_BYTES	(64ull << 20)
#define LEAST_BYTES	(512ull << 10)

/* One in this many is noise. */
#define NOISE		16

#define LEAST_REGIONS	4u

void tandem_rate_resume(struct tandem_rate *rate, u64 bytes_per_s)
{
	rate->bytes = 0;
	rate->ns = 0;
	if (!bytes_per_s || bytes_per_s > TANDEM_MAX_COPY_RATE)
		return;
	rate->bytes = WINDOW_BYTES / 2;
	rate->ns = rate->bytes * NS_PER_S / bytes_per_s;
}

void tandem_rate_add(struct tandem_rate *rate, u32 bytes, u64 ns)
{
	rate->bytes += bytes;
	rate->ns += ns;
	while (rate->bytes >= WINDOW_BYTES) {
		rate->bytes /= 2;
		rate->ns /= 2;
	}
}

u64 tandem_rate_mean(const struct tandem_rate *rate)
{
	u64 mean;

	if (rate->bytes < LEAST_BYTES)
		return 0;
	mean = rate->ns ? rate->bytes * NS_PER_S / rate->ns : TANDEM_MAX_COPY_RATE;
	if (mean > TANDEM_MAX_COPY_RATE)
		return TANDEM_MAX_COPY_RATE;
	return mean ? mean : 1;
}

bool tandem_rate_is_news(u64 known, u64 measured)
{
	u64 apart = known > measured ? known - measured : measured - known;

	return measured && (!known || apart > known / NOISE);
}

u64 tandem_rate_assumed(u64 measured)
{
	return measured && measured <= TANDEM_MAX_COPY_RATE ? measured : TANDEM_DEFAULT_COPY_RATE;
}

u32 tandem_rate_limit(const struct tandem_rate_target *target, u64 measured)
{
	u64 bytes = target->target_ms * tandem_rate_assumed(measured) / 1000;
	u64 regions = bytes / target->region_bytes;

	if (regions < LEAST_REGIONS)
		regions = LEAST_REGIONS;
	if (regions > target->capacity / 4)
		regions = target->capacity / 4;
	return regions ? (u32)regions : 1;
}

u64 tandem_rate_resync_ms(u64 bytes, u64 measured)
{
	u64 rate = tandem_rate_assumed(measured);
	u64 whole_s = bytes / rate;

	return whole_s * 1000 + (bytes % rate * 1000 + rate - 1) / rate;
}
