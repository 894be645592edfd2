// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a table line or a message that is printed is read back as the same,
 * and nothing that is not one is taken for one.
 *
 * Method: lines over enumerated options and disks go struct, text, words (split
 * as device-mapper splits), struct, text; a corpus of bad lines, each with the
 * reason it must be refused for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/table.h"
#include "prng.h"
#include "words.h"

#define ID "00112233445566778899aabbccddeeff"

static struct words words;

static int parse(const char *line, struct tandem_table *table, const char **why)
{
	assert_true(words_split(line, &words));
	return tandem_table_parse(words.nr, words.word, table, why);
}

static void assert_same(const struct tandem_table *a, const struct tandem_table *b)
{
	unsigned int i;

	assert_true(tandem_id_equal(&a->array, &b->array));
	assert_int_equal(a->nr_legs, b->nr_legs);
	assert_int_equal(a->degraded, b->degraded);
	assert_true(a->rebuild == b->rebuild);
	assert_true(a->grow_sectors == b->grow_sectors);
	assert_int_equal(a->replace, b->replace);
	assert_int_equal(a->retire, b->retire);
	for (i = 0; i < a->nr_legs; i++)
		assert_string_equal(a->disk[i], b->disk[i]);
}

static void there_and_back(const struct tandem_table *table)
{
	static char line[16384], again[16384];
	struct tandem_table back;
	const char *why = "";
	int len = tandem_table_format(table, line, sizeof(line));

	assert_int_equal(len, strlen(line));
	if (parse(line, &back, &why))
		fail_msg("%s: %s", line, why);
	assert_same(table, &back);
	assert_int_equal(tandem_table_format(&back, again, sizeof(again)), len);
	assert_string_equal(line, again);
}

/* Disks as people and kernels name them; "-" where @absent says so. */
static void name_disks(struct tandem_table *table, u64 absent)
{
	static char names[TANDEM_MAX_LEGS][64];
	static const char *const forms[] = {
		"%u:16", "/dev/sd%u", "/dev/disk/by-id/a b%u", "/dev/\xc3\xa0-%u", "\\%u\\",
		"\t%u\n", "--%u", "/dev/mapper/\xff%u",
	};
	unsigned int i;

	for (i = 0; i < table->nr_legs; i++) {
		snprintf(names[i], sizeof(names[i]), forms[i % 8], i);
		table->disk[i] = absent >> i & 1 ? "-" : names[i];
	}
}

static void test_every_small_table_comes_back_unchanged(void **state)
{
	struct tandem_table table;
	u64 absent;

	(void)state;
	memset(&table, 0, sizeof(table));
	tandem_id_from_text(ID, &table.array);
	for (table.nr_legs = 2; table.nr_legs <= 5; table.nr_legs++) {
		u64 all = (1ull << table.nr_legs) - 1;

		for (absent = 0; absent < all; absent++) {
			name_disks(&table, absent);
			for (table.rebuild = 0; table.rebuild <= all; table.rebuild++) {
				if (table.rebuild & absent)
					continue;
				for (table.degraded = 0; table.degraded < TANDEM_NR_DEGRADED;
				     table.degraded++)
					there_and_back(&table);
			}
		}
	}
}

static void test_large_tables_come_back_unchanged(void **state)
{
	struct prng prng = prng_start();
	struct tandem_table table;
	unsigned int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		u64 absent = prng_next(&prng) & prng_next(&prng) & ~2ull;

		memset(&table, 0, sizeof(table));
		prng_fill(&prng, &table.array, sizeof(table.array));
		table.nr_legs = (u16)(2 + prng_below(&prng, TANDEM_MAX_LEGS - 1));
		name_disks(&table, absent);
		table.degraded = (enum tandem_degraded)prng_below(&prng, TANDEM_NR_DEGRADED);
		table.rebuild = prng_next(&prng) & ~absent;
		table.grow_sectors = prng_below(&prng, 2) * (1 + (prng_next(&prng) >> 25));
		if (prng_below(&prng, 3) == 0)
			table.replace = (u16)(1 + prng_below(&prng, table.nr_legs - 1u));
		else if (prng_below(&prng, 2))
			table.retire = (u16)(1 + prng_below(&prng, table.nr_legs + 1u));
		if (table.nr_legs < 64)
			table.rebuild &= (1ull << table.nr_legs) - 1;
		there_and_back(&table);
	}
	/* The longest: every leg, every option. */
	table.nr_legs = TANDEM_MAX_LEGS;
	name_disks(&table, 0);
	table.degraded = TANDEM_DEGRADED_PROVEN;
	table.rebuild = ~0ull;
	there_and_back(&table);
}

