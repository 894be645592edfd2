// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lost-range tables of all legs at a start.
 *
 *	read     both copies, of every leg that is to be in use; of the current ones the
 *	         newest of each are joined
 *	write    the joined table, to legs that have another one
 *	mark     LOST, in the words of regions
 *
 * If power goes in write: some legs have the joined table, the others what they had; the
 * next start joins them again.
 *
 * Decisions
 * - The union counts, as with maps. An entry that one current leg has and another does
 *   not was being added, and its region is not settled; or it was being removed, and the
 *   write that removes it is not acknowledged. In both cases an error is right.
 * - A table counts only where the superblock of its leg says that there is one. That bit
 *   is there before the first range is, and goes with a start that finds nothing lost:
 *   then the array looks as if it had never had a table, but for empty pages.
 * - A leg that is filled may have a table of another time. It gets the joined one before
 *   it gets anything else, or it would be asked after its promotion.
 * - If the bit is there and no current leg has a whole copy, nobody knows what is lost, and
 *   another leg's garbage might be read for it: there is no start, unless by force.
 */
#include "sys.h"
#include "io/area.h"
#include "io/control.h"
#include "io/lost_load.h"
#include "io/region.h"

#define COPIES_BYTES	(TANDEM_LOST_PAGES * TANDEM_PAGE_BYTES)

/* Will it be written to, if all goes well? */
static bool is_wanted(const struct tandem_array *array, const struct tandem_leg *leg)
{
	if (!leg->found)
		return false;
	return leg->use == TANDEM_USE_CURRENT || leg->use == TANDEM_USE_REBUILDING ||
	       array->params.rebuild & (1ull << leg->index);
}

static bool is_flagged(const struct tandem_array *array, const struct tandem_leg *leg)
{
	return array->found[leg->index].feature_incompat & TANDEM_INCOMPAT_LOST_RANGES;
}

static void forget(struct tandem_lost *lost)
{
	const struct tandem_array *array = lost->set->array;
	const struct tandem_super *super = array->super;
	unsigned int i;

	memset(&lost->table, 0, sizeof(lost->table));
	lost->table.array = super->array;
	lost->table.set = lost->set->index;
	lost->table.set_sectors = super->geo.set_sectors;
	/* What legs have is taken as it is, also if it is more than would be added now. */
	lost->table.limit = ~0u;
	for (i = 0; i < lost->set->nr_legs; i++)
		lost->table.block_sectors =
			max(lost->table.block_sectors,
			    tandem_set_leg(lost->set, i)->logical_block_bytes /
			    TANDEM_SECTOR_BYTES);
	lost->sequence = 0;
	lost->slots = 0;
	lost->behind = (u8)((1u << lost->set->nr_legs) - 1);
	lost->wanted = false;
	lost->vain = false;
}

/* What one leg has. Return: 0; -EBADMSG no table, or none that counts; -ENOSPC */
static int take(struct tandem_lost *lost, struct tandem_leg *leg, const u8 *copies)
{
	u64 sequence;
	int copy;

	copy = tandem_lost_choose(&lost->table, copies, &sequence);
	lost->sequence = max(lost->sequence, sequence);
	lost->slots |= copy == 1 ? leg->bit : 0;
	if (leg->use != TANDEM_USE_CURRENT || !is_flagged(lost->set->array, leg))
		return -EBADMSG;
	/* Power went before the first table, and after the bit that announced it. */
	if (copy == -ENODATA)
		return 0;
	if (copy < 0)
		return -EBADMSG;
	lost->next = lost->table;
	tandem_lost_decode(&lost->next, copies + copy * TANDEM_PAGE_BYTES);
	return tandem_lost_join(&lost->table, &lost->next);
}

/* Both copies say what the joined table says: nothing is to be written there. */
static bool is_level(struct tandem_lost *lost, const u8 *copies)
{
	unsigned int i, bytes = TANDEM_PAGE_BYTES;
	u64 sequence;

	if (!lost->table.nr && !memchr_inv(copies, 0, COPIES_BYTES))
		return true;
	/* First that they are one: then the first is valid if any is. */
	if (memcmp(copies, copies + bytes, bytes) ||
	    tandem_lost_choose(&lost->table, copies, &sequence) < 0)
		return false;
	lost->next = lost->table;
	tandem_lost_decode(&lost->next, copies);
	for (i = 0; i < lost->table.nr; i++)
		if (lost->next.range[i].sector != lost->table.range[i].sector ||
		    lost->next.range[i].count != lost->table.range[i].count)
			return false;
	return lost->next.nr == lost->table.nr;
}

