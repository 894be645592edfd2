/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of the control path: one per leg, to all legs at once, and a wait
 * for the answers. For starts and stops, the only parts that wait.
 */
#ifndef TANDEM_IO_CONTROL_H
#define TANDEM_IO_CONTROL_H

#include "core/fault.h"
#include "io/array.h"

/**
 * struct tandem_group - one command to each of some legs
 * @legs: which, of the array
 * @op: says what an error means
 * @opf: operation and flags
 * @length_bytes: of the data; 0: none
 * @bytes: per leg; NULL: leg->super_bytes
 * @sector: per leg, from the start of its disk
 */
struct tandem_group {
	u64 legs;
	enum tandem_op op;
	blk_opf_t opf;
	u32 length_bytes;
	void *bytes[TANDEM_MAX_LEGS];
	u64 sector[TANDEM_MAX_LEGS];
};

/* The one group of an array, empty; until the next one is asked for. */
struct tandem_group *tandem_control_group(struct tandem_array *array);

int tandem_control_create(struct tandem_array *array);
void tandem_control_destroy(struct tandem_array *array);

/*
 * Asks @legs of the group once, and waits. What they say is in leg->meta_result.
 * Context of all here: process, may sleep; one at a time for each array.
 */
void tandem_control_ask(struct tandem_array *array, const struct tandem_group *group, u64 legs);

/* An error that passes is waited out. Returns the legs that failed. */
u64 tandem_control_run(struct tandem_array *array, const struct tandem_group *group);

/* Takes the token of commit.h; its owner gives it back with tandem_commit_release(). */
void tandem_control_token(struct tandem_array *array);

/*
 * The array's superblock to all legs in use, those that are filled last; the caller holds
 * the token of commit.h. Returns the legs that failed.
 */
u64 tandem_control_commit(struct tandem_array *array);

/* Every completion that has been seen from outside has left its lock. */
void tandem_control_tails(struct tandem_array *array);

#endif
