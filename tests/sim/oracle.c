// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about data: what is on the legs when something is acknowledged, read,
 * copied, promoted or called clean. Rules about starts are in oracle_start.c.
 *
 * The central one, for K1 and K2: a leg that lacks something at the moment of
 * its acknowledgement must not be called current by any valid slot of a leg
 * that has it. Then no assembly that includes a good leg trusts the bad one,
 * and one without a good leg is not proven.
 */
#include "front.h"
#include "oracle_grow.h"
#include "oracle_origin.h"
#include "oracle_read.h"
#include "io/region.h"
#include "ledger.h"
#include "lostbook.h"
#include "mapbook.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

/* The sector that a leg lacks. */
static u32 culprit;

static u32 index_of(u32 set, u64 sector)
{
	return set * world.set_sectors + sector;
}

static u64 on_leg(unsigned int leg, u64 sector, bool durable)
{
	const struct sim_store *store = &world.disk[leg].store;

	sector += world.super.data_offset_sectors;
	return durable ? store->durable[sector] : store->view[sector];
}

static bool lists_as_current(unsigned int witness, unsigned int leg)
{
	const struct slotbook_slot *slot = slotbook_slot(witness, 0, true);
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (slot[i].valid && slot[i].record[leg] == TANDEM_RECORD_CURRENT)
			return true;
	return false;
}

/* Each leg of its set may be the one that holds what is there. */
void oracle_first_write(u32 index)
{
	unsigned int first = index / world.set_sectors * world.options.legs;
	u64 value[2 * SIM_MAX_DISKS];
	unsigned int i, nr = 0;

	for (i = 0; i < world.options.legs; i++) {
		value[nr++] = on_leg(first + i, index % world.set_sectors, false);
		value[nr++] = on_leg(first + i, index % world.set_sectors, true);
	}
	content_fill(index, value, nr);
}

/* What may be in a sector, and what is there on each leg, now and for good. */
static const char *describe(u32 index)
{
	unsigned int first = index / world.set_sectors * world.options.legs;
	u64 sector = index % world.set_sectors;
	static char text[600];
	char values[300];
	unsigned int leg;
	size_t length;

	content_describe(index, values, sizeof(values));
	length = scnprintf(text, sizeof(text), "sector %u may be [%s]", index, values);
	for (leg = first; leg < first + world.options.legs; leg++)
		length += scnprintf(text + length, sizeof(text) - length, "; leg %u%s %llx (%llx)",
				    leg, ledger_is_current(leg) ? "" : " (old)",
				    (unsigned long long)on_leg(leg, sector, false),
				    (unsigned long long)on_leg(leg, sector, true));
	return text;
}

/* @lacking legs of @set lack what is acknowledged now: is that on record? */
static void require_record(const char *rule, u32 set, u64 lacking)
{
	unsigned int first = set * world.options.legs;
	unsigned int end = first + world.options.legs;
	unsigned int witness, leg;
	bool held = false;

	if (!lacking)
		return;
	for (witness = first; witness < end; witness++) {
		if (lacking & (1ull << witness) || !ledger_is_current(witness))
			continue;
		held = true;
		for (leg = first; leg < end; leg++)
			if (lacking & (1ull << leg) && lists_as_current(witness, leg))
				sim_fail(rule,
					 "leg %u lacks what is acknowledged, and leg %u calls it "
					 "current: %s",
					 leg, witness, describe(culprit));
	}
	if (!held)
		sim_fail(rule, "no current leg has what is acknowledged: %s", describe(culprit));
}

static void blame(unsigned int leg, u32 sector)
{
	if (!culprit || ledger_is_current(leg))
		culprit = sector;
}

/*
 * Every leg may have lost it, and whoever flushed was told: the next flush may succeed.
 * What happens in one turn of the scheduler may have been the other way round.
 */
