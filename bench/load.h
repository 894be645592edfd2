/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The load: messages flow through the log and the data pages until time, count,
 * a signal or an error ends it.
 *
 *   RUNNING    messages arrive
 *   DRAINING   none arrive any more; what is in flight completes
 *   ENDING     the last record of the journal becomes durable
 *   ENDED
 *
 * Rates and latencies are measured while RUNNING, after --warm, and until SIGUSR1:
 * who is about to cut the power says so, and the dying seconds do not spoil the
 * numbers.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "acks.h"
#include "engine.h"
#include "hist.h"
#include "log.h"
#include "measure.h"
#include "misses.h"
#include "model.h"
#include "mover.h"
#include "options.h"
#include "pages.h"
#include "reader.h"
#include "schedule.h"
#include "volume.h"

enum load_phase {
	LOAD_RUNNING,
	LOAD_DRAINING,
	LOAD_ENDING,
	LOAD_ENDED,
};

/* Who waits for pages that the buffer pool lost: many sessions, or the one that purges. */
enum load_misses {
	MISSES_DEQUEUE,
	MISSES_PURGE,
	LOAD_MISSES,
};

/* A published message on its way out. */
struct transmission {
	uint64_t message;
	int64_t due_ns;
};

struct load {
	const struct options *options;
	struct volume log_volume;
	struct volume data_volume;
	struct engine *engine;
	struct log log;
	struct pages pages;
	struct acks acks;
	struct model model;
	struct schedule schedule;
	struct schedule due_schedule;	/* Again, behind by the time of transmission. */
	struct log_commit *pending;	/* Commits that wait for room in the log; a ring. */
	uint64_t pending_head;
	uint64_t pending_tail;
	struct transmission *transmitting;	/* A ring, as long; all take the same time. */
	uint64_t transmit_head;
	uint64_t transmit_tail;
	struct mover movers[MOVERS];
	struct misses misses[LOAD_MISSES];
	struct reader log_reader;
	struct reader data_reader;
	int64_t log_backup_ns;	/* When the next backup of the log begins. */
	struct measure measure;
	enum load_phase phase;
	uint64_t run;
	int64_t start_ns;
	int64_t deadline_ns;	/* 0: none. */
	int64_t ended_ns;	/* When RUNNING ended. */
	int64_t measured_ns;	/* When the measurement ended; 0: not yet. */
	int64_t progress_ns;	/* When the next progress line is due. */
	uint64_t offered;	/* Messages that arrived. */
	uint64_t due;		/* Messages that should be complete, in an open loop. */
	uint64_t completed;
	int64_t closed_ns;	/* When an overdrive ended; 0: not yet. */
	int64_t drained_ns;	/* When all that it left was purged. */
	int64_t blocked_ns;	/* When arrivals last found the queue full. */
	uint64_t offered_measured;
	uint64_t completed_measured;
	uint64_t completed_progress;
	uint64_t pages_progress;
	uint64_t log_stalls;	/* A commit found the log full. */
	uint64_t acks_stalls;	/* A durable commit found the journal full. */
	bool stalled;
	bool hung;		/* Draining took too long. */
	bool gave_up;		/* Too far behind to be worth the rest of the run. */
	struct hist latency[COMMIT_CLASSES];
	struct hist interval;	/* Since the last progress line. */
	struct hist late;	/* Generator: arrival handled after it was due. */
	char stopped_by[160];	/* Empty, or the error that ended the load. */
};

/**
 * load_run - drive a load from its beginning to its end
 * @load: from load_open()
 *
 * Context: a signal to end the load also makes load_interrupted() true.
 */
void load_run(struct load *load);

/**
 * load_interrupted - did the user ask this process to end
 *
 * Return: true after SIGINT or SIGTERM.
 */
bool load_interrupted(void);

/**
 * load_command - the verb "load"
 * @options: the command line
 *
 * Context: prints progress, report and error lines.
 *
 * Return: the exit code: 0 done, 1 failed.
 */
int load_command(const struct options *options);

#endif /* BENCH_LOAD_H */
