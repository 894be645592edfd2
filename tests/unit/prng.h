/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers for tests: splitmix64, from one seed and nothing else.
 *
 * The seed is printed first; TANDEM_SEED in the environment sets it, so that a
 * run can be repeated. Without it the seed is fixed: a test that fails once a
 * week helps nobody, new ground is the fuzzers' and the simulator's part.
 */
#ifndef TANDEM_TEST_PRNG_H
#define TANDEM_TEST_PRNG_H

#include <stdio.h>
#include <stdlib.h>

#include "sys.h"

struct prng {
	u64 state;
};

static inline u64 prng_next(struct prng *prng)
{
	u64 z = prng->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* 0 to @bound - 1; @bound is not 0. */
static inline u64 prng_below(struct prng *prng, u64 bound)
{
	return prng_next(prng) % bound;
}

static inline void prng_fill(struct prng *prng, void *bytes, size_t len)
{
	u8 *byte = bytes;

	while (len--)
		*byte++ = (u8)prng_next(prng);
}

/* Seed of this run, printed with what repeats it. */
static inline struct prng prng_start(void)
{
	const char *text = getenv("TANDEM_SEED");
	struct prng prng = { .state = text ? strtoull(text, NULL, 0) : 1 };

	printf("# seed: TANDEM_SEED=%llu\n", (unsigned long long)prng.state);
	return prng;
}

#endif
