// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the durable prefix covers exactly the bytes before the first block that
 * has not completed or has failed, in whatever order blocks complete.
 *
 * Method: all orders of completion of up to six blocks, with every set of them
 * failing, against a model that looks at every byte; then a long random run in
 * which the window wraps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/durable.h"
#include "prng.h"

#define MAX_BLOCKS 6

static const uint64_t ends[MAX_BLOCKS] = { 512, 1024, 4096, 4608, 66048, 66560 };

/* Complete the blocks in the order given; after each one compare with the model. */
static void check_order(const unsigned int *order, unsigned int nr_blocks, unsigned int failing)
{
	bool good[MAX_BLOCKS] = { false };
	uint64_t tickets[MAX_BLOCKS];
	struct durable durable;
	unsigned int i, j;

	assert_int_equal(durable_init(&durable, nr_blocks), 0);
	for (i = 0; i < nr_blocks; i++) {
		assert_true(durable_has_room(&durable));
		tickets[i] = durable_issue(&durable, ends[i]);
	}
	for (i = 0; i < nr_blocks; i++) {
		uint64_t expected = 0;

		good[order[i]] = !(failing & (1u << order[i]));
		durable_complete(&durable, tickets[order[i]], good[order[i]]);
		for (j = 0; j < nr_blocks && good[j]; j++)
			expected = ends[j];
		assert_int_equal(durable.lsn, expected);
	}
	durable_exit(&durable);
}

static void permute(unsigned int *order, unsigned int fixed, unsigned int nr_blocks)
{
	unsigned int i, failing;

	if (fixed == nr_blocks) {
		for (failing = 0; failing < 1u << nr_blocks; failing++)
			check_order(order, nr_blocks, failing);
		return;
	}
	for (i = fixed; i < nr_blocks; i++) {
		unsigned int swap = order[fixed];

		order[fixed] = order[i];
		order[i] = swap;
		permute(order, fixed + 1, nr_blocks);
		swap = order[fixed];
		order[fixed] = order[i];
		order[i] = swap;
	}
}

static void test_prefix_is_exact_in_every_order(void **state)
{
	unsigned int order[MAX_BLOCKS], nr_blocks, i;

	(void)state;
	for (nr_blocks = 1; nr_blocks <= MAX_BLOCKS; nr_blocks++) {
		for (i = 0; i < nr_blocks; i++)
			order[i] = i;
		permute(order, 0, nr_blocks);
	}
}

static void test_window_wraps_without_moving_early(void **state)
{
	struct prng prng = prng_start();
	uint64_t waiting[8], issued = 0, completed_below = 0;
	unsigned int nr_waiting = 0, i;
	struct durable durable;

	(void)state;
	assert_int_equal(durable_init(&durable, 8), 0);
	while (issued < 10000) {
		if (durable_has_room(&durable) && prng_below(&prng, 2)) {
			waiting[nr_waiting++] = durable_issue(&durable, ++issued * 512);
			continue;
		}
		if (!nr_waiting)
			continue;
		i = (unsigned int)prng_below(&prng, nr_waiting);
		durable_complete(&durable, waiting[i], true);
		memmove(&waiting[i], &waiting[i + 1], (--nr_waiting - i) * sizeof(waiting[0]));
		completed_below = nr_waiting ? waiting[0] : issued;
		for (i = 1; i < nr_waiting; i++)
			if (waiting[i] < completed_below)
				completed_below = waiting[i];
		assert_int_equal(durable.lsn, completed_below * 512);
	}
	durable_exit(&durable);
}

static void test_full_window_has_no_room(void **state)
{
	struct durable durable;
	uint64_t first;

	(void)state;
	assert_int_equal(durable_init(&durable, 2), 0);
	first = durable_issue(&durable, 512);
	durable_complete(&durable, durable_issue(&durable, 1024), true);
	assert_false(durable_has_room(&durable));
	durable_complete(&durable, first, true);
	assert_true(durable_has_room(&durable));
	assert_int_equal(durable.lsn, 1024);
	durable_exit(&durable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefix_is_exact_in_every_order),
		cmocka_unit_test(test_window_wraps_without_moving_early),
		cmocka_unit_test(test_full_window_has_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
