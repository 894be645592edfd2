/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of oracle.h: which leg a user's read is sent to.
 */
#ifndef SIM_ORACLE_READ_H
#define SIM_ORACLE_READ_H

struct sim_command;

/* A read of a user's request, on its way to a leg. */
void oracle_read_sent(const struct sim_command *command);

#endif
