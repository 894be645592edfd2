/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seeded random numbers.
 *
 * Every choice the benchmark makes comes from one of these streams, so that a
 * seed replays the same arrivals and the same pages on any machine.  The
 * generator is xoshiro256**, filled by splitmix64: fast, public, and good far
 * beyond what a workload needs.  It is not for secrets.
 */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state[4];
};

/**
 * random_mix - one step of splitmix64, as a hash of 64 bits
 * @value: any value
 *
 * Return: a value in which every input bit moves about half of the output bits.
 */
uint64_t random_mix(uint64_t value);

/**
 * random_init - start a stream
 * @random: the stream
 * @seed: the user's seed
 * @stream: number of the stream; streams of one seed are independent
 */
void random_init(struct random *random, uint64_t seed, uint64_t stream);

/**
 * random_next - draw 64 bits
 * @random: the stream
 *
 * Return: a uniform 64-bit value.
 */
uint64_t random_next(struct random *random);

/**
 * random_below - draw an integer
 * @random: the stream
 * @limit: exclusive upper bound, not 0
 *
 * Return: a value in [0, @limit), biased by less than @limit / 2^64.
 */
uint64_t random_below(struct random *random, uint64_t limit);

/**
 * random_unit - draw a real number
 * @random: the stream
 *
 * Return: a value in (0, 1]; never 0, so that its logarithm exists.
 */
double random_unit(struct random *random);

#endif /* BENCH_RANDOM_H */
