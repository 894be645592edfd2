/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The golden leg: one fixed superblock in which every field has a value that
 * no other field has, as far as the rules allow. golden-v1.hex holds its bytes
 * as the first release wrote them; they never change.
 *
 * A RAID-10 of two sets: three legs in set 0 (one failed and being replaced),
 * two in set 1 (one being rebuilt). The leg it lies on is leg 1.
 */
#ifndef TANDEM_TEST_GOLDEN_H
#define TANDEM_TEST_GOLDEN_H

#include "core/superblock.h"
#include "uapi/tandem_format_super.h"

#define GOLDEN_DISK_SECTORS 40960ull	/* 20 MiB */

/* Recognisable in a hexdump: first byte @n, then 1 to 15. */
static inline struct tandem_id golden_id(unsigned int n)
{
	struct tandem_id id;
	unsigned int i;

	id.byte[0] = (u8)n;
	for (i = 1; i < sizeof(id.byte); i++)
		id.byte[i] = (u8)i;
	return id;
}

static inline void golden_place(struct tandem_super *super, unsigned int leg, unsigned int set,
				unsigned int record)
{
	struct tandem_place *place = &super->place[leg];

	place->id = golden_id(0xa0 + leg);
	place->set = (u16)set;
	place->record = (u8)record;
	place->disk_sectors = GOLDEN_DISK_SECTORS + 16 * (leg ^ 1);
	snprintf(place->disk, sizeof(place->disk), "golden-disk-%u", leg);
}

static inline void golden_sets(struct tandem_super *super)
{
	struct tandem_place *failed = &super->place[2];

	super->set[0] = (struct tandem_config){
		.id = golden_id(0xc1), .parent = golden_id(0xc0), .generation = 7,
		.first_leg = 0, .nr_legs = 3,
	};
	super->set[1] = (struct tandem_config){
		.id = golden_id(0xd1), .parent = golden_id(0xd0), .generation = 9,
		.first_leg = 3, .nr_legs = 2,
	};
	golden_place(super, 0, 0, TANDEM_RECORD_CURRENT);
	golden_place(super, 1, 0, TANDEM_RECORD_CURRENT);
	golden_place(super, 2, 0, TANDEM_RECORD_FAILED);
	golden_place(super, 3, 1, TANDEM_RECORD_CURRENT);
	golden_place(super, 4, 1, TANDEM_RECORD_REBUILDING);
	failed->last.config = golden_id(0xc2);
	failed->last.epoch = golden_id(0xe2);
	failed->issued.config = golden_id(0xc3);
	failed->issued.epoch = golden_id(0xe3);
	failed->last_log_seq = 4711;
	failed->successor = golden_id(0xaf);
}

/* @sequence: 6 in slot 0, 7 in slot 1 of the golden image. */
static inline void golden_super(struct tandem_super *super, u64 sequence)
{
	memset(super, 0, sizeof(*super));
	super->sequence = sequence;
	super->flags = TANDEM_FLAG_NO_AUTO | TANDEM_FLAG_WRITE_THROUGH | TANDEM_FLAG_FORCED;
	super->array = golden_id(0x11);
	snprintf(super->name, sizeof(super->name), "golden");
	super->leg = 1;
	super->leg_id = golden_id(0xa1);
	super->nr_legs = 5;
	super->role = TANDEM_ROLE_DATA;
	super->init = TANDEM_INIT_ZERO;
	super->geo = (struct tandem_geometry){
		.level = TANDEM_RAID10, .nr_sets = 2, .chunk_sectors = 64,
		.region_sectors = 128, .set_sectors = 28672,
	};
	super->data_offset_sectors = 10240;
	super->log_offset_sectors = TANDEM_LOG_BYTES / TANDEM_SECTOR_BYTES;
	super->map_offset_sectors = TANDEM_MAP_BYTES / TANDEM_SECTOR_BYTES;
	super->log_slots = TANDEM_LOG_SLOTS;
	super->map_pages = 3;
	super->own_disk_sectors = GOLDEN_DISK_SECTORS;
	super->logical_block_bytes = 512;
	super->physical_block_bytes = 4096;
	super->recovery_target_ms = 10000;
	super->created_s = 1700000000;
	super->epoch = (struct tandem_epoch){
		.id = golden_id(0xe1), .parent = golden_id(0xe0), .number = 12,
		.flags = TANDEM_FLAG_FORCED,
	};
	golden_sets(super);
}

/* A slot as it lies on the disk, aligned as the codec wants it. */
union golden_slot {
	struct tandem_super_disk disk;
	u8 byte[TANDEM_SUPER_BYTES];
};

/*
 * Puts the checksum right. The sum is taken in one piece over a slot whose
 * field is zero, as the format says it, and not as the codec does it.
 */
static inline void golden_sign(union golden_slot *slot)
{
	slot->disk.crc = cpu_to_le32(0);
	slot->disk.crc = cpu_to_le32(tandem_crc32c(slot, sizeof(*slot)));
}

#endif
