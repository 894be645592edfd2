// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fail a leg by hand.
 *
 * The kernel does to it what an I/O error would do, and records it. The
 * command is done when that record is durable on the survivors: from then on
 * the disk may be pulled.
 */
#include "view.h"
#include "wait.h"

/* The new state has to be written to every survivor; a disk may be slow. */
#define RECORD_TIMEOUT_MS 60000

struct failing {
	unsigned int leg;
};

static bool is_recorded(const struct tandem_view *view, const void *data)
{
	const struct failing *failing = data;

	return failing->leg >= view->status.nr_legs ||
	       (view->status.leg[failing->leg].state != TANDEM_LEG_CURRENT &&
		view->status.leg[failing->leg].state != TANDEM_LEG_UNRECORDED);
}

/* Is it the only current leg of its set? */
static int check_last(const struct tandem_view *view, const struct tandem_super *super,
		      unsigned int leg, struct tandem_error *err)
{
	unsigned int i;

	for (i = 0; i < view->status.nr_legs && i < super->nr_legs; i++) {
		if (i != leg && super->place[i].set == super->place[leg].set &&
		    view->status.leg[i].state == TANDEM_LEG_CURRENT)
			return 0;
	}
	tandem_error_set(err, TANDEM_CODE_REFUSED, view->volume.name,
			 "leg %u is the last current leg of its set; refusing to fail it", leg);
	return tandem_error_hint(err, "fill another leg first: tandem add %s DEV",
				 view->volume.name);
}

static int check(const struct tandem_context *ctx, const struct tandem_view *view,
		 unsigned int leg, struct tandem_error *err)
{
	struct tandem_super super;
	int ret;

	switch (view->status.leg[leg].state) {
	case TANDEM_LEG_CURRENT:
		ret = tandem_view_super(ctx, view, &super, err);
		return ret ? ret : check_last(view, &super, leg, err);
	case TANDEM_LEG_REBUILDING:
	case TANDEM_LEG_UNRECORDED:
	case TANDEM_LEG_STALE:
	case TANDEM_LEG_FAILED:
	case TANDEM_LEG_MISSING:
	case TANDEM_NR_LEG_STATES:
		break;
	}
	return 0;
}

static int fail(const struct tandem_context *ctx, const struct tandem_view *view,
		const struct tandem_target *target, struct tandem_error *err)
{
	struct tandem_message message = { .verb = TANDEM_MESSAGE_FAIL };
	struct tandem_await await = { .volume = &view->volume, .timeout_ms = RECORD_TIMEOUT_MS,
				      .done = is_recorded };
	struct failing failing;
	unsigned int leg;
	int ret;

	ret = tandem_view_leg(view, target->leg, &leg, err);
	if (!ret)
		ret = check(ctx, view, leg, err);
	if (ret)
		return ret;
	if (view->status.leg[leg].state == TANDEM_LEG_FAILED ||
	    view->status.leg[leg].state == TANDEM_LEG_MISSING ||
	    view->status.leg[leg].state == TANDEM_LEG_STALE) {
		tandem_notice(ctx, "%s: leg %u is %s already", view->volume.name, leg,
			      tandem_leg_state_text(view->status.leg[leg].state));
		return 0;
	}
	if (target->dry_run) {
		tandem_notice(ctx, "%s: leg %u would be failed", view->volume.name, leg);
		return 0;
	}
	message.leg = (u16)leg;
	ret = tandem_dm_message(ctx, &view->volume, &message, err);
	if (ret)
		return ret;
	failing.leg = leg;
	await.data = &failing;
	ret = tandem_await(ctx, &await, err);
	if (ret == -ETIMEDOUT)
		return tandem_error_set(err, TANDEM_CODE_TIMED_OUT, view->volume.name,
					"leg %u is failed, but no other leg has recorded it yet",
					leg);
	if (!ret)
		tandem_notice(ctx, "%s: leg %u failed and recorded", view->volume.name, leg);
	return ret;
}

int tandem_fail(struct tandem_context *ctx, const struct tandem_target *target,
		struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume volume;
	struct tandem_view view;
	int ret;

	if (!target->array || !target->leg)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL, "name an array and a leg");
	ret = tandem_dm_find(ctx, target->array, &volume, err);
	if (ret)
		return ret;
	ret = tandem_view_read(ctx, &volume, &view, err);
	if (!ret)
		ret = fail(ctx, &view, target, err);
	tandem_view_free(&view);
	return ret;
}
