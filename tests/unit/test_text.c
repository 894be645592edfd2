// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: every state, number and identifier has exactly one text, and is read
 * back from it and from nothing else.
 *
 * Method: all states of all lists there and back; numbers at their edges;
 * random identifiers; and texts that are nearly right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/types.h"
#include "prng.h"

/* One list: its size, its printer and its parser. */
struct list {
	unsigned int nr;
	const char *(*text)(unsigned int index);
	int (*parse)(const char *text);
};

static const struct list lists[] = {
	{ TANDEM_NR_LEG_STATES, tandem_leg_state_text, tandem_leg_state_parse },
	{ TANDEM_NR_ARRAY_STATES, tandem_array_state_text, tandem_array_state_parse },
	{ TANDEM_NR_SYNC_KINDS, tandem_sync_kind_text, tandem_sync_kind_parse },
	{ TANDEM_NR_DEGRADED, tandem_degraded_text, tandem_degraded_parse },
};

static void test_every_state_is_read_back_from_its_text(void **state)
{
	unsigned int i, k;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct list *list = &lists[i];

		for (k = 0; k < list->nr; k++)
			assert_int_equal(list->parse(list->text(k)), k);
		assert_string_equal(list->text(list->nr), "?");
		assert_string_equal(list->text(~0u), "?");
		assert_int_equal(list->parse("?"), -EINVAL);
		assert_int_equal(list->parse(""), -EINVAL);
		assert_int_equal(list->parse("Current"), -EINVAL);
		assert_int_equal(list->parse("healthy "), -EINVAL);
	}
}

static void test_states_are_called_what_the_design_calls_them(void **state)
{
	(void)state;
	assert_string_equal(tandem_leg_state_text(TANDEM_LEG_UNRECORDED), "unrecorded");
	assert_string_equal(tandem_leg_state_text(TANDEM_LEG_MISSING), "missing");
	assert_string_equal(tandem_array_state_text(TANDEM_ARRAY_READ_ONLY), "read-only");
	assert_string_equal(tandem_sync_kind_text(TANDEM_SYNC_NONE), "-");
	assert_string_equal(tandem_degraded_text(TANDEM_DEGRADED_FORCE), "force");
	assert_string_equal(tandem_record_text(TANDEM_RECORD_CURRENT), "current");
	assert_string_equal(tandem_record_text(TANDEM_RECORD_REBUILDING), "rebuilding");
	assert_string_equal(tandem_record_text(TANDEM_RECORD_STALE), "stale");
	assert_string_equal(tandem_record_text(TANDEM_RECORD_FAILED), "failed");
	assert_string_equal(tandem_record_text(TANDEM_RECORD_MISSING), "missing");
	assert_string_equal(tandem_record_text(0), "?");
	assert_string_equal(tandem_record_text(6), "?");
	assert_string_equal(tandem_level_text(TANDEM_RAID1), "raid1");
	assert_string_equal(tandem_level_text(TANDEM_RAID10), "raid10");
	assert_string_equal(tandem_level_text(5), "?");
	assert_string_equal(tandem_role_text(TANDEM_ROLE_LOG), "log");
	assert_string_equal(tandem_role_text(TANDEM_ROLE_DATA), "data");
	assert_string_equal(tandem_role_text(TANDEM_ROLE_MIXED), "mixed");
	assert_string_equal(tandem_role_text(0), "?");
}

