/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs "mst" and "run": one rate measured and judged, or many, until the
 * highest that can be sustained is known.
 */
#ifndef BENCH_MST_H
#define BENCH_MST_H

#include <stdbool.h>

#include "figures.h"
#include "options.h"
#include "search.h"

struct mst {
	const struct options *options;
	struct search search;
	struct figures *runs;		/* In the order in which they were made. */
	unsigned int nr_runs;
	unsigned int max_runs;
	double estimate_per_s;
	bool claimed;			/* A load was made here: the volumes are ours. */
	double messages_per_s;		/* The result; of "run": what was achieved. */
	double knee_per_s;		/* 0: not known. */
	const struct figures *best;	/* The run that the result stands on; NULL: none. */
	bool valid;
	char why[200];
};

/**
 * mst_command - the verb "mst"
 * @options: the command line
 *
 * Return: the exit code: 0 when a rate was found, 1 otherwise.
 */
int mst_command(const struct options *options);

/**
 * run_command - the verb "run"
 * @options: the command line
 *
 * Return: the exit code: 0 when the run could be made, whatever its verdict.
 */
int run_command(const struct options *options);

/**
 * mst_report_run - say how one run went, unless --quiet
 * @mst: the search; its last run
 */
void mst_report_run(const struct mst *mst);

/**
 * mst_report - print the report and write the JSON
 * @mst: the search that ended
 *
 * Return: 0, or -errno after an error line.
 */
int mst_report(const struct mst *mst);

#endif /* BENCH_MST_H */
