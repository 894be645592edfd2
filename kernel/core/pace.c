// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The pace of a copier.
 *
 *	users          | rate that is allowed
 *	silent         | any: nobody is slowed down
 *	quick enough   | a step more than before
 *	too slow       | less than what was copied meanwhile, by as much as they are late
 *	               | never below a floor
 *
 * A rate becomes rests by a schedule: each piece moves the time of the next one by
 * what it is worth.
 *
 * Decisions
 * - One decision a window (50 ms, and LEAST_SEEN requests or five times that), on the
 *   mean of what ended in it: one slow request is no reason. A request that is still
 *   under way counts with its age, for those that never end are the worst.
 * - Reads and writes are judged apart, and the worse of them counts: they have nothing
 *   in common but the disk.
 * - Down from what was really copied: a rate that was allowed and never reached would
 *   have to fall for a long time before anybody felt it. For the same reason it grows
 *   only while it is used.
 * - What requests take without a copy is learned from those that had no piece beside
 *   them. Who copies without a rest has none of these: he rests on purpose, for a tenth
 *   of the time at most, and not where that would take him below the floor.
 * - The floor is TANDEM_COPY_FLOOR, and what the recovery target needs where that is
 *   more. An administrator's limit may be below the first and not below the second.
 * - A copier that was late makes up for CREDIT_NS of it: timers are coarse. One that ran
 *   ahead, for somebody waited, rests for no more than one piece is worth.
 *
 * Why copying always ends: before a piece is at most what one is worth at the floor, and
 * a probe, and no probe follows another without ten times its length in between.
 *
 * Why nothing overflows: a latency counts with at most MOST_NS (2^40), a window is
 * closed before it has 2^16 of them, pieces are of 2^16 bytes, and rates of at most 2^40
 * bytes a second.
 */
#include "sys.h"
#include "core/pace.h"

#define NS_PER_S	1000000000ull
#define NS_PER_MS	1000000ull

#define SPAN_NS		(50 * NS_PER_MS)
#define LEAST_SEEN	8u
#define IDLE_NS		(50 * NS_PER_MS)	/* without a request: nobody is there */
#define CREDIT_NS	(20 * NS_PER_MS)
#define LEAST_REST_NS	NS_PER_MS		/* less is not worth a timer */
#define PROBE_NS	(20 * NS_PER_MS)
#define MOST_PROBE_NS	(200 * NS_PER_MS)
#define PROBE_SPANS	20u			/* there is one no more often */
#define PROBES		10u			/* one tenth of the time at most */
#define MOST_NS		(1ull << 40)
#define MOST_SEEN	0xffffu

/* Latency against target, in these parts. */
#define ON_TARGET	64u

static u64 lesser(u64 a, u64 b)
{
	return a < b ? a : b;
}

static u64 greater(u64 a, u64 b)
{
	return a > b ? a : b;
}

static u64 since(u64 from_ns, u64 now_ns)
{
	return now_ns > from_ns ? now_ns - from_ns : 0;
}

static u64 rate_of(u64 bytes, u64 ns)
{
	u64 rate = ns ? bytes * NS_PER_S / ns : TANDEM_MAX_COPY_RATE;

	return lesser(rate, TANDEM_MAX_COPY_RATE);
}

/* Below this one it is never. */
static u64 floor_of(const struct tandem_pace_order *order)
{
	u64 rate = TANDEM_COPY_FLOOR;

	if (order->limit && order->limit < rate)
		rate = order->limit;
	if (rate < TANDEM_MIN_RATE_LIMIT)
		rate = TANDEM_MIN_RATE_LIMIT;
	return greater(rate, lesser(order->due, TANDEM_MAX_COPY_RATE));
}

static bool is_idle(const struct tandem_pace *pace, u64 now_ns)
{
	return !pace->last_ns || since(pace->last_ns, now_ns) > IDLE_NS;
}

