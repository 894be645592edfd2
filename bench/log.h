/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log writer, in the way of SQL Server, or serial as PostgreSQL and InnoDB do.
 *
 * Commits are appended to an endless byte stream.  Whenever fewer than
 * @outstanding writes are in flight, all bytes that wait go out in one block of
 * at most @max_write_bytes, padded to a sector: a commit that arrives while the
 * device is idle is written alone, commits that arrive while it is busy share a
 * block (group commit).  Blocks are durable writes, at most @span_bytes beyond
 * the durable prefix.  A commit is released in order, when the prefix covers it.
 *
 * A serial log has one write in flight, padded to a block, and a flush behind it:
 * the block is durable when the flush is.  Both servers write a block that was not
 * full once more with the next flush; here it is padded, and written once (I-2).
 *
 * The stream wraps on its volume.  Nothing at or behind @truncate_lsn is ever
 * overwritten; the checkpointer moves it.
 *
 * I-1  A commit is handed out by log_first_durable() only when every byte of
 *      the log up to its end is durable.
 * I-2  A sector of the log is written once for each pass, so (run, LSN) names
 *      its content.
 * I-3  issued - durable <= span: a verifier may rely on it (see verify_log.c).
 */
#ifndef BENCH_LOG_H
#define BENCH_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "durable.h"
#include "engine.h"
#include "hist.h"
#include "model.h"
#include "volume.h"

struct log_commit {
	uint64_t number;	/* 1, 2, 3... in log order. */
	uint64_t end_lsn;
	uint64_t message;
	int64_t intended_ns;
	uint32_t len_bytes;
	uint32_t messages;	/* About how many it is. */
	enum commit_class class;
};

struct log_config {
	struct engine *engine;
	const struct volume *volume;
	uint64_t run;
	uint64_t log_bytes;	/* Length of one pass; a multiple of 4096. */
	uint64_t span_bytes;
	uint32_t sector_bytes;
	uint32_t max_write_bytes;	/* A multiple of @pad_bytes. */
	uint32_t pad_bytes;	/* Writes are as long as a multiple of this. */
	unsigned int registered;	/* For struct engine_request. */
	bool serial;		/* One write in flight, with a flush behind it. */
	unsigned int outstanding;
	unsigned int max_commits;	/* Commits that may be appended and not yet released. */
};

struct log_slot;

struct log {
	struct log_config config;
	struct durable durable;
	struct log_slot *slots;
	struct log_slot *free_slots;
	unsigned char *memory;
	struct log_commit *commits;
	uint64_t nr_commits;	/* Size of the ring. */
	uint64_t head;		/* Oldest commit that was not released. */
	uint64_t fill;		/* First commit that ends behind issued_lsn. */
	uint64_t tail;		/* Next commit; also how many were ever appended. */
	uint64_t append_lsn;
	uint64_t issued_lsn;
	uint64_t truncate_lsn;
	unsigned int in_flight;
	int error;		/* First I/O error; the stream has stopped. */
	uint64_t writes;
	uint64_t written_bytes;
	uint64_t logged_bytes;
	struct hist latency;	/* Of the device, per write. */
};

/**
 * log_init - start an empty log at LSN 0
 * @log: the log; ended by log_exit()
 * @config: copied
 *
 * Return: 0 or -ENOMEM.
 */
int log_init(struct log *log, const struct log_config *config);

/**
 * log_exit - free the log; nothing may be in flight
 * @log: the log
 */
void log_exit(struct log *log);

/**
 * log_has_room - can a commit of this length be appended now
 * @log: the log
 * @len_bytes: its length
 *
 * Return: false while the log is full, all commit slots are taken or the stream stopped.
 */
bool log_has_room(const struct log *log, uint32_t len_bytes);

/**
 * log_append - append a commit that fits
 * @log: the log
 * @commit: everything but number and end_lsn
 *
 * Return: the LSN at which the commit ends.
 */
uint64_t log_append(struct log *log, const struct log_commit *commit);

/**
 * log_pump - issue what waits, as far as the limits allow
 * @log: the log
 */
void log_pump(struct log *log);

/**
 * log_first_durable - the oldest commit, once it is durable
 * @log: the log
 *
 * Return: the commit, valid until log_release(); NULL when there is none.
 */
const struct log_commit *log_first_durable(const struct log *log);

/**
 * log_release - forget the commit that log_first_durable() shows
 * @log: the log
 */
void log_release(struct log *log);

#endif /* BENCH_LOG_H */
