// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounded-exhaustive: every string of events up to a length, in every way.
 *
 *	tandem-sim --strings LENGTH [--jobs N] [--set NAME=VALUE]... [--keep-going]
 *	tandem-sim --string TEXT [--set NAME=VALUE]... [--verbose]
 *
 * A seed finds what has many parts; a string finds what has few, and is known to have
 * looked everywhere. The letters are in letter.h. A failure names the string with its
 * decisions, and --string plays it again, with all that happened if --verbose.
 *
 * Work is shared by the decisions behind the first three letters: each process plays
 * these of all strings, and goes on with those that are its own.
 */
#include <getopt.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "choice.h"
#include "letter.h"
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
	u32 jobs, share;
	bool keep_going;
	struct sim_limits limits;
} walk;

/* Two legs, two regions, a clean array; the engine's own timers are out of the way. */
static const char * const basics[] = {
	"legs=2", "sets=1", "regions=2", "users=1", "block_bytes=512", "unit_sectors=8",
	"max_sectors=8", "latency=20", "identical=1", "log=1", "log_slots=8", "log_window=1",
	"log_limit=2", "clean_ticks=10000000", "steered=1",
};

static bool is_ours(void)
{
	return choice_hash() % walk.jobs == walk.share;
}

static void report(void)
{
	sim_print_notes();
	printf("string %s FAILED: %s: %s\n", choice_trail(), sim_failure.rule,
	       sim_failure.text);
	printf("again: tandem-sim --string %s --verbose\n", choice_trail());
	fflush(stdout);
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
			report();
			if (!walk.keep_going || counts->failed == MAX_FAILURES)
				return;
		}
	} while (choice_next());
}

static void run_share(struct counts *counts)
{
	struct letter_play play = { .options = walk.limits, .is_ours = is_ours };

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

static int usage(void)
{
	fprintf(stderr, "usage: tandem-sim --strings LENGTH [--jobs N] [--set NAME=VALUE]...\n"
		"\t[--keep-going]\n"
		"       tandem-sim --string TEXT [--set NAME=VALUE]... [--verbose]\n");
	return 2;
}

enum option_key { KEY_STRINGS = 1, KEY_STRING, KEY_JOBS, KEY_SET, KEY_KEEP_GOING, KEY_VERBOSE };

static const struct option long_options[] = {
	{ "strings", required_argument, NULL, KEY_STRINGS },
	{ "string", required_argument, NULL, KEY_STRING },
	{ "jobs", required_argument, NULL, KEY_JOBS },
	{ "set", required_argument, NULL, KEY_SET },
	{ "keep-going", no_argument, NULL, KEY_KEEP_GOING },
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

static bool set_option(int key)
{
	unsigned int at;

	switch (key) {
	case KEY_STRINGS:
		return number(LETTER_MOST, &walk.length);
	case KEY_STRING:
		walk.text = optarg;
		return letter_check(optarg, &at);
	case KEY_JOBS:
		return number(MAX_JOBS, &walk.jobs);
	case KEY_SET:
		return options_fix(&walk.limits, optarg);
	case KEY_KEEP_GOING:
		walk.keep_going = true;
		return true;
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
	for (i = 0; i < ARRAY_SIZE(basics); i++)
		options_fix(&walk.limits, basics[i]);
	while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!set_option(key))
			return false;
	return optind == argc && !walk.length == !!walk.text;
}

bool walk_is_asked(int argc, char **argv)
{
	return argc > 1 && !strncmp(argv[1], "--string", strlen("--string"));
}

int walk_main(int argc, char **argv)
{
	struct counts counts = { 0, 0, 0 };
	struct letter_play play;

	if (!parse(argc, argv))
		return usage();
	setvbuf(stdout, NULL, _IOFBF, 1 << 18);
	if (walk.text) {
		play = (struct letter_play){ .options = walk.limits, .text = walk.text };
		play_all(&play, &counts);
	} else {
		run_jobs(&counts);
	}
	printf("%llu paths had no meaning\n", (unsigned long long)counts.pruned);
	printf("%llu passed, %llu failed\n", (unsigned long long)counts.passed,
	       (unsigned long long)counts.failed);
	return counts.failed || !counts.passed ? 1 : 0;
}
