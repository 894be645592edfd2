/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one run at one rate gave, and the criteria it is judged by.
 *
 * Figures outlive the load they were taken from.  A run is held when every
 * criterion passes.  It is invalid when the generator fell behind: then its
 * latencies say more about the host than about the array, and no verdict counts.
 */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "hist.h"
#include "legs.h"
#include "measure.h"
#include "options.h"

#define CRITERIA_MAX 16

enum figure_class {
	FIGURE_COMMIT,		/* Publish and complete together: what a user waits for. */
	FIGURE_PUBLISH,
	FIGURE_COMPLETE,
	FIGURE_PURGE,
	FIGURE_LOG_WRITE,	/* Of the device, as the next three. */
	FIGURE_DATA_WRITE,
	FIGURE_DATA_READ,	/* That the buffer pool missed. */
	FIGURE_BACKUP_READ,
	FIGURE_CLASSES,
};

struct latency {
	uint64_t count;
	double mean_us;
	double p50_us;
	double p99_us;
	double p999_us;
	double max_us;
};

struct criterion {
	const char *name;
	double value;
	double limit;
	bool pass;
};

struct leg_figures {
	char name[32];
	double written_bytes;	/* Per message, as the others. */
	double read_bytes;
	double commands;
	double flushes;
	double busy_share;
};

struct figures {
	const char *state;	/* Of the search. */
	double rate_per_s;	/* Asked for. */
	double seconds;
	double offered_per_s;	/* Arrived. */
	double achieved_per_s;
	double achieved_share;
	double late_p99_us;
	struct latency latency[FIGURE_CLASSES];
	struct measure_sample *samples;
	unsigned int nr_samples;
	double spool_max;
	double pages_per_s;
	double dirty_max;
	double longest_checkpoint_s;
	double worst_data_ms;	/* Mean of page writes in the worst interval. */
	double log_bytes;	/* Per message, as the next four. */
	double data_bytes;
	double bytes;		/* Written to all legs; to the volumes where they are files. */
	double commands;
	double cpu_us;
	struct leg_figures legs[LEGS_MAX];
	unsigned int nr_legs;
	uint64_t slow_ios;	/* Of a second or more. */
	double longest_io_s;
	double recovered_s;	/* Floodgate: after the burst; infinite: never, 0: no burst. */
	double drained_s;	/* Overdrive: likewise, after arrivals stopped. */
	bool gave_up;
	bool hung;
	char error[160];
	struct criterion criteria[CRITERIA_MAX];
	unsigned int nr_criteria;
	bool valid;
	bool held;
};

/**
 * figures_take - read everything off a load that ended
 * @figures: filled in but for state and criteria; ended by figures_exit()
 * @load: the load
 *
 * Return: 0 or -ENOMEM.
 */
int figures_take(struct figures *figures, const struct load *load);

/**
 * figures_exit - free the samples
 * @figures: the figures
 */
void figures_exit(struct figures *figures);

/**
 * figures_judge - apply the criteria
 * @figures: criteria, valid and held are set
 * @options: the limits
 *
 * Return: 0 or -ENOMEM.
 */
int figures_judge(struct figures *figures, const struct options *options);

/**
 * figure_class_name - the word for a class
 * @class: the class
 *
 * Return: "commit", "log_write" and so on; never NULL.
 */
const char *figure_class_name(enum figure_class class);

#endif /* BENCH_FIGURES_H */
