/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What befalls a leg between two instructions of the engine, by command.
 */
#ifndef SIM_AMBUSH_H
#define SIM_AMBUSH_H

#include "sys.h"

/*
 * When a promotion is about to take the token, the leg is failed by message and is on
 * record as failed before the promotion goes on. Once, or never: until ambush_end().
 */
void ambush_promotion(u32 leg);
bool ambush_is_waiting(void);
void ambush_end(void);

#endif
