// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lost-range tables, as they are on the disks.
 *
 * Decisions: a copy with a wrong checksum is torn; one whose checksum is right and that
 * breaks a rule was written by the engine like that. What any copy of a current leg calls
 * lost excuses errors and differences there, so both copies must have forgotten a block
 * before a write of it may be acknowledged.
 */
#include "front.h"
#include "ledger.h"
#include "lostbook.h"
#include "sched.h"
#include "uapi/tandem_format_map.h"
#include "world.h"

#define PAGE_SECTORS	(TANDEM_PAGE_BYTES / 512)
#define FIRST_SECTOR	(TANDEM_LOST_BYTES / 512)

struct copy {
	u64 sequence;		/* 0: not valid */
	u32 nr;
	struct {
		u64 sector;
		u32 count;
	} range[TANDEM_LOST_RANGES];
};

static struct {
	bool read;
	struct copy copy[2];
	u64 finished[2];	/* sequence of the last one that was answered well */
} books[SIM_MAX_DISKS];

static u8 page[TANDEM_PAGE_BYTES] __attribute__((aligned(8)));

void lostbook_start(void)
{
	memset(books, 0, sizeof(books));
}

static bool is_whole(const struct tandem_lost_disk *disk)
{
	const u8 *bytes = (const void *)disk;
	static const u8 no_crc[4];
	u32 crc;

	if (le32_to_cpu(disk->magic) != TANDEM_LOST_MAGIC)
		return false;
	crc = tandem_crc32c_add(~0u, bytes, 4);
	crc = tandem_crc32c_add(crc, no_crc, sizeof(no_crc));
	crc = tandem_crc32c_add(crc, bytes + 8, TANDEM_PAGE_BYTES - 8);
	return le32_to_cpu(disk->crc) == ~crc;
}

static void decode(unsigned int leg, const struct tandem_lost_disk *disk, struct copy *copy)
{
	u64 end = 0;
	u32 i;

	memset(copy, 0, sizeof(*copy));
	if (!is_whole(disk))
		return;
	copy->sequence = le64_to_cpu(disk->sequence);
	copy->nr = le16_to_cpu(disk->nr);
	if (!copy->sequence || copy->nr > TANDEM_LOST_RANGES ||
	    memcmp(&disk->array, &world.super.array, sizeof(disk->array)) ||
	    le16_to_cpu(disk->set) != world_set_of(leg))
		sim_fail("lost", "leg %u has a table that is none", leg);
	for (i = 0; i < copy->nr; i++) {
		copy->range[i].sector = le64_to_cpu(disk->range[i].sector);
		copy->range[i].count = le32_to_cpu(disk->range[i].count);
		if (!copy->range[i].count || (i && copy->range[i].sector <= end))
			sim_fail("lost", "leg %u: lost range %u is empty or out of order", leg, i);
		end = copy->range[i].sector + copy->range[i].count;
	}
	if (end > world.set_sectors)
		sim_fail("lost", "leg %u: a lost range is behind the end", leg);
}

static const struct copy *copies(unsigned int leg)
{
	const struct sim_store *store = &world.disk[leg].store;
	u32 slot, i;
	u64 sector;

	if (books[leg].read)
		return books[leg].copy;
	for (slot = 0; slot < 2; slot++) {
		for (i = 0; i < PAGE_SECTORS; i++) {
			sector = FIRST_SECTOR + slot * PAGE_SECTORS + i;
			store_get(store, store->durable[sector], sector, page + 512 * i);
		}
		decode(leg, (const void *)page, &books[leg].copy[slot]);
	}
	books[leg].read = true;
	return books[leg].copy;
}

void lostbook_changed(const struct sim_disk *disk, const struct sim_span *span)
{
	if (span->end > FIRST_SECTOR && span->first < FIRST_SECTOR + 2 * PAGE_SECTORS)
		books[disk->leg].read = false;
}

static bool lists(const struct copy *copy, u64 sector)
{
	u32 i;

	for (i = 0; i < copy->nr; i++)
		if (sector >= copy->range[i].sector &&
		    sector < copy->range[i].sector + copy->range[i].count)
			return true;
	return false;
}

bool lostbook_has(u32 set, u64 sector)
{
	unsigned int leg = set * world.options.legs;
	unsigned int end = leg + world.options.legs;

	/* Most tables are empty. */
	for (; leg < end; leg++)
		if ((lists(&copies(leg)[0], sector) || lists(&copies(leg)[1], sector)) &&
		    ledger_is_current(leg))
			return true;
	return false;
}

bool lostbook_touches(const struct sim_part *part)
{
	u32 i;

	for (i = 0; i < part->count; i++)
		if (lostbook_has(part->set, part->sector + i))
			return true;
	return false;
}

