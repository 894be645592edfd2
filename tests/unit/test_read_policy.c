// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a read goes to a leg that may be read and has not failed it, to the one
 * that the policy names, and to none if there is none (I21).
 *
 * Method: every view of three legs with small numbers, then random ones of
 * eight, against the policy said another way: no leg of those left is better
 * than the one picked, and none as good has a lower index. Classes apart from that: every
 * choice of them for three legs, then random ones of eight.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/read_policy.h"
#include "prng.h"

/*
 * The legs of a set as a read sees them: may be read here, have failed it already, its first
 * sector; per leg where the last read ended, and reads in flight.
 */
struct view {
	u8 readable;
	u8 tried;
	u64 sector;
	u64 next_sector[TANDEM_MAX_LEGS_PER_SET];
	u32 in_flight[TANDEM_MAX_LEGS_PER_SET];
};

static int pick_from(const struct view *view)
{
	const u8 left = tandem_read_left(view->readable, view->tried);
	struct tandem_read_choice choice = { -EIO, 0 };
	unsigned int i;

	for (i = 0; left >> i; i++)
		if (left & 1u << i &&
		    tandem_read_offer(&choice, (int)i, view->next_sector[i] == view->sector,
				      (int)view->in_flight[i]))
			break;
	return choice.position;
}

/* Is leg @a strictly better than @b for this read? */
static bool is_better(const struct view *view, unsigned int a, unsigned int b)
{
	const bool a_follows = view->next_sector[a] == view->sector;
	const bool b_follows = view->next_sector[b] == view->sector;

	if (a_follows || b_follows)
		return a_follows && !b_follows;
	return view->in_flight[a] < view->in_flight[b];
}

static void check(const struct view *view)
{
	const int pick = pick_from(view);
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
	struct view view = { .sector = 8 };
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
	struct view view;
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

/* By leg; what is left of @legs is told from the class alone. */
static void check_classes(u8 legs, const enum tandem_read_class class[TANDEM_MAX_LEGS_PER_SET])
{
	static const unsigned int order[TANDEM_NR_READ_CLASSES] = {
		[TANDEM_READ_PREFERRED] = 0, [TANDEM_READ_NORMAL] = 1, [TANDEM_READ_AVOIDED] = 2,
	};
	u8 of[TANDEM_NR_READ_CLASSES] = { 0 };
	unsigned int i, best = 3;
	u8 want = 0, rest, got;

	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++) {
		of[class[i]] |= (u8)(1u << i);
		if (legs & 1u << i && order[class[i]] < best)
			best = order[class[i]];
	}
	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++)
		if (legs & 1u << i && order[class[i]] == best)
			want |= (u8)(1u << i);
	rest = tandem_read_rest(of[TANDEM_READ_PREFERRED], of[TANDEM_READ_AVOIDED]);
	got = tandem_read_wanted(legs, rest, of[TANDEM_READ_AVOIDED]);
	assert_int_equal(got, want);
	assert_int_equal(!got, !legs);
	/* A read looks at no more than this where it finds no leg of it. */
	if (!(legs & rest))
		assert_int_equal(want, legs);
}

static void test_classes_of_every_three_legs(void **state)
{
	enum tandem_read_class class[TANDEM_MAX_LEGS_PER_SET];
	unsigned int n, i, rest;

	(void)state;
	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++)
		class[i] = TANDEM_READ_NORMAL;
	for (n = 0; n < 8 * 27; n++) {
		for (i = 0, rest = n / 8; i < 3; i++, rest /= 3)
			class[i] = (enum tandem_read_class)(rest % 3);
		check_classes(n % 8, class);
	}
}

static void test_random_classes_of_eight_legs(void **state)
{
	enum tandem_read_class class[TANDEM_MAX_LEGS_PER_SET];
	struct prng prng = prng_start();
	unsigned int n, i;

	(void)state;
	for (n = 0; n < 20000; n++) {
		for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++)
			class[i] = (enum tandem_read_class)prng_below(&prng, 3);
		check_classes((u8)prng_next(&prng), class);
	}
}

/* Any two bytes that a read may see while they are changed: it is asked somewhere. */
static void test_no_class_takes_the_last_leg(void **state)
{
	unsigned int n;
	u8 got;

	(void)state;
	for (n = 0; n < 1u << 24; n++) {
		got = tandem_read_wanted((u8)n, (u8)(n >> 8), (u8)(n >> 16));
		if (!got != !(u8)n || got & ~n)
			fail_msg("legs %#x, rest %#x, avoided %#x: %#x", n & 255, n >> 8 & 255,
				 n >> 16, got);
	}
}

static void test_no_rest_takes_the_last_leg(void **state)
{
	unsigned int n;
	u8 got;

	(void)state;
	for (n = 0; n < 1u << 16; n++) {
		got = tandem_read_brisk((u8)n, (u8)(n >> 8));
		if (!got != !(u8)n || got & ~n || (got & (n >> 8) && (u8)n & ~(n >> 8)))
			fail_msg("legs %#x, sitting %#x: %#x", n & 255, n >> 8, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_view_of_three_legs),
		cmocka_unit_test(test_random_views_of_eight_legs),
		cmocka_unit_test(test_classes_of_every_three_legs),
		cmocka_unit_test(test_random_classes_of_eight_legs),
		cmocka_unit_test(test_no_class_takes_the_last_leg),
		cmocka_unit_test(test_no_rest_takes_the_last_leg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
