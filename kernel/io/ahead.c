// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dirty ahead, for those who write in sequence: transaction logs above all.
 *
 *	      passed            head         ahead (window)
 *	... 91 92 93 94 95 96 97 [98] 99 0 1 2 3 4 5 6 7 8 9 10 11 12 13 ...
 *	clean, or leave together   \__________ stay in the log _________/
 *
 *	first write to a region       new stream: the window goes into its record
 *	write enters a region ahead   head moves on; if less than half of the window is
 *	                              left the rest of it goes into one more record, which
 *	                              nobody waits for
 *	nobody writes at the head     after some looks of the cleaner the stream ends, and
 *	                              its regions leave as any that rest
 *
 * A region made dirty ahead is DIRTY and AHEAD, and not TOUCHED: not open (region.h),
 * so the first write to it comes by slowly, once; it takes AHEAD away, wakes the log and
 * goes on. Those behind it see an open region. Regions of the window that are dirty for
 * another reason, a ring's earlier lap, are armed so as well.
 *
 * Decisions
 * - In an array of role log whoever writes to a region that is new, or has rested, is a
 *   stream. In others it takes the region behind one that was new before: a stranger
 *   costs nothing. One that has got somewhere is not given up for one that has not.
 * - Behind the last region of the set comes the first. A ring that is shorter goes from
 *   its own last region to its own first one, and so does a file in pieces: such a jump is
 *   known when it was seen twice, from one region to the other, and until a stream goes
 *   straight on there. Once would not do: two writers side by side look the same.
 * - A batch is half a window at least. What leaves while a stream lives waits for that
 *   record, and that one for its room: so there is no more than one for so many regions.
 * - No region of others is evicted for what is ahead, and a quarter of what they may have
 *   stays free for them. If the room does not do for another window, what rests and what the
 *   stream has done with leaves early, but not its last region: so the cleaner has made
 *   room when a batch is due.
 * - What is dirty where a stream is first seen, one region behind the other, it has done
 *   with as well: after a crash it goes through what it left dirty before, and nobody
 *   notices in that. It must not keep the room until it rests.
 * - Where the writer is can be seen from the words of the regions; one region may be
 *   left out. Who writes further ahead is a stranger, or the stream that has jumped: that
 *   shows when he goes on there and nobody at the head.
 *
 * If power goes: what is ahead is in the logs and equal; it is copied for nothing.
 *
 * Invariants: I1 (AHEAD is set when the record is durable on all legs, with DIRTY).
 */
#include "sys.h"
#include "io/ahead.h"
#include "io/logger.h"

#define DEFAULT_WINDOW	16u

/* Looks of the cleaner without a write after which a stream has ended. */
#define PATIENCE	8

/* How often a jump must be seen. */
#define PROOFS		2u

/* A region may be left out. */
#define STEPS		2u

/* From @from straight on, around the end of the set, where is @to? */
static u32 straight(const struct tandem_log *log, u32 from, u32 to)
{
	return to >= from ? to - from : to + log->shape.nr_regions - from;
}

static u32 region_back(const struct tandem_log *log, u32 region, u32 count)
{
	return region >= count ? region - count : region + log->shape.nr_regions - count;
}

/* The region that comes behind @region for whoever writes in sequence. */
static u32 next(const struct tandem_log *log, u32 region)
{
	const struct tandem_jump *jump = log->ahead.jump;
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_JUMPS; i++, jump++)
		if (jump->seen >= PROOFS && jump->from == region)
			return jump->to;
	return region + 1 < log->shape.nr_regions ? region + 1 : 0;
}

/* The same by one jump at most, whichever way is shorter. */
static u32 distance(const struct tandem_log *log, u32 from, u32 to)
{
	const struct tandem_jump *jump = log->ahead.jump;
	u32 least = straight(log, from, to);
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_JUMPS; i++, jump++)
		if (jump->seen >= PROOFS)
			least = min(least, straight(log, from, jump->from) + 1 +
				    straight(log, jump->to, to));
	return least;
}

