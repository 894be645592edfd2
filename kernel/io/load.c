// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load: what the disks say, and what the chooser makes of it. Writes nothing.
 *
 *	read     both slots of every disk, errors that pass are waited out
 *	decode   the newer valid slot of each (core/superblock.c)
 *	check    is it the disk that the table says is there?
 *	choose   what may be started (core/assembly.c), as one superblock
 *
 * Decisions: a disk that cannot be read is not there, and the chooser decides
 * whether the array can do without it. A disk that can be read and is not what
 * the table says refuses the whole array: the table is wrong.
 *
 * Invariants: I51-I56, K5, K6.
 */
#include "sys.h"
#include "core/fault.h"
#include "core/replace.h"
#include "io/control.h"
#include "io/grow.h"
#include "io/latency.h"
#include "io/load.h"
#include "io/reshape.h"

#define READ_ATTEMPTS 5

/* What load() needs besides the array; too big for a stack. */
struct load {
	int error[TANDEM_MAX_LEGS][2];
	u64 sequence[TANDEM_MAX_LEGS][2];
	struct tandem_candidate candidate[TANDEM_MAX_LEGS];
	u16 leg[TANDEM_MAX_LEGS];	/* of each candidate */
	struct tandem_super other;	/* slot 1 */
};

/* Returns the legs that answered with an error. */
static u64 read_slot_of(struct tandem_array *array, u64 legs, unsigned int slot)
{
	struct tandem_group *group = tandem_control_group(array);
	unsigned int i;
	u64 failed = 0;

	group->opf = REQ_OP_READ | REQ_SYNC | REQ_META;
	group->length_bytes = TANDEM_SUPER_BYTES;
	for (i = 0; i < array->params.nr_legs; i++)
		group->sector[i] = tandem_super_slot_bytes(slot) / TANDEM_SECTOR_BYTES;
	tandem_control_ask(array, group, legs);
	for (i = 0; i < array->params.nr_legs; i++)
		if (legs & (1ull << i) && array->leg[i].meta_result != TANDEM_RESULT_OK)
			failed |= 1ull << i;
	return failed;
}

/*
 * An error that passes must not hide a slot: the other one may be a step
 * behind, and a start that builds on it would forget what the leg may hold.
 */
static void read_slot(struct tandem_array *array, unsigned int slot)
{
	unsigned int attempts;
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].disk)
			legs |= 1ull << i;
	for (attempts = 0; legs && attempts < READ_ATTEMPTS; attempts++)
		legs = read_slot_of(array, legs, slot);
}

static void decode_slot(struct tandem_array *array, struct load *load, unsigned int slot)
{
	struct tandem_super *super;
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		load->error[i][slot] = -EIO;
		if (!leg->disk || leg->meta_result != TANDEM_RESULT_OK)
			continue;
		super = slot ? &load->other : &array->found[i];
		load->error[i][slot] = tandem_super_decode(leg->super_bytes, super, NULL);
		load->sequence[i][slot] = load->error[i][slot] ? 0 : super->sequence;
		if (slot && tandem_super_choose(load->error[i], load->sequence[i]) == 1)
			array->found[i] = load->other;
	}
}

/* Is what was found on this disk what the table says is there? */
static int check_found(struct tandem_array *array, unsigned int index, const char **why)
{
	const struct tandem_super *super = &array->found[index];
	struct tandem_disk *disk = array->leg[index].disk;
	u64 needed;

	*why = "disk of another array";
	if (!tandem_id_equal(&super->array, &array->params.array))
		return -EINVAL;
	*why = "disk smaller than the array needs";
	needed = super->data_offset_sectors + super->geo.set_sectors +
		 TANDEM_GUARD_BYTES / TANDEM_SECTOR_BYTES;
	if (disk->size_sectors < needed)
		return -EINVAL;
	*why = "feature that this version can only read";
	if (super->feature_ro_compat & ~TANDEM_RO_COMPAT_KNOWN && !array->params.read_only)
		return -EPROTONOSUPPORT;
	*why = NULL;
	return 0;
}

