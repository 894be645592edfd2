/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set gets one place more, or one less: at a start. Control path: writes nothing itself.
 */
#ifndef TANDEM_IO_RESHAPE_H
#define TANDEM_IO_RESHAPE_H

#include "io/array.h"

/*
 * What the table asks for, into array->super in memory, once the chooser has spoken and
 * before anything is laid out by it. Return: 0; -EROFS; -EINVAL, -EBUSY: it cannot be
 */
int tandem_reshape_plan(struct tandem_array *array, const char **why);

/* What the logs name by position was written before: once they have been read. */
void tandem_reshape_pin(struct tandem_array *array);

#endif
