// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a search says: a line for each run on stderr, the report on stdout, and
 * its JSON.  The rate is a storage-limited equivalent of the maximum sustainable
 * throughput, an upper bound: it is never what BizTalk would do.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "mst.h"
#include "progress.h"
#include "report.h"

static const char *verdict(const struct figures *figures)
{
	if (!figures->valid)
		return "INVALID";
	return figures->held ? "held" : "not held";
}

void mst_report_run(const struct mst *mst)
{
	const struct figures *figures = &mst->runs[mst->nr_runs - 1];
	const struct latency *commit = &figures->latency[FIGURE_COMMIT];
	unsigned int i;

	progress_clear();
	if (mst->options->quiet)
		return;
	fprintf(stderr, "%-8s %9.1f/s offered  %9.1f/s done  commit p50 %.3f p99 %.3f ms  %s",
		figures->state, figures->rate_per_s, figures->achieved_per_s,
		commit->p50_us / 1e3, commit->p99_us / 1e3, verdict(figures));
	for (i = 0; i < figures->nr_criteria; i++)
		if (!figures->criteria[i].pass)
			fprintf(stderr, ", %s", figures->criteria[i].name);
	fprintf(stderr, "%s\n", figures->gave_up ? ", gave up" : "");
}

static void print_best(const struct figures *figures)
{
	unsigned int i;

	for (i = 0; i < FIGURE_CLASSES; i++) {
		const struct latency *latency = &figures->latency[i];

		printf("  %-11s p50 %9.3f  p99 %9.3f  p99.9 %9.3f  max %9.3f ms  (%llu)\n",
		       figure_class_name((enum figure_class)i), latency->p50_us / 1e3,
		       latency->p99_us / 1e3, latency->p999_us / 1e3, latency->max_us / 1e3,
		       (unsigned long long)latency->count);
	}
	printf("a message: %.0f B of log, %.0f B of pages, %.0f B and %.2f commands on the disks, "
	       "%.1f us of CPU\n", figures->log_bytes, figures->data_bytes, figures->bytes,
	       figures->commands, figures->cpu_us);
	for (i = 0; i < figures->nr_legs; i++)
		printf("  %-11s %9.0f B written, %.2f commands, %.2f flushes, %.0f %% busy\n",
		       figures->legs[i].name, figures->legs[i].written_bytes,
		       figures->legs[i].commands, figures->legs[i].flushes,
		       100 * figures->legs[i].busy_share);
	if (figures->recovered_s)
		printf("floodgate: the spool was as before %.1f s after the burst\n",
		       figures->recovered_s);
	if (figures->drained_s)
		printf("overdrive: drained in %.1f s with arrivals stopped\n",
		       figures->drained_s);
	for (i = 0; i < figures->nr_criteria; i++)
		printf("  %-22s %12.3f  limit %12.3f  %s\n", figures->criteria[i].name,
		       figures->criteria[i].value, figures->criteria[i].limit,
		       figures->criteria[i].pass ? "pass" : "FAIL");
	if (figures->error[0])
		printf("stopped by error: %s\n", figures->error);
}

static void print_text(const struct mst *mst)
{
	if (mst->options->verb == VERB_RUN)
		printf("%.1f messages/s offered, %.1f done: %s\n", mst->best->offered_per_s,
		       mst->messages_per_s, verdict(mst->best));
	else if (mst->messages_per_s)
		printf("%.1f messages/s sustained (storage-limited MST equivalent)%s\n",
		       mst->messages_per_s, mst->valid ? "" : ": INVALID");
	else
		printf("no sustained rate was found\n");
	if (mst->why[0])
		printf("%s\n", mst->why);
	if (mst->knee_per_s)
		printf("knee: p99 has doubled at %.1f messages/s\n", mst->knee_per_s);
	if (mst->best)
		print_best(mst->best);
}

static void write_latency(struct json *json, const char *key, const struct latency *latency)
{
	json_begin(json, key);
	json_uint(json, "count", latency->count);
	json_real(json, "mean", latency->mean_us);
	json_real(json, "p50", latency->p50_us);
	json_real(json, "p99", latency->p99_us);
	json_real(json, "p999", latency->p999_us);
	json_real(json, "max", latency->max_us);
	json_end(json);
}

