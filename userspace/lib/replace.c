// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Replace a leg: its set has one leg more until the new one is current (core/replace.h).
 *
 *	prepare  the new disk gets a superblock that says it holds nothing
 *	widen    a table with one place more, "replace LEG" and "rebuild NEW"; done
 *	fail     later, when the new leg is current: the old one leaves, as by `tandem fail`
 *	retire   a table with one place less, "retire LEG": the new leg has the old number
 *
 * The last two are made by whoever comes by: `wait`, `assemble`, the monitor. What is next is
 * told from the record and the states, so each of them may be cut off anywhere:
 *	before widen is on record     a prepared disk, and nothing else: do it again
 *	while the new leg is filled   the next start goes on filling it
 *	after fail                    the old leg is out, on record: retire is left
 *
 * Decisions
 * - The old leg stays in use until every other leg of its set is current, not the new one
 *   alone: while another leg is away it is needed. `tandem fail` takes it out all the same.
 * - A start that breaks off may have left either number of legs on the disks, and the kernel
 *   takes only a table that fits them. So the way back has both, and if the new disk is at
 *   fault, one without it.
 */
#include "replace.h"

#include <stdlib.h>

#include "core/replace.h"
#include "newleg.h"
#include "reload.h"
#include "run.h"
#include "wait.h"

/* The new state has to be written to every survivor; a disk may be slow. */
#define RECORD_TIMEOUT_MS 60000

struct replacing {
	const struct tandem_context *ctx;
	const struct tandem_replace_options *opt;
	struct tandem_view view;
	struct tandem_super super;	/* the array's, as it is */
	struct tandem_newleg new;
	unsigned int old;
	unsigned int leg;		/* the new one */
	struct tandem_reload reload;
};

static const char *array_name(const struct replacing *re)
{
	return re->view.volume.name;
}

static u64 below(unsigned int leg)
{
	return (1ull << leg) - 1;
}

/* One place more, @leg, in a table of @start's; legs behind it move up. */
static void insert_place(struct tandem_start *start, unsigned int leg, dev_t disk)
{
	struct tandem_table *table = &start->table;
	const unsigned int last = table->nr_legs++;
	const char *text;

	tandem_start_disk(start, last, disk);
	text = table->disk[last];
	memmove(&table->disk[leg + 1], &table->disk[leg], (last - leg) * sizeof(text));
	table->disk[leg] = text;
	table->rebuild = (table->rebuild & below(leg)) | (table->rebuild & ~below(leg)) << 1;
}

/* The place @last goes; what is in it takes that of @leg, if it is another. */
static void hand_over_place(struct tandem_table *table, unsigned int leg, unsigned int last)
{
	const unsigned int behind = --table->nr_legs - last;

	table->rebuild &= ~(1ull << leg);
	table->disk[leg] = table->disk[last];
	memmove(&table->disk[last], &table->disk[last + 1], behind * sizeof(*table->disk));
	table->rebuild = (table->rebuild & below(last)) | (table->rebuild >> 1 & ~below(last));
}

/* Does the array run, and with so many places? Whoever looked before looked before. */
static bool runs_with(const struct tandem_reload *reload, unsigned int nr_legs)
{
	struct tandem_volume volume;
	struct tandem_view now;
	struct tandem_error ignored;
	bool runs;

	if (!tandem_dm_is_active(reload->ctx, &reload->view->volume.array, &volume) ||
	    volume.suspended)
		return false;
	runs = !tandem_view_read(reload->ctx, &volume, &now, &ignored) &&
	       now.table.nr_legs == nr_legs;
	tandem_view_free(&now);
	return runs;
}

/* A table with another number of places, or what the disks make of it. */
static int exchange(const struct tandem_reload *reload, const struct tandem_dm_load *load,
		    const struct tandem_table *old, struct tandem_error *err)
{
	int ret = tandem_dm_replace(reload->ctx, load, old, err);

	if (ret && runs_with(reload, load->table->nr_legs))
		tandem_error_set(err, tandem_error_class_of(ret), load->name,
				 "the start of the new table broke off (%s) when it was on record, "
				 "the array runs on with it", tandem_error_text(ret));
	return ret;
}