static void test_line_is_the_documented_one(void **state)
{
	struct tandem_table table;
	const char *why = "";
	char line[256];

	(void)state;
	assert_int_equal(parse(ID " 3 8:16 - 8:48 6 rebuild 2 degraded force rebuild 0", &table,
			       &why), 0);
	assert_int_equal(table.nr_legs, 3);
	assert_int_equal(table.degraded, TANDEM_DEGRADED_FORCE);
	assert_true(table.rebuild == 5);
	assert_string_equal(table.disk[0], "8:16");
	assert_string_equal(table.disk[1], "-");
	assert_true(tandem_table_format(&table, line, sizeof(line)) > 0);
	assert_string_equal(line, ID " 3 8:16 - 8:48 6 degraded force rebuild 0 rebuild 2");
	assert_int_equal(parse(ID " 2 a b 0", &table, NULL), 0);
	assert_int_equal(table.degraded, TANDEM_DEGRADED_NEVER);
	assert_int_equal(parse(ID " 2 a b 2 degraded never", &table, NULL), 0);
	assert_int_equal(table.degraded, TANDEM_DEGRADED_NEVER);
	/* One spelling per byte: only what must be quoted is. */
	table.disk[0] = "/dev/a~!\"'$b";
	table.disk[1] = "a b\\c\x7f";
	assert_true(tandem_table_format(&table, line, sizeof(line)) > 0);
	assert_string_equal(line, ID " 2 /dev/a~!\"'$b a\\ b\\\\c\\\x7f 0");
}

