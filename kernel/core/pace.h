/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pace of a copier: how long it rests before its next piece, so that the requests
 * of users stay as quick as they are to be, and copying ends all the same.
 *
 * Integers only; the clock is the caller's, in nanoseconds, and never goes back.
 */
#ifndef TANDEM_CORE_PACE_H
#define TANDEM_CORE_PACE_H

#include "sys.h"
#include "uapi/tandem_limits.h"

enum tandem_pace_kind {
	TANDEM_PACE_READ,
	TANDEM_PACE_WRITE,
	TANDEM_NR_PACE_KINDS,
};

/* Requests of users that have ended: how many, and how long they took together. */
struct tandem_pace_sum {
	u64 ns;
	u32 nr;
};

/**
 * struct tandem_pace_seen - what is known of the users' requests since the last time
 * @copying: those that had a copy beside them; @quiet: those that had none
 * @waiting_ns: age of one that is still under way; 0: none is
 * @last_ns: when the last one began; 0: none has
 */
struct tandem_pace_seen {
	struct tandem_pace_sum copying[TANDEM_NR_PACE_KINDS];
	struct tandem_pace_sum quiet[TANDEM_NR_PACE_KINDS];
	u64 waiting_ns[TANDEM_NR_PACE_KINDS];
	u64 last_ns;
};

/**
 * struct tandem_pace_order - what the pace must keep to; rates in bytes a second
 * @due: it is never below this one, whatever else is said: what a recovery target
 *	needs; 0: nothing is due
 * @limit: it is not above this one; 0: no limit
 * @target_ns: how long a request of a user is to take; 0: half as long again as
 *	without a copy beside it
 */
struct tandem_pace_order {
	u64 due;
	u64 limit;
	u64 target_ns;
};

/**
 * struct tandem_pace - one copier's
 * @order: the caller writes it, whenever it changes
 * @span_ns: how long a window is at least
 * @rate: bytes a second that are allowed by what the users' requests took
 * @piece: bytes of the last one; @copied_ns: when it was done; @next_ns: when the next
 *	one is due, at the pace of then
 * @last_ns: when a request of a user was last seen
 * @window_ns, @bytes, @copying, @quiet: the window that is being measured: its
 *	beginning, what was copied, what was seen
 * @achieved: rate of the last whole window; 0: there was none
 * @base_ns: how long requests take without a copy; 0: not known
 * @quiet_ns: when that was last measured, or tried
 * @probe_ns: until then the copier rests to measure it
 */
struct tandem_pace {
	struct tandem_pace_order order;
	u64 span_ns;
	u64 rate;
	u32 piece;
	u64 copied_ns;
	u64 next_ns;
	u64 last_ns;
	u64 window_ns;
	u64 bytes;
	struct tandem_pace_sum copying[TANDEM_NR_PACE_KINDS];
	struct tandem_pace_sum quiet[TANDEM_NR_PACE_KINDS];
	u64 achieved;
	u64 base_ns[TANDEM_NR_PACE_KINDS];
	u64 quiet_ns;
	u64 probe_ns;
};

/* Nothing is known; once, before anything else. @span_ns: 0 is the usual one. */
void tandem_pace_init(struct tandem_pace *pace, u64 span_ns);

/* Copying begins, or begins again: what was learned earlier still holds. */
void tandem_pace_start(struct tandem_pace *pace, u64 now_ns);

/* What was seen of users since the last time. */
void tandem_pace_see(struct tandem_pace *pace, const struct tandem_pace_seen *seen, u64 now_ns);

/* A piece of @bytes was copied. */
void tandem_pace_copied(struct tandem_pace *pace, u32 bytes, u64 now_ns);

/*
 * How long to rest before the next piece, in nanoseconds; 0: not at all. Never longer
 * than tandem_pace_longest().
 */
u64 tandem_pace_rest(struct tandem_pace *pace, u64 now_ns);

/* The longest rest before a piece of @bytes, at any pace that @order allows. */
u64 tandem_pace_longest(const struct tandem_pace_order *order, u32 bytes);

/* Bytes a second that make @bytes equal within @target_ms. */
u64 tandem_pace_due(u64 bytes, u32 target_ms);

#endif
