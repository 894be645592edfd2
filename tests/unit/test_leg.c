// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the state machine of a leg is the table in its comment, in leg.h and in
 * leg.c, cell by cell.
 *
 * Method: the comments are read at test time and every cell of them is asked of
 * the code. What a state may be used for is held against what the contract says
 * about it, and the state of an array against a second, plain account of it over
 * every combination of states of four legs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/leg.h"

#define LINE_BYTES 256

static const char *const event_text[TANDEM_NR_LEG_EVENTS] = {
	"ERROR", "RECORDED", "ADMIN_FAIL", "JOIN", "FILLED", "GONE",
};

/* Cuts the next cell of a row off @row: between bars, without blanks. */
static char *next_cell(char **row)
{
	char *cell = strsep(row, "|");
	char *end;

	assert_non_null(cell);
	cell += strspn(cell, " \t*\n");
	end = cell + strlen(cell);
	while (end > cell && strchr(" \t\n", end[-1]))
		*--end = '\0';
	return cell;
}

static void check_row(char *row)
{
	const int state = tandem_leg_state_parse(next_cell(&row));
	unsigned int event;

	assert_true(state >= 0);
	for (event = 0; event < TANDEM_NR_LEG_EVENTS; event++) {
		const char *cell = next_cell(&row);
		const int next = tandem_leg_next((enum tandem_leg_state)state,
						 (enum tandem_leg_event)event);

		if (!strcmp(cell, "-"))
			assert_int_equal(next, -EINVAL);
		else
			assert_string_equal(cell, tandem_leg_state_text((unsigned int)next));
	}
}

/* Holds the code against the table in the comment of @path; returns its rows. */
static unsigned int check_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[LINE_BYTES];
	unsigned int event, rows = 0;
	bool inside = false;

	if (!file)
		fail_msg("%s: not here; run from the top of the tree", path);
	while (fgets(line, sizeof(line), file)) {
		char *row = line;

		if (!strchr(line, '|') || strncmp(line, " *", 2))
			continue;
		if (inside) {
			check_row(line);
			rows++;
			continue;
		}
		assert_string_equal(next_cell(&row), "");
		for (event = 0; event < TANDEM_NR_LEG_EVENTS; event++)
			assert_string_equal(next_cell(&row), event_text[event]);
		inside = true;
	}
	fclose(file);
	return rows;
}

static void test_every_cell_is_as_the_comment_says(void **state)
{
	(void)state;
	assert_int_equal(check_file("kernel/core/leg.h"), TANDEM_NR_LEG_STATES);
	assert_int_equal(check_file("kernel/core/leg.c"), TANDEM_NR_LEG_STATES);
}

static void test_what_is_no_state_or_event_has_no_next(void **state)
{
	(void)state;
	assert_int_equal(tandem_leg_next(TANDEM_NR_LEG_STATES, TANDEM_LEG_EV_GONE), -EINVAL);
	assert_int_equal(tandem_leg_next(TANDEM_LEG_CURRENT, TANDEM_NR_LEG_EVENTS), -EINVAL);
}

/* K4: only what holds every acknowledged write is read; only that is counted. */
static void test_only_current_legs_are_read_and_counted(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < TANDEM_NR_LEG_STATES; i++) {
		const enum tandem_leg_state leg = (enum tandem_leg_state)i;

		assert_int_equal(tandem_leg_is_readable(leg), leg == TANDEM_LEG_CURRENT);
		assert_int_equal(tandem_leg_is_counted(leg), leg == TANDEM_LEG_CURRENT);
		assert_int_equal(tandem_leg_is_written(leg), leg == TANDEM_LEG_CURRENT ||
							     leg == TANDEM_LEG_REBUILDING);
	}
}

/* Nothing but a promotion makes a leg current, nothing but a record is forgotten. */
static void test_no_way_back_to_current_but_by_filling(void **state)
{
	unsigned int i, event;

	(void)state;
	for (i = 0; i < TANDEM_NR_LEG_STATES; i++) {
		for (event = 0; event < TANDEM_NR_LEG_EVENTS; event++) {
			const int next = tandem_leg_next((enum tandem_leg_state)i,
							 (enum tandem_leg_event)event);

			if (next == TANDEM_LEG_CURRENT && i != TANDEM_LEG_CURRENT) {
				assert_int_equal(i, TANDEM_LEG_REBUILDING);
				assert_int_equal(event, TANDEM_LEG_EV_FILLED);
			}
			if (i == TANDEM_LEG_UNRECORDED && next >= 0 &&
			    next != TANDEM_LEG_UNRECORDED)
				assert_int_equal(event, TANDEM_LEG_EV_RECORDED);
		}
	}
}

static void test_records_and_states_translate(void **state)
{
	unsigned int i;

	(void)state;
	for (i = TANDEM_RECORD_CURRENT; i <= TANDEM_RECORD_MISSING; i++) {
		const enum tandem_leg_state leg = tandem_leg_from_record(i);

		assert_string_equal(tandem_leg_state_text(leg), tandem_record_text(i));
		assert_int_equal(tandem_leg_to_record(leg), i);
	}
	/* On disk an unrecorded failure can only become a recorded one. */
	assert_int_equal(tandem_leg_to_record(TANDEM_LEG_UNRECORDED), TANDEM_RECORD_FAILED);
	assert_int_equal(tandem_leg_from_record(0), TANDEM_LEG_MISSING);
	assert_int_equal(tandem_leg_from_record(6), TANDEM_LEG_MISSING);
	assert_int_equal(tandem_leg_to_record(TANDEM_NR_LEG_STATES), TANDEM_RECORD_MISSING);
}

/* Two sets of two: what their states make the array, counted by hand. */
static enum tandem_array_state expected_state(const enum tandem_leg_state *leg, bool read_only)
{
	unsigned int whole[2] = { 0, 0 }, unrecorded = 0, current_legs = 0, i;

	for (i = 0; i < 4; i++) {
		if (leg[i] == TANDEM_LEG_UNRECORDED)
			unrecorded++;
		if (leg[i] == TANDEM_LEG_CURRENT)
			current_legs++;
		if (leg[i] == TANDEM_LEG_UNRECORDED || leg[i] == TANDEM_LEG_CURRENT)
			whole[i / 2]++;
	}
	if (!whole[0] || !whole[1])
		return TANDEM_ARRAY_FAILED;
	if (unrecorded)
		return TANDEM_ARRAY_UNRECORDED;
	if (read_only)
		return TANDEM_ARRAY_READ_ONLY;
	return current_legs == 4 ? TANDEM_ARRAY_HEALTHY : TANDEM_ARRAY_DEGRADED;
}

static void test_array_state_over_all_states_of_four_legs(void **state)
{
	static const u16 set_of[4] = { 0, 0, 1, 1 };
	enum tandem_leg_state leg[4];
	unsigned int n, i, rest;

	(void)state;
	for (n = 0; n < 6 * 6 * 6 * 6 * 2; n++) {
		for (i = 0, rest = n / 2; i < 4; i++, rest /= 6)
			leg[i] = (enum tandem_leg_state)(rest % 6);
		assert_int_equal(tandem_leg_array_state(set_of, leg, 4, n % 2),
				 expected_state(leg, n % 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell_is_as_the_comment_says),
		cmocka_unit_test(test_what_is_no_state_or_event_has_no_next),
		cmocka_unit_test(test_only_current_legs_are_read_and_counted),
		cmocka_unit_test(test_no_way_back_to_current_but_by_filling),
		cmocka_unit_test(test_records_and_states_translate),
		cmocka_unit_test(test_array_state_over_all_states_of_four_legs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
