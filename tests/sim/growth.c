// SPDX-License-Identifier: GPL-2.0-only
/*
 * What seeds are too small for: a set that outgrows pages of its region map, and one of
 * 64 TiB. No users: the disks keep superblocks, logs and maps, and count what is behind.
 *
 *	cut      power goes at every single write of a growing start, the last one of the
 *	         other leg lost or not; both legs, and each alone, start again, and nothing
 *	         is lost, unsure or written that was not (I41). Also where an older record
 *	         is completed first, for a slot that cannot be read may hold it
 *	again    an array that grows page by page, and knows what was written last
 *	memory   what an array takes, before and after it has grown (design §8)
 *
 * Decisions: one write is on its disk before the next is sent, so a cut is a number.
 * The disks of a start that was cut off are kept for each of the starts that follow.
 */
#include <stdlib.h>

#include "growth.h"
#include "core/map.h"
#include "io/activate.h"
#include "io/logger.h"
#include "io/mapper.h"
#include "io/region.h"
#include "sched.h"
#include "shim/memory.h"

#define LEGS		2u
#define TIB_SECTORS	(1ull << 31)
#define BUDGET_PER_TIB	(8ull << 20)

struct disk {
	struct tandem_disk engine;
	struct block_device bdev;
	u8 *front;		/* up to the data */
};

static struct {
	struct disk disk[LEGS];
	struct tandem_super super;	/* as created */
	size_t front_bytes;
	u8 *kept[LEGS];		/* fronts, to start from again */
	struct tandem_array *array;
	u32 writes;
	u32 limit;		/* power goes before this one; 0: never */
	u64 hidden;		/* of leg 1: what begins at this byte cannot be read; 0: all can */
	struct {		/* the last write to leg 0, to be lost */
		u8 *at;
		u8 bytes[TANDEM_SUPER_BYTES];
		u32 length;
		u32 number;
	} last;
} growth;

static void take_write(struct disk *disk, const struct bio *bio)
{
	u64 offset = bio->bi_iter.bi_sector * 512;
	u32 length = bio->bi_iter.bi_size;

	if (growth.limit && growth.writes + 1 == growth.limit)
		sim_crash();
	growth.writes++;
	if (offset + length > disk->engine.size_sectors * 512)
		sim_fail("I41", "a write behind the end of a disk");
	if (offset >= growth.front_bytes) {
		if (memchr_inv(bio->sim_data, 0, length))
			sim_fail("I41", "something is written to the data, and nobody has");
		return;
	}
	if (disk == growth.disk) {
		growth.last.at = disk->front + offset;
		growth.last.length = length;
		growth.last.number = growth.writes;
		memcpy(growth.last.bytes, growth.last.at, length);
	}
	memcpy(disk->front + offset, bio->sim_data, length);
}

static void submit(struct tandem_disk *engine, struct bio *bio, struct bio *parent)
{
	struct disk *disk = container_of(engine, struct disk, engine);
	u64 offset = bio->bi_iter.bi_sector * 512;
	struct sim_state outer = sim_state;

	(void)parent;
	bio->bi_bdev = engine->bdev;
	bio->sim_state = SIM_BIO_IN_FLIGHT;
	sim_state.irq = true;
	if (bio_op(bio) == REQ_OP_WRITE && bio->bi_iter.bi_size)
		take_write(disk, bio);
	else if (bio_op(bio) == REQ_OP_READ)
		memcpy(bio->sim_data, disk->front + offset, bio->bi_iter.bi_size);
	bio->bi_status = BLK_STS_OK;
	if (bio_op(bio) == REQ_OP_READ && disk != growth.disk && growth.hidden == offset)
		bio->bi_status = BLK_STS_IOERR;
	bio_endio(bio);
	sim_state = outer;
}

static const struct tandem_disk_ops ops = { .submit = submit };

