// SPDX-License-Identifier: GPL-2.0-only
/*
 * Region maps, as they are on the disks.
 *
 * Decisions: as in logbook.c, a page with a wrong checksum is torn, and one whose
 * checksum is right and that breaks a rule was written by the engine like that. A leg
 * without a page says that everything is written, and stale on all others.
 */
#include "ledger.h"
#include "mapbook.h"
#include "sched.h"
#include "uapi/tandem_format_map.h"
#include "world.h"

#define PAGE_SECTORS	(TANDEM_PAGE_BYTES / 512)
#define BOTH_SLOTS	3u

struct map {
	struct mapbook_state state;
	bool read;
	u64 acked;		/* the last page that the engine knows to be in one slot */
	u64 complete;		/* and in both */
	u8 unread;		/* slots whose last read gave no page, not written since */
};

static struct map maps[SIM_MAX_DISKS][2];	/* by leg; what is shown, what is durable */

void mapbook_start(void)
{
	memset(maps, 0, sizeof(maps));
}

static u64 map_first(void)
{
	return world.super.map_offset_sectors;
}

static u64 map_end(void)
{
	return map_first() + 2ull * world.super.map_pages * PAGE_SECTORS;
}

static bool is_whole(const u8 *bytes)
{
	const struct tandem_map_disk *disk = (const void *)bytes;
	static const u8 no_crc[4];
	u32 crc;

	if (le32_to_cpu(disk->magic) != TANDEM_MAP_MAGIC)
		return false;
	crc = tandem_crc32c_add(~0u, bytes, 4);
	crc = tandem_crc32c_add(crc, no_crc, sizeof(no_crc));
	crc = tandem_crc32c_add(crc, bytes + 8, TANDEM_PAGE_BYTES - 8);
	return le32_to_cpu(disk->crc) == ~crc;
}

/* The first rule that the page breaks, or NULL. */
static const char *broken_rule(const struct tandem_map_disk *disk, u32 set)
{
	u32 i, entry;

	if (memcmp(&disk->array, &world.super.array, sizeof(disk->array)) ||
	    le16_to_cpu(disk->set) != set || disk->page)
		return "it is that of another set, or another page";
	if (memchr_inv(disk->reserved, 0, sizeof(disk->reserved)))
		return "a reserved byte is not zero";
	for (i = 0; i < TANDEM_MAP_ENTRIES; i++) {
		entry = le16_to_cpu(disk->entry[i]);
		if (entry && i >= logbook_nr_regions())
			return "it speaks of a region behind the last one";
		if (entry & 0xfc || (entry & 3) == 3 || (entry && !(entry & 3)))
			return "an entry is none";
		if (entry >> 8 >> world.options.legs)
			return "a region is stale on a leg that does not exist";
	}
	return NULL;
}

static void read_slot(unsigned int leg, bool durable, u32 slot, struct mapbook_state *state)
{
	static u8 bytes[TANDEM_PAGE_BYTES] __attribute__((aligned(8)));
	const struct tandem_map_disk *disk = (const void *)bytes;
	const struct sim_store *store = &world.disk[leg].store;
	const u64 *content = durable ? store->durable : store->view;
	u64 sector = map_first() + slot * PAGE_SECTORS;
	const char *broken;
	u32 i;

	for (i = 0; i < PAGE_SECTORS; i++)
		store_get(store, content[sector + i], sector + i, bytes + 512 * i);
	state->slot_sequence[slot] = 0;
	if (!is_whole(bytes))
		return;
	broken = broken_rule(disk, world_set_of(leg));
	if (broken)
		sim_fail("map", "leg %u, page %llu: %s", leg,
			 (unsigned long long)le64_to_cpu(disk->sequence), broken);
	state->slot_sequence[slot] = le64_to_cpu(disk->sequence);
	for (i = 0; i < LOGBOOK_REGIONS; i++)
		state->slot_entry[slot][i] = le16_to_cpu(disk->entry[i]);
	if (state->slot_sequence[slot] <= state->sequence)
		return;
	state->sequence = state->slot_sequence[slot];
	state->slot = slot;
	memcpy(state->entry, state->slot_entry[slot], sizeof(state->entry));
}

const struct mapbook_state *mapbook_state(unsigned int leg, bool durable)
{
	struct map *map = &maps[leg][durable];

	if (!map->read) {
		map->state.sequence = 0;
		read_slot(leg, durable, 0, &map->state);
		read_slot(leg, durable, 1, &map->state);
		map->read = true;
	}
	return &map->state;
}

