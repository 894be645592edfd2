/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the copier, shared by copy.c (regions) and promote.c (the end of
 * a rebuild). Only the copy's own work item touches it, but for @result,
 * @pending and @flush, which bio completions set, parts of @pacer, and @stuck (array->lock).
 */
#ifndef TANDEM_IO_COPIER_H
#define TANDEM_IO_COPIER_H

#include "core/rate.h"
#include "io/flush.h"
#include "io/pace.h"

enum copy_state {
	COPY_IDLE,
	COPY_DRAIN,
	COPY_READ,
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
	bool erred;			/* onto a leg that stays: perhaps only in its cache */
	bool ticketed;			/* waits for a flush round to pass */
	u32 ticket;
	blk_opf_t fua;
	bool resync;			/* legs may differ: not only to fill one */
	struct tandem_rate rate;	/* of copies; io/rate.c */
	u64 since_ns;			/* when the last one ended, or 0 */
	struct tandem_pacer pacer;
	atomic_t pending;
	u8 result[TANDEM_MAX_LEGS_PER_SET];
	struct bio bio[TANDEM_MAX_LEGS_PER_SET];
	struct bio_vec vec[TANDEM_MAX_LEGS_PER_SET];
	void *buffer;
	struct copy_stuck stuck[COPY_NR_STUCK];
	unsigned int next_stuck;
	struct tandem_own_flush flush;	/* of a promotion */
};

/* io/choose.c: the next region, or -1; and whether to rest first. */
s64 tandem_choose(struct tandem_copy *copy);
bool tandem_choose_rest(struct tandem_copy *copy);

/* True: go on at once. */
bool tandem_promote_start(struct tandem_copy *copy);
bool tandem_promote_step(struct tandem_copy *copy);

#endif
