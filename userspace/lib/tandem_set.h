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

/**
 * struct tandem_set_options - settings of an active array
 * @latency_target_us: of what users ask for while something is copied; 0: the kernel's
 *	own; TANDEM_UNKNOWN: as it is
 * @recovery_target_ms: what a crash may cost; TANDEM_UNKNOWN: as it is
 */
struct tandem_set_options {
	const char *array;
	uint64_t latency_target_us;
	uint64_t recovery_target_ms;
	bool dry_run;
};

/* Done when every leg in use has it on disk. */
int tandem_set(struct tandem_context *ctx, const struct tandem_set_options *opt,
	       struct tandem_error *err);

#endif
