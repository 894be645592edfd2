// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Assemble: find the legs, ask the chooser, hand the kernel a table.
 *
 * The chooser runs here first, for the message: the kernel runs the same one
 * again over what it reads itself, and only the kernel writes. Nothing is
 * opened for writing here (K6), so a refusal leaves no trace.
 *
 * Every leg of the array that was found goes into the table, an old one too:
 * the kernel leaves it stale, and `status` and `add` can name it.
 */
#include "assemble.h"

#include <stdlib.h>
#include <sys/sysmacros.h>

#include "enlarged.h"
#include "log.h"
#include "replace.h"
#include "verdict.h"

/* @log: per candidate of @group, of those that are current. */
struct assembly {
	const struct tandem_context *ctx;
	const struct tandem_assemble_options *opt;
	enum tandem_degraded policy;
	struct tandem_scan scan;
	struct tandem_group group;
	struct tandem_plan plan;
	struct tandem_leglog log[TANDEM_MAX_LEGS];
	struct tandem_leglogs logs;
	u64 resync_regions;
	struct tandem_super super;
	struct tandem_start start;
	char name[TANDEM_NAME_BYTES];
};

const char *tandem_use_text(unsigned int use)
{
	switch ((enum tandem_use)use) {
	case TANDEM_USE_IGNORE:
		return "ignored";
	case TANDEM_USE_CURRENT:
		return "current";
	case TANDEM_USE_REBUILDING:
		return "rebuilding";
	case TANDEM_USE_STALE:
		return "stale";
	}
	return "?";
}

void tandem_start_disk(struct tandem_start *start, unsigned int leg, dev_t rdev)
{
	char *text = start->disk[leg];

	if (rdev)
		snprintf(text, TANDEM_DISK_TEXT_BYTES, "%u:%u", major(rdev), minor(rdev));
	else
		snprintf(text, TANDEM_DISK_TEXT_BYTES, "-");
	start->table.disk[leg] = text;
}

/* Is it running already? Then that is what was wanted, unless the mode differs. */
static int running(struct assembly *as, const struct tandem_volume *volume,
		   struct tandem_error *err)
{
	if (volume->read_only && !as->opt->read_only && !as->opt->scan && !as->opt->incremental) {
		tandem_error_set(err, TANDEM_CODE_BUSY, volume->name, "is active, read-only");
		return tandem_error_hint(err, "tandem stop %s first", volume->name);
	}
	tandem_notice(as->ctx, "%s: already active, /dev/tandem/%s", volume->name, volume->name);
	snprintf(as->name, sizeof(as->name), "%s", volume->name);
	return 0;
}

static void make_table(struct assembly *as)
{
	struct tandem_start *start = &as->start;
	unsigned int leg;

	memset(start, 0, sizeof(*start));
	start->table.array = as->super.array;
	start->table.nr_legs = as->super.nr_legs;
	start->table.degraded = as->policy;
	for (leg = 0; leg < as->super.nr_legs; leg++) {
		int from = as->plan.of_place[leg];

		tandem_start_disk(start, leg, from < 0 ? 0 : as->group.found[from]->dev.rdev);
		/* Filling was interrupted: go on with it. */
		if (from >= 0 && as->plan.use[from] == TANDEM_USE_REBUILDING && !as->opt->read_only)
			start->table.rebuild |= 1ull << leg;
	}
}

static void free_logs(struct assembly *as)
{
	unsigned int i;

	for (i = 0; i < TANDEM_MAX_LEGS; i++)
		tandem_leglog_free(&as->log[i]);
}

/* How much will be copied: a set with one current leg has nothing to agree with. */
static int count_resync(struct assembly *as)
{
	struct tandem_intent unsure;
	unsigned int set;

	as->resync_regions = 0;
	if (tandem_leglog_intent(&as->super, &unsure))
		return -ENOMEM;
	for (set = 0; set < as->super.geo.nr_sets; set++) {
		if (tandem_leglogs_current(&as->logs, set) < 2)
			continue;
		tandem_leglogs_unsure(&as->logs, set, &unsure);
		as->resync_regions += unsure.nr_dirty;
	}
	free(unsure.bits);
	return 0;
}

/* Legs that were written in lock-step and are not, are images of different times. */
static int check_logs(struct assembly *as, struct tandem_error *err)
{
	unsigned int i;
	int ret;

	as->logs.group = &as->group;
	as->logs.plan = &as->plan;
	for (i = 0; i < as->group.nr; i++) {
		as->logs.log[i] = &as->log[i];
		if (as->plan.use[i] != TANDEM_USE_CURRENT)
			continue;
		ret = tandem_leglog_read(as->ctx, as->group.found[i], &as->log[i], err);
		if (ret)
			return ret;
	}
	ret = tandem_verdict_logs(&as->logs, err);
	if (ret)
		return ret;
	return count_resync(as) ? tandem_error_no_memory(err) : 0;
}

