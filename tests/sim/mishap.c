// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mishaps of one disk, in the order of mishap.h.
 */
#include "choice.h"
#include "front.h"
#include "io/array.h"
#include "io/lost.h"
#include "ledger.h"
#include "logbook.h"
#include "mishap.h"
#include "oracle.h"
#include "sched.h"
#include "uapi/tandem_format_map.h"
#include "world.h"

static struct sim_health *health(u32 leg)
{
	return &world.disk[leg].health;
}

bool mishap_is_alive(u32 leg)
{
	return leg < world.nr_disks && !health(leg)->dead;
}

bool mishap_is_dead(u32 leg)
{
	return leg < world.nr_disks && health(leg)->dead;
}

bool mishap_is_well(u32 leg)
{
	return mishap_is_alive(leg) && !health(leg)->fail_write && !health(leg)->fail_flush &&
	       !health(leg)->no_meta && !health(leg)->bad_count;
}

bool mishap_is_locked(u32 leg)
{
	return health(leg)->no_meta;
}

void mishap_die(u32 leg)
{
	struct sim_disk *disk = &world.disk[leg];
	bool landed = disk_nr_open(disk) && choice_of(2);

	SIM_NOTE("dies", disk->engine.name, { landed });
	disk_let_go(disk, landed);
	disk->health.dead = true;
	disk->health.dead_status = BLK_STS_IOERR;
	if (disk->store.nr_cached && choice_of(2))
		disk_lose(disk, SIM_NONE);
	oracle_leg_doubtful(disk);
}

static u8 draw_order(void)
{
	return choice_of(2) ? SIM_ORDER_LANDED : SIM_ORDER_LOST;
}

void mishap_fail_write(u32 leg)
{
	health(leg)->fail_write = draw_order();
}

void mishap_be_busy(u32 leg)
{
	health(leg)->fail_write = SIM_ORDER_BUSY;
}

void mishap_fail_flush(u32 leg)
{
	health(leg)->fail_flush = draw_order();
}

void mishap_fail_flush_of_heal(u32 leg)
{
	mishap_fail_flush(leg);
	health(leg)->wants_table = true;
}

static struct tandem_set *set_of(u32 leg)
{
	return &front_array()->set[world_set_of(leg)];
}

void mishap_want_table(u32 leg)
{
	struct tandem_set *set = set_of(leg);

	health(leg)->wants_table = false;
	set->lost->behind = (u8)((1u << set->nr_legs) - 1);
	if (tandem_lost_demand(set) != -EAGAIN)
		sim_fail("lost", "a table that is to be written is not");
}

void mishap_check_table(u32 leg)
{
	struct tandem_set *set = set_of(leg);

	if (set->lost->vain || set->lost->behind & TANDEM_WRITTEN(atomic_read(&set->masks)))
		sim_fail("lost", "a table that was to be written is not, and nobody tried");
}

void mishap_lock_meta(u32 leg)
{
	health(leg)->no_meta = true;
}

void mishap_free_meta(u32 leg)
{
	health(leg)->no_meta = false;
}

void mishap_spoil(u32 leg)
{
	health(leg)->bad_first = world.super.data_offset_sectors;
	health(leg)->bad_count = 1;
}

void mishap_spoil_table(u32 leg)
{
	health(leg)->bad_first = TANDEM_LOST_BYTES / 512;
	health(leg)->bad_count = 1;
}

/* One slot of its first page, or both: what another leg has counts, or nothing does. */
void mishap_spoil_map(u32 leg)
{
	const u32 slot_sectors = TANDEM_PAGE_BYTES / 512;
	unsigned int which = choice_of(3);

	health(leg)->bad_first = world.super.map_offset_sectors +
				 (which == 1 ? slot_sectors : 0);
	health(leg)->bad_count = which == 2 ? 2 * slot_sectors : slot_sectors;
}

bool mishap_may_spoil_log(u32 leg)
{
	return mishap_is_well(leg) && world.options.log && logbook_state(leg, true)->sequence > 1 &&
	       logbook_state(leg, true)->sequence % world.super.log_slots;
}

/* More than a crash explains: nobody can tell how far it has come. */
void mishap_spoil_log(u32 leg)
{
	const u32 slot_sectors = TANDEM_PAGE_BYTES / 512;
	u32 slot = logbook_state(leg, true)->sequence % world.super.log_slots;

	health(leg)->bad_first = world.super.log_offset_sectors + (slot - 1) * slot_sectors;
	health(leg)->bad_count = 2 * slot_sectors;
}

bool mishap_may_rot(u32 leg)
{
	return !front_exists() && ledger_may_rot(leg);
}

void mishap_rot(u32 leg)
{
	disk_rot(&world.disk[leg], world.disk[leg].slot_sector[choice_of(2)]);
}

/* The leg whose superblock the new disk's is made from; none: the number of disks. */
static unsigned int find_source(u32 leg)
{
	unsigned int source = world_set_of(leg) * world.options.legs;

	while (source < world.nr_disks &&
	       (!ledger_is_up_to_date(source) || world_set_of(source) != world_set_of(leg)))
		source++;
	return source;
}

bool mishap_may_replace(u32 leg)
{
	return mishap_is_dead(leg) && ledger_is_out(leg) && find_source(leg) < world.nr_disks;
}

void mishap_replace(u32 leg)
{
	static struct tandem_super super;

	if (world_read_super(find_source(leg), &super))
		world_replace(leg, &super);
}
