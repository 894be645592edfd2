// SPDX-License-Identifier: GPL-2.0-only
/*
 * The criteria of a sustained rate, numbered C1 to C9 in the project's notes on
 * the workload.  What is not measured is not judged: C6 leaves out the reads of
 * backups, and C9 (integrity) is the verb "verify".
 *
 * The spool is a saw-tooth: a purge pass empties it at once.  Its slope is
 * therefore taken of the lowest depth of each pass, which is what was under way,
 * and its end is compared with a tooth's height added.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "figures.h"
#include "schedule.h"
#include "slope.h"

struct latency_limits {
	double mean_ms;
	double p99_ms;
	double p999_ms;		/* 0: none. */
};

static const struct latency_limits class_limits[] = {
	[CLASS_SAN] = { .mean_ms = 10, .p99_ms = 25 },
	[CLASS_FLASH] = { .mean_ms = 2, .p99_ms = 5, .p999_ms = 15 },
};

static void add(struct figures *figures, const char *name, double value, double limit)
{
	struct criterion *criterion = &figures->criteria[figures->nr_criteria++];

	*criterion = (struct criterion) {
		.name = name, .value = value, .limit = limit, .pass = value <= limit,
	};
}

/* The lowest sample of each purge pass; returns how many there are. */
static unsigned int find_valleys(const struct figures *figures, double pass_s, bool tracking,
				 struct slope_point *points)
{
	unsigned int i, nr = 0;
	long last = -1;

