// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records and history; the model is in ledger.h.
 *
 * Decisions: a slot is decoded whenever one of its durable sectors changes, so
 * that the moment is known at which a record first lands anywhere: from then
 * on a crash may bring it back. The newest configuration of a set is the one
 * that landed last for the first time: configurations are issued one after
 * the other.
 */
#include <stdlib.h>

#include "core/superblock.h"
#include "front.h"
#include "ledger.h"
#include "oracle.h"
#include "sched.h"
#include "world.h"

#define MAX_CONFIGS	512u
#define MAX_NODES	128u

struct config {
	struct tandem_id id;
	u16 set;
	u8 record[SIM_MAX_DISKS];
};

struct place_in_history {
	s32 node;
	u32 left;
};

static struct {
	struct ledger_slot slot[SIM_MAX_DISKS][2];
	struct place_in_history leg[SIM_MAX_DISKS];
	struct ledger_node node[MAX_NODES];
	s32 nr_nodes;
	s32 live;
	struct config config[MAX_CONFIGS];
	unsigned int nr_configs;
	s32 newest[SIM_MAX_DISKS];	/* per set */
	struct tandem_id epoch[MAX_NODES * 4];
	unsigned int nr_epochs;
	u32 clock;
	struct tandem_super super;
} ledger;

void ledger_start(void)
{
	memset(ledger.newest, 0xff, sizeof(ledger.newest));
	memset(ledger.slot, 0, sizeof(ledger.slot));
	ledger.nr_configs = 0;
	ledger.nr_epochs = 0;
	ledger.clock = 1;
	ledger.nr_nodes = 1;
	ledger.live = 0;
	memset(ledger.node[0].parent, 0xff, sizeof(ledger.node[0].parent));
}

static unsigned int set_of(unsigned int leg)
{
	return leg / world.options.legs;
}

const struct ledger_slot *ledger_slot(unsigned int leg, unsigned int slot)
{
	return &ledger.slot[leg][slot];
}

const struct ledger_slot *ledger_newest_slot(unsigned int leg)
{
	const struct ledger_slot *slot = ledger.slot[leg];

	if (!slot[0].valid && !slot[1].valid)
		return NULL;
	if (!slot[1].valid || (slot[0].valid && slot[0].sequence > slot[1].sequence))
		return &slot[0];
	return &slot[1];
}

bool ledger_is_known_epoch(const struct tandem_id *epoch)
{
	unsigned int i;

	for (i = 0; i < ledger.nr_epochs; i++)
		if (!memcmp(&ledger.epoch[i], epoch, sizeof(*epoch)))
			return true;
	if (ledger.nr_epochs == ARRAY_SIZE(ledger.epoch))
		sim_fail("oracle", "too many epochs for one seed");
	ledger.epoch[ledger.nr_epochs++] = *epoch;
	return false;
}

bool ledger_is_current(unsigned int leg)
{
	s32 newest = ledger.newest[set_of(leg)];

	return newest >= 0 && ledger.config[newest].record[leg] == TANDEM_RECORD_CURRENT;
}

static struct config *find_config(const struct tandem_id *id)
{
	unsigned int i;

	for (i = ledger.nr_configs; i; i--)
		if (!memcmp(&ledger.config[i - 1].id, id, sizeof(*id)))
			return &ledger.config[i - 1];
	return NULL;
}

/* A leg that becomes current in operation was rebuilt: it must be as good as the others. */
static void note_promotion(unsigned int leg, const struct ledger_slot *slot)
{
	unsigned int first = set_of(leg) * world.options.legs;
	unsigned int i;

	for (i = first; i < first + world.options.legs; i++) {
		if (slot->record[i] != TANDEM_RECORD_CURRENT || ledger_is_current(i))
			continue;
		SIM_NOTE("promotion", NULL, { i, leg });
		oracle_promotion_landed(i);
		ledger.leg[i] = (struct place_in_history){ ledger.live, LEDGER_STAYED };
	}
}

/* A configuration lands on its first leg: it is the newest of its set. */
static void new_config(unsigned int leg, const struct ledger_slot *slot)
{
	struct config *config = &ledger.config[ledger.nr_configs++];
	unsigned int set = set_of(leg);

	if (front_is_up())
		note_promotion(leg, slot);
	if (ledger.nr_configs == MAX_CONFIGS)
		sim_fail("oracle", "too many configurations for one seed");
	config->id = slot->config;
	config->set = set;
	memcpy(config->record, slot->record, sizeof(config->record));
	ledger.newest[set] = config - ledger.config;
	SIM_NOTE("configuration", NULL, { leg, set, ledger.nr_configs });
}

/* Legs of the same node that the record leaves out have left. */
static void note_leaving(unsigned int leg, const struct ledger_slot *slot)
{
	struct place_in_history *here = &ledger.leg[leg];
	unsigned int first = set_of(leg) * world.options.legs;
	unsigned int i;

	if (here->left != LEDGER_STAYED || slot->record[leg] != TANDEM_RECORD_CURRENT)
		return;
	for (i = first; i < first + world.options.legs; i++)
		if (slot->record[i] != TANDEM_RECORD_CURRENT &&
		    ledger.leg[i].node == here->node && ledger.leg[i].left == LEDGER_STAYED) {
			ledger.leg[i].left = ++ledger.clock;
			SIM_NOTE("leg left", NULL, { i, ledger.leg[i].node });
		}
}

