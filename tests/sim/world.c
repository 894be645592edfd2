// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making the disks: what `tandem create` and `tandem add` write, with core's
 * own codec. The data area of a lazily initialised array is junk of each
 * disk's own; of an identical one it is the same everywhere.
 */
#include "content.h"
#include "core/map.h"
#include "ledger.h"
#include "lostbook.h"
#include "mapbook.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

#define REGION_SECTORS	128u

struct sim_world world;

static u32 below(u32 n)
{
	return sim_below(SIM_RANDOM_OPTIONS, n);
}

static void put(struct sim_disk *disk, u64 sector, const u8 *bytes)
{
	u64 content = store_content(&disk->store, sector, bytes);

	disk->store.view[sector] = content;
	disk->store.durable[sector] = content;
}

static void put_super(struct sim_disk *disk, struct tandem_super *super)
{
	static u8 bytes[TANDEM_SUPER_BYTES];
	const char *why = "nothing";
	unsigned int slot, i;

	super->leg = disk->leg;
	super->own_disk_sectors = disk->engine.size_sectors;
	for (slot = 0; slot < 2; slot++) {
		super->sequence = slot + 1;
		if (tandem_super_check(super, &why))
			sim_fail("world", "the superblock as created breaks a rule: %s", why);
		tandem_super_encode(super, bytes);
		for (i = 0; i < TANDEM_SUPER_BYTES / 512; i++)
			put(disk, disk->slot_sector[slot] + i, bytes + 512 * i);
		ledger_slot_shown(disk, slot);
		ledger_slot_changed(disk, slot);
	}
}

/* Nothing is written, or all of it is the same. */
static void put_map(struct sim_disk *disk)
{
	static u8 bytes[TANDEM_PAGE_BYTES] __attribute__((aligned(8)));
	static u16 entry[LOGBOOK_REGIONS];
	struct tandem_map_table table = {
		.array = world.super.array, .set = world_set_of(disk->leg),
		.nr_regions = tandem_geometry_regions(&world.super.geo), .entry = entry,
	};
	u32 i;

	for (i = 0; i < table.nr_regions; i++)
		entry[i] = world.options.identical ? world.options.init_content :
			   TANDEM_CONTENT_NEVER;
	tandem_map_encode(&table, 0, 1, bytes);
	for (i = 0; i < 2 * TANDEM_PAGE_BYTES / 512; i++)
		put(disk, world.super.map_offset_sectors + i,
		    bytes + 512 * i % TANDEM_PAGE_BYTES);
}

static void draw_geometry(struct tandem_super *super)
{
	const struct sim_options *o = &world.options;
	u32 region = REGION_SECTORS * max(o->pieces, 1u);
	u64 sectors = (u64)o->regions * region;

	super->geo.nr_sets = o->sets;
	super->geo.region_sectors = region;
	super->geo.level = o->sets == 1 ? TANDEM_RAID1 : TANDEM_RAID10;
	if (o->sets == 1) {
		/* The last region may be short. */
		sectors -= below(2) ? 8 * below(region / 8) : 0;
	} else {
		super->geo.chunk_sectors = 8u << below(6);
		sectors -= sectors % super->geo.chunk_sectors;
	}
	super->geo.set_sectors = sectors;
}

/* By which a set may grow. */
static u64 room_sectors(void)
{
	return (u64)world.options.room * world.super.geo.region_sectors;
}

static void lay_out(struct tandem_super *super)
{
	u64 most = super->geo.set_sectors + room_sectors();
	struct tandem_layout layout;
	u64 disk_sectors = most;

	do {
		disk_sectors += 1024;
	} while (tandem_layout_compute(disk_sectors, super->geo.region_sectors, &layout) ||
		 layout.data_sectors < most);
	world.set_sectors = most;
	super->data_offset_sectors = layout.data_offset_sectors;
	super->map_pages = layout.map_pages;
	super->own_disk_sectors = disk_sectors - room_sectors();
	super->log_offset_sectors = TANDEM_LOG_BYTES / 512;
	super->map_offset_sectors = TANDEM_MAP_BYTES / 512;
	super->log_slots = world.options.log_slots;
}

