// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounded-exhaustive: every string of events up to a length, in every way.
 *
 *	tandem-sim --strings LENGTH [--wide] [--part K/N] [--jobs N] [--set NAME=VALUE]...
 *		[--keep-going]
 *	tandem-sim --string TEXT [--set NAME=VALUE]... [--verbose]
 *	tandem-sim --scenario NAME|all [--verbose]
 *
 * A seed finds what has many parts; a string finds what has few, and is known to have
 * looked everywhere. The letters are in letter.h. A failure names the string with its
 * decisions, and --string plays it again, with all that happened if --verbose. A
 * scenario is some strings with a name and a meaning (scenario.h).
 *
 * Work is shared by the decisions behind the first three letters: each process plays
 * these of all strings, and goes on with those that are its own. So it is with part K of
 * N, from 0 on, of all strings.
 */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "choice.h"
#include "letter.h"
#include "scenario.h"
#include "sched.h"
#include "walk.h"
#include "world.h"

#define MAX_JOBS	64u
#define MAX_FAILURES	10u

struct counts {
	u64 passed;
	u64 failed;
	u64 pruned;
};

static struct {
	unsigned int length;
	const char *text;
	const char *scenario;
	u32 jobs, share;
	u32 parts, part;
	bool keep_going;
	bool wide;
	struct sim_limits limits;
} walk;

/* Two legs, two regions, a clean array; the engine's own timers are out of the way. */
static const char * const basics[] = {
	"legs=2", "sets=1", "regions=2", "users=1", "block_bytes=512", "unit_sectors=8",
	"max_sectors=8", "latency=20", "identical=1", "log=1", "log_slots=8", "log_window=1",
	"log_limit=2", "clean_ticks=10000000", "map=1", "init_content=2", "steered=1",
};

static bool is_ours(void)
{
	return choice_hash() % walk.parts == walk.part &&
	       choice_hash() / walk.parts % walk.jobs == walk.share;
}

static void report(const struct letter_play *play)
{
	unsigned int i;

	sim_print_notes();
	printf("string %s FAILED: %s: %s\n", choice_trail(), sim_failure.rule,
	       sim_failure.text);
	printf("again: tandem-sim --string '%s'", choice_trail());
	for (i = ARRAY_SIZE(basics); i < play->options.nr; i++)
		printf(" --set %s", play->options.fixed[i].name);
	printf(" --verbose\n");
	fflush(stdout);
}

/* The engine went where it should not: name the string before the process dies. */
static void say_string(int number)
{
	static char text[512];
	int length = snprintf(text, sizeof(text), "string %s FAILED: signal %d: in the engine\n",
			      choice_trail(), number);

	if (write(STDOUT_FILENO, text, min(length, (int)sizeof(text) - 1)) < 0)
		_exit(2);
	signal(number, SIG_DFL);
	raise(number);
}

static void play_all(struct letter_play *play, struct counts *counts)
{
	choice_start();
	do {
		switch (letter_run(play)) {
		case LETTER_PASSED:
			counts->passed++;
			break;
		case LETTER_PRUNED:
			counts->pruned++;
			break;
		case LETTER_FAILED:
			counts->failed++;
			report(play);
			if (!walk.keep_going || counts->failed == MAX_FAILURES)
				return;
		}
	} while (choice_next());
}

static void run_share(struct counts *counts)
{
	struct letter_play play = { .options = walk.limits, .is_ours = is_ours,
				    .wide = walk.wide };

	for (play.length = 1; play.length <= walk.length && !counts->failed; play.length++)
		play_all(&play, counts);
}

/* A process for each share; what it counted comes through a pipe. */
static void run_jobs(struct counts *counts)
{
	struct counts share;
	int ends[MAX_JOBS][2];

	for (walk.share = 0; walk.share < walk.jobs; walk.share++) {
		if (pipe(ends[walk.share]))
			abort();
		if (fork())
			continue;
		memset(&share, 0, sizeof(share));
		run_share(&share);
		_exit(write(ends[walk.share][1], &share, sizeof(share)) != sizeof(share));
	}
	for (walk.share = 0; walk.share < walk.jobs; walk.share++) {
		close(ends[walk.share][1]);
		if (read(ends[walk.share][0], &share, sizeof(share)) != sizeof(share))
			share = (struct counts){ .failed = 1 };
		counts->passed += share.passed;
		counts->failed += share.failed;
		counts->pruned += share.pruned;
	}
	while (wait(NULL) > 0)
		;
}

