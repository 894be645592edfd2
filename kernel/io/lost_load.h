/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lost-range tables of all legs at a start. Control path: waits.
 */
#ifndef TANDEM_IO_LOST_LOAD_H
#define TANDEM_IO_LOST_LOAD_H

#include "io/lost.h"

/*
 * Reads the tables of all legs that are to be in use, and joins those of the current
 * ones. Return: 0; -ENOMEM; -EIO: there was one, and no current leg of a set has it, or
 * they do not fit together. @why: a phrase on error
 */
int tandem_lost_read(struct tandem_array *array, const char **why);

/* To those of @legs that do not have the joined table, both copies. Return: who failed. */
u64 tandem_lost_write(struct tandem_array *array, u64 legs);

/* The regions' words, at a start. */
void tandem_lost_mark(struct tandem_set *set);

#endif
