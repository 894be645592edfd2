/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A leg is replaced by another while users write, and power goes at every single write:
 *
 *	tandem-sim --handover
 */
#ifndef SIM_HANDOVER_H
#define SIM_HANDOVER_H

#include "sys.h"

/* Prints what went wrong. True: nothing did. */
bool handover_play(void);

/*
 * Of that, with one leg of one set: all disks are away from some write of a start on, for each
 * of them (B15); and with no cut at all, up to the old disk that is found beside the rest (B20).
 */
bool handover_play_refusals(void);
bool handover_play_former(void);

#endif
