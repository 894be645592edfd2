// SPDX-License-Identifier: GPL-2.0-only
/*
 * The disks of handover.c. What is put aside are the parts of a disk that anybody writes.
 * No two writes that are under way overlap, so the order in which they are lost is none.
 */
#include <stdlib.h>

#include "handover_disk.h"
#include "core/map.h"
#include "sched.h"

#define LOG_SLOTS	8u
#define MAP_PAGES	1u
#define DATA_BYTES	(5u << 20)
#define SET_SECTORS	((u64)HANDOVER_REGIONS * HANDOVER_REGION)
#define DISK_SECTORS	(DATA_BYTES / 512 + SET_SECTORS + TANDEM_GUARD_BYTES / 512)

struct handover_world handover;

struct range {
	u32 first, length;
};

static const struct range ranges[] = {
	{ TANDEM_SLOT0_BYTES, TANDEM_SUPER_BYTES },
	{ TANDEM_SLOT1_BYTES, TANDEM_SUPER_BYTES },
	{ TANDEM_LOST_BYTES, TANDEM_LOST_PAGES * TANDEM_PAGE_BYTES },
	{ TANDEM_LOG_BYTES, LOG_SLOTS * TANDEM_PAGE_BYTES },
	{ TANDEM_MAP_BYTES, 2 * MAP_PAGES * TANDEM_PAGE_BYTES },
	{ DATA_BYTES, HANDOVER_REGIONS * HANDOVER_REGION * 512 },
};

/* What a write went over, until it is answered. */
struct under_way {
	const struct bio *bio;		/* NULL: free */
	u8 *at;
	u32 length;
	u8 before[TANDEM_SUPER_BYTES];
};

#define MAX_UNDER_WAY	64u

static struct under_way under_way[MAX_UNDER_WAY];

static void note_write(const struct bio *bio, u8 *at)
{
	struct under_way *entry = under_way;

	while (entry->bio)
		if (++entry == under_way + MAX_UNDER_WAY)
			sim_fail("handover", "too many writes under way");
	entry->bio = bio;
	entry->at = at;
	entry->length = min(bio->bi_iter.bi_size, TANDEM_SUPER_BYTES);
	memcpy(entry->before, at, entry->length);
}

static void answer(void *argument)
{
	struct bio *bio = argument;
	unsigned int i;

	for (i = 0; i < MAX_UNDER_WAY; i++)
		if (under_way[i].bio == bio)
			under_way[i].bio = NULL;
	bio_endio(bio);
}

void handover_cut(void)
{
	struct under_way *entry;
	u32 kept;

	for (entry = under_way; entry < under_way + MAX_UNDER_WAY; entry++) {
		if (!entry->bio)
			continue;
		entry->bio = NULL;
		kept = sim_below(SIM_RANDOM_FAULTS, 3) * entry->length / 2;
		memcpy(entry->at + kept, entry->before + kept, entry->length - kept);
	}
}

/* The write that is to be the last one is not made. */
static bool is_over(void)
{
	if (!handover.limit || ++handover.writes != handover.limit)
		return false;
	if (!handover.errs)
		sim_crash();
	handover.down = handover.starting;
	return handover.down;
}

static bool take(struct handover_disk *disk, const struct bio *bio)
{
	u64 offset = bio->bi_iter.bi_sector * 512;
	u32 length = bio->bi_iter.bi_size;

	if (offset + length > disk->engine.size_sectors * 512)
		sim_fail("handover", "a command behind the end of a disk");
	if (bio_op(bio) == REQ_OP_READ) {
		if (disk->bad && offset == disk->bad)
			return false;
		memcpy(bio->sim_data, disk->image + offset, length);
	} else if (length) {
		if (is_over())
			return false;
		note_write(bio, disk->image + offset);
		memcpy(disk->image + offset, bio->sim_data, length);
	}
	return true;
}

