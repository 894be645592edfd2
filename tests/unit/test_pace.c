// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a copier that keeps to the pace leaves users' requests near their target, is
 * never below the floor and never rests for ever, whatever the disk and the users do.
 *
 * Method: a disk with a service time, which a copy makes longer, and users who ask it all
 * the time, played with a clock of its own. What was copied and how long requests took is
 * compared with what the order said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pace.h"
#include "prng.h"

#define PIECE		65536u
#define US		1000ull
#define MS		1000000ull
#define S		1000000000ull
#define MIB		(1ull << 20)
#define TIMER		(4 * MS)

static struct tandem_pace pace;
static struct prng prng;

/*
 * struct disk - and who uses it
 * @piece_ns: one piece takes; @service_ns: one request; @added_ns: more beside a piece
 * @users: there is always a request, one after the other
 */
static struct {
	u64 now_ns;
	u64 piece_ns;
	u64 service_ns;
	u64 added_ns;
	bool users;
} disk;

/* What came of it. */
static struct {
	u64 bytes;
	u64 requests;
	u64 latency_ns;
	u64 longest_ns;
} sum;

static void use_disk(u64 piece_ns, u64 service_ns, u64 added_ns)
{
	disk.piece_ns = piece_ns;
	disk.service_ns = service_ns;
	disk.added_ns = added_ns;
}

/* Users ask for @ns of time, with a piece beside them or not. */
static void ask(u64 ns, bool copying)
{
	struct tandem_pace_seen seen = { .last_ns = 0 };
	struct tandem_pace_sum *to = copying ? seen.copying : seen.quiet;
	u64 each = disk.service_ns + (copying ? disk.added_ns : 0);
	u64 nr = ns / each;

	/* A part of one is one now and then. */
	nr += prng_next(&prng) % each < ns % each;
	disk.now_ns += ns;
	if (disk.users) {
		seen.last_ns = disk.now_ns;
		to[TANDEM_PACE_WRITE].nr = (u32)nr;
		to[TANDEM_PACE_WRITE].ns = nr * each;
		sum.requests += nr;
		sum.latency_ns += nr * each;
	}
	tandem_pace_see(&pace, &seen, disk.now_ns);
}

/* Copies for @ns, as io/copy.c does. */
static void run(u64 ns)
{
	u64 until = disk.now_ns + ns;
	u64 rest;

	memset(&sum, 0, sizeof(sum));
	while (disk.now_ns < until) {
		ask(disk.piece_ns, true);
		tandem_pace_copied(&pace, PIECE, disk.now_ns);
		sum.bytes += PIECE;
		rest = tandem_pace_rest(&pace, disk.now_ns);
		if (rest > sum.longest_ns)
			sum.longest_ns = rest;
		if (rest > tandem_pace_longest(&pace.order, PIECE))
			fail_msg("a rest of %llu ns", (unsigned long long)rest);
		if (rest)
			ask((rest + TIMER - 1) / TIMER * TIMER, false);
	}
}

static u64 rate(u64 ns)
{
	return sum.bytes * 1000 / (ns / MS);
}

static u64 latency(void)
{
	return sum.requests ? sum.latency_ns / sum.requests : 0;
}

static int setup(void **state)
{
	(void)state;
	memset(&disk, 0, sizeof(disk));
	disk.now_ns = 5 * S;
	prng.state = 1;
	tandem_pace_init(&pace, 0);
	tandem_pace_start(&pace, disk.now_ns);
	use_disk(MS, 500 * US, 2 * MS);
	return 0;
}

static void test_nobody_is_slowed_down_where_nobody_is(void **state)
{
	(void)state;
	run(5 * S);
	assert_int_equal(sum.longest_ns, 0);
	assert_in_range(rate(5 * S), 62 * MIB, 63 * MIB);
}

static void test_users_get_what_the_administrator_asked_for(void **state)
{
	(void)state;
	disk.users = true;
	pace.order.target_ns = 800 * US;
	run(10 * S);
	run(20 * S);
	assert_in_range(latency(), 500 * US, 900 * US);
	/* And it is not bought by standing still. */
	assert_in_range(latency(), 650 * US, 900 * US);
}

static void test_without_a_target_it_is_half_as_long_again(void **state)
{
	(void)state;
	disk.users = true;
	run(20 * S);
	run(20 * S);
	assert_in_range(pace.base_ns[TANDEM_PACE_WRITE], 450 * US, 550 * US);
	assert_in_range(latency(), 550 * US, 850 * US);
}

static void test_who_is_not_in_the_way_is_not_slowed_down(void **state)
{
	(void)state;
	disk.users = true;
	use_disk(MS, 500 * US, 50 * US);
	run(20 * S);
	run(20 * S);
	/* But for what it takes to know that. */
	assert_in_range(rate(20 * S), 55 * MIB, 63 * MIB);
}

