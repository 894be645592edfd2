/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the record of membership to the legs.
 *
 * One commit at a time per array (the token). It writes the older slot of
 * every target with FUA, waits for all of them, then the other slot: a power
 * cut anywhere leaves each leg one valid slot, and a record is in force only
 * when both are written (A11). Targets that err in the first round are left
 * out of the second.
 *
 * Legs that are being filled or promoted come after the current ones, and only
 * if all of these took the record: what a leg in filling says must never be
 * news to all that can be started without it.
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
 * token's release runs record work, every copier and the tables of lost ranges. Any context.
 */
bool tandem_commit_try(struct tandem_array *array);
void tandem_commit_release(struct tandem_array *array);

/**
 * struct tandem_commit_order - what a commit is to do
 * @first: mask over the array's legs: the current ones
 * @later: legs that get the record when all of @first have it
 * @done: called from a work item with the token still held. Legs in its
 *	argument written have both slots durable; a leg in failed erred, the
 *	record may or may not be there; a leg in neither was not asked
 * @context: handed to @done
 */
struct tandem_commit_order {
	u64 first;
	u64 later;
	tandem_commit_fn done;
	void *context;
};

/**
 * tandem_commit_start() - write array->super to legs
 * @array: the caller holds its token; every leg in @order has a disk
 * @order: copied
 * Context: process.
 */
void tandem_commit_start(struct tandem_array *array, const struct tandem_commit_order *order);

#endif
