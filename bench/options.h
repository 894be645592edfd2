/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line, for all subcommands.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "choices.h"
#include "engine.h"
#include "model.h"

/* Subcommands, as bits: an option says which of them know it. */
enum verb {
	VERB_LOAD = 1,
	VERB_VERIFY = 2,
	VERB_ACKS = 4,
	VERB_MST = 8,
	VERB_RUN = 16,
};

/* Thresholds of the criteria; 0 where the latency class has one of its own. */
struct limits {
	double achieved;
	double slope;
	double depth;
	double commit_mean_ms;
	double commit_p99_ms;
	double commit_p999_ms;
	double data_mean_ms;
	double data_second_ms;
	double stall_s;
	double recover_s;
};

struct options {
	enum verb verb;
	const char *paths[2];
	unsigned int nr_paths;
	unsigned int engine;		/* enum engine_kind */
	unsigned int checkpoint_mode;	/* enum checkpoint_mode */
	unsigned int class;		/* enum latency_class */
	unsigned int arrivals;		/* enum schedule_shape */
	unsigned int log_engine;	/* enum log_engine */
	unsigned int buffers;		/* enum buffer_kind */
	unsigned int tracking;		/* enum tracking */
	struct model_law law;
	double period_s;		/* 0: the length of the run. */
	double base_share;
	double burst_share;
	double burst_at_s;
	double burst_s;
	double overdrive_depth;
	double track_s;
	double copy_s;
	double log_backup_s;		/* 0: none. */
	double round_s;
	uint64_t rounds;
	uint64_t tracked_bytes;
	uint64_t bam_events;
	uint64_t bam_rows;
	uint64_t backup_depth;
	uint64_t backup_read_bytes;
	double seconds;			/* 0: no limit of time. */
	double warm_s;
	double sample_s;		/* 0: take no samples. */
	double give_up_s;		/* 0: never. */
	double transmit_ms;
	double purge_s;			/* 0: as soon as a batch is complete. */
	double estimate_per_s;		/* 0: find one. */
	double width_percent;
	double confirm_s;
	double rate_per_s;		/* 0: closed loop. */
	double checkpoint_s;
	double back_off_ms;	/* 0: never. */
	double drain_s;
	double late_limit_us;
	struct limits limits;
	uint64_t confirms;
	uint64_t max_runs;
	uint64_t knee_runs;
	uint64_t purge_batch;
	uint64_t messages;		/* 0: no limit of number. */
	uint64_t seed;
	uint64_t run_id;
	uint64_t clients;
	uint64_t outstanding;
	uint64_t checkpoint_depth;
	uint64_t gather_bytes;
	uint64_t buffer_pool;
	uint64_t miss_depth;
	uint64_t body_bytes;
	uint64_t sector_bytes;
	uint64_t max_write_bytes;
	uint64_t size_bytes;
	uint64_t log_bytes;
	uint64_t data_bytes;
	const char *acks;
	const char *json;
	bool yes;
	bool expect_errors;
	bool quiet;
	bool list;
	bool quick;
	bool full_backup;
	bool flat;
	bool precondition;
	const char *state;	/* Not from the command line: of the search. */
	bool claimed;	/* Not from the command line: an earlier run made the checks. */
};

/**
 * options_parse - read the command line
 * @options: filled in, defaults included
 * @argc: of main()
 * @argv: of main(); the strings stay referenced
 *
 * Context: prints the error line itself, or the help on stdout.
 *
 * Return: 0, -EINVAL for a wrong command line, -ECANCELED when help was asked for.
 */
int options_parse(struct options *options, int argc, char **argv);

#endif /* BENCH_OPTIONS_H */
