// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the chooser's answer means to a person.
 *
 * The chooser (core/assembly.h) decides; nothing is decided here. Each
 * verdict has one message: the disks by path, what contradicts what, and the
 * commands that lead on. Numbers (generation, epoch) are shown because people
 * compare them; they are not what decided.
 */
#include "verdict.h"

#define LIST_BYTES 320

static const struct tandem_super *super_of(const struct tandem_group *group, int index)
{
	return &group->found[index]->label.super;
}

static const struct tandem_config *config_of(const struct tandem_super *super)
{
	return &super->set[super->place[super->leg].set];
}

/* Does candidate @index hold the same history as @side? */
static bool same_side(const struct tandem_group *group, int index, int side)
{
	const struct tandem_super *a = super_of(group, index), *b = super_of(group, side);

	if (!tandem_id_equal(&a->epoch.id, &b->epoch.id))
		return false;
	return a->place[a->leg].set != b->place[b->leg].set ||
	       tandem_id_equal(&config_of(a)->id, &config_of(b)->id);
}

/* Paths of one side of a split, between spaces. */
static void side_paths(const struct tandem_group *group, int side, char *text, size_t size)
{
	unsigned int i;

	text[0] = 0;
	for (i = 0; i < group->nr; i++) {
		size_t used = strlen(text);

		if (same_side(group, (int)i, side))
			snprintf(text + used, size - used, "%s%s", used ? " " : "",
				 group->found[i]->dev.path);
	}
}

static const char *path_of(const struct tandem_group *group, int index)
{
	return index >= 0 ? group->found[index]->dev.path : "no disk";
}

static int explain_split(const struct tandem_group *group, const struct tandem_plan *plan,
			 struct tandem_error *err)
{
	int a = plan->culprit[0], b = plan->culprit[1];
	char here[LIST_BYTES / 2], there[LIST_BYTES / 2];
	const struct tandem_super *one, *two;

	if (a < 0 || b < 0)
		return tandem_error_set(err, TANDEM_CODE_REFUSED, super_of(group, 0)->name,
					"split brain: the histories of its legs cannot be ordered");
	one = super_of(group, a);
	two = super_of(group, b);
	side_paths(group, a, here, sizeof(here));
	side_paths(group, b, there, sizeof(there));
	tandem_error_set(err, TANDEM_CODE_REFUSED, one->name,
			 "split brain: %s (epoch %llu, generation %llu) and %s (epoch %llu, "
			 "generation %llu) were each written to without the other; refusing to "
			 "assemble",
			 here, one->epoch.number, config_of(one)->generation,
			 there, two->epoch.number, config_of(two)->generation);
	return tandem_error_hint(err,
				 "to give up the second side: tandem forget %s; tandem assemble "
				 "--degraded force %s; tandem add %s %s",
				 there, here, one->name, group->found[b]->dev.path);
}

/* Place that nobody fills: how people know the disk. */
static void name_place(const struct tandem_super *super, unsigned int leg, char *text, size_t size)
{
	if (super->place[leg].disk[0])
		snprintf(text, size, "leg %u (disk %s)", leg, super->place[leg].disk);
	else
		snprintf(text, size, "leg %u", leg);
}

static int explain_absent(const struct tandem_group *group, const struct tandem_plan *plan,
			  struct tandem_error *err)
{
	const struct tandem_super *super = super_of(group, plan->newest >= 0 ? plan->newest : 0);
	unsigned int leg = plan->place >= 0 ? (unsigned int)plan->place : 0;
	char place[128] = "a leg";

	/* A degraded array whose current legs are all here: which one does it lack? */
	while (plan->place < 0 && leg < super->nr_legs &&
	       (super->place[leg].record == TANDEM_RECORD_CURRENT ||
		super->place[leg].record == TANDEM_RECORD_MISSING))
		leg++;
	if (leg < super->nr_legs)
		name_place(super, leg, place, sizeof(place));
	if (plan->kind == TANDEM_ASM_UNPROVEN) {
		tandem_error_set(err, TANDEM_CODE_WAITING, super->name,
				 "%s is absent and may hold newer data than %s", place,
				 path_of(group, plan->newest >= 0 ? plan->newest : 0));
		return tandem_error_hint(err,
					 "wait for it; or give up what only it holds: tandem "
					 "assemble --degraded force %s",
					 super->name);
	}
	if (plan->kind == TANDEM_ASM_STALE) {
		tandem_error_set(err, TANDEM_CODE_REFUSED, super->name,
				 "%s is absent and only old legs of its set are here (%s)", place,
				 path_of(group, plan->culprit[0] >= 0 ? plan->culprit[0] : 0));
		return tandem_error_hint(err,
					 "find the current leg; or go back to old data: tandem "
					 "assemble --degraded force %s",
					 super->name);
	}
	if (plan->kind == TANDEM_ASM_EMPTY) {
		tandem_error_set(err, TANDEM_CODE_WAITING, super->name,
				 "no disk is here for the set of %s", place);
		return tandem_error_hint(err, "the array cannot start without it");
	}
	tandem_error_set(err, TANDEM_CODE_WAITING, super->name,
			 "%s is not current; --degraded never starts a whole array only", place);
	return tandem_error_hint(err, "tandem assemble --degraded proven %s", super->name);
}

static int explain_mismatch(const struct tandem_group *group, const struct tandem_plan *plan,
			    struct tandem_error *err)
{
	int index = plan->culprit[0] >= 0 ? plan->culprit[0] : 0;
	const struct tandem_found *found = group->found[index];
	const struct tandem_super *super = &found->label.super;
	u64 sectors = found->dev.size_bytes / TANDEM_SECTOR_BYTES;