static void check_untold(const struct sim_part *part)
{
	u32 i;

	for (i = 0; i < part->count; i++)
		if (content_is_doomed(index_of(part->set, part->sector + i), oracle_told_at()))
			sim_fail("K1", "acknowledged after a failed flush that may have lost it: "
				 "%s", describe(index_of(part->set, part->sector + i)));
}

void oracle_write_acked(const struct sim_part *part)
{
	unsigned int first = part->set * world.options.legs;
	bool fua = part->op->fua;
	u64 lacking = 0;
	unsigned int leg;
	u32 i, index;

	oracle_map_look(front_array());
	if (part->op->kind == TANDEM_OP_DISCARD) {
		oracle_discarded(part);
		return;
	}
	if (!fua)
		check_untold(part);
	culprit = 0;
	for (leg = first; leg < first + world.options.legs; leg++) {
		/* It had the write, and lost it before the others had it: as if afterwards. */
		if (!fua && world.disk[leg].lossy)
			continue;
		for (i = 0; i < part->count; i++) {
			index = index_of(part->set, part->sector + i);
			if (on_leg(leg, part->sector + i, fua) ==
			    front_value(part->op, part->offset + i) || content_is_open(index) ||
			    (!fua && content_is_tainted(index)))
				continue;
			lacking |= 1ull << leg;
			blame(leg, index);
			break;
		}
	}
	require_record(fua ? "K1" : "K2", part->set, lacking);
	lostbook_acked(part);
}

/* Its content is not on every leg, nor read from any. */
static bool is_lost(u32 index)
{
	return lostbook_has(index / world.set_sectors, index % world.set_sectors);
}

static u64 flush_lacking;

static void nothing(u32 sector)
{
	(void)sector;
}

static void check_flushed(u32 sector)
{
	unsigned int first = sector / world.set_sectors * world.options.legs;
	unsigned int leg;

	for (leg = first; leg < first + world.options.legs; leg++) {
		if (content_may_hold(sector, on_leg(leg, sector % world.set_sectors, true)) ||
		    is_lost(sector))
			continue;
		flush_lacking |= 1ull << leg;
		blame(leg, sector);
	}
}

void oracle_flush_acked(const struct sim_part *part)
{
	u64 legs = (1ull << world.options.legs) - 1;
	u32 set;

	oracle_map_look(front_array());
	oracle_flush_untold(part->flush_time);
	/* Read-only: nobody can record what is lacking, and no write is acknowledged. */
	if (front_is_read_only()) {
		content_flush_done(part->flush_time, nothing);
		return;
	}
	flush_lacking = 0;
	culprit = 0;
	content_flush_done(part->flush_time, check_flushed);
	for (set = 0; set < world.options.sets; set++)
		require_record("K1", set, flush_lacking & legs << set * world.options.legs);
}

/* A value that is settled must be so on every leg that counts. */
static void check_settled(const struct sim_part *part)
{
	unsigned int first = part->set * world.options.legs;
	u64 lacking = 0;
	unsigned int leg;
	u32 i, index;

	culprit = 0;
	for (i = 0; i < part->count; i++) {
		index = index_of(part->set, part->sector + i);
		if (!content_is_firm(index))
			continue;
		for (leg = first; leg < first + world.options.legs; leg++) {
			if (content_may_hold(index, on_leg(leg, part->sector + i, true)))
				continue;
			lacking |= 1ull << leg;
			blame(leg, index);
		}
	}
	require_record("K3", part->set, lacking);
}

void oracle_read_answered(const struct sim_part *part)
{
	u64 value;
	u32 i, index;

	oracle_map_look(front_array());
	oracle_read_given(part);
	if (part->was_lost && lostbook_touches(part))
		sim_fail("lost", "a read of sectors %llu+%u of set %u is answered, and a table "
			 "calls some of them lost", (unsigned long long)part->sector,
			 part->count, part->set);
	for (i = 0; i < part->count; i++) {
		memcpy(&value, part->op->buffer + 512ull * (part->offset + i), sizeof(value));
		index = index_of(part->set, part->sector + i);
		if (content_read_end(index, &part->op->snapshot[part->offset + i], value))
			continue;
		sim_fail("K3", "a read returned %llx: %s", (unsigned long long)value,
			 describe(index));
	}
	if (!front_is_read_only())
		check_settled(part);
}