static void draw_super(struct tandem_super *super)
{
	const struct sim_options *o = &world.options;
	unsigned int i;

	memset(super, 0, sizeof(*super));
	draw_geometry(super);
	lay_out(super);
	memcpy(super->name, "sim", 4);
	super->feature_incompat = o->log ? TANDEM_INCOMPAT_INTENT_LOG : 0;
	super->feature_incompat |= o->map ? TANDEM_INCOMPAT_REGION_MAP : 0;
	super->nr_legs = o->legs * o->sets;
	super->role = o->role_log ? TANDEM_ROLE_LOG : TANDEM_ROLE_MIXED;
	super->init = o->identical ? TANDEM_INIT_IDENTICAL : TANDEM_INIT_LAZY;
	super->flags = o->identical || o->map ? TANDEM_FLAG_CLEAN : 0;
	super->flags |= o->identical ? TANDEM_FLAG_IDENTICAL : 0;
	super->logical_block_bytes = o->block_bytes;
	super->physical_block_bytes = 4096;
	super->recovery_target_ms = o->log_limit ? TANDEM_DEFAULT_RECOVERY_TARGET_MS :
				    TANDEM_MIN_RECOVERY_TARGET_MS;
	tandem_id_random(&super->array, sizeof(super->array));
	tandem_id_random(&super->epoch.id, sizeof(super->epoch.id));
	super->epoch.number = 1;
	for (i = 0; i < o->sets; i++) {
		tandem_id_random(&super->set[i].id, sizeof(super->set[i].id));
		super->set[i].generation = 1;
		super->set[i].first_leg = i * o->legs;
		super->set[i].nr_legs = o->legs;
		super->set[i].home = o->map;
	}
	for (i = 0; i < super->nr_legs; i++) {
		tandem_id_random(&super->place[i].id, sizeof(super->place[i].id));
		super->place[i].set = i / o->legs;
		super->place[i].record = TANDEM_RECORD_CURRENT;
		super->place[i].disk_sectors = super->own_disk_sectors;
	}
}

/* What is on a disk before anything was written: @owner 0 is everybody. */
static u64 junk(u64 owner, u64 sector)
{
	return (owner + 0xf0) << 48 | (sector + 1);
}

/* Whose junk it is: legs that were declared equal are so up to the end of the set. */
static u64 owner_of(unsigned int leg, u64 sector)
{
	return world.options.identical && sector < world.now_sectors ? 0 : leg + 1;
}

/* What `create` left there: junk, or zeroes if the map calls it that. */
static u64 initial(unsigned int leg, u64 sector)
{
	u64 owner = owner_of(leg, sector);

	return !owner && world.options.map && world.options.init_content == TANDEM_CONTENT_ZERO ?
	       0 : junk(owner, sector);
}

static void make_disk(unsigned int leg)
{
	struct sim_disk *disk = &world.disk[leg];
	struct sim_store *store = &disk->store;
	u64 i, sector;

	store->sectors = world.super.own_disk_sectors + room_sectors();
	store->data_first = world.super.data_offset_sectors;
	store->data_end = store->data_first + world.set_sectors;
	store->unit_sectors = world.options.unit_sectors;
	disk_start(disk, leg);
	disk->engine.logical_block_bytes = world.options.block_bytes;
	disk->health.no_write_zeroes = world.options.no_write_zeroes && leg % 2 == 0;
	disk->engine.size_sectors -= room_sectors();
	for (i = 0; i < world.set_sectors; i++) {
		sector = store->data_first + i;
		store->view[sector] = initial(leg, i);
		store->durable[sector] = store->view[sector];
	}
}

void world_enlarge(unsigned int leg)
{
	world.disk[leg].engine.size_sectors = world.disk[leg].store.sectors;
}

static void open_books(void)
{
	u64 value[SIM_MAX_DISKS];
	unsigned int leg;
	u64 sector;
	u32 set;

	content_start(world.options.sets * world.set_sectors);
	for (set = 0; set < world.options.sets; set++)
		for (sector = 0; sector < world.set_sectors; sector++) {
			for (leg = 0; leg < world.options.legs; leg++)
				value[leg] = initial(set * world.options.legs + leg, sector);
			content_set(set * world.set_sectors + sector, value,
				    owner_of(0, sector) ? world.options.legs : 1);
			if (world.options.map &&
			    (!world.options.identical || sector >= world.now_sectors))
				content_make_bare(set * world.set_sectors + sector);
		}
}

