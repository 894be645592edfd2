// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line.  One table names every option, its kind, its default, its
 * bounds and its help: parser and help cannot disagree.
 */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "options.h"

enum option_kind {
	OPTION_FLAG,		/* bool */
	OPTION_COUNT,		/* uint64_t */
	OPTION_SIZE,		/* uint64_t, with K, M, G or T */
	OPTION_REAL,		/* double */
	OPTION_TEXT,		/* const char * */
	OPTION_ENGINE,		/* enum engine_kind */
};

struct option_row {
	const char *name;
	const char *argument;
	const char *help;
	const char *preset;	/* NULL: zero. */
	size_t offset;
	double least;
	double most;
	enum option_kind kind;
	unsigned int verbs;
};

#define FIELD(member) offsetof(struct options, member)

static const struct option_row rows[] = {
	{ "engine", "uring|aio", "how I/O is issued", "uring",
	  FIELD(engine), 0, 0, OPTION_ENGINE, VERB_LOAD },
	{ "seconds", "S", "run for this long", NULL,
	  FIELD(seconds), 0, 1e7, OPTION_REAL, VERB_LOAD },
	{ "messages", "N", "or until so many messages are complete", NULL,
	  FIELD(messages), 1, 1e15, OPTION_COUNT, VERB_LOAD },
	{ "rate", "R", "messages offered per second, Poisson arrivals (default: closed loop)", NULL,
	  FIELD(rate_per_s), 1e-3, 1e7, OPTION_REAL, VERB_LOAD },
	{ "clients", "N", "messages under way in a closed loop", "32",
	  FIELD(clients), 1, 4096, OPTION_COUNT, VERB_LOAD },
	{ "body", "SIZE", "size of a message body", "2K",
	  FIELD(body_bytes), 0, 16 << 20, OPTION_SIZE, VERB_LOAD },
	{ "outstanding", "N", "log writes in flight (SQL Server: 32, later 112)", "32",
	  FIELD(outstanding), 1, 1024, OPTION_COUNT, VERB_LOAD },
	{ "max-write", "SIZE", "longest log write", "60K",
	  FIELD(max_write_bytes), 4096, 1 << 20, OPTION_SIZE, VERB_LOAD },
	{ "sector", "SIZE", "log writes are padded to this: 512 or 4096", "512",
	  FIELD(sector_bytes), 512, 4096, OPTION_SIZE, VERB_LOAD },
	{ "checkpoint", "S", "seconds between checkpoints", "60",
	  FIELD(checkpoint_s), 0.01, 1e6, OPTION_REAL, VERB_LOAD },
	{ "checkpoint-depth", "N", "page writes in flight", "64",
	  FIELD(checkpoint_depth), 1, 1024, OPTION_COUNT, VERB_LOAD },
	{ "log-size", "SIZE", "use so much of the log volume (default: all, at most 8G)", NULL,
	  FIELD(log_bytes), 1 << 20, 1e15, OPTION_SIZE, VERB_LOAD },
	{ "data-size", "SIZE", "use so much of the data volume (default: all, at most 16G)", NULL,
	  FIELD(data_bytes), 1 << 20, 1e15, OPTION_SIZE, VERB_LOAD },
	{ "size", "SIZE", "create or grow both volumes to this, where they are files", NULL,
	  FIELD(size_bytes), 1 << 20, 1e15, OPTION_SIZE, VERB_LOAD },
	{ "seed", "N", "seed of all random choices", "1",
	  FIELD(seed), 0, 1.8e19, OPTION_COUNT, VERB_LOAD },
	{ "run-id", "N", "your number for this run; 32 random bits are added", "0",
	  FIELD(run_id), 0, 4294967295.0, OPTION_COUNT, VERB_LOAD },
	{ "acks", "FILE", "journal of acknowledgements: a file or device outside the array", NULL,
	  FIELD(acks), 0, 0, OPTION_TEXT, VERB_LOAD | VERB_VERIFY },
	{ "late-limit", "US", "a generator later than this (p99) makes the run invalid", "100",
	  FIELD(late_limit_us), 1, 1e9, OPTION_REAL, VERB_LOAD },
	{ "drain-timeout", "S", "wait so long for I/O in flight at the end", "60",
	  FIELD(drain_s), 0.1, 1e6, OPTION_REAL, VERB_LOAD },
	{ "expect-errors", NULL, "an I/O error ends the load but is no failure (power cuts)", NULL,
	  FIELD(expect_errors), 0, 0, OPTION_FLAG, VERB_LOAD },
	{ "yes", NULL, "overwrite signatures and foreign files", NULL,
	  FIELD(yes), 0, 0, OPTION_FLAG, VERB_LOAD },
	{ "quiet", NULL, "no progress lines", NULL,
	  FIELD(quiet), 0, 0, OPTION_FLAG, VERB_LOAD },
	{ "list", NULL, "print every record", NULL,
	  FIELD(list), 0, 0, OPTION_FLAG, VERB_ACKS },
	{ "json", "FILE", "write the report as JSON too; - is stdout, in place of the text", NULL,
	  FIELD(json), 0, 0, OPTION_TEXT, VERB_LOAD | VERB_VERIFY | VERB_ACKS },
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

struct verb_row {
	const char *name;
	const char *paths;
	const char *help;
	unsigned int nr_paths;
	enum verb verb;
};

static const struct verb_row verbs[] = {
	{ "load", "LOGDEV DATADEV", "drive the MessageBox load", 2, VERB_LOAD },
	{ "verify", "LOGDEV DATADEV", "is everything there that was acknowledged?", 2,
	  VERB_VERIFY },
	{ "acks", "FILE", "count a journal of acknowledgements", 1, VERB_ACKS },
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int parse_number(const struct option_row *row, const char *text, double *value)
{
	static const char suffixes[] = "KMGT";
	const char *suffix;
	char *end;

	errno = 0;
	*value = strtod(text, &end);
	if (row->kind == OPTION_SIZE && isalpha((unsigned char)*end)) {
		suffix = strchr(suffixes, toupper((unsigned char)*end));
		if (suffix) {
			*value *= (double)(UINT64_C(1024) << (10 * (suffix - suffixes)));
			end++;
		}
	}
	if (errno || end == text || *end || !(*value >= row->least && *value <= row->most))
		return complain(-EINVAL, "--%s: %s is not a number from %.10g to %.10g", row->name,
				text, row->least, row->most);
	return 0;
}

/* Whole numbers are parsed as such: a double would round a 64-bit seed. */
static int parse_count(const struct option_row *row, const char *text, uint64_t *value)
{
	double real;
	char *end;
	int error = parse_number(row, text, &real);

	if (error)
		return error;
	*value = (uint64_t)real;
	if (row->kind == OPTION_COUNT) {
		*value = strtoull(text, &end, 0);
		if (*end)
			return complain(-EINVAL, "--%s: %s is not a whole number", row->name, text);
	}
	return 0;
}

static int parse_engine(const char *text, enum engine_kind *kind)
{
	if (!strcmp(text, "uring"))
		*kind = ENGINE_URING;
	else if (!strcmp(text, "aio"))
		*kind = ENGINE_AIO;
	else
		return complain(-EINVAL, "--engine: %s is not known; use uring or aio", text);
	return 0;
}

static int set_option(struct options *options, const struct option_row *row, const char *text)
{
	void *field = (char *)options + row->offset;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_COUNT:
	case OPTION_SIZE:
		return parse_count(row, text, field);
	case OPTION_REAL:
		return parse_number(row, text, field);
	case OPTION_TEXT:
		*(const char **)field = text;
		return 0;
	case OPTION_ENGINE:
		return parse_engine(text, field);
	}
	return -EINVAL;
}

static void print_help(const struct verb_row *verb)
{
	unsigned int i;

	if (!verb) {
		printf("Usage: tandem-bench VERB ...\n\n");
		for (i = 0; i < NR_VERBS; i++)
			printf("  %-7s%-16s%s\n", verbs[i].name, verbs[i].paths, verbs[i].help);
		printf("\ntandem-bench VERB --help lists the options of a verb.\n");
		return;
	}
	printf("Usage: tandem-bench %s %s [OPTION]...\n\n%s\n\n", verb->name, verb->paths,
	       verb->help);
	for (i = 0; i < NR_ROWS; i++) {
		const struct option_row *row = &rows[i];

		if (!(row->verbs & verb->verb))
			continue;
		printf("  --%-17s%-11s%s", row->name, row->argument ? row->argument : "",
		       row->help);
		if (row->preset)
			printf(" (default %s)", row->preset);
		printf("\n");
	}
	if (verb->verb == VERB_LOAD)
		printf("\nSIGINT and SIGTERM end the load; SIGUSR1 ends the measurement only.\n");
}

static const struct option_row *find_row(const char *word, size_t len, unsigned int verb)
{
	unsigned int i;

	for (i = 0; i < NR_ROWS; i++)
		if ((rows[i].verbs & verb) && strlen(rows[i].name) == len &&
		    !strncmp(rows[i].name, word, len))
			return &rows[i];
	return NULL;
}

/* Parse argv[*i], and the word behind it where the option takes one. */
static int parse_option(struct options *options, char **argv, int *i)
{
	const char *word = argv[*i] + 2, *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const struct option_row *row = find_row(word, len, options->verb);
	const char *text = equals ? equals + 1 : NULL;

	if (!row)
		return complain(-EINVAL, "--%.*s: is not an option here; see --help", (int)len,
				word);
	if (row->kind == OPTION_FLAG && text)
		return complain(-EINVAL, "--%s: takes no argument", row->name);
	if (row->kind != OPTION_FLAG && !text) {
		text = argv[*i + 1];
		if (!text)
			return complain(-EINVAL, "--%s: needs an argument: %s", row->name,
					row->argument);
		++*i;
	}
	return set_option(options, row, text);
}

static int check(const struct options *options, const struct verb_row *verb)
{
	if (options->nr_paths != verb->nr_paths)
		return complain(-EINVAL, "%s: needs %s; see --help", verb->name, verb->paths);
	if (verb->verb == VERB_VERIFY && !options->acks)
		return complain(-EINVAL, "verify: needs --acks, the journal that load wrote");
	if (verb->verb != VERB_LOAD)
		return 0;
	if (!options->seconds && !options->messages)
		return complain(-EINVAL, "load: needs --seconds or --messages");
	if (options->sector_bytes != 512 && options->sector_bytes != 4096)
		return complain(-EINVAL, "--sector: must be 512 or 4096");
	if (options->max_write_bytes % options->sector_bytes)
		return complain(-EINVAL, "--max-write: must be a multiple of --sector");
	return 0;
}

static int parse_words(struct options *options, const struct verb_row *verb, char **argv)
{
	int error = 0, i;

	for (i = 0; argv[i] && !error; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help(verb);
			return -ECANCELED;
		}
		if (!strncmp(argv[i], "--", 2))
			error = parse_option(options, argv, &i);
		else if (options->nr_paths < verb->nr_paths)
			options->paths[options->nr_paths++] = argv[i];
		else
			error = complain(-EINVAL, "%s: is one argument too many", argv[i]);
	}
	return error ? error : check(options, verb);
}

int options_parse(struct options *options, int argc, char **argv)
{
	const struct verb_row *verb = NULL;
	unsigned int i;

	memset(options, 0, sizeof(*options));
	if (argc < 2)
		return complain(-EINVAL, "which verb? load, verify or acks; see --help");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help(NULL);
		return -ECANCELED;
	}
	for (i = 0; i < NR_VERBS; i++)
		if (!strcmp(argv[1], verbs[i].name))
			verb = &verbs[i];
	if (!verb)
		return complain(-EINVAL, "%s: is not a verb; use load, verify or acks", argv[1]);
	options->verb = verb->verb;
	for (i = 0; i < NR_ROWS; i++)
		if (rows[i].preset)
			set_option(options, &rows[i], rows[i].preset);
	return parse_words(options, verb, argv + 2);
}
