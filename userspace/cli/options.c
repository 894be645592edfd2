// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of a command line to a request.
 *
 * One table has every option once: its name, what its value is, where it goes
 * and its line of help. A verb lists the names that it takes. Anything else,
 * an option given twice, or a value that is not of its kind is refused before
 * the library is asked for anything.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "units.h"

enum kind { FLAG, TEXT, NUMBER, SIZE, DURATION };

struct option {
	const char *name;
	const char *value;	/* what help calls it, NULL for a flag */
	enum kind kind;
	size_t offset;
	const char *help;
};

#define AT(field) offsetof(struct cli_request, field)

static const struct option options[] = {
	{ "level", "raid1|raid10", TEXT, AT(level), "needed" },
	{ "legs", "N", NUMBER, AT(legs), "legs per set (raid1: all disks; raid10: 2)" },
	{ "chunk", "SIZE", SIZE, AT(chunk_bytes), "raid10 chunk, 4K to 16M (64K)" },
	{ "role", "log|data|mixed", TEXT, AT(role), "what is written to it (mixed)" },
	{ "region-size", "SIZE", SIZE, AT(region_bytes), "unit of tracking, 64K to 64M (1M)" },
	{ "recovery-target", "TIME", DURATION, AT(recovery_target_ms),
	  "longest resync after a crash (10s)" },
	{ "init", "lazy|zero|identical", TEXT, AT(init),
	  "lazy: nothing is written or copied (default); zero: write zeroes first; identical: "
	  "take the disks' content for equal" },
	{ "write-through", NULL, FLAG, AT(write_through),
	  "every write reaches the medium before it is complete" },
	{ "discard", NULL, FLAG, AT(discard),
	  "discards of whole regions reach the disks, as zeroes" },
	{ "no-activate", NULL, FLAG, AT(no_activate), "write the superblocks, do not start" },
	{ "yes", NULL, FLAG, AT(yes), "destroy what the disks hold" },
	{ "scan", NULL, FLAG, AT(scan), "every array that can be found" },
	{ "incremental", "DEV", TEXT, AT(incremental),
	  "this leg has appeared: start its array if that is enough" },
	{ "degraded", "never|proven|force", TEXT, AT(degraded),
	  "start without all legs: never; if the others are proven to be newest (default); even "
	  "if data may be lost" },
	{ "read-only", NULL, FLAG, AT(read_only), "start read-only; writes nothing" },
	{ "all", NULL, FLAG, AT(all), "every active array" },
	{ "check", NULL, FLAG, AT(check),
	  "one line and an exit status for monitoring: 0 healthy, 1 degraded, 2 failed, 3 "
	  "unknown" },
	{ "watch", NULL, FLAG, AT(watch), "again at every change" },
	{ "regions", NULL, FLAG, AT(regions), "with the regions that may differ (with --json)" },
	{ "leg", "LEG", TEXT, AT(leg), "place to fill, number or path (the first free one)" },
	{ "spare", NULL, FLAG, AT(spare),
	  "only prepare the disk: tandem monitor takes it when a leg has failed" },
	{ "once", NULL, FLAG, AT(once), "one look, and what follows from it; then end" },
	{ "settle", "TIME", DURATION, AT(settle_ms),
	  "how long the disk of a leg must answer before it is added again (2s)" },
	{ "grace", "TIME", DURATION, AT(grace_ms),
	  "how long a leg must be away before a spare takes its place (30s)" },
	{ "pause", NULL, FLAG, AT(pause), "copy nothing but what somebody waits for" },
	{ "resume", NULL, FLAG, AT(resume), "go on with it" },
	{ "rate", "SIZE|none", TEXT, AT(rate), "copy at most so much a second, in each set" },
	{ "latency-target", "TIME|auto", TEXT, AT(latency_target),
	  "copy more slowly while reads and writes take longer than this (auto: half as long "
	  "again as without copying)" },
	{ "for", "idle|healthy", TEXT, AT(wait_for), "state to wait for (idle)" },
	{ "timeout", "TIME", DURATION, AT(timeout_ms), "give up after (never)" },
	{ "dry-run", NULL, FLAG, AT(dry_run), "say what would be done; writes nothing" },
	{ "json", NULL, FLAG, AT(json), "output, and errors, as JSON" },
	{ "help", NULL, FLAG, AT(help), "this text" },
};

#define NR_OPTIONS (sizeof(options) / sizeof(*options))
#define COMMON " json help"

static bool is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *at = list;

	while ((at = strstr(at, name))) {
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
		at += len;
	}
	return false;
}

static bool takes(const struct cli_verb *verb, const struct option *option)
{
	return is_listed(verb->options, option->name) || is_listed(COMMON, option->name);
}

/* Option that @word ("level" or "level=raid1") names, or NULL. */
static const struct option *find(const struct cli_verb *verb, const char *word)
{
	size_t len = strcspn(word, "="), i;

	for (i = 0; i < NR_OPTIONS; i++) {
		if (strlen(options[i].name) == len && !strncmp(options[i].name, word, len) &&
		    takes(verb, &options[i]))
			return &options[i];
	}
	return NULL;
}

