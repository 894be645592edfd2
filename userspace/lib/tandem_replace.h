/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libtandem, part of tandem.h: another disk for a leg that is current, and stays so until the
 * new one is.
 *
 * The set has one leg more until then, its last; legs of later sets have higher numbers
 * meanwhile. tandem_wait(), tandem_assemble() and tandem_monitor_pass() let the new leg take
 * the number of the old one as soon as it, and every other leg of the set, is current;
 * tandem_fail() and tandem_remove() of the new one give it up.
 */
#ifndef TANDEM_REPLACE_H
#define TANDEM_REPLACE_H

#include <stdbool.h>

struct tandem_context;
struct tandem_error;

/**
 * struct tandem_replace_options - what is replaced, by what
 * @leg: number, or path of its disk
 * @overwrite: destroy what @disk holds
 */
struct tandem_replace_options {
	const char *array;
	const char *leg;
	const char *disk;
	bool overwrite;
	bool dry_run;
};

/* Returns when the new leg is being filled. */
int tandem_replace(struct tandem_context *ctx, const struct tandem_replace_options *opt,
		   struct tandem_error *err);

#endif
