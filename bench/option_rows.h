/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of the command line, for options.c only: parser, --help and the
 * check of the manual page all read these, so they cannot disagree.
 */
#ifndef BENCH_OPTION_ROWS_H
#define BENCH_OPTION_ROWS_H

#include <stddef.h>

#include "options.h"

enum option_kind {
	OPTION_FLAG,		/* bool */
	OPTION_COUNT,		/* uint64_t */
	OPTION_SIZE,		/* uint64_t, with K, M, G or T */
	OPTION_REAL,		/* double */
	OPTION_TEXT,		/* const char * */
	OPTION_WORD,		/* unsigned int: place of the word in @argument, which is a|b|c */
};

struct option_row {
	const char *name;
	const char *argument;
	const char *help;
	const char *preset;	/* NULL: zero. */
	const char *quick;	/* The preset under --quick; NULL: the same. */
	size_t offset;
	double least;
	double most;
	enum option_kind kind;
	unsigned int verbs;
};

struct verb_row {
	const char *name;
	const char *paths;
	const char *help;
	unsigned int nr_paths;
	enum verb verb;
};

extern const struct option_row option_rows[];
extern const unsigned int nr_option_rows;
extern const struct verb_row verb_rows[];
extern const unsigned int nr_verb_rows;

#endif /* BENCH_OPTION_ROWS_H */
