// SPDX-License-Identifier: GPL-2.0-only
/*
 * monitor: one line for each event, until it is ended.
 *
 * It runs in the foreground, for a service manager. A signal ends it while it sleeps; in
 * the middle of a pass it would leave an array suspended, so there it waits.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "json.h"
#include "verb.h"

static void tell(void *data, const struct tandem_event *event)
{
	const struct cli_output *out = data;

	if (out->json)
		cli_json_event(event);
	else
		printf("%s: %s\n", event->array, event->text);
	fflush(stdout);
}

static int pass(struct tandem_monitor *monitor, struct tandem_error *err)
{
	sigset_t ends, before;
	int ret;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &before);
	ret = tandem_monitor_pass(monitor, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static int run(struct tandem_monitor *monitor, bool once, struct tandem_error *err)
{
	int ret;

	for (;;) {
		ret = pass(monitor, err);
		if (ret || once)
			return ret;
		ret = tandem_monitor_wait(monitor, err);
		if (ret && ret != -EINTR)
			return ret;
	}
}

/* A name that is none would be waited for in silence. */
static int find(struct tandem_context *ctx, const char *name, struct tandem_error *err)
{
	struct tandem_status_list *list;
	int ret = tandem_status_get(ctx, name, &list, err);

	if (!ret)
		tandem_status_put(list);
	return ret;
}

int cli_monitor(struct cli_output *out, struct tandem_context *ctx,
		const struct cli_request *request)
{
	const struct tandem_monitor_options opt = {
		.array = request->nr_args ? request->arg[0] : NULL,
		.settle_ms = request->settle_given ? (int64_t)request->settle_ms : -1,
		.grace_ms = request->grace_given ? (int64_t)request->grace_ms : -1,
		.dry_run = request->dry_run,
		.event = tell,
		.data = out,
	};
	struct tandem_monitor *monitor;
	struct tandem_error err;
	int ret;

	if (request->dry_run && !request->once)
		return cli_output_usage(out, "--dry-run", "comes with --once");
	if (request->settle_ms > INT32_MAX || request->grace_ms > INT32_MAX)
		return cli_output_usage(out, "monitor", "waits for days at most, not for years");
	if (request->once && opt.array && find(ctx, opt.array, &err))
		return cli_output_error(out, &err);
	if (tandem_monitor_open(ctx, &opt, &monitor, &err))
		return cli_output_error(out, &err);
	ret = run(monitor, request->once, &err);
	tandem_monitor_close(monitor);
	return ret ? cli_output_error(out, &err) : TANDEM_CODE_DONE;
}
