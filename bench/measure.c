// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and samples.  See measure.h.
 *
 * Histograms are cleared when the window begins, so that what they hold at its
 * end is the window's; counters go on, and are subtracted.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "load.h"
#include "measure.h"

/* A sample that comes late is not made up for, so this many are always enough. */
#define SAMPLES_MOST (1u << 20)

int measure_init(struct measure *measure, const struct options *options)
{
	double wanted = options->sample_s ? options->seconds / options->sample_s + 2 : 1;

	memset(measure, 0, sizeof(*measure));
	measure->max_samples = wanted < SAMPLES_MOST ? (unsigned int)wanted : SAMPLES_MOST;
	measure->interval_ns = (int64_t)(options->sample_s * (double)NSEC_PER_SEC);
	measure->samples = calloc(measure->max_samples, sizeof(*measure->samples));
	return measure->samples ? 0 : -ENOMEM;
}

void measure_exit(struct measure *measure)
{
	free(measure->samples);
	measure->samples = NULL;
}

static void take_counts(const struct load *load, struct measure_counts *counts)
{
	counts->due = load->due;
	counts->offered = load->offered;
	counts->completed = load->completed;
	counts->log_writes = load->log.writes;
	counts->log_bytes = load->log.written_bytes;
	counts->page_writes = load->pages.writes;
	counts->page_bytes = load->pages.written * PAGE_BYTES;
	if (!load->measure.interval_ns)
		return;
	if (load->log_volume.kind == VOLUME_BLOCK)
		legs_find(&counts->legs, load->log_volume.device);
	if (load->data_volume.kind == VOLUME_BLOCK)
		legs_find(&counts->legs, load->data_volume.device);
	legs_count(&counts->legs);
	counts->cpu_us = cpu_busy_us();
}

static uint64_t spool_depth(const struct load *load)
{
	return load->offered - load->movers[MOVER_PURGE].done;
}

static uint64_t tracking_depth(const struct load *load)
{
	return load->completed - load->movers[MOVER_TRACK].done;
}

static void read_totals(const struct load *load, uint64_t *count, uint64_t *sum_ns)
{
	unsigned int i;

	*count = 0;
	*sum_ns = 0;
	for (i = 0; i < LOAD_MISSES; i++) {
		*count += load->misses[i].latency.count;
		*sum_ns += load->misses[i].latency.sum;
	}
}

/* The mean latency of page reads since the last sample. */
static double read_mean_ns(const struct load *load)
{
	uint64_t count, sum_ns;

	read_totals(load, &count, &sum_ns);
	count -= load->measure.read_count;
	return count ? (double)(sum_ns - load->measure.read_sum_ns) / (double)count : 0;
}

static void begin_interval(struct load *load)
{
	struct measure *measure = &load->measure;

	measure->completed_sampled = load->completed;
	measure->data_count = load->pages.latency.count;
	measure->data_sum_ns = load->pages.latency.sum;
	read_totals(load, &measure->read_count, &measure->read_sum_ns);
	measure->spool_low = spool_depth(load);
	measure->tracking_low = tracking_depth(load);
	hist_reset(&measure->commits);
}

void measure_begin(struct load *load, int64_t now_ns)
{
	struct measure *measure = &load->measure;
	unsigned int class;

	for (class = 0; class < COMMIT_CLASSES; class++)
		hist_reset(&load->latency[class]);
	hist_reset(&load->late);
	hist_reset(&load->log.latency);
	hist_reset(&load->pages.latency);
	hist_reset(&load->misses[MISSES_DEQUEUE].latency);
	hist_reset(&load->misses[MISSES_PURGE].latency);
	hist_reset(&load->log_reader.latency);
	hist_reset(&load->data_reader.latency);
	load->pages.longest_ns = 0;
	measure->begun_ns = now_ns;
	measure->next_ns = now_ns + measure->interval_ns;
	take_counts(load, &measure->begin);
	begin_interval(load);
}

static void take_sample(struct load *load, int64_t now_ns)
{
	struct measure *measure = &load->measure;
	uint64_t writes = load->pages.latency.count - measure->data_count;
	struct measure_sample *sample;

	if (measure->nr_samples == measure->max_samples)
		return;
	sample = &measure->samples[measure->nr_samples++];
	*sample = (struct measure_sample) {
		.at_ns = now_ns - measure->begun_ns,
		.spool = spool_depth(load),
		.spool_low = measure->spool_low,
		.tracking_low = measure->tracking_low,
		.dirty_pages = load->pages.nr_dirty,
		.messages = load->completed - measure->completed_sampled,
		.commit_p50_ns = hist_percentile(&measure->commits, 0.5),
		.commit_p99_ns = hist_percentile(&measure->commits, 0.99),
	};
	if (writes)
		sample->data_mean_ns = (double)(load->pages.latency.sum - measure->data_sum_ns) /
				       (double)writes;
	sample->data_mean_ns = fmax(sample->data_mean_ns, read_mean_ns(load));
	begin_interval(load);
}

void measure_pump(struct load *load, int64_t now_ns)
{
	struct measure *measure = &load->measure;
	uint64_t spool = spool_depth(load);

	if (!measure->begun_ns || measure->ended_ns)
		return;
	if (spool > measure->spool_max)
		measure->spool_max = spool;
	if (spool < measure->spool_low)
		measure->spool_low = spool;
	if (tracking_depth(load) < measure->tracking_low)
		measure->tracking_low = tracking_depth(load);
	if (!measure->interval_ns || now_ns < measure->next_ns)
		return;
	take_sample(load, now_ns);
	while (measure->next_ns <= now_ns)
		measure->next_ns += measure->interval_ns;
}

void measure_end(struct load *load, int64_t now_ns)
{
	struct measure *measure = &load->measure;

	if (!measure->begun_ns)
		measure_begin(load, now_ns);
	measure->ended_ns = now_ns;
	take_counts(load, &measure->end);
}
