// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the commands do. The engine's own pace is taken away: it copies and cleans
 * when it is told to, one step at a time, so that every other event finds it between
 * any two of them.
 *
 * Decisions
 * - A disk that comes back is used by a running array only if its failure is on
 *   record there: a table is loaded that fills it. Else the array is stopped before,
 *   for a disk that was away and was not missed may have lost its cache, and no array
 *   could know (faults.c).
 * - A disk that is dead is not there: a start is without it.
 * - K8 is looked at from both sides: by the words of the regions and by what the
 *   logs on the disks say (oracle_log_agrees()).
 */
#include "admin.h"
#include "choice.h"
#include "front.h"
#include "io/copy.h"
#include "io/region.h"
#include "ledger.h"
#include "lostbook.h"
#include "oracle.h"
#include "rollback.h"
#include "sched.h"
#include "steer.h"
#include "users.h"
#include "world.h"

#define NEAR_TICKS	3000u		/* whatever is due later is a timer */
#define PATIENCE_TICKS	600000000ull
#define LONG_TICKS	8000000u	/* longer than a record is put off */
#define BLOCK_SECTORS	8u

static const char pruned[] = "pruned";

struct steer_op {
	struct sim_op op;
	bool busy;
	u8 buffer[BLOCK_SECTORS * 512];
	struct content_snapshot snapshot[BLOCK_SECTORS];
};

static struct {
	struct steer_op request[STEER_NR_REQUESTS];
	u64 next_id;
	bool has_failed;
} steer;

void steer_begin(void)
{
	memset(&steer, 0, sizeof(steer));
	steer.next_id = 1;
}

void steer_prune(const char *why)
{
	sim_failure.rule = pruned;
	snprintf(sim_failure.text, sizeof(sim_failure.text), "%s", why);
	longjmp(sim_fail_env, 1);
}

bool steer_was_pruned(void)
{
	return sim_failure.rule == pruned;
}

static u64 legs_present(void)
{
	unsigned int leg;
	u64 legs = 0;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (!world.disk[leg].health.dead)
			legs |= 1ull << leg;
	return legs;
}

/* Nothing is copied before it is asked for; called before the copier runs. */
static void pause(void)
{
	if (front_is_up() && !front_is_read_only())
		front_message(TANDEM_MESSAGE_SYNC_PAUSE, 0);
}

static void draw_up(struct front_table *table, enum steer_way way)
{
	memset(table, 0, sizeof(*table));
	table->present = legs_present();
	table->degraded = way == STEER_FORCED ? TANDEM_DEGRADED_FORCE : TANDEM_DEGRADED_PROVEN;
	table->read_only = way == STEER_READ_ONLY;
	table->rebuild = admin_legs_to_fill() & table->present;
}

bool steer_start(enum steer_way way)
{
	struct front_table table;

	rollback_try();
	draw_up(&table, way);
	if (!table.present || front_make(&table))
		return false;
	pause();
	steer_settle();
	return true;
}

void steer_stop(void)
{
	front_remove();
}

void steer_fail_leg(u32 leg)
{
	world.disk[leg].health.harmed++;
	front_message(TANDEM_MESSAGE_FAIL, leg);
}

void steer_suspend_and_resume(void)
{
	front_suspend(false);
	if (front_resume())
		front_remove();
	pause();
	steer_settle();
}

static void answered(struct sim_op *op)
{
	struct steer_op *request = op->context;

	request->busy = false;
	steer.has_failed |= !!op->status;
}

static const enum tandem_op kinds[STEER_NR_REQUESTS] = {
	[STEER_SAME] = TANDEM_OP_WRITE, [STEER_OTHER] = TANDEM_OP_WRITE,
	[STEER_FLUSH] = TANDEM_OP_FLUSH, [STEER_DISCARD] = TANDEM_OP_DISCARD,
	[STEER_READ_SAME] = TANDEM_OP_READ, [STEER_READ_OTHER] = TANDEM_OP_READ,
	[STEER_READ_NEXT] = TANDEM_OP_READ,
};

/* Less than a region is another matter than all of it. */
static u32 draw_count(enum steer_request which)
{
	if (which == STEER_FLUSH)
		return 0;
	if (which == STEER_DISCARD && choice_of(2))
		return world.super.geo.region_sectors;
	return BLOCK_SECTORS;
}