static void write_criteria(struct json *json, const struct figures *figures)
{
	unsigned int i;

	json_begin_list(json, "criteria");
	for (i = 0; i < figures->nr_criteria; i++) {
		json_begin(json, NULL);
		json_text(json, "name", figures->criteria[i].name);
		json_real(json, "value", figures->criteria[i].value);
		json_real(json, "limit", figures->criteria[i].limit);
		json_bool(json, "pass", figures->criteria[i].pass);
		json_end(json);
	}
	json_end_list(json);
}

static void write_legs(struct json *json, const struct figures *figures)
{
	unsigned int i;

	json_begin_list(json, "legs");
	for (i = 0; i < figures->nr_legs; i++) {
		json_begin(json, NULL);
		json_text(json, "name", figures->legs[i].name);
		json_real(json, "written_bytes_per_message", figures->legs[i].written_bytes);
		json_real(json, "read_bytes_per_message", figures->legs[i].read_bytes);
		json_real(json, "commands_per_message", figures->legs[i].commands);
		json_real(json, "flushes_per_message", figures->legs[i].flushes);
		json_real(json, "busy_share", figures->legs[i].busy_share);
		json_end(json);
	}
	json_end_list(json);
}

static void write_run(struct json *json, const struct figures *figures)
{
	unsigned int i;

	json_begin(json, NULL);
	json_text(json, "state", figures->state);
	json_real(json, "rate_per_s", figures->rate_per_s);
	json_real(json, "offered_per_s", figures->offered_per_s);
	json_real(json, "achieved_per_s", figures->achieved_per_s);
	json_real(json, "seconds", figures->seconds);
	json_bool(json, "valid", figures->valid);
	json_bool(json, "held", figures->held);
	json_real(json, "recovered_s", figures->recovered_s);
	json_real(json, "drained_s", figures->drained_s);
	json_text(json, "error", figures->error[0] ? figures->error : NULL);
	write_criteria(json, figures);
	json_begin(json, "classes");
	for (i = 0; i < FIGURE_CLASSES; i++)
		write_latency(json, figure_class_name((enum figure_class)i), &figures->latency[i]);
	json_end(json);
	json_begin_list(json, "spool_depth");
	for (i = 0; i < figures->nr_samples; i++)
		json_uint(json, NULL, figures->samples[i].spool);
	json_end_list(json);
	json_real(json, "bytes_per_message", figures->bytes);
	json_real(json, "log_bytes_per_message", figures->log_bytes);
	json_real(json, "data_bytes_per_message", figures->data_bytes);
	json_real(json, "commands_per_message", figures->commands);
	json_real(json, "cpu_us_per_message", figures->cpu_us);
	write_legs(json, figures);
	json_end(json);
}

static void write_timeline(struct json *json, const struct figures *figures)
{
	unsigned int i;

	json_begin_list(json, "timeline");
	for (i = 0; figures && i < figures->nr_samples; i++) {
		const struct measure_sample *sample = &figures->samples[i];

		json_begin(json, NULL);
		json_uint(json, "t_ms", (uint64_t)(sample->at_ns / 1000000));
		json_real(json, "commit_p50_us", (double)sample->commit_p50_ns / 1e3);
		json_real(json, "commit_p99_us", (double)sample->commit_p99_ns / 1e3);
		json_uint(json, "messages", sample->messages);
		json_uint(json, "spool", sample->spool);
		json_end(json);
	}
	json_end_list(json);
}

static void write_mst(struct json *json, const void *context)
{
	const struct mst *mst = context;
	static const struct latency none;
	unsigned int i;

	json_begin(json, "mst");
	json_real(json, "messages_per_s", mst->messages_per_s);
	json_bool(json, "valid", mst->valid);
	json_text(json, "why", mst->why[0] ? mst->why : NULL);
	json_bool(json, "noisy", mst->search.noisy);
	if (mst->knee_per_s)
		json_real(json, "knee_messages_per_s", mst->knee_per_s);
	else
		json_text(json, "knee_messages_per_s", NULL);
	write_latency(json, "commit_us", mst->best ? &mst->best->latency[FIGURE_COMMIT] : &none);
	json_begin_list(json, "runs");
	for (i = 0; i < mst->nr_runs; i++)
		write_run(json, &mst->runs[i]);
	json_end_list(json);
	write_timeline(json, mst->best);
	json_end(json);
}

int mst_report(const struct mst *mst)
{
	const char *path = mst->options->json;
	int error = 0;

	if (!path || strcmp(path, "-"))
		print_text(mst);
	if (path)
		error = report_json(path, write_mst, mst);
	fflush(stdout);
	return error;
}