static bool is_data(const struct sim_command *command)
{
	return command->sector >= world.super.data_offset_sectors && command->count;
}

static void note_sent(const struct sim_command *command)
{
	u32 i;

	for (i = 0; command->users && i < command->count; i++)
		content_send(index_of(world_set_of(command->disk->leg), command->sector + i -
				      world.super.data_offset_sectors));
}

void oracle_leg_command(const struct sim_command *command)
{
	const struct sim_disk *disk = command->disk;
	u64 end = world.super.data_offset_sectors + world.set_sectors;
	unsigned int slot;

	if (command->op == REQ_OP_READ && is_data(command) && ledger_is_stale(disk->leg) &&
	    front_reads_are_bound())
		sim_fail("K4", "leg %u is read, and is not current by the newest record",
			 disk->leg);
	if (command->op == REQ_OP_READ && is_data(command) && !command->users) {
		oracle_copy_reads(command);
		oracle_origin_read(command);
	}
	if (command->op == REQ_OP_READ && is_data(command) && command->users)
		oracle_read_sent(command);
	if (command->op == REQ_OP_READ || !command->count)
		return;
	if (front_is_read_only())
		sim_fail("K6", "leg %u is written, and the array is read-only", disk->leg);
	if (oracle_is_behind_end(command))
		return;
	if (is_data(command) && command->sector + command->count <= end) {
		oracle_log_sent(command);
		oracle_origin_written(command);
		note_sent(command);
		return;
	}
	if (oracle_is_log(command)) {
		oracle_log_command(command);
		return;
	}
	if (lostbook_is_table(command)) {
		lostbook_command(command);
		return;
	}
	if (mapbook_is_map(command)) {
		mapbook_command(command);
		return;
	}
	for (slot = 0; slot < 2; slot++)
		if (command->sector == disk->slot_sector[slot] &&
		    command->count == TANDEM_SUPER_BYTES / 512) {
			slotbook_command(command);
			return;
		}
	sim_fail("K9", "leg %u: a write to sectors %llu+%u, which are nobody's", disk->leg,
		 (unsigned long long)command->sector, command->count);
}

static bool has_erred(u32 set)
{
	unsigned int leg = set * world.options.legs;
	unsigned int end = leg + world.options.legs;

	for (; leg < end; leg++)
		if (world.disk[leg].health.injected)
			return true;
	return false;
}

/* What reaches a current leg is what may be read now, or a write under way. */
void oracle_leg_write(const struct sim_command *command)
{
	unsigned int leg = command->disk->leg;
	u32 i, index;

	if (!is_data(command) || oracle_is_behind_end(command))
		return;
	oracle_log_write(command);
	if (!ledger_is_current(leg))
		return;
	for (i = 0; i < command->count; i++) {
		index = index_of(world_set_of(leg), command->sector + i -
				 world.super.data_offset_sectors);
		/* The home could not be read: another leg's block is it from now on. */
		if (has_erred(world_set_of(leg)))
			content_replace(index);
		if (content_may_write(index, command->content[i]))
			continue;
		sim_fail("K1", "%llx is written to leg %u, which is current: %s",
			 (unsigned long long)command->content[i], leg, describe(index));
	}
}

/* The running array has put it out for an error that it gave; the record may lag behind. */
static bool is_put_out(unsigned int leg)
{
	return front_is_up() && front_legs(TANDEM_LEG_UNRECORDED) & 1ull << leg &&
	       world.disk[leg].health.injected != world.disk[leg].health.injected_at_start;
}

/* On some record it is current, and the running array still fills it. */
static bool is_in_promotion(unsigned int leg)
{
	return front_is_up() && front_legs(TANDEM_LEG_REBUILDING) & 1ull << leg;
}

