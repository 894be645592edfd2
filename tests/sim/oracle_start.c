// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about starts, stops and crashes.
 *
 * A start without force must use, of every set, legs that went through everything that the
 * newest completed history went through, and none may be absent that the newest landed
 * configuration calls current: it could hold more (I53). A record of which no slot can be read
 * left nobody out. Legs of two histories are never joined, force or not (K5). A start that all
 * this speaks for must not be refused. With force the administrator chose; the books are then
 * opened anew from the legs in use.
 */
#include "front.h"
#include "oracle_clean.h"
#include "oracle_grow.h"
#include "oracle_pace.h"
#include "oracle_rate.h"
#include "io/fault.h"
#include "io/region.h"
#include "ledger.h"
#include "lostbook.h"
#include "oracle_stop.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

static struct {
	bool crashed;
	bool forced_ever;	/* records may lead to refusals that are justified */
	bool lost;		/* caches were lost since the start */
	bool untold;		/* and no user's flush has failed since */
	u32 untold_since;
	u32 told_at;
	u32 told_turn;
	bool owed;		/* a failed flush on record gives the next one reason to fail */
	bool saved;		/* read-only: the books as they were before */
	u64 forked_legs;	/* a forced start of these broke off: who knows what they say */
	u64 current_at_start;	/* legs */
	u64 taken_out;		/* legs, by a message since then */
} history;

void oracle_begin(void)
{
	memset(&history, 0, sizeof(history));
	oracle_map_begin();
	oracle_rate_begin();
	oracle_pace_begin();
	oracle_ahead_begin();
	oracle_clean_begin();
}

void oracle_widened(bool tell)
{
	history.lost = true;
	/* Before the first request of a start it is only what a crash may do. */
	if (tell && front_is_up()) {
		history.untold = true;
		history.untold_since = content_flush_begin();
	}
}

void oracle_flush_owed(void)
{
	history.owed = true;
}

bool oracle_flush_told(void)
{
	bool reason = history.owed || history.untold;
	unsigned int leg;

	history.untold = false;
	history.told_at = content_flush_begin();
	history.told_turn = sim_turn();
	/* Whoever was in doubt is so no more than all others: everybody knows. */
	for (leg = 0; leg < world.nr_disks; leg++)
		world.disk[leg].doubtful = false;
	return reason;
}

u32 oracle_told_at(void)
{
	return history.told_turn == sim_turn() ? 0 : history.told_at;
}

void oracle_flush_untold(u32 begun)
{
	if (history.untold && begun > history.untold_since)
		sim_fail("K1", "a flush succeeds, and writes before it were lost by every leg");
	history.owed = false;
}

bool oracle_was_forced(void)
{
	return history.forced_ever;
}

bool oracle_is_forked(unsigned int leg)
{
	return history.forked_legs & 1ull << leg;
}

static u64 count_writes(void)
{
	unsigned int leg;
	u64 writes = 0;

	for (leg = 0; leg < world.nr_disks; leg++)
		writes += world.disk[leg].nr_writes;
	return writes;
}

static u64 rivals_of(unsigned int leg)
{
	unsigned int other;
	u64 rivals = 0;

	for (other = 0; other < world.nr_disks; other++)
		if (slotbook_is_formatted(leg) && slotbook_is_formatted(other) &&
		    ledger_are_rivals(leg, other))
			rivals |= 1ull << other;
	return rivals;
}

/* Are there two among @legs that had gone on without each other? */
static u64 rivals_among(const struct oracle_start *start, u64 legs)
{
	unsigned int leg;
	u64 rivals = 0;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (legs & 1ull << leg && start->rivals_of[leg] & legs)
			rivals |= 1ull << leg;
	return rivals;
}

static bool says_lost(const struct slotbook_slot *slot)
{
	return slot && slot->flush_lost;
}

/* Does a current leg say for good that a flush failed on the way down? */
bool oracle_is_loss_on_record(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (ledger_is_current(leg) && says_lost(slotbook_newest(leg)))
			return true;
	return false;
}

/* Does any leg say so, if only to whoever reads it now? */
static bool is_loss_to_be_found(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (says_lost(slotbook_newest(leg)) || says_lost(slotbook_shown(leg)))
			return true;
	return false;
}

static bool is_clean_on_record(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (ledger_is_current(leg) && slotbook_newest(leg)->clean)
			return true;
	return false;
}

/* Current legs that lost what they had in their caches. */
u64 oracle_lossy_legs(void)
{
	unsigned int leg;
	u64 legs = 0;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (world.disk[leg].lossy && ledger_is_current(leg))
			legs |= 1ull << leg;
	return legs;
}

