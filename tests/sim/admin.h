/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The administrator of a seed: starts, stops, fails legs, pulls the plug.
 */
#ifndef SIM_ADMIN_H
#define SIM_ADMIN_H

void admin_start(void);
/* The whole seed; returns when all is well. Goes on where it was after a crash. */
void admin_run(void);
/* The machine has crashed: what the disks keep, and who forgets what. */
void admin_crashed(void);

#endif
