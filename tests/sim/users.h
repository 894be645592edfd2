/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The users: a few of them, each with one request at a time.
 */
#ifndef SIM_USERS_H
#define SIM_USERS_H

#include "sys.h"

void users_start(void);
void users_stop(void);
/* Requests that are left in the budget of the seed. */
u32 users_left(void);
void users_end_work(void);
/* After a crash: their requests are gone, they begin anew. */
void users_restart(void);
bool users_are_idle(void);
/* Reads the whole volume; every value must be legal. */
void users_read_all(void);
/* Writes in sequence, and says nothing of what follows: the first regions. */
void users_write_run(void);

#endif
