// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is done about a leg that is away.
 *
 *	taken out by hand                     nothing: who took it out puts it back
 *	its own disk answers, for a while     it is added again; a rebuild of what it lacks
 *	it does not, for the time of grace    a spare of the array takes its place
 *
 * Decisions
 * - A disk that comes and goes must not start a rebuild each time: how long it has to
 *   answer doubles with every try, and after MAX_TRIES the leg is one whose disk is away.
 *   An hour in use forgives all.
 * - Before a disk is put into the table the chooser is asked here. The kernel asks it again,
 *   and goes back to the old table if it says no; but meanwhile the array stands still.
 * - A spare that cannot be used is put aside, and said once.
 * - Power may go anywhere: whatever is done here is an `add`, and is remembered as tried
 *   before it is done.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "add.h"
#include "core/replace.h"
#include "enlarged.h"
#include "monitor.h"
#include "reload.h"

#define MAX_TRIES	5u
#define LOOK_MIN_MS	1000
#define LOOK_MAX_MS	60000

enum outcome { NOTHING, PENDING, ACTED };

/* Why nothing is done; once, until something changes. */
__attribute__((format(printf, 3, 4)))
static void leave_alone(struct tandem_care *care, const struct tandem_news *news,
			const char *fmt, ...)
{
	struct tandem_memory_leg *known = &care->known->leg[news->leg];
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (known->said == tandem_memory_hash(text))
		return;
	known->said = tandem_memory_hash(text);
	tandem_care_tell(care, news, "%s", text);
}

static const struct tandem_scan *scan_of(struct tandem_care *care)
{
	struct tandem_error err;

	if (!care->scanned && tandem_scan_idle(&care->monitor->ctx, &care->scan, &err))
		tandem_care_tell(care, TANDEM_NEWS("error", TANDEM_NO_LEG, NULL), "%s", err.text);
	care->scanned = true;
	return &care->scan;
}

/* Is this the disk that the array remembers in that place? It may have been enlarged. */
static bool is_own(const struct tandem_care *care, const struct tandem_found *found,
		   unsigned int leg)
{
	const struct tandem_super *super = &found->label.super;
	struct tandem_error ignored;

	return !found->error &&
	       tandem_id_equal(&super->array, &care->super.array) &&
	       tandem_id_equal(&super->leg_id, &care->super.place[leg].id) &&
	       super->own_disk_sectors <= found->dev.size_bytes / TANDEM_SECTOR_BYTES &&
	       !tandem_enlarged_check(&care->monitor->ctx, &found->dev, super, &ignored);
}

/* The disk in the table, and closed again. */
static bool answers_in_table(struct tandem_care *care, unsigned int leg, char *path)
{
	const char *disk = path;
	const struct tandem_disks disks = { .path = &disk, .nr = 1 };
	struct tandem_scan scan;
	struct tandem_error ignored;
	bool own;

	if (!care->view.disk[leg])
		return false;
	care->monitor->ctx.device->path_of(care->view.disk[leg], path, TANDEM_PATH_BYTES);
	if (!path[0] || tandem_scan_disks(&care->monitor->ctx, &disks, &scan, &ignored))
		return false;
	own = is_own(care, scan.found[0], leg);
	tandem_scan_free(&scan);
	return own;
}

/* Where the own disk of a leg is, if it answers; one that is seen twice is a copy. */
static bool find_own(struct tandem_care *care, unsigned int leg, char *path)
{
	const struct tandem_scan *scan;
	unsigned int i, nr = 0;

	if (answers_in_table(care, leg, path))
		return true;
	path[0] = 0;
	if (tandem_id_is_none(&care->super.place[leg].id))
		return false;
	scan = scan_of(care);
	for (i = 0; i < scan->nr; i++) {
		const struct tandem_found *found = scan->found[i];

		if (found->label.super.flags & TANDEM_FLAG_BLANK || !is_own(care, found, leg))
			continue;
		snprintf(path, TANDEM_PATH_BYTES, "%s", found->dev.path);
		nr++;
	}
	return nr == 1;
}