/* Candidates from what was read. A disk without a readable superblock is not there. */
static int gather(struct tandem_array *array, struct load *load, const char **why)
{
	struct tandem_candidate *candidate;
	struct tandem_leg *leg;
	unsigned int i;
	int nr = 0;
	int slot;
	int error;

	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		leg->found = false;
		leg->own_current = false;
		leg->use = TANDEM_USE_IGNORE;
		if (!leg->disk)
			continue;
		slot = tandem_super_choose(load->error[i], load->sequence[i]);
		if (slot == -EIO || slot == -EBADMSG || slot == -ENODATA)
			continue;
		*why = "superblock that this version does not take";
		error = slot < 0 ? slot : check_found(array, i, why);
		if (error)
			return error;
		leg->found = true;
		leg->own_current = array->found[i].place[array->found[i].leg].record ==
				   TANDEM_RECORD_CURRENT;
		leg->slot = slot;
		leg->hidden = load->error[i][!slot] == -EIO;
		leg->torn = load->error[i][!slot] == -EBADMSG ||
			    load->error[i][!slot] == -ENODATA;
		leg->sequence = load->sequence[i][slot];
		candidate = &load->candidate[nr];
		candidate->super = &array->found[i];
		candidate->disk_sectors = leg->disk->size_sectors;
		candidate->logical_block_bytes = leg->disk->logical_block_bytes;
		load->leg[nr++] = i;
	}
	*why = "no disk with a superblock";
	return nr ? nr : -ENODEV;
}

/*
 * Is every leg where the table says? By identity: some may not have heard yet that numbers
 * have moved. A disk that has no place says itself which one it was made for.
 */
static int check_places(struct tandem_array *array, const char **why)
{
	const struct tandem_super *found;
	unsigned int i, place;

	*why = "number of legs (not that of the array)";
	if (array->super->nr_legs != array->params.nr_legs)
		return -EINVAL;
	*why = "disk in the place of another leg";
	for (i = 0; i < array->params.nr_legs; i++) {
		found = &array->found[i];
		if (!array->leg[i].found)
			continue;
		place = tandem_replace_find(array->super, &found->leg_id);
		if (place == TANDEM_NO_PLACE && found->nr_legs == array->super->nr_legs)
			place = found->leg;
		if (place != i)
			return -EINVAL;
	}
	*why = NULL;
	return 0;
}

static int choose(struct tandem_array *array, struct load *load, const char **why)
{
	struct tandem_plan *plan = &array->plan;
	int nr = gather(array, load, why);
	int error;
	int i;

	if (nr < 0)
		return nr;
	tandem_assembly_choose(load->candidate, nr, array->params.degraded, plan);
	*why = tandem_assembly_text(plan->kind);
	if (!plan->startable)
		return -EUCLEAN;
	*why = NULL;
	for (i = 0; i < nr; i++)
		array->leg[load->leg[i]].use = plan->use[i];
	tandem_assembly_merge(load->candidate, plan, array->super);
	error = tandem_reshape_plan(array, why);
	if (!error)
		error = check_places(array, why);
	return error ? error : tandem_grow_plan(array, why);
}

int tandem_array_load(struct tandem_array *array, const char **why)
{
	struct load *load = kvcalloc(1, sizeof(*load), GFP_KERNEL);
	const char *unused;
	int error;

	if (!load)
		return -ENOMEM;
	if (!why)
		why = &unused;
	*why = NULL;
	read_slot(array, 0);
	decode_slot(array, load, 0);
	read_slot(array, 1);
	decode_slot(array, load, 1);
	error = choose(array, load, why);
	if (!error)
		tandem_keep_load(array);
	if (!error)
		error = tandem_array_shape(array);
	if (!error) {
		tandem_latency_load(array);
		tandem_keep_apply(array);
	}
	kvfree(load);
	return error;
}
