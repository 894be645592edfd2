/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libtandem, part of tandem.h: waiting for what active arrays do.
 */
#ifndef TANDEM_WAIT_H
#define TANDEM_WAIT_H

#include <stdint.h>

struct tandem_context;
struct tandem_error;

/* @state: "idle" (nothing is being copied) or "healthy"; @timeout_ms < 0: no limit. */
struct tandem_wait_options {
	const char *array;
	const char *state;
	int64_t timeout_ms;
};
int tandem_wait(struct tandem_context *ctx, const struct tandem_wait_options *opt,
		struct tandem_error *err);

/* Sleeps until an array changes, or for @timeout_ms; -ETIMEDOUT is no error here. */
int tandem_watch(struct tandem_context *ctx, int timeout_ms, struct tandem_error *err);

#endif
