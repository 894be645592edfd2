// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running loads for a search.  Every run is a load of its own, with an empty
 * spool and an empty log: nothing is carried over from rate to rate.
 *
 * Where no estimate is given, a short closed loop gives one.  Its rate is where
 * the search starts, and is never reported as sustained.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "load.h"
#include "load_setup.h"
#include "mst.h"
#include "precondition.h"

#define ESTIMATE_S 2
#define ESTIMATE_CLIENTS 128
/* The search fails below this share of the rate it started from. */
#define LEAST_SHARE 0.01
#define KNEE_FACTOR 2

/* One load at one rate; its figures are added to the runs. */
static int run_once(struct mst *mst, const struct options *options, const char *state)
{
	struct figures *figures = &mst->runs[mst->nr_runs];
	struct options run_options = *options;
	struct load *load;
	int error;

	run_options.claimed = mst->claimed;
	run_options.seed += mst->nr_runs;
	run_options.state = state;
	load = load_open(&run_options);
	if (!load)
		return -EIO;
	mst->claimed = true;
	load_run(load);
	error = figures_take(figures, load);
	figures->state = state;
	if (!error)
		error = figures_judge(figures, options);
	mst->nr_runs++;
	if (error)
		return complain(error, "out of memory for the figures");
	/* Memory that I/O still points to is left to the end of the process. */
	if (figures->hung)
		return complain(-ETIMEDOUT, "I/O still in flight %.10g s after the end",
				options->drain_s);
	load_close(load);
	if (load_interrupted())
		return complain(-EINTR, "interrupted; nothing was found");
	mst_report_run(mst);
	return 0;
}

static int find_estimate(struct mst *mst)
{
	struct options options = *mst->options;
	struct load *load;
	double seconds;

	if (options.estimate_per_s) {
		mst->estimate_per_s = options.estimate_per_s;
		return 0;
	}
	options.rate_per_s = 0;
	options.state = "estimate";
	options.clients = ESTIMATE_CLIENTS;
	options.transmit_ms = 0;
	options.give_up_s = 0;
	options.seconds = ESTIMATE_S;
	options.warm_s = 0.5;
	load = load_open(&options);
	if (!load)
		return -EIO;
	mst->claimed = true;
	load_run(load);
	seconds = (double)(load->measure.ended_ns - load->measure.begun_ns) / 1e9;
	mst->estimate_per_s = (double)(load->measure.end.completed -
				       load->measure.begin.completed) / seconds;
	if (load->hung)
		return complain(-ETIMEDOUT, "I/O still in flight %.10g s after the end",
				options.drain_s);
	load_close(load);
	if (load_interrupted())
		return complain(-EINTR, "interrupted; nothing was found");
	return mst->estimate_per_s > 0 ? 0 : complain(-EIO, "no message was completed");
}

static int search(struct mst *mst)
{
	int error = 0;

	while (!error && !search_done(&mst->search)) {
		struct options options = *mst->options;
		const struct figures *figures = &mst->runs[mst->nr_runs];
		bool confirming = mst->search.state == SEARCH_CONFIRM;

		options.rate_per_s = mst->search.rate;
		if (confirming)
			options.seconds = options.confirm_s;
		error = run_once(mst, &options, search_state_name(mst->search.state));
		if (error)
			break;
		if (!figures->valid)
			search_tell(&mst->search, SEARCH_INVALID);
		else
			search_tell(&mst->search, figures->held ? SEARCH_HELD : SEARCH_NOT_HELD);
	}
	return error;
}

/* The latest run at the rate that was found; a confirmation, if there was one. */
static void conclude(struct mst *mst)
{
	const struct search *search = &mst->search;
	unsigned int i;

	if (search->state != SEARCH_FOUND) {
		snprintf(mst->why, sizeof(mst->why), "no rate was held in %u runs",
			 search->runs);
		return;
	}
	mst->messages_per_s = search->low;
	for (i = 0; i < mst->nr_runs; i++)
		if (mst->runs[i].held && mst->runs[i].rate_per_s == search->low)
			mst->best = &mst->runs[i];
	mst->valid = !search->high_invalid;
	if (search->high_invalid)
		snprintf(mst->why, sizeof(mst->why), "at %.1f/s the generator fell behind: "
			 "the host is the limit, and the array may sustain more", search->high);
	else if (search->noisy)
		snprintf(mst->why, sizeof(mst->why), "noisy: a higher rate was held once and not "
			 "when it was confirmed");
}

