/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the oracle asks about the copy rate of the sets, and what their logs cost.
 */
#ifndef SIM_ORACLE_RATE_H
#define SIM_ORACLE_RATE_H

struct sim_command;
struct tandem_array;

void oracle_rate_begin(void);
void oracle_rate_done(const struct sim_command *command);
void oracle_rate_started(struct tandem_array *array);
void oracle_rate_down(struct tandem_array *array);
/* A start that broke off may have recorded another. */
void oracle_rate_broken(void);
void oracle_rate_look(struct tandem_array *array);
/* Another processor is about to do something. */
void oracle_rate_preempted(void);
/* A record of a log of @set is sent to a leg; is durable on some. */
void oracle_rate_sent(u32 set);
void oracle_rate_landed(u32 set);

#endif
