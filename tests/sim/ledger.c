// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records and history; the model is in ledger.h.
 *
 * Decisions: slots are looked at whenever they change, durable or only in the cache,
 * so that the moment is known at which a record first shows anywhere: from then on a
 * start may find it. It is real as long as it shows somewhere, and for ever once it was
 * durable somewhere, unless all slots that had it could not be read and were written
 * over: it was not in both slots of a leg then, so nothing depends on it (A11). What
 * follows from a record that was taken back is taken back too. The newest configuration
 * of a set is the real one that showed last for the first time: configurations are
 * issued one after the other.
 */
#include <stdlib.h>

#include "front.h"
#include "ledger.h"
#include "oracle.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

#define MAX_CONFIGS	512u
#define MAX_NODES	128u

struct config {
	struct tandem_id id;
	bool durable;
	bool whole;		/* it was in both slots of a leg, for good */
	bool gone;		/* it was the newest, and was taken back */
	u32 time;		/* at which it first showed */
	u32 turn;		/* of the scheduler, then */
	s32 before;		/* newest of its set until this one came */
	u8 record[SIM_MAX_DISKS];
};

struct position {
	s32 node;
	u32 left;
};

/* Where a leg is in history, unless the record that says so was taken back. */
struct whereabouts {
	struct position now;
	struct position before;
	s32 by;			/* configuration that moved it; -1: beyond doubt */
	s32 promoted;		/* configuration that promoted it, in this node; or -1 */
	s32 promoted_in;	/* that node */
	s32 demoted;		/* a later one that did not have it any more; or -1 */
};

static struct {
	s32 shown[SIM_MAX_DISKS][2];	/* by slot, the configuration that a read gives */
	s32 durable[SIM_MAX_DISKS][2];	/* and the one that is there for good; -1: none */
	bool unread[SIM_MAX_DISKS][2];	/* durable here was unread when written over */
	struct whereabouts leg[SIM_MAX_DISKS];
	struct ledger_node node[MAX_NODES];
	s32 nr_nodes;
	s32 live;
	struct tandem_id live_epoch;
	struct config config[MAX_CONFIGS];
	s32 nr_configs;
	s32 newest[SIM_MAX_DISKS];	/* per set */
	struct tandem_id epoch[MAX_NODES * 4];
	unsigned int nr_epochs;
	u32 clock;
	u64 back;	/* legs that this start found up to date, for what left them out is gone */
} ledger;

void ledger_start(void)
{
	memset(ledger.newest, 0xff, sizeof(ledger.newest));
	memset(ledger.shown, 0xff, sizeof(ledger.shown));
	memset(ledger.durable, 0xff, sizeof(ledger.durable));
	memset(ledger.unread, 0, sizeof(ledger.unread));
	ledger.nr_configs = 0;
	ledger.nr_epochs = 0;
	ledger.clock = 1;
	ledger.nr_nodes = 1;
	ledger.live = 0;
	ledger.back = 0;
	memset(ledger.node[0].parent, 0xff, sizeof(ledger.node[0].parent));
	memset(ledger.node[0].by, 0xff, sizeof(ledger.node[0].by));
}

static unsigned int set_of(unsigned int leg)
{
	return leg / world.options.legs;
}