static int join_set(struct tandem_set *set, const struct tandem_area *area, const char **why)
{
	struct tandem_lost *lost = set->lost;
	struct tandem_array *array = set->array;
	bool flagged = false;
	bool found = false;
	struct tandem_leg *leg;
	unsigned int i;
	int error;

	forget(lost);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (!area->leg[leg->index])
			continue;
		flagged |= leg->use == TANDEM_USE_CURRENT && is_flagged(array, leg);
		error = take(lost, leg, area->leg[leg->index]);
		*why = "tables of lost ranges that do not fit together";
		if (error == -ENOSPC)
			return -EIO;
		found |= !error;
	}
	*why = "table of lost ranges that no current leg can read";
	if (flagged && !found && array->params.degraded != TANDEM_DEGRADED_FORCE)
		return -EIO;
	if (flagged && !found)
		pr_err("tandem %s: set %u: table of lost ranges is lost; started by force\n",
		       array->super->name, set->index);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (area->leg[leg->index] && is_level(lost, area->leg[leg->index]))
			lost->behind &= ~leg->bit;
	}
	/* Nobody ever had one, though a page may be unreadable. */
	if (!lost->sequence && !flagged)
		lost->behind = 0;
	if (lost->table.nr)
		array->super->feature_incompat |= TANDEM_INCOMPAT_LOST_RANGES;
	*why = NULL;
	return 0;
}

int tandem_lost_read(struct tandem_array *array, const char **why)
{
	struct tandem_area area = {
		.sector = TANDEM_LOST_BYTES / TANDEM_SECTOR_BYTES,
		.bytes = COPIES_BYTES,
	};
	unsigned int i;
	int error = 0;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		if (is_wanted(array, &array->leg[i]))
			legs |= 1ull << i;
	if (tandem_area_create(array, &area, legs))
		return -ENOMEM;
	tandem_area_read(array, &area, legs);
	/* What is written next says so again if anything is lost. */
	array->super->feature_incompat &= ~TANDEM_INCOMPAT_LOST_RANGES;
	for (i = 0; i < array->nr_sets && !error; i++)
		error = join_set(&array->set[i], &area, why);
	tandem_area_destroy(array, &area);
	return error;
}

/* One copy of the table of every set, to @legs. Return: those that failed */
static u64 write_copy(struct tandem_array *array, u64 legs)
{
	struct tandem_group *group = tandem_control_group(array);
	struct tandem_leg *leg;
	unsigned int i;
	u64 failed;

	group->op = TANDEM_OP_METADATA;
	group->opf = REQ_OP_WRITE | REQ_FUA | REQ_SYNC | REQ_META | REQ_PRIO;
	group->length_bytes = TANDEM_PAGE_BYTES;
	group->legs = legs;
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		group->bytes[i] = leg->set->lost->meta.page;
		group->sector[i] = tandem_lost_sector(leg->set->lost, __ffs(leg->bit));
	}
	failed = tandem_control_run(array, group);
	for (i = 0; i < array->params.nr_legs; i++)
		if (legs & ~failed & (1ull << i))
			array->leg[i].set->lost->slots ^= array->leg[i].bit;
	return failed;
}

u64 tandem_lost_write(struct tandem_array *array, u64 legs)
{
	struct tandem_lost *lost;
	u64 behind = 0;
	u64 failed;
	unsigned int i;

	for (i = 0; i < array->nr_sets; i++) {
		lost = array->set[i].lost;
		behind |= (u64)lost->behind << array->set[i].first_leg;
		tandem_lost_encode(&lost->table, ++lost->sequence, lost->meta.page);
	}
	behind &= legs;
	if (!behind)
		return 0;
	failed = write_copy(array, behind);
	if (behind & ~failed)
		failed |= write_copy(array, behind & ~failed);
	for (i = 0; i < array->params.nr_legs; i++)
		if (behind & ~failed & (1ull << i))
			array->leg[i].set->lost->behind &= ~array->leg[i].bit;
	return failed;
}

void tandem_lost_mark(struct tandem_set *set)
{
	const struct tandem_array *array = set->array;
	u32 size = array->super->geo.region_sectors;
	const struct tandem_lost_range *range;
	struct tandem_lost *lost = set->lost;
	u64 sector;
	u32 i;

	lost->flagged = array->super->feature_incompat & TANDEM_INCOMPAT_LOST_RANGES;
	lost->table.limit = array->params.tunables.lost_limit ?
			    array->params.tunables.lost_limit - 1 : TANDEM_LOST_RANGES;
	for (i = 0; i < lost->table.nr; i++) {
		range = &lost->table.range[i];
		for (sector = range->sector; sector < range->sector + range->count;
		     sector += size - sector % size)
			atomic_or(TANDEM_REGION_LOST, &set->region[(u32)(sector / size)]);
	}
}
