/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzers share: a demand that holds in every build, and input as a
 * zero-terminated line.
 */
#ifndef TANDEM_FUZZ_H
#define TANDEM_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

#include "sys.h"

/* A property that does not hold stops the fuzzer, which keeps the input. */
#define FUZZ_DEMAND(property) \
do { \
	if (!(property)) { \
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property); \
		abort(); \
	} \
} while (0)

/* The program's entry, called by libFuzzer for every input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Copy of the input with a zero behind it, to be freed. */
static inline char *fuzz_line(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);

	FUZZ_DEMAND(line);
	memcpy(line, data, size);
	line[size] = '\0';
	return line;
}

#endif
