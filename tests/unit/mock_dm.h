/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device-mapper as a script: tasks are expected in order, each with its
 * answer; whatever is not expected fails the test, and so does what is left
 * over. Questions that change nothing (INFO, LIST) are answered from a list of
 * volumes, without a script; from a SUSPEND to the RESUME that is not refused they are
 * suspended.
 */
#ifndef TANDEM_TESTS_MOCK_DM_H
#define TANDEM_TESTS_MOCK_DM_H

#include "dm_ops.h"

/**
 * struct mock_dm_step - a task that is to come, and its answer
 * @name, @text: what the task must carry; NULL: anything
 * @error: what run() returns
 * @answer: status or table line
 * @sectors: in the reply, and what a LOAD must carry if it is not 0
 */
struct mock_dm_step {
	enum tandem_dm_op op;
	const char *name;
	const char *text;
	int error;
	const char *answer;
	u64 sectors;
};

extern const struct tandem_dm_ops mock_dm_ops;

/* Nothing is expected, no volume is there, the module is. */
void mock_dm_reset(void);
void mock_dm_expect(const struct mock_dm_step *step);

/* A status line and a table line are asked for once more. */
void mock_dm_expect_look(const char *status, const char *table);

/* All that was expected has come. */
void mock_dm_done(void);

/* A new script; all else stays. */
void mock_dm_restart(void);

/* An active volume; @open_count as INFO tells it. */
void mock_dm_add_volume(const char *name, const char *uuid, u32 open_count);
/* What is created from now on is a volume, too. */
void mock_dm_keep(void);
void mock_dm_set_read_only(bool read_only);

/* What every task answers, whatever it is (0: as scripted). */
void mock_dm_fail_all(int error);
void mock_dm_set_version(unsigned int version, bool exists);

/* How many times event_wait() was called, and what it is to return. */
extern unsigned int mock_dm_waits;
extern int mock_dm_wait_result;
extern char mock_dm_node_name[128];
extern bool mock_dm_node_present;

#endif
