// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The monitor: what is new of the active arrays, and whom to care for.
 *
 * It sleeps on the events of device-mapper. An event may be forgotten, and a disk that
 * answers again is none, so while a leg is away it looks now and then: soon at first, for
 * a path that is back within seconds, then seldom, for a look reads from every disk.
 *
 * One monitor at a time on a machine, and one change at a time to an array: `add` and
 * `remove` by hand take the same lock (run.h). The look and what follows from it are under
 * that lock.
 */
#include "monitor.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "reload.h"
#include "replace.h"
#include "run.h"

#define SETTLE_MS	2000
#define GRACE_MS	30000
#define REST_MS		60000	/* between two looks, when there is nothing to wait for */
#define SOON_MS		1000
#define CALM_MS		3600000	/* so long in use: what was tried before is forgotten */

void tandem_monitor_due(struct tandem_monitor *monitor, s64 ms)
{
	if (monitor->now_ms + ms < monitor->due_ms)
		monitor->due_ms = monitor->now_ms + ms;
}

void tandem_care_tell(const struct tandem_care *care, const struct tandem_news *news,
		      const char *fmt, ...)
{
	const struct tandem_monitor *monitor = care->monitor;
	const struct tandem_view *view = &care->view;
	char uuid[TANDEM_ID_TEXT_BYTES], text[512];
	struct tandem_event event = {
		.kind = news->kind, .array = view->volume.name, .uuid = uuid, .leg = news->leg,
		.disk = news->disk, .text = text,
		.state = tandem_array_state_text(view->status.state),
	};
	va_list args;

	if (!monitor->opt.event)
		return;
	if (news->leg != TANDEM_NO_LEG)
		event.state = tandem_leg_state_text(view->status.leg[news->leg].state);
	tandem_id_to_text(&view->volume.array, uuid);
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	monitor->opt.event(monitor->opt.data, &event);
}

static void path_of(const struct tandem_care *care, unsigned int leg, char *path)
{
	path[0] = 0;
	if (care->view.disk[leg])
		care->monitor->ctx.device->path_of(care->view.disk[leg], path, TANDEM_PATH_BYTES);
}

/* It is slow, or not any more. */
static void remember_speed(struct tandem_care *care, unsigned int leg)
{
	struct tandem_memory_leg *known = &care->known->leg[leg];
	const struct tandem_leg_status *status = &care->view.status.leg[leg];
	char path[TANDEM_PATH_BYTES];

	if (known->sits_out == !!status->sits_us)
		return;
	known->sits_out = !!status->sits_us;
	path_of(care, leg, path);
	if (status->sits_us)
		tandem_care_tell(care, TANDEM_NEWS("slow", leg, path[0] ? path : NULL),
				 "leg %u (%s) sits out: its reads took %u us or more",
				 leg, path[0] ? path : "no disk", status->sits_us);
	else if (status->state == TANDEM_LEG_CURRENT)
		tandem_care_tell(care, TANDEM_NEWS("slow", leg, path[0] ? path : NULL),
				 "leg %u (%s) is read again", leg, path[0] ? path : "no disk");
}

/* What is new of a leg. */
static void remember_leg(struct tandem_care *care, unsigned int leg, bool is_new)
{
	struct tandem_memory_leg *known = &care->known->leg[leg];
	const enum tandem_leg_state state = care->view.status.leg[leg].state;
	const s64 now = care->monitor->now_ms;
	char path[TANDEM_PATH_BYTES];

	if (is_new ? state != TANDEM_LEG_CURRENT : state != known->state) {
		path_of(care, leg, path);
		known->said = 0;
		tandem_care_tell(care, TANDEM_NEWS("leg", leg, path[0] ? path : NULL),
				 "leg %u (%s) is %s", leg, path[0] ? path : "no disk",
				 tandem_leg_state_text(state));
	}
	known->state = state;
	remember_speed(care, leg);
	if (!tandem_reload_is_free(&care->view, leg)) {
		known->away_ms = known->well_ms = 0;
		if (state == TANDEM_LEG_CURRENT && now - known->tried_ms > CALM_MS)
			known->tries = 0;
	} else if (!known->away_ms) {
		known->away_ms = now;
	}
}

