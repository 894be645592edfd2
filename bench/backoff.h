/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many writes a checkpoint keeps in flight while the volume is slow.
 *
 *   a write took longer than the threshold    half as many, at least 1
 *   as many fast writes as are allowed        one more, at most as configured
 *
 * Halving is done once for all writes that were in flight together: only a write
 * that was issued after the last halving can cause the next, for the others say
 * nothing about what it did.
 */
#ifndef BENCH_BACKOFF_H
#define BENCH_BACKOFF_H

#include <stdint.h>

struct backoff {
	int64_t threshold_ns;	/* 0: never back off. */
	int64_t halved_ns;
	unsigned int most;
	unsigned int limit;	/* Writes that may be in flight now. */
	unsigned int least;	/* That the limit has ever been. */
	unsigned int fast;	/* Writes since the limit last changed, or a slow one. */
	uint64_t halvings;
};

/**
 * backoff_init - start with all writes allowed
 * @backoff: the state
 * @most: that many
 * @threshold_ns: a write that takes longer is slow; 0: none is
 */
void backoff_init(struct backoff *backoff, unsigned int most, int64_t threshold_ns);

/**
 * backoff_tell - a write completed
 * @backoff: the state
 * @issued_ns: when it was issued
 * @now_ns: the time
 */
void backoff_tell(struct backoff *backoff, int64_t issued_ns, int64_t now_ns);

#endif /* BENCH_BACKOFF_H */
