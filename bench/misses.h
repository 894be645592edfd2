/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commits whose pages are not in the buffer pool: each is held back until so many
 * pages were read, anywhere on the data volume.
 *
 * Reads are issued in the order of the commits, a fixed number at a time.  A
 * commit goes on when its own reads are back, whatever became of those before it:
 * in a database they are sessions of their own.
 *
 * A failed read ends the reading, and the load with it.
 */
#ifndef BENCH_MISSES_H
#define BENCH_MISSES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "hist.h"
#include "log.h"
#include "random.h"
#include "volume.h"

struct misses_config {
	struct engine *engine;
	const struct volume *volume;
	uint64_t seed;
	uint64_t nr_pages;	/* Of the volume. */
	uint64_t max_commits;	/* Held back at any time. */
	unsigned int depth;	/* Reads in flight. */
	/* The reads of a commit are back. */
	void (*ready)(void *context, const struct log_commit *commit);
	void *context;
};

struct miss;
struct miss_slot;

struct misses {
	struct misses_config config;
	struct random random;
	struct miss *held;	/* A ring. */
	uint64_t head;
	uint64_t issuing;	/* The first whose reads were not all issued. */
	uint64_t tail;
	struct miss_slot *slots;
	struct miss_slot *free_slots;
	unsigned char *memory;
	unsigned int in_flight;
	bool stopped;		/* Issue nothing more; what is held stays held. */
	int error;		/* The first. */
	uint64_t reads;
	struct hist latency;
};

/**
 * misses_init - hold back nothing yet
 * @misses: the misses; ended by misses_exit()
 * @config: copied
 *
 * Return: 0 or -ENOMEM.
 */
int misses_init(struct misses *misses, const struct misses_config *config);

/**
 * misses_exit - free everything; nothing may be in flight
 * @misses: the misses, also some that were never made
 */
void misses_exit(struct misses *misses);

/**
 * misses_room - how many commits more can be held back
 * @misses: the misses
 *
 * Return: a number of commits.
 */
uint64_t misses_room(const struct misses *misses);

/**
 * misses_hold - hold back a commit; there must be room
 * @misses: the misses
 * @commit: copied
 * @reads: how many pages it wants, at least 1
 */
void misses_hold(struct misses *misses, const struct log_commit *commit, uint32_t reads);

/**
 * misses_pump - issue what may be issued
 * @misses: the misses
 */
void misses_pump(struct misses *misses);

#endif /* BENCH_MISSES_H */
