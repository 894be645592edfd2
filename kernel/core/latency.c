// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Latencies of a leg's reads.
 *
 * Decisions
 * - An outlier is a leg of which three of four reads take far longer than all but the longest
 *   of another leg's. So two legs that are alike are seldom taken for one beside each other,
 *   though reads differ: by a cache that is hit or missed, by writes in front of them. A leg
 *   that is slow for one read in ten is none.
 * - Far longer is four times as long and half a millisecond more: where it is less than
 *   that, little can be won.
 * - A leg that has more reads than the other one may take as many times as long: a stream
 *   that stays on its leg makes a queue there, and none beside. And it is reckoned with the
 *   queue that the other one would have if it got them all.
 * - What is judged are the last few reads, so it follows when all legs become slow.
 * - One that sits out is tried again, or nobody would see that it is well. What that costs
 *   are the reads until it has been judged once more; so the times between grow, by twice, to
 *   about a minute, until it has had a number of reads and was well. Not by how long that
 *   took: where there are few reads it takes long to find it again. They begin with little
 *   more than it takes to judge: a bad moment of a good leg does not cost its place for long.
 */
#include "core/latency.h"

#define SUB_SHIFT	3u			/* eight of a doubling */
#define LONGEST_US	((1u << 24) - 1)	/* in the last bucket */
#define MOST_READS	1024u
#define MOST_DEPTH	1024u

#define ENOUGH		(TANDEM_LATENCY_RECENT / 2)
#define AGAIN		3u
#define TIMES		2u
#define FAILED_US	1000000u
#define BEYOND_US	500u

/* A read that has not ended takes as many times as long as one that is too long. */
#define HANGS_TIMES	16u
#define HANGS_US	100000u

#define FIRST_REST_MS	50u
#define LONGEST_REST_MS	64000u

/* Of a number that is not 0. */
static unsigned int top_bit(u32 number)
{
	unsigned int bit = 0;

	while (number >>= 1)
		bit++;
	return bit;
}

static unsigned int bucket_of(u32 us)
{
	unsigned int shift;

	if (us < 1u << SUB_SHIFT)
		return us;
	shift = top_bit(us) - SUB_SHIFT;
	return (shift << SUB_SHIFT) + (us >> shift);
}

/* The middle of a bucket. */
static u32 us_of(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < 2u << SUB_SHIFT)
		return bucket ? bucket : 1;
	shift = (bucket >> SUB_SHIFT) - 1;
	return (((1u << SUB_SHIFT) + bucket % (1u << SUB_SHIFT)) << shift) + (1u << shift) / 2;
}

static void halve(struct tandem_latency *latency)
{
	unsigned int i;

	latency->nr = 0;
	for (i = 0; i < TANDEM_LATENCY_BUCKETS; i++) {
		latency->bucket[i] /= 2;
		latency->nr += latency->bucket[i];
	}
}

static void push(struct tandem_latency *latency, u32 us, u32 depth)
{
	const size_t others = TANDEM_LATENCY_RECENT - 1;

	memmove(latency->us + 1, latency->us, others * sizeof(*latency->us));
	memmove(latency->depth + 1, latency->depth, others * sizeof(*latency->depth));
	latency->us[0] = us;
	latency->depth[0] = depth < 1 ? 1 : depth < MOST_DEPTH ? (u16)depth : MOST_DEPTH;
	if (latency->nr_recent < TANDEM_LATENCY_RECENT)
		latency->nr_recent++;
}

void tandem_latency_add(struct tandem_latency *latency, u64 ns, u32 depth)
{
	u32 us = ns / 1000 < LONGEST_US ? (u32)(ns / 1000) : LONGEST_US;

	latency->bucket[bucket_of(us)]++;
	if (++latency->nr == MOST_READS)
		halve(latency);
	push(latency, us, depth);
}

void tandem_latency_add_failed(struct tandem_latency *latency, u32 depth)
{
	push(latency, FAILED_US, depth);
}

void tandem_latency_renew(struct tandem_latency *latency)
{
	latency->nr_recent = 0;
}

u32 tandem_latency_quantile(const struct tandem_latency *latency, unsigned int percent)
{
	u64 wanted = ((u64)latency->nr * percent + 99) / 100, below = 0;
	unsigned int i;

	if (!latency->nr)
		return 0;
	for (i = 0; i < TANDEM_LATENCY_BUCKETS - 1; i++) {
		below += latency->bucket[i];
		if (below && below >= wanted)
			break;
	}
	return us_of(i);
}

bool tandem_latency_is_known(const struct tandem_latency *latency)
{
	return latency->nr_recent >= ENOUGH;
}

/* That of the recent reads which has @below others below it, equal ones by their order. */
static u32 nth(const struct tandem_latency *latency, u32 below)
{
	const u32 *us = latency->us;
	u32 i, j, found;

	for (i = 0; i < latency->nr_recent; i++) {
		for (j = 0, found = 0; j < latency->nr_recent; j++)
			found += us[j] < us[i] || (us[j] == us[i] && j < i);
		if (found == below)
			return us[i];
	}
	return 0;
}

u32 tandem_latency_low(const struct tandem_latency *latency)
{
	return nth(latency, latency->nr_recent / 4);
}

/* All but one of sixteen took no longer. */
static u32 high(const struct tandem_latency *latency)
{
	return nth(latency, latency->nr_recent - 1 - latency->nr_recent / 16);
}

bool tandem_latency_is_long(const struct tandem_latency *latency)
{
	return latency->nr_recent && latency->us[0] > BEYOND_US;
}

static u32 depth_of(const struct tandem_latency *latency)
{
	u32 i, sum = 0;

	for (i = 0; i < latency->nr_recent; i++)
		sum += latency->depth[i];
	return sum;
}

/* What a leg may take beside @peer, of which something is known, in microseconds. */
static u64 allowed(const struct tandem_latency *latency, const struct tandem_latency *peer)
{
	u64 mine = (u64)depth_of(latency) * peer->nr_recent;
	u64 its = (u64)depth_of(peer) * latency->nr_recent;
	u32 times = mine && its ? 1 + (u32)(mine + its - 1) / (u32)its : 2;

	return (u64)high(peer) * TIMES * times + BEYOND_US;
}

bool tandem_latency_is_outlier(const struct tandem_latency *latency,
			       const struct tandem_latency *peer, bool again)
{
	return latency->nr_recent >= (again ? AGAIN : ENOUGH) && tandem_latency_is_known(peer) &&
	       tandem_latency_low(latency) > allowed(latency, peer);
}

bool tandem_latency_is_worse(u64 us, u32 low_us)
{
	return us > 2ull * TIMES * low_us + BEYOND_US;
}

bool tandem_latency_hangs(u64 us, const struct tandem_latency *latency,
			  const struct tandem_latency *peer)
{
	return us >= HANGS_US && tandem_latency_is_known(peer) &&
	       us / HANGS_TIMES > allowed(latency, peer);
}

bool tandem_latency_is_settled(const struct tandem_latency *latency)
{
	return latency->nr_recent == TANDEM_LATENCY_RECENT;
}

u32 tandem_latency_rest(u32 last_ms)
{
	if (!last_ms)
		return FIRST_REST_MS;
	return 2 * last_ms < LONGEST_REST_MS ? 2 * last_ms : LONGEST_REST_MS;
}
