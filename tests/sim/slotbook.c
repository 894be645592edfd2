// SPDX-License-Identifier: GPL-2.0-only
/*
 * Superblock slots, as they are on the disks.
 *
 * Decisions
 * - A slot is decoded whenever one of its sectors changes, durable or only in the cache.
 * - Whoever starts the array tries a slot again and again, until it can be read or he
 *   gives it up: what he has to do without is a slot of which the last read failed.
 *
 * Rule "torn": the torn slot of a leg that is to be filled is made whole with the leg's own
 * record before that leg gets another (step 2a of Documentation/lifecycle.md); and no start
 * goes on without a current leg that has a torn slot (K9): it may be found with more.
 */
#include "core/superblock.h"
#include "disk.h"
#include "front.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

static struct {
	struct slotbook_slot slot[SIM_MAX_DISKS][2][2];	/* by leg; shown, durable; slot */
	bool unread[SIM_MAX_DISKS][2];
	bool torn[SIM_MAX_DISKS][2];	/* was found so by who started, and not written since */
	bool tearing, spliced;
	struct tandem_super super;
} slotbook;

void slotbook_start(void)
{
	memset(&slotbook, 0, sizeof(slotbook));
}

const struct slotbook_slot *slotbook_slot(unsigned int leg, unsigned int slot, bool durable)
{
	return &slotbook.slot[leg][durable][slot];
}

static const struct slotbook_slot *choose(unsigned int leg, bool durable)
{
	const struct slotbook_slot *slot = slotbook.slot[leg][durable];

	if (!slot[0].valid && !slot[1].valid)
		return NULL;
	if (!slot[1].valid || (slot[0].valid && slot[0].sequence > slot[1].sequence))
		return &slot[0];
	return &slot[1];
}

const struct slotbook_slot *slotbook_newest(unsigned int leg)
{
	return choose(leg, true);
}

const struct slotbook_slot *slotbook_shown(unsigned int leg)
{
	return choose(leg, false);
}

struct slotbook_lengths slotbook_lengths(unsigned int leg, bool durable)
{
	const struct slotbook_slot *slot = slotbook.slot[leg][durable];
	struct slotbook_lengths lengths = { ~0ull, 0 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (!slot[i].valid)
			continue;
		lengths.least = min(lengths.least, slot[i].set_sectors);
		lengths.most = max(lengths.most, slot[i].set_sectors);
	}
	return lengths;
}

bool slotbook_is_formatted(unsigned int leg)
{
	const struct slotbook_slot *slot = slotbook_newest(leg);

	return slot && !slot->blank;
}

/* Is what is durable what is shown, and was decoded when it came to be that? */
static bool is_as_shown(const struct sim_disk *disk, unsigned int slot_nr)
{
	const struct sim_store *store = &disk->store;
	u64 sector = disk->slot_sector[slot_nr];

	return !memcmp(store->durable + sector, store->view + sector,
		       TANDEM_SUPER_BYTES / 512 * sizeof(*store->view));
}

static void take(struct slotbook_slot *slot, const struct tandem_super *super, u32 set)
{
	u32 i;

	slot->clean = super->flags & TANDEM_FLAG_CLEAN;
	slot->blank = super->flags & TANDEM_FLAG_BLANK;
	slot->flush_lost = super->flags & TANDEM_FLAG_FLUSH_LOST;
	slot->sequence = super->sequence;
	slot->epoch_number = super->epoch.number;
	slot->set_sectors = super->geo.set_sectors;
	slot->generation = super->set[set].generation;
	slot->config = super->set[set].id;
	slot->epoch = super->epoch.id;
	for (i = 0; i < super->nr_legs && i < SIM_MAX_DISKS; i++)
		slot->record[i] = super->place[i].record;
}

static bool decode(struct sim_disk *disk, unsigned int slot_nr, bool durable)
{
	struct slotbook_slot *slot = &slotbook.slot[disk->leg][durable][slot_nr];
	const u64 *content = durable ? disk->store.durable : disk->store.view;
	u64 sector = disk->slot_sector[slot_nr];
	struct tandem_super *super = &slotbook.super;
	static u8 bytes[TANDEM_SUPER_BYTES];
	u32 i;

	if (durable && !sim_is_verbose() && is_as_shown(disk, slot_nr)) {
		*slot = slotbook.slot[disk->leg][false][slot_nr];
		return slot->valid;
	}
	for (i = 0; i < TANDEM_SUPER_BYTES / 512; i++)
		store_get(&disk->store, content[sector + i], sector + i, bytes + 512 * i);
	slot->valid = !tandem_super_decode(bytes, super, NULL);
	if (!slot->valid)
		return false;
	take(slot, super, world_set_of(disk->leg));
	return true;
}

/* An identifier in four digits. */
static unsigned int brief(const struct tandem_id *id)
{
	return id->byte[0] | id->byte[1] << 8;
}

static void print_pairs(const struct tandem_super *super)
{
	const struct tandem_place *place;
	unsigned int i;

	for (i = 0; i < super->nr_legs; i++) {
		place = &super->place[i];
		sim_print("%21s leg %u record %u last %04x-%04x issued %04x-%04x\n", "", i,
			  place->record, brief(&place->last.config), brief(&place->last.epoch),
			  brief(&place->issued.config), brief(&place->issued.epoch));
	}
}