	for (i = 0; i < figures->nr_samples; i++) {
		double at_s = (double)figures->samples[i].at_ns / 1e9;
		double spool = (double)(tracking ? figures->samples[i].tracking_low :
						   figures->samples[i].spool_low);
		long pass = pass_s > 0 ? (long)(at_s / pass_s) : (long)i;

		if (pass != last)
			points[nr++] = (struct slope_point) { .x = at_s, .y = spool };
		else if (spool < points[nr - 1].y)
			points[nr - 1] = (struct slope_point) { .x = at_s, .y = spool };
		last = pass;
	}
	return nr;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int median_of_first_third(const struct figures *figures, double *median)
{
	unsigned int nr = (figures->nr_samples + 2) / 3, i;
	double *sorted;

	*median = 0;
	if (!nr)
		return 0;
	sorted = calloc(nr, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		sorted[i] = (double)figures->samples[i].spool;
	qsort(sorted, nr, sizeof(*sorted), compare);
	*median = sorted[nr / 2];
	free(sorted);
	return 0;
}

/* What tracking left behind is judged as the spool is. */
static int judge_tracking(struct figures *figures, const struct options *options)
{
	struct slope_point *points = calloc(figures->nr_samples + 1, sizeof(*points));
	struct slope slope;
	int error;

	if (!points)
		return -ENOMEM;
	error = slope_estimate(points, find_valleys(figures, options->track_s, true, points),
			       &slope);
	add(figures, "C4 tracking-slope", slope.upper,
	    options->limits.slope * figures->rate_per_s);
	free(points);
	return error;
}

static int judge_spool(struct figures *figures, const struct options *options)
{
	struct slope_point *points = calloc(figures->nr_samples + 1, sizeof(*points));
	double rate = figures->rate_per_s, first = 0, end = 0;
	struct slope slope;
	unsigned int nr;
	int error;

	if (!points)
		return -ENOMEM;
	nr = find_valleys(figures, options->purge_s, false, points);
	error = slope_estimate(points, nr, &slope);
	if (!error)
		error = median_of_first_third(figures, &first);
	if (figures->nr_samples)
		end = (double)figures->samples[figures->nr_samples - 1].spool;
	add(figures, "C2 spool-slope", slope.upper, options->limits.slope * rate);
	add(figures, "C3 spool-depth", figures->spool_max, options->limits.depth);
	add(figures, "C3 spool-end", end, 1.2 * first + rate * options->purge_s);
	free(points);
	return error;
}

static void judge_latency(struct figures *figures, const struct options *options)
{
	const struct latency_limits *class = &class_limits[options->class];
	const struct limits *limits = &options->limits;
	const struct latency *commit = &figures->latency[FIGURE_COMMIT];
	double p999_ms = limits->commit_p999_ms ? limits->commit_p999_ms : class->p999_ms;

	add(figures, "C5 commit-mean", commit->mean_us / 1e3,
	    limits->commit_mean_ms ? limits->commit_mean_ms : class->mean_ms);
	add(figures, "C5 commit-p99", commit->p99_us / 1e3,
	    limits->commit_p99_ms ? limits->commit_p99_ms : class->p99_ms);
	if (p999_ms > 0)
		add(figures, "C5 commit-p999", commit->p999_us / 1e3, p999_ms);
}

static void judge_data(struct figures *figures, const struct options *options)
{
	const struct limits *limits = &options->limits;
	double backlog_s = figures->dirty_max / figures->pages_per_s;

	add(figures, "C6 data-write-mean", figures->latency[FIGURE_DATA_WRITE].mean_us / 1e3,
	    limits->data_mean_ms);
	if (figures->latency[FIGURE_DATA_READ].count)
		add(figures, "C6 data-read-mean",
		    figures->latency[FIGURE_DATA_READ].mean_us / 1e3, limits->data_mean_ms);
	add(figures, "C6 data-worst-interval", figures->worst_data_ms, limits->data_second_ms);
	if (options->checkpoint_mode == CHECKPOINT_AUTO)
		add(figures, "C7 checkpoint-burst", figures->longest_checkpoint_s,
		    options->checkpoint_s);
	else
		add(figures, "C7 checkpoint-backlog", figures->dirty_max ? backlog_s : 0,
		    options->checkpoint_s);
}

/* A load that is meant to be more than can be sustained has to end well. */
static void judge_shape(struct figures *figures, const struct options *options)
{
	add(figures, "C3 spool-depth", figures->spool_max,
	    fmax(options->limits.depth, options->arrivals == SCHEDULE_OVERDRIVE ?
		 2 * options->overdrive_depth : 0));
	if (options->arrivals == SCHEDULE_FLOODGATE)
		add(figures, "floodgate recovery", figures->recovered_s,
		    options->limits.recover_s);
	else
		add(figures, "overdrive drain", figures->drained_s, options->seconds);
}

static int judge_sustained(struct figures *figures, const struct options *options)
{
	int error = 0;

	if (options->arrivals == SCHEDULE_BELL)
		add(figures, "C3 spool-depth", figures->spool_max, options->limits.depth);
	else
		error = judge_spool(figures, options);
	if (!error && options->tracking)
		error = judge_tracking(figures, options);
	judge_latency(figures, options);
	judge_data(figures, options);
	return error;
}

int figures_judge(struct figures *figures, const struct options *options)
{
	bool stressed = options->arrivals == SCHEDULE_FLOODGATE ||
			options->arrivals == SCHEDULE_OVERDRIVE;
	unsigned int i;
	int error = 0;

	figures->nr_criteria = 0;
	add(figures, "C1 generator-late", figures->late_p99_us, options->late_limit_us);
	figures->valid = figures->criteria[0].pass;
	add(figures, "C1 achieved", figures->achieved_share, options->limits.achieved);
	figures->criteria[1].pass = (stressed ||
				     figures->achieved_share >= options->limits.achieved) &&
				    !figures->gave_up && !figures->error[0];
	if (stressed)
		judge_shape(figures, options);
	else
		error = judge_sustained(figures, options);
	add(figures, "C8 longest-io", figures->hung ? INFINITY : figures->longest_io_s,
	    options->limits.stall_s);
	figures->held = true;
	for (i = 0; i < figures->nr_criteria; i++)
		figures->held &= figures->criteria[i].pass;
	return error;
}
