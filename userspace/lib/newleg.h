/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A disk that is to become a new leg of an active array, or a spare of it. */
#ifndef TANDEM_LIB_NEWLEG_H
#define TANDEM_LIB_NEWLEG_H

#include "fresh.h"
#include "view.h"

/**
 * struct tandem_newleg - one disk
 * @view: the array as it runs
 * @super: the array's; once it is made, the new leg's
 * @label, @label_error: what the disk carried when it was looked at
 * @overwrite: destroy what others have on it
 * @was_spare: a spare of this array
 */
struct tandem_newleg {
	const struct tandem_context *ctx;
	const struct tandem_view *view;
	struct tandem_super super;
	struct tandem_fresh fresh;
	struct tandem_label label;
	int label_error;
	bool overwrite;
	bool was_spare;
};

/* Reads what is on it; the device is closed again. */
int tandem_newleg_look(struct tandem_newleg *new, const char *path, struct tandem_error *err);

/* Does it carry a superblock of this array? */
bool tandem_newleg_is_ours(const struct tandem_newleg *new);
int tandem_newleg_check_size(struct tandem_newleg *new, struct tandem_error *err);

/* Claims it, if it holds nothing of use, is large enough and shares no block with a leg. */
int tandem_newleg_claim(struct tandem_newleg *new, struct tandem_error *err);

/* @super becomes that of a leg which holds nothing. @flags: TANDEM_FLAG_SPARE, or 0 */
int tandem_newleg_make(struct tandem_newleg *new, unsigned int leg, u64 flags,
		       struct tandem_error *err);

/* To the claimed disk; if it fails there is none on it. */
int tandem_newleg_write(struct tandem_newleg *new, struct tandem_error *err);

/* As it was before: nothing, or a spare. @super must be of the array as it is then. */
void tandem_newleg_take_back(struct tandem_newleg *new);

#endif
