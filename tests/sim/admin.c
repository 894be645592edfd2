// SPDX-License-Identifier: GPL-2.0-only
/*
 * The administrator. Two phases: first everything that the options of the
 * seed allow, as long as the users have requests left; then nothing goes wrong
 * any more, and the array must come back to health, whole and equal.
 *
 * A crash is an event like any other: it is set off some time ahead and hits
 * whatever runs then, be it in the middle of a start or a stop.
 */
#include "admin.h"
#include "front.h"
#include "io/region.h"
#include "ledger.h"
#include "mapbook.h"
#include "oracle.h"
#include "oracle_pace.h"
#include "rollback.h"
#include "sched.h"
#include "slotbook.h"
#include "users.h"
#include "world.h"

#define PATIENCE_TICKS	20000000000ull
#define MAX_STEPS	400u

static struct {
	u32 steps;
	bool finale;
	bool armed;		/* a crash is on its way */
	struct sim_event *bomb;
	u32 failed_starts;
} admin;

static u32 below(u32 n)
{
	return sim_below(SIM_RANDOM_ADMIN, n);
}

static bool chance(u32 one_in)
{
	return sim_chance(SIM_RANDOM_ADMIN, one_in);
}

void admin_start(void)
{
	memset(&admin, 0, sizeof(admin));
}

static void go_off(void *unused)
{
	(void)unused;
	SIM_NOTE("crash", NULL, { 0 });
	sim_crash();
}

static void arm(u32 within)
{
	if (admin.armed)
		return;
	admin.armed = true;
	admin.bomb = sim_after(1 + below(within), SIM_EVENT_CONTROL, go_off, NULL);
}

static void disarm(void)
{
	if (admin.armed)
		sim_cancel(admin.bomb);
	admin.armed = false;
}

/* Which disks lose power: all, none, or some. */
static u64 draw_power(void)
{
	const struct sim_options *o = &world.options;
	u64 all = (1ull << world.nr_disks) - 1;

	if (!o->power || (o->host_only && below(2)))
		return 0;
	return below(3) ? all : sim_random(SIM_RANDOM_ADMIN) & all;
}

void admin_crashed(void)
{
	u64 power = draw_power();
	bool felt = false;
	unsigned int leg;

	sim_clear();
	rollback_undo();
	admin.armed = false;
	SIM_NOTE("crashed", NULL, { power });
	for (leg = 0; leg < world.nr_disks; leg++) {
		felt |= power & 1ull << leg && ledger_is_current(leg);
		disk_crash(&world.disk[leg], power & 1ull << leg);
	}
	oracle_crash(felt);
	front_crash();
	users_restart();
}

static u64 legs_not_current(void)
{
	unsigned int leg;
	u64 legs = 0;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (!ledger_is_current(leg))
			legs |= 1ull << leg;
	return legs;
}

/* The same of a page of the map; both legs may lose it, one slot each. */
static void rot_map(void)
{
	unsigned int leg = sim_below(SIM_RANDOM_MAP, world.nr_disks);
	u64 slot = sim_below(SIM_RANDOM_MAP, 2);

	if (!world.options.map || !world.options.rot ||
	    !sim_chance(SIM_RANDOM_MAP, world.options.rot) || !mapbook_may_rot(leg))
		return;
	SIM_NOTE("page rots", world.disk[leg].engine.name, { slot });
	disk_rot(&world.disk[leg], world.super.map_offset_sectors +
		 slot * TANDEM_PAGE_BYTES / 512);
}

/* One slot may rot while the other one says the same. */
static void rot_something(void)
{
	unsigned int leg = below(world.nr_disks);

	rot_map();
	if (!chance(world.options.rot) || !ledger_may_rot(leg))
		return;
	SIM_NOTE("slot rots", world.disk[leg].engine.name, { 0 });
	disk_rot(&world.disk[leg], world.disk[leg].slot_sector[below(2)]);
}

/* A leg that is not current gets a new disk. */
static void replace_something(void)
{
	static struct tandem_super super;
	unsigned int leg = below(world.nr_disks);
	unsigned int source = world_set_of(leg) * world.options.legs;

	if (!world.options.replace || below(3) || !ledger_is_out(leg))
		return;
	/* What a start by force left behind may be the only leg that a record needs. */
	if (oracle_is_forked(leg))
		return;
	while (!ledger_is_up_to_date(source))
		if (++source == world.nr_disks)
			return;
	if (!world_read_super(source, &super))
		return;
	SIM_NOTE("new disk", world.disk[leg].engine.name, { source });
	world_replace(leg, &super);
}