static void submit(struct tandem_disk *engine, struct bio *bio, struct bio *parent)
{
	struct handover_disk *disk = container_of(engine, struct handover_disk, engine);

	(void)parent;
	bio->bi_bdev = engine->bdev;
	bio->sim_state = SIM_BIO_IN_FLIGHT;
	bio->bi_status = BLK_STS_OK;
	if (disk->dead || handover.down || !take(disk, bio))
		bio->bi_status = BLK_STS_IOERR;
	sim_after(1 + sim_below(SIM_RANDOM_FAULTS, 20), SIM_EVENT_DISK, answer, bio);
}

static const struct tandem_disk_ops ops = { .submit = submit };

u8 *handover_block(unsigned int disk, u32 block)
{
	return handover.disk[disk].image + DATA_BYTES + (size_t)block * TANDEM_PAGE_BYTES;
}

static void make_super(unsigned int nr_sets)
{
	struct tandem_super *super = &handover.super;
	unsigned int i;

	memset(super, 0, sizeof(*super));
	super->geo.level = nr_sets == 1 ? TANDEM_RAID1 : TANDEM_RAID10;
	super->geo.nr_sets = nr_sets;
	super->geo.chunk_sectors = nr_sets == 1 ? 0 : HANDOVER_REGION;
	super->geo.region_sectors = HANDOVER_REGION;
	super->geo.set_sectors = SET_SECTORS;
	super->own_disk_sectors = DISK_SECTORS;
	super->data_offset_sectors = DATA_BYTES / 512;
	super->log_offset_sectors = TANDEM_LOG_BYTES / 512;
	super->map_offset_sectors = TANDEM_MAP_BYTES / 512;
	super->log_slots = LOG_SLOTS;
	super->map_pages = MAP_PAGES;
	memcpy(super->name, "handover", sizeof("handover"));
	super->feature_incompat = TANDEM_INCOMPAT_INTENT_LOG | TANDEM_INCOMPAT_REGION_MAP;
	super->flags = TANDEM_FLAG_CLEAN;
	super->nr_legs = (u16)(2 * nr_sets);
	super->role = TANDEM_ROLE_DATA;
	super->init = TANDEM_INIT_LAZY;
	super->logical_block_bytes = 512;
	super->physical_block_bytes = 4096;
	super->recovery_target_ms = TANDEM_DEFAULT_RECOVERY_TARGET_MS;
	tandem_id_random(&super->array, sizeof(super->array));
	tandem_id_random(&super->epoch.id, sizeof(super->epoch.id));
	super->epoch.number = 1;
	for (i = 0; i < nr_sets; i++) {
		tandem_id_random(&super->set[i].id, sizeof(super->set[i].id));
		super->set[i].generation = 1;
		super->set[i].first_leg = (u16)(2 * i);
		super->set[i].nr_legs = 2;
		super->set[i].home = 1;
	}
	for (i = 0; i < super->nr_legs; i++) {
		tandem_id_random(&super->place[i].id, sizeof(super->place[i].id));
		super->place[i].set = (u16)(i / 2);
		super->place[i].record = TANDEM_RECORD_CURRENT;
		super->place[i].disk_sectors = DISK_SECTORS;
	}
}

static void fill_junk(struct handover_disk *disk)
{
	u8 byte = 1 + (u8)sim_below(SIM_RANDOM_FAULTS, 255);

	memset(disk->image + DATA_BYTES, byte, SET_SECTORS * 512);
}

static void put_super(struct handover_disk *disk, struct tandem_super *super)
{
	const char *why = "nothing";
	unsigned int slot;

	for (slot = 0; slot < 2; slot++) {
		super->sequence = slot + 1;
		if (tandem_super_check(super, &why))
			sim_fail("handover", "a superblock breaks a rule: %s", why);
		tandem_super_encode(super, disk->image + tandem_super_slot_bytes(slot));
	}
}

static void format(unsigned int leg)
{
	static u16 entry[HANDOVER_REGIONS];
	struct handover_disk *disk = &handover.disk[leg];
	struct tandem_map_table table = {
		.array = handover.super.array, .set = (u16)(leg / 2),
		.nr_regions = HANDOVER_REGIONS, .entry = entry,
	};
	unsigned int slot;

	for (slot = 0; slot < 2; slot++)
		tandem_map_encode(&table, 0, 1, disk->image + TANDEM_MAP_BYTES +
				  tandem_map_slot_bytes(0, slot));
	handover.super.leg = (u16)leg;
	handover.super.leg_id = handover.super.place[leg].id;
	put_super(disk, &handover.super);
}

