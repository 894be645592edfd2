/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The region maps of all legs at a start and at a stop. Control path: waits.
 */
#ifndef TANDEM_IO_SURVEY_H
#define TANDEM_IO_SURVEY_H

#include "io/array.h"

static inline bool tandem_array_has_map(const struct tandem_array *array)
{
	return array->nr_sets && array->set[0].map;
}

/**
 * tandem_survey_read() - the union of the maps of the legs that will be current
 *
 * After tandem_recover_read(). Where no leg has a page its set's log is given up: there
 * everything may differ. Writes nothing. Context: process, may sleep. Return: 0, -ENOMEM
 */
int tandem_survey_read(struct tandem_array *array);

/*
 * What is not yet on @legs, to them. Returns those that failed. For a start, before
 * anything depends on it, and for a stop.
 */
u64 tandem_survey_write(struct tandem_array *array, u64 legs);

/* At a stop, all flushed: what the map says of everything. False: a leg failed. */
bool tandem_survey_end(struct tandem_array *array);

/*
 * What the words of the regions say of the map. The words of what is in the log are set.
 */
void tandem_survey_mark(struct tandem_set *set);

/* The leg that is read where nothing was written: the one on record, if it is current. */
void tandem_survey_home(struct tandem_set *set);

#endif