static void test_identifiers_come_back_unchanged(void **state)
{
	struct prng prng = prng_start();
	char text[TANDEM_ID_TEXT_BYTES], dashes[37];
	struct tandem_id id, back;
	unsigned int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		prng_fill(&prng, &id, sizeof(id));
		tandem_id_to_text(&id, text);
		assert_int_equal(strlen(text), 32);
		assert_int_equal(strspn(text, "0123456789abcdef"), 32);
		assert_int_equal(tandem_id_from_text(text, &back), 0);
		assert_true(tandem_id_equal(&id, &back));
		snprintf(dashes, sizeof(dashes), "%.8s-%.4s-%.4s-%.4s-%.12s", text, text + 8,
			 text + 12, text + 16, text + 20);
		memset(&back, 0, sizeof(back));
		assert_int_equal(tandem_id_from_text(dashes, &back), 0);
		assert_true(tandem_id_equal(&id, &back));
		assert_false(tandem_id_is_none(&id));
	}
	memset(&id, 0, sizeof(id));
	assert_true(tandem_id_is_none(&id));
	for (i = 0; i < 128; i++) {
		memset(&id, 0, sizeof(id));
		id.byte[i / 8] = (u8)(1u << i % 8);
		assert_false(tandem_id_is_none(&id));
	}
	assert_int_equal(tandem_id_from_text("00112233445566778899AABBCCDDEEFF", &id), 0);
	tandem_id_to_text(&id, text);
	assert_string_equal(text, "00112233445566778899aabbccddeeff");
}

static void test_nearly_right_identifiers_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "0", "0011223344556677889900112233445",
		"001122334455667788990011223344556", "0011223344556677889900112233445g",
		"g0112233445566778899001122334455", "00112233445566778899001122334455 ",
		" 0112233445566778899001122334455", "0x112233445566778899001122334455",
		"00112233-4455-6677-8899-00112233445", "00112233-4455-6677-8899-0011223344556",
		"001122334-455-6677-8899-001122334455", "00112233-44556-677-8899-001122334455",
		"00112233-4455-66778-899-001122334455", "00112233-4455-6677-88990-01122334455",
		"00112233-4455-6677-8899-00112233445/", "00112233_4455_6677_8899_001122334455",
		"00112233445566778899001122334455----", "------------------------------------",
		"0011223344556677889900112233445`", "0011223344556677889900112233445G",
		"0011223344556677889900112233445:", "0011223344556677889900112233445@",
	};
	struct tandem_id id;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!tandem_id_from_text(bad[i], &id))
			fail_msg("\"%s\" accepted", bad[i]);
	}
}

static void test_numbers_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		u64 max, value;
	} good[] = {
		{ "0", 0, 0 }, { "0", 9, 0 }, { "7", 7, 7 }, { "10", 10, 10 }, { "63", 63, 63 },
		{ "18446744073709551615", ~0ull, ~0ull },
		{ "18446744073709551614", ~0ull - 1, ~0ull - 1 },
		{ "9999999999999999999", ~0ull, 9999999999999999999ull },
	};
	static const struct {
		const char *text;
		u64 max;
	} bad[] = {
		{ "", 9 }, { "-1", 9 }, { "+1", 9 }, { " 1", 9 }, { "1 ", 9 }, { "01", 9 },
		{ "00", 9 }, { "0x1", 9 }, { "1a", 99 }, { "/", 9 }, { ":", 9 }, { "8", 7 },
		{ "1", 0 }, { "9", 0 }, { "11", 10 }, { "100", 10 }, { "64", 63 },
		{ "18446744073709551616", ~0ull }, { "18446744073709551620", ~0ull },
		{ "99999999999999999999", ~0ull }, { "18446744073709551615", ~0ull - 1 },
		{ "184467440737095516150", ~0ull }, { "1.0", 9 }, { "1\n", 9 },
	};
	unsigned int i;
	u64 value;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		value = 12345;
		assert_int_equal(tandem_number_parse(good[i].text, good[i].max, &value), 0);
		assert_true(value == good[i].value);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		value = 12345;
		if (tandem_number_parse(bad[i].text, bad[i].max, &value) != -EINVAL)
			fail_msg("\"%s\" accepted", bad[i].text);
		assert_int_equal(value, 12345);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_state_is_read_back_from_its_text),
		cmocka_unit_test(test_states_are_called_what_the_design_calls_them),
		cmocka_unit_test(test_identifiers_come_back_unchanged),
		cmocka_unit_test(test_nearly_right_identifiers_are_refused),
		cmocka_unit_test(test_numbers_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
