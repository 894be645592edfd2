// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs "verify" and "acks": read the journal, judge, report.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "model.h"
#include "report.h"
#include "verify.h"

const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_INTACT:
		return "intact";
	case VERDICT_RECYCLED:
		return "recycled";
	case VERDICT_UNREACHABLE:
		return "unreachable";
	case VERDICT_STALE:
		return "stale";
	case VERDICT_AHEAD:
		return "ahead";
	case VERDICT_TORN:
		return "torn";
	case VERDICT_MISDIRECTED:
		return "misdirected";
	case VERDICT_UNREADABLE:
		return "unreadable";
	case VERDICT_LOST:
		return "lost";
	case VERDICTS:
		break;
	}
	return "unknown";
}

static uint64_t damaged(const uint64_t counts[VERDICTS])
{
	uint64_t sum = 0;
	int verdict;

	for (verdict = VERDICT_RECYCLED + 1; verdict < VERDICTS; verdict++)
		sum += counts[verdict];
	return sum;
}

bool verify_passed(const struct verify_result *result)
{
	return !result->lost && !damaged(result->commits) && !damaged(result->pages) &&
	       !damaged(result->extra_pages);
}

struct verification {
	const struct demand *demand;
	const struct verify_result *result;
};

static const char *ending(const struct demand *demand)
{
	if (!demand->ended)
		return "was cut off";
	return demand->ended_by_error ? "ended by an error" : "ended by itself";
}

static void print_counts(const char *what, const uint64_t counts[VERDICTS])
{
	int verdict;

	printf("%-9s", what);
	for (verdict = 0; verdict < VERDICTS; verdict++)
		if (counts[verdict] || verdict == VERDICT_INTACT)
			printf(" %llu %s", (unsigned long long)counts[verdict],
			       verdict_name(verdict));
	printf("\n");
}

static void print_result(const struct demand *demand, const struct verify_result *result)
{
	printf("tandem-bench verify: run 0x%llx, which %s; %llu journal records\n",
	       (unsigned long long)demand->run, ending(demand),
	       (unsigned long long)demand->records);
	printf("log       recovered from LSN %llu to %llu, up to commit %llu\n",
	       (unsigned long long)demand->truncate_lsn,
	       (unsigned long long)result->recovered_lsn,
	       (unsigned long long)result->recovered_commits);
	print_counts("commits", result->commits);
	print_counts("pages", result->pages);
	if (damaged(result->extra_pages))
		print_counts("others", result->extra_pages);
	printf("%llu messages acknowledged, %llu lost, %llu torn, %llu pages stale: %s\n",
	       (unsigned long long)result->messages, (unsigned long long)result->lost,
	       (unsigned long long)result->torn,
	       (unsigned long long)result->pages[VERDICT_STALE],
	       verify_passed(result) ? "OK" : "DAMAGED");
}

static void write_counts(struct json *json, const char *key, const uint64_t counts[VERDICTS])
{
	int verdict;

	json_begin(json, key);
	for (verdict = 0; verdict < VERDICTS; verdict++)
		json_uint(json, verdict_name(verdict), counts[verdict]);
	json_end(json);
}

static void write_demand(struct json *json, const struct demand *demand)
{
	json_uint(json, "run", demand->run);
	json_text(json, "ending", ending(demand));
	json_uint(json, "records", demand->records);
	json_uint(json, "acknowledged", demand->messages);
	json_uint(json, "acknowledged_commits", demand->nr_commits);
	json_uint(json, "acknowledged_pages", demand->nr_demanded_pages);
	json_uint(json, "checkpoints", demand->checkpoints);
	json_uint(json, "truncate_lsn", demand->truncate_lsn);
}

static void write_result(struct json *json, const void *context)
{
	const struct verification *verification = context;
	const struct verify_result *result = verification->result;

	json_begin(json, "verify");
	write_demand(json, verification->demand);
	json_uint(json, "lost", result->lost);
	json_uint(json, "torn", result->torn);
	json_uint(json, "stale", result->pages[VERDICT_STALE]);
	json_uint(json, "recovered_lsn", result->recovered_lsn);
	json_uint(json, "recovered_commits", result->recovered_commits);
	write_counts(json, "commits", result->commits);
	write_counts(json, "pages", result->pages);
	write_counts(json, "other_pages", result->extra_pages);
	json_bool(json, "passed", verify_passed(result));
	json_end(json);
}

static int judge_volumes(const struct options *options, const struct demand *demand,
			 struct verify_result *result)
{
	struct volume volume;
	int error;

	error = volume_open_read(options->paths[0], &volume);
	if (error)
		return error;
	error = verify_log(demand, &volume, result);
	volume_close(&volume);
	if (error)
		return error;
	error = volume_open_read(options->paths[1], &volume);
	if (error)
		return error;
	error = verify_pages(demand, &volume, result);
	volume_close(&volume);
	return error;
}

int verify_command(const struct options *options)
{
	struct verify_result result = { 0 };
	struct verification both = { .result = &result };
	struct demand demand;
	int error;

	both.demand = &demand;
	error = demand_read(options->acks, &demand);
	if (!error)
		error = judge_volumes(options, &demand, &result);
	if (!error) {
		if (!options->json || strcmp(options->json, "-"))
			print_result(&demand, &result);
		if (options->json)
			error = report_json(options->json, write_result, &both);
	}
	demand_exit(&demand);
	return error || !verify_passed(&result);
}

static void list_demand(const struct demand *demand)
{
	uint64_t i;

	for (i = 0; i < demand->nr_commits; i++) {
		const struct demand_commit *commit = &demand->commits[i];
		uint64_t begin_lsn = commit->end_lsn - commit->len_bytes;

		printf("commit %llu %s message %llu lsn %llu offset %llu length %u%s\n",
		       (unsigned long long)commit->number, commit_class_name(commit->class),
		       (unsigned long long)commit->message, (unsigned long long)begin_lsn,
		       (unsigned long long)(begin_lsn % demand->log_bytes), commit->len_bytes,
		       begin_lsn < demand->truncate_lsn ? " recyclable" : "");
	}
	for (i = 0; i < demand->nr_pages; i++)
		if (demand->page_lsns[i])
			printf("page %llu lsn %llu\n", (unsigned long long)i,
			       (unsigned long long)demand->page_lsns[i]);
}

static void write_acks(struct json *json, const void *context)
{
	json_begin(json, "acks");
	write_demand(json, context);
	json_end(json);
}

int acks_command(const struct options *options)
{
	struct demand demand;
	int error = demand_read(options->paths[0], &demand);

	if (!error && options->list)
		list_demand(&demand);
	if (!error && (!options->json || strcmp(options->json, "-")))
		printf("run 0x%llx, which %s: %llu messages acknowledged in %llu commits, "
		       "%llu checkpoints vouch for %llu pages\n", (unsigned long long)demand.run,
		       ending(&demand), (unsigned long long)demand.messages,
		       (unsigned long long)demand.nr_commits,
		       (unsigned long long)demand.checkpoints,
		       (unsigned long long)demand.nr_demanded_pages);
	if (!error && options->json)
		error = report_json(options->json, write_acks, &demand);
	demand_exit(&demand);
	return error != 0;
}