/* A leg that can tell what was acknowledged, as far as anybody can know. */
static bool is_reliable(unsigned int leg)
{
	const struct sim_disk *disk = &world.disk[leg];

	return ledger_is_current(leg) && !disk->lossy && !disk->doubtful && !disk->health.dead &&
	       front_has_disk(leg) && !is_put_out(leg);
}

static void widen(u32 set)
{
	unsigned int leg = set * world.options.legs;
	unsigned int end = leg + world.options.legs;

	SIM_NOTE("set lost cache", NULL, { set });
	content_widen(index_of(set, 0), world.set_sectors);
	for (; leg < end; leg++)
		if (ledger_is_current(leg))
			world.disk[leg].lossy = false;
}

/*
 * If no reliable leg is left, what one of the others lost is lost. A leg under
 * promotion is a survivor only if it is through with that when the flush is judged:
 * what is lost may be lost, but perhaps there is nothing to tell.
 */
void oracle_leg_doubtful(struct sim_disk *disk)
{
	u32 set = world_set_of(disk->leg);
	unsigned int first = set * world.options.legs;
	bool promoted = false;
	bool alive = false;
	bool lost = false;
	unsigned int leg;

	if (ledger_is_current(disk->leg))
		oracle_flush_owed();
	for (leg = first; leg < first + world.options.legs; leg++) {
		if (is_reliable(leg) && !is_in_promotion(leg))
			return;
		promoted |= is_reliable(leg);
		alive |= ledger_is_current(leg) && !world.disk[leg].health.dead;
		lost |= ledger_is_current(leg) && world.disk[leg].lossy;
	}
	if (!lost)
		return;
	widen(set);
	/* If all are dead no flush succeeds until the next start. */
	if (alive)
		content_doom(index_of(set, 0), world.set_sectors);
	oracle_widened(!promoted);
}

/* Every current leg of @set holds the same, durably, and nothing it may not hold. */
static void check_equal(const char *rule, u32 set)
{
	unsigned int first = set * world.options.legs;
	const u64 length = ledger_length(set);
	s32 reference = -1;
	unsigned int leg;
	u64 sector, value;

	for (leg = first; leg < first + world.options.legs; leg++) {
		if (!ledger_is_current(leg))
			continue;
		if (reference < 0)
			reference = leg;
		for (sector = 0; sector < length; sector++) {
			value = on_leg(leg, sector, true);
			/* What is asked of maps and logs comes last: it takes longest. */
			if ((value == on_leg(reference, sector, true) &&
			     ((s32)leg > reference ||
			      content_may_hold(index_of(set, sector), value))) ||
			    content_is_open(index_of(set, sector)) ||
			    oracle_is_never(set, sector / world.super.geo.region_sectors, true) ||
			    lostbook_has(set, sector))
				continue;
			sim_fail(rule, "legs %u and %d differ: %s", leg, reference,
				 describe(index_of(set, sector)));
		}
	}
}

void oracle_clean_landed(unsigned int leg)
{
	u32 set;

	SIM_NOTE("clean", NULL, { leg });
	for (set = 0; set < world.options.sets; set++)
		check_equal("K8", set);
	/* What a leg lost with its cache stays open until the next flush has told of it. */
	if (oracle_lossy_legs() && oracle_is_loss_on_record())
		return;
	content_flush_done(content_flush_begin(), nothing);
}

void oracle_promotion_landed(unsigned int leg)
{
	u32 set = world_set_of(leg);
	u64 sector;
	u32 index;

	for (sector = 0; sector < world.set_sectors; sector++) {
		index = index_of(set, sector);
		if (content_may_hold(index, on_leg(leg, sector, true)) || is_lost(index))
			continue;
		sim_fail("K4", "leg %u is promoted: %s", leg, describe(index));
	}
	lostbook_promoted(leg);
	/* One that died since it was flushed has lost what came after that. */
	world.disk[leg].lossy &= world.disk[leg].health.dead;
	world.disk[leg].doubtful = false;
}

