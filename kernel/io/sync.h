/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sync of an array: what all its copiers do together, as people see and steer it.
 */
#ifndef TANDEM_IO_SYNC_H
#define TANDEM_IO_SYNC_H

#include "core/progress.h"

struct tandem_array;
struct tandem_message;
struct tandem_status;

/*
 * struct tandem_sync - of one array
 * @limit: bytes a second for each set, or 0; @target_us: latency of users' requests, or
 *	0. Written by messages and the first load, read by anyone; gone with the array
 * @progress: under array->lock
 */
struct tandem_sync {
	u64 limit;
	u64 target_us;
	struct tandem_progress progress;
};

/* Something was copied, or is to be. Context: process. */
void tandem_sync_note(struct tandem_array *array);

/* What is on, how far, how fast. Any context but hard interrupt. */
void tandem_sync_status(struct tandem_array *array, struct tandem_status *status);

/* One of those that begin with "sync". */
void tandem_sync_message(struct tandem_array *array, const struct tandem_message *message);

#endif
