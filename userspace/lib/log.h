/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The intent logs on disks: block I/O around core/log.h, and what the logs of
 * several legs say together. Nothing is written.
 */
#ifndef TANDEM_LIB_LOG_H
#define TANDEM_LIB_LOG_H

#include "core/log.h"
#include "scan.h"

enum tandem_leglog_state {
	TANDEM_LEGLOG_NONE,	/* the array keeps none */
	TANDEM_LEGLOG_VALID,
	TANDEM_LEGLOG_EMPTY,	/* never written */
	TANDEM_LEGLOG_LOST,	/* not all that is needed is there */
};

/**
 * struct tandem_leglog - what the log of one leg says
 * @head: of its newest record; only if VALID
 * @dirty: its dirty regions, all of them if it says TANDEM_LOG_ALL; has memory
 *	if VALID or EMPTY
 */
struct tandem_leglog {
	enum tandem_leglog_state state;
	struct tandem_log_head head;
	struct tandem_intent dirty;
};

/**
 * tandem_leglog_read() - read and replay the log of a leg
 * @found: a leg, closed; it is opened for reading and closed again
 * @log: filled in; to be freed with tandem_leglog_free(), also after an error
 * Return: 0, whatever the log says; else the disk cannot be opened, or memory
 */
int tandem_leglog_read(const struct tandem_context *ctx, const struct tandem_found *found,
		       struct tandem_leglog *log, struct tandem_error *err);
void tandem_leglog_free(struct tandem_leglog *log);

/* "valid", "empty" or "lost"; NULL for NONE. */
const char *tandem_leglog_text(enum tandem_leglog_state state);

/* An empty set of all regions of one set of the array; free(->bits). -ENOMEM */
int tandem_leglog_intent(const struct tandem_super *super, struct tandem_intent *intent);

/**
 * struct tandem_leglogs - logs of the legs of one array, side by side
 * @plan: the chooser's over @group
 * @log: per candidate; must be there for those that are CURRENT
 */
struct tandem_leglogs {
	const struct tandem_group *group;
	const struct tandem_plan *plan;
	const struct tandem_leglog *log[TANDEM_MAX_LEGS];
};

/**
 * tandem_leglogs_apart() - are two current legs of a set more than a record apart?
 * @culprit: the candidate that is ahead, and the one that is behind
 *
 * They are written in lock-step: one of the two is an old image of itself. A log
 * that is lost or empty has no place in the order.
 */
bool tandem_leglogs_apart(const struct tandem_leglogs *logs, s16 culprit[2]);

/*
 * A current leg whose superblock is older than the newest record of its log, so that
 * a superblock was lost; -1 if there is none.
 */
s16 tandem_leglogs_ahead(const struct tandem_leglogs *logs);

/* How many legs of @set are current. */
unsigned int tandem_leglogs_current(const struct tandem_leglogs *logs, unsigned int set);

/**
 * tandem_leglogs_unsure() - regions of a set that may differ between its current legs
 * @unsure: of tandem_leglog_intent(); filled in
 *
 * What is dirty in the log of any of them; all if one of these logs is lost. Where
 * it was never written, or the array keeps none: none after a clean stop, else all.
 */
void tandem_leglogs_unsure(const struct tandem_leglogs *logs, unsigned int set,
			   struct tandem_intent *unsure);

#endif
