// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Steer what the kernel copies in the background: rate, latency target, pause.
 *
 * All of it is a matter of the running volume: nothing is written to any leg, and it is
 * forgotten when the volume stops or gets another table.
 */
#include "view.h"

static int check(const struct tandem_rebuild_options *opt, struct tandem_error *err)
{
	bool any = opt->pause || opt->resume || opt->rate_bytes_per_s != TANDEM_UNKNOWN ||
		   opt->latency_target_us != TANDEM_UNKNOWN;

	if (!opt->array || !any)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"name an array, and what is to change");
	if (opt->pause && opt->resume)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"it can be paused or go on, not both");
	if (opt->rate_bytes_per_s != TANDEM_UNKNOWN && opt->rate_bytes_per_s &&
	    (opt->rate_bytes_per_s < TANDEM_MIN_RATE_LIMIT ||
	     opt->rate_bytes_per_s > TANDEM_MAX_COPY_RATE))
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"rate: 64K to 1T a second, or none");
	if (opt->latency_target_us != TANDEM_UNKNOWN && opt->latency_target_us &&
	    (opt->latency_target_us < TANDEM_MIN_LATENCY_TARGET_US ||
	     opt->latency_target_us > TANDEM_MAX_LATENCY_TARGET_US))
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"latency target: 10us to 10s, or auto");
	return 0;
}

static int send(const struct tandem_context *ctx, const struct tandem_volume *volume,
		const struct tandem_message *message, struct tandem_error *err)
{
	return tandem_dm_message(ctx, volume, message, err);
}

/* A pause comes last and an end of it first: what was asked for holds from then on. */
static int steer(const struct tandem_context *ctx, const struct tandem_volume *volume,
		 const struct tandem_rebuild_options *opt, struct tandem_error *err)
{
	const struct tandem_message rate = { .verb = TANDEM_MESSAGE_SYNC_RATE,
					     .value = opt->rate_bytes_per_s };
	const struct tandem_message latency = { .verb = TANDEM_MESSAGE_SYNC_LATENCY,
						.value = opt->latency_target_us };
	const struct tandem_message flow = { .verb = opt->pause ? TANDEM_MESSAGE_SYNC_PAUSE :
							      TANDEM_MESSAGE_SYNC_RESUME };
	int ret = 0;

	if (opt->rate_bytes_per_s != TANDEM_UNKNOWN)
		ret = send(ctx, volume, &rate, err);
	if (!ret && opt->latency_target_us != TANDEM_UNKNOWN)
		ret = send(ctx, volume, &latency, err);
	if (!ret && (opt->pause || opt->resume))
		ret = send(ctx, volume, &flow, err);
	return ret;
}

static void say(struct tandem_context *ctx, const char *name,
		const struct tandem_rebuild_options *opt)
{
	const char *would = opt->dry_run ? "would be " : "";

	if (opt->rate_bytes_per_s != TANDEM_UNKNOWN && opt->rate_bytes_per_s)
		tandem_notice(ctx, "%s: copying %slimited to %llu bytes/s, until it stops", name,
			      would, (unsigned long long)opt->rate_bytes_per_s);
	else if (opt->rate_bytes_per_s != TANDEM_UNKNOWN)
		tandem_notice(ctx, "%s: copying %snot limited", name, would);
	if (opt->latency_target_us != TANDEM_UNKNOWN && opt->latency_target_us)
		tandem_notice(ctx, "%s: latency target %sset to %llu us, until it stops", name,
			      would, (unsigned long long)opt->latency_target_us);
	else if (opt->latency_target_us != TANDEM_UNKNOWN)
		tandem_notice(ctx, "%s: latency target %sset by the kernel", name, would);
	if (opt->pause || opt->resume)
		tandem_notice(ctx, "%s: copying %s%s", name, would,
			      opt->pause ? "paused" : "resumed");
}

int tandem_rebuild(struct tandem_context *ctx, const struct tandem_rebuild_options *opt,
		   struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume volume;
	struct tandem_view view;
	int ret;

	ret = check(opt, err);
	if (!ret)
		ret = tandem_dm_find(ctx, opt->array, &volume, err);
	if (ret)
		return ret;
	ret = tandem_view_read(ctx, &volume, &view, err);
	if (!ret && view.status.state == TANDEM_ARRAY_READ_ONLY)
		ret = tandem_error_set(err, TANDEM_CODE_REFUSED, volume.name,
				       "is read-only: nothing is copied");
	if (!ret && !opt->dry_run)
		ret = steer(ctx, &volume, opt, err);
	if (!ret)
		say(ctx, volume.name, opt);
	tandem_view_free(&view);
	return ret;
}
