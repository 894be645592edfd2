// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading figures off a load.  See figures.h; the criteria are in criteria.c.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "figures.h"
#include "load.h"

static void summarize(struct latency *latency, const struct hist *hist)
{
	*latency = (struct latency) {
		.count = hist->count,
		.mean_us = hist_mean(hist) / 1e3,
		.p50_us = (double)hist_percentile(hist, 0.5) / 1e3,
		.p99_us = (double)hist_percentile(hist, 0.99) / 1e3,
		.p999_us = (double)hist_percentile(hist, 0.999) / 1e3,
		.max_us = (double)hist->max / 1e3,
	};
}

static int take_latencies(struct figures *figures, const struct load *load)
{
	const struct hist *class = load->latency;
	struct hist *commit = calloc(1, sizeof(*commit));

	if (!commit)
		return -ENOMEM;
	hist_merge(commit, &class[COMMIT_PUBLISH]);
	hist_merge(commit, &class[COMMIT_COMPLETE]);
	summarize(&figures->latency[FIGURE_COMMIT], commit);
	summarize(&figures->latency[FIGURE_PUBLISH], &class[COMMIT_PUBLISH]);
	summarize(&figures->latency[FIGURE_COMPLETE], &class[COMMIT_COMPLETE]);
	summarize(&figures->latency[FIGURE_PURGE], &class[COMMIT_PURGE]);
	summarize(&figures->latency[FIGURE_LOG_WRITE], &load->log.latency);
	summarize(&figures->latency[FIGURE_DATA_WRITE], &load->pages.latency);
	figures->slow_ios = hist_above(&load->log.latency, NSEC_PER_SEC) +
			    hist_above(&load->pages.latency, NSEC_PER_SEC);
	figures->longest_io_s = (double)(load->log.latency.max > load->pages.latency.max ?
					 load->log.latency.max : load->pages.latency.max) / 1e9;
	hist_reset(commit);
	hist_merge(commit, &load->log_reader.latency);
	hist_merge(commit, &load->data_reader.latency);
	summarize(&figures->latency[FIGURE_BACKUP_READ], commit);
	hist_reset(commit);
	hist_merge(commit, &load->misses[MISSES_DEQUEUE].latency);
	hist_merge(commit, &load->misses[MISSES_PURGE].latency);
	summarize(&figures->latency[FIGURE_DATA_READ], commit);
	figures->slow_ios += hist_above(commit, NSEC_PER_SEC);
	figures->longest_io_s = fmax(figures->longest_io_s, (double)commit->max / 1e9);
	free(commit);
	return 0;
}

static int take_samples(struct figures *figures, const struct measure *measure)
{
	unsigned int i;

	figures->samples = calloc(measure->nr_samples + 1, sizeof(*figures->samples));
	if (!figures->samples)
		return -ENOMEM;
	figures->nr_samples = measure->nr_samples;
	memcpy(figures->samples, measure->samples,
	       measure->nr_samples * sizeof(*figures->samples));
	figures->spool_max = (double)measure->spool_max;
	for (i = 0; i < measure->nr_samples; i++) {
		const struct measure_sample *sample = &measure->samples[i];

		if ((double)sample->dirty_pages > figures->dirty_max)
			figures->dirty_max = (double)sample->dirty_pages;
		if (sample->data_mean_ns / 1e6 > figures->worst_data_ms)
			figures->worst_data_ms = sample->data_mean_ns / 1e6;
	}
	return 0;
}

/* When was the spool as low as it had ever been at the end of a pass before the burst? */
static double recovery_s(const struct figures *figures, const struct options *options)
{
	double end_s = options->burst_at_s + options->burst_s, low = INFINITY, most = 0;
	double pass_s = options->purge_s, pass_end_s = pass_s;
	unsigned int i;

	for (i = 0; i < figures->nr_samples; i++) {
		double at_s = (double)figures->samples[i].at_ns / 1e9;
		double spool = (double)figures->samples[i].spool_low;

		if (at_s >= end_s && spool <= most)
			return at_s - end_s;
		if (at_s >= options->burst_at_s)
			continue;
		low = fmin(low, spool);
		if (at_s < pass_end_s)
			continue;
		most = fmax(most, low);
		low = INFINITY;
		pass_end_s = at_s + pass_s;
	}
	return INFINITY;
}

static void take_shape(struct figures *figures, const struct load *load)
{
	if (load->options->arrivals == SCHEDULE_FLOODGATE)
		figures->recovered_s = recovery_s(figures, load->options);
	if (load->options->arrivals != SCHEDULE_OVERDRIVE)
		return;
	figures->drained_s = INFINITY;
	if (load->drained_ns)
		figures->drained_s = (double)(load->drained_ns - load->closed_ns) / 1e9;
}

