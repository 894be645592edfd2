/* SPDX-License-Identifier: GPL-2.0-only */
/* Superblocks from the disks to a plan; the first step of everything. */
#ifndef TANDEM_IO_LOAD_H
#define TANDEM_IO_LOAD_H

#include "io/array.h"

/**
 * tandem_array_load() - read the superblocks and choose; writes nothing
 * @why: set to a static noun phrase on error, may be NULL
 *
 * For the constructor (validation) and as the first step of activation.
 * Context: process, may sleep. Return: 0; -EIO, -ENODEV no superblock at all;
 *	-EPROTONOSUPPORT; -EINVAL not this array or not these places;
 *	-EUCLEAN the chooser refuses (array->plan says why); -ENOMEM
 */
int tandem_array_load(struct tandem_array *array, const char **why);

#endif