static int remember(struct tandem_care *care)
{
	struct tandem_memory *memory = &care->monitor->memory;
	const struct tandem_view *view = &care->view;
	bool is_new = false, moved = false;
	unsigned int leg;

	care->known = tandem_memory_find(memory, &view->volume.array);
	if (!care->known) {
		care->known = tandem_memory_add(memory, &view->volume.array);
		is_new = true;
	}
	if (!care->known)
		return -ENOMEM;
	care->known->seen = true;
	snprintf(care->known->name, sizeof(care->known->name), "%s", view->volume.name);
	if (is_new || care->known->state != view->status.state ||
	    care->known->nr_legs != view->status.nr_legs)
		tandem_care_tell(care, TANDEM_NEWS("array", TANDEM_NO_LEG, NULL), "%s",
				 tandem_array_state_text(view->status.state));
	/* One is being replaced, or was: who knows whose numbers these are. */
	moved = care->known->nr_legs != view->status.nr_legs;
	if (moved) {
		memset(care->known->leg, 0, sizeof(care->known->leg));
		care->known->ending_ms = 0;
		care->known->ending_tries = care->known->ending_said = 0;
	}
	care->known->state = view->status.state;
	care->known->nr_legs = view->status.nr_legs;
	for (leg = 0; leg < view->status.nr_legs; leg++)
		remember_leg(care, leg, is_new || moved);
	return 0;
}

/* Of an array in any other state nobody can say what is to be done about it. */
static bool may_be_changed(const struct tandem_view *view)
{
	return !view->volume.read_only && !view->volume.suspended &&
	       view->status.state == TANDEM_ARRAY_DEGRADED;
}

/* Once, until it is something else. */
__attribute__((format(printf, 3, 4)))
static void tell_ending(struct tandem_care *care, const struct tandem_news *news,
			const char *fmt, ...)
{
	char text[512];
	va_list args;
	u32 hash;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	hash = tandem_memory_hash(text);
	if (care->known->ending_said != hash)
		tandem_care_tell(care, news, "%s", text);
	care->known->ending_said = hash;
}

/* Less and less often. And the array may be another one now: false, if it is. */
static bool put_off(struct tandem_care *care, const struct tandem_error *why)
{
	const unsigned int nr_legs = care->view.status.nr_legs;
	struct tandem_memory_array *known = care->known;
	struct tandem_volume volume = care->view.volume;
	struct tandem_error ignored;
	s64 wait;

	tell_ending(care, TANDEM_NEWS("error", TANDEM_NO_LEG, NULL), "%s: %s", why->object,
		    why->text);
	wait = known->ending_tries < 6 ? SOON_MS << known->ending_tries++ : REST_MS;
	known->ending_ms = care->monitor->now_ms + wait;
	tandem_monitor_due(care->monitor, wait);
	tandem_view_free(&care->view);
	if (!tandem_dm_is_active(&care->monitor->ctx, &volume.array, &volume))
		return false;
	return !tandem_view_read(&care->monitor->ctx, &volume, &care->view, &ignored) &&
	       care->view.status.nr_legs == nr_legs;
}

static bool is_replaced(struct tandem_care *care)
{
	struct tandem_error ignored;
	unsigned int leg;

	if (care->view.volume.read_only || care->view.volume.suspended ||
	    tandem_view_super(&care->monitor->ctx, &care->view, &care->super, &ignored))
		return false;
	for (leg = 0; leg < care->super.nr_legs && leg < care->view.status.nr_legs; leg++)
		if (care->super.place[leg].replaces &&
		    care->view.status.leg[leg].state == TANDEM_LEG_CURRENT)
			return true;
	return false;
}

/*
 * A leg that replaces another is current: it takes the place. True: the array is another now.
 * If it cannot, the legs that are away are cared for all the same.
 */
