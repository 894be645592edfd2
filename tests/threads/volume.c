// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `tandem create` writes to the disks, with core's own codec: one set, an intent
 * log and a region map.
 */
#include "core/geometry.h"
#include "core/map.h"
#include "core/superblock.h"
#include "mt.h"

static void lay_out(const struct mt_shape *shape, struct tandem_super *super)
{
	struct tandem_layout layout;
	u64 sectors = (u64)shape->regions * MT_REGION_SECTORS;

	super->geo.nr_sets = 1;
	super->geo.level = TANDEM_RAID1;
	super->geo.region_sectors = MT_REGION_SECTORS;
	super->geo.set_sectors = sectors;
	do {
		sectors += 1024;
	} while (tandem_layout_compute(sectors, MT_REGION_SECTORS, &layout) ||
		 layout.data_sectors < super->geo.set_sectors);
	super->own_disk_sectors = sectors;
	super->data_offset_sectors = layout.data_offset_sectors;
	super->map_pages = layout.map_pages;
	super->log_offset_sectors = TANDEM_LOG_BYTES / 512;
	super->map_offset_sectors = TANDEM_MAP_BYTES / 512;
	super->log_slots = TANDEM_MIN_LOG_SLOTS;
}

static void fill_in(const struct mt_shape *shape, struct tandem_super *super)
{
	unsigned int i;

	memcpy(super->name, "threads", 8);
	super->feature_incompat = TANDEM_INCOMPAT_INTENT_LOG | TANDEM_INCOMPAT_REGION_MAP;
	super->nr_legs = MT_LEGS;
	super->role = shape->role_log ? TANDEM_ROLE_LOG : TANDEM_ROLE_MIXED;
	super->init = shape->identical ? TANDEM_INIT_IDENTICAL : TANDEM_INIT_LAZY;
	super->flags = TANDEM_FLAG_CLEAN | (shape->identical ? TANDEM_FLAG_IDENTICAL : 0);
	super->logical_block_bytes = 512;
	super->physical_block_bytes = 4096;
	super->recovery_target_ms = TANDEM_MIN_RECOVERY_TARGET_MS;
	tandem_id_random(&super->array, sizeof(super->array));
	tandem_id_random(&super->epoch.id, sizeof(super->epoch.id));
	super->epoch.number = 1;
	tandem_id_random(&super->set[0].id, sizeof(super->set[0].id));
	super->set[0].generation = 1;
	super->set[0].nr_legs = MT_LEGS;
	super->set[0].home = 1;
	for (i = 0; i < MT_LEGS; i++) {
		tandem_id_random(&super->place[i].id, sizeof(super->place[i].id));
		super->place[i].record = TANDEM_RECORD_CURRENT;
		super->place[i].disk_sectors = super->own_disk_sectors;
	}
}

static void put_super(struct mt_disk *disk, struct tandem_super *super)
{
	const u32 slot[] = { TANDEM_SLOT0_BYTES, TANDEM_SLOT1_BYTES };
	const char *why = "nothing";
	unsigned int i;

	super->leg = disk->leg;
	super->leg_id = super->place[disk->leg].id;
	for (i = 0; i < 2; i++) {
		super->sequence = i + 1;
		if (tandem_super_check(super, &why))
			sim_fail("volume", "the superblock breaks a rule: %s", why);
		tandem_super_encode(super, disk->bytes + slot[i]);
	}
}

static void put_map(struct mt_disk *disk, const struct mt_shape *shape,
		    const struct tandem_super *super)
{
	u16 entry[1024];
	struct tandem_map_table table = {
		.array = super->array, .nr_regions = shape->regions, .entry = entry,
	};
	u8 *at = disk->bytes + 512 * super->map_offset_sectors;
	u32 i;

	for (i = 0; i < table.nr_regions; i++)
		entry[i] = shape->identical ? TANDEM_CONTENT_WRITTEN : TANDEM_CONTENT_NEVER;
	tandem_map_encode(&table, 0, 1, at);
	memcpy(at + TANDEM_PAGE_BYTES, at, TANDEM_PAGE_BYTES);
}

void mt_volume_create(const struct mt_shape *shape, struct tandem_super *super)
{
	unsigned int i;

	memset(super, 0, sizeof(*super));
	lay_out(shape, super);
	fill_in(shape, super);
	mt_disks_start(super->own_disk_sectors, shape->prompt);
	for (i = 0; i < MT_LEGS; i++) {
		put_super(&mt_disk[i], super);
		put_map(&mt_disk[i], shape, super);
	}
}