static void make_super(u64 set_sectors, u32 region_sectors)
{
	struct tandem_super *super = &growth.super;
	struct tandem_layout layout;
	unsigned int i;

	memset(super, 0, sizeof(*super));
	super->own_disk_sectors = set_sectors + 65536;
	if (tandem_layout_compute(super->own_disk_sectors, region_sectors, &layout))
		abort();
	super->geo.level = TANDEM_RAID1;
	super->geo.nr_sets = 1;
	super->geo.region_sectors = region_sectors;
	super->geo.set_sectors = set_sectors;
	super->data_offset_sectors = layout.data_offset_sectors;
	super->map_pages = layout.map_pages;
	super->log_offset_sectors = TANDEM_LOG_BYTES / 512;
	super->map_offset_sectors = TANDEM_MAP_BYTES / 512;
	super->log_slots = TANDEM_LOG_SLOTS;
	memcpy(super->name, "growth", sizeof("growth"));
	super->feature_incompat = TANDEM_INCOMPAT_KNOWN;
	super->flags = TANDEM_FLAG_CLEAN;
	super->nr_legs = LEGS;
	super->role = TANDEM_ROLE_DATA;
	super->init = TANDEM_INIT_LAZY;
	super->logical_block_bytes = 512;
	super->physical_block_bytes = 4096;
	super->recovery_target_ms = TANDEM_DEFAULT_RECOVERY_TARGET_MS;
	tandem_id_random(&super->array, sizeof(super->array));
	tandem_id_random(&super->epoch.id, sizeof(super->epoch.id));
	tandem_id_random(&super->set[0].id, sizeof(super->set[0].id));
	super->epoch.number = 1;
	super->set[0].generation = 1;
	super->set[0].nr_legs = LEGS;
	super->set[0].home = 1;
	for (i = 0; i < LEGS; i++) {
		tandem_id_random(&super->place[i].id, sizeof(super->place[i].id));
		super->place[i].record = TANDEM_RECORD_CURRENT;
		super->place[i].disk_sectors = super->own_disk_sectors;
	}
}

/* What `create` writes; @entry of every region. */
static void format(struct disk *disk, u16 leg, u16 entry)
{
	struct tandem_map_table table = { .array = growth.super.array };
	u8 *map = disk->front + TANDEM_MAP_BYTES;
	unsigned int slot;
	u32 i;

	table.nr_regions = tandem_geometry_regions(&growth.super.geo);
	table.entry = calloc(table.nr_regions, sizeof(*table.entry));
	for (i = 0; i < table.nr_regions; i++)
		table.entry[i] = entry;
	for (i = 0; i < tandem_map_pages(table.nr_regions); i++)
		for (slot = 0; slot < 2; slot++)
			tandem_map_encode(&table, i, 1, map + tandem_map_slot_bytes(i, slot));
	free(table.entry);
	growth.super.leg = leg;
	growth.super.leg_id = growth.super.place[leg].id;
	for (slot = 0; slot < 2; slot++) {
		growth.super.sequence = slot + 1;
		tandem_super_encode(&growth.super, disk->front + tandem_super_slot_bytes(slot));
	}
}

static void forget_disks(void)
{
	unsigned int i;

	for (i = 0; i < LEGS; i++) {
		free(growth.disk[i].front);
		free(growth.kept[i]);
		growth.disk[i].front = NULL;
		growth.kept[i] = NULL;
	}
}

static void make_disks(u16 entry)
{
	struct disk *disk;
	unsigned int i;

	forget_disks();
	growth.front_bytes = growth.super.data_offset_sectors * 512;
	for (i = 0; i < LEGS; i++) {
		disk = &growth.disk[i];
		disk->front = calloc(1, growth.front_bytes);
		growth.kept[i] = calloc(1, growth.front_bytes);
		if (!disk->front || !growth.kept[i])
			abort();
		disk->engine.ops = &ops;
		disk->engine.bdev = &disk->bdev;
		disk->engine.size_sectors = growth.super.own_disk_sectors;
		disk->engine.logical_block_bytes = 512;
		snprintf(disk->engine.name, sizeof(disk->engine.name), "disk%u", i);
		format(disk, i, entry);
	}
}

/* Fronts of the disks, @from to @to. */
static void keep(bool back)
{
	unsigned int i;

	for (i = 0; i < LEGS; i++)
		memcpy(back ? growth.disk[i].front : growth.kept[i],
		       back ? growth.kept[i] : growth.disk[i].front, growth.front_bytes);
}

struct start {
	unsigned int legs;
	u64 grow;
};

static void start(struct start how)
{
	struct tandem_array_params params = {
		.array = growth.super.array, .nr_legs = LEGS, .grow_sectors = how.grow,
		.degraded = TANDEM_DEGRADED_FORCE,
	};
	const char *why = "nothing";
	unsigned int i;
	int error;

	for (i = 0; i < LEGS; i++)
		params.disk[i] = how.legs & (1u << i) ? &growth.disk[i].engine : NULL;
	sim_state.control = true;
	error = tandem_array_create(&params, &growth.array);
	if (!error)
		error = tandem_array_load(growth.array, &why);
	if (!error)
		error = tandem_array_activate(growth.array, &why);
	sim_state.control = false;
	if (error)
		sim_fail("availability", "legs %x do not start: %s (%d)", how.legs, why, error);
}

