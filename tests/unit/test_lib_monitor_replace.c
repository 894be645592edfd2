// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the monitor ends what `replace` has begun, in every set; if it cannot, the legs that
 * are away are cared for all the same; and what was taken out by hand stays out, in every set.
 *
 * Method: disks in memory, device-mapper as a script, a clock that is set. Two sets, {0 1} and
 * {2 3}; the new leg of either is on /mock/4.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/lineage.h"
#include "core/replace.h"
#include "dm_ops.h"
#include "mock_array.h"
#include "mock_disk.h"
#include "mock_dm.h"

#define MIB (1ull << 20)
#define C "current:5:0:0:0 "
#define R "rebuilding:5:0:0:0 "
#define F "failed:5:0:0:0 "
#define FOUR "4 240:0 240:1 240:2 240:3 2 degraded proven"
#define WIDE_0 "5 240:0 240:1 240:4 240:2 240:3 2 degraded proven"
#define WIDE_1 "5 240:0 240:1 240:2 240:3 240:4 2 degraded proven"
#define NO_TABLE "error: pg: the kernel refused the new table: Invalid argument\n"

static s64 clock_now;
static char said[2048];

static s64 clock_ms(void)
{
	return clock_now;
}

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops,
				     .clock_ms = clock_ms };
static struct tandem_error err;
static struct tandem_super super;
static struct tandem_monitor *monitor;
static struct tandem_monitor_options opt;
static char id[TANDEM_ID_TEXT_BYTES], line[32][256];
static unsigned int nr_lines;

static void hear(void *data, const struct tandem_event *event)
{
	size_t used = strlen(said);

	(void)data;
	snprintf(said + used, sizeof(said) - used, "%s: %s\n", event->kind, event->text);
}

static void done(int ret)
{
	if (ret)
		fail_msg("%s: %s", err.object, err.text);
}

static int set_up(void **state)
{
	static const char *const paths[] = { "/mock/0", "/mock/1", "/mock/2", "/mock/3" };
	const struct tandem_create_options create = {
		.name = "pg", .level = "raid10", .disk = paths, .nr_disks = 4,
		.chunk_bytes = MIB, .no_activate = true,
	};

	(void)state;
	nr_lines = 0;
	clock_now = 1000000;
	mock_array_make(&ctx, &create, &super, id);
	opt = (struct tandem_monitor_options){ .settle_ms = -1, .grace_ms = -1, .event = hear };
	done(tandem_monitor_open(&ctx, &opt, &monitor, &err));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tandem_monitor_close(monitor);
	monitor = NULL;
	mock_dm_done();
	mock_disks_exit();
	return 0;
}

static const char *table(const char *rest)
{
	char *text = line[nr_lines++];

	assert_true(nr_lines <= 32);
	snprintf(text, sizeof(line[0]), "%s %s", id, rest);
	return text;
}

static void look(const char *legs, const char *rest)
{
	static char status[32][256];
	char *text = status[nr_lines];

	snprintf(text, sizeof(status[0]), "1 degraded - 0 0 0 3 0/0 %s", legs);
	text[strlen(text) - 1] = 0;
	mock_dm_expect_look(text, table(rest));
}

static void step(enum tandem_dm_op op, const char *rest, int error)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = op, .error = error,
					       .text = rest ? table(rest) : NULL });
}

static void reload(const char *rest)
{
	step(TANDEM_DM_LOAD, rest, 0);
	step(TANDEM_DM_SUSPEND, NULL, 0);
	step(TANDEM_DM_RESUME, NULL, 0);
}

/* One pass at @ms, and of what it says what is in none of the lines about states. */
static void pass(unsigned int ms, const char *events)
{
	char told[sizeof(said)] = "", *text, *rest;

	said[0] = 0;
	clock_now = 1000000 + ms;
	done(tandem_monitor_pass(monitor, &err));
	for (text = strtok_r(said, "\n", &rest); text; text = strtok_r(NULL, "\n", &rest)) {
		if (!strncmp(text, "array:", 6) || !strncmp(text, "leg:", 4))
			continue;
		snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n", text);
	}
	assert_string_equal(told, events);
	mock_dm_done();
	mock_dm_restart();
	nr_lines = 0;
}

static unsigned int disk_of(unsigned int leg, unsigned int new)
{
	return leg == new ? 4 : leg > new ? leg - 1 : leg;
}

/* As it is, to the disks of the set @set, or of all. */
static void record(unsigned int new, int set)
{
	unsigned int leg;

	for (leg = 0; leg < super.nr_legs; leg++) {
		if (set >= 0 && super.place[leg].set != (unsigned int)set)
			continue;
		super.leg = (u16)leg;
		super.leg_id = super.place[leg].id;
		mock_disk_set_super(disk_of(leg, new), &super);
	}
	mock_changes = 0;
}

/* @old is replaced by a leg that is current, of which only its own set has heard. */
static unsigned int widen(unsigned int old)
{
	int ret = tandem_replace_widen(&super, old, NULL);
	struct tandem_place *place;

	assert_true(ret > 0);
	place = &super.place[ret];
	place->record = TANDEM_RECORD_REBUILDING;
	place->disk_sectors = super.own_disk_sectors;
	place->last = place->issued = super.place[old].last;
	assert_int_equal(tandem_random_id(&place->id), 0);
	record((unsigned int)ret, -1);
	place->record = TANDEM_RECORD_CURRENT;
	record((unsigned int)ret, place->set);
	return (unsigned int)ret;
}