/* Adds what was counted: a scenario is one test, in however many ways it went. */
static void play_scenario(const struct scenario *scenario, struct counts *counts)
{
	struct letter_play play = { .options = walk.limits };
	struct counts ways = { 0, 0, 0 };
	char strings[200], *text, *rest;
	unsigned int i, at;
	bool good = true;

	if (scenario->play) {
		good = scenario->play();
		printf("%s %s: %s\n", good ? "ok" : "not ok", scenario->name, scenario->rule);
		counts->passed += good;
		counts->failed += !good;
		return;
	}
	for (i = 0; i < SCENARIO_OPTIONS && scenario->options[i]; i++)
		options_fix(&play.options, scenario->options[i]);
	snprintf(strings, sizeof(strings), "%s", scenario->strings);
	for (text = strtok_r(strings, " ", &rest); text; text = strtok_r(NULL, " ", &rest)) {
		u64 before = ways.passed;

		play.text = text;
		if (letter_check(text, &at))
			play_all(&play, &ways);
		if (ways.passed == before) {
			printf("%s of scenario %s: not one way passed; behind %s: %s\n", text,
			       scenario->name, choice_trail(), sim_failure.text);
			good = false;
		}
	}
	good &= !ways.failed;
	printf("%s %s: %s (%llu ways)\n", good ? "ok" : "not ok", scenario->name,
	       scenario->rule, (unsigned long long)ways.passed);
	counts->passed += good;
	counts->failed += !good;
}

static void play_scenarios(struct counts *counts)
{
	unsigned int i;

	for (i = 0; i < nr_scenarios; i++)
		if (!strcmp(walk.scenario, "all") || !strcmp(walk.scenario, scenarios[i].name))
			play_scenario(&scenarios[i], counts);
}

static int usage(void)
{
	fprintf(stderr, "usage: tandem-sim --strings LENGTH [--wide] [--part K/N] [--jobs N]\n"
		"\t[--set NAME=VALUE]... [--keep-going]\n"
		"       tandem-sim --string TEXT [--set NAME=VALUE]... [--verbose]\n"
		"       tandem-sim --scenario NAME|all [--verbose]\n");
	return 2;
}

enum option_key {
	KEY_STRINGS = 1, KEY_STRING, KEY_SCENARIO, KEY_JOBS, KEY_SET, KEY_KEEP_GOING, KEY_VERBOSE,
	KEY_WIDE, KEY_PART,
};

static const struct option long_options[] = {
	{ "strings", required_argument, NULL, KEY_STRINGS },
	{ "string", required_argument, NULL, KEY_STRING },
	{ "scenario", required_argument, NULL, KEY_SCENARIO },
	{ "jobs", required_argument, NULL, KEY_JOBS },
	{ "set", required_argument, NULL, KEY_SET },
	{ "keep-going", no_argument, NULL, KEY_KEEP_GOING },
	{ "wide", no_argument, NULL, KEY_WIDE },
	{ "part", required_argument, NULL, KEY_PART },
	{ "verbose", no_argument, NULL, KEY_VERBOSE },
	{ NULL, 0, NULL, 0 },
};

static bool number(u32 max, u32 *value)
{
	char *end;
	unsigned long given = strtoul(optarg, &end, 10);

	*value = given;
	return end != optarg && !*end && given && given <= max;
}

/* "K/N" */
static bool part(void)
{
	char rest;

	return sscanf(optarg, "%u/%u%c", &walk.part, &walk.parts, &rest) == 2 &&
	       walk.part < walk.parts;
}

static bool set_option(int key)
{
	unsigned int at;

	switch (key) {
	case KEY_STRINGS:
		return number(LETTER_MOST, &walk.length);
	case KEY_STRING:
		walk.text = optarg;
		return letter_check(optarg, &at);
	case KEY_SCENARIO:
		walk.scenario = optarg;
		return true;
	case KEY_JOBS:
		return number(MAX_JOBS, &walk.jobs);
	case KEY_SET:
		return options_fix(&walk.limits, optarg);
	case KEY_KEEP_GOING:
		walk.keep_going = true;
		return true;
	case KEY_WIDE:
		walk.wide = true;
		return true;
	case KEY_PART:
		return part();
	case KEY_VERBOSE:
		sim_set_verbose(true);
		return true;
	}
	return false;
}

static bool parse(int argc, char **argv)
{
	unsigned int i;
	int key;

	walk.jobs = 1;
	walk.parts = 1;
	for (i = 0; i < ARRAY_SIZE(basics); i++)
		options_fix(&walk.limits, basics[i]);
	while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!set_option(key))
			return false;
	return optind == argc && !!walk.length + !!walk.text + !!walk.scenario == 1;
}

bool walk_is_asked(int argc, char **argv)
{
	return argc > 1 && (!strncmp(argv[1], "--string", strlen("--string")) ||
			    !strcmp(argv[1], "--scenario"));
}

int walk_main(int argc, char **argv)
{
	struct counts counts = { 0, 0, 0 };
	struct letter_play play;

	if (!parse(argc, argv))
		return usage();
	setvbuf(stdout, NULL, _IOFBF, 1 << 18);
	signal(SIGSEGV, say_string);
	signal(SIGABRT, say_string);
	if (walk.text) {
		play = (struct letter_play){ .options = walk.limits, .text = walk.text };
		play_all(&play, &counts);
	} else if (walk.scenario) {
		play_scenarios(&counts);
	} else {
		run_jobs(&counts);
	}
	if (!walk.scenario)
		printf("%llu paths had no meaning\n", (unsigned long long)counts.pruned);
	printf("%llu passed, %llu failed\n", (unsigned long long)counts.passed,
	       (unsigned long long)counts.failed);
	return counts.failed || !counts.passed ? 1 : 0;
}