/* Would the kernel take it back beside the legs that run? */
static bool fits(struct tandem_care *care, const char *path)
{
	char text[TANDEM_MAX_LEGS + 1][TANDEM_PATH_BYTES];
	const char *paths[TANDEM_MAX_LEGS + 1];
	struct tandem_disks disks = { .path = paths };
	struct tandem_group group;
	struct tandem_error ignored;
	struct tandem_plan plan;
	struct tandem_scan scan;
	bool good = false;
	unsigned int i;

	for (i = 0; i < care->view.table.nr_legs; i++) {
		const enum tandem_leg_state state = care->view.status.leg[i].state;

		if (state != TANDEM_LEG_CURRENT && state != TANDEM_LEG_REBUILDING)
			continue;
		paths[disks.nr] = text[disks.nr];
		care->monitor->ctx.device->path_of(care->view.disk[i], text[disks.nr++],
						   TANDEM_PATH_BYTES);
	}
	paths[disks.nr++] = path;
	if (tandem_scan_disks(&care->monitor->ctx, &disks, &scan, &ignored))
		return false;
	if (!tandem_scan_group(&scan, NULL, &group, &ignored)) {
		tandem_assembly_choose(group.candidate, group.nr, TANDEM_DEGRADED_PROVEN, &plan);
		for (i = 0; i < group.nr && plan.startable; i++) {
			if (group.found[i] == scan.found[scan.nr - 1])
				good = plan.use[i] == TANDEM_USE_STALE ||
				       plan.use[i] == TANDEM_USE_REBUILDING;
		}
	}
	tandem_scan_free(&scan);
	return good;
}

static int add(struct tandem_care *care, const struct tandem_add_options *opt,
	       struct tandem_error *err)
{
	struct tandem_monitor *monitor = care->monitor;

	if (!monitor->opt.dry_run)
		tandem_memory_save(&monitor->ctx, &monitor->memory);
	return tandem_add_locked(&monitor->ctx, &care->view.volume, opt, err);
}

static void put_back(struct tandem_care *care, unsigned int leg, const char *path)
{
	const struct tandem_add_options opt = {
		.array = care->view.volume.name, .disk = path,
		.dry_run = care->monitor->opt.dry_run,
	};
	struct tandem_memory_leg *known = &care->known->leg[leg];
	struct tandem_error err;

	known->tries++;
	known->tried_ms = care->monitor->now_ms;
	known->well_ms = 0;
	if (add(care, &opt, &err))
		tandem_care_tell(care, TANDEM_NEWS("error", leg, path), "leg %u: %s: %s", leg,
				 err.object, err.text);
	else
		tandem_care_tell(care, TANDEM_NEWS("returns", leg, path),
				 "leg %u: %s answers again; it %s added (try %u of %u)", leg, path,
				 opt.dry_run ? "would be" : "is", known->tries, MAX_TRIES);
}

/* Its own disk. */
static enum outcome try_own(struct tandem_care *care, unsigned int leg)
{
	struct tandem_memory_leg *known = &care->known->leg[leg];
	struct tandem_monitor *monitor = care->monitor;
	const s64 settle = monitor->opt.settle_ms << known->tries;
	char path[TANDEM_PATH_BYTES] = "";

	if (known->tries >= MAX_TRIES) {
		leave_alone(care, TANDEM_NEWS("alone", leg, NULL),
			    "leg %u: failed again each time it was added; tandem add puts it back",
			    leg);
		return NOTHING;
	}
	if (!find_own(care, leg, path)) {
		known->well_ms = 0;
		return NOTHING;
	}
	if (!fits(care, path)) {
		leave_alone(care, TANDEM_NEWS("alone", leg, path),
			    "leg %u: its disk answers, but its history does not fit", leg);
		return NOTHING;
	}
	if (!known->well_ms)
		known->well_ms = monitor->now_ms;
	if (monitor->now_ms - known->well_ms < settle) {
		s64 left = known->well_ms + settle - monitor->now_ms;

		tandem_monitor_due(monitor, left < LOOK_MIN_MS ? left : LOOK_MIN_MS);
		return PENDING;
	}
	put_back(care, leg, path);
	return ACTED;
}