static void test_bad_lines_are_refused_with_their_reason(void **state)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{ "", "array (not 32 hex digits)" },
		{ "garbage", "array (not 32 hex digits)" },
		{ "2 a b 0", "array (not 32 hex digits)" },
		{ "00112233445566778899aabbccddeef 2 a b 0", "array (not 32 hex digits)" },
		{ "00112233445566778899aabbccddeeffg 2 a b 0", "array (not 32 hex digits)" },
		{ "00112233445566778899aabbccddeefF 2 a b 0",
		  "array (not 32 lower-case hex digits)" },
		{ "00112233-4455-6677-8899-aabbccddeeff 2 a b 0",
		  "array (not 32 lower-case hex digits)" },
		{ "00000000000000000000000000000000 2 a b 0", "array (all zero)" },
		{ ID, "number of legs (2 to 64)" },
		{ ID " 0", "number of legs (2 to 64)" },
		{ ID " 1 a 0", "number of legs (2 to 64)" },
		{ ID " 65 a b 0", "number of legs (2 to 64)" },
		{ ID " -2 a b 0", "number of legs (2 to 64)" },
		{ ID " 02 a b 0", "number of legs (2 to 64)" },
		{ ID " two a b 0", "number of legs (2 to 64)" },
		{ ID " 4294967298 a b 0", "number of legs (2 to 64)" },
		{ ID " 2", "disk (one for each leg, or -)" },
		{ ID " 2 a", "disk (one for each leg, or -)" },
		{ ID " 64 a b 0", "disk (one for each leg, or -)" },
		{ ID " 2 - - 0", "disk (none given)" },
		{ ID " 2 a a 0", "disk (given for two legs)" },
		{ ID " 3 a - a 0", "disk (given for two legs)" },
		{ ID " 4 - b c c 0", "disk (given for two legs)" },
		{ ID " 2 a b", "number of option words (not the words that follow)" },
		{ ID " 2 a b c 0", "number of option words (not the words that follow)" },
		{ ID " 2 a b 1", "number of option words (not the words that follow)" },
		{ ID " 2 a b 0 rebuild", "number of option words (not the words that follow)" },
		{ ID " 2 a b 2 rebuild 0 0", "number of option words (not the words that follow)" },
		{ ID " 2 a b 4294967298 rebuild 0",
		  "number of option words (not the words that follow)" },
		{ ID " 2 a b 1 fast", "option (unknown)" },
		{ ID " 2 a b 2 Rebuild 0", "option (unknown)" },
		{ ID " 2 a b 3 rebuild 0 1", "option (unknown)" },
		{ ID " 2 a b 1 rebuild", "rebuild (number of a leg)" },
		{ ID " 2 a b 2 rebuild 2", "rebuild (number of a leg)" },
		{ ID " 2 a b 2 rebuild 64", "rebuild (number of a leg)" },
		{ ID " 2 a b 2 rebuild -1", "rebuild (number of a leg)" },
		{ ID " 2 a b 2 rebuild x", "rebuild (number of a leg)" },
		{ ID " 2 a b 4 rebuild 1 rebuild 1", "rebuild (a leg twice)" },
		{ ID " 2 a - 2 rebuild 1", "rebuild (a leg without a disk)" },
		{ ID " 2 a b 1 grow", "grow (sectors of a set)" },
		{ ID " 2 a b 2 grow 0", "grow (sectors of a set)" },
		{ ID " 2 a b 2 grow -1", "grow (sectors of a set)" },
		{ ID " 2 a b 2 grow 549755813889", "grow (sectors of a set)" },
		{ ID " 2 a b 4 grow 8 grow 8", "grow (given twice)" },
		{ ID " 3 a b c 2 replace 2", "replace (number of a leg, once)" },
		{ ID " 3 a b c 1 replace", "replace (number of a leg, once)" },
		{ ID " 3 a b c 4 replace 0 replace 1", "replace (number of a leg, once)" },
		{ ID " 3 a b c 4 replace 0 retire 1", "retire (number of a leg, once)" },
		{ ID " 2 a b 2 retire 3", "retire (number of a leg, once)" },
		{ ID " 2 a b 1 degraded", "degraded (never, proven or force)" },
		{ ID " 2 a b 2 degraded maybe", "degraded (never, proven or force)" },
		{ ID " 2 a b 4 degraded force degraded force", "degraded (given twice)" },
	};
	struct tandem_table table;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *why = "(accepted)";

		if (parse(bad[i].line, &table, &why) != -EINVAL || strcmp(why, bad[i].why))
			fail_msg("%s: refused for: %s", bad[i].line, why);
		assert_int_equal(parse(bad[i].line, &table, NULL), -EINVAL);
	}
}

/* Device-mapper hands over what it split; an empty word can be quoted in. */
static void test_empty_disk_is_refused(void **state)
{
	static char id[] = ID, two[] = "2", disk[] = "a", empty[] = "", none[] = "0";
	char *argv[] = { id, two, disk, empty, none };
	struct tandem_table table;
	const char *why = NULL;

	(void)state;
	assert_int_equal(tandem_table_parse(5, argv, &table, &why), -EINVAL);
	assert_string_equal(why, "disk (one for each leg, or -)");
}

/* A line that does not fit is an error, at every length that is too short. */
static void test_short_buffers_are_noticed_and_never_overrun(void **state)
{
	struct tandem_table table;
	struct tandem_message message = { .verb = TANDEM_MESSAGE_FAIL, .leg = 63 };
	char line[128];
	size_t size, i;
	int len;

	(void)state;
	assert_int_equal(parse(ID " 2 8:0 - 4 degraded proven rebuild 0", &table, NULL), 0);
	len = tandem_table_format(&table, line, sizeof(line));
	for (size = 0; size < sizeof(line); size++) {
		memset(line, '#', sizeof(line));
		assert_int_equal(tandem_table_format(&table, line, size),
				 size > (size_t)len ? len : -ENOSPC);
		if (size)
			assert_true(strlen(line) < size);
		for (i = size; i < sizeof(line); i++)
			assert_int_equal(line[i], '#');
		assert_int_equal(tandem_message_format(&message, line, size),
				 size > 7 ? 7 : -ENOSPC);
	}
}

