/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the record of membership to the legs.
 *
 * One commit at a time per array (the token). It writes the older slot of
 * every target with FUA, waits for all of them, then the other slot: a power
 * cut anywhere leaves each leg one valid slot, and a record is in force only
 * when both are written (A11). Targets that err in the first round are left
 * out of the second.
 */
#ifndef TANDEM_IO_COMMIT_H
#define TANDEM_IO_COMMIT_H

#include "core/lineage.h"
#include "io/array.h"

typedef void (*tandem_commit_fn)(struct tandem_array *array, void *context, u64 written,
				 u64 failed);

int tandem_commit_create(struct tandem_array *array);
void tandem_commit_destroy(struct tandem_array *array);

/*
 * True: the caller has the token. Whoever is refused is called again: the
 * token's release runs record work and every copier. Any context.
 */
bool tandem_commit_try(struct tandem_array *array);
void tandem_commit_release(struct tandem_array *array);

/**
 * tandem_commit_start() - write array->super to legs
 * @legs: mask over the array's legs; each must have a disk
 * @done: called from a work item; the token is still held. @written: both
 *	slots durable; @failed: an error, the record may or may not be there
 *
 * The caller holds the token. Context: process.
 */
void tandem_commit_start(struct tandem_array *array, u64 legs, tandem_commit_fn done,
			 void *context);

#endif
