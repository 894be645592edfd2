// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about the region map: what must be so whenever nothing is under way.
 *
 *	written   what was acknowledged is in a region that the map of every current leg
 *	          calls written, or that is in its log (K3, K8)
 *	lacking   a leg that is not current has, for good, everything in regions that are
 *	          neither stale on it in the map of a current leg, nor in a log, its own or
 *	          that of the current leg (K4)
 *	leaving   what a record takes out of the log is in the map of whoever gets it (I17)
 *	zeroes    what is zeroes by the map, and in no log, is not read to fill a leg
 *	bare      what nobody has written reads the same until a leg of its set is lost,
 *	          or a start found its region in a log
 */
#include "front.h"
#include "oracle_grow.h"
#include "io/logger.h"
#include "io/mapper.h"
#include "io/region.h"
#include "ledger.h"
#include "lostbook.h"
#include "mapbook.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

/* What no write has reached there is the home's, and another's when that is lost. */
#define BARE	(TANDEM_REGION_NEVER | TANDEM_REGION_PARTLY)

/* Legs that were current in the engine when somebody last looked, by set. */
static u64 seen[SIM_MAX_DISKS], saved[SIM_MAX_DISKS];

void oracle_map_begin(void)
{
	memset(seen, 0xff, sizeof(seen));
}

static unsigned int first_leg(u32 set)
{
	return set * world.options.legs;
}

static u32 region_of(u64 sector)
{
	return sector / world.super.geo.region_sectors;
}

/* By its own map and log, is nothing in @region that anybody wrote? */
static bool is_never(unsigned int leg, u32 region, bool durable)
{
	return mapbook_is_never(mapbook_state(leg, durable), region) &&
	       !logbook_has(logbook_state(leg, durable), region);
}

/* By the maps and logs of all current legs. */
bool oracle_is_never(u32 set, u32 region, bool durable)
{
	unsigned int leg;

	for (leg = first_leg(set); leg < first_leg(set + 1); leg++)
		if (ledger_is_current(leg) && !is_never(leg, region, durable))
			return false;
	return true;
}

static void check_written(u32 set)
{
	unsigned int leg;
	u64 sector;
	u32 region;

	for (leg = first_leg(set); leg < first_leg(set + 1); leg++) {
		for (sector = 0; ledger_is_current(leg) && sector < world.set_sectors; sector++) {
			region = region_of(sector);
			if (content_is_real(set * world.set_sectors + sector) &&
			    mapbook_may_be_never(mapbook_state(leg, true), region) &&
			    !logbook_has(logbook_state(leg, true), region))
				sim_fail("K8", "sector %llu of set %u was written, and region %u "
					 "is never written by map and log of leg %u",
					 (unsigned long long)sector, set, region, leg);
		}
	}
}

/*
 * Does @witness, which is current, say that @leg has @region? What the log of @leg says does
 * not count, though a return looks there as well: what left is to be known without it (B4).
 */
static bool says_present(unsigned int witness, unsigned int leg, u32 region)
{
	return mapbook_may_be_present(mapbook_state(witness, true), region,
				      leg - first_leg(world_set_of(leg))) &&
	       !logbook_has(logbook_state(witness, true), region);
}

static void check_lacking(unsigned int witness, unsigned int leg)
{
	/* Behind what it knows of it lacks everything when it returns (io/rejoin.c). */
	u64 known = slotbook_lengths(leg, true).most;
	u32 set = world_set_of(leg);
	const struct sim_store *store = &world.disk[leg].store;
	u64 sector, value;
	char text[200];

	for (sector = 0; sector < known; sector++) {
		if (!says_present(witness, leg, region_of(sector)))
			continue;
		value = store->durable[world.super.data_offset_sectors + sector];
		if (content_may_hold(set * world.set_sectors + sector, value) ||
		    lostbook_has(set, sector))
			continue;
		content_describe(set * world.set_sectors + sector, text, sizeof(text));
		sim_fail("K4", "leg %u calls region %u present on leg %u, where sector %llu is "
			 "%llx, not [%s]", witness, region_of(sector), leg,
			 (unsigned long long)sector, (unsigned long long)value, text);
	}
}

/* It is a leg of this array, and has been taken into use. */
static bool is_known(unsigned int leg)
{
	return slotbook_is_formatted(leg) && !oracle_is_forked(leg);
}

void oracle_map_agrees(u32 set)
{
	unsigned int witness, leg;

	if (!world.options.map)
		return;
	check_written(set);
	for (leg = first_leg(set); leg < first_leg(set + 1); leg++) {
		if (ledger_is_current(leg) || !is_known(leg) || oracle_was_forced())
			continue;
		for (witness = first_leg(set); witness < first_leg(set + 1); witness++)
			if (ledger_is_current(witness))
				check_lacking(witness, leg);
	}
}

static bool has(struct tandem_set *set, u32 region, u32 bits)
{
	return oracle_word(set, region) & bits;
}

