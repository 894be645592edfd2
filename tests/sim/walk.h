/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of tandem-sim that draws nothing: strings of letters (letter.h), all of
 * them up to a length, or one.
 */
#ifndef SIM_WALK_H
#define SIM_WALK_H

#include "sys.h"

/* Is the command line ours? */
bool walk_is_asked(int argc, char **argv);
/* Return: exit status */
int walk_main(int argc, char **argv);

#endif
