/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data pages and the checkpointer that writes them behind the log.
 *
 * A page is an LSN: that of the last commit that dirtied it.  Its content is
 * made when it is written.  A checkpoint
 *
 *   IDLE       until it is due, or the log is half full
 *   WRITING    writes every page that was dirty when it began, spread evenly
 *              over most of the interval
 *   FLUSHING   flushes the data volume
 *   RECORDING  waits until the journal of acknowledgements has it
 *
 * and then gives the log up to where it began back to the log writer.
 *
 * A write begins with the page that has been dirty for longest and gathers those
 * that follow it on the volume: up to a page that is clean, not of this
 * checkpoint, or ahead of the durable log, or until the write is full.  So how
 * long writes are is an outcome of where pages are dirtied.
 *
 * I-4  Write-ahead rule: a page is handed to the volume only when the durable
 *      prefix of the log covers its LSN.
 * I-5  A page has at most one write in flight: it is written once by a
 *      checkpoint, gathered or not, and checkpoints do not overlap.
 * I-6  A page is recorded in the journal after its write completed, and the
 *      checkpoint after a flush that began later than that.
 */
#ifndef BENCH_PAGES_H
#define BENCH_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "acks.h"
#include "backoff.h"
#include "engine.h"
#include "hist.h"
#include "log.h"
#include "page_slots.h"
#include "volume.h"

enum checkpoint_state {
	CHECKPOINT_IDLE,
	CHECKPOINT_WRITING,
	CHECKPOINT_FLUSHING,
	CHECKPOINT_RECORDING,
};

struct pages_config {
	struct engine *engine;
	const struct volume *volume;
	struct log *log;
	struct acks *acks;
	struct page_slots_config slots;
	uint64_t nr_pages;	/* Fits in 32 bits. */
	int64_t interval_ns;
	int64_t slow_ns;	/* For backoff_init(). */
	bool burst;		/* Write as fast as they go, and not spread over the interval. */
};

struct pages {
	struct pages_config config;
	uint64_t *lsns;		/* One for each page; 0: never dirtied. */
	uint8_t *dirty;		/* 0: clean, else 1 or 2: since which checkpoint, by turns. */
	uint64_t nr_dirty;
	/* Dirty pages, oldest first, and some that were gathered since; a ring. */
	uint32_t *queue;
	uint64_t queue_head;
	uint64_t queue_tail;
	uint64_t queue_end;	/* Where this checkpoint's pages end. */
	struct page_slots slots;
	struct backoff backoff;
	struct engine_request flush;
	enum checkpoint_state state;
	uint64_t checkpoint;	/* Number of the current or last one. */
	uint64_t begin_lsn;
	uint64_t to_write;	/* Pages of this checkpoint that were not taken yet ... */
	uint64_t planned;	/* ... of so many. */
	uint64_t recorded;	/* Number of the journal record to wait for. */
	int64_t begun_ns;
	unsigned int taken;	/* Pages that slots hold. */
	unsigned int busy;	/* Slots that hold some, ... */
	unsigned int waiting;	/* ... of which so many wait for the log. */
	bool stopped;		/* Take no more pages. */
	int error;		/* First I/O error; the stream has stopped. */
	uint64_t dirtyings;
	uint64_t writes;
	uint64_t written;	/* Pages, by those writes. */
	uint64_t checkpoints;	/* Completed. */
	int64_t longest_ns;	/* That one of them took. */
	struct hist latency;	/* Of the device, per write. */
};

/**
 * pages_init - start with all pages clean
 * @pages: the pages; ended by pages_exit()
 * @config: copied
 * @now_ns: the time
 *
 * Return: 0 or -ENOMEM.
 */
int pages_init(struct pages *pages, const struct pages_config *config, int64_t now_ns);

/**
 * pages_exit - free everything; nothing may be in flight
 * @pages: the pages
 */
void pages_exit(struct pages *pages);

/**
 * pages_dirty - a commit changed a page
 * @pages: the pages
 * @page: its number
 * @lsn: where the commit ends
 */
void pages_dirty(struct pages *pages, uint64_t page, uint64_t lsn);

/**
 * pages_pump - drive the checkpointer
 * @pages: the pages
 * @now_ns: the time
 *
 * Return: nanoseconds after which it wants to be driven again although nothing
 * completes.
 */
int64_t pages_pump(struct pages *pages, int64_t now_ns);

/**
 * pages_busy - is a checkpoint under way
 * @pages: the pages
 *
 * Return: false when nothing is in flight and nothing is being waited for; after
 * an error only what is in flight counts.
 */
bool pages_busy(const struct pages *pages);

#endif /* BENCH_PAGES_H */
