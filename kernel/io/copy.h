/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The copier of a set: resync (make unsure regions equal) and rebuild (fill a
 * leg), one bounded exclusive copy at a time.
 */
#ifndef TANDEM_IO_COPY_H
#define TANDEM_IO_COPY_H

#include "io/request.h"

int tandem_copy_create(struct tandem_set *set);
void tandem_copy_destroy(struct tandem_set *set);

/* Look for work again. Any context. */
void tandem_copy_kick(struct tandem_set *set);
void tandem_copy_kick_all(struct tandem_array *array);

/*
 * The same in a tick, or when the copier's rest ends: for work that nobody waits for and
 * somebody would feel. Not while the array ends. Any context.
 */
void tandem_copy_kick_soon(struct tandem_set *set);

/* A flush round has passed. Any context. */
void tandem_copy_flushed(struct tandem_set *set);

/*
 * The set's home has left; array->lock held. What is under way to the new one from the
 * old would change what is read there: nobody reads until the region is equal.
 */
void tandem_copy_home_left(struct tandem_set *set);

/* Nothing is being copied, promoted or waited for. */
bool tandem_copy_is_idle(struct tandem_set *set);

#endif
