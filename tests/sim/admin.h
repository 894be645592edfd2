/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The administrator of a seed: starts, stops, fails legs, pulls the plug.
 */
#ifndef SIM_ADMIN_H
#define SIM_ADMIN_H

#include "sys.h"

void admin_start(void);
/* The whole seed; returns when all is well. Goes on where it was after a crash. */
void admin_run(void);
/* The machine has crashed: what the disks keep, and who forgets what. */
void admin_crashed(void);

/* Nothing goes wrong any more: the array must become whole, and stay so. */
void admin_finale(void);
/*
 * Legs that a start will find left out: by the newest configuration of their set,
 * or by a start that broke off and reached legs of another set only.
 */
u64 admin_legs_to_fill(void);

#endif
