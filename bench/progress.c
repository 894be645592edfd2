// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drawing progress.  See progress.h.
 */
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "progress.h"
#include "report.h"

#define BAR_COLUMNS 20
#define REDRAW_NS (NSEC_PER_SEC / 4)

static bool drawn;

void progress_clear(void)
{
	if (drawn)
		fputs("\r\033[K", stderr);
	drawn = false;
}

static void draw_bar(const struct load *load, int64_t now_ns)
{
	const struct options *options = load->options;
	double whole_s = options->warm_s + options->seconds;
	double spent_s = (double)(now_ns - load->start_ns) / 1e9;
	unsigned int full = 0, i;

	if (whole_s > 0 && spent_s < whole_s)
		full = (unsigned int)(BAR_COLUMNS * spent_s / whole_s);
	progress_clear();
	fprintf(stderr, "%-8s %9.1f/s [", options->state ? options->state : "load",
		options->rate_per_s);
	for (i = 0; i < BAR_COLUMNS; i++)
		fputc(i < full ? '#' : '-', stderr);
	fprintf(stderr, "] %.0f of %.0f s  p99 %.3f ms  spool %llu%s", spent_s, whole_s,
		(double)hist_percentile(&load->interval, 0.99) / 1e6,
		(unsigned long long)(load->offered - load->movers[MOVER_PURGE].done),
		load->measure.begun_ns ? "" : "  warming up");
	fflush(stderr);
	drawn = true;
}

void progress_draw(struct load *load, int64_t now_ns)
{
	if (load->options->verb == VERB_LOAD || !isatty(STDERR_FILENO)) {
		if (load->options->verb != VERB_MST)
			report_progress(load, now_ns);
		load->progress_ns = now_ns + NSEC_PER_SEC;
		return;
	}
	if (!load->options->quiet)
		draw_bar(load, now_ns);
	hist_reset(&load->interval);
	load->progress_ns = now_ns + REDRAW_NS;
}