static void read_slot(struct sim_disk *disk, unsigned int slot, u8 *bytes)
{
	u64 sector = disk->slot_sector[slot];
	u32 i;

	for (i = 0; i < TANDEM_SUPER_BYTES / 512; i++)
		store_get(&disk->store, disk->store.durable[sector + i], sector + i,
			  bytes + 512 * i);
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
static void note_record(const struct sim_disk *disk, const struct ledger_slot *slot)
{
	u64 records = 0;
	unsigned int i;

	for (i = 0; i < world.nr_disks; i++)
		records = records << 4 | slot->record[i];
	if (sim_is_verbose())
		print_pairs(&ledger.super);
	SIM_NOTE("record", disk->engine.name,
		 { slot - ledger.slot[disk->leg],
		   (u64)brief(&slot->config) << 32 | brief(&slot->epoch), records });
}

void ledger_slot_changed(struct sim_disk *disk, unsigned int slot_nr)
{
	struct ledger_slot *slot = &ledger.slot[disk->leg][slot_nr];
	static u8 bytes[TANDEM_SUPER_BYTES];
	struct tandem_super *super = &ledger.super;
	bool was_clean = slot->valid && slot->clean;
	unsigned int i;

	read_slot(disk, slot_nr, bytes);
	slot->valid = !tandem_super_decode(bytes, super, NULL);
	if (!slot->valid)
		return;
	slot->clean = super->flags & TANDEM_FLAG_CLEAN;
	slot->blank = super->flags & TANDEM_FLAG_BLANK;
	slot->flush_lost = super->flags & TANDEM_FLAG_FLUSH_LOST;
	slot->sequence = super->sequence;
	slot->config = super->set[set_of(disk->leg)].id;
	slot->epoch = super->epoch.id;
	for (i = 0; i < super->nr_legs && i < SIM_MAX_DISKS; i++)
		slot->record[i] = super->place[i].record;
	note_record(disk, slot);
	if (slot->blank || !world.created)
		return;
	if (!find_config(&slot->config))
		new_config(disk->leg, slot);
	note_leaving(disk->leg, slot);
	if (slot->clean && !was_clean)
		oracle_clean_landed(disk->leg);
}

void ledger_add_leg(struct sim_disk *disk)
{
	const struct ledger_slot *slot = ledger_newest_slot(disk->leg);

	ledger.leg[disk->leg] = (struct place_in_history){ 0, LEDGER_STAYED };
	if (!slot)
		sim_fail("oracle", "leg %u was created without a superblock", disk->leg);
	ledger_is_known_epoch(&slot->epoch);
	if (!find_config(&slot->config))
		new_config(disk->leg, slot);
}

bool ledger_is_up_to_date(unsigned int leg)
{
	return ledger.leg[leg].node == ledger.live && ledger.leg[leg].left == LEDGER_STAYED;
}

bool ledger_is_one_timeline(u64 legs)
{
	s32 node = -1;
	unsigned int i;

	for (i = 0; i < world.nr_disks; i++) {
		if (!(legs & (1ull << i)))
			continue;
		if (ledger.leg[i].left != LEDGER_STAYED || ledger.leg[i].node < 0 ||
		    (node >= 0 && node != ledger.leg[i].node))
			return false;
		node = ledger.leg[i].node;
	}
	return true;
}

/* Did everything that leg @a went through happen before what @b is now? */
static bool is_before(unsigned int a, unsigned int b)
{
	const struct place_in_history *past = &ledger.leg[a];
	struct place_in_history here = ledger.leg[b];
	unsigned int set = set_of(b);
	s32 node;

	while (here.node >= 0) {
		if (here.node == past->node)
			return past->left <= here.left;
		node = here.node;
		here.left = ledger.node[node].when[set];
		here.node = ledger.node[node].parent[set];
	}
	return past->node < 0;
}

bool ledger_are_rivals(unsigned int a, unsigned int b)
{
	return set_of(a) == set_of(b) && ledger.leg[a].node >= 0 && ledger.leg[b].node >= 0 &&
	       !is_before(a, b) && !is_before(b, a);
}

void ledger_activated(u64 current_legs)
{
	struct ledger_node *node = &ledger.node[ledger.nr_nodes];
	struct config *config;
	unsigned int i, set;

	if (ledger.nr_nodes == MAX_NODES - 1)
		sim_fail("oracle", "too many activations for one seed");
	ledger.clock++;
	memset(node->parent, 0xff, sizeof(node->parent));
	for (i = 0; i < world.nr_disks; i++) {
		set = set_of(i);
		if (!(current_legs & (1ull << i)) || node->parent[set] >= 0)
			continue;
		node->parent[set] = ledger.leg[i].node;
		node->when[set] = ledger.leg[i].left;
		config = find_config(&ledger_newest_slot(i)->config);
		ledger.newest[set] = config - ledger.config;
	}
	for (i = 0; i < world.nr_disks; i++)
		if (current_legs & (1ull << i))
			ledger.leg[i] = (struct place_in_history){ ledger.nr_nodes, LEDGER_STAYED };
	ledger.live = ledger.nr_nodes++;
}

void ledger_replaced(struct sim_disk *disk)
{
	ledger.leg[disk->leg] = (struct place_in_history){ -1, 0 };
}
