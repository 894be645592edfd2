/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What page writes are made from: memory, in pieces, for a fixed number of
 * writes of up to so many adjacent pages.
 *
 * SQL Server on Linux hands a write over as a vector of 4 KiB pieces.  Here the
 * pieces of one write are in descending order in memory, so that no two of them
 * can be merged: each reaches the device as a segment of its own.
 */
#ifndef BENCH_PAGE_SLOTS_H
#define BENCH_PAGE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

#define PAGE_BYTES 8192
#define PAGE_PIECE_BYTES 4096
#define PAGES_MAX_GATHER (ENGINE_MAX_SEGMENTS * PAGE_PIECE_BYTES / PAGE_BYTES)

struct page_slots_config {
	uint64_t run;
	uint32_t sector_bytes;
	unsigned int nr;		/* Writes in flight. */
	unsigned int gather_pages;	/* Of one write, 1 to PAGES_MAX_GATHER. */
	unsigned int registered;	/* For struct engine_request. */
	bool flat;			/* One piece of memory for each write. */
};

struct pages;

struct page_slot {
	struct engine_request request;
	struct pages *pages;
	struct page_slot *next;
	unsigned char *memory;
	struct iovec *segments;
	uint64_t *lsns;		/* Of each page. */
	uint64_t page;		/* The first ... */
	uint32_t nr_pages;	/* ... of so many. */
	int64_t issued_ns;
	bool waiting;
};

struct page_slots {
	struct page_slots_config config;
	struct page_slot *slots;
	struct page_slot *free;
	unsigned char *memory;
	size_t memory_bytes;
	struct iovec *segments;
	uint64_t *lsns;
};

/**
 * page_slots_init - allocate everything
 * @slots: the slots; ended by page_slots_exit()
 * @config: copied
 *
 * Return: 0 or -ENOMEM.
 */
int page_slots_init(struct page_slots *slots, const struct page_slots_config *config);

/**
 * page_slots_exit - free everything; nothing may be in flight
 * @slots: the slots, also some whose making failed
 */
void page_slots_exit(struct page_slots *slots);

/**
 * page_slot_fill - make the content of a write, and say where it is
 * @slots: the slots
 * @slot: one of them, with page, nr_pages and lsns; memory and length of the
 *        request are set
 * @checkpoint: what is on each page as its mark
 */
void page_slot_fill(const struct page_slots *slots, struct page_slot *slot, uint64_t checkpoint);

#endif /* BENCH_PAGE_SLOTS_H */
