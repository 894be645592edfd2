// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Settings that an array keeps.
 *
 * Decisions
 * - The kernel writes them, while the array is up, beside its record of membership: there
 *   is one writer of superblocks, and no leg that is out of use is asked. So an array that
 *   is stopped has to be started for it.
 * - `set` is done when the status says that every leg in use has it on disk. If that takes
 *   too long the kernel goes on trying: it is in force, and said to be not kept yet.
 */
#include "run.h"
#include "view.h"
#include "wait.h"

/* Both slots of every leg are written; a disk may be slow. */
#define RECORD_TIMEOUT_MS 60000

static bool any_class(const struct tandem_set_options *opt)
{
	unsigned int leg;

	for (leg = 0; leg < opt->nr_read_classes; leg++) {
		if (opt->read_class[leg])
			return true;
	}
	return false;
}

static int check_classes(const struct tandem_set_options *opt, struct tandem_error *err)
{
	unsigned int leg;

	for (leg = 0; leg < opt->nr_read_classes; leg++) {
		if (opt->read_class[leg] && tandem_read_class_parse(opt->read_class[leg]) < 0)
			return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
						"read policy: normal, preferred or avoided");
	}
	return 0;
}

static int check(const struct tandem_set_options *opt, struct tandem_error *err)
{
	const bool latency = opt->latency_target_us != TANDEM_UNKNOWN;
	const bool recovery = opt->recovery_target_ms != TANDEM_UNKNOWN;

	if (!opt->array || (!latency && !recovery && !any_class(opt)))
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"name an array, and what is to be set");
	if (latency && opt->latency_target_us &&
	    (opt->latency_target_us < TANDEM_MIN_LATENCY_TARGET_US ||
	     opt->latency_target_us > TANDEM_MAX_LATENCY_TARGET_US))
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"latency target: 10us to 10s, or auto");
	if (recovery && (opt->recovery_target_ms < TANDEM_MIN_RECOVERY_TARGET_MS ||
			 opt->recovery_target_ms > TANDEM_MAX_RECOVERY_TARGET_MS))
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"recovery target: 100ms to 1h");
	return check_classes(opt, err);
}

static int check_legs(const struct tandem_view *view, const struct tandem_set_options *opt,
		      struct tandem_error *err)
{
	const unsigned int nr = view->status.nr_legs;
	unsigned int leg;

	for (leg = nr; leg < opt->nr_read_classes; leg++) {
		if (opt->read_class[leg])
			return tandem_error_set(err, TANDEM_CODE_USAGE, view->volume.name,
						"has no leg %u: the last one is leg %u", leg,
						nr - 1);
	}
	return 0;
}

static int check_view(const struct tandem_view *view, const struct tandem_set_options *opt,
		      struct tandem_error *err)
{
	const char *name = view->volume.name;

	if (view->status.state == TANDEM_ARRAY_READ_ONLY) {
		tandem_error_set(err, TANDEM_CODE_REFUSED, name,
				 "is read-only: nothing can be written to its legs");
		return tandem_error_hint(err, "tandem stop %s; tandem assemble %s", name, name);
	}
	if (!view->status.kept.present) {
		tandem_error_set(err, TANDEM_CODE_MODULE, name,
				 "the module that runs it keeps no settings");
		return tandem_error_hint(err, "stop all arrays, and load the new dm-tandem");
	}
	if (any_class(opt) && !view->status.has_read_classes) {
		tandem_error_set(err, TANDEM_CODE_MODULE, name,
				 "the module that runs it reads from all legs alike");
		return tandem_error_hint(err, "stop all arrays, and load the new dm-tandem");
	}
	return check_legs(view, opt, err);
}

static int send_classes(const struct tandem_context *ctx, const struct tandem_volume *volume,
			const struct tandem_set_options *opt, struct tandem_error *err)
{
	struct tandem_message message = { .verb = TANDEM_MESSAGE_SET_READ };
	unsigned int leg;
	int ret = 0;

	for (leg = 0; leg < opt->nr_read_classes && !ret; leg++) {
		if (!opt->read_class[leg])
			continue;
		message.leg = (u16)leg;
		message.value = (u64)tandem_read_class_parse(opt->read_class[leg]);
		ret = tandem_dm_message(ctx, volume, &message, err);
	}
	return ret;
}