void mapbook_changed(const struct sim_disk *disk, const struct sim_span *span, bool durable)
{
	if (span->end > map_first() && span->first < map_end())
		maps[disk->leg][durable].read = false;
}

bool mapbook_is_never(const struct mapbook_state *state, u32 region)
{
	return world.options.map && state->sequence && !(state->entry[region] & 3);
}

bool mapbook_may_be_never(const struct mapbook_state *state, u32 region)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (state->slot_sequence[i] && !(state->slot_entry[i][region] & 3))
			return true;
	return false;
}

bool mapbook_may_be_present(const struct mapbook_state *state, u32 region, unsigned int position)
{
	unsigned int i;
	u16 entry;

	for (i = 0; i < 2; i++) {
		entry = state->slot_entry[i][region];
		if (state->slot_sequence[i] && entry & 3 && !(entry >> 8 >> position & 1))
			return true;
	}
	return false;
}

bool mapbook_may_rot(unsigned int leg)
{
	const struct mapbook_state *durable = mapbook_state(leg, true);
	const struct mapbook_state *shown = mapbook_state(leg, false);

	return durable->sequence && durable->slot_sequence[0] == durable->slot_sequence[1] &&
	       shown->slot_sequence[0] == durable->sequence &&
	       shown->slot_sequence[1] == durable->sequence;
}

bool mapbook_is_map(const struct sim_command *command)
{
	return world.options.map && command->sector >= map_first() &&
	       command->sector + command->count <= map_end();
}

/* What lies there is of no use to anybody: it cannot be read. */
static bool is_unreadable(const struct sim_command *command)
{
	const struct sim_health *health = &command->disk->health;

	return command->sector < health->bad_first + health->bad_count &&
	       health->bad_first < command->sector + command->count;
}

/*
 * A whole page, durable at once. What the other slot has must do if this is torn. Who could
 * read neither knows of no number, nor which slot is the newer: he begins anew, with what the
 * other legs say, or with everything (an ALL in the log is before it).
 */
void mapbook_command(const struct sim_command *command)
{
	unsigned int leg = command->disk->leg;
	u64 offset = command->sector - map_first();
	u64 other = mapbook_state(leg, true)->slot_sequence[!(offset / PAGE_SECTORS)];

	if (maps[leg][true].unread == BOTH_SLOTS)
		maps[leg][true].complete = 0;
	if (offset % PAGE_SECTORS || command->count != PAGE_SECTORS || !command->fua ||
	    command->op != REQ_OP_WRITE || offset / PAGE_SECTORS > 1)
		sim_fail("K9", "leg %u: what is written to its map is no page: %llu+%u, FUA %u",
			 leg, (unsigned long long)offset, command->count, command->fua);
	if (other < maps[leg][true].complete && !is_unreadable(command))
		sim_fail("map", "leg %u: page %llu is written over, the other slot has %llu", leg,
			 (unsigned long long)maps[leg][true].complete, (unsigned long long)other);
}

/* Slots that @command reads or writes. */
static u8 slots_of(const struct sim_command *command)
{
	u64 first = map_first();
	unsigned int slot;
	u8 slots = 0;

	for (slot = 0; slot < 2; slot++, first += PAGE_SECTORS)
		if (command->sector < first + PAGE_SECTORS &&
		    first < command->sector + command->count)
			slots |= (u8)(1u << slot);
	return slots;
}

/* Slots that are not whole for who reads them now. */
static u8 torn_slots(unsigned int leg)
{
	const u64 *sequence = mapbook_state(leg, false)->slot_sequence;

	return (sequence[0] ? 0 : 1) | (sequence[1] ? 0 : 2);
}

void mapbook_ended(const struct sim_command *command)
{
	struct map *map = &maps[command->disk->leg][true];
	bool read = command->op == REQ_OP_READ;

	if (!mapbook_is_map(command))
		return;
	if (!command->outcome.status)
		map->unread &= ~slots_of(command);
	if (read && command->outcome.status)
		map->unread |= slots_of(command);
	else if (read)
		map->unread |= slots_of(command) & torn_slots(command->disk->leg);
}

void mapbook_acked(const struct sim_command *command)
{
	const struct tandem_map_disk *disk = (const void *)command->data;
	struct map *map = &maps[command->disk->leg][true];
	u64 sequence;

	if (command->op != REQ_OP_WRITE || !mapbook_is_map(command))
		return;
	sequence = le64_to_cpu(disk->sequence);
	if (map->acked == sequence)
		map->complete = sequence;
	map->acked = sequence;
}

void mapbook_emptied(unsigned int leg)
{
	maps[leg][true].acked = 0;
	maps[leg][true].complete = 0;
	maps[leg][true].unread = 0;
}