static void stop(void)
{
	sim_state.control = true;
	tandem_array_end_start(growth.array);
	tandem_array_end_finish(growth.array);
	tandem_array_destroy(growth.array);
	growth.array = NULL;
	sim_state.control = false;
	sim_clear();
}

/* Nothing is unsure, and of regions only the first @known are @entry, but for @written. */
static void check(u32 known, u16 entry, u32 written)
{
	const struct tandem_set *set = &growth.array->set[0];
	const struct tandem_map_table *table = &set->map->table;
	u32 region;
	u16 wanted;

	if (set->log->head.flags & TANDEM_LOG_ALL || atomic_read(&set->nr_unsure))
		sim_fail("I41", "%u regions may differ, flags %x", atomic_read(&set->nr_unsure),
			 set->log->head.flags);
	for (region = 0; region < table->nr_regions; region++) {
		wanted = region < known ? entry : 0;
		if (region == written)
			wanted = TANDEM_CONTENT_WRITTEN;
		if (tandem_map_content(table->entry[region]) != wanted)
			sim_fail("I41", "region %u of %u is %x", region, table->nr_regions,
				 table->entry[region]);
	}
}

#define NO_REGION	(~0u)

struct step {
	u64 before, after;	/* sectors of the set */
	u32 region_sectors;
	u16 entry;
	bool hidden;		/* the newest slot of leg 1, which is ahead of its other one */
};

/* Power goes; @lost: with it the last write to leg 0, if that of leg 1 came after it. */
static void cut(bool lost)
{
	if (lost && growth.last.number + 1 == growth.writes)
		memcpy(growth.last.at, growth.last.bytes, growth.last.length);
	growth.limit = 0;
	growth.hidden = 0;
	growth.array = NULL;
	sim_clear();
	sim_memory_drop();
}

/* What is left of a start that was cut off starts, and grows. */
static void check_rest(const struct step *step)
{
	u32 known = growth.super.geo.set_sectors / step->region_sectors;
	unsigned int legs;
	u64 now;

	known += !!(growth.super.geo.set_sectors % step->region_sectors);
	keep(false);
	for (legs = 3; legs; legs--) {
		keep(true);
		start((struct start){ .legs = legs });
		now = growth.array->super->geo.set_sectors;
		if (now != step->before && now != step->after)
			sim_fail("I41", "a set of %llu sectors", (unsigned long long)now);
		check(known, step->entry, NO_REGION);
		stop();
		start((struct start){ .legs = legs, .grow = step->after });
		if (growth.array->super->geo.set_sectors != step->after)
			sim_fail("I41", "it does not grow again");
		check(known, step->entry, NO_REGION);
		stop();
	}
}

/* Starts, and is cut off before write @limit. False: it has fewer, and is up. */
static bool start_until(struct start how, u32 limit)
{
	static jmp_buf outer;
	volatile bool was_cut = true;

	memcpy(outer, sim_crash_env, sizeof(outer));
	growth.writes = 0;
	growth.limit = limit;
	if (!setjmp(sim_crash_env)) {
		start(how);
		was_cut = false;
	}
	memcpy(sim_crash_env, outer, sizeof(outer));
	return was_cut;
}

/* A start reached one slot of each leg; of leg 1 it cannot be read until power goes again. */
static void hide_slot(void)
{
	static struct tandem_super super[2];
	unsigned int slot;

	start_until((struct start){ .legs = 3 }, 3);
	cut(false);
	for (slot = 0; slot < 2; slot++)
		if (tandem_super_decode(growth.disk[1].front + tandem_super_slot_bytes(slot),
					&super[slot], NULL))
			sim_fail("I41", "slot %u of leg 1 cannot be read", slot);
	growth.hidden = tandem_super_slot_bytes(super[1].sequence > super[0].sequence);
}

static void make(const struct step *step)
{
	make_super(step->before, step->region_sectors);
	make_disks(step->entry);
	start((struct start){ .legs = 3 });
	stop();
	growth.disk[0].engine.size_sectors = step->after + growth.super.own_disk_sectors;
	growth.disk[1].engine.size_sectors = step->after + growth.super.own_disk_sectors + 8;
	if (step->hidden)
		hide_slot();
}

