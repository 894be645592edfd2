// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of the simulated device, in the order of dm.c: load while the old table
 * runs, presuspend, block, wait for what is under way, postsuspend, swap,
 * preresume, destroy the old table.
 */
#include "front_device.h"
#include "oracle_grow.h"
#include "oracle_keep.h"
#include "oracle_pace.h"
#include "oracle_rate.h"
#include "oracle_read.h"
#include "sched.h"
#include "world.h"

#define PATIENCE_TICKS	7200000000ull	/* two hours: a request is lost */

void front_start(void)
{
	memset(&front, 0, sizeof(front));
	INIT_LIST_HEAD(&front.ops);
	INIT_LIST_HEAD(&front.deferred);
	INIT_LIST_HEAD(&front.parts);
	front.request_bytes = tandem_request_bytes(world.options.legs);
	front.blocked = true;
}

bool front_is_quiet(void)
{
	return !front.pending && list_empty(&front.ops);
}

bool front_exists(void)
{
	return front.array;
}

bool front_is_up(void)
{
	return front.up;
}

bool front_is_read_only(void)
{
	return front.array && front.start.read_only;
}

struct tandem_array *front_array(void)
{
	return front.array;
}

bool front_has_disk(unsigned int leg)
{
	return front.disk[leg];
}

bool front_reads_are_bound(void)
{
	return front.up && front.start.bound;
}

static void told(void *context)
{
	if (context != &front)
		sim_fail("engine", "event with a context that is not ours");
	front.events++;
}

static void fill_disks(const struct front_table *table, struct tandem_disk **disk)
{
	unsigned int i;

	for (i = 0; i < world.nr_disks; i++)
		disk[i] = table->present & 1ull << i ? &world.disk[i].engine : NULL;
	if (table->swap)
		swap(disk[0], disk[world.nr_disks - 1]);
}

static void note_start(const struct front_table *table, struct oracle_start *start)
{
	memset(start, 0, sizeof(*start));
	start->present = table->present;
	start->degraded = table->degraded;
	start->read_only = table->read_only;
	start->grow = table->grow;
	start->made = faults_injected();
	start->misplaced = table->swap &&
		table->present & (1ull | 1ull << (world.nr_disks - 1));
}

/* The constructor: an array that is down, validated. */
static int construct(const struct front_table *table, struct tandem_array **array)
{
	struct tandem_array_params params = {
		.array = world.super.array, .nr_legs = world.nr_disks,
		.degraded = table->degraded, .rebuild = table->rebuild,
		.grow_sectors = table->grow, .read_only = table->read_only,
		.tunables = {
			.log_window = world.options.log_window,
			.log_limit = world.options.log_limit,
			.clean_ms = world.options.clean_ticks / 1000,
			.ahead = world.options.ahead,
			.pace_us = world.options.pace_ticks,
			.lost_limit = world.options.lost_limit,
		},
		.event = told, .context = &front,
	};
	const char *why = NULL;
	int error;

	fill_disks(table, params.disk);
	sim_state.control = true;
	sim_memory_fail_at(table->no_memory);
	*array = NULL;
	error = tandem_array_create(&params, array);
	if (!error)
		error = tandem_array_load(*array, &why);
	SIM_NOTE("construct", why, { table->present, table->rebuild, -error });
	if (error) {
		sim_memory_fail_at(0);
		tandem_array_destroy(*array);
		*array = NULL;
	}
	sim_state.control = false;
	return error;
}

static void destroy(struct tandem_array *array)
{
	sim_state.control = true;
	tandem_array_destroy(array);
	sim_state.control = false;
}

/*
 * The array is up: that is heard before anything else happens, though the control path that
 * has brought it up is not back yet.
 */
static void hear(void)
{
	if (!front.starting || !front.array || front.array->phase != TANDEM_PHASE_UP)
		return;
	front.starting = false;
	SIM_NOTE("activate", NULL, { front.start.present, front.start.degraded });
	oracle_grown(&front.start, front.array);
	oracle_started(&front.start, front.array);
	oracle_rate_started(front.array);
	oracle_keep_started(&front.start, front.array);
	front.up = true;
}

static void look_around(void)
{
	hear();
	oracle_rate_preempted();
}

static int activate(void)
{
	const char *why = NULL;
	int error;

	oracle_start_begin(&front.start);
	oracle_read_begin();
	front.starting = true;
	sim_before_preemption = look_around;
	sim_state.control = true;
	error = tandem_array_activate(front.array, &why);
	sim_state.control = false;
	sim_memory_fail_at(0);
	if (error) {
		front.starting = false;
		SIM_NOTE("activate", why, { front.start.present, front.start.degraded, -error });
		oracle_start_broken(&front.start, front.array);
		oracle_refused(&front.start, error);
		return error;
	}
	hear();
	front.blocked = false;
	front_submit_deferred();
	return 0;
}