static bool finish_replacing(struct tandem_care *care)
{
	struct tandem_monitor *monitor = care->monitor;
	struct tandem_replace_step step = { .dry_run = monitor->opt.dry_run };
	struct tandem_error err;
	bool any = false;

	if (!is_replaced(care))
		return false;
	if (monitor->now_ms < care->known->ending_ms) {
		tandem_monitor_due(monitor, care->known->ending_ms - monitor->now_ms);
		return false;
	}
	do {
		if (tandem_replace_advance(&monitor->ctx, &care->view.volume, &step, &err))
			return !put_off(care, &err);
		if (step.kind == TANDEM_REPLACE_DONE)
			tell_ending(care, TANDEM_NEWS("replaced", step.leg, step.disk),
				    "leg %u: %s %s the place of %s", step.leg, step.disk,
				    step.dry_run ? "would take" : "has taken",
				    step.old[0] ? step.old : "a disk that is gone");
		any |= step.kind != TANDEM_REPLACE_NOTHING;
	} while (step.kind != TANDEM_REPLACE_NOTHING && !step.dry_run);
	return any && !step.dry_run;
}

static void care_for_legs(struct tandem_care *care)
{
	struct tandem_monitor *monitor = care->monitor;
	struct tandem_error err;
	unsigned int leg;

	if (!may_be_changed(&care->view))
		return;
	if (tandem_view_super(&monitor->ctx, &care->view, &care->super, &err)) {
		tandem_care_tell(care, TANDEM_NEWS("error", TANDEM_NO_LEG, NULL), "%s: %s",
				 err.object, err.text);
		return;
	}
	for (leg = 0; leg < care->view.status.nr_legs; leg++) {
		if (tandem_reload_is_free(&care->view, leg) && tandem_care_for(care, leg)) {
			/* It looks different now. */
			tandem_monitor_due(monitor, SOON_MS);
			return;
		}
	}
}

static int look_at(struct tandem_monitor *monitor, const struct tandem_volume *volume)
{
	struct tandem_care *care = calloc(1, sizeof(*care));
	struct tandem_memory_array *known;
	struct tandem_error err;
	int ret, lock;

	if (!care)
		return -ENOMEM;
	known = tandem_memory_find(&monitor->memory, &volume->array);
	if (known)
		known->seen = true;
	lock = tandem_run_lock_array(&monitor->ctx, volume->name, false);
	if (lock == -EAGAIN) {
		/* Somebody changes it by hand. */
		tandem_monitor_due(monitor, SOON_MS);
		free(care);
		return 0;
	}
	care->monitor = monitor;
	ret = tandem_view_read(&monitor->ctx, volume, &care->view, &err);
	if (!ret) {
		ret = remember(care);
		if (!ret && finish_replacing(care))
			tandem_monitor_due(monitor, SOON_MS);
		else if (!ret)
			care_for_legs(care);
	} else if (ret != -ENXIO && ret != -ENOMEM) {
		care->view.volume = *volume;
		tandem_care_tell(care, TANDEM_NEWS("error", TANDEM_NO_LEG, NULL), "%s", err.text);
		ret = 0;
	}
	tandem_scan_free(&care->scan);
	tandem_view_free(&care->view);
	tandem_run_unlock(lock);
	free(care);
	return ret == -ENOMEM ? ret : 0;
}

static void tell_gone(void *data, const struct tandem_memory_array *array)
{
	const struct tandem_monitor *monitor = data;
	char uuid[TANDEM_ID_TEXT_BYTES];
	const struct tandem_event event = {
		.kind = "gone", .array = array->name, .uuid = uuid, .leg = TANDEM_NO_LEG,
		.text = "not active any more",
	};

	tandem_id_to_text(&array->id, uuid);
	if (monitor->opt.event)
		monitor->opt.event(monitor->opt.data, &event);
}

static bool is_wanted(const struct tandem_monitor *monitor, const struct tandem_volume *volume)
{
	struct tandem_id id;

	if (!monitor->opt.array)
		return true;
	if (!tandem_id_from_text(monitor->array, &id) && tandem_id_equal(&id, &volume->array))
		return true;
	return !strcmp(monitor->array, volume->name);
}

