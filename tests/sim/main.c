// SPDX-License-Identifier: GPL-2.0-only
/*
 * tandem-sim: runs seeds, and says which one failed and how.
 *
 *	tandem-sim [--seed N] [--seeds COUNT] [--jobs N] [--events N] [--legs N]
 *		   [--sets N] [--set NAME=VALUE]... [--calm] [--keep-going]
 *		   [--replay] [--verbose]
 *
 * Strings of events and scenarios are another program in the same file: walk.c.
 *
 * --set fixes any of the options that a seed prints (options.h).
 *
 * The same seed and options give the same run, event by event: --replay runs
 * each seed twice and compares, --verbose prints all that happens. The last
 * line is "N passed, N failed"; the exit status is 1 if one failed.
 */
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin.h"
#include "front_device.h"
#include "growth.h"
#include "handover.h"
#include "oracle_keep.h"
#include "rollback.h"
#include "sched.h"
#include "users.h"
#include "walk.h"
#include "world.h"

struct request {
	u64 seed;
	u64 count;
	u32 jobs;
	bool replay;
	bool verbose;
	bool keep_going;
	struct sim_limits limits;
};

struct totals {
	u64 passed;
	u64 failed;
};

static volatile u64 running_seed;

/* The engine went where it should not: name the seed before the process dies. */
static void say_seed(int number)
{
	char text[80];
	int length = snprintf(text, sizeof(text), "tandem-sim: signal %d in seed %llu\n", number,
			      (unsigned long long)running_seed);

	if (write(STDOUT_FILENO, text, length) < 0)
		_exit(2);
	signal(number, SIG_DFL);
	raise(number);
}

static void set_up(u64 seed, const struct sim_limits *limits)
{
	sim_start(seed);
	world.options.seed = seed;
	options_draw(&world.options, limits);
	oracle_begin();
	oracle_keep_begin();
	faults_start(&world.options);
	admin_start();
	rollback_start();
}

static void clean_up(void)
{
	sim_clear();
	front_drop_requests();
	sim_memory_drop();
	users_stop();
	rollback_undo();
	world_destroy();
}

/* True: it passed. */
static bool run_seed(u64 seed, const struct sim_limits *limits)
{
	volatile bool passed = false;

	running_seed = seed;
	set_up(seed, limits);
	if (!setjmp(sim_fail_env)) {
		front_start();
		world_create();
		users_start();
		sim_set_standstill(world.options.standstill);
		sim_set_preemption(world.options.preemption);
		if (setjmp(sim_crash_env))
			admin_crashed();
		admin_run();
		passed = true;
	}
	clean_up();
	return passed;
}

static void report(u64 seed, const char *rule, const char *text)
{
	printf("seed %llu FAILED: %s: %s\n", (unsigned long long)seed, rule, text);
}

static void print_again(const struct sim_limits *limits, u64 seed)
{
	unsigned int i;

	printf("again: tandem-sim --seed %llu", (unsigned long long)seed);
	for (i = 0; i < limits->nr; i++)
		printf(" --set %s", limits->fixed[i].name);
	printf("%s --verbose\n", limits->calm ? " --calm" : "");
}

static bool replays(const struct request *request, u64 seed)
{
	u64 hash = sim_hash();

	run_seed(seed, &request->limits);
	if (sim_hash() == hash)
		return true;
	report(seed, "replay", "the second run was another one");
	return false;
}

static bool check_seed(const struct request *request, u64 seed)
{
	bool passed = run_seed(seed, &request->limits);

	if (!passed) {
		fflush(stdout);
		options_print(&world.options);
		sim_print_notes();
		report(seed, sim_failure.rule, sim_failure.text);
		print_again(&request->limits, seed);
		fflush(stdout);
	}
	if (request->verbose)
		printf("seed %llu: %llu events, trace %016llx\n", (unsigned long long)seed,
		       (unsigned long long)sim_events_run(), (unsigned long long)sim_hash());
	return (!request->replay || replays(request, seed)) && passed;
}

static void run_share(const struct request *request, u32 share, struct totals *totals)
{
	u64 i;

	for (i = share; i < request->count; i += request->jobs) {
		if (check_seed(request, request->seed + i))
			totals->passed++;
		else
			totals->failed++;
		if (totals->failed && !request->keep_going)
			break;
	}
	fflush(stdout);
}

/* A process for each share; what it counted comes through a pipe. */
static void run_jobs(const struct request *request, struct totals *totals)
{
	struct totals share_totals;
	int ends[64][2];
	u32 share;

	for (share = 0; share < request->jobs; share++) {
		if (pipe(ends[share]))
			abort();
		if (fork())
			continue;
		memset(&share_totals, 0, sizeof(share_totals));
		run_share(request, share, &share_totals);
		_exit(write(ends[share][1], &share_totals, sizeof(share_totals)) !=
		      sizeof(share_totals));
	}
	for (share = 0; share < request->jobs; share++) {
		close(ends[share][1]);
		if (read(ends[share][0], &share_totals, sizeof(share_totals)) !=
		    sizeof(share_totals))
			share_totals = (struct totals){ 0, 1 };
		totals->passed += share_totals.passed;
		totals->failed += share_totals.failed;
	}
	while (wait(NULL) > 0)
		;
}

