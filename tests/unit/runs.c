// SPDX-License-Identifier: GPL-2.0-only
/* Runs of regions as text; see runs.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runs.h"

void runs_are(const struct tandem_runs *runs, const char *want)
{
	char text[128] = "";
	size_t i;

	for (i = 0; i < runs->nr; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u+%u",
			 i ? " " : "", (unsigned int)runs->run[i].first,
			 (unsigned int)runs->run[i].count);
	if (!runs->known)
		assert_int_equal(runs->nr, 0);
	assert_string_equal(!runs->known ? "unknown" : runs->nr ? text : "none", want);
}