/* Errors that a request may have been answered with, whatever other legs say. */
static u64 count_excuses(bool flush)
{
	unsigned int leg;
	u64 excuses = 0;

	for (leg = 0; leg < world.nr_disks; leg++)
		excuses += flush ? world.disk[leg].health.injected :
				   world.disk[leg].health.refused;
	return excuses;
}

/*
 * A set with a leg that never failed since the start has an answer to everything
 * that came when the leg was current: one that is promoted while the request is
 * under way may have been nobody's survivor when the request was judged.
 */
static bool has_sound_leg(const struct sim_part *part, u32 set)
{
	u64 legs = part->current_legs & front_legs(TANDEM_LEG_CURRENT);
	unsigned int first = set * world.options.legs;
	unsigned int leg;

	for (leg = first; leg < first + world.options.legs; leg++)
		if (legs & 1ull << leg &&
		    world.disk[leg].health.injected == world.disk[leg].health.injected_at_start)
			return true;
	return false;
}

static bool is_flush(const struct sim_part *part)
{
	return !part->count;
}

/* Read-only: an unsure region is read from one leg or not at all (K3). */
static bool is_bound_to_pin(const struct sim_part *part)
{
	struct tandem_set *set = &front_array()->set[part->set];
	u32 region = part->sector / world.super.geo.region_sectors;

	return front_is_read_only() && part->count &&
	       (tandem_region_is_unsure(set, region) || tandem_region_is_bare(set, region));
}

void oracle_part_begun(struct sim_part *part)
{
	part->excuses = count_excuses(is_flush(part));
	part->current_legs = front_legs(TANDEM_LEG_CURRENT);
	part->flush_time = content_flush_begin();
	part->was_lost = lostbook_touches(part);
}

void oracle_error_given(const struct sim_part *part)
{
	bool sound = true;
	u32 set;

	if (is_flush(part)) {
		oracle_flush_failed();
		if (oracle_flush_told())
			return;
	}
	if (count_excuses(is_flush(part)) != part->excuses || is_bound_to_pin(part))
		return;
	if (front_is_read_only() && part->op->kind != TANDEM_OP_READ)
		return;
	if (part->op->kind == TANDEM_OP_READ && (part->was_lost || lostbook_touches(part)))
		return;
	for (set = 0; set < world.options.sets; set++)
		sound &= has_sound_leg(part, is_flush(part) ? set : part->set);
	if (sound)
		sim_fail("availability",
			 "error %u for a request of kind %u to set %u: a leg is sound",
			 part->bio.bi_status, part->op->kind, part->set);
}

/* The caller knows that a flush failed: what a leg dropped may stay dropped. */
void oracle_flush_failed(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		if (!world.disk[leg].lossy || !ledger_is_current(leg))
			continue;
		widen(world_set_of(leg));
		oracle_widened(true);
	}
}

void oracle_quiet(struct tandem_array *array)
{
	struct tandem_set *set;
	u32 allowed = TANDEM_REGION_STUCK | TANDEM_REGION_TOUCHED | TANDEM_REGION_NEVER |
		      TANDEM_REGION_LOST;
	unsigned int s, i;
	u32 masks;

	allowed |= world.options.log ? 0 : TANDEM_REGION_DIRTY;
	for (s = 0; s < array->nr_sets; s++) {
		set = &array->set[s];
		masks = atomic_read(&set->masks);
		if (TANDEM_FAILING(masks) || !TANDEM_READABLE(masks))
			sim_fail("liveness",
				 "set %u: a failed leg is not recorded, or none is left",
				 s);
		if (!list_empty(&set->held) || !list_empty(&set->parked) ||
		    !list_empty(&set->wanted))
			sim_fail("liveness", "set %u: requests are left over", s);
		for (i = 0; i < tandem_geometry_regions(&array->super->geo); i++)
			if ((u32)atomic_read(&set->region[i]) & ~allowed)
				sim_fail("liveness", "set %u: word of region %u is %x", s, i,
					 (u32)atomic_read(&set->region[i]));
	}
}
