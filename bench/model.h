/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one MessageBox message costs: log bytes, commits and dirtied pages.
 *
 * The numbers are a model, not a trace of SQL Server; where each comes from is
 * told in Documentation/ and beside the constants in model.c.  A message of
 * body size S has, on average,
 *
 *   log bytes    8192 + 2.1 * S       12,493 for 2 KiB; tracking and BAM come on top
 *   commits      2 + 1 / purge batch  publish 1, complete 1; 2.2 for a batch of 5
 *   dirtyings    2.5 + S / 8040 (publish) + 1.0 (purge), of which 40 % hit a
 *                page that is dirty already
 *   reads        1 + S / 8040 each to dequeue and to purge it, once the spool is
 *                deeper than the buffer pool
 *
 * Averages are kept exactly: what a division leaves over is carried to the
 * next message and not rounded away.
 */
#ifndef BENCH_MODEL_H
#define BENCH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "random.h"

enum commit_class {
	COMMIT_PUBLISH,
	COMMIT_COMPLETE,
	COMMIT_PURGE,
	COMMIT_TRACK,		/* Tracked events are moved, ... */
	COMMIT_COPY,		/* ... tracked bodies are copied, ... */
	COMMIT_IMPORT,		/* ... activities imported: all off by default. */
	COMMIT_CLASSES,
};

/* The numbers of the model that are nobody's fact; the defaults are in option_rows.c. */
struct model_law {
	double fixed_bytes;	/* Log of a message without a body. */
	double body_factor;	/* Its body is logged so many times. */
	double dirtyings;	/* By a publish, beside the body's own pages. */
	double absorption;	/* Share of dirtyings that hit a dirty page. */
	double append_share;	/* Of the others: the next page of an extent ... */
	double uniform_share;	/* ... or any page; what is left is Zipf's. */
	double zipf_exponent;	/* Above 1. */
};

struct model_config {
	uint64_t seed;
	uint64_t nr_pages;	/* Pages of the data volume. */
	uint32_t body_bytes;	/* Size of a message body. */
	uint32_t purge_batch;	/* One purge commit cleans up this many messages. */
	uint32_t tracked_bytes;	/* Of events, for each message; 0: no tracking. */
	bool tracked_bodies;
	uint32_t bam_events;	/* Of each activity, which is a message; 0: no BAM. */
	struct model_law law;
};

struct model {
	struct random random;
	double bytes[COMMIT_CLASSES];	/* For each message a commit is about. */
	double dirtyings[COMMIT_CLASSES];	/* Likewise. */
	double row_pages;	/* That a message is on. */
	struct model_law law;
	double carried;		/* Dirtyings owed by the commits so far, below 1. */
	double carried_reads;	/* Reads likewise. */
	uint64_t nr_pages;
	uint32_t purge_batch;
	uint64_t append_page;
	uint64_t recent_page;
};

/**
 * model_init - make the model for one body size
 * @model: the model
 * @config: read, not kept
 */
void model_init(struct model *model, const struct model_config *config);

/**
 * model_message_bytes - log bytes of one message, averaged over a purge batch
 * @model: the model
 *
 * Return: bytes per message.
 */
double model_message_bytes(const struct model *model);

/**
 * model_commit_bytes - how long a commit is
 * @model: the model
 * @class: which commit
 * @messages: about how many messages it is: 1, but for a batch
 *
 * Return: bytes of log.
 */
uint32_t model_commit_bytes(const struct model *model, enum commit_class class,
			    uint32_t messages);

/**
 * model_dirtyings - how many pages the next commit dirties
 * @model: the model; carries the fraction
 * @class: which commit
 * @messages: as for model_commit_bytes()
 *
 * Return: the number of calls of model_page() to make.
 */
unsigned int model_dirtyings(struct model *model, enum commit_class class, uint32_t messages);

/**
 * model_reads - how many pages messages are on that the buffer pool lost
 * @model: the model; carries the fraction
 * @messages: how many messages are wanted
 *
 * Return: pages to read.
 */
uint32_t model_reads(struct model *model, uint32_t messages);

/**
 * model_page - which page is dirtied next
 * @model: the model
 *
 * 40 % are the page dirtied last.  Of the others 60 % are the next page of an
 * extent, 30 % uniform (index leaves of random keys), 10 % from a Zipf law with
 * exponent 1.2, scattered over the volume.
 *
 * Return: a page number below nr_pages.
 */
uint64_t model_page(struct model *model);

/**
 * commit_class_name - the word for a class
 * @class: the class
 *
 * Return: "publish", "complete", "purge" and so on; never NULL.
 */
const char *commit_class_name(enum commit_class class);

#endif /* BENCH_MODEL_H */