/* A stream went from @from to @to: what it passed by, it does not jump from. */
static void unlearn(struct tandem_log *log, u32 from, u32 to)
{
	struct tandem_jump *jump = log->ahead.jump;
	u32 steps = straight(log, from, to);
	unsigned int i;

	if (steps > distance(log, from, to))
		return;
	for (i = 0; i < TANDEM_AHEAD_JUMPS; i++, jump++)
		if (straight(log, from, jump->from) < steps)
			jump->seen = min(jump->seen, 1u);
}

/* The same end of a ring, though the last region is not reached by every lap? */
static bool is_same(const struct tandem_log *log, u32 from, u32 other)
{
	return straight(log, from, other) <= 1 || straight(log, other, from) <= 1;
}

/* Would a window that goes over the jump come to a region twice? */
static bool is_cycle(const struct tandem_log *log, u32 from, u32 to)
{
	u32 nr;

	for (nr = 0; nr < 2 * log->ahead.window; nr++, to = next(log, to))
		if (to == from)
			return true;
	return false;
}

/* A stream went on at @to, and was at @from. */
static void learn(struct tandem_log *log, u32 from, u32 to)
{
	struct tandem_jump *jump = log->ahead.jump, *spare = jump;
	unsigned int i;

	if (is_cycle(log, from, to))
		return;
	for (i = 0; i < TANDEM_AHEAD_JUMPS; i++, jump++) {
		if (jump->seen && jump->to == to && is_same(log, jump->from, from)) {
			jump->seen = min(jump->seen + 1, PROOFS);
			jump->at = log->ahead.clock;
			if (straight(log, jump->from, from) == 1)
				jump->from = from;
			return;
		}
		if (jump->seen < spare->seen || (jump->seen == spare->seen && jump->at < spare->at))
			spare = jump;
	}
	*spare = (struct tandem_jump){ from, to, 1, log->ahead.clock };
}

static u32 word_of(const struct tandem_log *log, u32 region)
{
	return (u32)atomic_read(&log->set->region[region]);
}

/* Has somebody written there since it was armed? */
static bool is_entered(const struct tandem_log *log, u32 region)
{
	const u32 word = word_of(log, region);

	return word & TANDEM_REGION_DIRTY &&
	       (word & TANDEM_REGION_TOUCHED || !(word & TANDEM_REGION_AHEAD));
}

/* Somebody new: perhaps the stream that moved last, which is not at its head any more. */
static void suspect(struct tandem_log *log, struct tandem_stream *stream)
{
	const struct tandem_stream *other = log->ahead.stream, *last = NULL;
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, other++)
		if (other != stream && other->is_used && other->is_sure &&
		    other->passed + other->last_passed >= log->ahead.window &&
		    (!last || last->at < other->at))
			last = other;
	stream->has_origin = last;
	stream->origin = last ? last->head : 0;
	/* Whoever writes there from now on is seen to. */
	if (last)
		atomic_andnot(TANDEM_REGION_TOUCHED, &log->set->region[last->head]);
}

/* Is somebody at the head of @stream, or in front of it? */
static bool goes_on(const struct tandem_log *log, const struct tandem_stream *stream)
{
	u32 one = next(log, stream->head);

	return word_of(log, stream->head) & (TANDEM_REGION_COUNT | TANDEM_REGION_TOUCHED) ||
	       is_entered(log, one) || is_entered(log, next(log, one));
}

/* It has gone on, and the other one has not: it is that one, and has jumped. */
static void identify(struct tandem_log *log, struct tandem_stream *stream)
{
	struct tandem_stream *other = log->ahead.stream;
	unsigned int i;

	if (!stream->has_origin || stream->passed < 2)
		return;
	stream->has_origin = false;
	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, other++) {
		if (other == stream || !other->is_used || other->head != stream->origin ||
		    goes_on(log, other))
			continue;
		learn(log, other->head, region_back(log, stream->head, stream->passed));
		stream->last_head = other->head;
		stream->last_passed = min(other->passed + other->before, log->shape.nr_regions);
		other->is_used = false;
	}
}

