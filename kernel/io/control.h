/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of the control path: one per leg, to all legs at once, and a wait
 * for the answers. For io/load.c and io/activate.c, the only parts that wait.
 *
 *	begin(); submit() per leg; wait(); then leg->meta_result of each
 */
#ifndef TANDEM_IO_CONTROL_H
#define TANDEM_IO_CONTROL_H

#include "io/array.h"

/* Context of all: process, may sleep; one group at a time for each array. */
void tandem_control_begin(struct tandem_array *array);

/* Sends leg->meta_bio, which has its buffer already. */
void tandem_control_submit(struct tandem_leg *leg, blk_opf_t opf, u64 sector);

/* Until all have answered. */
void tandem_control_wait(struct tandem_array *array);

/* Every completion that has been seen from outside has left its lock. */
void tandem_control_tails(struct tandem_array *array);

#endif