static u64 draw_present(void)
{
	const struct sim_options *o = &world.options;
	unsigned int leg;
	u64 present = 0;

	for (leg = 0; leg < world.nr_disks; leg++) {
		if (o->subset && !below(3) && admin.failed_starts < 4)
			continue;
		if (world.disk[leg].health.dead && below(2))
			continue;
		if (!front_exists())
			faults_heal(&world.disk[leg]);
		present |= 1ull << leg;
	}
	return present;
}

/* By a piece of any length; the disks have room for it, as a rule. */
static u64 draw_length(void)
{
	u32 unit = max(world.super.geo.chunk_sectors, 8u);
	u64 left = (world.set_sectors - world.now_sectors) / unit;
	unsigned int leg;

	if (!left || !sim_chance(SIM_RANDOM_GROW, world.options.grow))
		return 0;
	for (leg = 0; leg < world.nr_disks; leg++)
		if (sim_below(SIM_RANDOM_GROW, 16) < (ledger_is_current(leg) ? 15 : 4))
			world_enlarge(leg);
	if (world.options.crash && !sim_below(SIM_RANDOM_GROW, 2))
		arm(1000);
	return world.now_sectors + unit * (1 + sim_below(SIM_RANDOM_GROW, left));
}

static void draw_table(struct front_table *table)
{
	const struct sim_options *o = &world.options;

	memset(table, 0, sizeof(*table));
	table->present = draw_present();
	table->degraded = TANDEM_DEGRADED_PROVEN;
	if (!below(8))
		table->degraded = TANDEM_DEGRADED_NEVER;
	if (o->force && !below(3))
		table->degraded = TANDEM_DEGRADED_FORCE;
	table->rebuild = below(2) ? legs_not_current() : below(4) ? 0 :
			 sim_random(SIM_RANDOM_ADMIN) & ((1ull << world.nr_disks) - 1);
	table->read_only = o->read_only && !below(4);
	table->swap = o->wrong_place && !below(4);
	table->no_memory = o->no_memory && !below(3) ? 1 + below(25) : 0;
	table->grow = table->read_only ? 0 : draw_length();
}

static void try_start(void)
{
	struct front_table table;

	rollback_try();
	rot_something();
	replace_something();
	draw_table(&table);
	admin.failed_starts++;
	/* A start after a crash writes the logs anew: that is the time for the next one. */
	if (world.options.log && sim_chance(SIM_RANDOM_LOG, world.options.crash))
		arm(below(2) ? 500 : 20000);
	if (!front_make(&table))
		admin.failed_starts = 0;
}

/* After a stop in order the power may go: nothing that was recorded as clean depends on it. */
static void stop(void)
{
	unsigned int leg;

	front_remove();
	if (!world.options.power || below(2))
		return;
	SIM_NOTE("power off", NULL, { 0 });
	for (leg = 0; leg < world.nr_disks; leg++)
		disk_power_cut(&world.disk[leg]);
	oracle_crash(true);
}

static void send_message(void)
{
	unsigned int leg;

	switch (below(4)) {
	case 0:
		front_message(TANDEM_MESSAGE_SYNC_PAUSE, 0);
		break;
	case 1:
		front_message(TANDEM_MESSAGE_SYNC_RESUME, 0);
		break;
	default:
		leg = below(world.nr_disks);
		world.disk[leg].health.harmed++;
		front_message(TANDEM_MESSAGE_FAIL, leg);
	}
}

/* One in four takes back what was said. */
static void steer_copying(void)
{
	static const u64 rate[] = { 0, TANDEM_MIN_RATE_LIMIT, 1u << 20, 100u << 20 };
	static const u64 target[] = { 0, TANDEM_MIN_LATENCY_TARGET_US, 500, 100000 };
	u32 which = sim_below(SIM_RANDOM_PACE, 4);

	if (!sim_chance(SIM_RANDOM_PACE, world.options.pace))
		return;
	if (sim_below(SIM_RANDOM_PACE, 2))
		front_message(TANDEM_MESSAGE_SYNC_RATE, rate[which]);
	else
		front_message(TANDEM_MESSAGE_SYNC_LATENCY, target[which]);
}

