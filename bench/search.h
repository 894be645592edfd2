/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The search for the maximum sustainable rate, as a state machine that knows
 * nothing of arrays: it names a rate, and is told whether that rate was held.
 *
 *   state     told       then
 *   BRACKET   held       the rate goes up by a quarter, until one was not held
 *             not held   it goes down by a third, until one was held
 *                        -> BISECT once one of each is known
 *   BISECT    either     the geometric middle, until the two are within @width
 *                        -> CONFIRM
 *   CONFIRM   held       again, @confirms times in all -> FOUND
 *             not held   the candidate failed: one @width below, from the start
 *
 * A rate whose run was invalid says nothing about the array, but nothing above
 * it can be measured either: it bounds the search, and the result says so.
 */
#ifndef BENCH_SEARCH_H
#define BENCH_SEARCH_H

#include <stdbool.h>

enum search_state {
	SEARCH_BRACKET,
	SEARCH_BISECT,
	SEARCH_CONFIRM,
	SEARCH_FOUND,
	SEARCH_FAILED,		/* Too many runs, or no rate was held. */
};

enum search_answer {
	SEARCH_HELD,
	SEARCH_NOT_HELD,
	SEARCH_INVALID,
};

struct search_config {
	double start;		/* The first rate. */
	double least;		/* Below this rate the search fails. */
	double width;		/* For example 0.02. */
	unsigned int confirms;
	unsigned int max_runs;
};

struct search {
	struct search_config config;
	enum search_state state;
	double rate;		/* To be tried next. */
	double low;		/* Highest rate that was held; 0: none. */
	double high;		/* Lowest rate that was not; 0: none. */
	bool high_invalid;	/* ... because the run was invalid. */
	bool noisy;		/* A rate was held once and once not. */
	unsigned int confirmed;
	unsigned int runs;
};

/**
 * search_init - begin a search
 * @search: the search; @search->rate is the first rate to try
 * @config: copied
 */
void search_init(struct search *search, const struct search_config *config);

/**
 * search_tell - what became of @search->rate
 * @search: the search; the next rate and state are set
 * @answer: the answer
 */
void search_tell(struct search *search, enum search_answer answer);

/**
 * search_done - is there no further rate to try
 * @search: the search
 *
 * Return: true in FOUND, where @search->low is the result, and in FAILED.
 */
bool search_done(const struct search *search);

/**
 * search_state_name - the word for a state
 * @state: the state
 *
 * Return: a lower-case word; never NULL.
 */
const char *search_state_name(enum search_state state);

#endif /* BENCH_SEARCH_H */
