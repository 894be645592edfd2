// SPDX-License-Identifier: GPL-2.0-only
/*
 * Seeded random numbers: xoshiro256** seeded by splitmix64.  See random.h.
 */
#include "random.h"

uint64_t random_mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15ULL;
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
	return value ^ (value >> 31);
}

static uint64_t rotate_left(uint64_t value, unsigned int bits)
{
	return (value << bits) | (value >> (64 - bits));
}

void random_init(struct random *random, uint64_t seed, uint64_t stream)
{
	uint64_t value = random_mix(seed) ^ random_mix(~stream);
	int i;

	for (i = 0; i < 4; i++) {
		value = random_mix(value + (uint64_t)i);
		random->state[i] = value;
	}
	/* All zeroes is the one state that xoshiro never leaves. */
	random->state[0] |= 1;
}

uint64_t random_next(struct random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint64_t random_below(struct random *random, uint64_t limit)
{
	return (uint64_t)(((unsigned __int128)random_next(random) * limit) >> 64);
}

double random_unit(struct random *random)
{
	return (double)((random_next(random) >> 11) + 1) * 0x1.0p-53;
}
