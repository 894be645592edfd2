/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From legs that were found to a table for the kernel; shared with `create` and `add`. */
#ifndef TANDEM_LIB_ASSEMBLE_H
#define TANDEM_LIB_ASSEMBLE_H

#include "dm.h"
#include "scan.h"

#define TANDEM_DISK_TEXT_BYTES 24

/**
 * struct tandem_start - a table under construction
 * @table: its disks point into @disk
 */
struct tandem_start {
	struct tandem_table table;
	char disk[TANDEM_MAX_LEGS][TANDEM_DISK_TEXT_BYTES];
};

/* Static text for enum tandem_use. */
const char *tandem_use_text(unsigned int use);

/* Puts a disk (0: none) into a place of the table. */
void tandem_start_disk(struct tandem_start *start, unsigned int leg, dev_t rdev);

#endif
