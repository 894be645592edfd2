/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the copier, shared by copy.c (regions), piece.c, fetch.c and promote.c (the end
 * of a rebuild). Only the copy's own work item touches it, but for @result, @pending and
 * @flush, which bio completions set, parts of @fetch and @pacer, and @stuck (array->lock).
 */
#ifndef TANDEM_IO_COPIER_H
#define TANDEM_IO_COPIER_H

#include "core/fault.h"
#include "core/rate.h"
#include "io/flush.h"
#include "io/pace.h"

enum copy_state {
	COPY_IDLE,
	COPY_DRAIN,
	COPY_READ,
	COPY_PROBE,
	COPY_WRITE,
	COPY_REST,
	COPY_SETTLE,
	COPY_PROMOTE,
};

/* A block that nobody can read, and its region: io/stuck.c. Not used if @count is 0. */
struct copy_stuck {
	u64 sector;			/* in the set */
	u32 region;
	u32 count;
};

#define COPY_NR_STUCK	8u

/* Steps of a promotion, io/promote.c. */
enum promote_step {
	PROMOTE_FLUSH,
	PROMOTE_TOKEN,
	PROMOTE_COMMIT,
};

/* What is read ahead. @result and @pending are the completion's while it is under way. */
struct copy_fetch {
	u32 offset_sectors;		/* of it, in the region */
	u32 length_sectors;
	u8 source;
	bool is_good;			/* the region has been exclusive since it was sent */
	bool is_taken;			/* it is the piece that is being read */
	enum tandem_result result;
	atomic_t pending;
	struct bio bio;
	struct bio_vec vec;
	void *buffer;
};

struct tandem_copy {
	struct tandem_set *set;
	struct delayed_work work;
	enum copy_state state;
	enum promote_step promote;
	u8 promoted;			/* leg under promotion */
	unsigned long promote_at;	/* not before this, in jiffies */
	u32 cursor;			/* where the scan goes on */
	bool room;			/* whose turn it was: reads, or room in the log */
	u32 region;
	u32 offset_sectors;		/* of the piece, in the region */
	u32 length_sectors;
	u8 source;
	u8 targets;
	u8 tried;			/* sources that failed this piece */
	u8 attempts;
	u8 proofs;			/* how often the source could not read this block */
	u8 bad;				/* of @tried: it is the block, not the leg */
	bool erred;			/* onto a leg that stays: perhaps only in its cache */
	bool ticketed;			/* waits for a flush round to pass */
	u32 ticket;
	blk_opf_t fua;
	bool resync;			/* legs may differ: not only to fill one */
	bool zeroes;			/* nothing else is there, by the map */
	struct tandem_rate rate;	/* of copies; io/rate.c */
	u64 since_ns;			/* when the last one ended, or 0 */
	struct tandem_pacer pacer;
	bool rested;			/* before the piece: nothing is read ahead of the next */
	struct copy_fetch fetch;
	atomic_t pending;
	u8 result[TANDEM_MAX_LEGS_PER_SET];
	struct bio bio[TANDEM_MAX_LEGS_PER_SET];
	struct bio_vec vec[TANDEM_MAX_LEGS_PER_SET];
	void *buffer;
	struct copy_stuck stuck[COPY_NR_STUCK];
	unsigned int next_stuck;
	struct tandem_own_flush flush;	/* of a promotion */
};

/*
 * io/choose.c: the next region, or -1; whether to rest first; whether anybody waits for
 * what is not this region, or to get it; and whether it may be kept for its next piece:
 * nobody does, and no rest is due.
 */
s64 tandem_choose(struct tandem_copy *copy);
bool tandem_choose_rest(struct tandem_copy *copy);
bool tandem_choose_is_asked(struct tandem_copy *copy);
bool tandem_choose_keep(struct tandem_copy *copy);
/* What is copied onto current legs, too. */
#define TANDEM_COPY_ON_CURRENT	(TANDEM_REGION_UNSURE | TANDEM_REGION_PARTLY)

static inline atomic_t *tandem_copy_word(struct tandem_copy *copy)
{
	return &copy->set->region[copy->region];
}

/*
 * A piece, io/piece.c. Context: the copier's work item.
 *
 * begin	as long as may be, and no leg has failed it yet
 * plan		sets source and targets; false: no leg needs it
 * send		commands to legs; the work item runs when all have answered
 * is_good	the source may still be read
 * unread	the source could not read it; true: go on, with what is left
 * probed	the source has answered elsewhere
 * judge	targets have answered; true: it must be done again
 */
void tandem_piece_begin(struct tandem_copy *copy);
bool tandem_piece_plan(struct tandem_copy *copy);
u64 tandem_piece_sector(struct tandem_copy *copy);
void tandem_piece_send(struct tandem_copy *copy, u8 legs, blk_opf_t opf);
bool tandem_piece_is_good(struct tandem_copy *copy);
bool tandem_piece_unread(struct tandem_copy *copy, enum tandem_result result);
bool tandem_piece_probed(struct tandem_copy *copy);
bool tandem_piece_judge(struct tandem_copy *copy);

/*
 * The next piece, read ahead; what these do is in io/fetch.c. Context: the work item, and
 * create and destroy.
 */
int tandem_fetch_create(struct tandem_copy *copy);
void tandem_fetch_destroy(struct tandem_copy *copy);
void tandem_fetch_begin(struct tandem_copy *copy);
void tandem_fetch_drop(struct tandem_copy *copy);
bool tandem_fetch_take(struct tandem_copy *copy);
bool tandem_fetch_is_in(struct tandem_copy *copy);

/* True: go on at once. */
bool tandem_promote_start(struct tandem_copy *copy);
bool tandem_promote_step(struct tandem_copy *copy);

#endif