static void test_leg_of_a_later_set_is_replaced(void **state)
{
	(void)state;
	widen(2);
	look("5 " C C C C C, WIDE_1);
	look("5 " C C C C C, WIDE_1);
	step(TANDEM_DM_MESSAGE, NULL, 0);
	look("5 " C C F C C, WIDE_1);
	super.place[2].by_hand = true;
	super.place[2].record = TANDEM_RECORD_FAILED;
	record(4, 1);
	look("5 " C C F C C, WIDE_1);
	reload("4 240:0 240:1 240:4 240:3 4 degraded proven retire 2");
	look("4 " C C C C, "4 240:0 240:1 240:4 240:3 2 degraded proven");
	pass(0, "replaced: leg 2: /mock/4 has taken the place of /mock/2\n");
}

#define RETURNS "returns: leg 1: /mock/1 answers again; it is added (try 1 of 5)\n"
#define ALONE "alone: leg 0: was taken out by hand; tandem add fills its place\n"

/* Leg 0 is out by hand, and its place cannot go. Leg 1 left by itself, and answers again. */
static void out_and_away(void)
{
	struct tandem_lineage_drop drop = { .legs = 3, .record = TANDEM_RECORD_FAILED,
					    .by_hand = 1 };
	unsigned int i;

	assert_int_equal(widen(0), 2);
	for (i = 0; i < 3; i++)
		drop.durable[i] = tandem_lineage_pair(&super, 0);
	assert_int_equal(tandem_random_id(&drop.config), 0);
	tandem_lineage_drop(&super, &drop);
	super.leg = 2;
	super.leg_id = super.place[2].id;
	mock_disk_set_super(4, &super);
	mock_changes = 0;
}

static void refused_once(void)
{
	look("5 " F F C C C, WIDE_0);
	step(TANDEM_DM_LOAD, "4 240:4 240:1 240:2 240:3 4 degraded proven retire 0", -EINVAL);
	look("5 " F F C C C, WIDE_0);
	look("5 " F F C C C, WIDE_0);
}

static void test_what_cannot_be_ended_keeps_nobody_waiting(void **state)
{
	(void)state;
	out_and_away();
	look("5 " F F C C C, WIDE_0);
	refused_once();
	pass(0, NO_TABLE ALONE);
	/* Not at once again, and not said again. */
	look("5 " F F C C C, WIDE_0);
	pass(900, "");
	look("5 " F F C C C, WIDE_0);
	refused_once();
	look("5 " F F C C C, WIDE_0);
	reload("5 240:0 240:1 240:4 240:2 240:3 4 degraded proven rebuild 1");
	look("5 " F R C C C, WIDE_0);
	pass(2000, RETURNS);
	look("5 " F F C C C, WIDE_0);
	pass(3900, "");
}

/* The start broke off, and nothing runs: nobody goes on with what was seen before. */
static void test_end_that_suspends_the_array(void **state)
{
	(void)state;
	out_and_away();
	look("5 " F F C C C, WIDE_0);
	look("5 " F F C C C, WIDE_0);
	step(TANDEM_DM_LOAD, NULL, 0);
	step(TANDEM_DM_SUSPEND, NULL, 0);
	step(TANDEM_DM_RESUME, NULL, -EIO);
	step(TANDEM_DM_LOAD, NULL, -EIO);
	step(TANDEM_DM_LOAD, NULL, -EIO);
	step(TANDEM_DM_LOAD, NULL, -EIO);
	look("5 " F F C C C, WIDE_0);
	clock_now = 1000000;
	said[0] = 0;
	done(tandem_monitor_pass(monitor, &err));
	assert_non_null(strstr(said, "the array is suspended"));
	assert_null(strstr(said, "alone"));
}

static void test_dry_run_says_it_once_and_looks_on(void **state)
{
	(void)state;
	out_and_away();
	tandem_monitor_close(monitor);
	opt.dry_run = true;
	done(tandem_monitor_open(&ctx, &opt, &monitor, &err));
	look("5 " F F C C C, WIDE_0);
	look("5 " F F C C C, WIDE_0);
	pass(0, "replaced: leg 0: /mock/4 would take the place of /mock/0\n" ALONE);
	look("5 " F F C C C, WIDE_0);
	look("5 " F F C C C, WIDE_0);
	pass(1000, "");
	assert_int_equal(mock_changes, 0);
}

/* Legs of the first set have not heard of it. */
static void test_leg_of_a_later_set_that_is_out_by_hand_stays_out(void **state)
{
	unsigned int i;

	(void)state;
	super.place[2].record = TANDEM_RECORD_FAILED;
	super.place[2].by_hand = true;
	super.leg = 3;
	super.leg_id = super.place[3].id;
	mock_disk_set_super(3, &super);
	mock_changes = 0;
	for (i = 0; i < 3; i++) {
		look("4 " C C F C, FOUR);
		pass(10000 * i,
		     i ? "" : "alone: leg 2: was taken out by hand; tandem add fills its place\n");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_leg_of_a_later_set_is_replaced),
		TEST(test_what_cannot_be_ended_keeps_nobody_waiting),
		TEST(test_end_that_suspends_the_array),
		TEST(test_dry_run_says_it_once_and_looks_on),
		TEST(test_leg_of_a_later_set_that_is_out_by_hand_stays_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