/* Sometimes twice, while the first is on its way, or with a crash in its middle. */
static void set_for_good(void)
{
	static const u64 target[] = { 0, TANDEM_MIN_LATENCY_TARGET_US, 500, 100000 };
	static const u64 recovery[] = { TANDEM_MIN_RECOVERY_TARGET_MS, 1000, 10000, 60000 };

	if (!sim_chance(SIM_RANDOM_KEEP, world.options.keep))
		return;
	if (world.options.crash && !sim_below(SIM_RANDOM_KEEP, 4))
		arm(1000);
	do {
		if (sim_below(SIM_RANDOM_KEEP, 2))
			front_message(TANDEM_MESSAGE_SET_LATENCY,
				      target[sim_below(SIM_RANDOM_KEEP, 4)]);
		else
			front_message(TANDEM_MESSAGE_SET_RECOVERY,
				      recovery[sim_below(SIM_RANDOM_KEEP, 4)]);
		sim_run(sim_below(SIM_RANDOM_KEEP, 2000));
	} while (front_is_up() && !sim_below(SIM_RANDOM_KEEP, 3));
	if (front_is_up())
		front_poll();
}

/* Of one leg or several; a quarter is without any again. */
static void set_classes(void)
{
	u32 nr_classes, leg;

	if (!sim_chance(SIM_RANDOM_READ, world.options.classes))
		return;
	if (world.options.crash && !sim_below(SIM_RANDOM_READ, 8))
		arm(1000);
	nr_classes = sim_below(SIM_RANDOM_READ, 4) ? TANDEM_NR_READ_CLASSES : 1;
	for (leg = 0; leg < world.nr_disks && front_is_up(); leg++) {
		if (nr_classes > 1 && sim_below(SIM_RANDOM_READ, 2))
			continue;
		front_message(TANDEM_MESSAGE_SET_READ,
			      front_class(leg, sim_below(SIM_RANDOM_READ, nr_classes)));
		if (!sim_below(SIM_RANDOM_READ, 4))
			sim_run(sim_below(SIM_RANDOM_READ, 2000));
	}
	if (front_is_up())
		front_poll();
}

static void reload(void)
{
	struct front_table table;

	draw_table(&table);
	if (below(3))
		table.rebuild = legs_not_current();
	front_reload(&table);
}

/* The same table, but for the length, while users write. */
static bool grow(void)
{
	struct front_table table;

	if (!world.options.grow || front_is_read_only() ||
	    sim_below(SIM_RANDOM_GROW, 3 * world.options.grow))
		return false;
	draw_table(&table);
	table.read_only = false;
	table.no_memory = 0;
	table.rebuild = legs_not_current();
	table.grow = table.grow ? table.grow : draw_length();
	front_reload(&table);
	return true;
}

static void act(void)
{
	const struct sim_options *o = &world.options;

	if (!below(6))
		front_poll();
	if (chance(o->crash))
		arm(below(2) ? 500 : 20000);
	if (chance(o->message))
		send_message();
	steer_copying();
	set_for_good();
	set_classes();
	if (grow())
		return;
	if (front_is_read_only() && !below(4)) {
		stop();
	} else if (chance(o->stop)) {
		stop();
	} else if (chance(o->reload)) {
		reload();
	} else if (chance(o->suspend)) {
		front_suspend(!below(3));
		if (!front_is_up()) {
			sim_run(below(500));
			if (front_resume())
				front_remove();
		}
	}
}

static void step(void)
{
	sim_run(1 + below(below(4) ? 3000 : 60000));
	if (front_exists())
		act();
	else
		try_start();
}

static void heal_all(void)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++) {
		faults_heal(&world.disk[leg]);
		world.disk[leg].health.bad_count = 0;
		world_enlarge(leg);
	}
}

static u64 legs_formatted(void)
{
	unsigned int leg;
	u64 legs = 0;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (slotbook_newest(leg))
			legs |= 1ull << leg;
	return legs;
}

/*
 * The way out of a split brain: of all choices of legs the largest one that
 * force can start; the others are forgotten.
 */
static int start_by_force(struct front_table *table)
{
	u64 all = table->present;
	unsigned int nr, leg;
	u64 legs;

	table->degraded = TANDEM_DEGRADED_FORCE;
	for (nr = hweight64(all); nr; nr--) {
		for (legs = 1; legs <= all; legs++) {
			table->present = legs;
			/* Whoever the choice finds left out is to be filled. */
			table->rebuild = legs;
			if (hweight64(legs) != nr || legs & ~all || front_make(table))
				continue;
			for (leg = 0; leg < world.nr_disks; leg++)
				if (all & ~legs & 1ull << leg)
					world_forget(leg);
			return 0;
		}
	}
	return -EUCLEAN;
}

