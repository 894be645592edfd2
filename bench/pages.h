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
 * I-4  Write-ahead rule: a page is handed to the volume only when the durable
 *      prefix of the log covers its LSN.
 * I-5  A page has at most one write in flight.
 * I-6  A page is recorded in the journal after its write completed, and the
 *      checkpoint after a flush that began later than that.
 */
#ifndef BENCH_PAGES_H
#define BENCH_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "acks.h"
#include "engine.h"
#include "hist.h"
#include "log.h"
#include "volume.h"

#define PAGE_BYTES 8192

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
	uint64_t run;
	uint64_t nr_pages;	/* Fits in 32 bits. */
	int64_t interval_ns;
	uint32_t sector_bytes;
	unsigned int depth;	/* Page writes in flight. */
	unsigned int registered;	/* For struct engine_request. */
	bool burst;		/* Write as fast as they go, and not spread over the interval. */
};

struct page_slot;

struct pages {
	struct pages_config config;
	uint64_t *lsns;		/* One for each page; 0: never dirtied. */
	bool *dirty;
	uint32_t *queue;	/* Dirty pages, oldest first; a ring of nr_pages. */
	uint64_t queue_head;
	uint64_t queue_tail;
	struct page_slot *slots;
	struct page_slot *free_slots;
	unsigned char *memory;
	struct engine_request flush;
	enum checkpoint_state state;
	uint64_t checkpoint;	/* Number of the current or last one. */
	uint64_t begin_lsn;
	uint64_t to_write;	/* Pages of this checkpoint that were not taken yet ... */
	uint64_t planned;	/* ... of so many. */
	uint64_t recorded;	/* Number of the journal record to wait for. */
	int64_t begun_ns;
	unsigned int taken;	/* Slots that hold a page, ... */
	unsigned int waiting;	/* ... of which so many wait for the log. */
	bool stopped;		/* Take no more pages. */
	int error;		/* First I/O error; the stream has stopped. */
	uint64_t dirtyings;
	uint64_t writes;
	uint64_t checkpoints;	/* Completed. */
	int64_t longest_ns;	/* That one of them took. */
	struct hist latency;	/* Of the device, per page write. */
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
