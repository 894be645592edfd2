/* SPDX-License-Identifier: GPL-2.0-only */
/* Golden images as they lie in tests/images: hexdumps, rows of zeroes left out. */
#ifndef TANDEM_TESTS_GOLDEN_FILE_H
#define TANDEM_TESTS_GOLDEN_FILE_H

#include "sys.h"

#define GOLDEN_ROW_BYTES 16u

/*
 * Hands every row of the image to @row: its byte offset on the disk, and
 * GOLDEN_ROW_BYTES. Return: 0, or -1 without the file.
 */
int golden_file_read(const char *name, void (*row)(unsigned long offset, const u8 *bytes));

#endif
