// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about the intent log. What it says is in logbook.h; here is what must be so.
 *
 *	sent      only whole pages: a record with FUA, or zeroes on a leg that is to
 *	          be filled, while the array starts. Record n + 1 goes to no leg
 *	          before n is durable on every current one, and never in place of a
 *	          newer one (lock-step)
 *	landed    its number is that of the leg's last one, or the next; no two
 *	          current legs are more than one apart
 *	write     no byte of a region is sent, or lands, before the region is in the
 *	          durable log of every leg that is written to (I1)
 *	crash     a region in no log of a current leg is equal and durable on all (K8)
 *	start     unsure is what may differ, and no more; each ring alone says so
 */
#include "core/log.h"
#include "front.h"
#include "oracle_grow.h"
#include "io/region.h"
#include "ledger.h"
#include "lostbook.h"
#include "oracle_rate.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

#define PAGE_SECTORS	(TANDEM_PAGE_BYTES / 512)

/* Numbers of the newest records, by leg, as the start found them. */
static u64 found[SIM_MAX_DISKS];

/* Rings by both readers, as they were when these were last compared. */
static u32 compared[SIM_MAX_DISKS];

static unsigned int first_leg(u32 set)
{
	return set * world.options.legs;
}

static bool is_zero(const struct sim_command *command)
{
	return command->op == REQ_OP_WRITE_ZEROES ||
	       !memchr_inv(command->data, 0, 512ull * command->count);
}

bool oracle_is_log(const struct sim_command *command)
{
	u64 end = world.super.log_offset_sectors + (u64)world.super.log_slots * PAGE_SECTORS;

	return world.options.log && command->sector >= world.super.log_offset_sectors &&
	       command->sector + command->count <= end;
}

/* A ring is emptied during a start, on a leg that is to be filled. */
static void check_emptied(const struct sim_command *command)
{
	unsigned int leg = command->disk->leg;
	bool filled = front_legs(TANDEM_LEG_REBUILDING) & 1ull << leg;

	if (front_is_up())
		sim_fail("K9", "leg %u: its log is emptied, and the array is up", leg);
	if (!filled && ledger_is_current(leg))
		sim_fail("K9", "leg %u: its log is emptied, and it is current", leg);
}

/* Legs of the set that a start would take for current together with those in use. */
static bool is_in_step(unsigned int leg)
{
	if (!front_is_up())
		return front_legs(TANDEM_LEG_CURRENT) & 1ull << leg;
	return ledger_is_current(leg);
}

/*
 * A start goes on behind the highest number of all legs that were current. One that
 * has no number at all begins there.
 */
static u64 found_in(u32 set)
{
	unsigned int leg;
	u64 last = 0;

	for (leg = first_leg(set); leg < first_leg(set + 1); leg++)
		if (front_exists() && front_array()->leg[leg].use == TANDEM_USE_CURRENT)
			last = max(last, found[leg]);
	return last;
}

static void check_record(const struct sim_command *command)
{
	unsigned int leg = command->disk->leg;
	const struct logbook_state *own = logbook_state(leg, true);
	u64 sequence = logbook_sequence_of(command->data);
	u32 set = world_set_of(leg);
	unsigned int i;
	u64 last;

	if (sequence != own->sequence && own->sequence &&
	    logbook_slot_of(command->sector) == own->sequence % world.super.log_slots)
		sim_fail("log", "leg %u: record %llu goes in place of the newest, %llu", leg,
			 (unsigned long long)sequence, (unsigned long long)own->sequence);
	/* At a start one that is to be filled goes with those that are behind. */
	if (!front_is_up() && !is_in_step(leg))
		return;
	for (i = first_leg(set); i < first_leg(set + 1); i++) {
		last = logbook_state(i, true)->sequence;
		if (!last)
			last = found_in(set);
		if (is_in_step(i) && last + 1 < sequence)
			sim_fail("lock-step", "leg %u is sent record %llu, leg %u has %llu only",
				 leg, (unsigned long long)sequence, i, (unsigned long long)last);
	}
}