/* What is to be copied, as the end of a sentence. */
static const char *resync_text(const struct assembly *as, char *text, size_t size)
{
	bool log = as->super.feature_incompat & TANDEM_INCOMPAT_INTENT_LOG;

	text[0] = 0;
	if (!log && !as->plan.clean)
		snprintf(text, size, ", resync needed");
	if (log && as->resync_regions)
		snprintf(text, size, ", %llu region%s to resync", as->resync_regions,
			 as->resync_regions == 1 ? "" : "s");
	return text;
}

/* One line for the array, one for every leg that is not simply current. */
static void tell(struct assembly *as)
{
	const char *verb = as->opt->dry_run ? "would be assembled" : "assembled";
	const struct tandem_super *super = &as->super;
	unsigned int leg, current = 0, i;
	char resync[64];

	for (leg = 0; leg < super->nr_legs; leg++) {
		int from = as->plan.of_place[leg];

		if (from >= 0 && as->plan.use[from] == TANDEM_USE_CURRENT)
			current++;
		else if (from >= 0)
			tandem_notice(as->ctx, "%s: leg %u, %s: %s", super->name, leg,
				      as->group.found[from]->dev.path,
				      tandem_use_text(as->plan.use[from]));
		else
			tandem_notice(as->ctx, "%s: leg %u: no disk%s%s", super->name, leg,
				      super->place[leg].disk[0] ? ", was " : "",
				      super->place[leg].disk);
	}
	for (i = 0; i < as->group.nr; i++) {
		const char *path = as->group.found[i]->dev.path;

		if (as->plan.use[i] != TANDEM_USE_IGNORE)
			continue;
		if (as->group.candidate[i].super->flags & TANDEM_FLAG_BLANK)
			tandem_notice(as->ctx,
				      "%s: %s: left out, prepared, never filled (tandem add %s %s)",
				      super->name, path, super->name, path);
		else
			tandem_notice(as->ctx,
				      "%s: %s: left out, its place has another disk now "
				      "(tandem forget %s)", super->name, path, path);
	}
	tandem_notice(as->ctx, "%s: %s%s on %u of %u legs%s%s", super->name, verb,
		      as->opt->read_only ? " read-only" : "", current, super->nr_legs,
		      resync_text(as, resync, sizeof(resync)),
		      as->plan.forced ? ", forced" : "");
}

/* A copy on a larger disk is no leg that was enlarged. */
static int check_enlarged(const struct assembly *as, struct tandem_error *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < as->group.nr && !ret; i++) {
		const struct tandem_found *found = as->group.found[i];
		const struct tandem_super *super = &found->label.super;

		if (as->plan.use[i] == TANDEM_USE_IGNORE)
			continue;
		ret = tandem_enlarged_check(as->ctx, &found->dev, super, err);
		if (!ret && found->dev.size_bytes / TANDEM_SECTOR_BYTES > super->own_disk_sectors)
			tandem_notice(as->ctx, "%s: leg %u, %s: the disk has become larger",
				      super->name, super->leg, found->dev.path);
	}
	return ret;
}

static int check_target(struct assembly *as, struct tandem_error *err)
{
	struct tandem_volume volume;

	if ((as->super.feature_ro_compat & ~TANDEM_RO_COMPAT_KNOWN) && !as->opt->read_only) {
		tandem_error_set(err, TANDEM_CODE_METADATA, as->super.name,
				 "uses a feature that this version can only read (ro_compat %#llx)",
				 as->super.feature_ro_compat);
		return tandem_error_hint(err, "tandem assemble --read-only %s", as->super.name);
	}
	if (tandem_dm_name_taken(as->ctx, as->super.name, &volume)) {
		tandem_error_set(err, TANDEM_CODE_BUSY, as->super.name,
				 "another array of this name is active");
		return tandem_error_hint(err, "tandem stop %s", as->super.name);
	}
	return as->opt->dry_run ? 0 : tandem_dm_check(as->ctx, err);
}

/*
 * Power went when a leg that replaces another was current: it takes the place now. Not from
 * where a disk has appeared: a worker of udev has no time for it, and more disks may come.
 */
