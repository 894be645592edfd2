/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The prefix law of a write-ahead log.
 *
 * Log blocks are written concurrently and complete in any order.  A commit is
 * durable when every byte of the log up to its end is: the durable prefix ends
 * at the first block that has not completed, whatever completed behind it, and
 * never moves past a block that failed.
 *
 *   block state   event      prefix
 *   WAITING       completes  advances over it and every DONE block behind it,
 *                            once all blocks before it are DONE
 *   WAITING       fails      stops before it for ever
 */
#ifndef BENCH_DURABLE_H
#define BENCH_DURABLE_H

#include <stdbool.h>
#include <stdint.h>

enum durable_state {
	DURABLE_WAITING,
	DURABLE_DONE,
	DURABLE_FAILED,
};

struct durable_block {
	uint64_t end_lsn;
	enum durable_state state;
};

struct durable {
	struct durable_block *blocks;
	uint64_t nr_blocks;	/* A power of two. */
	uint64_t head;		/* Ticket of the oldest block that is not part of the prefix. */
	uint64_t tail;		/* Ticket of the next block. */
	uint64_t lsn;		/* End of the durable prefix. */
};

/**
 * durable_init - start at an LSN
 * @durable: the window
 * @nr_blocks: at least this many blocks fit behind the prefix
 *
 * Return: 0 or -ENOMEM; ended by durable_exit().
 */
int durable_init(struct durable *durable, uint64_t nr_blocks);

/**
 * durable_exit - free the window
 * @durable: the window
 */
void durable_exit(struct durable *durable);

/**
 * durable_has_room - may another block be issued
 * @durable: the window
 *
 * Return: false while the window is full.
 */
bool durable_has_room(const struct durable *durable);

/**
 * durable_issue - a block is being written
 * @durable: the window, with room
 * @end_lsn: where the block ends; it begins where the one before ends
 *
 * Return: the ticket for durable_complete().
 */
uint64_t durable_issue(struct durable *durable, uint64_t end_lsn);

/**
 * durable_complete - a block's write completed
 * @durable: the window
 * @ticket: from durable_issue()
 * @ok: false when the write failed
 */
void durable_complete(struct durable *durable, uint64_t ticket, bool ok);

#endif /* BENCH_DURABLE_H */
