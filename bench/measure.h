/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The measured window of one run: counters at both ends, and a sample of the
 * spool and of the latencies every so often between them.
 *
 * The spool holds every message that arrived and was not purged, whether or not
 * its publish was durable yet: a backlog before the log counts like one behind
 * it, and cannot hide.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "hist.h"
#include "legs.h"
#include "options.h"

struct load;

struct measure_sample {
	int64_t at_ns;		/* Since the window began. */
	uint64_t spool;
	uint64_t spool_low;	/* The least since the sample before; likewise the next. */
	uint64_t tracking_low;	/* Messages whose events were not moved yet. */
	uint64_t dirty_pages;
	uint64_t messages;	/* Completed since the sample before. */
	uint64_t commit_p50_ns;
	uint64_t commit_p99_ns;
	double data_mean_ns;	/* Of page writes, or reads where those were slower,
				 * since the sample before. */
};

struct measure_counts {
	uint64_t due;
	uint64_t offered;
	uint64_t completed;
	uint64_t log_writes;
	uint64_t log_bytes;
	uint64_t page_writes;
	uint64_t page_bytes;
	uint64_t cpu_us;
	struct legs legs;
};

struct measure {
	struct measure_sample *samples;
	unsigned int nr_samples;
	unsigned int max_samples;
	int64_t interval_ns;	/* 0: no samples. */
	int64_t next_ns;
	int64_t begun_ns;	/* 0: the window has not begun. */
	int64_t ended_ns;	/* 0: it has not ended. */
	uint64_t spool_max;
	uint64_t spool_low;	/* Since the last sample. */
	uint64_t tracking_low;
	uint64_t completed_sampled;
	uint64_t data_count;
	uint64_t data_sum_ns;
	uint64_t read_count;
	uint64_t read_sum_ns;
	struct hist commits;	/* Since the last sample. */
	struct measure_counts begin;
	struct measure_counts end;
};

/**
 * measure_init - allocate the samples
 * @measure: the measure; ended by measure_exit()
 * @options: the command line
 *
 * Return: 0 or -ENOMEM.
 */
int measure_init(struct measure *measure, const struct options *options);

/**
 * measure_exit - free the samples
 * @measure: the measure
 */
void measure_exit(struct measure *measure);

/**
 * measure_begin - begin the window: what was recorded before is forgotten
 * @load: the load
 * @now_ns: the time
 */
void measure_begin(struct load *load, int64_t now_ns);

/**
 * measure_pump - take a sample if one is due
 * @load: the load
 * @now_ns: the time
 */
void measure_pump(struct load *load, int64_t now_ns);

/**
 * measure_end - end the window
 * @load: the load
 * @now_ns: the time
 */
void measure_end(struct load *load, int64_t now_ns);

#endif /* BENCH_MEASURE_H */