/* What is allowed now: by users, by the administrator, by what is due. */
static u64 allowed(const struct tandem_pace *pace, u64 now_ns)
{
	u64 rate = is_idle(pace, now_ns) ? TANDEM_MAX_COPY_RATE : pace->rate;

	if (pace->order.limit && rate > pace->order.limit)
		rate = pace->order.limit;
	return greater(rate, floor_of(&pace->order));
}

static u64 worth(u32 bytes, u64 rate)
{
	return bytes * NS_PER_S / rate;
}

static void begin_window(struct tandem_pace *pace, u64 now_ns)
{
	memset(pace->copying, 0, sizeof(pace->copying));
	memset(pace->quiet, 0, sizeof(pace->quiet));
	pace->bytes = 0;
	pace->window_ns = now_ns;
}

void tandem_pace_init(struct tandem_pace *pace, u64 span_ns)
{
	memset(pace, 0, sizeof(*pace));
	pace->span_ns = span_ns ? span_ns : SPAN_NS;
	pace->rate = TANDEM_MAX_COPY_RATE;
}

void tandem_pace_start(struct tandem_pace *pace, u64 now_ns)
{
	begin_window(pace, now_ns);
	pace->next_ns = now_ns;
	pace->probe_ns = 0;
	pace->last_ns = 0;
	pace->achieved = 0;
}

static void add(struct tandem_pace_sum *to, const struct tandem_pace_sum *from)
{
	u32 nr = (u32)lesser(from->nr, MOST_SEEN - to->nr);

	if (!nr)
		return;
	to->ns += lesser(from->ns / from->nr, MOST_NS) * nr;
	to->nr += nr;
}

static u64 mean_of(const struct tandem_pace_sum *sum)
{
	return sum->nr ? sum->ns / sum->nr : 0;
}

/* All that ended in this window, with a copy beside it or without. */
static u64 mean_in(const struct tandem_pace *pace, unsigned int kind)
{
	struct tandem_pace_sum both = pace->copying[kind];

	add(&both, &pace->quiet[kind]);
	return mean_of(&both);
}

static u32 nr_seen(const struct tandem_pace *pace)
{
	u32 nr = 0;
	unsigned int i;

	for (i = 0; i < TANDEM_NR_PACE_KINDS; i++)
		nr += pace->copying[i].nr + pace->quiet[i].nr;
	return nr;
}

static u64 target_of(const struct tandem_pace *pace, unsigned int kind)
{
	u64 base = pace->base_ns[kind];

	return pace->order.target_ns ? pace->order.target_ns : base + base / 2;
}

static void learn(struct tandem_pace *pace, u64 now_ns)
{
	unsigned int i;
	u64 mean;

	for (i = 0; i < TANDEM_NR_PACE_KINDS; i++) {
		mean = mean_of(&pace->quiet[i]);
		if (!mean)
			continue;
		pace->quiet_ns = now_ns;
		if (!pace->base_ns[i])
			pace->base_ns[i] = mean;
		pace->base_ns[i] = pace->base_ns[i] - pace->base_ns[i] / 8 + mean / 8;
	}
}

/* The worse of reads and writes against its target; 0: nothing can be said. */
static u64 pressure(const struct tandem_pace *pace, const struct tandem_pace_seen *seen)
{
	u64 worst = 0, mean, target;
	unsigned int i;

	for (i = 0; i < TANDEM_NR_PACE_KINDS; i++) {
		mean = mean_in(pace, i);
		target = target_of(pace, i);
		if (lesser(seen->waiting_ns[i], MOST_NS) > greater(mean, target))
			mean = lesser(seen->waiting_ns[i], MOST_NS);
		if (target)
			worst = greater(worst, mean * ON_TARGET / target);
	}
	return worst;
}