void steer_submit(enum steer_request which, bool fua)
{
	struct steer_op *request = &steer.request[which];
	struct sim_op *op = &request->op;
	u64 value;
	u32 i;

	memset(op, 0, sizeof(*op));
	op->kind = kinds[which];
	op->count = draw_count(which);
	if (which == STEER_OTHER || which == STEER_READ_OTHER)
		op->sector = world.super.geo.region_sectors;
	if (which == STEER_READ_NEXT)
		op->sector = BLOCK_SECTORS;
	op->fua = fua;
	op->id = steer.next_id++;
	op->buffer = request->buffer;
	op->snapshot = request->snapshot;
	op->done = answered;
	op->context = request;
	for (i = 0; i < op->count && i < BLOCK_SECTORS; i++) {
		value = front_value(op, i);
		memcpy(op->buffer + 512 * i, &value, sizeof(value));
	}
	request->busy = true;
	front_submit(op);
}

bool steer_is_busy(enum steer_request which)
{
	return steer.request[which].busy;
}

void steer_forget_errors(void)
{
	steer.has_failed = false;
}

bool steer_has_failed(void)
{
	return steer.has_failed;
}

bool steer_is_whole(void)
{
	return front_is_up() && !steer_may_copy() &&
	       front_legs(TANDEM_LEG_CURRENT) == (1ull << world.nr_disks) - 1;
}

void steer_let_time_pass(void)
{
	sim_run(LONG_TICKS);
	steer_settle();
}

void steer_settle(void)
{
	while (sim_next_tick() <= sim_now() + NEAR_TICKS)
		sim_step();
}

static bool is_any_busy(void)
{
	unsigned int i;

	for (i = 0; i < STEER_NR_REQUESTS; i++)
		if (steer.request[i].busy)
			return true;
	return false;
}

void steer_await(void)
{
	u64 deadline = sim_now() + PATIENCE_TICKS;

	while (is_any_busy())
		if (sim_now() > deadline || !sim_step())
			sim_fail("liveness", "a request is never answered");
	steer_settle();
}

unsigned int steer_nr_held(void)
{
	unsigned int nr = 0;
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		nr += disk_nr_held(&world.disk[leg]);
	return nr;
}

void steer_hold(void)
{
	u64 legs = legs_present();
	u32 nr = hweight64(legs);
	u32 choice = choice_of(nr > 1 ? nr + 1 : 1);
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		if (!(legs & 1ull << leg))
			continue;
		world.disk[leg].held_up = nr == 1 || choice == 0 || choice == nr;
		choice = choice == nr ? nr : choice - 1;
	}
}

void steer_answer_again(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		world.disk[leg].held_up = false;
}

void steer_let_go(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		disk_let_go(&world.disk[leg], false);
}

bool steer_is_volatile(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (world.disk[leg].store.nr_cached)
			return true;
	return false;
}

/* Does the running array use the leg, as far as it knows? */
static bool is_in_use(unsigned int leg)
{
	u64 legs = front_legs(TANDEM_LEG_CURRENT) | front_legs(TANDEM_LEG_REBUILDING) |
		   front_legs(TANDEM_LEG_UNRECORDED);

	return legs & 1ull << leg;
}

bool steer_may_return(unsigned int leg)
{
	return leg < world.nr_disks &&
	       (world.disk[leg].health.dead || (front_exists() && !is_in_use(leg)));
}

void steer_return(unsigned int leg)
{
	struct front_table table;
	bool was_there = front_exists();

	if (was_there && is_in_use(leg))
		front_remove();
	faults_heal(&world.disk[leg]);
	if (!was_there)
		return;
	if (!front_exists()) {
		steer_start(STEER_PROVEN);
		return;
	}
	draw_up(&table, STEER_PROVEN);
	front_reload(&table);
	pause();
	steer_settle();
}

/* What of a leg survives a crash. True: power was lost where it matters. */
static bool cut(unsigned int leg)
{
	struct sim_disk *disk = &world.disk[leg];
	bool is_current = ledger_is_current(leg);
	u32 cached = disk->store.nr_cached;
	u32 kept = choice_of(cached ? cached + 2 : 1);
	u32 landed = choice_of(disk_nr_open(disk) + 1);
	bool torn = landed && disk->store.unit_sectors == 1 && choice_of(2);
	bool power = kept <= cached;

	SIM_NOTE("cut", disk->engine.name, { kept, landed << 4 | torn, cached });
	disk_cut(disk, power ? kept : DISK_ALL_OPEN, landed, torn);
	return power && cached && is_current;
}

