// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of the engine: see world.h. What it must do in which order is
 * core/lineage.h ("what the caller owes"); what may go wrong is anything: a
 * commit stops after any subset of its legs, a leg that reports an error may
 * have been written, the newest slot of a disk may rot.
 */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

#define BIT8(n) ((u8)(1u << (n)))

static struct tandem_id new_id(struct world *world)
{
	struct tandem_id id = { { 0 } };
	const u32 number = ++world->nr_ids;

	memcpy(id.byte, &number, sizeof(number));
	return id;
}

static void copy_super(struct tandem_super *to, const struct tandem_super *from)
{
	memcpy(to, from, offsetof(struct tandem_super, place) +
	       WORLD_MAX_PLACES * sizeof(from->place[0]));
}

void world_copy(struct world *to, const struct world *from)
{
	unsigned int i;

	memcpy(to, from, offsetof(struct world, run));
	copy_super(&to->run, &from->run);
	for (i = 0; i < WORLD_MAX_DISKS; i++) {
		memcpy(&to->disk[i], &from->disk[i], offsetof(struct world_disk, super));
		copy_super(&to->disk[i].super, &from->disk[i].super);
		copy_super(&to->disk[i].older, &from->disk[i].older);
	}
}

static void init_super(struct world *world, struct tandem_super *super)
{
	struct tandem_layout layout;
	unsigned int i;

	super->array = new_id(world);
	memcpy(super->name, "world", sizeof("world"));
	super->flags = TANDEM_FLAG_CLEAN;
	super->role = TANDEM_ROLE_MIXED;
	super->init = TANDEM_INIT_LAZY;
	super->recovery_target_ms = TANDEM_DEFAULT_RECOVERY_TARGET_MS;
	super->logical_block_bytes = WORLD_BLOCK_BYTES;
	super->physical_block_bytes = 4096;
	super->own_disk_sectors = WORLD_DISK_SECTORS;
	super->geo.level = world->nr_sets > 1 ? TANDEM_RAID10 : TANDEM_RAID1;
	super->geo.nr_sets = world->nr_sets;
	super->geo.chunk_sectors = world->nr_sets > 1 ? 128 : 0;
	super->geo.region_sectors = TANDEM_DEFAULT_REGION_SECTORS;
	if (tandem_layout_compute(WORLD_DISK_SECTORS, super->geo.region_sectors, &layout))
		abort();
	super->geo.set_sectors = layout.data_sectors & ~(u64)127;
	super->data_offset_sectors = layout.data_offset_sectors;
	super->log_offset_sectors = TANDEM_LOG_BYTES / TANDEM_SECTOR_BYTES;
	super->map_offset_sectors = TANDEM_MAP_BYTES / TANDEM_SECTOR_BYTES;
	super->log_slots = TANDEM_LOG_SLOTS;
	super->map_pages = layout.map_pages;
	super->nr_legs = (u16)(world->nr_sets * world->legs_per_set);
	super->epoch.id = new_id(world);
	for (i = 0; i < world->nr_sets; i++) {
		super->set[i].id = new_id(world);
		super->set[i].first_leg = (u16)(i * world->legs_per_set);
		super->set[i].nr_legs = world->legs_per_set;
	}
	for (i = 0; i < super->nr_legs; i++) {
		super->place[i].id = new_id(world);
		super->place[i].set = (u16)(i / world->legs_per_set);
		super->place[i].record = TANDEM_RECORD_CURRENT;
		super->place[i].disk_sectors = WORLD_DISK_SECTORS;
	}
}

/* The superblock of the array as one leg carries it. */
static void carry(struct world_disk *disk, const struct tandem_super *super)
{
	const char *why = "";

	copy_super(&disk->super, super);
	disk->super.leg = disk->place;
	disk->super.leg_id = super->place[disk->place].id;
	if (tandem_super_check(&disk->super, &why)) {
		printf("# the lineage made a superblock that breaks a rule: %s\n", why);
		abort();
	}
}