void world_resize(u64 set_sectors)
{
	world.now_sectors = set_sectors;
	world.volume_sectors = set_sectors * world.options.sets;
}

void world_create(void)
{
	unsigned int leg;

	world.created = false;
	store_forget_blocks();
	draw_super(&world.super);
	world.nr_disks = world.super.nr_legs;
	world_resize(world.super.geo.set_sectors);
	world.bound_sectors = world.now_sectors;
	slotbook_start();
	ledger_start();
	logbook_start();
	mapbook_start();
	lostbook_start();
	for (leg = 0; leg < world.nr_disks; leg++) {
		make_disk(leg);
		if (world.options.map)
			put_map(&world.disk[leg]);
		world.super.leg_id = world.super.place[leg].id;
		put_super(&world.disk[leg], &world.super);
		ledger_add_leg(&world.disk[leg]);
	}
	world.created = true;
	open_books();
}

void world_destroy(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		disk_destroy(&world.disk[leg]);
}

/* What `tandem add` does to a new disk: no log and no map. */
static void empty_front(struct sim_disk *disk)
{
	static const u8 zero[512];
	struct sim_span span = {
		world.super.log_offset_sectors,
		world.super.map_offset_sectors + 2 * world.super.map_pages * 8,
	};
	struct sim_span lost = {
		TANDEM_LOST_BYTES / 512,
		(TANDEM_LOST_BYTES + TANDEM_LOST_PAGES * TANDEM_PAGE_BYTES) / 512,
	};
	u64 sector;

	for (sector = span.first; sector < span.end; sector++)
		put(disk, sector, zero);
	for (sector = lost.first; sector < lost.end; sector++)
		put(disk, sector, zero);
	lostbook_changed(disk, &lost);
	logbook_changed(disk, &span, false);
	logbook_changed(disk, &span, true);
	mapbook_changed(disk, &span, false);
	mapbook_changed(disk, &span, true);
	mapbook_emptied(disk->leg);
}

void world_replace(unsigned int leg, const struct tandem_super *super)
{
	static struct tandem_super blank;
	struct sim_disk *disk = &world.disk[leg];
	u64 i, sector;

	store_drop(&disk->store);
	slotbook_replaced(leg);
	world_enlarge(leg);
	for (i = 0; i < world.set_sectors; i++) {
		sector = disk->store.data_first + i;
		disk->store.view[sector] = junk(100 + sim_below(SIM_RANDOM_ADMIN, 100), i);
		disk->store.durable[sector] = disk->store.view[sector];
	}
	empty_front(disk);
	disk->health.bad_count = 0;
	blank = *super;
	tandem_id_random(&blank.leg_id, sizeof(blank.leg_id));
	blank.flags |= TANDEM_FLAG_BLANK;
	blank.flags &= ~TANDEM_FLAG_CLEAN;
	blank.place[leg].disk_sectors = disk->store.sectors;
	put_super(disk, &blank);
	ledger_replaced(disk);
}

void world_forget(unsigned int leg)
{
	static const u8 zero[512];
	struct sim_disk *disk = &world.disk[leg];
	unsigned int slot, i;

	store_drop(&disk->store);
	slotbook_replaced(leg);
	for (slot = 0; slot < 2; slot++) {
		for (i = 0; i < TANDEM_SUPER_BYTES / 512; i++)
			put(disk, disk->slot_sector[slot] + i, zero);
		ledger_slot_shown(disk, slot);
		ledger_slot_changed(disk, slot);
	}
	ledger_replaced(disk);
}

bool world_read_super(unsigned int leg, struct tandem_super *super)
{
	static u8 bytes[TANDEM_SUPER_BYTES];
	struct sim_disk *disk = &world.disk[leg];
	const struct slotbook_slot *newest = slotbook_newest(leg);
	u64 sector;
	u32 i;

	if (!newest)
		return false;
	sector = disk->slot_sector[newest == slotbook_slot(leg, 1, true)];
	for (i = 0; i < TANDEM_SUPER_BYTES / 512; i++)
		store_get(&disk->store, disk->store.durable[sector + i], sector + i,
			  bytes + 512 * i);
	return !tandem_super_decode(bytes, super, NULL);
}
