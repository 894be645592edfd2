// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the command line of tandem-bench is read as written, and what is wrong
 * with it is refused before anything is opened.
 *
 * Method: a table of good lines with one field each, and a table of bad lines.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/options.h"

#define MAX_WORDS 12

/* Split @line at spaces and parse it. */
static int parse(const char *line, struct options *options)
{
	static char words[256];
	char *argv[MAX_WORDS + 2] = { (char *)"tandem-bench" };
	int argc = 1;
	char *word;

	snprintf(words, sizeof(words), "%s", line);
	for (word = strtok(words, " "); word && argc <= MAX_WORDS; word = strtok(NULL, " "))
		argv[argc++] = word;
	return options_parse(options, argc, argv);
}

static void test_defaults_are_the_model(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(parse("load log data --seconds 2", &options), 0);
	assert_int_equal(options.verb, VERB_LOAD);
	assert_string_equal(options.paths[0], "log");
	assert_string_equal(options.paths[1], "data");
	assert_int_equal(options.body_bytes, 2048);
	assert_int_equal(options.outstanding, 32);
	assert_int_equal(options.max_write_bytes, 60 * 1024);
	assert_int_equal(options.sector_bytes, 512);
	assert_int_equal(options.engine, ENGINE_URING);
	assert_true(options.law.fixed_bytes == 8192 && options.law.body_factor == 2.1);
	assert_true(options.rate_per_s == 0);
	assert_true(options.checkpoint_s == 60);
}

static void test_values_are_read_as_written(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(parse("load --messages=7 l --size 64M d --rate 2.5 --engine aio --yes",
			       &options), 0);
	assert_int_equal(options.messages, 7);
	assert_int_equal(options.size_bytes, 64 << 20);
	assert_true(options.rate_per_s == 2.5);
	assert_int_equal(options.engine, ENGINE_AIO);
	assert_true(options.yes);
	assert_int_equal(parse("load l d --messages 1 --seed 18000000000000000001 --body 1.5k",
			       &options), 0);
	assert_true(options.seed == 18000000000000000001u);
	assert_int_equal(options.body_bytes, 1536);
	assert_int_equal(parse("verify l d --acks a", &options), 0);
	assert_string_equal(options.acks, "a");
	assert_int_equal(parse("acks a --list", &options), 0);
	assert_true(options.list);
}

static void test_bad_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"", "most l d", "run l d", "mst l d --checkpoint-mode",
		"load", "load l", "load l d", "load l d x --seconds 1",
		"load l d --seconds", "load l d --seconds x", "load l d --seconds -1",
		"load l d --seconds nan", "load l d --seconds 1 --engine posix",
		"load l d --seconds 1 --outstanding 0", "load l d --seconds 1 --outstanding 1.5",
		"load l d --seconds 1 --size 64X", "load l d --seconds 1 --size 64MM",
		"load l d --seconds 1 --size 1K", "load l d --seconds 1 --sector 1024",
		"load l d --seconds 1 --max-write 5000", "load l d --seconds 1 --yes=1",
		"run l d --rate 1 --append-share 0.8", "run l d --rate 1 --backup-read 65537",
		"run l d --rate 1 --quick --arrivals floodgate --duration 4",
		"mst l d --arrivals bell", "mst l d --log-engine pg --max-write 12K",
		"load l d --seconds 1 --list", "load l d --seconds 1 --second 1",
		"verify l d", "verify l d --acks a --yes", "acks",
	};
	struct options options;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (parse(lines[i], &options) != -EINVAL)
			fail_msg("accepted: %s", lines[i]);
}

static void test_help_is_no_error(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(parse("--help", &options), -ECANCELED);
	assert_int_equal(parse("load --help", &options), -ECANCELED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults_are_the_model),
		cmocka_unit_test(test_values_are_read_as_written),
		cmocka_unit_test(test_bad_lines_are_refused),
		cmocka_unit_test(test_help_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
