/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libtandem, part of tandem.h: what an array keeps over stops and starts.
 */
#ifndef TANDEM_SET_H
#define TANDEM_SET_H

#include <stdbool.h>
#include <stdint.h>

struct tandem_context;
struct tandem_error;

#define TANDEM_SET_MAX_LEGS	64u	/* no array has more */

/**
 * struct tandem_set_options - settings of an active array
 * @latency_target_us: of what users ask for while something is copied; 0: the kernel's
 *	own; TANDEM_UNKNOWN: as it is
 * @recovery_target_ms: what a crash may cost; TANDEM_UNKNOWN: as it is
 * @read_class: by number of a leg, "normal", "preferred" (it answers reads, and no other leg
 *	does while it can) or "avoided" (it answers those that no other leg can); NULL: as it is
 * @nr_read_classes: entries of @read_class; 0: none
 */
struct tandem_set_options {
	const char *array;
	uint64_t latency_target_us;
	uint64_t recovery_target_ms;
	bool dry_run;
	const char *const *read_class;
	unsigned int nr_read_classes;
};

/* Done when every leg in use has it on disk. */
int tandem_set(struct tandem_context *ctx, const struct tandem_set_options *opt,
	       struct tandem_error *err);

#endif
