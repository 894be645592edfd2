/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line, for all subcommands.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine.h"

/* Subcommands, as bits: an option says which of them know it. */
enum verb {
	VERB_LOAD = 1,
	VERB_VERIFY = 2,
	VERB_ACKS = 4,
};

struct options {
	enum verb verb;
	const char *paths[2];
	unsigned int nr_paths;
	enum engine_kind engine;
	double seconds;			/* 0: no limit of time. */
	double rate_per_s;		/* 0: closed loop. */
	double checkpoint_s;
	double drain_s;
	double late_limit_us;
	uint64_t messages;		/* 0: no limit of number. */
	uint64_t seed;
	uint64_t run_id;
	uint64_t clients;
	uint64_t outstanding;
	uint64_t checkpoint_depth;
	uint64_t body_bytes;
	uint64_t sector_bytes;
	uint64_t max_write_bytes;
	uint64_t size_bytes;
	uint64_t log_bytes;
	uint64_t data_bytes;
	const char *acks;
	const char *json;
	bool yes;
	bool expect_errors;
	bool quiet;
	bool list;
};

/**
 * options_parse - read the command line
 * @options: filled in, defaults included
 * @argc: of main()
 * @argv: of main(); the strings stay referenced
 *
 * Context: prints the error line itself, or the help on stdout.
 *
 * Return: 0, -EINVAL for a wrong command line, -ECANCELED when help was asked for.
 */
int options_parse(struct options *options, int argc, char **argv);

#endif /* BENCH_OPTIONS_H */
