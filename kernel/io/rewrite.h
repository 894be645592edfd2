/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The intent logs of all legs, written anew at a start and at a stop. Control path:
 * waits. Those that write return the legs that failed: they have to leave on record
 * before anything here is called again.
 */
#ifndef TANDEM_IO_REWRITE_H
#define TANDEM_IO_REWRITE_H

#include "io/array.h"

/* No record is left in the log of a leg that is to be filled: none of an earlier life. */
u64 tandem_rewrite_wipe(struct tandem_array *array);

/* Current legs that are a record behind are so no more. */
u64 tandem_rewrite_level(struct tandem_array *array);

/* From now on the log is to be as the intent is: before tandem_rewrite_write(). */
void tandem_rewrite_begin(struct tandem_array *array);

/*
 * In lock-step, as many records as it takes that each leg's alone say all of it. The
 * next call goes on where this one stopped; 0: done.
 */
u64 tandem_rewrite_write(struct tandem_array *array);

/* At a stop, all flushed: only what is unsure stays in the log. False: a leg failed. */
bool tandem_rewrite_end(struct tandem_array *array);

#endif
