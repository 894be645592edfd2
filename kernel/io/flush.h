/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flushes of the user, in rounds: one round at a time, a flush that arrives
 * during a round waits for the next one (I19). A round goes to every leg that
 * is written to and had a write complete since its last good flush began.
 */
#ifndef TANDEM_IO_FLUSH_H
#define TANDEM_IO_FLUSH_H

#include "io/request.h"

/**
 * struct tandem_own_flush - a flush of the engine, as a user's would be
 * @set: whose legs have to be flushed; others may be on the way
 * @result: enum tandem_result, when @pending is 0
 * @work: run then
 *
 * Earlier rounds are judged when it ends. An error that no user hears of then is
 * told to the next one who flushes (A8).
 */
struct tandem_own_flush {
	struct tandem_set *set;
	struct tandem_request *request;
	struct delayed_work *work;
	struct bio bio;
	atomic_t pending;
	u8 result;
};

int tandem_own_flush_create(struct tandem_own_flush *own, struct tandem_set *set,
			    struct delayed_work *work);
void tandem_own_flush_destroy(struct tandem_own_flush *own);

/* One at a time. Context: process. */
void tandem_own_flush_start(struct tandem_own_flush *own);

static inline bool tandem_own_flush_is_on(struct tandem_own_flush *own)
{
	return atomic_read_acquire(&own->pending);
}

int tandem_flush_create(struct tandem_array *array);
void tandem_flush_destroy(struct tandem_array *array);

/* A user's flush. Context: as submit_bio(). */
void tandem_flush_add(struct tandem_request *request);

/* No round is on. A round may outlive the last request it ended, briefly. */
bool tandem_flush_is_idle(struct tandem_array *array);

/**
 * tandem_flush_ticket() - the round that is on, or the last one
 *
 * A disk may drop its cache long before it says that a flush failed. Bytes read
 * from it may be trusted when the round of a ticket taken after the read has
 * passed and the leg is still readable.
 */
u32 tandem_flush_ticket(struct tandem_array *array);
bool tandem_flush_passed(struct tandem_array *array, u32 ticket);

/* A write or copy completed on @leg, well or not. Any context. */
static inline void tandem_flush_note(struct tandem_leg *leg)
{
	if (!READ_ONCE(leg->unflushed))
		WRITE_ONCE(leg->unflushed, 1);
}

#endif