void oracle_start_begin(struct oracle_start *start)
{
	unsigned int leg;

	start->current_legs = 0;
	start->up_to_date = ledger_start_begin();
	history.owed |= is_loss_to_be_found();
	for (leg = 0; leg < world.nr_disks; leg++) {
		start->current_legs |= (u64)ledger_is_current(leg) << leg;
		start->rivals_of[leg] = rivals_of(leg);
		start->node[leg] = ledger_node_of(leg);
		if (start->present & start->up_to_date & 1ull << leg)
			start->left_out |= ledger_left_out_by(leg);
	}
	start->forked_legs = history.forked_legs;
	start->lossy_legs = oracle_lossy_legs();
	start->injected = faults_injected();
	for (leg = 0; leg < world.nr_disks; leg++)
		world.disk[leg].health.harmed_at_start = world.disk[leg].health.harmed;
	start->writes = count_writes();
	oracle_log_begin(start);
}

static u64 legs_by_use(struct tandem_array *array, enum tandem_use use)
{
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].use == use)
			legs |= 1ull << i;
	return legs;
}

/* Disks that could be read when the array was started. */
static u64 legs_found(struct tandem_array *array)
{
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		legs |= (u64)array->leg[i].found << i;
	return legs;
}

static u64 legs_by_state(struct tandem_array *array, enum tandem_leg_state state)
{
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].state == state)
			legs |= 1ull << i;
	return legs;
}

static u64 value_on(unsigned int leg, u64 sector, bool durable)
{
	const struct sim_store *store = &world.disk[leg].store;

	sector += world.super.data_offset_sectors;
	return durable ? store->durable[sector] : store->view[sector];
}

/* A leg that is used as current holds nothing that a current leg may not hold. */
static void check_contents(u64 legs)
{
	unsigned int leg;
	char text[200];
	u64 sector;
	u32 index;

	for (leg = 0; leg < world.nr_disks; leg++) {
		for (sector = 0; legs & 1ull << leg && sector < world.set_sectors; sector++) {
			index = world_set_of(leg) * world.set_sectors + sector;
			if (content_may_hold(index, value_on(leg, sector, false)) ||
			    lostbook_has(world_set_of(leg), sector))
				continue;
			content_describe(index, text, sizeof(text));
			sim_fail("K4", "leg %u is started as current, its sector %u is %llx, not "
				 "[%s]", leg, index,
				 (unsigned long long)value_on(leg, sector, false), text);
		}
	}
}

/*
 * The volume is now what the legs in use hold, whatever it was: in their caches, where the
 * copier may have been already, or for good.
 */
static void reopen_books(u64 legs, struct tandem_array *array)
{
	u64 value[2 * SIM_MAX_DISKS];
	unsigned int leg, nr, first;
	u32 set, word;
	u64 sector;

	for (set = 0; set < world.options.sets; set++) {
		first = set * world.options.legs;
		for (sector = 0; sector < world.set_sectors; sector++) {
			nr = 0;
			for (leg = first; leg < first + world.options.legs; leg++)
				if (legs & 1ull << leg) {
					value[nr++] = value_on(leg, sector, false);
					value[nr++] = value_on(leg, sector, true);
				}
			content_set(set * world.set_sectors + sector, value, nr);
			word = oracle_word(&array->set[set],
					   sector / world.super.geo.region_sectors);
			if (word & (TANDEM_REGION_NEVER | TANDEM_REGION_PARTLY) ||
			    sector >= world.now_sectors)
				content_make_bare(set * world.set_sectors + sector);
		}
	}
}

/* Had all of @legs stayed in one node when the start began? */
static bool is_one_timeline(const struct oracle_start *start, u64 legs)
{
	s32 node = start->node[__builtin_ctzll(legs)];
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (legs & 1ull << leg && start->node[leg] != node)
			return false;
	return node >= 0;
}

/* Which history runs now? False: another one than the newest. */
static bool check_history(const struct oracle_start *start, struct tandem_array *array)
{
	u64 used = legs_by_use(array, TANDEM_USE_CURRENT);
	u64 found = legs_found(array);
	u64 good = start->up_to_date | ledger_seem_up_to_date();

	if (used & ~good) {
		if (!is_one_timeline(start, used))
			sim_fail("K4", "legs %llx are started unforced, only %llx are up to date",
				 (unsigned long long)used, (unsigned long long)good);
		return false;
	}
	if (start->current_legs & ~found & ~start->left_out && !start->forked_legs)
		sim_fail("K5", "started unforced with %llx, though %llx are current on record",
			 (unsigned long long)found, (unsigned long long)start->current_legs);
	check_contents(used & legs_by_state(array, TANDEM_LEG_CURRENT));
	return true;
}