	if (plan->culprit[1] >= 0)
		return tandem_error_set(err, TANDEM_CODE_METADATA, found->dev.path,
					"geometry or features differ from those on %s",
					path_of(group, plan->culprit[1]));
	if (sectors < super->own_disk_sectors) {
		tandem_error_set(err, TANDEM_CODE_METADATA, found->dev.path,
				 "has %llu sectors, its superblock was written on a disk of %llu",
				 sectors, super->own_disk_sectors);
		return tandem_error_hint(err,
					 "a copy, or seen through something else: leave it out");
	}
	if (found->dev.logical_block_bytes == super->logical_block_bytes)
		return tandem_error_set(err, TANDEM_CODE_METADATA, found->dev.path,
					"does not fit the length that the array has now on %s",
					path_of(group, plan->newest));
	return tandem_error_set(err, TANDEM_CODE_METADATA, found->dev.path,
				"has logical blocks of %u bytes, the array was made for %u",
				found->dev.logical_block_bytes, super->logical_block_bytes);
}

static int explain_identity(const struct tandem_group *group, const struct tandem_plan *plan,
			    struct tandem_error *err)
{
	int a = plan->culprit[0] >= 0 ? plan->culprit[0] : 0;
	const struct tandem_super *one = super_of(group, a);

	if (plan->kind == TANDEM_ASM_FOREIGN) {
		int b = plan->culprit[1] >= 0 ? plan->culprit[1] : 0;

		tandem_error_set(err, TANDEM_CODE_REFUSED, path_of(group, a),
				 "is a leg of array %s, %s one of array %s", one->name,
				 path_of(group, b), super_of(group, b)->name);
		return tandem_error_hint(err, "assemble one array at a time");
	}
	if (plan->kind == TANDEM_ASM_DUPLICATE) {
		tandem_error_set(err, TANDEM_CODE_REFUSED, path_of(group, a),
				 "is leg %u of array %s, so is %s: a copy, or one disk seen twice",
				 one->leg, one->name, path_of(group, plan->culprit[1]));
		return tandem_error_hint(err,
					 "take the copy away, or name the disks to use: tandem "
					 "assemble DEV...");
	}
	tandem_error_set(err, TANDEM_CODE_WAITING, path_of(group, a),
			 "was prepared as leg %u of array %s and never filled; no leg that holds "
			 "data is here",
			 one->leg, one->name);
	return tandem_error_hint(err, "to use it for something else: tandem forget %s",
				 path_of(group, a));
}

int tandem_verdict_explain(const struct tandem_group *group, const struct tandem_plan *plan,
			   struct tandem_error *err)
{
	switch (plan->kind) {
	case TANDEM_ASM_SPLIT:
		return explain_split(group, plan, err);
	case TANDEM_ASM_COMPLETE:
	case TANDEM_ASM_PROVEN:
	case TANDEM_ASM_UNPROVEN:
	case TANDEM_ASM_STALE:
	case TANDEM_ASM_EMPTY:
		return explain_absent(group, plan, err);
	case TANDEM_ASM_MISMATCH:
		return explain_mismatch(group, plan, err);
	case TANDEM_ASM_DUPLICATE:
	case TANDEM_ASM_FORMER:
	case TANDEM_ASM_FOREIGN:
		return explain_identity(group, plan, err);
	case TANDEM_NR_ASM:
		break;
	}
	return tandem_error_set(err, TANDEM_CODE_REFUSED, super_of(group, 0)->name, "%s",
				tandem_assembly_text(plan->kind));
}

static int explain_apart(const struct tandem_leglogs *logs, const s16 culprit[2],
			 struct tandem_error *err)
{
	const char *name = super_of(logs->group, culprit[0])->name;
	const char *ahead = path_of(logs->group, culprit[0]);
	const char *behind = path_of(logs->group, culprit[1]);

	tandem_error_set(err, TANDEM_CODE_REFUSED, name,
			 "intent logs too far apart: %s is at sequence %llu, %s at %llu; one of "
			 "them was rolled back or copied",
			 ahead, logs->log[culprit[0]]->head.sequence, behind,
			 logs->log[culprit[1]]->head.sequence);
	return tandem_error_hint(err,
				 "give that one up, as a rule the one behind: tandem forget %s; "
				 "tandem assemble --degraded force %s; tandem add %s %s",
				 behind, name, name, behind);
}

static int explain_ahead(const struct tandem_leglogs *logs, s16 index, struct tandem_error *err)
{
	const struct tandem_super *super = super_of(logs->group, index);
	const struct tandem_log_head *head = &logs->log[index]->head;

	tandem_error_set(err, TANDEM_CODE_REFUSED, path_of(logs->group, index),
			 "superblock of epoch %llu, generation %llu is older than its intent log "
			 "(epoch %llu, generation %llu): the newest superblock was lost",
			 super->epoch.number, config_of(super)->generation, head->epoch_number,
			 head->generation);
	return tandem_error_hint(err,
				 "give it up: tandem forget %s; tandem assemble --degraded force "
				 "%s; tandem add %s %s",
				 path_of(logs->group, index), super->name, super->name,
				 path_of(logs->group, index));
}

int tandem_verdict_logs(const struct tandem_leglogs *logs, struct tandem_error *err)
{
	s16 culprit[2];

	culprit[0] = tandem_leglogs_ahead(logs);
	if (culprit[0] >= 0)
		return explain_ahead(logs, culprit[0], err);
	return tandem_leglogs_apart(logs, culprit) ? explain_apart(logs, culprit, err) : 0;
}
