/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Named scenarios: the histories that broke the first draft of the design, one by one,
 * by the names under which the rules against them are cited (A1 to A16, B1 to B20, C2).
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#define SCENARIO_OPTIONS	8u

/**
 * struct scenario - one history
 * @name: under which it is cited
 * @rule: that it would break
 * @strings: of letters (letter.h), one or more; NULL: not here
 * @options: beyond the basic ones of walk.c
 * @skip: why it is not here: what it needs does not exist, or who has it instead
 */
struct scenario {
	const char *name;
	const char *rule;
	const char *strings;
	const char *options[SCENARIO_OPTIONS];
	const char *skip;
};

extern const struct scenario scenarios[];
extern const unsigned int nr_scenarios;

#endif