void world_init(struct world *world, unsigned int nr_sets, unsigned int legs_per_set)
{
	unsigned int i;

	memset(world, 0, sizeof(*world));
	world->nr_sets = (u8)nr_sets;
	world->legs_per_set = (u8)legs_per_set;
	world->nr_disks = (u8)(nr_sets * legs_per_set);
	world->nr_timelines = 1;
	init_super(world, &world->run);
	for (i = 0; i < world->nr_disks; i++) {
		world->disk[i].exists = true;
		world->disk[i].place = (u8)i;
		carry(&world->disk[i], &world->run);
		world->disk[i].older = world->disk[i].super;
	}
}

/* Disks of @mask that lie in a place of @set, or in any (-1). */
static u8 in_set(const struct world *world, u8 mask, int set)
{
	unsigned int i;
	u8 disks = 0;

	for (i = 0; i < world->nr_disks; i++)
		if (mask & BIT8(i) &&
		    (set < 0 || world->disk[i].place / world->legs_per_set == set))
			disks |= BIT8(i);
	return disks;
}

static unsigned int set_of_disk(const struct world *world, int disk)
{
	return world->disk[disk].place / world->legs_per_set;
}

/* Disks in use whose place the running array records as @record. */
static u8 used_as(const struct world *world, unsigned int record)
{
	unsigned int i;
	u8 disks = 0;

	for (i = 0; i < world->nr_disks; i++)
		if (world->used & BIT8(i) &&
		    world->run.place[world->disk[i].place].record == record)
			disks |= BIT8(i);
	return disks;
}

/* One write to every set, acknowledged. Legs being filled get it too. */
static void acknowledge(struct world *world)
{
	unsigned int i, set;

	for (set = 0; set < world->nr_sets; set++) {
		const u64 write = 1ull << world->nr_writes;

		if (world->nr_writes == WORLD_MAX_WRITES)
			abort();
		world->set_of_write[world->nr_writes++] = (u8)set;
		world->want[world->timeline] |= write;
		for (i = 0; i < world->nr_disks; i++)
			if (in_set(world, world->used, (int)set) & BIT8(i))
				world->disk[i].has |= write;
	}
}

/* @world->run reaches @land of @targets. What is reached in @both has it twice. */
static void commit(struct world *world, u8 land, u8 both)
{
	unsigned int i;

	world->nr_changes++;
	for (i = 0; i < world->nr_disks; i++) {
		struct world_disk *disk = &world->disk[i];

		if (!(land & BIT8(i)))
			continue;
		copy_super(&disk->older, &disk->super);
		disk->older_timeline = disk->timeline;
		disk->timeline = world->timeline;
		disk->older_change = disk->change;
		disk->change = world->nr_changes;
		disk->cached = !(both & BIT8(i));
		carry(disk, &world->run);
		if (both & BIT8(i)) {
			copy_super(&disk->older, &disk->super);
			disk->older_timeline = disk->timeline;
			disk->older_change = disk->change;
			world->held[disk->place] =
				tandem_lineage_pair(&disk->super, set_of_disk(world, (int)i));
		}
	}
}

/* New configuration without disk @leaving; it is no longer written to. */
static void drop(struct world *world, int leaving)
{
	struct tandem_lineage_drop drop = {
		.set = (u16)set_of_disk(world, leaving),
		.legs = BIT8(world->disk[leaving].place % world->legs_per_set),
		.record = TANDEM_RECORD_FAILED,
		.config = new_id(world),
	};

	memcpy(drop.durable, &world->held[drop.set * world->legs_per_set],
	       world->legs_per_set * sizeof(drop.durable[0]));
	world->used &= (u8)~BIT8(leaving);
	tandem_lineage_drop(&world->run, &drop);
}

/* Disks whose own superblock calls them current. */
static u8 current_by_own_word(const struct world *world)
{
	unsigned int i;
	u8 disks = 0;

	for (i = 0; i < world->nr_disks; i++)
		if (world->disk[i].super.place[world->disk[i].place].record ==
		    TANDEM_RECORD_CURRENT)
			disks |= BIT8(i);
	return disks;
}