/* A new epoch is in both slots of every leg in use before the first request. */
static void check_epoch(struct tandem_array *array)
{
	u64 legs = legs_by_state(array, TANDEM_LEG_CURRENT) |
		   legs_by_state(array, TANDEM_LEG_REBUILDING);
	const struct slotbook_slot *first = NULL;
	const struct slotbook_slot *slot;
	unsigned int leg, i;

	for (leg = 0; leg < world.nr_disks; leg++) {
		for (i = 0; legs & 1ull << leg && i < 2; i++) {
			slot = slotbook_slot(leg, i, true);
			if (!slot->valid || slot->clean)
				sim_fail("K5", "leg %u, slot %u: no record of this start", leg, i);
			first = first ? first : slot;
			if (memcmp(&slot->epoch, &first->epoch, sizeof(slot->epoch)))
				sim_fail("K5", "leg %u, slot %u: another epoch", leg, i);
		}
	}
	if (!first || ledger_is_known_epoch(&first->epoch))
		sim_fail("K5", "the array is up, and no new epoch is on its legs");
}

static void note_health(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		world.disk[leg].health.injected_at_start = world.disk[leg].health.injected;
		world.disk[leg].doubtful = false;
	}
}

void oracle_started(struct oracle_start *start, struct tandem_array *array)
{
	u64 current_legs = legs_by_state(array, TANDEM_LEG_CURRENT);
	u64 rivals;

	history.taken_out = 0;
	if (start->misplaced && (array->leg[0].found || array->leg[world.nr_disks - 1].found))
		sim_fail("K9", "started with disks in wrong places");
	rivals = rivals_among(start, legs_found(array) & ~start->forked_legs);
	if (rivals)
		sim_fail("K5", "started with legs of two histories: %llx",
			 (unsigned long long)rivals);
	if (array->plan.forced && start->degraded != TANDEM_DEGRADED_FORCE)
		sim_fail("K5", "started by force that nobody used");
	start->live = !array->plan.forced && !(legs_found(array) & start->forked_legs) &&
		      check_history(start, array);
	/* The newest records say what may be read, if whoever only reads could read them. */
	start->bound = !start->read_only || (start->live && !start->forked_legs &&
					     !(current_legs & ~start->up_to_date));
	if (start->read_only) {
		if (count_writes() != start->writes)
			sim_fail("K6", "a read-only start wrote to a disk");
		content_save();
		oracle_map_save();
		history.saved = true;
	} else {
		check_epoch(array);
		slotbook_started(array);
		ledger_activated(current_legs);
		history.forced_ever |= array->plan.forced;
		history.forked_legs &= ~current_legs;
	}
	if (!start->live) {
		reopen_books(current_legs, array);
		history.untold = false;
	}
	history.lost = false;
	history.current_at_start = current_legs;
	note_health();
	oracle_log_started(start, array);
	oracle_map_started(array);
	oracle_look(array);
}

/*
 * A start breaks off and puts on no record what its flushes lost. Nobody has read
 * anything since the crash that left it in the caches: as if power had gone then.
 */
static void forgive_losses(const struct oracle_start *start)
{
	u64 lost = oracle_lossy_legs() & ~start->lossy_legs;
	unsigned int leg;

	if (!lost)
		return;
	for (leg = 0; leg < world.nr_disks; leg++)
		world.disk[leg].lossy &= !(lost & 1ull << leg);
	content_crash(true);
}

/* A start breaks off. If it was forced, what it wrote counts as the administrator's word. */
void oracle_start_broken(const struct oracle_start *start, struct tandem_array *array)
{
	oracle_rate_broken();
	if (!array || start->read_only)
		return;
	forgive_losses(start);
	if (!array->plan.forced || count_writes() == start->writes)
		return;
	history.forced_ever = true;
	history.forked_legs |= legs_by_use(array, TANDEM_USE_CURRENT);
}

void oracle_refused(const struct oracle_start *start, int error)
{
	bool quiet = faults_injected() == start->injected;
	unsigned int leg;
	u64 needed = start->current_legs;

	if (count_writes() != start->writes && error != -EIO)
		sim_fail("K6", "a refused start (%d) wrote to a disk", error);
	if (!quiet || error == -ENOMEM || start->misplaced || oracle_is_too_long(start, error) ||
	    rivals_among(start, start->present) || slotbook_is_spliced() ||
	    history.forced_ever || start->current_legs & ~start->up_to_date)
		return;
	for (leg = 0; leg < world.nr_disks; leg++)
		if (start->present & 1ull << leg && !slotbook_newest(leg))
			return;
	/* A drop that broke off may be on a leg of another set only: degraded, then. */
	if (start->degraded == TANDEM_DEGRADED_NEVER && (history.crashed || start->injected))
		return;
	if (start->degraded == TANDEM_DEGRADED_NEVER)
		needed = (1ull << world.nr_disks) - 1;
	if (needed & ~start->present || needed & ~start->current_legs)
		return;
	sim_fail("availability", "start refused (%d) with legs %llx of %llx current", error,
		 (unsigned long long)start->present, (unsigned long long)start->current_legs);
}