static int send(const struct tandem_context *ctx, const struct tandem_volume *volume,
		const struct tandem_set_options *opt, struct tandem_error *err)
{
	const struct tandem_message latency = { .verb = TANDEM_MESSAGE_SET_LATENCY,
						.value = opt->latency_target_us };
	const struct tandem_message recovery = { .verb = TANDEM_MESSAGE_SET_RECOVERY,
						 .value = opt->recovery_target_ms };
	int ret = 0;

	if (opt->latency_target_us != TANDEM_UNKNOWN)
		ret = tandem_dm_message(ctx, volume, &latency, err);
	if (!ret && opt->recovery_target_ms != TANDEM_UNKNOWN)
		ret = tandem_dm_message(ctx, volume, &recovery, err);
	return ret ? ret : send_classes(ctx, volume, opt, err);
}

static bool is_kept(const struct tandem_view *view, const void *data)
{
	(void)data;
	return !view->status.kept.due;
}

static int await_kept(const struct tandem_context *ctx, const struct tandem_volume *volume,
		      struct tandem_error *err)
{
	const struct tandem_await await = { .volume = volume, .timeout_ms = RECORD_TIMEOUT_MS,
					    .done = is_kept };
	int ret = tandem_await(ctx, &await, err);

	if (ret != -ETIMEDOUT)
		return ret;
	tandem_error_set(err, TANDEM_CODE_TIMED_OUT, volume->name,
			 "is set, but not every leg has it on disk yet");
	return tandem_error_hint(err, "tandem status %s shows the legs", volume->name);
}

static void say(struct tandem_context *ctx, const char *name,
		const struct tandem_set_options *opt)
{
	const char *would = opt->dry_run ? "would be " : "";
	unsigned int leg;

	if (opt->latency_target_us != TANDEM_UNKNOWN && opt->latency_target_us)
		tandem_notice(ctx, "%s: latency target %sset to %llu us, and kept", name, would,
			      (unsigned long long)opt->latency_target_us);
	else if (opt->latency_target_us != TANDEM_UNKNOWN)
		tandem_notice(ctx, "%s: latency target %sleft to the kernel, and that is kept",
			      name, would);
	if (opt->recovery_target_ms != TANDEM_UNKNOWN)
		tandem_notice(ctx, "%s: recovery target %sset to %llu ms, and kept", name, would,
			      (unsigned long long)opt->recovery_target_ms);
	for (leg = 0; leg < opt->nr_read_classes; leg++) {
		if (opt->read_class[leg])
			tandem_notice(ctx, "%s: leg %u %sset to %s for reads, and that is kept",
				      name, leg, would, opt->read_class[leg]);
	}
}

/* Under the lock of whoever changes legs: a table that is on its way would not have it. */
static int set(struct tandem_context *ctx, const struct tandem_volume *volume,
	       const struct tandem_set_options *opt, struct tandem_error *err)
{
	struct tandem_view view;
	int ret;

	ret = tandem_view_read(ctx, volume, &view, err);
	if (!ret)
		ret = check_view(&view, opt, err);
	tandem_view_free(&view);
	if (!ret && !opt->dry_run)
		ret = send(ctx, volume, opt, err);
	if (!ret && !opt->dry_run)
		ret = await_kept(ctx, volume, err);
	return ret;
}

int tandem_set(struct tandem_context *ctx, const struct tandem_set_options *opt,
	       struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume volume;
	int lock, ret;

	ret = check(opt, err);
	if (!ret)
		ret = tandem_dm_find(ctx, opt->array, &volume, err);
	if (ret)
		return ret;
	lock = tandem_run_lock_array(ctx, volume.name, true);
	ret = set(ctx, &volume, opt, err);
	tandem_run_unlock(lock);
	if (!ret)
		say(ctx, volume.name, opt);
	return ret;
}
