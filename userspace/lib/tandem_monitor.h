/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libtandem, part of tandem.h: looking after active arrays.
 *
 * A pass looks at every array once, says what is new, and does at most one thing to
 * each: a leg whose own disk answers again is added again, another whose disk stays away
 * is given a spare. Never: a leg that an administrator took out (tandem_fail(),
 * tandem_remove()), an array that is read-only, suspended, failed or unrecorded, or a disk
 * whose history does not fit. What was seen and tried is remembered until the machine is
 * started again, also by the next process.
 */
#ifndef TANDEM_MONITOR_H
#define TANDEM_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

struct tandem_context;
struct tandem_error;
struct tandem_monitor;

#define TANDEM_NO_LEG UINT32_MAX

/**
 * struct tandem_event - what is new; valid during the call
 * @kind: array (it appeared, or its state changed), gone, leg (its state changed), slow (it
 *	sits out, or is read again), returns, spare (what is done about one), alone (why
 *	nothing is), replaced (another has its place), error
 * @leg: TANDEM_NO_LEG if it is about none
 * @disk: path, or NULL
 * @state: of the leg, else of the array; or NULL
 * @text: the same for people
 */
struct tandem_event {
	const char *kind;
	const char *array;
	const char *uuid;
	uint32_t leg;
	const char *disk;
	const char *state;
	const char *text;
};

/**
 * struct tandem_monitor_options - what is looked after, and how
 * @array: name or UUID; NULL: all
 * @settle_ms: how long the own disk of a leg must answer first; twice as long at each
 *	further try. < 0: 2000
 * @grace_ms: how long a leg must be away before a spare takes its place. < 0: 30000
 * @dry_run: change nothing, remember nothing
 */
struct tandem_monitor_options {
	const char *array;
	int64_t settle_ms;
	int64_t grace_ms;
	bool dry_run;
	void (*event)(void *data, const struct tandem_event *event);
	void *data;
};

/* -EBUSY (TANDEM_CODE_BUSY) while another one is open on this machine. @opt is copied. */
int tandem_monitor_open(struct tandem_context *ctx, const struct tandem_monitor_options *opt,
			struct tandem_monitor **monitor, struct tandem_error *err);
void tandem_monitor_close(struct tandem_monitor *monitor);

/* What goes wrong with one array is an event; errors are those that end it all. */
int tandem_monitor_pass(struct tandem_monitor *monitor, struct tandem_error *err);

/* Sleeps until an array has changed since the last pass began, or a pass is due. */
int tandem_monitor_wait(struct tandem_monitor *monitor, struct tandem_error *err);

#endif