static int usage(void)
{
	fprintf(stderr, "usage: tandem-sim [--seed N] [--seeds COUNT] [--jobs N] [--events N]\n"
		"\t[--legs N] [--sets N] [--set NAME=VALUE]... [--calm] [--keep-going]\n"
		"\t[--replay] [--verbose]\n");
	return 2;
}

enum option_key {
	KEY_SEED = 1, KEY_SEEDS, KEY_JOBS, KEY_EVENTS, KEY_LEGS, KEY_SETS, KEY_SET,
	KEY_CALM, KEY_KEEP_GOING, KEY_REPLAY, KEY_VERBOSE,
};

static const struct option long_options[] = {
	{ "seed", required_argument, NULL, KEY_SEED },
	{ "seeds", required_argument, NULL, KEY_SEEDS },
	{ "jobs", required_argument, NULL, KEY_JOBS },
	{ "events", required_argument, NULL, KEY_EVENTS },
	{ "legs", required_argument, NULL, KEY_LEGS },
	{ "sets", required_argument, NULL, KEY_SETS },
	{ "set", required_argument, NULL, KEY_SET },
	{ "calm", no_argument, NULL, KEY_CALM },
	{ "keep-going", no_argument, NULL, KEY_KEEP_GOING },
	{ "replay", no_argument, NULL, KEY_REPLAY },
	{ "verbose", no_argument, NULL, KEY_VERBOSE },
	{ NULL, 0, NULL, 0 },
};

static bool number(const char *text, u64 max, u64 *value)
{
	char *end;

	*value = strtoull(text, &end, 10);
	return end != text && !*end && *value && *value <= max;
}

/* --events N is --set events=N, within reason. */
static bool size(struct request *request, const char *name, u64 max)
{
	static char text[8][40];
	u64 value;

	if (!number(optarg, max, &value) || request->limits.nr >= ARRAY_SIZE(text))
		return false;
	snprintf(text[request->limits.nr], sizeof(text[0]), "%s=%u", name, (u32)value);
	return options_fix(&request->limits, text[request->limits.nr]);
}

static bool set_option(struct request *request, int key)
{
	u64 value;

	switch (key) {
	case KEY_SEED:
		return number(optarg, ~0ull, &request->seed);
	case KEY_SEEDS:
		return number(optarg, ~0ull, &request->count);
	case KEY_JOBS:
		if (!number(optarg, 64, &value))
			return false;
		request->jobs = value;
		return true;
	case KEY_EVENTS:
		return size(request, "events", 1000000);
	case KEY_LEGS:
		return size(request, "legs", 4);
	case KEY_SETS:
		return size(request, "sets", 2);
	case KEY_SET:
		return options_fix(&request->limits, optarg);
	case KEY_CALM:
		request->limits.calm = true;
		return true;
	case KEY_KEEP_GOING:
		request->keep_going = true;
		return true;
	case KEY_REPLAY:
		request->replay = true;
		return true;
	case KEY_VERBOSE:
		request->verbose = true;
		return true;
	}
	return false;
}

static bool parse(int argc, char **argv, struct request *request)
{
	int key;

	while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!set_option(request, key))
			return false;
	return optind == argc;
}

int main(int argc, char **argv)
{
	struct request request = { .seed = 1, .count = 1, .jobs = 1 };
	struct totals totals = { 0, 0 };

	if (walk_is_asked(argc, argv))
		return walk_main(argc, argv);
	if (argc == 2 && !strcmp(argv[1], "--growth"))
		return !growth_run();
	if (argc == 2 && !strcmp(argv[1], "--handover"))
		return !handover_play();
	if (!parse(argc, argv, &request))
		return usage();
	/* Every seed takes the same memory again: to give it back costs more than to use it. */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_TOP_PAD, 16 << 20);
	/* A report goes out in one piece, whatever other processes print. */
	setvbuf(stdout, NULL, _IOFBF, 1 << 18);
	signal(SIGSEGV, say_seed);
	signal(SIGABRT, say_seed);
	sim_set_verbose(request.verbose);
	printf("tandem-sim: seed %llu, %llu seeds, %u jobs\n", (unsigned long long)request.seed,
	       (unsigned long long)request.count, request.jobs);
	if (request.count == 1) {
		set_up(request.seed, &request.limits);
		options_print(&world.options);
	}
	fflush(stdout);
	if (request.jobs > 1)
		run_jobs(&request, &totals);
	else
		run_share(&request, 0, &totals);
	printf("%llu passed, %llu failed\n", (unsigned long long)totals.passed,
	       (unsigned long long)totals.failed);
	return totals.failed ? 1 : 0;
}