static void take_legs(struct figures *figures, const struct measure *measure, double messages)
{
	unsigned int i;

	figures->nr_legs = measure->end.legs.nr;
	for (i = 0; i < figures->nr_legs && i < measure->begin.legs.nr; i++) {
		const struct leg_counts *begin = &measure->begin.legs.leg[i].counts;
		const struct leg_counts *end = &measure->end.legs.leg[i].counts;
		struct leg_figures *leg = &figures->legs[i];

		/* A leg that was replaced meanwhile cannot be told from its namesake. */
		if (strcmp(measure->begin.legs.leg[i].name, measure->end.legs.leg[i].name))
			continue;
		memcpy(leg->name, measure->end.legs.leg[i].name, sizeof(leg->name));
		leg->written_bytes = (double)(end->written_bytes - begin->written_bytes) / messages;
		leg->read_bytes = (double)(end->read_bytes - begin->read_bytes) / messages;
		leg->commands = (double)(end->commands - begin->commands) / messages;
		leg->flushes = (double)(end->flushes - begin->flushes) / messages;
		leg->busy_share = (double)(end->busy_ms - begin->busy_ms) / 1e3 /
				  figures->seconds;
	}
}

static void take_totals(struct figures *figures, const struct measure *measure, double messages)
{
	const struct measure_counts *begin = &measure->begin, *end = &measure->end;
	unsigned int i;

	figures->log_bytes = (double)(end->log_bytes - begin->log_bytes) / messages;
	figures->data_bytes = (double)(end->page_bytes - begin->page_bytes) / messages;
	figures->pages_per_s = (double)(end->page_bytes - begin->page_bytes) / PAGE_BYTES /
			       figures->seconds;
	figures->cpu_us = (double)(end->cpu_us - begin->cpu_us) / messages;
	take_legs(figures, measure, messages);
	for (i = 0; i < figures->nr_legs; i++) {
		figures->bytes += figures->legs[i].written_bytes;
		figures->commands += figures->legs[i].commands;
	}
	if (figures->nr_legs)
		return;
	figures->bytes = figures->log_bytes + figures->data_bytes;
	figures->commands = (double)(end->log_writes - begin->log_writes + end->page_writes -
				     begin->page_writes) / messages;
}

int figures_take(struct figures *figures, const struct load *load)
{
	const struct measure *measure = &load->measure;
	double offered = (double)(measure->end.offered - measure->begin.offered);
	double due = (double)(measure->end.due - measure->begin.due);
	double completed = (double)(measure->end.completed - measure->begin.completed);
	double seconds = (double)(measure->ended_ns - measure->begun_ns) / 1e9;
	int error;

	memset(figures, 0, sizeof(*figures));
	figures->seconds = seconds > 0 ? seconds : 1e-9;
	figures->rate_per_s = load->options->rate_per_s;
	figures->offered_per_s = offered / figures->seconds;
	figures->achieved_per_s = completed / figures->seconds;
	/* A closed loop offers what it completes. */
	if (!load->options->rate_per_s)
		due = offered;
	figures->achieved_share = due > 0 ? completed / due : 0;
	figures->longest_checkpoint_s = (double)load->pages.longest_ns / 1e9;
	figures->late_p99_us = (double)hist_percentile(&load->late, 0.99) / 1e3;
	figures->gave_up = load->gave_up;
	figures->hung = load->hung;
	snprintf(figures->error, sizeof(figures->error), "%s", load->stopped_by);
	error = take_latencies(figures, load);
	if (!error)
		error = take_samples(figures, measure);
	take_shape(figures, load);
	if (completed > 0)
		take_totals(figures, measure, completed);
	return error;
}

void figures_exit(struct figures *figures)
{
	free(figures->samples);
	figures->samples = NULL;
}

const char *figure_class_name(enum figure_class class)
{
	switch (class) {
	case FIGURE_COMMIT:
		return "commit";
	case FIGURE_PUBLISH:
		return "publish";
	case FIGURE_COMPLETE:
		return "complete";
	case FIGURE_PURGE:
		return "purge";
	case FIGURE_LOG_WRITE:
		return "log_write";
	case FIGURE_DATA_WRITE:
		return "data_write";
	case FIGURE_DATA_READ:
		return "data_read";
	case FIGURE_BACKUP_READ:
		return "backup_read";
	case FIGURE_CLASSES:
		break;
	}
	return "unknown";
}
