/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets become longer: at a start, before anything but the maps of the legs that are
 * current says so. Control path: waits.
 */
#ifndef TANDEM_IO_GROW_H
#define TANDEM_IO_GROW_H

#include "io/array.h"

/*
 * What the table asks for, into array->super in memory, once the chooser has spoken.
 * Return: 0; -EROFS; -EINVAL: more than the map can; -ENOSPC: more than a disk has
 */
int tandem_grow_plan(struct tandem_array *array, const char **why);

/* Length of every set by the newest record that was found. */
u64 tandem_grow_found(const struct tandem_array *array);

/* Regions of its set that @leg's own record, map and log can speak of. */
u32 tandem_grow_known_regions(const struct tandem_leg *leg);

/* The region of which @leg's own record knows the beginning only, if there is one. */
#define TANDEM_GROW_NO_EDGE	(~0u)
u32 tandem_grow_edge(const struct tandem_leg *leg);

/*
 * All current legs that are shorter by their own record hold what the sets gain, before
 * that record is changed. Returns those that failed.
 */
u64 tandem_grow_prepare(struct tandem_array *array);

/* Zeroes at the end of those of @legs that are to be filled, and shorter; those that failed. */
u64 tandem_grow_guard(struct tandem_array *array, u64 legs);

/* The sizes of the disks in use, into the record that is to be written. */
void tandem_grow_note(struct tandem_array *array);

#endif
