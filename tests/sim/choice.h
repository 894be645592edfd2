/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decisions that are not drawn but walked: every one of them is made in every way.
 *
 * A run asks choice_of() wherever the world could go on in several ways. The first
 * run gets 0 everywhere; choice_next() then changes the last decision that can be
 * changed and forgets those behind it, and the same run is played again. When none
 * is left, all that could happen has happened, each of it once.
 *
 * What a run did is a text: letters (letter.h), each with a digit for every decision
 * that came up in it. The same text fixes these decisions when it is played alone.
 */
#ifndef SIM_CHOICE_H
#define SIM_CHOICE_H

#include "sys.h"

/* A walk begins. */
void choice_start(void);
/* A run begins: all decisions are those of the run before, up to the changed one. */
void choice_rewind(void);
/* 0 to @nr - 1; with one way to go there is nothing to decide. */
u32 choice_of(u32 nr);
/* The same for what the text shows as a letter. */
u32 choice_of_letter(u32 nr);
/* Before the first letter: what decisions there are of these digits. */
void choice_fix(const char *digits);
/* What comes next in the text; @digits: of its decisions, the others are walked. */
void choice_mark(char letter, const char *digits);
/* The text of this run. */
const char *choice_trail(void);
/* Names the decisions that this run has made until now. */
u64 choice_hash(void);
/* What this run decided is through; false: and it was the last. */
bool choice_next(void);

#endif