bool lostbook_is_table(const struct sim_command *command)
{
	return command->sector >= FIRST_SECTOR && command->count == PAGE_SECTORS &&
	       command->sector + command->count <= FIRST_SECTOR + 2 * PAGE_SECTORS;
}

/* May @leg be called unable to read @sector? */
static bool has_erred(unsigned int leg, u64 sector)
{
	const struct sim_health *health = &world.disk[leg].health;

	sector += world.super.data_offset_sectors;
	return health->injected != health->injected_at_start ||
	       (sector >= health->bad_first && sector < health->bad_first + health->bad_count);
}

static void check_entry(u32 set, u64 sector)
{
	unsigned int leg = set * world.options.legs;
	unsigned int end = leg + world.options.legs;

	for (; leg < end; leg++)
		if (ledger_is_current(leg) && !has_erred(leg, sector))
			sim_fail("lost", "sector %llu of set %u is called lost, and leg %u can "
				 "read it", (unsigned long long)sector, set, leg);
}

static void check_healed(u32 set, u64 sector)
{
	unsigned int leg = set * world.options.legs;
	unsigned int end = leg + world.options.legs;
	u32 index = set * world.set_sectors + sector;
	char text[200];
	u64 value;

	for (; leg < end; leg++) {
		value = world.disk[leg].store.durable[world.super.data_offset_sectors + sector];
		if (!ledger_is_current(leg) || content_may_hold(index, value) ||
		    !(front_legs(TANDEM_LEG_CURRENT) & 1ull << leg))
			continue;
		content_describe(index, text, sizeof(text));
		sim_fail("lost", "sector %u is healed, and leg %u has %llx for good, not [%s]",
			 index, leg, (unsigned long long)value, text);
	}
}

/* A whole page, durable at once. What is new in it, and what is not in it any more. */
void lostbook_command(const struct sim_command *command)
{
	unsigned int leg = command->disk->leg;
	u32 slot = (command->sector - FIRST_SECTOR) / PAGE_SECTORS;
	const struct copy *copy = copies(leg);
	u32 set = world_set_of(leg);
	static struct copy next;
	u64 sector;

	if ((command->sector - FIRST_SECTOR) % PAGE_SECTORS || !command->fua ||
	    command->op != REQ_OP_WRITE)
		sim_fail("K9", "leg %u: what is written to its lost ranges is no table", leg);
	/* One that was answered with an error may be there; the engine counts on the other. */
	if (copy[slot].sequence && copy[slot].sequence > copy[!slot].sequence &&
	    books[leg].finished[slot] == copy[slot].sequence)
		sim_fail("lost", "leg %u: the newest copy of its table is written over", leg);
	decode(leg, (const void *)command->data, &next);
	for (sector = 0; front_is_up() && sector < world.set_sectors; sector++) {
		if (lists(&next, sector) && !lostbook_has(set, sector))
			check_entry(set, sector);
		if (!lists(&next, sector) && ledger_is_current(leg) &&
		    lists(&copy[!slot], sector))
			check_healed(set, sector);
	}
}

void lostbook_finished(const struct sim_command *command)
{
	const struct tandem_lost_disk *disk = (const void *)command->data;
	u32 slot = (command->sector - FIRST_SECTOR) / PAGE_SECTORS;

	if (command->op == REQ_OP_WRITE && lostbook_is_table(command))
		books[command->disk->leg].finished[slot] = le64_to_cpu(disk->sequence);
}

void lostbook_promoted(unsigned int leg)
{
	const struct copy *copy = copies(leg);
	u32 set = world_set_of(leg);
	const u64 *durable = world.disk[leg].store.durable + world.super.data_offset_sectors;
	bool listed;
	u64 sector;
	u32 index, i;

	for (sector = 0; sector < world.set_sectors; sector++) {
		index = set * world.set_sectors + sector;
		/* It may be about to be healed, or that failed on the way: the leg has it. */
		if (content_is_busy(index) || content_may_hold(index, durable[sector]))
			continue;
		listed = lostbook_has(set, sector);
		for (i = 0; i < 2; i++)
			if (lists(&copy[i], sector) != listed)
				sim_fail("lost", "leg %u is promoted, and its table %s sector "
					 "%llu of set %u lost", leg,
					 listed ? "does not call" : "alone calls",
					 (unsigned long long)sector, set);
	}
}

void lostbook_acked(const struct sim_part *part)
{
	u32 i;

	for (i = 0; i < part->count; i++)
		if (lostbook_has(part->set, part->sector + i))
			sim_fail("lost", "a write of sector %llu of set %u is acknowledged, and a "
				 "table calls it lost", (unsigned long long)part->sector + i,
				 part->set);
}
