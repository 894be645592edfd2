// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a read goes to a leg that may be read and has not failed it, to the one
 * that the policy names, and to none if there is none (I21).
 *
 * Method: every view of three legs with small numbers, then random ones of
 * eight, against the policy said another way: no leg of those left is better
 * than the one picked, and none as good has a lower index.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/read_policy.h"
#include "prng.h"

/* Is leg @a strictly better than @b for this read? */
static bool is_better(const struct tandem_read_view *view, unsigned int a, unsigned int b)
{
	const bool a_follows = view->next_sector[a] == view->sector;
	const bool b_follows = view->next_sector[b] == view->sector;

	if (a_follows || b_follows)
		return a_follows && !b_follows;
	return view->in_flight[a] < view->in_flight[b];
}

static void check(const struct tandem_read_view *view)
{
	const int pick = tandem_read_pick(view);
	bool any = false;
	unsigned int i;

	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++) {
		if (!(view->readable & 1u << i) || view->tried & 1u << i)
			continue;
		any = true;
		assert_true(pick >= 0);
		assert_false(is_better(view, i, (unsigned int)pick));
		if (i < (unsigned int)pick)
			assert_true(is_better(view, (unsigned int)pick, i));
	}
	if (!any)
		assert_int_equal(pick, -EIO);
	else
		assert_true(view->readable & ~view->tried & 1u << pick);
}

static void test_every_view_of_three_legs(void **state)
{
	struct tandem_read_view view = { .sector = 8 };
	unsigned int n, i, rest;

	(void)state;
	for (n = 0; n < 64 * 6 * 6 * 6; n++) {
		view.readable = n % 8;
		view.tried = n / 8 % 8;
		for (i = 0, rest = n / 64; i < 3; i++, rest /= 6) {
			view.next_sector[i] = rest % 2 ? 8 : 16;
			view.in_flight[i] = rest / 2 % 3;
		}
		check(&view);
	}
}

static void test_random_views_of_eight_legs(void **state)
{
	struct prng prng = prng_start();
	struct tandem_read_view view;
	unsigned int n, i;

	(void)state;
	for (n = 0; n < 20000; n++) {
		view.readable = (u8)prng_next(&prng);
		view.tried = (u8)(prng_next(&prng) & prng_next(&prng));
		view.sector = prng_below(&prng, 8);
		for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++) {
			view.next_sector[i] = prng_below(&prng, 16);
			view.in_flight[i] = (u32)prng_below(&prng, 4);
		}
		check(&view);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_view_of_three_legs),
		cmocka_unit_test(test_random_views_of_eight_legs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
