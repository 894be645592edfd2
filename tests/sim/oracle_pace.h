/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of oracle.h: the pace of copying. Rests, pauses, and what the status says of it.
 */
#ifndef SIM_ORACLE_PACE_H
#define SIM_ORACLE_PACE_H

#include "sys.h"

struct sim_command;
struct tandem_array;
struct tandem_status;

void oracle_pace_begin(void);
void oracle_pace_done(const struct sim_command *command);
void oracle_pace_look(void);
void oracle_pace_down(struct tandem_array *array);
void oracle_pace_status(const struct tandem_status *status);
void oracle_pace_paused(u64 before, u64 after);

#endif
