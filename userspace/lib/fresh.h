/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A disk that is to become a leg: every reason to refuse it, in one place. */
#ifndef TANDEM_LIB_FRESH_H
#define TANDEM_LIB_FRESH_H

#include "label.h"
#include "stack.h"

/**
 * struct tandem_fresh - a disk that may become a leg
 * @dev: claimed until it is closed
 * @content: what others have on it, "" if nothing is known
 */
struct tandem_fresh {
	struct tandem_device dev;
	struct tandem_stack stack;
	char content[256];
};

/*
 * What is no reason to refuse: OVERWRITE, a foreign signature; PREPARED, a
 * superblock of ours on a disk that was prepared and never filled.
 */
enum tandem_fresh_allow {
	TANDEM_FRESH_NOTHING = 0,
	TANDEM_FRESH_OVERWRITE = 1,
	TANDEM_FRESH_PREPARED = 2,
};

/**
 * tandem_fresh_claim() - claim a disk and refuse what must not be overwritten
 * @fresh: @dev is initialised with the path
 * @allow: what is not to be refused
 *
 * Refuses a disk that is in use, read-only, a leg, on a tandem volume, has
 * blocks we cannot address, or carries a format of others. Writes nothing.
 */
int tandem_fresh_claim(const struct tandem_context *ctx, struct tandem_fresh *fresh,
		       enum tandem_fresh_allow allow, struct tandem_error *err);

/* Tells (NOTICE) what is, or would be, destroyed. */
void tandem_fresh_announce(const struct tandem_context *ctx, const struct tandem_fresh *fresh,
			   bool dry_run);

/* Two legs must not share blocks; one base disk for both is worth a warning. */
int tandem_fresh_compare(const struct tandem_context *ctx, const struct tandem_fresh *a,
			 const struct tandem_fresh *b, struct tandem_error *err);

/* 10737418240 as "10.0 GiB". */
void tandem_size_to_text(u64 bytes, char *text, size_t size);

#endif