static int parse_message(const char *line, struct tandem_message *message, const char **why)
{
	struct tandem_words list;

	assert_true(words_split(line, &words));
	list.nr = words.nr;
	list.word = words.word;
	return tandem_message_parse(&list, TANDEM_MAX_LEGS, message, why);
}

/* @number: leg, rate or time; what the verb is about. */
static void message_there_and_back(enum tandem_message_verb verb, u64 number, const char *text)
{
	bool fail = verb == TANDEM_MESSAGE_FAIL;
	struct tandem_message message = { .verb = verb, .leg = fail ? (u16)number : 0,
					  .value = fail ? 0 : number }, back;
	char line[64];

	assert_int_equal(tandem_message_format(&message, line, sizeof(line)), strlen(text));
	assert_string_equal(line, text);
	assert_int_equal(parse_message(line, &back, NULL), 0);
	assert_int_equal(back.verb, verb);
	assert_int_equal(back.leg, message.leg);
	assert_int_equal(back.value, message.value);
}

static void read_there_and_back(u16 leg, enum tandem_read_class class, const char *text)
{
	const struct tandem_message message = { .verb = TANDEM_MESSAGE_SET_READ, .leg = leg,
						.value = class };
	struct tandem_message back;
	char line[64];

	assert_int_equal(tandem_message_format(&message, line, sizeof(line)), strlen(text));
	assert_string_equal(line, text);
	assert_int_equal(parse_message(line, &back, NULL), 0);
	assert_int_equal(back.verb, TANDEM_MESSAGE_SET_READ);
	assert_int_equal(back.leg, leg);
	assert_int_equal(back.value, class);
}

static void test_every_message_comes_back_unchanged(void **state)
{
	struct tandem_message message = { .leg = 0 };
	unsigned int leg;
	char text[16];

	(void)state;
	for (leg = 0; leg < TANDEM_MAX_LEGS; leg++) {
		snprintf(text, sizeof(text), "fail %u", leg);
		message_there_and_back(TANDEM_MESSAGE_FAIL, leg, text);
	}
	message_there_and_back(TANDEM_MESSAGE_SYNC_PAUSE, 0, "sync pause");
	message_there_and_back(TANDEM_MESSAGE_SYNC_RESUME, 0, "sync resume");
	message_there_and_back(TANDEM_MESSAGE_SYNC_RATE, 0, "sync rate 0");
	message_there_and_back(TANDEM_MESSAGE_SYNC_RATE, 65536, "sync rate 65536");
	message_there_and_back(TANDEM_MESSAGE_SYNC_RATE, 1ull << 40, "sync rate 1099511627776");
	message_there_and_back(TANDEM_MESSAGE_SYNC_LATENCY, 0, "sync latency 0");
	message_there_and_back(TANDEM_MESSAGE_SYNC_LATENCY, 10, "sync latency 10");
	message_there_and_back(TANDEM_MESSAGE_SYNC_LATENCY, 10000000, "sync latency 10000000");
	message_there_and_back(TANDEM_MESSAGE_SET_LATENCY, 0, "set latency 0");
	message_there_and_back(TANDEM_MESSAGE_SET_LATENCY, 10, "set latency 10");
	message_there_and_back(TANDEM_MESSAGE_SET_LATENCY, 10000000, "set latency 10000000");
	message_there_and_back(TANDEM_MESSAGE_SET_RECOVERY, 100, "set recovery 100");
	message_there_and_back(TANDEM_MESSAGE_SET_RECOVERY, 3600000, "set recovery 3600000");
	read_there_and_back(0, TANDEM_READ_NORMAL, "set read 0 normal");
	read_there_and_back(7, TANDEM_READ_PREFERRED, "set read 7 preferred");
	read_there_and_back(63, TANDEM_READ_AVOIDED, "set read 63 avoided");
	/* A verb that is none prints nothing, which no one would take for a message. */
	message.verb = (enum tandem_message_verb)99;
	assert_int_equal(tandem_message_format(&message, text, sizeof(text)), 0);
	assert_string_equal(text, "");
}