/* May @disk be failed? Not the last leg of its set that is current by its own word. */
static bool may_fail(const struct world *world, int disk)
{
	const u8 current_legs = in_set(world, used_as(world, TANDEM_RECORD_CURRENT),
				       (int)set_of_disk(world, disk));

	return world->used & BIT8(disk) &&
	       (current_legs & current_by_own_word(world) & (u8)~BIT8(disk));
}

static bool power_off(struct world *world)
{
	world->running = false;
	world->used = 0;
	return true;
}

/* Power goes: who has it in both slots? All, or those that come before @late. */
static u8 twice(u8 targets, u8 late, u8 land)
{
	if (land == targets)
		return land;
	return land & late ? land & (u8)~late : 0;
}

/* Writes the array's superblock to @targets, as @event has it go. */
static bool try_commit(struct world *world, u8 targets, const struct world_event *event)
{
	const u8 late = targets & (u8)~(used_as(world, TANDEM_RECORD_CURRENT) &
				       current_by_own_word(world));
	u8 second;

	if (event->land & (u8)~targets)
		return false;
	/* A leg that is being filled, or half-promoted, comes after one that is neither. */
	if ((event->land & late && !(event->land & (u8)~late)) ||
	    (event->land2 & late && !(event->land2 & (u8)~late)))
		return false;
	if (event->errs < 0) {
		if (event->land2)
			return false;
		commit(world, event->land, twice(targets, late, event->land));
		if (event->land != targets)
			return power_off(world);
		acknowledge(world);
		return true;
	}
	if (!(targets & BIT8(event->errs)) || !may_fail(world, event->errs) ||
	    (event->land | BIT8(event->errs)) != targets)
		return false;
	second = in_set(world, targets & (u8)~BIT8(event->errs), set_of_disk(world, event->errs));
	if (event->kind == WORLD_START || event->kind == WORLD_REPLACE)
		second = targets & (u8)~BIT8(event->errs);
	if (event->land2 & (u8)~second)
		return false;
	commit(world, event->land, targets & (u8)~BIT8(event->errs));
	drop(world, event->errs);
	commit(world, event->land2, twice(second, late, event->land2));
	if (event->land2 != second)
		return power_off(world);
	acknowledge(world);
	return true;
}

/* Candidates and a plan; @index maps candidates to disks. */
static unsigned int gather(const struct world *world, u8 present,
			   struct tandem_candidate *candidate, int *index)
{
	unsigned int i, nr = 0;

	for (i = 0; i < world->nr_disks; i++) {
		if (!(present & BIT8(i)) || !world->disk[i].exists)
			continue;
		candidate[nr].super = &world->disk[i].super;
		candidate[nr].disk_sectors = WORLD_DISK_SECTORS;
		candidate[nr].logical_block_bytes = WORLD_BLOCK_BYTES;
		index[nr++] = (int)i;
	}
	return nr;
}

void world_choose(const struct world *world, u8 present, enum tandem_degraded policy,
		  struct tandem_plan *plan)
{
	struct tandem_candidate candidate[WORLD_MAX_DISKS] = { 0 };
	int index[WORLD_MAX_DISKS];
	struct tandem_plan by_candidate;
	unsigned int i, nr = gather(world, present, candidate, index);

	tandem_assembly_choose(candidate, nr, policy, &by_candidate);
	*plan = by_candidate;
	memset(plan->use, 0, sizeof(plan->use));
	for (i = 0; i < nr; i++)
		plan->use[index[i]] = by_candidate.use[i];
}

/* Was a disk of @set left out that is ahead of those that are here? */
static bool leaves_out_newer(const struct world *world, u8 present, unsigned int set)
{
	u32 here = 0, away = 0;
	unsigned int i;

	for (i = 0; i < world->nr_disks; i++) {
		u32 *newest = present & BIT8(i) ? &here : &away;

		if (set_of_disk(world, (int)i) == set && world->disk[i].change > *newest)
			*newest = world->disk[i].change;
	}
	return away > here;
}

