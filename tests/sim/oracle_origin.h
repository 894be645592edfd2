/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of oracle.h: where the copier has what it writes from.
 */
#ifndef SIM_ORACLE_ORIGIN_H
#define SIM_ORACLE_ORIGIN_H

struct sim_command;

/* Sent to data, and for no user: a read; any other command. */
void oracle_origin_read(const struct sim_command *command);
void oracle_origin_written(const struct sim_command *command);

#endif
