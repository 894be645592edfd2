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

#endif
