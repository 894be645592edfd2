/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes wrong with a disk. The model is written down in faults.c.
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "options.h"

struct sim_disk;
struct sim_command;

/**
 * struct sim_health - what is wrong with a disk for longer than one command
 * @dead: answers nothing but errors until the next start of the array
 * @bad_first, @bad_count: sectors that cannot be read until they are written
 * @slow: latency is multiplied by this
 * @no_write_zeroes: the disk does not know that command
 * @fail_write, @fail_flush: steered: the next one of them errs, see enum sim_order
 * @wants_table: steered: while @fail_flush is under way the copier wants the table of
 *	lost ranges written
 * @no_meta: steered: what is in front of the data cannot be written
 * @injected: commands that were answered with an error
 * @injected_at_start: as it was when the array was last started
 * @refused: of these, errors that are the caller's fault by their class
 * @harmed: reasons to fail the leg: errors of commands that the device has seen,
 *	and the administrator's word
 * @harmed_at_start: as it was when the last start of the array began
 */
struct sim_health {
	bool dead;
	blk_status_t dead_status;
	u64 bad_first;
	u32 bad_count;
	u32 slow;
	bool no_write_zeroes;
	u8 fail_write;
	u8 fail_flush;
	bool wants_table;
	bool no_meta;
	u64 injected;
	u64 injected_at_start;
	u64 refused;
	u64 harmed;
	u64 harmed_at_start;
};

/*
 * An error by order: what was to be written, or is in the cache, is lost or not; or the
 * disk has not seen the command.
 */
enum sim_order { SIM_ORDER_NONE, SIM_ORDER_LOST, SIM_ORDER_LANDED, SIM_ORDER_BUSY };

/* What becomes of one command. */
struct sim_outcome {
	blk_status_t status;
	u32 survival;		/* enum sim_survival: of a write that failed */
	bool drop;		/* a flush that failed lost what it should have written */
};

void faults_start(const struct sim_options *options);
/* From now on nothing new goes wrong; what is dead stays dead. */
void faults_stop(void);
bool faults_are_on(void);
void faults_pause(bool pause);
/* An error that means that no device has seen the command. */
bool faults_is_retryable(blk_status_t status);
/* Errors given to anybody since faults_start(). */
u64 faults_injected(void);

/* When it is submitted; and again when it completes, for the disk may be dead by then. */
void faults_decide(struct sim_command *command, struct sim_outcome *outcome);
void faults_finish(struct sim_command *command, struct sim_outcome *outcome);
/* Refuse a command in the middle of its submission? */
bool faults_at_once(struct sim_command *command);
/* A disk that is back after a restart of the machine, or was replaced. */
void faults_heal(struct sim_disk *disk);

#endif