int tandem_monitor_pass(struct tandem_monitor *monitor, struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_memory_array *array;
	struct tandem_volume *volumes;
	unsigned int nr, i;
	int ret;

	monitor->now_ms = monitor->ctx.clock_ms();
	monitor->due_ms = monitor->now_ms + REST_MS;
	ret = tandem_dm_list(&monitor->ctx, &volumes, &nr, err);
	if (ret)
		return ret;
	/* Of those that are not looked after nothing is known to be new. */
	for (array = monitor->memory.first; array; array = array->next)
		array->seen = monitor->opt.array && strcmp(array->name, monitor->array);
	for (i = 0; i < nr && !ret; i++) {
		if (is_wanted(monitor, &volumes[i]))
			ret = look_at(monitor, &volumes[i]);
	}
	free(volumes);
	if (ret)
		return tandem_error_no_memory(err);
	tandem_memory_forget(&monitor->memory, tell_gone, monitor);
	if (!monitor->opt.dry_run) {
		ret = tandem_memory_save(&monitor->ctx, &monitor->memory);
		if (ret)
			tandem_debug(&monitor->ctx, "monitor: not remembered: %s",
				     tandem_error_text(ret));
	}
	return 0;
}

static int open_events(struct tandem_monitor *monitor, struct tandem_error *err)
{
	int ret;

	monitor->events = monitor->ctx.dm->event_open();
	if (monitor->events == -ENOSYS && tandem_dm_check(&monitor->ctx, err))
		return -ENOSYS;
	if (monitor->events < 0)
		return tandem_error_system(err, monitor->events, NULL, "cannot wait for events");
	ret = monitor->ctx.dm->event_arm(monitor->events);
	return ret ? tandem_error_system(err, ret, NULL, "cannot wait for events") : 0;
}

int tandem_monitor_open(struct tandem_context *ctx, const struct tandem_monitor_options *opt,
			struct tandem_monitor **monitor, struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_monitor *made = calloc(1, sizeof(*made));
	int ret = 0;

	*monitor = NULL;
	if (!made)
		return tandem_error_no_memory(err);
	made->ctx = *ctx;
	made->ctx.log = NULL;
	made->opt = *opt;
	made->events = -1;
	if (opt->settle_ms < 0)
		made->opt.settle_ms = SETTLE_MS;
	if (opt->grace_ms < 0)
		made->opt.grace_ms = GRACE_MS;
	snprintf(made->array, sizeof(made->array), "%s", opt->array ? opt->array : "");
	made->lock = tandem_run_lock(ctx, "monitor", false);
	if (made->lock == -EAGAIN)
		ret = tandem_error_set(err, TANDEM_CODE_BUSY, NULL, "another monitor is running");
	if (!ret)
		ret = open_events(made, err);
	if (!ret && tandem_memory_load(ctx, &made->memory))
		ret = tandem_error_no_memory(err);
	if (ret) {
		tandem_monitor_close(made);
		return ret;
	}
	*monitor = made;
	return 0;
}

void tandem_monitor_close(struct tandem_monitor *monitor)
{
	TANDEM_KEEP_ERRNO;

	if (!monitor)
		return;
	if (monitor->events >= 0)
		close(monitor->events);
	tandem_memory_free(&monitor->memory);
	tandem_run_unlock(monitor->lock);
	free(monitor);
}

int tandem_monitor_wait(struct tandem_monitor *monitor, struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	s64 left = monitor->due_ms - monitor->ctx.clock_ms();
	int ret = 0;

	if (left > 0)
		ret = monitor->ctx.dm->event_wait(monitor->events, (int)left);
	/* Armed before the pass looks: what happens meanwhile ends the next wait. */
	if (ret >= 0)
		ret = monitor->ctx.dm->event_arm(monitor->events);
	if (ret < 0 && ret != -EINTR)
		return tandem_error_system(err, ret, NULL, "cannot wait for events");
	return ret;
}