u64 ledger_left_out_by(unsigned int leg)
{
	const struct slotbook_slot *slot = slotbook_shown(leg);
	unsigned int i;
	u64 legs = 0;

	for (i = 0; slot && i < world.nr_disks; i++)
		if (slot->record[i] != TANDEM_RECORD_CURRENT)
			legs |= 1ull << i;
	return legs;
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

static bool is_real(s32 config)
{
	unsigned int i;

	if (config < 0 || ledger.config[config].durable)
		return true;
	for (i = 0; i < world.nr_disks; i++)
		if (ledger.shown[i][0] == config || ledger.shown[i][1] == config)
			return true;
	return false;
}

static s32 newest(unsigned int set)
{
	while (!is_real(ledger.newest[set])) {
		ledger.config[ledger.newest[set]].gone = true;
		ledger.newest[set] = ledger.config[ledger.newest[set]].before;
	}
	return ledger.newest[set];
}

static struct position position(unsigned int leg)
{
	struct whereabouts *where = &ledger.leg[leg];

	if (!is_real(where->by)) {
		where->now = where->before;
		where->by = -1;
	}
	return where->now;
}

static void move(unsigned int leg, struct position to, s32 by)
{
	struct position from = position(leg);

	ledger.leg[leg].now = to;
	ledger.leg[leg].before = from;
	ledger.leg[leg].by = by;
}

static void place_at(unsigned int leg, struct position to)
{
	ledger.leg[leg] = (struct whereabouts){ to, to, -1, -1, -1, -1 };
}

bool ledger_is_current(unsigned int leg)
{
	s32 config = newest(set_of(leg));

	return config >= 0 && ledger.config[config].record[leg] == TANDEM_RECORD_CURRENT;
}

u64 ledger_length(u32 set)
{
	unsigned int first = set * world.options.legs;
	const struct slotbook_slot *slot;
	unsigned int leg, i;
	u64 least = ~0ull;

	for (leg = first; leg < first + world.options.legs; leg++) {
		if (!ledger_is_current(leg))
			continue;
		for (i = 0; i < 2; i++) {
			slot = slotbook_slot(leg, i, true);
			if (slot->valid)
				least = min(least, slot->set_sectors);
		}
	}
	return least;
}

bool ledger_is_out(unsigned int leg)
{
	return !ledger_is_current(leg) && ledger.config[newest(set_of(leg))].durable;
}

bool ledger_is_stale(unsigned int leg)
{
	s32 config = newest(set_of(leg));

	return !ledger_is_current(leg) && ledger.config[config].turn != sim_turn();
}

static s32 find_config(const struct tandem_id *id)
{
	s32 i;

	for (i = ledger.nr_configs - 1; i >= 0; i--)
		if (!memcmp(&ledger.config[i].id, id, sizeof(*id)))
			return i;
	return -1;
}

static void note_promoted(unsigned int leg, s32 config)
{
	oracle_promotion_landed(leg);
	ledger.leg[leg].promoted = config;
	ledger.leg[leg].promoted_in = ledger.live;
	ledger.leg[leg].demoted = -1;
}

/* A leg that becomes current in operation was rebuilt: it must be as good as the others. */
static void note_promotion(unsigned int leg, s32 config)
{
	unsigned int first = set_of(leg) * world.options.legs;
	unsigned int i;

	for (i = first; i < first + world.options.legs; i++) {
		if (ledger.config[config].record[i] != TANDEM_RECORD_CURRENT ||
			ledger_is_current(i))
			continue;
		SIM_NOTE("promotion", NULL, { i, leg });
		note_promoted(i, config);
	}
}

static bool is_promoted(unsigned int leg)
{
	const struct whereabouts *where = &ledger.leg[leg];

	return where->promoted >= 0 && is_real(where->promoted) &&
	       !(where->demoted >= 0 && is_real(where->demoted));
}

/* A promoted leg is part of the history once it has the record itself. */
static void note_joining(unsigned int leg, s32 config)
{
	if (is_promoted(leg) && ledger.config[config].record[leg] == TANDEM_RECORD_CURRENT &&
	    (position(leg).node != ledger.leg[leg].promoted_in ||
	     position(leg).left != LEDGER_STAYED))
		move(leg, (struct position){ ledger.leg[leg].promoted_in, LEDGER_STAYED }, config);
}

/* A configuration shows on its first leg: it is the newest of its set. */
static s32 new_config(unsigned int leg, const struct slotbook_slot *slot)
{
	struct config *config = &ledger.config[ledger.nr_configs];
	unsigned int set = set_of(leg);

	if (ledger.nr_configs == MAX_CONFIGS)
		sim_fail("oracle", "too many configurations for one seed");
	config->id = slot->config;
	config->whole = false;
	config->durable = false;
	config->gone = false;
	/* Between two activations nothing is acknowledged: that is one moment. */
	config->time = front_is_up() ? ++ledger.clock : ledger.clock;
	config->turn = sim_turn();
	config->before = newest(set);
	memcpy(config->record, slot->record, sizeof(config->record));
	if (front_is_up())
		note_promotion(leg, ledger.nr_configs);
	/* What an older history issues counts when it is up, not before. */
	if (ledger.newest[set] < 0 || ledger_is_up_to_date(leg))
		ledger.newest[set] = ledger.nr_configs;
	SIM_NOTE("configuration", NULL, { leg, set, ledger.nr_configs });
	return ledger.nr_configs++;
}

/*
 * The moment from which on @leg, left out by @config, had no part in what was
 * acknowledged: the first of the configurations up to @config that it never had.
 */
static u32 left_at(unsigned int leg, s32 config)
{
	const struct slotbook_slot *slot = slotbook_shown(leg);
	s32 own = slot ? find_config(&slot->config) : -1;
	s32 c = config;

	while (ledger.config[c].before >= 0 && ledger.config[c].before != own)
		c = ledger.config[c].before;
	return ledger.config[ledger.config[c].before < 0 ? config : c].time;
}

/* Legs of the same node that the record leaves out have left. */
static void note_leaving(unsigned int leg, s32 config)
{
	const u8 *record = ledger.config[config].record;
	struct position here = position(leg);
	unsigned int first = set_of(leg) * world.options.legs;
	unsigned int i;
	u32 left;

	for (i = first; i < first + world.options.legs; i++)
		if (record[i] != TANDEM_RECORD_CURRENT && ledger.leg[i].promoted < config)
			ledger.leg[i].demoted = config;
	if (here.left != LEDGER_STAYED || record[leg] != TANDEM_RECORD_CURRENT)
		return;
	for (i = first; i < first + world.options.legs; i++)
		if (record[i] != TANDEM_RECORD_CURRENT && position(i).node == here.node &&
		    position(i).left == LEDGER_STAYED) {
			left = left_at(i, config);
			move(i, (struct position){ here.node, left }, config);
			SIM_NOTE("leg left", NULL, { i, here.node, left });
		}
}

/* It counts again, but behind those that came since and are real. */
static void bring_back(unsigned int set, s32 config)
{
	s32 *at = &ledger.newest[set];

	newest(set);
	while (*at > config)
		at = &ledger.config[*at].before;
	*at = config;
	ledger.config[config].gone = false;
}

static s32 note_config(struct sim_disk *disk, const struct slotbook_slot *slot)
{
	s32 config = find_config(&slot->config);

	if (config < 0)
		config = new_config(disk->leg, slot);
	/* A torn record may be whole again: the rest of it was written once more. */
	if (ledger.config[config].gone && ledger_is_up_to_date(disk->leg))
		bring_back(set_of(disk->leg), config);
	note_joining(disk->leg, config);
	/* To be filled: whatever it was before, it is nobody's rival any more. */
	if (ledger.config[config].record[disk->leg] == TANDEM_RECORD_REBUILDING &&
	    position(disk->leg).node >= 0)
		move(disk->leg, (struct position){ -1, 0 }, config);
	note_leaving(disk->leg, config);
	return config;
}

void ledger_slot_shown(struct sim_disk *disk, unsigned int slot_nr)
{
	const struct slotbook_slot *slot = slotbook_slot(disk->leg, slot_nr, false);
	s32 *shown = &ledger.shown[disk->leg][slot_nr];
	bool *unread = &ledger.unread[disk->leg][slot_nr];

	*shown = -1;
	if (slotbook_changed(disk, slot_nr, false) && !slot->blank && world.created)
		*shown = note_config(disk, slot);
	/* A power cut takes it back; a read that is good meanwhile does not. */
	*unread = *shown != ledger.durable[disk->leg][slot_nr] &&
		  (*unread || slotbook_is_unread(disk->leg, slot_nr));
}

static u64 up_to_date(void)
{
	unsigned int leg;
	u64 legs = 0;

	for (leg = 0; leg < world.nr_disks; leg++)
		legs |= (u64)ledger_is_up_to_date(leg) << leg;
	return legs;
}

bool ledger_may_rot(unsigned int leg)
{
	const s32 *shown = ledger.shown[leg];

	return slotbook_may_rot(leg) && shown[0] >= 0 && shown[0] == shown[1];
}

/*
 * What is durable in a slot is another configuration now. Whoever wrote that could not
 * read the one before; if it is in no other slot, and never was in two of a leg, nothing was
 * ever built on it, and it is as if it had not been issued.
 */
static void note_durable(unsigned int leg, unsigned int slot, s32 config)
{
	s32 before = ledger.durable[leg][slot];
	bool unread = ledger.unread[leg][slot] || slotbook_is_unread(leg, slot);
	unsigned int i;

	ledger.durable[leg][slot] = config;
	ledger.unread[leg][slot] = false;
	if (config >= 0 && ledger.durable[leg][!slot] == config)
		ledger.config[config].whole = true;
	if (before < 0 || before == config || ledger.config[before].whole || !unread)
		return;
	for (i = 0; i < world.nr_disks; i++)
		if (ledger.durable[i][0] == before || ledger.durable[i][1] == before)
			return;
	SIM_NOTE("forgotten", NULL, { leg, before });
	ledger.config[before].durable = false;
	ledger.back |= up_to_date();
}

void ledger_slot_changed(struct sim_disk *disk, unsigned int slot_nr)
{
	const struct slotbook_slot *slot = slotbook_slot(disk->leg, slot_nr, true);
	bool was_clean = slot->valid && slot->clean;
	s32 config = -1;

	if (slotbook_changed(disk, slot_nr, true) && !slot->blank && world.created) {
		config = note_config(disk, slot);
		ledger.config[config].durable = true;
	}
	note_durable(disk->leg, slot_nr, config);
	/* Where another history is read the books are not those that the record closes. */
	if (config >= 0 && slot->clean && !was_clean && front_reads_are_bound() &&
	    ledger_is_up_to_date(disk->leg) &&
	    !memcmp(&slot->epoch, &ledger.live_epoch, sizeof(slot->epoch)))
		oracle_clean_landed(disk->leg);
}

void ledger_add_leg(struct sim_disk *disk)
{
	const struct slotbook_slot *slot = slotbook_newest(disk->leg);

	if (!slot)
		sim_fail("oracle", "leg %u was created without a superblock", disk->leg);
	place_at(disk->leg, (struct position){ 0, LEDGER_STAYED });
	ledger_is_known_epoch(&slot->epoch);
	ledger.config[note_config(disk, slot)].durable = true;
}

bool ledger_is_up_to_date(unsigned int leg)
{
	return (position(leg).node == ledger.live && position(leg).left == LEDGER_STAYED) ||
	       (is_promoted(leg) && ledger.leg[leg].promoted_in == ledger.live &&
		ledger_is_current(leg));
}

/* Only slots have it that could not be read, or could not when they were written over. */
static bool is_unread(s32 config)
{
	bool unread = false;
	unsigned int i, slot;

	for (i = 0; i < world.nr_disks; i++)
		for (slot = 0; slot < 2; slot++) {
			if (ledger.shown[i][slot] == config && !slotbook_is_unread(i, slot))
				return false;
			unread |= ledger.shown[i][slot] == config ||
				  (ledger.durable[i][slot] == config && ledger.unread[i][slot]);
		}
	return unread;
}

u64 ledger_start_begin(void)
{
	ledger.back = 0;
	return up_to_date();
}

u64 ledger_seem_up_to_date(void)
{
	const struct whereabouts *where = ledger.leg;
	u64 legs = ledger.back | up_to_date();
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++, where++)
		if (where->by >= 0 && is_unread(where->by) &&
		    where->before.node == ledger.live && where->before.left == LEDGER_STAYED)
			legs |= 1ull << leg;
	return legs;
}

