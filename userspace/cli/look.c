// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verbs that look: status and examine. They write nothing, anywhere.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "show.h"
#include "verb.h"

#define WATCH_MS 1000

/* One line and a status in the convention of monitoring plug-ins. */
static int check(struct cli_output *out, const struct tandem_status_list *list)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL" };
	struct cli_judgement judgement;
	char line[2048] = "";
	int worst = 0;
	size_t i;

	if (!tandem_status_count(list)) {
		if (out->json)
			cli_json_arrays(out, list, false);
		else
			printf("TANDEM UNKNOWN: no array is active\n");
		return CLI_CHECK_UNKNOWN;
	}
	for (i = 0; i < tandem_status_count(list); i++) {
		size_t used = strlen(line);

		cli_show_judge(tandem_status_array(list, i), &judgement);
		if (judgement.level > worst)
			worst = judgement.level;
		snprintf(line + used, sizeof(line) - used, "%s%s", used ? "; " : "",
			 judgement.reason);
	}
	if (out->json)
		cli_json_arrays(out, list, false);
	else
		printf("TANDEM %s: %s\n", words[worst], line);
	return worst;
}

static void show(struct cli_output *out, const struct tandem_status_list *list, bool watching)
{
	size_t i;

	if (out->json) {
		cli_json_arrays(out, list, watching);
		return;
	}
	if (watching && isatty(STDOUT_FILENO))
		printf("\033[H\033[J");
	if (!tandem_status_count(list))
		printf("no array is active\n");
	for (i = 0; i < tandem_status_count(list); i++) {
		if (i)
			printf("\n");
		cli_show_array(tandem_status_array(list, i));
	}
	fflush(stdout);
}

int cli_status(struct cli_output *out, struct tandem_context *ctx,
	       const struct cli_request *request)
{
	const char *name = request->nr_args ? request->arg[0] : NULL;
	struct tandem_status_list *list;
	struct tandem_error err;
	int ret = TANDEM_CODE_DONE;

	if (request->check && request->watch)
		return cli_output_usage(out, "status", "takes --check or --watch, not both");
	for (;;) {
		if (tandem_status_get(ctx, name, &list, &err))
			return cli_output_error(out, &err);
		/* They are in no kernel, and seldom new: not for who looks again and again. */
		if (!request->check && !request->watch && tandem_status_spares(ctx, list, &err))
			cli_output_log(out, TANDEM_LOG_WARNING, err.text);
		if (request->check)
			ret = check(out, list);
		else
			show(out, list, request->watch);
		tandem_status_put(list);
		if (!request->watch)
			return ret;
		ret = tandem_watch(ctx, WATCH_MS, &err);
		if (ret && ret != -ETIMEDOUT && ret != -EINTR)
			return cli_output_error(out, &err);
	}
}

int cli_examine(struct cli_output *out, struct tandem_context *ctx,
		const struct cli_request *request)
{
	const struct tandem_disks disks = { .path = request->arg, .nr = request->nr_args };
	struct tandem_examine_list *list;
	int ret = TANDEM_CODE_DONE;
	struct tandem_error err;
	size_t i;

	if (request->regions && !out->json)
		return cli_output_usage(out, "--regions", "comes with --json");
	if (tandem_examine(ctx, &disks, &list, &err))
		return cli_output_error(out, &err);
	if (out->json)
		cli_json_examine(out, list, request->regions);
	for (i = 0; i < tandem_examine_count(list); i++) {
		const struct tandem_label_info *info = tandem_examine_label(list, i);

		if (info->error && ret == TANDEM_CODE_DONE)
			ret = (int)info->error->code;
		if (info->error && !out->json)
			cli_output_error(out, info->error);
		else if (!out->json)
			cli_show_label(info);
	}
	for (i = 0; !out->json && i < tandem_examine_arrays(list); i++) {
		const struct tandem_verdict_info *info = tandem_examine_array(list, i);

		printf("%s: %s%s\n", info->name, info->verdict,
		       info->startable ? "" : "; would not be started");
	}
	tandem_examine_put(list);
	return ret;
}