/* What read-only users read binds nobody. */
static void restore_books(void)
{
	if (history.saved) {
		content_restore();
		oracle_map_restore();
	}
	history.saved = false;
}

/*
 * A leg has failed, and no other can take a record of it: it will be current again, and
 * what it lacks and no flush has covered is gone, as if power had.
 */
static bool is_unrecordable(void)
{
	u64 current_legs = front_legs(TANDEM_LEG_CURRENT);
	unsigned int leg, s;

	for (s = 0; front_exists() && s < front_array()->nr_sets; s++)
		if (TANDEM_FAILING(atomic_read(&front_array()->set[s].masks)) &&
		    front_array()->set[s].record_attempts)
			return true;
	for (leg = 0; leg < world.nr_disks; leg++)
		if (current_legs & 1ull << leg && !world.disk[leg].health.no_meta &&
		    !world.disk[leg].health.dead)
			return false;
	return front_legs(TANDEM_LEG_UNRECORDED);
}

void oracle_down(void)
{
	unsigned int leg;

	oracle_stop_ends();
	restore_books();
	oracle_log_agrees();
	if (history.untold && !oracle_is_loss_on_record()) {
		if (is_clean_on_record() && !front_is_read_only())
			sim_fail("K1", "a clean stop forgets a failed flush nobody was told of");
		history.untold = false;
	}
	/* Read-only, the record is older, nobody could note it: as if power had gone before. */
	if (is_unrecordable() || (front_is_read_only() && (history.lost || oracle_lossy_legs()))) {
		content_crash(true);
		for (leg = 0; leg < world.nr_disks; leg++)
			world.disk[leg].lossy = false;
	}
	for (leg = 0; leg < world.nr_disks; leg++) {
		world.disk[leg].lossy &= ledger_is_current(leg);
		history.owed |= ledger_is_current(leg) && world.disk[leg].doubtful;
	}
}

/* The device is gone, and whoever had it open has seen that. */
void oracle_removed(void)
{
	history.untold = false;
}

void oracle_crash(bool power)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		power |= world.disk[leg].lossy;
		world.disk[leg].lossy = false;
	}
	power |= is_unrecordable();
	restore_books();
	history.crashed = true;
	content_crash(power || history.lost);
	history.lost = false;
	history.untold = false;
	oracle_log_agrees();
}

/*
 * A leg that was only ever too busy is asked again, not failed. One that has
 * been promoted since may fail for an older one, which must stay.
 */
static void check_failed_legs(struct tandem_array *array)
{
	const struct sim_health *health;
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		health = &world.disk[leg].health;
		if (history.current_at_start & 1ull << leg &&
		    array->leg[leg].state == TANDEM_LEG_UNRECORDED &&
		    health->harmed == health->harmed_at_start)
			sim_fail("I13", "leg %u is failed, and no command to it has failed", leg);
	}
}

void oracle_taken_out(unsigned int leg)
{
	history.taken_out |= 1ull << leg;
}

/* When nothing waits for a record, who was taken out by hand is known to have been. */
static void check_taken_out(struct tandem_array *array)
{
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < world.nr_disks; i++) {
		leg = &array->leg[i];
		if (array->super->place[i].by_hand && tandem_leg_is_written(leg->state))
			sim_fail("by-hand", "leg %u is in use, and on record as taken out", i);
		if (history.taken_out & 1ull << i && !array->super->place[i].by_hand &&
		    !tandem_fault_is_due(leg->set))
			sim_fail("by-hand", "leg %u was taken out, which is not on record", i);
	}
}

void oracle_look(struct tandem_array *array)
{
	unsigned int s;
	u32 masks;

	for (s = 0; s < array->nr_sets; s++) {
		masks = atomic_read(&array->set[s].masks);
		if (!TANDEM_READABLE(masks))
			sim_fail("I24",
				 "set %u has no leg that may be read: the last one was failed",
				 s);
		if (TANDEM_READABLE(masks) & ~TANDEM_COUNTED(masks) ||
		    TANDEM_COUNTED(masks) & ~TANDEM_WRITTEN(masks) ||
		    TANDEM_FAILING(masks) & TANDEM_WRITTEN(masks))
			sim_fail("engine", "set %u: masks are %08x", s, masks);
	}
	check_failed_legs(array);
	check_taken_out(array);
	oracle_rate_look(array);
}
