/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The array by command: one event at a time, each until all has come to rest. Who
 * gives the commands is letter.c; what they leave open is decided by choice.h.
 */
#ifndef SIM_STEER_H
#define SIM_STEER_H

#include "sys.h"

/* Requests that may be under way side by side. */
enum steer_request {
	STEER_SAME,		/* to the first block of the first region */
	STEER_OTHER,		/* to that of the second one */
	STEER_DISCARD,		/* of the first block, or of the first region */
	STEER_FLUSH,
	STEER_READ_SAME,
	STEER_READ_OTHER,
	STEER_READ_NEXT,	/* the block behind the first one */
	STEER_NR_REQUESTS
};

void steer_begin(void);
/* This path has no meaning: it is left, and nothing was proven. @why is kept. */
__attribute__((noreturn)) void steer_prune(const char *why);
bool steer_was_pruned(void);

enum steer_way { STEER_PROVEN, STEER_FORCED, STEER_READ_ONLY };

/* Starts the array with all disks that are there; false: refused. */
bool steer_start(enum steer_way way);
void steer_stop(void);
void steer_suspend_and_resume(void);
/* By message: no command to it has erred. */
void steer_fail_leg(u32 leg);

void steer_submit(enum steer_request which, bool fua);
bool steer_is_busy(enum steer_request which);
/* Has one ended with an error since? */
void steer_forget_errors(void);
bool steer_has_failed(void);
/* All legs are current, nothing is left to be copied. */
bool steer_is_whole(void);
/* Until every request has its answer. */
void steer_await(void);
/* Timers go off, but not the cleaner's. */
void steer_let_time_pass(void);
/* Until nothing is due but timers. */
void steer_settle(void);

/* One leg, or all, does not answer what it is sent from now on. */
void steer_hold(void);
/* They answer again; what they have been sent meanwhile stays as it is. */
void steer_answer_again(void);
/* What is held goes on. */
void steer_let_go(void);
/* Commands that are held. */
unsigned int steer_nr_held(void);

/* Data in a cache that a crash could take. */
bool steer_is_volatile(void);
/* The disk is well again, and back: it was dead, or is not in use. */
bool steer_may_return(unsigned int leg);
void steer_return(unsigned int leg);
void steer_crash(void);

bool steer_may_copy(void);
void steer_copy(void);
bool steer_may_clean(void);
void steer_clean(void);

/* Nothing is under way: legs agree where neither log nor region says otherwise (K8). */
void steer_agree(void);
/* Faults off: all disks are back, and the array becomes whole. */
void steer_end(void);

#endif
