// SPDX-License-Identifier: GPL-2.0-only
/*
 * One-line errors on stderr.  The line is written by one call, so that it
 * stays whole when several programs share the terminal.
 */
#include <stdarg.h>
#include <stdio.h>

#include "complain.h"

int complain(int error, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "tandem-bench: %s\n", line);
	return error;
}
