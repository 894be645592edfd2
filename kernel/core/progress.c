// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Progress of a sync.
 *
 * Decisions
 * - What becomes necessary while a sync is on makes it longer, and takes nothing back
 *   from what is done: both numbers only grow until it has ended.
 * - The rate is that of windows of a second or more, each new one with a quarter of the
 *   weight. It is that of what was copied, also if it had to be copied again.
 * - The end that was said stands unless copying gets there earlier, or the time that
 *   is left by the rate of now is more than a quarter (and a second) longer than what
 *   was said: at a steady rate the time that is shown never grows. Where it does, the
 *   rate has fallen by a fifth, or there is a quarter more to do.
 * - While it is paused there is no rate and no end, and after it the rate of before does
 *   not count.
 *
 * Why nothing overflows: sums of copied bytes stay below 2^63, a rate is at most
 * TANDEM_MAX_COPY_RATE, and FOREVER_S is the longest time there is.
 */
#include "sys.h"
#include "core/progress.h"

#define NS_PER_S	1000000000ull
#define WINDOW_NS	NS_PER_S
#define FOREVER_S	(1ull << 32)

static u64 rate_of(u64 bytes, u64 ns)
{
	u64 s = ns / NS_PER_S;
	u64 rate;

	/* In units that keep the product below 2^64. */
	if (bytes >> 34)
		rate = bytes / (s ? s : 1);
	else
		rate = bytes * NS_PER_S / ns;
	return rate < TANDEM_MAX_COPY_RATE ? rate : TANDEM_MAX_COPY_RATE;
}

static void begin(struct tandem_progress *progress, const struct tandem_progress_look *look)
{
	progress->mark_ns = look->now_ns;
	progress->mark_bytes = look->copied;
	progress->rate = 0;
	progress->end_ns = 0;
}

static void measure(struct tandem_progress *progress, const struct tandem_progress_look *look)
{
	u64 ns = look->now_ns - progress->mark_ns;
	u64 rate;

	if (ns < WINDOW_NS)
		return;
	rate = rate_of(look->copied - progress->mark_bytes, ns);
	progress->rate = progress->rate ? (3 * progress->rate + rate) / 4 : rate;
	progress->mark_ns = look->now_ns;
	progress->mark_bytes = look->copied;
}

static u64 ns_left(const struct tandem_progress *progress)
{
	u64 s = progress->left / progress->rate;

	if (s >= FOREVER_S)
		return FOREVER_S * NS_PER_S;
	/* The remainder in thousandths: a rate is below 2^41. */
	return s * NS_PER_S + progress->left % progress->rate * 1000 / progress->rate *
	       (NS_PER_S / 1000);
}

static void say(struct tandem_progress *progress, u64 now_ns)
{
	u64 said, left;

	if (!progress->rate) {
		progress->end_ns = 0;
		return;
	}
	left = ns_left(progress);
	said = progress->end_ns > now_ns ? progress->end_ns - now_ns : 0;
	if (!progress->end_ns || left < said || left > said + said / 4 + NS_PER_S)
		progress->end_ns = now_ns + left;
}

void tandem_progress_note(struct tandem_progress *progress,
			  const struct tandem_progress_look *look)
{
	if (!look->on) {
		memset(progress, 0, sizeof(*progress));
		return;
	}
	if (!progress->mark_ns)
		begin(progress, look);
	if (look->left > progress->left)
		progress->total += look->left - progress->left;
	progress->left = look->left;
	if (look->paused) {
		begin(progress, look);
		return;
	}
	measure(progress, look);
	say(progress, look->now_ns);
}

u64 tandem_progress_done(const struct tandem_progress *progress)
{
	return progress->total - progress->left;
}

u64 tandem_progress_eta_s(const struct tandem_progress *progress, u64 now_ns)
{
	u64 ns = progress->end_ns > now_ns ? progress->end_ns - now_ns : 0;

	return ns / NS_PER_S + !!(ns % NS_PER_S);
}
