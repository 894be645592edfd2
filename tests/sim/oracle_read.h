/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of oracle.h: which leg a user's read is sent to, and what it says.
 */
#ifndef SIM_ORACLE_READ_H
#define SIM_ORACLE_READ_H

struct sim_command;
struct sim_part;

/* An array is started, or gone. */
void oracle_read_begin(void);
/* A command has ended with an error: it may have been a copy. A flush has ended well. */
void oracle_copy_erred(const struct sim_command *command);
void oracle_copies_flushed(const struct sim_command *command);
/* A read of a user's request, on its way to a leg. */
void oracle_read_sent(const struct sim_command *command);
/* It has its data, and the engine is about to be told. */
void oracle_read_ended(const struct sim_command *command);
/* The user gets it. */
void oracle_read_given(const struct sim_part *part);

#endif