static int usage(const struct cli_verb *verb, const char *object, const char *fact,
		 struct tandem_error *err)
{
	err->code = TANDEM_CODE_USAGE;
	snprintf(err->object, sizeof(err->object), "%s", object);
	snprintf(err->text, sizeof(err->text), "%s", fact);
	snprintf(err->hint, sizeof(err->hint), "tandem %s --help", verb->name);
	return -EINVAL;
}

static int store(const struct option *option, const char *value, struct cli_request *request)
{
	char *at = (char *)request + option->offset;

	switch (option->kind) {
	case FLAG:
		*(bool *)at = true;
		return 0;
	case TEXT:
		*(const char **)at = value;
		return *value ? 0 : -EINVAL;
	case NUMBER:
		return cli_number_parse(value, (uint64_t *)at);
	case SIZE:
		return cli_size_parse(value, (uint64_t *)at);
	case DURATION:
		return cli_duration_parse(value, (uint64_t *)at);
	}
	return -EINVAL;
}

static const char *wrong_value(enum kind kind)
{
	switch (kind) {
	case FLAG:
		return "takes no value";
	case TEXT:
		return "needs a value";
	case NUMBER:
		return "needs a number";
	case SIZE:
		return "needs a size, such as 64K or 1M";
	case DURATION:
		return "needs a time, such as 500ms, 10s or 5m";
	}
	return "is wrong";
}

/* Where it is noted that an option was said which may be zero; NULL: it may not. */
static bool *given_flag(size_t offset, struct cli_request *request)
{
	switch (offset) {
	case AT(timeout_ms):
		return &request->timeout_given;
	case AT(grace_ms):
		return &request->grace_given;
	case AT(settle_ms):
		return &request->settle_given;
	}
	return NULL;
}

/* Zero means "not said", so a zero that was said is refused elsewhere. */
static bool is_zero(const struct option *option, const struct cli_request *request)
{
	if (option->kind != NUMBER && option->kind != SIZE && option->kind != DURATION)
		return false;
	return !given_flag(option->offset, (struct cli_request *)request) &&
	       !*(const uint64_t *)((const char *)request + option->offset);
}

/* One option; @next: the word behind it. Return: words used, or -EINVAL */
static int take(const struct cli_verb *verb, char *const *word, struct cli_request *request,
		struct tandem_error *err)
{
	const struct option *option = find(verb, word[0] + 2);
	const char *value = strchr(word[0], '=');
	int used = 1;

	if (!option)
		return usage(verb, word[0], "no such option", err);
	if (value)
		value++;
	if (option->kind == FLAG && value)
		return usage(verb, word[0], wrong_value(FLAG), err);
	if (option->kind != FLAG && !value) {
		value = word[1];
		used = 2;
	}
	if (option->kind != FLAG && !value)
		return usage(verb, word[0], wrong_value(option->kind), err);
	if (store(option, value, request) || is_zero(option, request))
		return usage(verb, word[0], wrong_value(option->kind), err);
	if (given_flag(option->offset, request))
		*given_flag(option->offset, request) = true;
	return used;
}

/* Each option once: a second one would silently replace the first. */
static bool is_repeated(const struct cli_verb *verb, char *const *argv, char *const *word)
{
	const struct option *option = find(verb, word[0] + 2);

	for (; argv < word; argv++) {
		if (!strncmp(argv[0], "--", 2) && find(verb, argv[0] + 2) == option && option)
			return true;
	}
	return false;
}

int cli_options_parse(const struct cli_verb *verb, char *const *argv,
		      struct cli_request *request, struct tandem_error *err)
{
	bool only_args = false;
	char *const *word = argv;
	int used;

	while (*word) {
		if (!only_args && !strcmp(*word, "--")) {
			only_args = true;
			word++;
		} else if (!only_args && !strncmp(*word, "--", 2)) {
			if (is_repeated(verb, argv, word))
				return usage(verb, *word, "given twice", err);
			used = take(verb, word, request, err);
			if (used < 0)
				return used;
			word += used;
		} else if (!only_args && !strcmp(*word, "-h")) {
			request->help = true;
			word++;
		} else if (!only_args && **word == '-') {
			return usage(verb, *word, "no such option", err);
		} else if (request->nr_args == CLI_MAX_ARGS) {
			return usage(verb, *word, "too many words", err);
		} else {
			request->arg[request->nr_args++] = *word++;
		}
	}
	if (request->help)
		return 0;
	if (request->nr_args < verb->min_args)
		return usage(verb, verb->name, "something is missing behind it", err);
	if (request->nr_args > verb->max_args)
		return usage(verb, request->arg[verb->max_args], "one word too many", err);
	return 0;
}

void cli_options_help(const struct cli_verb *verb)
{
	char left[64];
	size_t i;

	printf("usage: tandem %s [OPTIONS] %s\n%s\n\n", verb->name, verb->args, verb->summary);
	for (i = 0; i < NR_OPTIONS; i++) {
		if (!takes(verb, &options[i]))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", options[i].name,
			 options[i].value ? " " : "", options[i].value ? options[i].value : "");
		printf("  %-30s %s\n", left, options[i].help);
	}
}
