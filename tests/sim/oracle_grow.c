// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about sets that become longer (I41).
 *
 *	visible   a user's request reaches a sector only when both slots of all current
 *	          legs of its set say that the set has it
 *	before    what the engine sends behind the end that a leg's own record knows is
 *	          zeroes
 *	kept      a set is never shorter than it was, unless a start was forced
 *
 * That nothing is written there, and legs may differ, is said by the other rules: the
 * books call what is behind the first end bare, from the beginning, and what is behind
 * the end of a start that was forced, and knows of less.
 */
#include "content.h"
#include "front.h"
#include "oracle_grow.h"
#include "io/region.h"
#include "ledger.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

u32 oracle_word(struct tandem_set *set, u32 region)
{
	if (region >= tandem_geometry_regions(&set->array->super->geo))
		return TANDEM_REGION_NEVER;
	return (u32)atomic_read(&set->region[region]);
}

static bool is_behind(const struct sim_command *command, u64 set_sectors)
{
	return command->count && command->op != REQ_OP_READ &&
	       command->sector >= world.super.data_offset_sectors &&
	       command->sector + command->count > world.super.data_offset_sectors + set_sectors;
}

/*
 * A leg knows what the slot says that says least: the other one may be unreadable for a start,
 * and a set is never up with a length that is not in both slots.
 */
bool oracle_is_behind_end(const struct sim_command *command)
{
	u64 known = slotbook_lengths(command->disk->leg, false).least;
	u32 set = world_set_of(command->disk->leg);

	if (command->users && is_behind(command, ledger_length(set)))
		sim_fail("I41", "a user writes to sector %llu of leg %u, and not all say that it "
			 "is there", (unsigned long long)command->sector, command->disk->leg);
	if (command->users || known == ~0ull || !is_behind(command, known))
		return false;
	if (command->data && memchr_inv(command->data, 0, 512ul * command->count))
		sim_fail("I41", "leg %u: sectors %llu+%u are behind its end, and get something",
			 command->disk->leg, (unsigned long long)command->sector, command->count);
	return true;
}

static void forget_behind(u64 set_sectors)
{
	u64 sector;
	u32 set;

	for (set = 0; set < world.options.sets; set++)
		for (sector = set_sectors; sector < world.now_sectors; sector++)
			content_make_bare(set * world.set_sectors + sector);
}

void oracle_grown(const struct oracle_start *start, struct tandem_array *array)
{
	u64 now = array->super->geo.set_sectors;

	if (now < start->grow)
		sim_fail("I41", "started, and did not grow to %llu",
			 (unsigned long long)start->grow);
	/* One that only reads may have seen what a start that broke off left in a cache. */
	if (now < world.bound_sectors && !oracle_was_forced() && !array->plan.forced)
		sim_fail("I41", "started with %llu sectors in a set, it had %llu",
			 (unsigned long long)now, (unsigned long long)world.bound_sectors);
	if (!start->read_only)
		world.bound_sectors = now;
	if (now != world.now_sectors)
		SIM_NOTE("grown", NULL, { world.now_sectors, now });
	forget_behind(now);
	world_resize(now);
}

/* Do two slots of legs that are here say two lengths: a start that was to grow broke off? */
static bool is_growing(u64 legs)
{
	struct slotbook_lengths lengths;
	u64 least = ~0ull, most = 0;
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		if (!(legs & 1ull << leg))
			continue;
		lengths = slotbook_lengths(leg, false);
		least = min(least, lengths.least);
		most = max(most, lengths.most);
	}
	return least < most;
}

/*
 * The table was laid out for the old length: the slot that has the new one could not be
 * read when it was made, and now it can. Another table will do.
 */
static bool is_laid_out_short(const struct oracle_start *start, int error)
{
	return error == -ESTALE && start->injected != start->made && is_growing(start->present);
}

bool oracle_is_too_long(const struct oracle_start *start, int error)
{
	u64 needed = world.super.data_offset_sectors + start->grow +
		     TANDEM_GUARD_BYTES / 512;
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (start->grow && error == -ENOSPC &&
		    world.disk[leg].engine.size_sectors < needed)
			return true;
	return is_laid_out_short(start, error);
}
