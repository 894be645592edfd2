/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a journal of acknowledgements entitles a verifier to demand.
 *
 *   log     every acknowledged commit that ends behind truncate_lsn; an older
 *           one too, unless the log may have been reused there
 *   pages   each page at least as new as the last completed checkpoint left it
 *
 * Nothing is demanded of what was not acknowledged: it may exist or not.
 */
#ifndef BENCH_DEMAND_H
#define BENCH_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

struct demand_commit {
	uint64_t message;
	uint64_t number;
	uint64_t end_lsn;
	uint32_t len_bytes;
	uint32_t class;
};

struct demand_page {
	uint64_t page;
	uint64_t lsn;
};

struct demand {
	uint64_t run;
	uint64_t log_bytes;
	uint64_t span_bytes;
	uint64_t nr_pages;
	uint32_t sector_bytes;
	uint64_t truncate_lsn;
	uint64_t acked_lsn;		/* End of the last acknowledged commit. */
	uint64_t checkpoints;
	struct demand_commit *commits;
	uint64_t nr_commits;
	uint64_t max_commits;
	uint64_t *page_lsns;		/* 0: nothing is demanded of that page. */
	uint64_t nr_demanded_pages;
	struct demand_page *recent;	/* Recorded, but no checkpoint vouches for them yet. */
	uint64_t nr_recent;
	uint64_t max_recent;
	uint64_t messages;		/* Acknowledged: their publish was. */
	uint64_t last_message;		/* Highest number of a message in any commit. */
	uint64_t records;
	bool ended;			/* The load ended by itself, ... */
	bool ended_by_error;		/* ... because of an error. */
};

/**
 * demand_read - read a journal
 * @path: where it is
 * @demand: filled in; ended by demand_exit(), also after an error
 *
 * Context: prints the error line itself.
 *
 * Return: 0, -EBADMSG when the journal contradicts itself, or -errno.
 */
int demand_read(const char *path, struct demand *demand);

/**
 * demand_exit - free what demand_read() made
 * @demand: the demand
 */
void demand_exit(struct demand *demand);

#endif /* BENCH_DEMAND_H */
