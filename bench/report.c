// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports of a load.  Latencies count from the intended arrival; a closed loop
 * has none but the moment its client was free, and says so.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "complain.h"
#include "json.h"
#include "report.h"

static double seconds(int64_t ns)
{
	return (double)ns / (double)NSEC_PER_SEC;
}

static double milliseconds(uint64_t ns)
{
	return (double)ns / (double)NSEC_PER_MSEC;
}

void report_progress(struct load *load, int64_t now_ns)
{
	const struct hist *hist = &load->interval;
	double span_s = seconds(now_ns - (load->progress_ns - NSEC_PER_SEC));

	if (!load->options->quiet)
		fprintf(stderr, "%5.0f s  %8.0f msg/s  commit p50 %.3f p99 %.3f max %.3f ms  "
			"%6.0f pages/s  %llu dirty  %llu checkpoints\n",
			seconds(now_ns - load->start_ns),
			(double)(load->completed - load->completed_progress) / span_s,
			milliseconds(hist_percentile(hist, 0.5)),
			milliseconds(hist_percentile(hist, 0.99)), milliseconds(hist->max),
			(double)(load->pages.written - load->pages_progress) / span_s,
			(unsigned long long)load->pages.nr_dirty,
			(unsigned long long)load->pages.checkpoints);
	load->completed_progress = load->completed;
	load->pages_progress = load->pages.written;
	load->progress_ns = now_ns + NSEC_PER_SEC;
	hist_reset(&load->interval);
}

static double messages_per_s(const struct load *load)
{
	double elapsed_s = seconds(load->measured_ns - load->start_ns);

	return elapsed_s > 0 ? (double)load->completed_measured / elapsed_s : 0;
}

/* An open-loop run whose generator was late says more about the host than about the array. */
static bool generator_valid(const struct load *load)
{
	return (double)hist_percentile(&load->late, 0.99) <=
	       load->options->late_limit_us * (double)NSEC_PER_USEC;
}

static void print_hist(const char *name, const struct hist *hist)
{
	printf("  %-14s p50 %9.3f  p99 %9.3f  p99.9 %9.3f  max %9.3f ms  (%llu)\n", name,
	       milliseconds(hist_percentile(hist, 0.5)), milliseconds(hist_percentile(hist, 0.99)),
	       milliseconds(hist_percentile(hist, 0.999)), milliseconds(hist->max),
	       (unsigned long long)hist->count);
}

static void print_loop(const struct load *load)
{
	const struct options *options = load->options;

	if (!options->rate_per_s) {
		printf("closed loop, %llu clients: not a sustained rate\n",
		       (unsigned long long)options->clients);
		return;
	}
	printf("open loop, %.10g messages/s offered, %.2f %% of the messages that arrived done\n",
	       options->rate_per_s, load->offered_measured ?
	       100.0 * (double)load->completed_measured / (double)load->offered_measured : 0);
	printf("generator late by %.3f ms (p99): %s\n",
	       milliseconds(hist_percentile(&load->late, 0.99)), generator_valid(load) ?
	       "valid" : "INVALID, the host did not keep up with the arrivals");
}

static void print_volumes(const struct load *load)
{
	const struct log *log = &load->log;
	const struct pages *pages = &load->pages;

	printf("log     %llu writes, %.1f MB (%.1f MB logged), %llu times full\n",
	       (unsigned long long)log->writes, (double)log->written_bytes / 1e6,
	       (double)log->logged_bytes / 1e6, (unsigned long long)load->log_stalls);
	print_hist("log write", &log->latency);
	printf("data    %llu pages in %llu writes, %.1f MB, %llu dirtyings, %llu checkpoints\n",
	       (unsigned long long)pages->written, (unsigned long long)pages->writes,
	       (double)pages->written * PAGE_BYTES / 1e6, (unsigned long long)pages->dirtyings,
	       (unsigned long long)pages->checkpoints);
	print_hist("page write", &pages->latency);
	if (load->misses[MISSES_DEQUEUE].reads)
		print_hist("dequeue read", &load->misses[MISSES_DEQUEUE].latency);
	if (load->misses[MISSES_PURGE].reads)
		print_hist("purge read", &load->misses[MISSES_PURGE].latency);
	if (pages->backoff.halvings)
		printf("        backed off %llu times, to %u writes in flight\n",
		       (unsigned long long)pages->backoff.halvings, pages->backoff.least);
}

static void print_load(const struct load *load, const struct hist *all)
{
	unsigned int class;

	printf("tandem-bench load: engine %s, seed %llu, run 0x%llx\n", load->engine->ops->name,
	       (unsigned long long)load->options->seed, (unsigned long long)load->run);
	print_loop(load);
	printf("%.1f messages/s: %llu completed in %.2f s\n", messages_per_s(load),
	       (unsigned long long)load->completed_measured,
	       seconds(load->measured_ns - load->start_ns));
	printf("%llu messages acknowledged%s, %llu times the journal was full\n",
	       (unsigned long long)load->acks.messages_durable,
	       load->acks.enabled ? "" : " (no journal kept)",
	       (unsigned long long)load->acks_stalls);
	print_hist("commit", all);
	for (class = 0; class < COMMIT_CLASSES; class++)
		print_hist(commit_class_name(class), &load->latency[class]);
	print_volumes(load);
	if (load->stopped_by[0])
		printf("stopped by error: %s\n", load->stopped_by);
}

