/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty ahead: the next regions of whoever writes in sequence are in the intent log
 * before the writer is there, so that it waits for no record.
 *
 * All of it under array->lock, but for tandem_ahead_enter().
 */
#ifndef TANDEM_IO_AHEAD_H
#define TANDEM_IO_AHEAD_H

#include "io/region.h"

struct tandem_log;

#define TANDEM_AHEAD_STREAMS	4
#define TANDEM_AHEAD_JUMPS	4

/*
 * struct tandem_stream - somebody who writes in sequence
 * @is_sure: it is one; else its first region, seen once
 * @head: region that it is in
 * @passed: regions that it has gone through since it last jumped, @head not included
 * @before: of those behind them, as many were dirty when it was first seen
 * @last_head, @last_passed: the same before that jump; 0 regions: there was none
 * @has_origin, @origin: it began when another one was at that region: is it the same?
 * @idle: looks of the cleaner since the last write to @head
 * @at: when it last came to another region, by @clock of the set
 */
struct tandem_stream {
	bool is_used;
	bool is_sure;
	u32 head;
	u32 passed;
	u32 before;
	u32 last_head;
	u32 last_passed;
	bool has_origin;
	u32 origin;
	u8 idle;
	u64 at;
};

/*
 * struct tandem_jump - behind region @from somebody went on at @to
 * @seen: how often, as far as that is of interest; 0: not used
 * @at: when it was last seen, by @clock of the set
 */
struct tandem_jump {
	u32 from;
	u32 to;
	u32 seen;
	u64 at;
};

/*
 * struct tandem_ahead - the streams of a set
 * @jump: where a stream does not go straight on
 * @window: regions that are to be dirty ahead of each
 * @nr_listed: of the record under way, its last new regions are ahead
 * @has_moved: a stream has come to another region since the last record
 * @entered: a region that was written to after a rest, plus one; of several, one. For
 *	whoever comes by, without the lock
 * @returned: one that was to leave, and is written again, plus one; 0: none
 * @lacks_room: another batch does not fit, and the cleaner has not looked since
 */
struct tandem_ahead {
	struct tandem_stream stream[TANDEM_AHEAD_STREAMS];
	struct tandem_jump jump[TANDEM_AHEAD_JUMPS];
	u32 window;
	u32 nr_listed;
	u64 clock;
	u32 entered;
	u32 returned;
	bool has_moved;
	bool lacks_room;
};

/* No streams yet. */
void tandem_ahead_reset(struct tandem_log *log);

/*
 * While a record is composed, in this order: where the streams are, and regions ahead
 * that were to leave stay; true: a record is due, and there is room for it. A region
 * that a write makes new. What is ahead, into the record.
 */
bool tandem_ahead_begin(struct tandem_log *log);
void tandem_ahead_note(struct tandem_log *log, u32 region);
void tandem_ahead_list(struct tandem_log *log);

/* For the cleaner. Is it part of a stream that lives? Has one done with it? */
bool tandem_ahead_holds(const struct tandem_log *log, u32 region);
bool tandem_ahead_is_behind(const struct tandem_log *log, u32 region);

/* Is there a stream that goes on? Then what leaves the log waits for its next record. */
bool tandem_ahead_is_alive(const struct tandem_log *log);

/* The cleaner looks: streams that nobody has written for a while end. */
void tandem_ahead_look(struct tandem_log *log);

/*
 * A write is the first in a dirty region for a while: @word was without TOUCHED.
 * Context: as submit_bio().
 */
void tandem_ahead_enter(struct tandem_set *set, u32 region, u32 word);

#endif
