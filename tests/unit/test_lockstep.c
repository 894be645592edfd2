// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: current legs whose logs end more than one record apart are told from those that
 * a crash explains, with the leg that is ahead and the one that is behind (A13).
 *
 * Method: a table of ends with what follows, and every order of every four small ends
 * against the rule said for pairs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/lockstep.h"

#define NR 4u
#define FAR ((u64)1 << 63)

static struct tandem_lockstep step_of(const u64 *end)
{
	struct tandem_lockstep step = { 0 };
	unsigned int i;

	for (i = 0; i < NR; i++)
		tandem_lockstep_add(&step, i, end[i]);
	return step;
}

static void test_table(void **state)
{
	static const struct {
		u64 end[NR];
		u64 most, least, newest;
		unsigned int ahead, behind;
		bool apart;
	} row[] = {
		/* nobody has a place, or one alone */
		{ { 0, 0, 0, 0 }, 0, 0, 0x0, 0, 0, false },
		{ { 0, 0, 7, 0 }, 7, 7, 0x4, 2, 2, false },
		{ { 0, FAR, 0, 0 }, FAR, FAR, 0x2, 1, 1, false },
		/* level, and one apart */
		{ { 7, 7, 7, 7 }, 7, 7, 0xf, 0, 0, false },
		{ { 6, 7, 6, 7 }, 7, 6, 0xa, 1, 0, false },
		{ { 7, 0, 7, 6 }, 7, 6, 0x5, 0, 3, false },
		{ { 0, 1, 2, 0 }, 2, 1, 0x4, 2, 1, false },
		{ { FAR - 1, FAR, 0, 0 }, FAR, FAR - 1, 0x2, 1, 0, false },
		/* two apart and more, with and without one between */
		{ { 7, 5, 0, 0 }, 7, 5, 0x1, 0, 1, true },
		{ { 5, 6, 7, 7 }, 7, 5, 0xc, 2, 0, true },
		{ { 0, 3, 0, 1 }, 3, 1, 0x2, 1, 3, true },
		{ { 9, 9, 1, 1 }, 9, 1, 0x3, 0, 2, true },
		{ { 1, 0, 0, FAR }, FAR, 1, 0x8, 3, 0, true },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct tandem_lockstep step = step_of(row[i].end);

		if (step.most != row[i].most || step.least != row[i].least ||
		    step.newest != row[i].newest || step.ahead != row[i].ahead ||
		    step.behind != row[i].behind ||
		    tandem_lockstep_is_apart(&step) != row[i].apart)
			fail_msg("row %u", i);
	}
}

/* Apart are those of which some two are; who is newest lacks nothing that any has. */
static void test_every_four_small_ends(void **state)
{
	unsigned int n, i, j;

	(void)state;
	for (n = 0; n < 5 * 5 * 5 * 5; n++) {
		const u64 end[NR] = { n % 5, n / 5 % 5, n / 25 % 5, n / 125 };
		const struct tandem_lockstep step = step_of(end);
		bool apart = false;

		for (i = 0; i < NR; i++) {
			bool newest = end[i];

			for (j = 0; j < NR; j++) {
				apart |= end[i] && end[i] + 1 < end[j];
				newest &= end[i] >= end[j];
				assert_int_equal(tandem_lockstep_lacks(end[i], end[j]),
						 end[i] && end[i] < end[j]);
				assert_int_equal(tandem_lockstep_lags(end[i], end[j]),
						 end[i] && end[i] + 1 < end[j]);
			}
			assert_int_equal(step.newest >> i & 1, newest);
		}
		assert_int_equal(tandem_lockstep_is_apart(&step), apart);
		assert_int_equal(step.most, end[step.ahead]);
		assert_int_equal(step.least, end[step.behind]);
	}
}

static void test_superblock_older_than_its_log(void **state)
{
	static const struct {
		u64 epoch, generation, head_epoch, head_generation;
		bool older;
	} row[] = {
		{ 4, 8, 4, 8, false },
		{ 4, 8, 4, 7, false },
		{ 4, 8, 4, 9, true },
		{ 4, 8, 5, 8, true },
		{ 4, 8, 5, 1, true },
		{ 4, 8, 3, 8, false },
		{ 4, 8, 3, 9, false },
		{ 0, 0, 0, 0, false },
		{ FAR - 1, 0, FAR, 0, true },
	};
	static struct tandem_super super;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct tandem_log_head head = {
			.epoch_number = row[i].head_epoch, .generation = row[i].head_generation,
		};

		super.epoch.number = row[i].epoch;
		super.set[0].generation = 1000;
		super.set[1].generation = row[i].generation;
		if (tandem_lockstep_super_is_older(&super, 1, &head) != row[i].older)
			fail_msg("row %u", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_every_four_small_ends),
		cmocka_unit_test(test_superblock_older_than_its_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
