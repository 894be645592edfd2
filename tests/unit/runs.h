/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of regions as text, for tests of those who look. */
#ifndef TANDEM_TESTS_RUNS_H
#define TANDEM_TESTS_RUNS_H

#include "tandem_examine.h"

/* @want: "first+count first+count", "none", or "unknown". */
void runs_are(const struct tandem_runs *runs, const char *want);

#endif