u64 admin_legs_to_fill(void)
{
	u64 legs = legs_not_current();
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (ledger_is_up_to_date(leg))
			legs |= ledger_left_out_by(leg);
	return legs;
}

/* Starts with whatever is needed; what was forced before may need more force. */
static u64 start_for_good(void)
{
	struct front_table table = {
		.degraded = TANDEM_DEGRADED_PROVEN,
		.present = legs_formatted(), .rebuild = admin_legs_to_fill(),
	};
	int error;

	error = front_make(&table);
	if (error && !world.options.force && !slotbook_is_spliced())
		sim_fail("liveness",
			 "all disks are here and well, and the start fails (%d)", error);
	if (error && start_by_force(&table))
		sim_fail("liveness", "whatever legs one chooses, not even force starts them");
	return table.present;
}

/* The states are looked at first: this is asked after every event, and a status is dear. */
static bool is_healthy(u64 present)
{
	static struct tandem_status status;
	struct tandem_array *array = front_array();
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (present & 1ull << leg && array->leg[leg].state != TANDEM_LEG_CURRENT)
			return false;
	tandem_array_status(array, &status);
	return !status.unsure_regions && status.sync == TANDEM_SYNC_NONE;
}

static void wait_until(bool (*reached)(u64 present), u64 present, const char *what)
{
	u64 deadline = sim_now() + PATIENCE_TICKS;

	while (!reached(present))
		if (sim_now() > deadline || (!sim_step() && !reached(present)))
			sim_fail("liveness", "nothing is wrong, but never: %s; %s", what,
				 front_status());
}

static bool is_all_clean(u64 unused)
{
	struct tandem_array *array = front_array();
	unsigned int s, i;

	(void)unused;
	for (s = 0; s < array->nr_sets; s++)
		for (i = 0; i < tandem_geometry_regions(&array->super->geo); i++)
			if ((u32)atomic_read(&array->set[s].region[i]) & TANDEM_REGION_DIRTY)
				return false;
	return true;
}

static bool users_have_ended(u64 unused)
{
	(void)unused;
	return users_are_idle();
}

static void settle_running_array(void)
{
	if (!front_exists())
		return;
	if (!front_is_read_only())
		front_message(TANDEM_MESSAGE_SYNC_RESUME, 0);
	wait_until(users_have_ended, 0, "the users' requests end");
	front_remove();
}

static u64 copied(const struct tandem_array *array)
{
	return atomic64_read(&array->resync_sectors) + atomic64_read(&array->rebuild_sectors);
}

/* Nobody asks for anything: what is paused stands still, and goes on afterwards. */
static void pause_for_a_while(struct tandem_array *array)
{
	u64 before;

	front_message(TANDEM_MESSAGE_SYNC_PAUSE, 0);
	before = copied(array);
	sim_run(200000);
	oracle_pace_paused(before, copied(array));
	front_message(TANDEM_MESSAGE_SYNC_RESUME, 0);
}

static void check_clean(u64 present)
{
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		if (present & 1ull << leg && !slotbook_newest(leg)->clean)
			sim_fail("liveness", "leg %u is not clean after a clean stop", leg);
}

/* Nothing is resynced, and all is there. */
static void start_once_more(void)
{
	u64 present = start_for_good();

	sim_run(1000);
	if (atomic64_read(&front_array()->resync_sectors) || !is_healthy(present))
		sim_fail("liveness", "after a clean stop something is resynced");
	users_read_all();
	front_poll();
	front_remove();
}

void admin_finale(void)
{
	struct tandem_array *array;
	u64 present;

	admin.finale = true;
	disarm();
	faults_stop();
	users_end_work();
	settle_running_array();
	heal_all();
	present = start_for_good();
	array = front_array();
	if (world.options.pace)
		pause_for_a_while(array);
	wait_until(is_healthy, present, "all legs are current and equal");
	users_write_run();
	if (world.options.log)
		wait_until(is_all_clean, present, "the logs are empty");
	oracle_quiet(array);
	users_read_all();
	front_remove();
	check_clean(present);
	/* Of short histories one in four is enough: a start is much of what they take. */
	if (!world.options.events_percent || world.options.seed % 4 == 0)
		start_once_more();
}

void admin_run(void)
{
	while (users_left() && admin.steps++ < MAX_STEPS)
		step();
	admin_finale();
}
