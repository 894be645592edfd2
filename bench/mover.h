/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A job that follows behind the messages, batch by batch: the purge, the moves of
 * tracking data, the import of activities.  Each is a stream of commits, one at a
 * time; a pass takes what was there when it began.
 */
#ifndef BENCH_MOVER_H
#define BENCH_MOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

enum mover_kind {
	MOVER_PURGE,
	MOVER_TRACK,		/* TDDS: events go to the tracking tables. */
	MOVER_COPY,		/* Tracked bodies are copied. */
	MOVER_IMPORT,		/* BAM. */
	MOVERS,
};

struct mover {
	enum commit_class class;
	bool off;
	int64_t interval_ns;	/* 0: no passes; as soon as a whole batch is there. */
	uint64_t batch;		/* Messages of one commit, at most. */
	uint64_t done;		/* Messages, as the next two. */
	uint64_t target;	/* Of this pass. */
	uint64_t moving;	/* In a commit that is not durable yet. */
	int64_t next_ns;	/* When the next pass begins. */
};

/**
 * mover_next - how many messages the next commit takes
 * @mover: the job; they count as moving when there are any
 * @available: messages that may have been moved in the end
 * @now_ns: the time
 *
 * Return: a number; 0: no commit now.
 */
uint64_t mover_next(struct mover *mover, uint64_t available, int64_t now_ns);

/**
 * mover_done - the commit is durable
 * @mover: the job
 */
void mover_done(struct mover *mover);

#endif /* BENCH_MOVER_H */
