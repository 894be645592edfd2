/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Growth of large sets, on disks that keep their front only:
 *
 *	tandem-sim --growth
 */
#ifndef SIM_GROWTH_H
#define SIM_GROWTH_H

#include "sys.h"

/* Prints what went wrong. True: nothing did. */
bool growth_run(void);

#endif
