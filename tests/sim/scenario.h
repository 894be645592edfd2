/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Named scenarios: the histories that broke the first draft of the design, one by one,
 * by the names under which the rules against them are cited (A1 to A16, B1 to B20, C2).
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "sys.h"

#define SCENARIO_OPTIONS	8u

/**
 * struct scenario - one history
 * @name: under which it is cited
 * @rule: that it would break
 * @strings: of letters (letter.h), one or more; NULL: no letter can say it
 * @options: beyond the basic ones of walk.c
 * @play: what plays it instead of strings
 */
struct scenario {
	const char *name;
	const char *rule;
	const char *strings;
	const char *options[SCENARIO_OPTIONS];
	bool (*play)(void);
};

extern const struct scenario scenarios[];
extern const unsigned int nr_scenarios;

#endif