static int widen(struct replacing *re, struct tandem_error *err)
{
	struct tandem_table *table = &re->reload.start.table;
	struct tandem_table old, with, without;
	const struct tandem_dm_load load = {
		.name = array_name(re), .table = table, .sectors = re->view.sectors,
		.also = { &with, &without },
	};

	re->reload.ctx = re->ctx;
	re->reload.view = &re->view;
	re->reload.renumbers = true;
	tandem_reload_prepare(&re->reload, TANDEM_NO_PLACE, 0);
	old = *table;
	insert_place(&re->reload.start, re->leg, re->new.fresh.dev.rdev);
	without = *table;
	without.disk[re->leg] = "-";
	table->rebuild |= 1ull << re->leg;
	with = *table;
	table->replace = (u16)(re->old + 1);
	/* The kernel claims it now. */
	tandem_device_close(&re->new.fresh.dev);
	return exchange(&re->reload, &load, &old, err);
}

/* Does the array know of the new disk? Then it is no longer ours to take back. */
static bool is_in_use(const struct replacing *re)
{
	struct tandem_view now;
	struct tandem_error ignored;
	bool in_use = true;

	if (!tandem_view_read(re->ctx, &re->view.volume, &now, &ignored))
		in_use = now.table.nr_legs != re->view.table.nr_legs;
	tandem_view_free(&now);
	return in_use;
}

static int check_old(struct replacing *re, struct tandem_error *err)
{
	const enum tandem_leg_state state = re->view.status.leg[re->old].state;

	if (state == TANDEM_LEG_CURRENT)
		return 0;
	if (tandem_reload_is_free(&re->view, re->old)) {
		tandem_error_set(err, TANDEM_CODE_REFUSED, array_name(re),
				 "leg %u is %s: nothing is left to be replaced", re->old,
				 tandem_leg_state_text(state));
		return tandem_error_hint(err, "tandem add %s %s --leg %u", array_name(re),
					 re->opt->disk, re->old);
	}
	tandem_error_set(err, TANDEM_CODE_BUSY, array_name(re), "leg %u is %s", re->old,
			 tandem_leg_state_text(state));
	return tandem_error_hint(err, "tandem wait %s", array_name(re));
}

/* One more place for the set, in memory; the new disk gets it as its own superblock. */
static int plan(struct replacing *re, struct tandem_error *err)
{
	const unsigned int set = re->super.place[re->old].set;
	const unsigned int last = re->super.set[set].first_leg + re->super.set[set].nr_legs - 1u;
	const char *why = "unknown rule";
	int ret;

	if (re->super.place[last].replaces) {
		tandem_error_set(err, TANDEM_CODE_BUSY, array_name(re),
				 "leg %u is being replaced by leg %u, one at a time in a set",
				 tandem_replace_old_of(&re->super, last), last);
		return tandem_error_hint(err, "tandem wait %s; tandem fail and remove %s %u give "
					 "it up", array_name(re), array_name(re), last);
	}
	ret = tandem_replace_widen(&re->new.super, re->old, &why);
	if (ret < 0)
		return tandem_error_set(err, TANDEM_CODE_REFUSED, array_name(re),
					"cannot replace leg %u: %s", re->old, why);
	re->leg = (unsigned int)ret;
	return 0;
}

/* A leg, of today or before, is nobody's new disk. */
static int check_disk(struct replacing *re, struct tandem_error *err)
{
	const struct tandem_super *own = &re->new.label.super;
	unsigned int leg;

	for (leg = 0; leg < re->view.table.nr_legs; leg++) {
		if (re->view.disk[leg] && re->view.disk[leg] == re->new.fresh.dev.rdev)
			return tandem_error_set(err, TANDEM_CODE_BUSY, re->opt->disk,
						"is leg %u of array %s", leg, array_name(re));
	}
	if (!tandem_newleg_is_ours(&re->new) || own->flags & TANDEM_FLAG_BLANK)
		return 0;
	tandem_error_set(err, TANDEM_CODE_BUSY, re->opt->disk, "is or was leg %u of array %s",
			 own->leg, array_name(re));
	return tandem_error_hint(err, "if it is not needed as that: tandem forget %s",
				 re->opt->disk);
}

static int prepare(struct replacing *re, struct tandem_error *err)
{
	int ret;

	if (re->view.volume.read_only)
		return tandem_error_set(err, TANDEM_CODE_BUSY, array_name(re),
					"is active read-only");
	ret = tandem_view_leg(&re->view, re->opt->leg, &re->old, err);
	if (!ret)
		ret = check_old(re, err);
	if (!ret)
		ret = tandem_view_super(re->ctx, &re->view, &re->super, err);
	if (ret)
		return ret;
	re->new.super = re->super;
	ret = plan(re, err);
	if (!ret)
		ret = tandem_newleg_look(&re->new, re->opt->disk, err);
	if (!ret)
		ret = check_disk(re, err);
	if (!ret)
		ret = tandem_newleg_claim(&re->new, err);
	if (!ret)
		ret = tandem_newleg_make(&re->new, re->leg, 0, err);
	return ret;
}