/* Regions ahead that are dirty anyway: who comes there is to be noticed. */
static void arm(struct tandem_log *log, const struct tandem_stream *stream)
{
	const u32 busy = TANDEM_REGION_COUNT | TANDEM_REGION_EXCL | TANDEM_REGION_AHEAD;
	u32 region = stream->head;
	atomic_t *word;
	u32 nr, old;

	for (nr = 0; nr < log->ahead.window; nr++) {
		region = next(log, region);
		word = &log->set->region[region];
		old = atomic_read(word);
		if (old & TANDEM_REGION_DIRTY && !(old & busy))
			atomic_cmpxchg(word, old,
				       (old | TANDEM_REGION_AHEAD) & ~TANDEM_REGION_TOUCHED);
	}
}

/* It went from its head to @head: on, or over a jump. */
static void pass(const struct tandem_log *log, struct tandem_stream *stream, u32 head)
{
	u32 steps = straight(log, stream->head, head);
	u32 behind = stream->passed + stream->before;

	if (steps <= STEPS) {
		stream->passed = min(stream->passed + steps, log->shape.nr_regions);
		return;
	}
	stream->last_head = stream->head;
	stream->last_passed = min(behind, log->shape.nr_regions);
	stream->passed = 0;
	stream->before = 0;
	stream->has_origin = false;
}

static void move(struct tandem_log *log, struct tandem_stream *stream, u32 head)
{
	struct tandem_stream *other = log->ahead.stream;
	unsigned int i;

	/* Two that meet are one. */
	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, other++)
		if (other != stream && other->head == head)
			other->is_used = false;
	unlearn(log, stream->head, head);
	pass(log, stream, head);
	stream->head = head;
	identify(log, stream);
	stream->idle = 0;
	stream->at = ++log->ahead.clock;
	log->ahead.has_moved = true;
}

/* Regions in front of the head that are in the log, one after the other. */
static u32 nr_in_front(const struct tandem_log *log, const struct tandem_stream *stream)
{
	u32 region = next(log, stream->head);
	u32 nr;

	for (nr = 0; nr < log->ahead.window && tandem_intent_has(&log->intent, region); nr++)
		region = next(log, region);
	return nr;
}

static void follow(struct tandem_log *log, struct tandem_stream *stream)
{
	u32 one, two;
	u32 nr;

	for (nr = 0; nr < log->ahead.window; nr++) {
		one = next(log, stream->head);
		two = next(log, one);
		if (is_entered(log, two))
			move(log, stream, two);
		else if (is_entered(log, one))
			move(log, stream, one);
		else
			break;
	}
}

/* Regions ahead that have left, and no record has said so. */
static void call_back(struct tandem_log *log, const struct tandem_stream *stream)
{
	u32 region = stream->head;
	u32 nr;

	for (nr = 0; nr < log->ahead.window && log->nr_clear; nr++) {
		region = next(log, region);
		if (tandem_intent_has(&log->intent, region) && !tandem_log_has(log, region))
			tandem_batch_call_back(log, region);
	}
}

/* How much would be lost with it. */
static u32 worth(const struct tandem_stream *stream)
{
	return stream->is_used ? 1 + stream->is_sure + (stream->passed || stream->last_passed) : 0;
}

/* For somebody new: one that has ended, or is none yet, or stands for longest. */
static struct tandem_stream *spare(struct tandem_log *log)
{
	struct tandem_stream *stream = log->ahead.stream;
	struct tandem_stream *best = stream;
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, stream++)
		if (worth(stream) < worth(best) ||
		    (worth(stream) == worth(best) && stream->at < best->at))
			best = stream;
	return best;
}

/*
 * Regions behind @head that are in the log, one after the other: whoever is found to be a
 * stream there came through them when nobody knew, on ground that was dirty from before a
 * crash as well.
 */
static u32 nr_behind(const struct tandem_log *log, u32 head)
{
	const u32 most = min(log->limit, log->shape.nr_regions - 1);
	u32 region = head;
	u32 nr;

	for (nr = 0; nr < most; nr++) {
		region = region ? region - 1 : log->shape.nr_regions - 1;
		if (!tandem_intent_has(&log->intent, region))
			break;
	}
	return nr;
}

