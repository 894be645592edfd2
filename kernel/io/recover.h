/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The intent logs at a start: what they say. Control path: waits.
 */
#ifndef TANDEM_IO_RECOVER_H
#define TANDEM_IO_RECOVER_H

#include "io/array.h"

/**
 * tandem_recover_read() - the union of the logs of the legs that will be current
 * @why: set to a static noun phrase on error
 *
 * Fills in the intent of every set, and leg->log_sequence. Writes nothing.
 * Context: process, may sleep. Return: 0; -ENOMEM; -EUCLEAN a leg is an old image
 *	of itself
 */
int tandem_recover_read(struct tandem_array *array, const char **why);

/*
 * Chooses the pin of every set, from what the legs in use were found with; named in
 * every record from now on.
 */
void tandem_recover_pin(struct tandem_array *array);

/* What is in the log is dirty, and unsure if there are legs that may differ. */
void tandem_recover_mark(struct tandem_set *set, bool unsure);

#endif