static void finish_replacing(const struct assembly *as)
{
	struct tandem_volume volume;
	struct tandem_error err;
	bool any = false;
	unsigned int leg;

	for (leg = 0; leg < as->super.nr_legs; leg++)
		any |= as->super.place[leg].replaces &&
		       as->super.place[leg].record == TANDEM_RECORD_CURRENT;
	if (!any || as->opt->dry_run || as->opt->read_only || as->opt->incremental ||
	    !tandem_dm_is_active(as->ctx, &as->super.array, &volume))
		return;
	if (tandem_replace_finish(as->ctx, &volume, &err) < 0)
		tandem_warn(as->ctx, "%s: %s; tandem wait %s tries again", err.object, err.text,
			    volume.name);
}

/* The group is complete: choose, and start what may be started. */
static int start(struct assembly *as, struct tandem_error *err)
{
	struct tandem_dm_load load = { .name = as->super.name, .table = &as->start.table,
				       .read_only = as->opt->read_only };
	struct tandem_volume volume;
	int ret;

	if (!as->group.nr)
		return tandem_error_set(err, TANDEM_CODE_NOT_FOUND, as->scan.found[0]->dev.path,
					"is a spare of array %s, and no leg of it was named",
					as->scan.found[0]->label.super.name);
	if (tandem_dm_is_active(as->ctx, &as->group.candidate[0].super->array, &volume))
		return running(as, &volume, err);
	tandem_assembly_choose(as->group.candidate, as->group.nr, as->policy, &as->plan);
	if (!as->plan.startable)
		return tandem_verdict_explain(&as->group, &as->plan, err);
	tandem_assembly_merge(as->group.candidate, &as->plan, &as->super);
	snprintf(as->name, sizeof(as->name), "%s", as->super.name);
	ret = check_enlarged(as, err);
	if (!ret)
		ret = check_logs(as, err);
	if (!ret)
		ret = check_target(as, err);
	if (ret)
		return ret;
	make_table(as);
	if (!as->opt->dry_run) {
		load.sectors = tandem_geometry_volume_sectors(&as->super.geo);
		ret = tandem_dm_activate(as->ctx, &load, err);
		/* Two legs that appear at once start one array twice: one is late. */
		if (ret == -EBUSY &&
		    tandem_dm_is_active(as->ctx, &as->super.array, &volume))
			return running(as, &volume, err);
		if (ret)
			return ret;
	}
	tell(as);
	finish_replacing(as);
	return 0;
}

static int start_array(struct assembly *as, const struct tandem_id *array,
		       struct tandem_error *err)
{
	int ret;

	ret = tandem_scan_group(&as->scan, array, &as->group, err);
	if (!ret)
		ret = start(as, err);
	free_logs(as);
	return ret;
}

/* Exactly these disks: all are one array, or the chooser calls it foreign. */
static int assemble_disks(struct assembly *as, struct tandem_error *err)
{
	const struct tandem_disks disks = { .path = as->opt->disk, .nr = as->opt->nr_disks };
	unsigned int i;
	int ret;

	ret = tandem_scan_disks(as->ctx, &disks, &as->scan, err);
	if (ret)
		return ret;
	for (i = 0; i < as->scan.nr; i++) {
		const struct tandem_found *found = as->scan.found[i];

		if (found->error)
			return tandem_label_complain(&found->dev, &found->label, found->error, err);
	}
	return start_array(as, NULL, err);
}

/* The array that is called @array; two of one name need their UUIDs. */
static int find_named(struct assembly *as, const char *array, struct tandem_id *id,
		      struct tandem_error *err)
{
	char uuid[TANDEM_ID_TEXT_BYTES], other[TANDEM_ID_TEXT_BYTES];
	const struct tandem_super *match = NULL;
	struct tandem_id wanted;
	bool by_id = !tandem_id_from_text(array, &wanted);
	unsigned int i;

	for (i = 0; i < as->scan.nr; i++) {
		const struct tandem_super *super = &as->scan.found[i]->label.super;

		if (tandem_found_is_spare(as->scan.found[i]))
			continue;
		if (by_id && tandem_id_equal(&super->array, &wanted)) {
			*id = wanted;
			return 0;
		}
		if (strcmp(super->name, array))
			continue;
		if (match && !tandem_id_equal(&match->array, &super->array)) {
			tandem_id_to_text(&match->array, uuid);
			tandem_id_to_text(&super->array, other);
			tandem_error_set(err, TANDEM_CODE_BUSY, array, "two arrays have this name");
			return tandem_error_hint(err, "use the UUID: tandem assemble %s, or %s",
						 uuid, other);
		}
		match = super;
	}
	if (match) {
		*id = match->array;
		return 0;
	}
	tandem_error_set(err, TANDEM_CODE_NOT_FOUND, array,
			 "no disk carries a leg of an array of this name or UUID");
	return tandem_error_hint(err, "tandem examine DEV... shows what a disk carries");
}