/* By its map, for good, is @leg worse informed about @region than the engine? */
static bool lags(struct tandem_set *set, unsigned int leg, u32 region)
{
	const struct mapbook_state *state = mapbook_state(leg, true);
	u8 stale = tandem_map_stale(set->map->table.entry[region]);
	unsigned int i;

	if (mapbook_may_be_never(state, region))
		return true;
	for (i = 0; i < set->nr_legs; i++)
		if (stale & 1u << i && mapbook_may_be_present(state, region, i))
			return true;
	return false;
}

/*
 * Asked when the record is sent: the next pass of the map makes up for what was forgotten,
 * and hardly a crash comes before it. While all may differ entries change at any time.
 */
void oracle_map_leaves(unsigned int leg)
{
	const struct tandem_log_change *change;
	struct tandem_set *set;
	u32 i, region;

	if (!world.options.map || !front_is_up() || !ledger_is_current(leg))
		return;
	set = &front_array()->set[world_set_of(leg)];
	if (set->log->state != LOG_WRITE || (set->log->flags | set->log->head.flags))
		return;
	change = &set->log->change;
	for (i = change->nr_new; i < change->nr_new + change->nr_cleared; i++) {
		region = change->region[i];
		if (!has(set, region, TANDEM_REGION_NEVER) && lags(set, leg, region))
			sim_fail("I17", "region %u of set %u leaves the log, and the map of leg %u "
				 "does not have it", region, world_set_of(leg), leg);
	}
}

void oracle_copy_reads(const struct sim_command *command)
{
	u64 sector = command->sector - world.super.data_offset_sectors;
	struct tandem_set *set;
	u32 region = region_of(sector);

	if (!world.options.map || !front_exists())
		return;
	set = &front_array()->set[world_set_of(command->disk->leg)];
	/* While no rate is known copies measure it. */
	if (set->map && set->copy_rate && region < set->map->table.nr_regions &&
	    tandem_map_content(set->map->table.entry[region]) == TANDEM_CONTENT_ZERO &&
	    !has(set, region, TANDEM_REGION_DIRTY | TANDEM_REGION_UNSURE | TANDEM_REGION_PARTLY))
		sim_fail("zeroes", "leg %u is read to copy region %u, which is zeroes",
			 command->disk->leg, region);
}

/* A leg is out that was read: another one may answer where nobody wrote. */
static void lose_leg(struct tandem_set *set)
{
	u32 first = set->index * world.set_sectors;
	u64 sector;

	for (sector = 0; sector < world.set_sectors; sector++) {
		if (has(set, region_of(sector), BARE))
			content_strip(first + sector);
		content_forget(first + sector);
	}
}

static void look(struct tandem_array *array, u64 now)
{
	unsigned int s;
	u64 mask;

	for (s = 0; world.options.map && s < array->nr_sets; s++) {
		mask = ((1ull << world.options.legs) - 1) << first_leg(s);
		if (seen[s] & mask & ~now)
			lose_leg(&array->set[s]);
		seen[s] = now;
	}
}

/* A leg that fails is there still for whoever starts the array after a crash. */
void oracle_map_look(struct tandem_array *array)
{
	u64 now = front_legs(TANDEM_LEG_CURRENT);
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (!ledger_is_out(leg))
			now |= seen[leg / world.options.legs] & 1ull << leg;
	look(array, now);
}

void oracle_discarded(const struct sim_part *part)
{
	u32 size = world.super.geo.region_sectors;
	u64 end = min(part->sector - part->sector % size + size, world.now_sectors);
	u32 i;

	if (!world.options.map || part->sector % size || part->sector + part->count != end)
		return;
	for (i = 0; i < part->count; i++)
		content_discard(part->set * world.set_sectors + part->sector + i);
}

void oracle_write_failed(u32 index)
{
	struct tandem_set *set = &front_array()->set[index / world.set_sectors];

	if (has(set, region_of(index % world.set_sectors), BARE))
		content_strip(index);
}

void oracle_map_save(void)
{
	memcpy(saved, seen, sizeof(saved));
}

void oracle_map_restore(void)
{
	memcpy(seen, saved, sizeof(seen));
}

/*
 * A write that came to nothing left its region as it was. What a log listed is made
 * equal from the leg that has the newest records, which need not be the home.
 */
void oracle_map_started(struct tandem_array *array)
{
	struct tandem_set *set;
	unsigned int s;
	u64 sector;

	look(array, front_legs(TANDEM_LEG_CURRENT));
	for (s = 0; world.options.map && s < array->nr_sets; s++) {
		set = &array->set[s];
		for (sector = 0; sector < world.set_sectors; sector++) {
			if (has(set, region_of(sector), TANDEM_REGION_NEVER))
				content_strip(s * world.set_sectors + sector);
			if (has(set, region_of(sector), TANDEM_REGION_UNSURE))
				content_forget(s * world.set_sectors + sector);
		}
	}
}