/* A forced start begins a timeline; it holds what its current legs hold. */
static void begin_timeline(struct world *world, u8 present, bool stale)
{
	unsigned int i, set;

	world->forced = true;
	world->forked |= stale;
	for (set = 0; set < world->nr_sets; set++)
		world->forked |= leaves_out_newer(world, present, set);
	if (world->nr_timelines == WORLD_MAX_TIMELINES)
		abort();
	world->timeline = world->nr_timelines++;
	world->want[world->timeline] = 0;
	for (i = 0; i < world->nr_disks; i++)
		if (used_as(world, TANDEM_RECORD_CURRENT) & BIT8(i))
			world->want[world->timeline] |= world->disk[i].has;
}

static void drop_absent(struct world *world)
{
	unsigned int set, i;

	for (set = 0; set < world->nr_sets; set++) {
		struct tandem_lineage_drop drop = { .set = (u16)set,
						    .record = TANDEM_RECORD_STALE };

		for (i = 0; i < world->nr_disks; i++)
			if (in_set(world, world->used, (int)set) & BIT8(i))
				drop.legs |= BIT8(world->disk[i].place % world->legs_per_set);
		drop.legs = (u8)~drop.legs &
			    tandem_lineage_mask(&world->run, set, TANDEM_RECORD_CURRENT);
		if (!drop.legs)
			continue;
		drop.config = new_id(world);
		tandem_lineage_drop(&world->run, &drop);
	}
}

/* A new disk, prepared for place @place. */
static int blank_disk(struct world *world, unsigned int place)
{
	struct world_disk *disk = &world->disk[world->nr_disks];

	disk->exists = true;
	disk->garbled = true;
	disk->place = (u8)place;
	disk->timeline = world->timeline;
	disk->older_timeline = world->timeline;
	copy_super(&disk->super, &world->run);
	disk->super.flags |= TANDEM_FLAG_BLANK;
	disk->super.leg = (u16)place;
	disk->super.leg_id = new_id(world);
	copy_super(&disk->older, &disk->super);
	return world->nr_disks++;
}

static void join(struct world *world, int disk)
{
	const struct tandem_id leg = world->disk[disk].super.leg_id;
	const struct tandem_id config = new_id(world);

	tandem_lineage_join(&world->run, world->disk[disk].place, &leg, &config);
	world->used |= BIT8(disk);
}

static bool start(struct world *world, const struct world_event *event)
{
	struct tandem_candidate candidate[WORLD_MAX_DISKS] = { 0 };
	int index[WORLD_MAX_DISKS];
	struct tandem_plan plan;
	struct tandem_id epoch;
	unsigned int i, nr;

	if (world->running)
		return false;
	nr = gather(world, event->present, candidate, index);
	tandem_assembly_choose(candidate, nr, (enum tandem_degraded)event->policy, &plan);
	if (!plan.startable || (event->policy == TANDEM_DEGRADED_FORCE && !plan.forced))
		return false;
	tandem_assembly_merge(candidate, &plan, &world->run);
	memset(world->held, 0, sizeof(world->held));
	world->timeline = world->disk[index[plan.newest]].timeline;
	for (i = 0; i < nr; i++)
		if (plan.use[i] == TANDEM_USE_CURRENT || plan.use[i] == TANDEM_USE_REBUILDING)
			world->used |= BIT8(index[i]);
	if (plan.forced)
		begin_timeline(world, event->present, plan.kind == TANDEM_ASM_STALE);
	drop_absent(world);
	for (i = 0; i < nr && event->join; i++)
		if (plan.use[i] == TANDEM_USE_STALE)
			join(world, index[i]);
	if (event->kind == WORLD_REPLACE) {
		if (event->disk >= world->run.nr_legs || plan.of_place[event->disk] >= 0 ||
		    world->nr_disks == WORLD_MAX_DISKS)
			return false;
		join(world, blank_disk(world, (unsigned int)event->disk));
	}
	for (i = 0; i < world->nr_disks; i++)
		if (world->used & BIT8(i))
			world->disk[i].cached = false;
	epoch = new_id(world);
	tandem_lineage_activate(&world->run, &epoch, plan.forced ? TANDEM_FLAG_FORCED : 0);
	world->running = true;
	if (!try_commit(world, world->used, event))
		return false;
	for (i = 0; i < world->nr_disks; i++)
		if (used_as(world, TANDEM_RECORD_REBUILDING) & BIT8(i))
			world->disk[i].garbled = true;
	return true;
}

