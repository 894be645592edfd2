// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line: the parser.  What there is to parse is in option_rows.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "option_rows.h"
#include "options.h"
#include "schedule.h"

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

/* The words are those of the help, so that both name the same. */
static int parse_word(const struct option_row *row, const char *text, unsigned int *place)
{
	const char *words = row->argument;
	size_t len = strlen(text);

	for (*place = 0; words; (*place)++) {
		const char *bar = strchr(words, '|');

		if (strcspn(words, "|") == len && !strncmp(words, text, len))
			return 0;
		words = bar ? bar + 1 : NULL;
	}
	return complain(-EINVAL, "--%s: %s is not known; use one of %s", row->name, text,
			row->argument);
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
	case OPTION_WORD:
		return parse_word(row, text, field);
	}
	return -EINVAL;
}

static void print_preset(const struct option_row *row)
{
	if (row->preset && row->quick)
		printf(" (default %s, quick %s)", row->preset, row->quick);
	else if (row->preset)
		printf(" (default %s)", row->preset);
	printf("\n");
}

static void print_help(const struct verb_row *verb)
{
	unsigned int i;

	if (!verb) {
		printf("Usage: tandem-bench VERB ...\n\n");
		for (i = 0; i < nr_verb_rows; i++)
			printf("  %-7s%-16s%s\n", verb_rows[i].name, verb_rows[i].paths,
			       verb_rows[i].help);
		printf("\ntandem-bench VERB --help lists the options of a verb.\n");
		return;
	}
	printf("Usage: tandem-bench %s %s [OPTION]...\n\n%s\n\n", verb->name, verb->paths,
	       verb->help);
	for (i = 0; i < nr_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (!(row->verbs & verb->verb))
			continue;
		printf("  --%-18s%-20s%s", row->name, row->argument ? row->argument : "",
		       row->help);
		print_preset(row);
	}
	if (verb->verb == VERB_LOAD)
		printf("\nSIGINT and SIGTERM end the load; SIGUSR1 ends the measurement only.\n");
}

static const struct option_row *find_row(const char *word, size_t len, unsigned int verb)
{
	unsigned int i;

	for (i = 0; i < nr_option_rows; i++)
		if ((option_rows[i].verbs & verb) && strlen(option_rows[i].name) == len &&
		    !strncmp(option_rows[i].name, word, len))
			return &option_rows[i];
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

static int check_log(struct options *options)
{
	uint64_t pad_bytes = options->log_engine == LOG_PG ? 8192 : 4096;

	if (!options->max_write_bytes)
		options->max_write_bytes = options->log_engine == LOG_SQL ? 60 << 10 : 1 << 20;
	if (options->sector_bytes != 512 && options->sector_bytes != 4096)
		return complain(-EINVAL, "--sector: must be 512 or 4096");
	if (options->log_engine == LOG_SQL)
		pad_bytes = options->sector_bytes;
	if (options->max_write_bytes % pad_bytes)
		return complain(-EINVAL, "--max-write: must be a multiple of %llu here",
				(unsigned long long)pad_bytes);
	return 0;
}

static int check_model(const struct options *options)
{
	bool floodgate = options->arrivals == SCHEDULE_FLOODGATE;

	if (options->law.append_share + options->law.uniform_share > 1)
		return complain(-EINVAL, "--append-share, --uniform-share: more than 1 together");
	if (options->backup_read_bytes % 4096)
		return complain(-EINVAL, "--backup-read: must be a multiple of 4096");
	if (options->gather_bytes % 8192)
		return complain(-EINVAL, "--gather: must be a multiple of 8192, a page");
	if (floodgate && options->burst_at_s + options->burst_s >= options->seconds)
		return complain(-EINVAL, "--duration: ends before the burst does; "
				"give it time to recover");
	return 0;
}

static int check(struct options *options, const struct verb_row *verb)
{
	if (options->nr_paths != verb->nr_paths)
		return complain(-EINVAL, "%s: needs %s; see --help", verb->name, verb->paths);
	if (verb->verb == VERB_VERIFY && !options->acks)
		return complain(-EINVAL, "verify: needs --acks, the journal that load wrote");
	if (verb->verb == VERB_VERIFY || verb->verb == VERB_ACKS)
		return 0;
	if (verb->verb == VERB_RUN && !options->rate_per_s)
		return complain(-EINVAL, "run: needs --rate");
	if (verb->verb == VERB_LOAD && !options->seconds && !options->messages)
		return complain(-EINVAL, "load: needs --seconds or --messages");
	return check_model(options) ? -EINVAL : check_log(options);
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
	int word;

	memset(options, 0, sizeof(*options));
	if (argc < 2)
		return complain(-EINVAL, "which verb? mst, run, load, verify or acks; see --help");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help(NULL);
		return -ECANCELED;
	}
	for (i = 0; i < nr_verb_rows; i++)
		if (!strcmp(argv[1], verb_rows[i].name))
			verb = &verb_rows[i];
	if (!verb)
		return complain(-EINVAL, "%s: is not a verb; use mst, run, load, verify or acks",
				argv[1]);
	options->verb = verb->verb;
	/* It changes the defaults, so it counts wherever it stands. */
	for (word = 2; word < argc; word++)
		options->quick |= !strcmp(argv[word], "--quick") &&
				  find_row("quick", 5, verb->verb);
	for (i = 0; i < nr_option_rows; i++)
		if (option_rows[i].preset && (option_rows[i].verbs & verb->verb))
			set_option(options, &option_rows[i],
				   options->quick && option_rows[i].quick ? option_rows[i].quick :
				   option_rows[i].preset);
	return parse_words(options, verb, argv + 2);
}