static void decide(struct tandem_pace *pace, u64 late)
{
	u64 rate = pace->rate;

	if (late > ON_TARGET) {
		rate = lesser(rate, pace->achieved);
		rate = lesser(rate * ON_TARGET / lesser(late, 2ull * ON_TARGET), rate - rate / 16);
	} else if (late && rate / 4 <= pace->achieved) {
		rate += rate / 8;
	}
	rate = lesser(rate, TANDEM_MAX_COPY_RATE);
	pace->rate = greater(rate, floor_of(&pace->order));
}

void tandem_pace_see(struct tandem_pace *pace, const struct tandem_pace_seen *seen, u64 now_ns)
{
	u64 elapsed = since(pace->window_ns, now_ns);
	unsigned int i;

	pace->last_ns = greater(pace->last_ns, seen->last_ns);
	for (i = 0; i < TANDEM_NR_PACE_KINDS; i++) {
		add(&pace->copying[i], &seen->copying[i]);
		add(&pace->quiet[i], &seen->quiet[i]);
		if (seen->waiting_ns[i])
			pace->last_ns = now_ns;
	}
	if (is_idle(pace, now_ns)) {
		begin_window(pace, now_ns);
		return;
	}
	if (elapsed < pace->span_ns ||
	    (nr_seen(pace) < LEAST_SEEN && elapsed < 5 * pace->span_ns))
		return;
	pace->achieved = rate_of(pace->bytes, elapsed);
	learn(pace, now_ns);
	decide(pace, pressure(pace, seen));
	begin_window(pace, now_ns);
}

void tandem_pace_copied(struct tandem_pace *pace, u32 bytes, u64 now_ns)
{
	u64 ns = worth(bytes, allowed(pace, now_ns));
	u64 earliest = since(CREDIT_NS, now_ns);

	pace->bytes += bytes;
	pace->piece = bytes;
	pace->copied_ns = now_ns;
	pace->next_ns = greater(pace->next_ns, earliest) + ns;
	pace->next_ns = lesser(pace->next_ns, now_ns + ns);
}

/* As long as a few requests take. */
static u64 probe_length(const struct tandem_pace *pace)
{
	u64 longest = PROBE_NS;
	unsigned int i;

	for (i = 0; i < TANDEM_NR_PACE_KINDS; i++)
		longest = greater(longest, 4 * mean_in(pace, i));
	return lesser(longest, MOST_PROBE_NS);
}

/* Would it help to know how long requests take without a copy? */
static bool must_probe(const struct tandem_pace *pace, u64 now_ns)
{
	u64 least = floor_of(&pace->order);

	return !pace->order.target_ns && nr_seen(pace) && pace->rate > least &&
	       pace->achieved > least &&
	       since(pace->quiet_ns, now_ns) > greater(PROBE_SPANS * pace->span_ns,
						       PROBES * probe_length(pace));
}

u64 tandem_pace_rest(struct tandem_pace *pace, u64 now_ns)
{
	u64 until = pace->next_ns;

	if (is_idle(pace, now_ns)) {
		pace->probe_ns = 0;
		if (!pace->order.limit)
			return 0;
	} else if (must_probe(pace, now_ns)) {
		pace->probe_ns = now_ns + probe_length(pace);
		pace->quiet_ns = pace->probe_ns;
	}
	/* The pace may have changed since. */
	until = lesser(until, pace->copied_ns + worth(pace->piece, allowed(pace, now_ns)));
	until = greater(until, pace->probe_ns);
	return until > now_ns + LEAST_REST_NS ? until - now_ns : 0;
}

u64 tandem_pace_longest(const struct tandem_pace_order *order, u32 bytes)
{
	return worth(bytes, floor_of(order)) + MOST_PROBE_NS;
}

u64 tandem_pace_due(u64 bytes, u32 target_ms)
{
	u64 rate = target_ms ? bytes * 1000 / target_ms : TANDEM_MAX_COPY_RATE;

	return lesser(rate, TANDEM_MAX_COPY_RATE);
}
