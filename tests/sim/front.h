/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The front end: plays device-mapper and the glue. Splits and clones the
 * users' requests, keeps them back while the device is suspended, counts what
 * is under way, and takes the engine up and down in device-mapper's order.
 */
#ifndef SIM_FRONT_H
#define SIM_FRONT_H

#include "content.h"
#include "core/table.h"
#include "io/activate.h"
#include "io/request.h"
#include "oracle.h"

struct sim_op;

/* A part of a user's request: one clone, inside one region of one set. */
struct sim_part {
	struct bio bio;
	struct sim_op *op;
	u32 set;
	u64 sector;		/* in the set */
	u32 offset;		/* in the request */
	u32 count;
	u32 flush_time;
	u64 excuses;		/* errors that disks gave, when it began */
	u64 current_legs;	/* then */
	bool was_lost;		/* a block of it, by a table */
	bool is_stale;		/* what it reads is from before its leg failed a flush */
	u32 parked;		/* pieces that had been begun when it was seen to wait, plus one */
	struct list_head node;
	struct tandem_request *request;
};

/**
 * struct sim_op - a user's request
 * @kind: read, write, write-zeroes, discard or flush
 * @preflush: a flush first; the data follows when it is done
 * @id: makes its payload unique
 * @done: called when it has been answered; not after a crash
 */
struct sim_op {
	enum tandem_op kind;
	u64 sector;
	u32 count;
	bool fua, preflush, nowait, read_ahead;
	u64 id;
	u8 *buffer;
	struct content_snapshot *snapshot;
	void (*done)(struct sim_op *op);
	void *context;
	blk_status_t status;
	u32 parts;
	bool begun;		/* its write is in the oracle's books */
	bool lost;		/* it ended with an error where a block is lost */
	bool zero_pages;	/* write-zeroes is not supported: pages of zeroes instead */
	struct list_head node;
};

/* The value that sector @i of @op carries. */
u64 front_value(const struct sim_op *op, u32 i);
/* Index of a volume sector in the oracle's books. */
u32 front_index(u64 sector);

void front_start(void);
void front_submit(struct sim_op *op);
/* Nothing is under way. */
bool front_is_quiet(void);
/* Is there a device, suspended or not? */
bool front_exists(void);
bool front_is_up(void);
bool front_is_read_only(void);
struct tandem_array *front_array(void);
/* Is @leg's disk in the table of the running array? */
bool front_has_disk(unsigned int leg);
/* Does the array run the newest history, so that the newest records bind its reads? */
bool front_reads_are_bound(void);

/* A leg and its read class in one number. */
static inline u64 front_class(unsigned int leg, enum tandem_read_class class)
{
	return (u64)leg << 8 | class;
}

/* Control paths. Those that start return what the engine said. */
struct front_table {
	u64 present;
	u64 rebuild;
	u64 grow;		/* what every set is to have; 0: what it has */
	enum tandem_degraded degraded;
	bool read_only;
	bool swap;		/* two disks in each other's place */
	unsigned int no_memory;
};

int front_make(const struct front_table *table);
/* Suspend; @interrupted: given up half-way, and back to work. */
void front_suspend(bool interrupted);
int front_resume(void);
/* Another table while the old one runs, then the switch. */
int front_reload(const struct front_table *table);
void front_remove(void);
/* The machine is gone. */
void front_crash(void);
/* Legs in a state, by leg. */
u64 front_legs(enum tandem_leg_state state);
void front_poll(void);
/* The status line. */
const char *front_status(void);
/* @number: leg, rate or time, as the verb has it; of SET_READ front_class(). */
int front_message(enum tandem_message_verb verb, u64 number);

#endif