void oracle_log_command(const struct sim_command *command)
{
	unsigned int leg = command->disk->leg;
	u64 offset = command->sector - world.super.log_offset_sectors;

	if (offset % PAGE_SECTORS || command->count % PAGE_SECTORS)
		sim_fail("K9", "leg %u: a part of a page of its log is written: %llu+%u", leg,
			 (unsigned long long)offset, command->count);
	if (is_zero(command)) {
		check_emptied(command);
		return;
	}
	if (command->op != REQ_OP_WRITE || command->count != PAGE_SECTORS || !command->fua)
		sim_fail("K9", "leg %u: what is written to its log is no record: %llu+%u, FUA %u",
			 leg, (unsigned long long)offset, command->count, command->fua);
	check_record(command);
	oracle_map_leaves(leg);
	oracle_rate_sent(world_set_of(leg));
}

/* A record that names a later time than the superblock: a start would refuse the leg. */
static void check_time(unsigned int leg, const struct logbook_record *record)
{
	const struct slotbook_slot *slot = slotbook_newest(leg);

	if (!slot || record->epoch_number > slot->epoch_number ||
	    record->generation > slot->generation)
		sim_fail("log", "leg %u: record %llu is of epoch %llu, generation %llu, and its "
			 "superblock is not", leg, (unsigned long long)record->sequence,
			 (unsigned long long)record->epoch_number,
			 (unsigned long long)record->generation);
}

void oracle_record_landed(unsigned int leg, const struct logbook_record *record, u64 last)
{
	u32 set = world_set_of(leg);
	u64 before = found_in(set);
	unsigned int i = first_leg(set);
	u64 other;

	SIM_NOTE("log record", world.disk[leg].engine.name,
		 { record->sequence, record->nr_dirty,
		   record->dirty.word[0] << 1 | !!record->flags });
	/* It was in the cache when the array was started. */
	if (record->sequence <= found[leg])
		return;
	if (last && record->sequence != last && record->sequence != last + 1)
		sim_fail("lock-step", "leg %u gets record %llu, its last one is %llu", leg,
			 (unsigned long long)record->sequence, (unsigned long long)last);
	check_time(leg, record);
	for (; i < first_leg(set + 1) && is_in_step(leg); i++) {
		other = logbook_state(i, true)->sequence;
		other = other ? other : before;
		if (is_in_step(i) && i != leg && (record->sequence > other + 1 ||
						  other > record->sequence + 1))
			sim_fail("lock-step", "leg %u has record %llu, leg %u has %llu", leg,
				 (unsigned long long)record->sequence, i,
				 (unsigned long long)other);
	}
	oracle_rate_landed(set);
}

static bool lists(unsigned int leg, u32 region)
{
	const struct logbook_state *state = logbook_state(leg, true);

	return !state->lost && (state->all || logbook_has(state, region));
}

static u32 region_of(const struct sim_command *command)
{
	return (command->sector - world.super.data_offset_sectors) /
	       world.super.geo.region_sectors;
}

/* A write of a user's is sent: all legs that get it know. */
void oracle_log_sent(const struct sim_command *command)
{
	u64 legs = front_legs(TANDEM_LEG_CURRENT) | front_legs(TANDEM_LEG_REBUILDING);
	u32 set = world_set_of(command->disk->leg);
	unsigned int leg = first_leg(set);

	if (!world.options.log || !command->users)
		return;
	for (; leg < first_leg(set + 1); leg++)
		if (legs & 1ull << leg && !lists(leg, region_of(command)))
			sim_fail("I1", "a write to region %u is sent, and the log of leg %u does "
				 "not have it", region_of(command), leg);
}

/* What lands on a leg: also of ours, unless it is to fill the leg. */
void oracle_log_write(const struct sim_command *command)
{
	unsigned int leg = command->disk->leg;

	if (!world.options.log || (!command->users && !ledger_is_current(leg)))
		return;
	if (!lists(leg, region_of(command)))
		sim_fail("I1", "region %u of leg %u is written, and its log does not have it",
			 region_of(command), leg);
}

static u64 value_on(unsigned int leg, u64 sector, bool durable)
{
	const struct sim_store *store = &world.disk[leg].store;

	sector += world.super.data_offset_sectors;
	return durable ? store->durable[sector] : store->view[sector];
}

