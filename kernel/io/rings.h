/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The intent logs of several legs in memory, with what a replay needs. For starts.
 */
#ifndef TANDEM_IO_RINGS_H
#define TANDEM_IO_RINGS_H

#include "io/area.h"
#include "io/logger.h"

struct tandem_rings {
	struct tandem_area area;
	u64 *bits[2];
	struct tandem_log_replay replay;
};

/**
 * tandem_rings_read() - the intent logs of @legs as they are on the disks
 * @legs: not none; of an array that has a log
 * Context: process, may sleep. Return: NULL if there is no memory
 */
struct tandem_rings *tandem_rings_read(struct tandem_array *array, u64 legs);
void tandem_rings_free(struct tandem_array *array, struct tandem_rings *rings);

#endif
