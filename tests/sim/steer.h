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
	STEER_FLUSH,
	STEER_READ_SAME,
	STEER_READ_OTHER,
	STEER_NR_REQUESTS
};

void steer_begin(void);
/* This path has no meaning: it is left, and nothing was proven. */
__attribute__((noreturn)) void steer_prune(void);
bool steer_was_pruned(void);

/* Starts the array with all disks that are there; false: refused. */
bool steer_start(void);
void steer_stop(void);
void steer_suspend_and_resume(void);

void steer_submit(enum steer_request which, bool fua);
bool steer_is_busy(enum steer_request which);
blk_status_t steer_status(enum steer_request which);
/* Until every request has its answer. */
void steer_await(void);
/* Until nothing is due but timers. */
void steer_settle(void);

/* One leg, or all, does not answer what it is sent from now on. */
void steer_hold(void);
/* What was held goes on; whether any was. */
void steer_let_go(void);
bool steer_is_held(void);

bool steer_is_dead(unsigned int leg);
/* Data in a cache that a crash could take. */
bool steer_is_volatile(void);
void steer_die(unsigned int leg);
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