void tandem_ahead_note(struct tandem_log *log, u32 region)
{
	struct tandem_stream *stream = log->ahead.stream;
	unsigned int i;

	if (!log->ahead.window)
		return;
	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, stream++) {
		if (!stream->is_used ||
		    distance(log, stream->head, region) > (stream->is_sure ? STEPS : 1))
			continue;
		if (!stream->is_sure)
			stream->before = nr_behind(log, stream->head);
		stream->is_sure = true;
		move(log, stream, region);
		return;
	}
	stream = spare(log);
	memset(stream, 0, sizeof(*stream));
	stream->is_used = true;
	stream->is_sure = log->set->array->super->role == TANDEM_ROLE_LOG;
	stream->before = stream->is_sure ? nr_behind(log, region) : 0;
	stream->head = region;
	suspect(log, stream);
	move(log, stream, region);
}

/* Also one that nobody knows, in regions that are dirty for another reason. */
static void follow_all(struct tandem_log *log)
{
	struct tandem_stream *stream = log->ahead.stream;
	u32 entered = READ_ONCE(log->ahead.entered);
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, stream++)
		if (stream->is_used && stream->is_sure)
			follow(log, stream);
	if (log->ahead.returned)
		tandem_ahead_note(log, log->ahead.returned - 1);
	log->ahead.returned = 0;
	if (!entered)
		return;
	WRITE_ONCE(log->ahead.entered, 0);
	if (log->set->array->super->role == TANDEM_ROLE_LOG ||
	    tandem_ahead_holds(log, entered - 1))
		tandem_ahead_note(log, entered - 1);
}

/* Room for what nobody waits for, beside a quarter of what writers may have. */
static u32 spare_room(const struct tandem_log *log)
{
	u32 sure = log->intent.nr_dirty - min(log->nr_unsure, log->intent.nr_dirty);
	u32 share = tandem_log_share(log);
	u32 most = min(share - share / 4, log->capacity / 2);
	u32 room = min(most - min(most, sure), tandem_log_left(log));

	return min(room, log->shape.changes - log->change.nr_new - log->change.nr_cleared);
}

/* No region may change twice in one record. */
static bool is_cleared_now(const struct tandem_log *log, u32 region)
{
	const struct tandem_log_change *change = &log->change;
	u32 i;

	for (i = 0; i < change->nr_cleared; i++)
		if (change->region[change->nr_new + i] == region)
			return true;
	return false;
}

/* Regions of the window that are not in the log. */
static u32 nr_missing(const struct tandem_log *log, const struct tandem_stream *stream)
{
	u32 region = stream->head;
	u32 nr, missing = 0;

	for (nr = 0; nr < log->ahead.window; nr++) {
		region = next(log, region);
		missing += !tandem_intent_has(&log->intent, region);
	}
	return missing;
}

static bool is_due(const struct tandem_log *log, const struct tandem_stream *stream)
{
	return stream->is_used && stream->is_sure &&
	       nr_in_front(log, stream) < log->ahead.window / 2;
}

/* A batch for which it is worth while; @more room is to be had. */
static bool fits(const struct tandem_log *log, const struct tandem_stream *stream, u32 more)
{
	u32 least = min(nr_missing(log, stream), log->ahead.window / 2);

	return spare_room(log) + more >= least;
}

bool tandem_ahead_begin(struct tandem_log *log)
{
	struct tandem_stream *stream = log->ahead.stream;
	u32 more = min(log->nr_clear, log->shape.changes / 2);
	bool due = false;
	unsigned int i;

	log->ahead.nr_listed = 0;
	log->ahead.has_moved = false;
	follow_all(log);
	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, stream++) {
		if (!stream->is_used || !stream->is_sure)
			continue;
		/* What was taken out for room that somebody waits for is to go. */
		if (!log->set->starved)
			call_back(log, stream);
		arm(log, stream);
		if (!is_due(log, stream))
			continue;
		if (fits(log, stream, more))
			due = true;
		else
			log->ahead.lacks_room |= log->ahead.has_moved;
	}
	return due;
}

