/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for an array to reach a state, driven by device-mapper events. */
#ifndef TANDEM_LIB_WAIT_H
#define TANDEM_LIB_WAIT_H

#include "view.h"

/**
 * struct tandem_await - what to wait for
 * @timeout_ms: < 0 for ever
 * @done: asked after every event, and once a second
 * @data: for @done
 */
struct tandem_await {
	const struct tandem_volume *volume;
	s64 timeout_ms;
	bool (*done)(const struct tandem_view *view, const void *data);
	const void *data;
};

/* Return: 0, -ETIMEDOUT (@err is set), or another error */
int tandem_await(const struct tandem_context *ctx, const struct tandem_await *await,
		 struct tandem_error *err);

#endif