void steer_crash(void)
{
	bool felt = false;
	unsigned int leg;

	sim_clear();
	for (leg = 0; leg < world.nr_disks; leg++)
		felt |= cut(leg);
	oracle_crash(felt);
	front_crash();
	for (leg = 0; leg < STEER_NR_REQUESTS; leg++)
		steer.request[leg].busy = false;
	users_restart();
}

static struct tandem_set *set(void)
{
	return &front_array()->set[0];
}

bool steer_may_copy(void)
{
	return atomic_read(&set()->nr_unsure) || atomic_read(&set()->nr_partly) ||
	       atomic_read(&set()->nr_refill) || front_legs(TANDEM_LEG_REBUILDING);
}

/* The copier takes up one piece, which here is a region, and no other after it. */
void steer_copy(void)
{
	u64 deadline = sim_now() + PATIENCE_TICKS / 1000;

	front_message(TANDEM_MESSAGE_SYNC_RESUME, 0);
	while (tandem_copy_is_idle(set()) && steer_may_copy() && sim_now() < deadline &&
	       sim_step())
		;
	front_message(TANDEM_MESSAGE_SYNC_PAUSE, 0);
	steer_settle();
}

static u32 nr_dirty(bool but_unsure)
{
	u32 nr = tandem_geometry_regions(&world.super.geo);
	u32 dirty = 0;
	u32 word, i;

	for (i = 0; i < nr; i++) {
		word = atomic_read(&set()->region[i]);
		if (word & TANDEM_REGION_DIRTY && !(but_unsure && word & TANDEM_REGION_UNSURE))
			dirty++;
	}
	return dirty;
}

bool steer_may_clean(void)
{
	return world.options.log && nr_dirty(true);
}

/* The cleaner looks twice before it takes a region out. */
void steer_clean(void)
{
	u64 deadline = sim_now() + 4ull * world.options.clean_ticks;
	u32 before = nr_dirty(false);
	u32 held = steer_nr_held();

	while (front_is_up() && nr_dirty(false) == before && steer_nr_held() == held &&
	       sim_now() < deadline && sim_step())
		;
	steer_settle();
}

static u64 value_on(unsigned int leg, u64 sector, bool durable)
{
	const struct sim_store *store = &world.disk[leg].store;

	sector += world.super.data_offset_sectors;
	return durable ? store->durable[sector] : store->view[sector];
}

/* Is @region of @leg what it is on the leg @reference? */
static void compare(u32 region, unsigned int leg, unsigned int reference)
{
	bool is_current = front_legs(TANDEM_LEG_CURRENT) & 1ull << leg;
	u64 sector = (u64)region * world.super.geo.region_sectors;
	u64 end = min(sector + world.super.geo.region_sectors, world.set_sectors);
	u64 wanted;

	for (; sector < end; sector++) {
		if (lostbook_has(0, sector))
			continue;
		wanted = value_on(reference, sector, false);
		if (value_on(leg, sector, false) != wanted ||
		    (is_current && value_on(leg, sector, true) != wanted))
			sim_fail("K8", "region %u is neither dirty nor unsure: sector %llu of leg "
				 "%u is %llx (%llx), and %llx on leg %u", region,
				 (unsigned long long)sector, leg,
				 (unsigned long long)value_on(leg, sector, false),
				 (unsigned long long)value_on(leg, sector, true),
				 (unsigned long long)wanted, reference);
	}
}

static void agree_on(u32 region)
{
	u64 filled = front_legs(TANDEM_LEG_REBUILDING);
	u64 legs = front_legs(TANDEM_LEG_CURRENT);
	u32 word = atomic_read(&set()->region[region]);
	unsigned int reference = legs ? __builtin_ctzll(legs) : 0;
	unsigned int leg;

	if (!legs || word & (TANDEM_REGION_UNSURE | TANDEM_REGION_DIRTY | TANDEM_REGION_NEVER))
		return;
	/* What fills a leg is flushed when it is promoted: a dead one may have lost it. */
	if (!(word & TANDEM_REGION_REFILL))
		legs |= filled & legs_present();
	for (leg = 0; leg < world.nr_disks; leg++)
		if (legs & 1ull << leg)
			compare(region, leg, reference);
}

void steer_agree(void)
{
	u32 i;

	if (steer_nr_held() || is_any_busy())
		return;
	oracle_log_agrees();
	if (!front_is_up())
		return;
	front_poll();
	for (i = 0; i < tandem_geometry_regions(&world.super.geo); i++)
		agree_on(i);
}

void steer_end(void)
{
	steer_let_go();
	admin_finale();
	if (is_any_busy())
		sim_fail("liveness", "the array is gone, and a request has no answer");
}
