/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lives as long as the machine runs: locks, and what the monitor remembers. */
#ifndef TANDEM_LIB_RUN_H
#define TANDEM_LIB_RUN_H

#include "context.h"

#define TANDEM_RUN_DIR "/run/tandem"

/**
 * tandem_run_lock() - nobody else changes this meanwhile
 * @what: file name without its ending
 * @wait: until it is free
 * Return: to be given to tandem_run_unlock(); -EAGAIN if another has it and @wait is not
 *	set. A machine where no lock can be made (a read-only root in an initramfs) has none:
 *	-1, which counts as one
 */
int tandem_run_lock(const struct tandem_context *ctx, const char *what, bool wait);
void tandem_run_unlock(int lock);

/* The lock of an array's membership. */
int tandem_run_lock_array(const struct tandem_context *ctx, const char *name, bool wait);

/* The whole of a small file, "" if there is none; free(). NULL: no memory. */
char *tandem_run_read(const struct tandem_context *ctx, const char *what);

/* All of it or nothing. 0 or -errno */
int tandem_run_write(const struct tandem_context *ctx, const char *what, const char *text);

#endif
