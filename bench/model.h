/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one MessageBox message costs: log bytes, commits and dirtied pages.
 *
 * The numbers are a model, not a trace of SQL Server; where each comes from is
 * told in Documentation/ and beside the constants in model.c.  A message of
 * body size S has, on average,
 *
 *   log bytes    8192 + 2.1 * S       12,493 for 2 KiB
 *   commits      2.2                  publish 1, complete 1, purge 1/5
 *   dirtyings    2.5 + S / 8040 (publish) + 1.0 (purge), of which 40 % hit a
 *                page that is dirty already
 *
 * Averages are kept exactly: what a division leaves over is carried to the
 * next message and not rounded away.
 */
#ifndef BENCH_MODEL_H
#define BENCH_MODEL_H

#include <stdint.h>

#include "random.h"

enum commit_class {
	COMMIT_PUBLISH,
	COMMIT_COMPLETE,
	COMMIT_PURGE,
	COMMIT_CLASSES,
};

/* One purge commit cleans up this many messages. */
#define MODEL_PURGE_BATCH 5

struct model {
	struct random random;
	uint32_t len_bytes[COMMIT_CLASSES];
	double dirtyings[COMMIT_CLASSES];
	double carried;		/* Dirtyings owed by the commits so far, below 1. */
	uint64_t nr_pages;
	uint64_t append_page;
	uint64_t recent_page;
};

/**
 * model_init - make the model for one body size
 * @model: the model
 * @seed: the user's seed
 * @body_bytes: size of a message body
 * @nr_pages: pages of the data volume
 */
void model_init(struct model *model, uint64_t seed, uint32_t body_bytes, uint64_t nr_pages);

/**
 * model_message_bytes - log bytes of one message, averaged over a purge batch
 * @model: the model
 *
 * Return: bytes per message.
 */
double model_message_bytes(const struct model *model);

/**
 * model_dirtyings - how many pages the next commit dirties
 * @model: the model; carries the fraction
 * @class: which commit
 *
 * Return: the number of calls of model_page() to make.
 */
unsigned int model_dirtyings(struct model *model, enum commit_class class);

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
 * Return: "publish", "complete" or "purge"; never NULL.
 */
const char *commit_class_name(enum commit_class class);

#endif /* BENCH_MODEL_H */
