/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A leg takes the place of another: what others than tandem_replace() have to do with it. */
#ifndef TANDEM_LIB_REPLACE_H
#define TANDEM_LIB_REPLACE_H

#include "view.h"

/**
 * struct tandem_replace_step - what was done, or is to be
 * @dry_run: given by the caller: say which, and do nothing
 * @kind: NOTHING: there is nothing to do, or not yet; FAIL: the old leg was taken out of use,
 *	and that is on record; DONE: the new one has its number
 * @leg: number of the old leg
 * @old, @disk: path of the old disk, "" if there is none, and of the new one
 */
struct tandem_replace_step {
	bool dry_run;
	enum { TANDEM_REPLACE_NOTHING, TANDEM_REPLACE_FAIL, TANDEM_REPLACE_DONE } kind;
	unsigned int leg;
	char old[TANDEM_PATH_BYTES];
	char disk[TANDEM_PATH_BYTES];
};

/**
 * tandem_replace_advance() - one step towards the end of a leg that has been replaced
 *
 * What is next is told from what is there, so whoever comes by makes it, after whatever broke
 * off. For who holds the lock of the array.
 */
int tandem_replace_advance(const struct tandem_context *ctx, const struct tandem_volume *volume,
			   struct tandem_replace_step *step, struct tandem_error *err);

/* All steps that can be made, under the lock. Return: how many, or -errno */
int tandem_replace_finish(const struct tandem_context *ctx, const struct tandem_volume *volume,
			  struct tandem_error *err);

/* The place @leg, which is to replace another and is out of use, is given up. */
int tandem_replace_give_up(const struct tandem_context *ctx, const struct tandem_view *view,
			   unsigned int leg, struct tandem_error *err);

#endif