void handover_create(unsigned int nr_sets)
{
	struct handover_disk *disk;
	unsigned int i;

	handover_destroy();
	memset(&handover, 0, sizeof(handover));
	memset(under_way, 0, sizeof(under_way));
	make_super(nr_sets);
	handover.nr_disks = handover.super.nr_legs + 1u;
	for (i = 0; i < handover.nr_disks; i++) {
		disk = &handover.disk[i];
		disk->image = calloc(1, DISK_SECTORS * 512);
		disk->kept = calloc(1, DISK_SECTORS * 512);
		if (!disk->image || !disk->kept)
			abort();
		disk->engine.ops = &ops;
		disk->engine.bdev = &disk->bdev;
		disk->engine.size_sectors = DISK_SECTORS;
		disk->engine.logical_block_bytes = 512;
		snprintf(disk->engine.name, sizeof(disk->engine.name), "disk%u", i);
		fill_junk(disk);
		if (i < handover.super.nr_legs)
			format(i);
	}
}

void handover_destroy(void)
{
	unsigned int i;

	for (i = 0; i < HANDOVER_MAX_DISKS; i++) {
		free(handover.disk[i].image);
		free(handover.disk[i].kept);
		handover.disk[i].image = NULL;
		handover.disk[i].kept = NULL;
	}
}

void handover_format_new(unsigned int nr, const struct tandem_super *super, unsigned int leg)
{
	static struct tandem_super blank;
	struct handover_disk *disk = &handover.disk[nr];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		memset(disk->image + ranges[i].first, 0, ranges[i].length);
	fill_junk(disk);
	blank = *super;
	tandem_id_random(&blank.leg_id, sizeof(blank.leg_id));
	blank.leg = (u16)leg;
	blank.flags |= TANDEM_FLAG_BLANK;
	blank.flags &= ~TANDEM_FLAG_CLEAN;
	put_super(disk, &blank);
}

/* 0 or 1, whose superblock is in @super of the disk then; or an error. */
static int newest_slot(unsigned int nr)
{
	static struct tandem_super other;
	struct handover_disk *disk = &handover.disk[nr];
	int error[2];
	u64 sequence[2] = { 0, 0 };
	int slot;

	error[0] = tandem_super_decode(disk->image + TANDEM_SLOT0_BYTES, &disk->super, NULL);
	error[1] = tandem_super_decode(disk->image + TANDEM_SLOT1_BYTES, &other, NULL);
	sequence[0] = error[0] ? 0 : disk->super.sequence;
	sequence[1] = error[1] ? 0 : other.sequence;
	slot = tandem_super_choose(error, sequence);
	if (slot == 1)
		disk->super = other;
	return slot;
}

bool handover_read_super(unsigned int nr)
{
	return newest_slot(nr) >= 0;
}

void handover_spoil_slot(unsigned int nr)
{
	handover.disk[nr].bad = newest_slot(nr) ? TANDEM_SLOT0_BYTES : TANDEM_SLOT1_BYTES;
}

void handover_mend(void)
{
	unsigned int i;

	for (i = 0; i < handover.nr_disks; i++) {
		handover.disk[i].dead = false;
		handover.disk[i].bad = 0;
	}
}

void handover_keep(bool back)
{
	struct handover_disk *disk;
	unsigned int i, r;

	memset(under_way, 0, sizeof(under_way));
	for (i = 0; i < handover.nr_disks; i++) {
		disk = &handover.disk[i];
		for (r = 0; r < ARRAY_SIZE(ranges); r++)
			memcpy((back ? disk->image : disk->kept) + ranges[r].first,
			       (back ? disk->kept : disk->image) + ranges[r].first,
			       ranges[r].length);
	}
}