/* A start is cut off before write @limit. False: it has fewer. */
static bool cut_at(const struct step *step, u32 limit, bool lost)
{
	make(step);
	if (!start_until((struct start){ .legs = 3, .grow = step->after }, limit)) {
		growth.limit = 0;
		growth.hidden = 0;
		stop();
		return false;
	}
	cut(lost);
	check_rest(step);
	return true;
}

static void cut_everywhere(const struct step *step)
{
	u32 limit;

	/* The guards are 128 writes of zeroes, of which a few are enough. */
	for (limit = 1; cut_at(step, limit, false); limit += limit < 120 ? 40 : 1)
		cut_at(step, limit, true);
}

/* As if somebody had written there: the stop puts it into the maps of both legs. */
static void write_region(u32 region)
{
	tandem_map_put(growth.array->set[0].map, region,
		       tandem_map_entry(TANDEM_CONTENT_WRITTEN, 0));
}

/* The last region of each length is written, on whatever page it is. */
static void grow_by_pages(void)
{
	static const u32 regions[] = { 1, 2015, 2016, 2017, 4032, 4100 };
	const struct step step = { .before = 64, .after = 4100ull * 128, .region_sectors = 128 };
	struct tandem_set *set;
	unsigned int i;

	make(&step);
	for (i = 0; i < ARRAY_SIZE(regions); i++) {
		start((struct start){ .legs = 3, .grow = 128ull * regions[i] });
		set = &growth.array->set[0];
		check(0, 0, i ? regions[i - 1] - 1 : NO_REGION);
		tandem_map_forget(set, i ? regions[i - 1] - 1 : 0);
		write_region(regions[i] - 1);
		stop();
	}
	start((struct start){ .legs = 3 });
	check(0, 0, 4099);
	stop();
}

static void check_memory(u64 sectors)
{
	u64 budget = sectors / TIB_SECTORS * BUDGET_PER_TIB;
	size_t bytes = sim_memory_bytes();

	printf("growth: %llu TiB, region of %u KiB: %zu KiB of memory, at most %llu\n",
	       (unsigned long long)(sectors / TIB_SECTORS),
	       growth.super.geo.region_sectors / 2, bytes >> 10,
	       (unsigned long long)budget >> 10);
	if (bytes > budget)
		sim_fail("memory", "more than 8 MiB for each TiB");
}

/* By the default region size of where it begins, and as far as its map goes. */
static void grow_large(u64 before, u64 after)
{
	struct step step = { .before = before, .after = after };

	step.region_sectors = tandem_layout_default_region(before);
	if (after > TIB_SECTORS * 32)
		step.region_sectors = tandem_layout_default_region(after);
	make(&step);
	start((struct start){ .legs = 3 });
	check_memory(before);
	stop();
	start((struct start){ .legs = 3, .grow = after });
	check_memory(after);
	check(0, 0, NO_REGION);
	write_region(growth.array->set[0].map->table.nr_regions - 1);
	stop();
	start((struct start){ .legs = 1 });
	check(0, 0, growth.array->set[0].map->table.nr_regions - 1);
	stop();
}

bool growth_run(void)
{
	static const struct step steps[] = {
		{ 2000 * 128 - 8, 4100 * 128, 128, TANDEM_CONTENT_NEVER, false },
		{ 2016 * 128, 2017 * 128, 128, TANDEM_CONTENT_WRITTEN, false },
		{ 2000 * 128 - 8, 2000 * 128, 128, TANDEM_CONTENT_WRITTEN, false },
		{ 2000 * 128, 2001 * 128, 128, TANDEM_CONTENT_WRITTEN, true },
	};
	volatile bool passed = false;
	unsigned int i;

	sim_start(1);
	if (!setjmp(sim_fail_env)) {
		for (i = 0; i < ARRAY_SIZE(steps); i++)
			cut_everywhere(&steps[i]);
		grow_by_pages();
		grow_large(TIB_SECTORS, 4 * TIB_SECTORS);
		grow_large(4 * TIB_SECTORS, 64 * TIB_SECTORS);
		passed = true;
	}
	sim_clear();
	sim_memory_drop();
	forget_disks();
	if (!passed)
		printf("string growth FAILED: %s: %s\n", sim_failure.rule, sim_failure.text);
	printf("%u passed, %u failed\n", passed, !passed);
	return passed;
}