static int replace(struct replacing *re, struct tandem_error *err)
{
	int ret = prepare(re, err);

	if (ret)
		return ret;
	tandem_fresh_announce(re->ctx, &re->new.fresh, re->opt->dry_run);
	if (!re->opt->dry_run) {
		ret = tandem_newleg_write(&re->new, err);
		if (ret)
			return ret;
		ret = widen(re, err);
		if (ret && !is_in_use(re)) {
			re->new.super = re->super;
			tandem_newleg_take_back(&re->new);
		}
	}
	if (!ret)
		tandem_notice(re->ctx, "%s: leg %u, %s: %s, to replace leg %u", array_name(re),
			      re->leg, re->opt->disk,
			      re->opt->dry_run ? "would be filled" : "is being filled", re->old);
	return ret;
}

int tandem_replace(struct tandem_context *ctx, const struct tandem_replace_options *opt,
		   struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume volume;
	struct replacing *re;
	int lock, ret;

	if (!opt->array || !opt->leg || !opt->disk)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"name an array, a leg and a disk");
	ret = tandem_dm_find(ctx, opt->array, &volume, err);
	if (ret)
		return ret;
	re = calloc(1, sizeof(*re));
	if (!re)
		return tandem_error_no_memory(err);
	re->ctx = re->new.ctx = ctx;
	re->opt = opt;
	re->new.view = &re->view;
	re->new.overwrite = opt->overwrite;
	tandem_device_init(&re->new.fresh.dev, opt->disk);
	lock = tandem_run_lock_array(ctx, volume.name, true);
	ret = tandem_view_read(ctx, &volume, &re->view, err);
	if (!ret)
		ret = replace(re, err);
	tandem_device_close(&re->new.fresh.dev);
	tandem_view_free(&re->view);
	tandem_run_unlock(lock);
	free(re);
	return ret;
}

/* A set that is to have one leg less. */
struct ending {
	const struct tandem_context *ctx;
	const struct tandem_view *view;
	struct tandem_super super;
};

/*
 * @leg goes: what replaces it takes its number, or it was to replace one itself. The way back
 * has a table without its disk, which may be gone by now, as one that has failed often is.
 */
static int retire(const struct ending *end, unsigned int leg, struct tandem_error *err)
{
	struct tandem_reload *reload = calloc(1, sizeof(*reload));
	const unsigned int new = tandem_replace_new_of(&end->super, leg);
	struct tandem_table *table, old, without_word, without_disk;
	struct tandem_dm_load load = { .name = end->view->volume.name,
				       .sectors = end->view->sectors,
				       .also = { &without_word, &without_disk } };
	int ret;

	if (!reload)
		return tandem_error_no_memory(err);
	reload->ctx = end->ctx;
	reload->view = end->view;
	reload->renumbers = true;
	tandem_reload_prepare(reload, leg, 0);
	table = &reload->start.table;
	old = without_disk = *table;
	old.disk[leg] = end->view->table.disk[leg];
	hand_over_place(table, leg, new == TANDEM_NO_PLACE ? leg : new);
	without_word = *table;
	table->retire = (u16)(leg + 1);
	load.table = table;
	ret = exchange(reload, &load, &old, err);
	free(reload);
	return ret;
}

int tandem_replace_give_up(const struct tandem_context *ctx, const struct tandem_view *view,
			   unsigned int leg, struct tandem_error *err)
{
	struct ending *end = calloc(1, sizeof(*end));
	int ret;

	if (!end)
		return tandem_error_no_memory(err);
	end->ctx = ctx;
	end->view = view;
	ret = tandem_view_super(ctx, view, &end->super, err);
	if (!ret)
		ret = retire(end, leg, err);
	free(end);
	return ret;
}

static bool is_recorded(const struct tandem_view *view, const void *data)
{
	const unsigned int leg = *(const unsigned int *)data;

	return leg >= view->status.nr_legs || tandem_reload_is_free(view, leg);
}

static int fail_old(const struct tandem_context *ctx, const struct tandem_view *view,
		    unsigned int leg, struct tandem_error *err)
{
	const struct tandem_message message = { .verb = TANDEM_MESSAGE_FAIL, .leg = (u16)leg };
	const struct tandem_await await = { .volume = &view->volume, .data = &leg,
					    .timeout_ms = RECORD_TIMEOUT_MS,
					    .done = is_recorded };
	int ret = 0;

	if (view->status.leg[leg].state != TANDEM_LEG_UNRECORDED)
		ret = tandem_dm_message(ctx, &view->volume, &message, err);
	return ret ? ret : tandem_await(ctx, &await, err);
}

