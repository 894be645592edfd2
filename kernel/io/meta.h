/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One page of metadata on its way to legs of a set, in operation: sent to all at once,
 * asked again where an error passes, judged when all have answered.
 */
#ifndef TANDEM_IO_META_H
#define TANDEM_IO_META_H

#include "io/array.h"

/**
 * struct tandem_meta - one page on its way; one owner's, one at a time
 * @work: the owner's work item, run when there is something to judge
 * @page: TANDEM_PAGE_BYTES, not changed while it is on its way
 * @sector: per position in the set, from the start of the disk
 * @sent: legs that it went to; @asked: of these, asked in this pass
 * @result: per position, of the last pass that asked it
 */
struct tandem_meta {
	struct tandem_set *set;
	struct delayed_work *work;
	void *page;
	u64 sector[TANDEM_MAX_LEGS_PER_SET];
	u8 sent;
	u8 asked;
	u8 again;
	unsigned int attempts;
	atomic_t pending;
	u8 result[TANDEM_MAX_LEGS_PER_SET];
	struct bio bio[TANDEM_MAX_LEGS_PER_SET];
	struct bio_vec vec[TANDEM_MAX_LEGS_PER_SET];
};

enum tandem_meta_end {
	TANDEM_META_AGAIN,	/* some legs are asked again: @work will run */
	TANDEM_META_DONE,	/* durable on every leg of @sent that stays */
	TANDEM_META_ERROR,	/* no leg has failed for it, and it may be on none */
};

/* To @legs with FUA; not none. Context: process. */
void tandem_meta_send(struct tandem_meta *meta, u8 legs);

/* Answers are outstanding: @work will run. */
static inline bool tandem_meta_is_on(struct tandem_meta *meta)
{
	return atomic_read_acquire(&meta->pending);
}

/* All have answered. Legs that failed it fail, but not the last one. Process. */
enum tandem_meta_end tandem_meta_judge(struct tandem_meta *meta);

#endif