static void list_batch(struct tandem_log *log, const struct tandem_stream *stream)
{
	const u32 room = spare_room(log);
	u32 region = stream->head;
	u32 nr, listed = 0;

	for (nr = 0; nr < log->ahead.window; nr++) {
		region = next(log, region);
		if (is_cleared_now(log, region))
			return;
	}
	region = stream->head;
	for (nr = 0; nr < log->ahead.window && listed < room; nr++) {
		region = next(log, region);
		if (tandem_intent_has(&log->intent, region))
			continue;
		tandem_batch_list_new(log, region);
		listed++;
	}
	log->ahead.nr_listed += listed;
	/* For the next one, while there is time. */
	log->ahead.lacks_room = spare_room(log) < log->ahead.window;
}

void tandem_ahead_list(struct tandem_log *log)
{
	struct tandem_stream *stream = log->ahead.stream;
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, stream++) {
		if (!stream->is_used || !stream->is_sure)
			continue;
		arm(log, stream);
		if (!is_due(log, stream))
			continue;
		if (fits(log, stream, 0))
			list_batch(log, stream);
		else
			log->ahead.lacks_room |= log->ahead.has_moved;
	}
}

bool tandem_ahead_holds(const struct tandem_log *log, u32 region)
{
	const struct tandem_stream *stream = log->ahead.stream;
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, stream++)
		if (stream->is_used && stream->is_sure &&
		    distance(log, stream->head, region) <= log->ahead.window)
			return true;
	return false;
}

/* Has @stream done with @region, but not only just now? */
static bool has_done(const struct tandem_log *log, const struct tandem_stream *stream, u32 region)
{
	u32 steps = straight(log, region, stream->head);

	if (steps <= stream->passed + stream->before)
		return steps > 1;
	steps = straight(log, region, stream->last_head);
	return stream->last_passed && steps <= stream->last_passed && steps + stream->passed > 0;
}

bool tandem_ahead_is_behind(const struct tandem_log *log, u32 region)
{
	const struct tandem_stream *stream = log->ahead.stream;
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, stream++)
		if (stream->is_used && stream->is_sure && has_done(log, stream, region))
			return !tandem_ahead_holds(log, region);
	return false;
}

bool tandem_ahead_is_alive(const struct tandem_log *log)
{
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++)
		if (log->ahead.stream[i].is_used && log->ahead.stream[i].is_sure)
			return true;
	return false;
}

void tandem_ahead_look(struct tandem_log *log)
{
	const u32 signs = TANDEM_REGION_COUNT | TANDEM_REGION_TOUCHED;
	struct tandem_stream *stream = log->ahead.stream;
	unsigned int i;

	for (i = 0; i < TANDEM_AHEAD_STREAMS; i++, stream++) {
		if (!stream->is_used)
			continue;
		stream->idle = word_of(log, stream->head) & signs ? 0 : stream->idle + 1;
		atomic_andnot(TANDEM_REGION_TOUCHED, &log->set->region[stream->head]);
		if (stream->idle >= PATIENCE)
			stream->is_used = false;
	}
}

void tandem_ahead_enter(struct tandem_set *set, u32 region, u32 word)
{
	if (word & TANDEM_REGION_AHEAD)
		atomic_andnot(TANDEM_REGION_AHEAD, &set->region[region]);
	else if (set->array->super->role != TANDEM_ROLE_LOG)
		return;
	WRITE_ONCE(set->log->ahead.entered, region + 1);
	tandem_log_kick(set);
}

void tandem_ahead_reset(struct tandem_log *log)
{
	u32 window = log->set->array->params.tunables.ahead ?: DEFAULT_WINDOW;

	memset(&log->ahead, 0, sizeof(log->ahead));
	/* A set that is hardly longer than a window has no use for one. */
	if (window < log->shape.nr_regions / 2)
		log->ahead.window = window;
}
