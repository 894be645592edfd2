/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cleaner of a set: takes regions out of the intent log that rest, or that
 * must make room.
 */
#ifndef TANDEM_IO_CLEAN_H
#define TANDEM_IO_CLEAN_H

#include "io/array.h"

int tandem_clean_create(struct tandem_set *set);
void tandem_clean_destroy(struct tandem_set *set);

/* Writers wait for room: at once. Any context. */
void tandem_clean_kick(struct tandem_set *set);

/* There may be something to clean in a while. Any context. */
void tandem_clean_wake(struct tandem_set *set);

/* The array is down: no more looks. Context: process, may sleep. */
void tandem_clean_stop(struct tandem_set *set);

bool tandem_clean_is_idle(struct tandem_set *set);

#endif
