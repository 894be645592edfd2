/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is everything there that was acknowledged?
 *
 * The log is read as a recovery would: from where the last completed checkpoint
 * lets it begin, sector by sector, to the first one that is missing.  What lies
 * behind that gap is lost to a recovery, whole or not.  Then every acknowledged
 * commit and every demanded page is judged.
 */
#ifndef BENCH_VERIFY_H
#define BENCH_VERIFY_H

#include <stdint.h>

#include "demand.h"
#include "options.h"
#include "volume.h"

/* From good to bad; a thing made of several sectors is as bad as its worst. */
enum verdict {
	VERDICT_INTACT,
	VERDICT_RECYCLED,	/* The log was reused there, as it may after a checkpoint. */
	VERDICT_UNREACHABLE,	/* Whole, but behind a gap in the log. */
	VERDICT_STALE,		/* A page older than acknowledged. */
	VERDICT_AHEAD,		/* A page newer than the log: the log lost durable bytes. */
	VERDICT_TORN,		/* A bad checksum, or partly there. */
	VERDICT_MISDIRECTED,	/* Something of this run that belongs elsewhere. */
	VERDICT_UNREADABLE,
	VERDICT_LOST,		/* Not there. */
	VERDICTS,
};

struct verify_result {
	uint64_t commits[VERDICTS];
	uint64_t pages[VERDICTS];	/* Those that are demanded. */
	uint64_t extra_pages[VERDICTS];	/* Others, damaged as no crash explains. */
	uint64_t messages;		/* Acknowledged. */
	uint64_t lost;			/* ... of which so many are not wholly there, */
	uint64_t torn;			/* ... so many of those because they are torn. */
	uint64_t recovered_lsn;		/* Where the log ends for a recovery. */
	uint64_t recovered_commits;	/* Number of the last commit before that. */
};

/**
 * verdict_name - the word for a verdict
 * @verdict: the verdict
 *
 * Return: a lower-case word; never NULL.
 */
const char *verdict_name(enum verdict verdict);

/**
 * verify_log - judge the log volume
 * @demand: what may be demanded
 * @volume: the log volume
 * @result: commits, messages, lost, torn and recovered_* are filled in
 *
 * Context: prints the error line itself, and a line for each of the first
 * damaged commits on stderr.
 *
 * Return: 0 when the judgement is complete, good or bad; -errno otherwise.
 */
int verify_log(const struct demand *demand, const struct volume *volume,
	       struct verify_result *result);

/**
 * verify_pages - judge the data volume
 * @demand: what may be demanded
 * @volume: the data volume
 * @result: after verify_log(); pages and extra_pages are filled in
 *
 * Context: as verify_log().
 *
 * Return: as verify_log().
 */
int verify_pages(const struct demand *demand, const struct volume *volume,
		 struct verify_result *result);

/**
 * verify_passed - is nothing lost, torn, stale or misplaced
 * @result: the result of both
 *
 * Return: true when no acknowledged thing is damaged.
 */
bool verify_passed(const struct verify_result *result);

/**
 * verify_command - the verb "verify"
 * @options: the command line
 *
 * Return: the exit code: 0 only when verify_passed().
 */
int verify_command(const struct options *options);

/**
 * acks_command - the verb "acks": count a journal without the volumes
 * @options: the command line
 *
 * Return: the exit code: 0 done, 1 failed.
 */
int acks_command(const struct options *options);

#endif /* BENCH_VERIFY_H */
