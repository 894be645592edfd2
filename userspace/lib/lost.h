/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of lost ranges on a leg: block I/O around core/lost.h. Nothing is written.
 */
#ifndef TANDEM_LIB_LOST_H
#define TANDEM_LIB_LOST_H

#include "scan.h"
#include "tandem_examine.h"

/**
 * tandem_leglost_read() - what a leg calls lost
 * @found: a leg, closed; it is opened for reading and closed again
 * @runs: filled in, in sectors of the set; none where the superblock announces no table,
 *	not known where it does and no copy is whole. To be freed, also after an error
 * Return: 0, whatever it says; else the disk cannot be opened, or memory
 */
int tandem_leglost_read(const struct tandem_context *ctx, const struct tandem_found *found,
			struct tandem_runs *runs, struct tandem_error *err);

#endif