/*
 * Does one that stayed where @leg was promoted call it current? A start that was forced
 * elsewhere says that it is not, and that is another history.
 */
static bool is_vouched_for(unsigned int leg)
{
	unsigned int first = set_of(leg) * world.options.legs;
	const struct slotbook_slot *slot;
	unsigned int i;

	if (ledger.leg[leg].promoted < 0 || !is_real(ledger.leg[leg].promoted))
		return false;
	for (i = first; i < first + world.options.legs; i++) {
		slot = slotbook_newest(i);
		if (i != leg && slot && slot->record[leg] == TANDEM_RECORD_CURRENT &&
		    position(i).node == ledger.leg[leg].promoted_in &&
		    position(i).left == LEDGER_STAYED)
			return true;
	}
	return false;
}

s32 ledger_node_of(unsigned int leg)
{
	if (position(leg).left == LEDGER_STAYED)
		return position(leg).node;
	/* Current by a record of others, though it does not have that itself yet. */
	return is_promoted(leg) || is_vouched_for(leg) ? ledger.leg[leg].promoted_in : -1;
}

/* Did everything that leg @a went through happen before what @b is now? */
static bool is_before(unsigned int a, unsigned int b)
{
	struct position past = position(a);
	struct position here = position(b);
	unsigned int set = set_of(b);
	s32 node;

	while (here.node >= 0) {
		if (here.node == past.node)
			return past.left <= here.left;
		node = here.node;
		here.left = is_real(ledger.node[node].by[set]) ? ledger.node[node].when[set] :
			    LEDGER_STAYED;
		here.node = ledger.node[node].parent[set];
	}
	return past.node < 0;
}