static int compare_rates(const void *a, const void *b)
{
	const struct figures *x = *(const struct figures *const *)a;
	const struct figures *y = *(const struct figures *const *)b;

	return (x->rate_per_s > y->rate_per_s) - (x->rate_per_s < y->rate_per_s);
}

/* The lowest rate at which p99 is twice what it is at the lowest of all; valid runs only. */
static int find_knee(struct mst *mst)
{
	const struct figures **sorted = calloc(mst->nr_runs, sizeof(struct figures *));
	unsigned int i, nr = 0;

	if (!sorted)
		return complain(-ENOMEM, "out of memory for the report");
	for (i = 0; i < mst->nr_runs; i++)
		if (mst->runs[i].valid)
			sorted[nr++] = &mst->runs[i];
	qsort(sorted, nr, sizeof(struct figures *), compare_rates);
	for (i = 1; i < nr && !mst->knee_per_s; i++)
		if (sorted[i]->latency[FIGURE_COMMIT].p99_us >
		    KNEE_FACTOR * sorted[0]->latency[FIGURE_COMMIT].p99_us)
			mst->knee_per_s = sorted[i]->rate_per_s;
	free(sorted);
	return 0;
}

static int run_knee(struct mst *mst)
{
	struct options options = *mst->options;
	uint64_t nr = options.knee_runs, i;
	int error = 0;

	for (i = 1; i <= nr && mst->messages_per_s && !error; i++) {
		options.rate_per_s = mst->messages_per_s * (double)i / (double)(nr + 1);
		error = run_once(mst, &options, "knee");
	}
	if (!error && nr && mst->messages_per_s)
		error = find_knee(mst);
	return error;
}

static int init(struct mst *mst, const struct options *options, unsigned int max_runs)
{
	memset(mst, 0, sizeof(*mst));
	mst->options = options;
	mst->max_runs = max_runs;
	mst->runs = calloc(max_runs, sizeof(*mst->runs));
	if (!mst->runs)
		return complain(-ENOMEM, "out of memory");
	/* The first load makes its own checks: this one did not look at the log volume. */
	return options->precondition ? precondition(options) : 0;
}

static void exit_mst(struct mst *mst)
{
	unsigned int i;

	for (i = 0; i < mst->nr_runs; i++)
		figures_exit(&mst->runs[i]);
	free(mst->runs);
}

int mst_command(const struct options *options)
{
	struct mst mst;
	int error = init(&mst, options, (unsigned int)(options->max_runs + options->knee_runs));

	if (!error)
		error = find_estimate(&mst);
	if (!error) {
		search_init(&mst.search, &(struct search_config) {
			.start = mst.estimate_per_s,
			.least = mst.estimate_per_s * LEAST_SHARE,
			.width = options->width_percent / 100,
			.confirms = (unsigned int)options->confirms,
			.max_runs = (unsigned int)options->max_runs,
		});
		error = search(&mst);
	}
	if (!error) {
		conclude(&mst);
		error = run_knee(&mst);
	}
	if (!error)
		error = mst_report(&mst);
	if (!error && !mst.messages_per_s)
		error = -EIO;
	exit_mst(&mst);
	return error != 0;
}

int run_command(const struct options *options)
{
	struct mst mst;
	int error = init(&mst, options, 1);

	if (!error)
		error = run_once(&mst, options, "run");
	if (!error) {
		mst.best = &mst.runs[0];
		mst.messages_per_s = mst.best->achieved_per_s;
		mst.valid = mst.best->valid;
		if (!mst.valid)
			snprintf(mst.why, sizeof(mst.why), "the generator fell behind by %.0f us "
				 "(p99)", mst.best->late_p99_us);
		error = mst_report(&mst);
	}
	exit_mst(&mst);
	return error != 0;
}