static bool holds(unsigned int leg, u64 sector, u64 value, bool durable)
{
	return value_on(leg, sector, false) == value &&
	       (!durable || value_on(leg, sector, true) == value);
}

/* A leg of @legs that does not hold what the first one does, or -1. */
static s32 differing(u64 legs, u64 sector, bool durable)
{
	unsigned int leg = __builtin_ctzll(legs);
	u64 value = value_on(leg, sector, durable);

	for (; leg < world.nr_disks; leg++)
		if (legs & 1ull << leg && !holds(leg, sector, value, durable))
			return leg;
	return -1;
}

/* Is @region the same on all of @legs, in caches and, if @durable, for good? */
static void check_region(u32 set, u32 region, u64 legs, bool durable)
{
	u64 sector = (u64)region * world.super.geo.region_sectors;
	u64 end = min(sector + world.super.geo.region_sectors,
		      min(ledger_length(set), world.now_sectors));
	unsigned int reference = __builtin_ctzll(legs);
	s32 leg;

	for (; sector < end; sector++) {
		leg = differing(legs, sector, durable);
		/* What may differ is asked last: it takes longest. */
		if (leg < 0 || content_is_open(set * world.set_sectors + sector) ||
		    lostbook_has(set, sector))
			continue;
		sim_fail("K8", "region %u of set %u is in no log: sector %llu of "
			 "leg %u is %llx (%llx), and %llx on leg %u", region, set,
			 (unsigned long long)sector, (unsigned int)leg,
			 (unsigned long long)value_on(leg, sector, false),
			 (unsigned long long)value_on(leg, sector, true),
			 (unsigned long long)value_on(reference, sector, durable), reference);
	}
}

/* By the durable logs, or by those that a start would read now. */
static void check_unlogged(u32 set, bool durable)
{
	bool logged[LOGBOOK_REGIONS] = { false };
	unsigned int leg;
	u64 legs = 0;
	u32 region;

	for (leg = first_leg(set); leg < first_leg(set + 1); leg++) {
		if (!ledger_is_current(leg))
			continue;
		legs |= 1ull << leg;
		for (region = 0; region < logbook_nr_regions(); region++)
			logged[region] |= logbook_has(logbook_state(leg, durable), region);
	}
	for (region = 0; legs && region < logbook_nr_regions(); region++)
		if (!logged[region] && !oracle_is_never(set, region, durable))
			check_region(set, region, legs, true);
}

void oracle_log_agrees(void)
{
	u32 set;

	for (set = 0; world.options.log && set < world.options.sets; set++) {
		check_unlogged(set, true);
		check_unlogged(set, false);
		oracle_map_agrees(set);
	}
}

/* The ring of @leg as a start reads it. */
static const u8 *read_ring(unsigned int leg)
{
	static u8 ring[TANDEM_LOG_SLOTS * TANDEM_PAGE_BYTES] __attribute__((aligned(8)));
	const struct sim_store *store = &world.disk[leg].store;
	u64 first = world.super.log_offset_sectors;
	u32 i;

	for (i = 0; i < world.super.log_slots * PAGE_SECTORS; i++)
		store_get(store, store->view[first + i], first + i, ring + 512 * i);
	return ring;
}

/* The engine's reader and ours must find the same. */
static void compare_readers(unsigned int leg, const struct logbook_state *state)
{
	static u64 bits[2][LOGBOOK_REGIONS / 64];
	struct tandem_log_shape shape = {
		.array = world.super.array, .set = world_set_of(leg),
		.nr_regions = logbook_nr_regions(), .slots = world.super.log_slots,
	};
	struct tandem_log_replay replay;
	int error;

	tandem_intent_init(&replay.state, shape.nr_regions, bits[0]);
	tandem_intent_init(&replay.covered, shape.nr_regions, bits[1]);
	error = tandem_log_replay(&shape, read_ring(leg), &replay);
	if (state->lost != !!error || state->empty != (error == -ENODATA) ||
	    replay.head.sequence != state->sequence ||
	    state->all != !!(replay.head.flags & TANDEM_LOG_ALL) ||
	    (!error && memcmp(bits[0], state->dirty.word, tandem_intent_bytes(shape.nr_regions))))
		sim_fail("log", "leg %u: core finds record %llu (%d), dirty %llx, and we %llu, "
			 "%llx", leg, (unsigned long long)replay.head.sequence, error,
			 (unsigned long long)bits[0][0], (unsigned long long)state->sequence,
			 (unsigned long long)state->dirty.word[0]);
}