static int assemble_named(struct assembly *as, struct tandem_error *err)
{
	struct tandem_volume volume;
	struct tandem_error ignored;
	struct tandem_id id;
	int ret;

	if (!tandem_dm_find(as->ctx, as->opt->array, &volume, &ignored))
		return running(as, &volume, err);
	ret = tandem_scan_all(as->ctx, &as->scan, err);
	if (!ret)
		ret = find_named(as, as->opt->array, &id, err);
	return ret ? ret : start_array(as, &id, err);
}

static bool seen_before(const struct tandem_scan *scan, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < index; i++) {
		if (!tandem_found_is_spare(scan->found[i]) &&
		    tandem_id_equal(&scan->found[i]->label.super.array,
				    &scan->found[index]->label.super.array))
			return true;
	}
	return false;
}

/* Every array; one that cannot start does not keep the others from it. */
static int assemble_all(struct assembly *as, struct tandem_error *err)
{
	struct tandem_error why;
	unsigned int i, nr = 0;
	int ret, first = 0;

	ret = tandem_scan_all(as->ctx, &as->scan, err);
	if (ret)
		return ret;
	for (i = 0; i < as->scan.nr; i++) {
		const struct tandem_super *super = &as->scan.found[i]->label.super;

		if (tandem_found_is_spare(as->scan.found[i]) || seen_before(&as->scan, i))
			continue;
		nr++;
		if (super->flags & TANDEM_FLAG_NO_AUTO) {
			tandem_notice(as->ctx, "%s: not assembled by a scan (auto=no)",
				      super->name);
			continue;
		}
		ret = start_array(as, &super->array, &why);
		if (ret && first)
			tandem_warn(as->ctx, "%s: %s%s%s%s", why.object, why.text,
				    why.hint[0] ? " (" : "", why.hint, why.hint[0] ? ")" : "");
		if (ret && !first) {
			first = ret;
			*err = why;
		}
	}
	if (!nr)
		return tandem_error_set(err, TANDEM_CODE_NOT_FOUND, NULL,
					"no disk of this machine carries a tandem superblock");
	if (nr > 1)
		as->name[0] = 0;
	return first;
}

/* One leg has appeared: start its array if that is enough. */
static int assemble_incremental(struct assembly *as, struct tandem_error *err)
{
	const struct tandem_disks disk = { .path = as->opt->disk, .nr = 1 };
	struct tandem_found *found;
	struct tandem_id id;
	int ret;

	if (as->opt->nr_disks != 1)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
					"--incremental takes one disk");
	ret = tandem_scan_disks(as->ctx, &disk, &as->scan, err);
	if (ret)
		return ret;
	found = as->scan.found[0];
	if (found->error)
		return tandem_label_complain(&found->dev, &found->label, found->error, err);
	if (tandem_found_is_spare(found)) {
		tandem_notice(as->ctx, "%s: is a spare of array %s", found->dev.path,
			      found->label.super.name);
		return 0;
	}
	id = found->label.super.array;
	if (found->label.super.flags & TANDEM_FLAG_NO_AUTO) {
		tandem_notice(as->ctx, "%s: not assembled by itself (auto=no)",
			      found->label.super.name);
		return 0;
	}
	tandem_scan_free(&as->scan);
	ret = tandem_scan_all(as->ctx, &as->scan, err);
	return ret ? ret : start_array(as, &id, err);
}

int tandem_assemble(struct tandem_context *ctx, const struct tandem_assemble_options *opt,
		    char *name, struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct assembly *as;
	int policy, ret;

	policy = tandem_degraded_parse(opt->degraded ? opt->degraded : "proven");
	if (policy < 0)
		return tandem_error_set(err, TANDEM_CODE_USAGE, opt->degraded,
					"is no policy for --degraded (never, proven, force)");
	as = calloc(1, sizeof(*as));
	if (!as)
		return tandem_error_no_memory(err);
	as->ctx = ctx;
	as->opt = opt;
	as->policy = (enum tandem_degraded)policy;
	if (opt->incremental)
		ret = assemble_incremental(as, err);
	else if (opt->scan)
		ret = assemble_all(as, err);
	else if (opt->array)
		ret = assemble_named(as, err);
	else if (opt->nr_disks)
		ret = assemble_disks(as, err);
	else
		ret = tandem_error_set(err, TANDEM_CODE_USAGE, NULL,
				       "name an array, disks, or --scan");
	if (name)
		snprintf(name, TANDEM_NAME_MAX, "%s", as->name);
	tandem_scan_free(&as->scan);
	free(as);
	return ret;
}