/* A spare of this array; or a disk whose `add` was cut off: nobody else wants it. */
static bool is_candidate(const struct tandem_care *care, const struct tandem_found *found)
{
	const struct tandem_super *super = &found->label.super;
	unsigned int leg;

	if (found->error || !(super->flags & TANDEM_FLAG_BLANK) ||
	    !tandem_id_equal(&super->array, &care->super.array) ||
	    tandem_memory_is_aside(&care->monitor->memory, &super->leg_id))
		return false;
	for (leg = 0; leg < care->view.table.nr_legs; leg++) {
		if (care->view.disk[leg] == found->dev.rdev ||
		    tandem_id_equal(&care->super.place[leg].id, &super->leg_id))
			return false;
	}
	return true;
}

static bool use_spare(struct tandem_care *care, unsigned int leg, const struct tandem_found *found)
{
	struct tandem_monitor *monitor = care->monitor;
	char number[16];
	const struct tandem_add_options opt = {
		.array = care->view.volume.name, .disk = found->dev.path, .leg = number,
		.dry_run = monitor->opt.dry_run,
	};
	struct tandem_error err;

	snprintf(number, sizeof(number), "%u", leg);
	if (!add(care, &opt, &err)) {
		memset(&care->known->leg[leg], 0, sizeof(care->known->leg[leg]));
		care->known->leg[leg].state = care->view.status.leg[leg].state;
		tandem_care_tell(care, TANDEM_NEWS("spare", leg, found->dev.path),
				 "leg %u: the spare %s %s its place", leg, found->dev.path,
				 opt.dry_run ? "is to take" : "takes");
		return true;
	}
	tandem_memory_put_aside(&monitor->memory, &found->label.super.leg_id);
	tandem_care_tell(care, TANDEM_NEWS("error", leg, found->dev.path),
			 "leg %u: the spare %s cannot be used and is put aside: %s", leg,
			 found->dev.path, err.text);
	return false;
}

static bool try_spares(struct tandem_care *care, unsigned int leg)
{
	struct tandem_monitor *monitor = care->monitor;
	const s64 left = care->known->leg[leg].away_ms + monitor->opt.grace_ms - monitor->now_ms;
	const struct tandem_scan *scan;
	unsigned int i;

	if (left > 0) {
		tandem_monitor_due(monitor, left);
		return false;
	}
	scan = scan_of(care);
	for (i = 0; i < scan->nr; i++) {
		if (is_candidate(care, scan->found[i]) && use_spare(care, leg, scan->found[i]))
			return true;
	}
	return false;
}

/* Often at first, for a path that is back within seconds. */
static void look_again(struct tandem_care *care, unsigned int leg)
{
	s64 away = (care->monitor->now_ms - care->known->leg[leg].away_ms) / 4;

	if (away < LOOK_MIN_MS)
		away = LOOK_MIN_MS;
	tandem_monitor_due(care->monitor, away < LOOK_MAX_MS ? away : LOOK_MAX_MS);
}

/*
 * Of an old leg and the one that replaces it one is in use: whoever asked for that wants no
 * third disk.
 */
static bool is_covered(const struct tandem_care *care, unsigned int leg)
{
	unsigned int other = tandem_replace_new_of(&care->super, leg);

	if (other == TANDEM_NO_PLACE)
		other = tandem_replace_old_of(&care->super, leg);
	return other < care->view.status.nr_legs && !tandem_reload_is_free(&care->view, other);
}

bool tandem_care_for(struct tandem_care *care, unsigned int leg)
{
	if (care->super.place[leg].by_hand) {
		leave_alone(care, TANDEM_NEWS("alone", leg, NULL),
			    "leg %u: was taken out by hand; tandem add fills its place", leg);
		return false;
	}
	switch (try_own(care, leg)) {
	case ACTED:
		return true;
	case PENDING:
		return false;
	case NOTHING:
		break;
	}
	look_again(care, leg);
	return !is_covered(care, leg) && try_spares(care, leg);
}