/* For the story: leg, configuration and epoch in short, records of all legs. */
static void note(const struct sim_disk *disk, const struct slotbook_slot *slot, const char *what)
{
	u64 records = 0;
	unsigned int i;

	for (i = 0; i < world.nr_disks; i++)
		records = records << 4 | slot->record[i];
	if (sim_is_verbose())
		print_pairs(&slotbook.super);
	SIM_NOTE(what, disk->engine.name,
		 { slot->sequence,
		   (u64)brief(&slot->config) << 32 | brief(&slot->epoch), records });
}

bool slotbook_changed(struct sim_disk *disk, unsigned int slot_nr, bool durable)
{
	const struct slotbook_slot *slot = slotbook_slot(disk->leg, slot_nr, durable);
	const bool was_valid = slot->valid;

	if (!decode(disk, slot_nr, durable))
		return false;
	slotbook.spliced |= slotbook.tearing && !was_valid;
	if (durable || (!slot->blank && world.created))
		note(disk, slot, durable ? "record" : "record shows");
	return true;
}

/* A record that a torn one hides from who reads, and that a power cut may bring back. */
static bool is_under_torn(unsigned int leg, unsigned int slot)
{
	return slotbook_slot(leg, slot, true)->valid && !slotbook_slot(leg, slot, false)->valid;
}

static bool is_news(const struct slotbook_slot *own, const struct slotbook_slot *sent)
{
	return memcmp(&own->config, &sent->config, sizeof(own->config)) ||
	       memcmp(&own->epoch, &sent->epoch, sizeof(own->epoch)) ||
	       memcmp(own->record, sent->record, sizeof(own->record));
}

/* Does the array take what this leg says for true? */
static bool counts(unsigned int leg)
{
	return !front_exists() || front_array()->leg[leg].use == TANDEM_USE_CURRENT;
}

/*
 * What lies in a torn slot may be half of a record that nobody finished. Who gives its leg
 * another one into that slot must have made it whole before: if that one ends early, too, a
 * power cut may make up the old one of what is left. On a current leg it counts as news, and
 * so does what cannot be read (kernel/io/activate.c, finish_record()).
 */
void slotbook_command(const struct sim_command *command)
{
	const struct sim_disk *disk = command->disk;
	const struct slotbook_slot *own = slotbook_shown(disk->leg);
	struct slotbook_slot sent = { 0 };
	unsigned int slot;

	for (slot = 0; slot < 2; slot++) {
		if (command->op != REQ_OP_WRITE || !command->count ||
		    command->sector != disk->slot_sector[slot] ||
		    !slotbook.torn[disk->leg][slot] || !own || counts(disk->leg))
			continue;
		if (tandem_super_decode((const void *)command->data, &slotbook.super, NULL))
			continue;
		take(&sent, &slotbook.super, world_set_of(disk->leg));
		if (is_news(own, &sent))
			sim_fail("torn", "leg %u gets record %llu into a slot that was torn",
				 disk->leg, (unsigned long long)sent.sequence);
	}
}

void slotbook_started(const struct tandem_array *array)
{
	const struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < world.nr_disks; i++) {
		leg = &array->leg[i];
		if (leg->use == TANDEM_USE_CURRENT && !tandem_leg_is_written(leg->state) &&
		    (slotbook.torn[i][0] || slotbook.torn[i][1]))
			sim_fail("torn", "started without leg %u, which is current and has a "
				 "torn slot", i);
	}
}

void slotbook_ended(const struct sim_command *command)
{
	const struct sim_disk *disk = command->disk;
	bool erred = command->outcome.status;
	unsigned int slot;

	for (slot = 0; slot < 2; slot++)
		if (command->count && command->sector == disk->slot_sector[slot] &&
		    (command->op == REQ_OP_READ ? !front_is_up() : !erred))
			slotbook.torn[disk->leg][slot] =
				!erred && !slotbook_slot(disk->leg, slot, false)->valid;

	/*
	 * What a write that erred has left behind shows when it does. Who reads while the array
	 * is up asks whether the disk answers: what is there it has written itself.
	 */
	for (slot = 0; slot < 2; slot++)
		if (command->count && command->sector == disk->slot_sector[slot] &&
		    (command->op == REQ_OP_READ ? !front_is_up() : !erred))
			slotbook.unread[disk->leg][slot] =
				erred || (command->op == REQ_OP_READ &&
					  is_under_torn(disk->leg, slot));
}

void slotbook_replaced(unsigned int leg)
{
	memset(slotbook.unread[leg], 0, sizeof(slotbook.unread[leg]));
	memset(slotbook.torn[leg], 0, sizeof(slotbook.torn[leg]));
}

bool slotbook_is_unread(unsigned int leg, unsigned int slot)
{
	return slotbook.unread[leg][slot];
}

void slotbook_set_tearing(bool tearing)
{
	slotbook.tearing = tearing;
}

bool slotbook_is_spliced(void)
{
	return slotbook.spliced;
}

/* What a read of the slot gives is there for good. */
static bool is_settled(unsigned int leg, unsigned int slot)
{
	const struct slotbook_slot *shown = slotbook_slot(leg, slot, false);

	return shown->valid && shown->sequence == slotbook_slot(leg, slot, true)->sequence;
}

bool slotbook_may_rot(unsigned int leg)
{
	const struct slotbook_slot *slot = slotbook.slot[leg][true];

	/* A record in the cache may yet tear the slot that does not rot. */
	if (!is_settled(leg, 0) || !is_settled(leg, 1))
		return false;
	return slot[0].valid && slot[1].valid &&
	       !memcmp(&slot[0].config, &slot[1].config, sizeof(slot[0].config)) &&
	       !memcmp(&slot[0].epoch, &slot[1].epoch, sizeof(slot[0].epoch));
}