bool ledger_are_rivals(unsigned int a, unsigned int b)
{
	return set_of(a) == set_of(b) && position(a).node >= 0 && position(b).node >= 0 &&
	       !is_before(a, b) && !is_before(b, a);
}

void ledger_activated(u64 current_legs)
{
	struct ledger_node *node = &ledger.node[ledger.nr_nodes];
	struct position to = { ledger.nr_nodes, LEDGER_STAYED };
	unsigned int i, set;

	if (ledger.nr_nodes == MAX_NODES - 1)
		sim_fail("oracle", "too many activations for one seed");
	ledger.clock++;
	memset(node->parent, 0xff, sizeof(node->parent));
	for (i = 0; i < world.nr_disks; i++) {
		set = set_of(i);
		if (!(current_legs & (1ull << i)) || node->parent[set] >= 0)
			continue;
		node->parent[set] = position(i).node;
		node->when[set] = position(i).left;
		/* Left out by a start that broke off, and nothing ran since: nothing was missed. */
		if (node->when[set] + 1 == ledger.clock)
			node->when[set] = LEDGER_STAYED;
		node->by[set] = ledger.leg[i].by;
		ledger.newest[set] = find_config(&slotbook_newest(i)->config);
		ledger.live_epoch = slotbook_newest(i)->epoch;
	}
	SIM_NOTE("history", NULL, { current_legs, ledger.nr_nodes, ledger.clock });
	for (i = 0; i < world.nr_disks; i++)
		if (current_legs & (1ull << i))
			place_at(i, to);
	ledger.live = ledger.nr_nodes++;
}

void ledger_replaced(struct sim_disk *disk)
{
	place_at(disk->leg, (struct position){ -1, 0 });
}
