// SPDX-License-Identifier: GPL-2.0-only
/* Golden images; see golden_file.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "golden_file.h"

#ifndef IMAGES_DIR
#define IMAGES_DIR "tests/images"
#endif

static void read_row(const char *text, void (*row)(unsigned long offset, const u8 *bytes))
{
	u8 bytes[GOLDEN_ROW_BYTES];
	unsigned int byte, i;
	unsigned long offset;
	int at = 0;

	assert_int_equal(sscanf(text, "%lx%n", &offset, &at), 1);
	for (i = 0; i < GOLDEN_ROW_BYTES; i++) {
		text += at;
		assert_int_equal(sscanf(text, " %2x%n", &byte, &at), 1);
		bytes[i] = (u8)byte;
	}
	row(offset, bytes);
}

int golden_file_read(const char *name, void (*row)(unsigned long offset, const u8 *bytes))
{
	char path[128], text[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", IMAGES_DIR, name);
	file = fopen(path, "r");
	if (!file)
		return -1;
	while (fgets(text, sizeof(text), file)) {
		if (text[0] != '#')
			read_row(text, row);
	}
	return fclose(file);
}