#define BAD_CLASS "set read (normal, preferred or avoided)"
#define BAD_RATE "sync rate (bytes a second, 65536 at least, or 0)"
#define BAD_SET_LATENCY "set latency (microseconds, 10 to 10000000, or 0)"
#define BAD_RECOVERY "set recovery (milliseconds, 100 to 3600000)"
#define BAD_LATENCY "sync latency (microseconds, 10 to 10000000, or 0)"

static void test_bad_messages_are_refused_with_their_reason(void **state)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{ "", "message (fail, sync or set)" },
		{ "garbage", "message (fail, sync or set)" },
		{ "FAIL 1", "message (fail, sync or set)" },
		{ "failed 1", "message (fail, sync or set)" },
		{ "fail", "fail (number of a leg)" },
		{ "fail x", "fail (number of a leg)" },
		{ "fail -1", "fail (number of a leg)" },
		{ "fail 64", "fail (number of a leg)" },
		{ "fail 01", "fail (number of a leg)" },
		{ "fail 4294967296", "fail (number of a leg)" },
		{ "fail 1 2", "message (words left over)" },
		{ "sync", "sync (pause, resume, rate or latency)" },
		{ "sync stop", "sync (pause, resume, rate or latency)" },
		{ "sync rate", BAD_RATE },
		{ "sync rate x", BAD_RATE },
		{ "sync rate 65535", BAD_RATE },
		{ "sync rate 1099511627777", BAD_RATE },
		{ "sync rate 65536 1", "message (words left over)" },
		{ "set", "set (latency, recovery or read)" },
		{ "set name 1", "set (latency, recovery or read)" },
		{ "set read", "set read (number of a leg)" },
		{ "set read x", "set read (number of a leg)" },
		{ "set read 64 normal", "set read (number of a leg)" },
		{ "set read 1", BAD_CLASS },
		{ "set read 1 2", BAD_CLASS },
		{ "set read 1 Normal", BAD_CLASS },
		{ "set read 1 normal 1", "message (words left over)" },
		{ "set latency", BAD_SET_LATENCY },
		{ "set latency 9", BAD_SET_LATENCY },
		{ "set latency 10000001", BAD_SET_LATENCY },
		{ "set recovery", BAD_RECOVERY },
		{ "set recovery 0", BAD_RECOVERY },
		{ "set recovery 99", BAD_RECOVERY },
		{ "set recovery 3600001", BAD_RECOVERY },
		{ "set recovery 100 100", "message (words left over)" },
		{ "sync latency", BAD_LATENCY },
		{ "sync latency -1", BAD_LATENCY },
		{ "sync latency 9", BAD_LATENCY },
		{ "sync latency 10000001", BAD_LATENCY },
		{ "sync pause now", "message (words left over)" },
	};
	static char fail_word[] = "fail", zero[] = "0", two[] = "2";
	char *argv[] = { fail_word, two };
	struct tandem_words list = { .nr = 2, .word = argv };
	struct tandem_message message;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *why = "(accepted)";

		if (parse_message(bad[i].line, &message, &why) != -EINVAL ||
		    strcmp(why, bad[i].why))
			fail_msg("%s: refused for: %s", bad[i].line, why);
		assert_int_equal(parse_message(bad[i].line, &message, NULL), -EINVAL);
	}
	/* The array's own number of legs is the bound. */
	assert_int_equal(tandem_message_parse(&list, 3, &message, NULL), 0);
	assert_int_equal(tandem_message_parse(&list, 2, &message, NULL), -EINVAL);
	argv[1] = zero;
	assert_int_equal(tandem_message_parse(&list, 0, &message, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_small_table_comes_back_unchanged),
		cmocka_unit_test(test_large_tables_come_back_unchanged),
		cmocka_unit_test(test_line_is_the_documented_one),
		cmocka_unit_test(test_bad_lines_are_refused_with_their_reason),
		cmocka_unit_test(test_empty_disk_is_refused),
		cmocka_unit_test(test_short_buffers_are_noticed_and_never_overrun),
		cmocka_unit_test(test_every_message_comes_back_unchanged),
		cmocka_unit_test(test_bad_messages_are_refused_with_their_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
