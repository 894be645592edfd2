/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk that comes back as an older image of itself: a snapshot was restored, or a
 * controller woke up with what it had before (A13, option rollback).
 *
 * Only asked for, never lived with: while the array is down one disk shows what it
 * held the time before, the array is activated read-only, and the disk is again
 * what it was. The books of the seed know nothing of it.
 */
#ifndef SIM_ROLLBACK_H
#define SIM_ROLLBACK_H

void rollback_start(void);
/* The array is down, nothing is under way: ask, and take the next image. */
void rollback_try(void);
/* A crash came in between: the disk is itself again. */
void rollback_undo(void);

#endif
