/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of oracle.h: sets that become longer.
 */
#ifndef SIM_ORACLE_GROW_H
#define SIM_ORACLE_GROW_H

#include "sys.h"

struct oracle_start;
struct sim_command;
struct tandem_array;
struct tandem_set;

/* A start is through: how long are the sets? What is sent behind their end. */
void oracle_grown(const struct oracle_start *start, struct tandem_array *array);
bool oracle_is_behind_end(const struct sim_command *command);
/* May a start of this table be refused for want of room, or for what it was laid out for? */
bool oracle_is_too_long(const struct oracle_start *start, int error);
/* The word of a region; of one that the array does not have yet, never written. */
u32 oracle_word(struct tandem_set *set, u32 region);

#endif
