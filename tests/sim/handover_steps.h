/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is done in handover.c, by users and by the administrator: the array that runs, and the
 * next step towards a leg that has been replaced.
 */
#ifndef SIM_HANDOVER_STEPS_H
#define SIM_HANDOVER_STEPS_H

#include "handover_disk.h"
#include "io/array.h"
#include "io/request.h"

#define HANDOVER_NONE	0xffu
#define HANDOVER_BLOCKS	(2 * HANDOVER_REGIONS)	/* that are written, of a set */
#define HANDOVER_USERS	3u

enum handover_death { NOBODY, OLD_LEG, NEW_LEG };

/*
 * Sets, the leg that is replaced, and who dies while the new one is filled. @out: one more than
 * the leg that was failed before, and lies in the table with a slot that cannot be read
 */
struct handover_history {
	unsigned int nr_sets;
	unsigned int leg;
	enum handover_death death;
	unsigned int out;
};

struct handover_content {
	u64 acked;
	u64 pending;		/* 0: nothing is under way */
};

/* As a table line; @disk: number of the disk that fills a place, or NONE. */
struct handover_table {
	u16 nr_legs;
	u8 disk[2 * HANDOVER_MAX_DISKS];
	u64 rebuild;
	u16 replace;
	u16 retire;
};

struct handover_run {
	const struct handover_history *history;
	struct tandem_array *array;
	struct handover_table table;
	struct handover_content content[2][HANDOVER_BLOCKS];
	u64 value;		/* written last */
	bool given_up;		/* the new leg died: the array is to be as before */
	bool died;
	bool force;
	unsigned int starts, cuts, broken;
};

extern struct handover_run handover_run;

void handover_users_create(void);
void handover_users_destroy(void);
/* The machine is gone, and the requests with it. */
void handover_users_forget(void);

/* Block of a leg's data that holds what @block of the books says. */
u32 handover_place_of(u32 block);
void handover_write(void);
void handover_wait_for_users(void);
/* @busy: users go on writing meanwhile. */
void handover_wait(bool (*reached)(void), bool busy, const char *what);

/* Whoever does not start has failed. */
void handover_start(const struct handover_table *table);
void handover_reload(const struct handover_table *table);
void handover_stop(void);

enum tandem_leg_state handover_state_of(unsigned int leg);

/* As by hand; it is on record then. */
void handover_fail(unsigned int leg);

/* One step further, told from what is there; false: there is none left. */
bool handover_advance(void);

#endif