static void forget_device(void)
{
	front.array = NULL;
	front.up = false;
	front.blocked = true;
	memset(front.disk, 0, sizeof(front.disk));
	memset(&front.start, 0, sizeof(front.start));
}

int front_make(const struct front_table *table)
{
	struct tandem_array *array;
	int error;

	note_start(table, &front.start);
	oracle_start_begin(&front.start);
	error = construct(table, &array);
	if (error) {
		oracle_refused(&front.start, error);
		forget_device();
		return error;
	}
	fill_disks(table, front.disk);
	front.array = array;
	error = activate();
	if (error)
		front_remove();
	return error;
}

static void wait_for_requests(void)
{
	u64 deadline = sim_now() + PATIENCE_TICKS;

	while (!front_is_quiet())
		if (sim_now() > deadline || !sim_step())
			sim_fail("liveness",
				 "%llu parts of requests never end, the device is suspending",
				 (unsigned long long)front.pending);
}

void front_suspend(bool interrupted)
{
	SIM_NOTE("suspend", NULL, { interrupted });
	sim_state.control = true;
	tandem_array_end_start(front.array);
	sim_state.control = false;
	sim_run(sim_below(SIM_RANDOM_ADMIN, 300));
	front.blocked = true;
	if (interrupted) {
		sim_run(sim_below(SIM_RANDOM_ADMIN, 1000));
		sim_state.control = true;
		tandem_array_end_cancel(front.array);
		sim_state.control = false;
		front.blocked = false;
		front_submit_deferred();
		return;
	}
	wait_for_requests();
	sim_state.control = true;
	tandem_array_end_finish(front.array);
	sim_state.control = false;
	oracle_rate_down(front.array);
	oracle_keep_down(front.array);
	oracle_pace_down(front.array);
	front.up = false;
	SIM_NOTE("suspended", NULL, { 0 });
	oracle_down();
}

int front_resume(void)
{
	return activate();
}

int front_reload(const struct front_table *table)
{
	struct tandem_array *old = front.array;
	u64 made = faults_injected();
	struct tandem_array *new;
	int error = construct(table, &new);

	if (error)
		return error;
	sim_memory_fail_at(0);
	front_suspend(false);
	note_start(table, &front.start);
	front.start.made = made;
	fill_disks(table, front.disk);
	front.array = new;
	error = activate();
	destroy(old);
	if (error)
		front_remove();
	return error;
}

void front_remove(void)
{
	oracle_pace_begin();
	struct sim_op *op;

	if (front.up)
		front_suspend(false);
	destroy(front.array);
	forget_device();
	oracle_removed();
	while (!list_empty(&front.deferred)) {
		op = list_first_entry(&front.deferred, struct sim_op, node);
		list_del(&op->node);
		op->status = BLK_STS_IOERR;
		op->done(op);
	}
	if (sim_memory_pieces())
		sim_fail("memory", "%zu pieces are left behind", sim_memory_pieces());
}

void front_crash(void)
{
	oracle_pace_begin();
	if (front.starting)
		oracle_start_broken(&front.start, front.array);
	front.starting = false;
	front_drop_requests();
	sim_memory_drop();
	forget_device();
}

u64 front_legs(enum tandem_leg_state state)
{
	unsigned int i;
	u64 legs = 0;

	for (i = 0; front.array && i < world.nr_disks; i++)
		if (front.array->leg[i].state == state)
			legs |= 1ull << i;
	return legs;
}

const char *front_status(void)
{
	static struct tandem_status status, again;
	static char text[4096];

	memset(&again, 0, sizeof(again));
	tandem_array_status(front.array, &status);
	if (tandem_status_format(&status, text, sizeof(text)) < 0 ||
	    tandem_status_parse(text, &again) || status.state != again.state ||
	    status.sync != again.sync || status.unsure_regions != again.unsure_regions ||
	    status.pace.limit != again.pace.limit)
		sim_fail("status", "the status line cannot be printed and read back: %s", text);
	oracle_pace_status(&status);
	SIM_NOTE("status", tandem_array_state_text(status.state),
		 { status.unsure_regions, status.sync, status.epoch });
	return text;
}

void front_poll(void)
{
	front_status();
	if (!front.up)
		return;
	oracle_look(front.array);
	oracle_keep_look(front.array);
}

int front_message(enum tandem_message_verb verb, u64 number)
{
	struct tandem_message message = { .verb = verb, .leg = number, .value = number };
	int error;

	if (verb == TANDEM_MESSAGE_SET_READ) {
		message.leg = number >> 8;
		message.value = number & 0xff;
	}
	oracle_keep_sent(&message, 1);
	error = tandem_array_message(front.array, &message);
	if (verb == TANDEM_MESSAGE_FAIL && !error)
		oracle_taken_out((unsigned int)number);
	oracle_keep_sent(&message, error);
	SIM_NOTE("message", NULL, { verb, number, -error });
	return error;
}
