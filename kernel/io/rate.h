/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The copy rate of a set in operation: measured by its copier, kept in the
 * superblocks, and what the limit of its intent log follows.
 */
#ifndef TANDEM_IO_RATE_H
#define TANDEM_IO_RATE_H

#include "io/copier.h"

/* At a start: the rate that is on record. The copier does not run. */
void tandem_rate_load(struct tandem_set *set);

/* A disk was changed: nothing is known of it. The copier does not run. */
void tandem_rate_forget(struct tandem_set *set);

/* What the next superblock says of every set; the token's holder. */
void tandem_rate_note(struct tandem_array *array);

/* A copy is sent; it counts from the end of the last one, if nothing came in between. */
void tandem_rate_begin(struct tandem_copy *copy);

/* The copier waits for something else than its own copy, or does one again. */
void tandem_rate_pause(struct tandem_copy *copy);

/* The copy has ended well. Context: process. */
void tandem_rate_end(struct tandem_copy *copy);

void tandem_rate_status(struct tandem_set *set, struct tandem_status *status);

#endif
