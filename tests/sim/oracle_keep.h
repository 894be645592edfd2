/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of oracle.h: what an administrator sets is kept.
 */
#ifndef SIM_ORACLE_KEEP_H
#define SIM_ORACLE_KEEP_H

#include "core/types.h"

struct oracle_start;
struct tandem_array;
struct tandem_message;

void oracle_keep_begin(void);
/* Any message, before it is sent (@answer 1) and when it was. */
void oracle_keep_sent(const struct tandem_message *message, int answer);
void oracle_keep_look(struct tandem_array *array);
void oracle_keep_down(struct tandem_array *array);
/* How @leg is to be read, by what was set last; not while the array is read-only. */
enum tandem_read_class oracle_keep_class(unsigned int leg);
void oracle_keep_started(const struct oracle_start *start, struct tandem_array *array);

#endif
