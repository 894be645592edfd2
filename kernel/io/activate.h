/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control path: activate, suspend, stop. With io/load.c the only part of the
 * engine that waits.
 */
#ifndef TANDEM_IO_ACTIVATE_H
#define TANDEM_IO_ACTIVATE_H

#include "io/array.h"
#include "io/load.h"

/**
 * tandem_array_activate() - bring it up (preresume)
 *
 * Loads again, flushes every leg it will call current, drops legs that are
 * not here, joins those to be rebuilt, and writes a new epoch to all legs in
 * use before the first request. Read-only: none of the writes.
 * Context: process, may sleep. Return: as tandem_array_load(), or -EIO
 */
int tandem_array_activate(struct tandem_array *array, const char **why);

/* presuspend: nothing new in the background; what requests wait for goes on. */
void tandem_array_end_start(struct tandem_array *array);

/* presuspend_undo */
void tandem_array_end_cancel(struct tandem_array *array);

/**
 * tandem_array_end_finish() - all requests are through (postsuspend)
 *
 * Waits for every command of our own, flushes the legs and, if nothing is
 * unsure, records a clean stop. The array is down afterwards.
 * Context: process, may sleep.
 */
void tandem_array_end_finish(struct tandem_array *array);

#endif