static bool fail(struct world *world, const struct world_event *event)
{
	if (!world->running || !may_fail(world, event->disk))
		return false;
	drop(world, event->disk);
	return try_commit(world, in_set(world, world->used, set_of_disk(world, event->disk)),
			  event);
}

/* First the old legs, then those being filled; the new one may fail in between. */
static bool promote(struct world *world, const struct world_event *event)
{
	const int set = set_of_disk(world, event->disk);
	const u8 leg = BIT8(event->disk);
	const u8 old = in_set(world, used_as(world, TANDEM_RECORD_CURRENT), set);
	const u8 all = in_set(world, world->used, set);
	const u8 rest = all & (u8)~leg;
	struct tandem_id config;
	unsigned int i;

	if (!world->running || !(used_as(world, TANDEM_RECORD_REBUILDING) & leg) ||
	    (event->land & (u8)~old && (event->land & old) != old) || event->land & (u8)~all)
		return false;
	if (event->errs >= 0 && (event->errs != event->disk || (event->land & rest) != rest))
		return false;
	if (event->land2 & (u8)~rest || (event->errs < 0 && event->land2) ||
	    (event->land2 & (u8)~old && !(event->land2 & old)))
		return false;
	for (i = 0; i < world->nr_disks; i++)
		if (old & BIT8(i))
			world->disk[event->disk].has = world->disk[i].has;
	world->disk[event->disk].garbled = false;
	config = new_id(world);
	tandem_lineage_promote(&world->run, world->disk[event->disk].place, &config);
	commit(world, event->land,
	       event->errs >= 0 ? rest : twice(all, all & (u8)~old, event->land));
	if (event->errs >= 0) {
		drop(world, event->disk);
		commit(world, event->land2, twice(rest, rest & (u8)~old, event->land2));
	}
	if (event->errs >= 0 ? event->land2 != rest : event->land != all)
		return power_off(world);
	acknowledge(world);
	return true;
}

static void lose_newest_slot(struct world_disk *disk)
{
	copy_super(&disk->super, &disk->older);
	disk->timeline = disk->older_timeline;
	disk->change = disk->older_change;
	disk->cached = false;
}

bool world_apply(struct world *world, const struct world_event *event)
{
	struct world_disk *disk = &world->disk[event->disk > 0 ? event->disk : 0];

	switch (event->kind) {
	case WORLD_START:
	case WORLD_REPLACE:
		return start(world, event);
	case WORLD_FAIL:
		return fail(world, event);
	case WORLD_PROMOTE:
		return promote(world, event);
	case WORLD_STOP:
		if (!world->running || event->land & (u8)~world->used)
			return false;
		world->run.flags |= TANDEM_FLAG_CLEAN;
		commit(world, event->land, event->land == world->used ? world->used : 0);
		return power_off(world);
	case WORLD_CRASH:
		return world->running && power_off(world);
	case WORLD_FADE:
		if (world->running || !disk->cached)
			return false;
		lose_newest_slot(disk);
		return true;
	case WORLD_ROT:
		if (world->running || world->rotted ||
		    !memcmp(&disk->super, &disk->older, sizeof(disk->super)))
			return false;
		lose_newest_slot(disk);
		world->rotted = true;
		return true;
	}
	return false;
}
