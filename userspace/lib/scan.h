/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which disks carry a superblock of ours. Everything is opened for reading
 * only, and closed again before the result is handed over.
 */
#ifndef TANDEM_LIB_SCAN_H
#define TANDEM_LIB_SCAN_H

#include "core/assembly.h"
#include "label.h"
#include "stack.h"

/* @error: of tandem_label_read(), 0 for a leg. */
struct tandem_found {
	struct tandem_device dev;
	struct tandem_stack stack;
	struct tandem_label label;
	int error;
};

/* Has it a superblock, and that of a spare? Then it is no leg of any group. */
bool tandem_found_is_spare(const struct tandem_found *found);

struct tandem_scan {
	struct tandem_found **found;
	unsigned int nr;
};

/**
 * tandem_scan_disks() - exactly these
 * Every path gets an entry, also one without a superblock; a disk that cannot
 * be opened is an error.
 */
int tandem_scan_disks(const struct tandem_context *ctx, const struct tandem_disks *disks,
		      struct tandem_scan *scan, struct tandem_error *err);

/**
 * tandem_scan_all() - every leg of this machine
 *
 * Left out: disks that cannot be opened, tandem volumes and what lies on
 * them, and a disk below another one that shows the same leg (a path of a
 * multipath device). Disks with a damaged superblock are left out with a warning.
 */
int tandem_scan_all(const struct tandem_context *ctx, struct tandem_scan *scan,
		    struct tandem_error *err);

/*
 * The same of disks that nobody uses alone: spares, and legs that are no part of a running
 * array. Unlike the other this does not hang with a disk of a running array.
 */
int tandem_scan_idle(const struct tandem_context *ctx, struct tandem_scan *scan,
		     struct tandem_error *err);

void tandem_scan_free(struct tandem_scan *scan);

/**
 * struct tandem_group - the legs of one array among those found
 * @found: point into the scan
 */
struct tandem_group {
	const struct tandem_found *found[TANDEM_MAX_LEGS];
	struct tandem_candidate candidate[TANDEM_MAX_LEGS];
	unsigned int nr;
};

/* All valid legs of @array, spares left out; NULL: all, whatever array they are of. */
int tandem_scan_group(const struct tandem_scan *scan, const struct tandem_id *array,
		      struct tandem_group *group, struct tandem_error *err);

#endif
