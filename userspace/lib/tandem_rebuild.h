/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libtandem, part of tandem.h: how an active array copies in the background.
 */
#ifndef TANDEM_REBUILD_H
#define TANDEM_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

struct tandem_context;
struct tandem_error;

/**
 * struct tandem_rebuild_options - how the running volume copies in the background
 * @rate_bytes_per_s: at most, for each set; 0: no limit; TANDEM_UNKNOWN: as it is
 * @latency_target_us: of what users ask for; 0: the kernel's own; TANDEM_UNKNOWN: as it is
 */
struct tandem_rebuild_options {
	const char *array;
	bool pause;
	bool resume;
	uint64_t rate_bytes_per_s;
	uint64_t latency_target_us;
	bool dry_run;
};
int tandem_rebuild(struct tandem_context *ctx, const struct tandem_rebuild_options *opt,
		   struct tandem_error *err);

#endif