/* Is another leg of the set away, so that the old one is needed? */
static bool is_needed(const struct tandem_view *view, const struct tandem_super *super,
		      unsigned int old)
{
	unsigned int leg;

	for (leg = 0; leg < super->nr_legs; leg++) {
		if (leg != old && super->place[leg].set == super->place[old].set &&
		    view->status.leg[leg].state != TANDEM_LEG_CURRENT)
			return true;
	}
	return false;
}

/*
 * The old leg of which something is left to do. One that was taken out by hand goes; one that
 * left by itself may come back, and is kept as one in use is.
 */
static unsigned int find_old(const struct tandem_view *view, const struct tandem_super *super)
{
	unsigned int leg, old;

	for (leg = 0; leg < super->nr_legs; leg++) {
		old = tandem_replace_old_of(super, leg);
		if (old == TANDEM_NO_PLACE || view->status.leg[leg].state != TANDEM_LEG_CURRENT)
			continue;
		if (tandem_reload_is_free(view, old) && super->place[old].by_hand)
			return old;
		if (!is_needed(view, super, old))
			return old;
	}
	return TANDEM_NO_PLACE;
}

static void describe(const struct ending *end, struct tandem_replace_step *step)
{
	const unsigned int new = tandem_replace_new_of(&end->super, step->leg);
	const dev_t *disk = end->view->disk;

	if (disk[step->leg])
		end->ctx->device->path_of(disk[step->leg], step->old, sizeof(step->old));
	end->ctx->device->path_of(disk[new], step->disk, sizeof(step->disk));
}

/* Of an array that has failed nobody says anything. */
static bool any_current(const struct tandem_view *view)
{
	unsigned int leg;

	for (leg = 0; leg < view->status.nr_legs; leg++)
		if (view->status.leg[leg].state == TANDEM_LEG_CURRENT)
			return true;
	return false;
}

static int advance(struct ending *end, struct tandem_replace_step *step, struct tandem_error *err)
{
	const struct tandem_view *view = end->view;
	int ret;

	if (view->volume.read_only || view->volume.suspended || !any_current(view))
		return 0;
	ret = tandem_view_super(end->ctx, view, &end->super, err);
	if (ret)
		return ret;
	step->leg = TANDEM_NO_PLACE;
	if (end->super.nr_legs == view->table.nr_legs)
		step->leg = find_old(view, &end->super);
	if (step->leg == TANDEM_NO_PLACE)
		return 0;
	describe(end, step);
	if (tandem_reload_is_free(view, step->leg)) {
		step->kind = TANDEM_REPLACE_DONE;
		return step->dry_run ? 0 : retire(end, step->leg, err);
	}
	step->kind = TANDEM_REPLACE_FAIL;
	return step->dry_run ? 0 : fail_old(end->ctx, view, step->leg, err);
}

int tandem_replace_advance(const struct tandem_context *ctx, const struct tandem_volume *volume,
			   struct tandem_replace_step *step, struct tandem_error *err)
{
	struct ending *end = calloc(1, sizeof(*end));
	struct tandem_volume now;
	struct tandem_view view;
	int ret;

	*step = (struct tandem_replace_step){ .dry_run = step->dry_run };
	if (!end)
		return tandem_error_no_memory(err);
	/* It may have been suspended since the caller has found it. */
	if (!tandem_dm_is_active(ctx, &volume->array, &now))
		now = *volume;
	ret = tandem_view_read(ctx, &now, &view, err);
	end->ctx = ctx;
	end->view = &view;
	if (!ret)
		ret = advance(end, step, err);
	tandem_view_free(&view);
	free(end);
	return ret;
}

int tandem_replace_finish(const struct tandem_context *ctx, const struct tandem_volume *volume,
			  struct tandem_error *err)
{
	int lock = tandem_run_lock_array(ctx, volume->name, true);
	struct tandem_replace_step step = { .dry_run = false };
	int ret, steps = -1;

	do {
		ret = tandem_replace_advance(ctx, volume, &step, err);
		steps++;
		if (!ret && step.kind == TANDEM_REPLACE_DONE)
			tandem_notice(ctx, "%s: leg %u: %s has the place of %s now%s%s%s",
				      volume->name, step.leg, step.disk,
				      step.old[0] ? step.old : "a disk that is gone",
				      step.old[0] ? " (tandem forget " : "", step.old,
				      step.old[0] ? ")" : "");
	} while (!ret && step.kind != TANDEM_REPLACE_NOTHING);
	tandem_run_unlock(lock);
	return ret ? ret : steps;
}
