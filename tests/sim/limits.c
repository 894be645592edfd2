// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits (A16): the largest array there may be has a superblock, one that is larger has none,
 * and no number of writes makes the word of a region say something else.
 */
#include "core/superblock.h"
#include "io/region.h"
#include "limits.h"
#include "sched.h"

#define WRITES_BEYOND	1000u	/* that come although the count is at its limit */

static struct tandem_super super, found;

static void make_id(struct tandem_id *id, u8 kind, unsigned int i)
{
	memset(id, 0, sizeof(*id));
	id->byte[0] = kind;
	id->byte[1] = (u8)(i + 1);
}

/* Sets of @legs each, as many as there may be legs in all. */
static void make_super(unsigned int legs)
{
	const u32 nr_sets = TANDEM_MAX_LEGS / legs;
	struct tandem_layout layout;
	unsigned int i;

	memset(&super, 0, sizeof(super));
	memset(super.name, 'n', TANDEM_NAME_BYTES - 1);
	super.sequence = 1;
	super.role = TANDEM_ROLE_MIXED;
	super.init = TANDEM_INIT_ZERO;
	super.recovery_target_ms = TANDEM_MAX_RECOVERY_TARGET_MS;
	super.logical_block_bytes = super.physical_block_bytes = TANDEM_PAGE_BYTES;
	super.geo = (struct tandem_geometry){ .level = TANDEM_RAID10, .nr_sets = nr_sets,
		.chunk_sectors = TANDEM_MAX_CHUNK_SECTORS,
		.region_sectors = TANDEM_MAX_REGION_SECTORS,
		.set_sectors = TANDEM_MAX_SET_SECTORS };
	super.own_disk_sectors = TANDEM_MAX_SET_SECTORS + (1ull << 24);
	tandem_layout_compute(super.own_disk_sectors, super.geo.region_sectors, &layout);
	super.data_offset_sectors = layout.data_offset_sectors;
	super.map_pages = layout.map_pages;
	super.log_offset_sectors = TANDEM_LOG_BYTES / TANDEM_SECTOR_BYTES;
	super.map_offset_sectors = TANDEM_MAP_BYTES / TANDEM_SECTOR_BYTES;
	super.log_slots = TANDEM_LOG_SLOTS;
	super.nr_legs = (u16)(nr_sets * legs);
	make_id(&super.array, 1, 0);
	make_id(&super.epoch.id, 2, 0);
	for (i = 0; i < super.nr_legs; i++) {
		make_id(&super.place[i].id, 3, i);
		make_id(&super.place[i].successor, 4, i);
		memset(super.place[i].disk, 'd', TANDEM_DISK_NAME_BYTES - 1);
		super.place[i].set = (u16)(i / legs);
		super.place[i].record = TANDEM_RECORD_CURRENT;
	}
	for (i = 0; i < nr_sets; i++) {
		make_id(&super.set[i].id, 5, i);
		super.set[i].first_leg = (u16)(i * legs);
		super.set[i].nr_legs = (u16)legs;
	}
	super.leg = (u16)(super.nr_legs - 1);
	super.leg_id = super.place[super.leg].id;
}

static void must_be_refused(const char *what)
{
	if (!tandem_super_check(&super, NULL))
		sim_fail("A16", "a superblock with %s is taken", what);
}

static void play_super(unsigned int legs)
{
	static u8 bytes[TANDEM_SUPER_BYTES];
	const char *why = "";

	make_super(legs);
	if (tandem_super_check(&super, &why))
		sim_fail("A16", "sets of %u legs, as many as may be: %s", legs, why);
	tandem_super_encode(&super, bytes);
	if (tandem_super_decode(bytes, &found, &why) || memcmp(&super, &found, sizeof(super)))
		sim_fail("A16", "sets of %u legs do not come back: %s", legs, why);
	super.geo.set_sectors += TANDEM_MAX_CHUNK_SECTORS * 8ull;
	must_be_refused("more regions than there may be");
	make_super(legs);
	super.nr_legs++;
	must_be_refused("more legs than there may be");
	make_super(legs);
	super.map_pages--;
	super.geo.nr_sets++;
	must_be_refused("more sets than it has legs for");
}

/* Whoever finds the count at its limit gives back what he took, and waits. */
static void play_count(void)
{
	atomic_t word = { 0 };
	u32 i, before;

	for (i = 0; i < TANDEM_MAX_REGION_WRITES + WRITES_BEYOND; i++) {
		before = tandem_region_get(&word);
		if (tandem_region_is_taken(before) != (before >= TANDEM_MAX_REGION_WRITES))
			sim_fail("A16", "with %u writes in a region another one %s", before,
				 tandem_region_is_taken(before) ? "waits" : "goes on");
		if ((u32)atomic_read(&word) & ~TANDEM_REGION_COUNT)
			sim_fail("A16", "%u writes in a region set a flag", before + 1);
		if (tandem_region_is_taken(before))
			tandem_region_put(&word);
	}
}

bool limits_play(void)
{
	volatile bool passed = false;

	if (!setjmp(sim_fail_env)) {
		play_super(TANDEM_MIN_LEGS_PER_SET);
		play_super(TANDEM_MAX_LEGS_PER_SET);
		play_count();
		passed = true;
	}
	if (!passed)
		printf("string limits FAILED: %s: %s\n", sim_failure.rule, sim_failure.text);
	return passed;
}