static void test_never_below_the_floor(void **state)
{
	static const u64 service[] = { 20 * US, 500 * US, 5 * MS, 60 * MS };
	unsigned int i;

	(void)state;
	disk.users = true;
	for (i = 0; i < sizeof(service) / sizeof(service[0]); i++) {
		/* Nothing helps: the target is less than the service. */
		pace.order.target_ns = service[i] / 2;
		use_disk(MS, service[i], 10 * service[i]);
		run(30 * S);
		run(30 * S);
		assert_in_range(rate(30 * S), TANDEM_COPY_FLOOR * 95 / 100,
				TANDEM_COPY_FLOOR * 110 / 100);
	}
}

static void test_what_is_due_comes_before_the_users(void **state)
{
	(void)state;
	disk.users = true;
	pace.order.target_ns = 100 * US;
	pace.order.due = 30 * MIB;
	run(5 * S);
	run(10 * S);
	assert_in_range(rate(10 * S), 28 * MIB, 33 * MIB);
	/* More than the disk can do: then all of it, with no rest at all. */
	pace.order.target_ns = 0;
	pace.order.due = 500 * MIB;
	run(5 * S);
	run(10 * S);
	assert_int_equal(sum.longest_ns, 0);
}

static void test_a_limit_holds_and_what_is_due_does_not_mind(void **state)
{
	(void)state;
	pace.order.limit = 8 * MIB;
	run(10 * S);
	assert_in_range(rate(10 * S), 7 * MIB, 9 * MIB);
	pace.order.limit = 1 * MIB;
	disk.users = true;
	pace.order.target_ns = 100 * US;
	run(10 * S);
	assert_in_range(rate(10 * S), MIB * 9 / 10, MIB * 12 / 10);
	pace.order.due = 20 * MIB;
	run(10 * S);
	assert_in_range(rate(10 * S), 18 * MIB, 22 * MIB);
}

static void test_a_limit_that_was_taken_back_holds_nobody(void **state)
{
	u64 rest;

	(void)state;
	pace.order.limit = TANDEM_MIN_RATE_LIMIT;
	run(3 * S);
	tandem_pace_copied(&pace, PIECE, disk.now_ns);
	rest = tandem_pace_rest(&pace, disk.now_ns);
	assert_in_range(rest, 500 * MS, S);
	pace.order.limit = 0;
	assert_int_equal(tandem_pace_rest(&pace, disk.now_ns), 0);
}

/* Whoever wakes and looks again does not begin to rest again. */
static void test_a_pace_that_rose_meanwhile_is_that_of_the_last_piece(void **state)
{
	u64 rest, again;

	(void)state;
	pace.order.limit = TANDEM_MIN_RATE_LIMIT;
	run(3 * S);
	tandem_pace_copied(&pace, PIECE, disk.now_ns);
	rest = tandem_pace_rest(&pace, disk.now_ns);
	pace.order.limit = 4ull * TANDEM_MIN_RATE_LIMIT;
	disk.now_ns += rest / 8;
	again = tandem_pace_rest(&pace, disk.now_ns);
	assert_in_range(again, rest / 10, rest / 7);
	disk.now_ns += again;
	assert_int_equal(tandem_pace_rest(&pace, disk.now_ns), 0);
}

static void test_it_recovers_when_the_disk_does(void **state)
{
	(void)state;
	disk.users = true;
	pace.order.target_ns = 800 * US;
	use_disk(MS, 700 * US, 20 * MS);
	run(20 * S);
	assert_in_range(rate(20 * S), 0, 10 * MIB);
	use_disk(MS, 100 * US, 100 * US);
	run(10 * S);
	run(5 * S);
	assert_in_range(rate(5 * S), 55 * MIB, 63 * MIB);
	use_disk(MS, 700 * US, 20 * MS);
	run(2 * S);
	run(5 * S);
	assert_in_range(rate(5 * S), 0, 10 * MIB);
}

static void test_users_who_leave_are_not_waited_for(void **state)
{
	(void)state;
	disk.users = true;
	pace.order.target_ns = 100 * US;
	run(10 * S);
	disk.users = false;
	run(S);
	assert_in_range(rate(S), 50 * MIB, 63 * MIB);
	/* And are served as before when they come back. */
	disk.users = true;
	run(S);
	assert_in_range(rate(S), 0, 12 * MIB);
}

static void test_a_request_that_never_ends_counts(void **state)
{
	struct tandem_pace_seen seen = { .last_ns = 0 };
	unsigned int i;

	(void)state;
	pace.order.target_ns = MS;
	for (i = 0; i < 1000; i++) {
		disk.now_ns += MS;
		seen.waiting_ns[TANDEM_PACE_READ] = (i + 1) * MS;
		tandem_pace_see(&pace, &seen, disk.now_ns);
		tandem_pace_copied(&pace, PIECE, disk.now_ns);
	}
	assert_in_range(pace.rate, TANDEM_COPY_FLOOR, 10 * MIB);
}