static void json_hist(struct json *json, const char *key, const struct hist *hist)
{
	json_begin(json, key);
	json_real(json, "p50", (double)hist_percentile(hist, 0.5) / 1e3);
	json_real(json, "p99", (double)hist_percentile(hist, 0.99) / 1e3);
	json_real(json, "p999", (double)hist_percentile(hist, 0.999) / 1e3);
	json_real(json, "max", (double)hist->max / 1e3);
	json_real(json, "mean", hist_mean(hist) / 1e3);
	json_uint(json, "count", hist->count);
	json_end(json);
}

struct load_and_hist {
	const struct load *load;
	const struct hist *all;
};

static void write_loop(struct json *json, const struct load *load)
{
	json_text(json, "engine", load->engine->ops->name);
	json_uint(json, "seed", load->options->seed);
	json_uint(json, "run", load->run);
	json_text(json, "loop", load->options->rate_per_s ? "open" : "closed");
	json_real(json, "offered_per_s", load->options->rate_per_s);
	json_real(json, "generator_late_p99_us",
		  (double)hist_percentile(&load->late, 0.99) / 1e3);
	json_bool(json, "generator_valid", generator_valid(load));
	json_real(json, "seconds", seconds(load->measured_ns - load->start_ns));
	json_uint(json, "offered", load->offered_measured);
	json_uint(json, "completed", load->completed_measured);
	json_uint(json, "acknowledged", load->acks.messages_durable);
	json_real(json, "messages_per_s", messages_per_s(load));
	json_text(json, "stopped_by_error", load->stopped_by[0] ? load->stopped_by : NULL);
}

static void write_load(struct json *json, const void *context)
{
	const struct load_and_hist *both = context;
	const struct load *load = both->load;

	json_begin(json, "load");
	write_loop(json, load);
	json_hist(json, "commit_us", both->all);
	json_hist(json, "publish_us", &load->latency[COMMIT_PUBLISH]);
	json_hist(json, "complete_us", &load->latency[COMMIT_COMPLETE]);
	json_hist(json, "purge_us", &load->latency[COMMIT_PURGE]);
	json_begin(json, "log");
	json_uint(json, "writes", load->log.writes);
	json_uint(json, "written_bytes", load->log.written_bytes);
	json_uint(json, "logged_bytes", load->log.logged_bytes);
	json_uint(json, "times_full", load->log_stalls);
	json_hist(json, "write_us", &load->log.latency);
	json_end(json);
	json_begin(json, "data");
	json_uint(json, "page_writes", load->pages.writes);
	json_uint(json, "pages_written", load->pages.written);
	json_uint(json, "written_bytes", load->pages.written * PAGE_BYTES);
	json_uint(json, "dirtyings", load->pages.dirtyings);
	json_uint(json, "checkpoints", load->pages.checkpoints);
	json_uint(json, "page_reads", load->misses[MISSES_DEQUEUE].reads +
				      load->misses[MISSES_PURGE].reads);
	json_uint(json, "back_offs", load->pages.backoff.halvings);
	json_uint(json, "least_in_flight", load->pages.backoff.least);
	json_hist(json, "write_us", &load->pages.latency);
	json_end(json);
	json_end(json);
}

int report_json(const char *path, void (*write)(struct json *json, const void *context),
		const void *context)
{
	bool to_stdout = !strcmp(path, "-");
	struct json json = { .file = to_stdout ? stdout : fopen(path, "w") };
	int error = 0;

	if (!json.file)
		return complain(-errno, "%s: cannot write the report: %s", path, strerror(errno));
	json_begin(&json, NULL);
	json_begin(&json, "tandem");
	json_uint(&json, "schema", 1);
	json_end(&json);
	write(&json, context);
	json_end(&json);
	if (fflush(json.file) || ferror(json.file))
		error = complain(-EIO, "%s: cannot write the report", path);
	if (!to_stdout)
		fclose(json.file);
	return error;
}

int report_load(const struct load *load)
{
	const char *path = load->options->json;
	struct hist *all = calloc(1, sizeof(*all));
	struct load_and_hist both = { .load = load, .all = all };
	unsigned int class;
	int error = 0;

	if (!all)
		return complain(-ENOMEM, "out of memory for the report");
	for (class = 0; class < COMMIT_CLASSES; class++)
		hist_merge(all, &load->latency[class]);
	if (!path || strcmp(path, "-"))
		print_load(load, all);
	if (path)
		error = report_json(path, write_load, &both);
	fflush(stdout);
	free(all);
	return error;
}
