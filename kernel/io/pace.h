/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pace of a set's copier: what users' requests take is measured while it copies,
 * one request at a time, and the copier rests accordingly.
 *
 *	request                              copier
 *	set->watched, and none is timed:     set->watched from its first piece on, until
 *	  claim; since, turn; set->timed       it has nothing to copy
 *	...                                  turn is odd from a piece to the next rest
 *	it ends, and is set->timed: what     takes the sums, and judges
 *	  it took into one of the sums;
 *	  set->timed = NULL; unclaim
 *
 * set->timed is compared and never followed. Whoever ends a request asks, so that none
 * is timed for ever.
 */
#ifndef TANDEM_IO_PACE_H
#define TANDEM_IO_PACE_H

#include "core/pace.h"
#include "io/request.h"

struct tandem_copy;

/*
 * struct tandem_pacer - of one set
 * @pace: the copier's alone
 * @unsure: most regions that were so since none was
 * @claimed: a request is being timed, and fills @kind, @turn and @since_ns
 * @turn: odd while pieces are copied
 * @copying, @quiet: what has ended and was not taken yet: number << 44 | nanoseconds
 */
struct tandem_pacer {
	struct tandem_pace pace;
	u32 unsure;
	atomic_t turn;
	atomic_t claimed;
	u8 kind;
	u32 turn_then;
	u64 since_ns;
	atomic64_t copying[TANDEM_NR_PACE_KINDS];
	atomic64_t quiet[TANDEM_NR_PACE_KINDS];
};

void tandem_pace_time(struct tandem_request *request);
void tandem_pace_timed(struct tandem_request *request);

/* A request with a set enters. One load, but for while the set is copied. */
static inline void tandem_pace_enter(struct tandem_request *request)
{
	if (unlikely(READ_ONCE(request->set->watched)))
		tandem_pace_time(request);
}

/* It ends, or has its first answer. One load. */
static inline void tandem_pace_leave(struct tandem_request *request)
{
	if (unlikely(READ_ONCE(request->set->timed) == request))
		tandem_pace_timed(request);
}

void tandem_pace_create(struct tandem_copy *copy);

/* A piece is to be sent. */
void tandem_pace_begin(struct tandem_copy *copy);

/* It was good everywhere. */
void tandem_pace_end(struct tandem_copy *copy);

/*
 * True: the copier rests, and its work item comes by itself when that is over. For
 * nobody who waits: the caller has looked.
 */
bool tandem_pace_rests(struct tandem_copy *copy);

/* There is nothing to copy. */
void tandem_pace_stop(struct tandem_copy *copy);

#endif