void oracle_log_begin(struct oracle_start *start)
{
	unsigned int leg;

	for (leg = 0; world.options.log && leg < world.nr_disks; leg++) {
		start->log[leg] = *logbook_state(leg, false);
		found[leg] = start->log[leg].sequence;
		if (start->log[leg].version != compared[leg])
			compare_readers(leg, &start->log[leg]);
		compared[leg] = start->log[leg].version;
	}
}

/* Legs further apart than lock-step allows: one of them is an old image of itself. */
void oracle_log_gap(const struct logbook_state *log, u64 legs)
{
	u64 low = ~0ull;
	u64 high = 0;
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		if (!(legs & 1ull << leg) || !log[leg].sequence)
			continue;
		low = min(low, log[leg].sequence);
		high = max(high, log[leg].sequence);
	}
	if (high && low + 1 < high)
		sim_fail("A13", "started with logs that end at %llu and at %llu",
			 (unsigned long long)low, (unsigned long long)high);
}

/* @legs were current; may @region differ, by what the start found? */
static bool is_in_doubt(const struct oracle_start *start, u64 legs, u32 region)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (legs & 1ull << leg && logbook_has(&start->log[leg], region))
			return true;
	return false;
}

static bool is_unsure(struct tandem_set *set, u32 region)
{
	return oracle_word(set, region) & TANDEM_REGION_UNSURE;
}

/* The ring of each leg in use says of itself what is unsure. */
static void check_rings(struct tandem_set *set, u64 legs)
{
	const struct logbook_state *state;
	unsigned int leg;
	u32 region;

	for (leg = 0; leg < world.nr_disks; leg++) {
		if (!(legs & 1ull << leg))
			continue;
		state = logbook_state(leg, true);
		if (state->lost)
			sim_fail("log", "leg %u: started, and its log is lost", leg);
		if (state->part)
			sim_fail("log", "leg %u: started, and its log is half-written", leg);
		for (region = 0; region < logbook_nr_regions(); region++)
			if (is_unsure(set, region) && !logbook_has(state, region))
				sim_fail("log", "region %u is unsure, and not in the log of leg %u",
					 region, leg);
	}
}

static void check_started(const struct oracle_start *start, struct tandem_array *array, u32 s)
{
	u64 mask = ((1ull << world.options.legs) - 1) << first_leg(s);
	u64 current_legs = front_legs(TANDEM_LEG_CURRENT) & mask;
	bool exact = faults_injected() == start->injected && !array->plan.forced;
	struct tandem_set *set = &array->set[s];
	unsigned int leg;
	u64 used = 0;
	u32 region;

	for (leg = first_leg(s); leg < first_leg(s + 1); leg++)
		used |= (u64)(array->leg[leg].use == TANDEM_USE_CURRENT) << leg;
	if (!array->plan.forced)
		oracle_log_gap(start->log, used);
	for (region = 0; region < logbook_nr_regions(); region++) {
		if (!is_unsure(set, region) &&
		    !(oracle_word(set, region) & (TANDEM_REGION_NEVER | TANDEM_REGION_PARTLY)))
			check_region(s, region, current_legs, false);
		else if (exact && is_unsure(set, region) &&
			 (array->plan.clean || !is_in_doubt(start, used, region)))
			sim_fail("log", "region %u of set %u is unsure, and was in no log",
				 region, s);
	}
	if (!start->read_only)
		check_rings(set, current_legs | (front_legs(TANDEM_LEG_REBUILDING) & mask));
}

void oracle_log_started(const struct oracle_start *start, struct tandem_array *array)
{
	u32 set;

	for (set = 0; world.options.log && set < world.options.sets; set++)
		check_started(start, array, set);
}