static void test_reads_and_writes_are_judged_apart(void **state)
{
	struct tandem_pace_seen seen;
	unsigned int i;

	(void)state;
	pace.base_ns[TANDEM_PACE_READ] = MS;
	pace.base_ns[TANDEM_PACE_WRITE] = 10 * MS;
	for (i = 0; i < 1000; i++) {
		memset(&seen, 0, sizeof(seen));
		disk.now_ns += 10 * MS;
		/* Reads take three times as long, and still less than a write. */
		seen.copying[TANDEM_PACE_READ] = (struct tandem_pace_sum){ 3 * MS, 1 };
		seen.copying[TANDEM_PACE_WRITE] = (struct tandem_pace_sum){ 20 * MS, 2 };
		seen.last_ns = disk.now_ns;
		tandem_pace_see(&pace, &seen, disk.now_ns);
		tandem_pace_copied(&pace, PIECE, disk.now_ns);
	}
	assert_int_equal(pace.rate, TANDEM_COPY_FLOOR);
}

/* Pieces that somebody waited for were copied at once; timers are coarse all the same. */
static void test_who_ran_ahead_has_nothing_to_make_up_for(void **state)
{
	struct tandem_pace_seen seen = { .last_ns = 0 };
	unsigned int i;

	(void)state;
	pace.rate = TANDEM_COPY_FLOOR;
	seen.last_ns = disk.now_ns;
	tandem_pace_see(&pace, &seen, disk.now_ns);
	for (i = 0; i < 1000; i++)
		tandem_pace_copied(&pace, PIECE, disk.now_ns);
	assert_in_range(tandem_pace_rest(&pace, disk.now_ns), MS, PIECE * S / TANDEM_COPY_FLOOR);
	disk.users = true;
	pace.order.target_ns = 100 * US;
	use_disk(3 * MS, 500 * US, 2 * MS);
	run(10 * S);
	assert_in_range(rate(10 * S), TANDEM_COPY_FLOOR * 95 / 100, TANDEM_COPY_FLOOR * 110 / 100);
}

/* Of any size, below 2 to the power of 64 - @less. */
static u64 any_number(unsigned int less)
{
	return prng_next(&prng) >> (less + prng_below(&prng, 64 - less));
}

/* Numbers of any size, and none of what they must not do: the sanitizers look on. */
static void test_nothing_that_is_seen_stops_it(void **state)
{
	struct tandem_pace_seen seen;
	unsigned int i, k;
	u64 rest;

	(void)state;
	for (i = 0; i < 200000; i++) {
		memset(&seen, 0, sizeof(seen));
		for (k = 0; k < TANDEM_NR_PACE_KINDS; k++) {
			seen.copying[k].nr = (u32)any_number(32);
			seen.copying[k].ns = any_number(0);
			seen.quiet[k].nr = (u32)any_number(32);
			seen.quiet[k].ns = any_number(0);
			seen.waiting_ns[k] = any_number(0);
		}
		disk.now_ns += any_number(20);
		seen.last_ns = prng_below(&prng, 2) ? disk.now_ns : 0;
		if (!prng_below(&prng, 1000)) {
			pace.order.due = any_number(0);
			pace.order.limit = any_number(0);
			pace.order.target_ns = any_number(20);
		}
		tandem_pace_see(&pace, &seen, disk.now_ns);
		if (prng_below(&prng, 4))
			tandem_pace_copied(&pace, PIECE, disk.now_ns);
		rest = tandem_pace_rest(&pace, disk.now_ns);
		if (rest > tandem_pace_longest(&pace.order, PIECE))
			fail_msg("a rest of %llu ns", (unsigned long long)rest);
		assert_in_range(pace.rate, TANDEM_MIN_RATE_LIMIT, TANDEM_MAX_COPY_RATE);
	}
}

static void test_what_is_due_is_bytes_over_time(void **state)
{
	(void)state;
	assert_int_equal(tandem_pace_due(10 * MIB, 1000), 10 * MIB);
	assert_int_equal(tandem_pace_due(0, 1000), 0);
	assert_int_equal(tandem_pace_due(MIB, 0), TANDEM_MAX_COPY_RATE);
	assert_int_equal(tandem_pace_due(1ull << 48, 100), TANDEM_MAX_COPY_RATE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, setup)
		TEST(test_nobody_is_slowed_down_where_nobody_is),
		TEST(test_users_get_what_the_administrator_asked_for),
		TEST(test_without_a_target_it_is_half_as_long_again),
		TEST(test_who_is_not_in_the_way_is_not_slowed_down),
		TEST(test_never_below_the_floor),
		TEST(test_what_is_due_comes_before_the_users),
		TEST(test_a_limit_holds_and_what_is_due_does_not_mind),
		TEST(test_a_limit_that_was_taken_back_holds_nobody),
		TEST(test_a_pace_that_rose_meanwhile_is_that_of_the_last_piece),
		TEST(test_it_recovers_when_the_disk_does),
		TEST(test_users_who_leave_are_not_waited_for),
		TEST(test_a_request_that_never_ends_counts),
		TEST(test_reads_and_writes_are_judged_apart),
		TEST(test_who_ran_ahead_has_nothing_to_make_up_for),
		TEST(test_nothing_that_is_seen_stops_it),
		TEST(test_what_is_due_is_bytes_over_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
