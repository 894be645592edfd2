// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fail a leg by hand, and take it out of the table.
 *
 * The kernel does to it what an I/O error would do, and records it and that it was done
 * by hand. `fail` is done when that record is durable on the survivors. `remove` is a new
 * table without the disk: then nobody holds the device any more. The old table is not
 * left before what it has to record is on record (io/activate.c).
 */
#include <stdlib.h>

#include "core/replace.h"
#include "reload.h"
#include "replace.h"
#include "run.h"
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
			 "leg %u is the last current leg of its set; refusing to take it out", leg);
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
	bool out;
	int ret;

	ret = tandem_view_leg(view, target->leg, &leg, err);
	if (!ret)
		ret = check(ctx, view, leg, err);
	if (ret)
		return ret;
	out = tandem_reload_is_free(view, leg);
	if (out)
		tandem_notice(ctx, "%s: leg %u is %s already", view->volume.name, leg,
			      tandem_leg_state_text(view->status.leg[leg].state));
	else if (target->dry_run)
		tandem_notice(ctx, "%s: leg %u would be failed", view->volume.name, leg);
	if (target->dry_run || view->status.leg[leg].state == TANDEM_LEG_MISSING)
		return 0;
	/* Sent to one that left by itself as well: now it is known who wants it away. */
	message.leg = (u16)leg;
	ret = tandem_dm_message(ctx, &view->volume, &message, err);
	if (ret || out)
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
	int lock, ret;

	if (!target->array || !target->leg)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL, "name an array and a leg");
	ret = tandem_dm_find(ctx, target->array, &volume, err);
	if (ret)
		return ret;
	/* Numbers move when a leg has been replaced: not between the look and the message. */
	lock = tandem_run_lock_array(ctx, volume.name, true);
	ret = tandem_view_read(ctx, &volume, &view, err);
	if (!ret)
		ret = fail(ctx, &view, target, err);
	tandem_view_free(&view);
	tandem_run_unlock(lock);
	return ret;
}

/* Has somebody said before that it is to stay away? */
static bool is_by_hand(const struct tandem_context *ctx, const struct tandem_view *view,
		       unsigned int leg)
{
	struct tandem_super *super = calloc(1, sizeof(*super));
	struct tandem_error ignored;
	bool by_hand = super && !tandem_view_super(ctx, view, super, &ignored) &&
		       super->place[leg].by_hand;

	free(super);
	return by_hand;
}

static int refuse_in_use(const struct tandem_context *ctx, const struct tandem_view *view,
			 unsigned int leg, struct tandem_error *err)
{
	int ret = check(ctx, view, leg, err);

	/* The last one cannot even be failed. */
	if (ret)
		return ret;
	tandem_error_set(err, TANDEM_CODE_REFUSED, view->volume.name, "leg %u is %s", leg,
			 tandem_leg_state_text(view->status.leg[leg].state));
	return tandem_error_hint(err, "first: tandem fail %s %u", view->volume.name, leg);
}

/* From the running table, and from the reach of whoever would put it back by himself. */
static int take_out(const struct tandem_context *ctx, const struct tandem_view *view,
		    unsigned int leg, struct tandem_error *err)
{
	const struct tandem_message message = { .verb = TANDEM_MESSAGE_FAIL, .leg = (u16)leg };
	struct tandem_reload *reload;
	int ret = 0;

	reload = calloc(1, sizeof(*reload));
	if (!reload)
		return tandem_error_no_memory(err);
	if (view->status.leg[leg].state != TANDEM_LEG_MISSING && !is_by_hand(ctx, view, leg))
		ret = tandem_dm_message(ctx, &view->volume, &message, err);
	if (!ret) {
		reload->ctx = ctx;
		reload->view = view;
		tandem_reload_prepare(reload, leg, 0);
		ret = tandem_reload_run(reload, 0, err);
	}
	free(reload);
	return ret;
}

/* Is it there to replace another? Then its place goes with it. */
static bool is_extra(const struct tandem_context *ctx, const struct tandem_view *view,
		     unsigned int leg)
{
	struct tandem_super *super = calloc(1, sizeof(*super));
	struct tandem_error ignored;
	bool extra = super && !tandem_view_super(ctx, view, super, &ignored) &&
		     tandem_replace_old_of(super, leg) != TANDEM_NO_PLACE;

	free(super);
	return extra;
}

static int remove_leg(const struct tandem_context *ctx, const struct tandem_view *view,
		      const struct tandem_target *target, struct tandem_error *err)
{
	char disk[TANDEM_PATH_BYTES] = "";
	unsigned int leg;
	bool extra;
	int ret;

	if (view->volume.read_only)
		return tandem_error_set(err, TANDEM_CODE_BUSY, view->volume.name,
					"is active read-only");
	ret = tandem_view_leg(view, target->leg, &leg, err);
	if (ret)
		return ret;
	if (!tandem_reload_is_free(view, leg))
		return refuse_in_use(ctx, view, leg, err);
	extra = is_extra(ctx, view, leg);
	if (!view->disk[leg] && !extra) {
		tandem_notice(ctx, "%s: leg %u has no disk", view->volume.name, leg);
		return 0;
	}
	if (view->disk[leg])
		ctx->device->path_of(view->disk[leg], disk, sizeof(disk));
	ret = 0;
	if (!target->dry_run)
		ret = extra ? tandem_replace_give_up(ctx, view, leg, err) :
			      take_out(ctx, view, leg, err);
	if (!ret)
		tandem_notice(ctx, "%s: leg %u, %s: %s", view->volume.name, leg,
			      disk[0] ? disk : "a device that is gone",
			      target->dry_run ? "would be removed" : "removed");
	return ret;
}

int tandem_remove(struct tandem_context *ctx, const struct tandem_target *target,
		  struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume volume;
	struct tandem_view view;
	int lock, ret;

	if (!target->array || !target->leg)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL, "name an array and a leg");
	ret = tandem_dm_find(ctx, target->array, &volume, err);
	if (ret)
		return ret;
	lock = tandem_run_lock_array(ctx, volume.name, true);
	ret = tandem_view_read(ctx, &volume, &view, err);
	if (!ret)
		ret = remove_leg(ctx, &view, target, err);
	tandem_view_free(&view);
	tandem_run_unlock(lock);
	return ret;
}
