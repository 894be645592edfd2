/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does not fit, played: the sizes of uapi/tandem_limits.h against the code that has to
 * hold them (A16).
 */
#ifndef SIM_LIMITS_H
#define SIM_LIMITS_H

#include "sys.h"

/* Prints what went wrong. True: nothing did. */
bool limits_play(void);

#endif
