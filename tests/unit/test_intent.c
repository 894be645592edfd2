// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a set of regions holds what was put into it, and counts it.
 *
 * Method: the same is done to an array of one byte per region, the slow way. Small
 * sets go through every state and every operation; sets whose size is at an edge
 * of a word, and the largest, through random runs. After each operation the count,
 * every region, and the bits behind the last one are compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/intent.h"
#include "prng.h"

#define MOST TANDEM_MAX_REGIONS_PER_SET
#define SMALL 7u

static u64 bits[2][MOST / 64 + 1];
static u8 model[2][MOST];
static struct tandem_intent intent[2];

/* What lies behind the memory of the set stays as it is. */
#define CANARY 0x5a5a5a5a5a5a5a5aull

static void begin(u32 nr_regions)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		memset(bits[i], 0xff, sizeof(bits[i]));
		bits[i][tandem_intent_bytes(nr_regions) / 8] = CANARY;
		tandem_intent_init(&intent[i], nr_regions, bits[i]);
		memset(model[i], 0, nr_regions);
	}
}

/* All of set @i, by one walk through its dirty regions. */
static void expect_model(unsigned int i)
{
	const u32 nr = intent[i].nr_regions;
	u32 region, count = 0, next = tandem_intent_next(&intent[i], 0);

	for (region = 0; region < nr; region++) {
		count += model[i][region];
		if (model[i][region] != (next == region))
			fail_msg("region %u of %u: %u", region, nr, model[i][region]);
		if (next == region)
			next = tandem_intent_next(&intent[i], region + 1);
	}
	assert_int_equal(next, nr);
	assert_int_equal(tandem_intent_next(&intent[i], nr), nr);
	assert_int_equal(intent[i].nr_dirty, count);
	if (nr % 64)
		assert_int_equal(bits[i][nr / 64] >> (nr % 64), 0);
	assert_int_equal(bits[i][tandem_intent_bytes(nr) / 8], CANARY);
}

static void model_run(u32 first, u32 count, u8 value)
{
	u32 region;

	for (region = first; region < intent[0].nr_regions && region - first < count; region++)
		model[0][region] = value;
}

/* Set 0 as the bits of @pattern say. */
static void draw(u32 pattern)
{
	u32 region;

	tandem_intent_empty(&intent[0]);
	for (region = 0; region < intent[0].nr_regions; region++) {
		model[0][region] = (u8)(pattern >> region & 1);
		if (model[0][region])
			assert_true(tandem_intent_add(&intent[0], region));
	}
}

static void try_region(u32 pattern, u32 region)
{
	const bool there = pattern >> region & 1;

	draw(pattern);
	assert_int_equal(tandem_intent_has(&intent[0], region), there);
	assert_int_equal(tandem_intent_add(&intent[0], region), !there);
	model[0][region] = 1;
	expect_model(0);
	draw(pattern);
	assert_int_equal(tandem_intent_remove(&intent[0], region), there);
	model[0][region] = 0;
	expect_model(0);
}

static void try_run(u32 pattern, u32 first, u32 count)
{
	draw(pattern);
	tandem_intent_add_run(&intent[0], first, count);
	model_run(first, count, 1);
	expect_model(0);
	draw(pattern);
	tandem_intent_remove_run(&intent[0], first, count);
	model_run(first, count, 0);
	expect_model(0);
}

static void test_every_small_set_through_every_operation(void **state)
{
	u32 nr, pattern, first, count;

	(void)state;
	for (nr = 1; nr <= SMALL; nr++) {
		begin(nr);
		for (pattern = 0; pattern < 1u << nr; pattern++) {
			for (first = 0; first < nr; first++) {
				try_region(pattern, first);
				for (count = 0; count <= nr - first + 1; count++)
					try_run(pattern, first, count);
			}
			try_run(pattern, nr, 1);
			try_run(pattern, 0, ~0u);
		}
	}
}

static void test_every_pair_of_small_sets_is_joined(void **state)
{
	u32 one, other, region;

	(void)state;
	begin(SMALL);
	for (one = 0; one < 1u << SMALL; one++) {
		for (other = 0; other < 1u << SMALL; other++) {
			draw(other);
			tandem_intent_copy(&intent[1], &intent[0]);
			memcpy(model[1], model[0], SMALL);
			draw(one);
			tandem_intent_join(&intent[1], &intent[0]);
			for (region = 0; region < SMALL; region++)
				model[1][region] |= model[0][region];
			expect_model(1);
			expect_model(0);
		}
	}
}

/* Edges of words are likelier than what lies between. */
static u32 random_region(struct prng *prng, u32 nr)
{
	u32 region = (u32)prng_below(prng, nr);

	if (prng_below(prng, 2))
		region = region / 64 * 64 + 63 * (u32)prng_below(prng, 2);
	return region < nr ? region : nr - 1;
}

static void random_step(struct prng *prng)
{
	const u32 nr = intent[0].nr_regions;
	u32 first = random_region(prng, nr), end = random_region(prng, nr), region;
	u32 count = end >= first ? end - first + (u32)prng_below(prng, 2) : nr;

	switch (prng_below(prng, 6)) {
	case 0:
		assert_int_equal(tandem_intent_add(&intent[0], first), !model[0][first]);
		model[0][first] = 1;
		break;
	case 1:
		assert_int_equal(tandem_intent_remove(&intent[0], first), model[0][first]);
		model[0][first] = 0;
		break;
	case 2:
		tandem_intent_add_run(&intent[0], first, count);
		model_run(first, count, 1);
		break;
	case 3:
		tandem_intent_remove_run(&intent[0], first, count);
		model_run(first, count, 0);
		break;
	case 4:
		tandem_intent_join(&intent[1], &intent[0]);
		for (region = 0; region < nr; region++)
			model[1][region] |= model[0][region];
		break;
	default:
		tandem_intent_copy(&intent[1], &intent[0]);
		memcpy(model[1], model[0], nr);
		break;
	}
}

static void random_run(struct prng *prng, u32 nr_regions, unsigned int steps)
{
	begin(nr_regions);
	while (steps--) {
		random_step(prng);
		expect_model(0);
		expect_model(1);
	}
}

static void test_sizes_at_word_ends(void **state)
{
	static const u32 size[] = { 1, 62, 63, 64, 65, 66, 127, 128, 129, 191, 192, 193, 1000 };
	struct prng prng = prng_start();
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(size) / sizeof(size[0]); i++)
		random_run(&prng, size[i], 2000);
}

static void test_largest_sets(void **state)
{
	struct prng prng = prng_start();

	(void)state;
	random_run(&prng, MOST, 8);
	random_run(&prng, MOST - 1, 8);
	random_run(&prng, MOST - 63, 8);
}

static void test_memory_is_whole_words(void **state)
{
	(void)state;
	assert_int_equal(tandem_intent_bytes(1), 8);
	assert_int_equal(tandem_intent_bytes(64), 8);
	assert_int_equal(tandem_intent_bytes(65), 16);
	assert_int_equal(tandem_intent_bytes(MOST), MOST / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_small_set_through_every_operation),
		cmocka_unit_test(test_every_pair_of_small_sets_is_joined),
		cmocka_unit_test(test_sizes_at_word_ends),
		cmocka_unit_test(test_largest_sets),
		cmocka_unit_test(test_memory_is_whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
