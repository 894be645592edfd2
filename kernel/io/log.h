/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The intent log of a set: a write to a region that is not in it waits here until
 * a record with the region is durable on every leg that is written to.
 *
 * Without an intent log (set->log is NULL) every region is DIRTY for good, and
 * nobody comes here.
 */
#ifndef TANDEM_IO_LOG_H
#define TANDEM_IO_LOG_H

#include "io/request.h"

/* After the shape is known; nothing if the array has no log. Return: 0 or -ENOMEM */
int tandem_log_create(struct tandem_set *set);
void tandem_log_destroy(struct tandem_set *set);

/**
 * tandem_log_add() - a write that needs a record
 * @request: holds a reference on its region, and keeps it (B2)
 *
 * It goes on in tandem_write_start(), or ends with an error if no leg takes the
 * record. Context: as submit_bio().
 */
void tandem_log_add(struct tandem_request *request);

/* Look for work again: a failed leg has been recorded, or regions may go. Any context. */
void tandem_log_kick(struct tandem_set *set);

/* No room can be made: the flush for it failed. Writes that wait get errors. Process. */
void tandem_log_end_starved(struct tandem_set *set);

/* array->super has a configuration of @set that is in force; the token's holder. */
void tandem_log_note_config(struct tandem_set *set);

/* Records may be written, from now on or no more. Context of close: may sleep. */
void tandem_log_open(struct tandem_set *set);
void tandem_log_close(struct tandem_set *set);

/* No record is under way and no write waits for one. */
bool tandem_log_is_idle(struct tandem_set *set);

/* A region of the log, from @region on, that can be made sure; or their number. Process. */
u32 tandem_log_next_unsure(struct tandem_set *set, u32 region);

/* The log has no room, and only settling unsure regions makes some. Any context. */
bool tandem_log_is_full(struct tandem_set *set);

/* Of the last record that is durable on every leg; 0: none. array->lock held. */
u64 tandem_log_sequence(struct tandem_set *set);

/* The rate of resync is another one: what may be dirty follows. Context: process. */
void tandem_log_note_rate(struct tandem_set *set);

/* Regions that a start would find in the log now; there is one. */
u32 tandem_log_nr_dirty(struct tandem_set *set);

void tandem_log_status(struct tandem_set *set, struct tandem_status *status);

#endif
