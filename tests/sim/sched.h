/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler: one thread, one heap of events, one source of randomness.
 *
 * Everything that happens is an event with a time in ticks (microseconds that
 * nobody waits for). Events of one tick run in an order that the seed draws.
 * What happened goes into a hash, so that a replay can be told from a rerun,
 * and into a ring that a failure prints.
 *
 * Two ways out of whatever runs: sim_fail() ends the seed, sim_crash() ends
 * the machine under test. Both jump; memory of the engine is taken back
 * afterwards (shim/memory.c), disks stay.
 */
#ifndef SIM_SCHED_H
#define SIM_SCHED_H

#include <setjmp.h>

#include "sys.h"

/* Streams are drawn from apart, so that one more fault moves no write. */
enum sim_stream {
	SIM_RANDOM_OPTIONS,
	SIM_RANDOM_SCHEDULE,
	SIM_RANDOM_FAULTS,
	SIM_RANDOM_USERS,
	SIM_RANDOM_ADMIN,
	SIM_RANDOM_ENGINE,
	SIM_RANDOM_LOG,
	SIM_RANDOM_MAP,
	SIM_RANDOM_AHEAD,
	SIM_RANDOM_PACE,
	SIM_RANDOM_GROW,
	SIM_RANDOM_KEEP,
	SIM_RANDOM_READ,
	SIM_RANDOM_STANDSTILL,
	SIM_RANDOM_LATENCY,
	SIM_NR_STREAMS
};

u64 sim_random(enum sim_stream stream);
/* 0 to @below - 1; @below is not 0. */
u32 sim_below(enum sim_stream stream, u32 below);
/* True once in @one_in times; never for 0. */
bool sim_chance(enum sim_stream stream, u32 one_in);

enum sim_kind {
	SIM_EVENT_DISK,		/* a completion: interrupt context */
	SIM_EVENT_WORK,		/* argument is a struct work_struct */
	SIM_EVENT_USER,
	SIM_EVENT_CONTROL,	/* crash, end of a pause */
};

typedef void (*sim_event_fn)(void *argument);
struct sim_event;

void sim_start(u64 seed);
/* Forgets all events: the engine and its users are gone. */
void sim_clear(void);
u64 sim_now(void);
struct sim_event *sim_after(u64 delay, enum sim_kind kind, sim_event_fn fn, void *argument);
void sim_cancel(struct sim_event *event);
/* Runs the next event; false: there is none. */
bool sim_step(void);
/* Runs events for @ticks. */
void sim_run(u64 ticks);
/* When the next event is due; ~0: there is none. */
u64 sim_next_tick(void);
/* @look, unless NULL, is called after each event, and may end the machine. */
void sim_watch(void (*look)(void));
/* How often the engine is interrupted at its atomics and locks; 0: never. */
void sim_set_preemption(u32 mean);
/* As a mean: at each of them, and nothing happens but sim_before_preemption. */
#define SIM_ONLY_LOOK	(~0u)
/* When that happens, up to how many events pass now and then; 0: always one. */
void sim_set_standstill(u32 most);
/* Is called, if there is one, before another processor does what is due. */
extern void (*sim_before_preemption)(void);
u64 sim_events_run(void);
/* Changes with every event that does not run inside another one. */
u32 sim_turn(void);

/**
 * struct sim_state - where the one thread is
 * @irq: completion of a disk: no waiting, no submission
 * @control: a control path: may wait and allocate
 * @work: a work item: may not wait
 * @locks: spinlocks held
 */
struct sim_state {
	bool irq;
	bool control;
	bool work;
	unsigned int locks;
};

extern struct sim_state sim_state;

/* What happened: a word, a detail or NULL (both static), three numbers. */
struct sim_note {
	const char *what;
	const char *detail;
	u64 number[3];
};

void sim_note(const struct sim_note *note);
#define SIM_NOTE(...) do {			\
	struct sim_note __note = { __VA_ARGS__ };	\
	sim_note(&__note);			\
} while (0)

u64 sim_hash(void);
void sim_set_verbose(bool verbose);
bool sim_is_verbose(void);
/* The last notes, oldest first. */
void sim_print_notes(void);

/* Where failures and crashes land: setjmp() by those who are ready for them. */
extern jmp_buf sim_fail_env;
extern jmp_buf sim_crash_env;

struct sim_failure {
	const char *rule;
	char text[900];
};

extern struct sim_failure sim_failure;

__attribute__((noreturn)) void sim_crash(void);

#endif
