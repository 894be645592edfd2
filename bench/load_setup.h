/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making everything a load needs, and freeing it.
 */
#ifndef BENCH_LOAD_SETUP_H
#define BENCH_LOAD_SETUP_H

#include "load.h"

/* Commits that wait for room in the log; arrivals stop at half of it. */
#define LOAD_MAX_PENDING 262144
/* Commits in the log that were not released. */
#define LOAD_MAX_COMMITS 65536

/**
 * load_open - open the volumes and set everything up
 * @options: the command line; must outlive the load
 *
 * Nothing is written before all checks passed.  The first record of the journal
 * is durable on return.
 *
 * Context: prints the error line itself.
 *
 * Return: the load, ended by load_close(), or NULL.
 */
struct load *load_open(const struct options *options);

/**
 * load_push - a commit whose pages were read goes on; in load.c
 * @context: the load
 * @commit: the commit; forgotten once the load does not run any more
 */
void load_push(void *context, const struct log_commit *commit);

/**
 * load_close - free a load
 * @load: the load, possibly half made; I/O that hangs is abandoned
 */
void load_close(struct load *load);

#endif /* BENCH_LOAD_SETUP_H */
