// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users and administrator of handover.c.
 *
 * What is to be done next is told from the record and the states that are there, as
 * userspace/lib/replace.c does it: so whatever a cut leaves is brought to its end by the
 * same steps.
 */
#include <stdlib.h>

#include "core/replace.h"
#include "core/table.h"
#include "handover_steps.h"
#include "io/activate.h"
#include "sched.h"

#define PATIENCE_TICKS	600000000ull

struct handover_run handover_run;

static struct user {
	struct bio bio;
	struct tandem_request *request;
	struct handover_content *content;
	u64 data[TANDEM_PAGE_BYTES / sizeof(u64)];
} user[HANDOVER_USERS];

void handover_users_create(void)
{
	unsigned int i;

	for (i = 0; i < HANDOVER_USERS; i++) {
		user[i].request = calloc(1, tandem_request_bytes(TANDEM_MAX_LEGS_PER_SET));
		if (!user[i].request)
			abort();
	}
}

void handover_users_destroy(void)
{
	unsigned int i;

	for (i = 0; i < HANDOVER_USERS; i++)
		free(user[i].request);
}

void handover_users_forget(void)
{
	unsigned int i;

	for (i = 0; i < HANDOVER_USERS; i++) {
		user[i].content = NULL;
		memset(&user[i].bio, 0, sizeof(user[i].bio));
		memset(user[i].request, 0, tandem_request_bytes(TANDEM_MAX_LEGS_PER_SET));
	}
}

u32 handover_place_of(u32 block)
{
	return block / 2 * (HANDOVER_REGION / 8) + block % 2 * 5;
}

static void wrote(struct bio *bio)
{
	struct user *by = container_of(bio, struct user, bio);

	if (!bio->bi_status) {
		by->content->acked = by->content->pending;
		by->content->pending = 0;
	} else {
		sim_fail("handover", "a write ends with error %d", bio->bi_status);
	}
	by->content = NULL;
}

void handover_write(void)
{
	struct user *by = &user[sim_below(SIM_RANDOM_USERS, HANDOVER_USERS)];
	u32 set = sim_below(SIM_RANDOM_USERS, handover_run.history->nr_sets);
	u32 block = sim_below(SIM_RANDOM_USERS, HANDOVER_BLOCKS);
	u32 at = handover_place_of(block);
	unsigned int i;

	if (by->content || handover_run.content[set][block].pending)
		return;
	by->content = &handover_run.content[set][block];
	by->content->pending = ++handover_run.value;
	for (i = 0; i < ARRAY_SIZE(by->data); i++)
		by->data[i] = handover_run.value;
	tandem_bio_init_empty(&by->bio);
	by->bio.bi_opf = REQ_OP_WRITE | REQ_FUA | REQ_SYNC;
	by->bio.bi_iter.bi_sector = (block / 2 * handover_run.history->nr_sets + set) *
				      HANDOVER_REGION + at % (HANDOVER_REGION / 8) * 8;
	by->bio.bi_iter.bi_size = TANDEM_PAGE_BYTES;
	by->bio.sim_data = (u8 *)by->data;
	by->bio.bi_end_io = wrote;
	if (tandem_request_map(handover_run.array, by->request, &by->bio) != TANDEM_MAP_SUBMITTED)
		sim_fail("handover", "a write is refused");
}

static bool users_rest(void)
{
	unsigned int i;

	for (i = 0; i < HANDOVER_USERS; i++)
		if (user[i].content)
			return false;
	return true;
}

void handover_wait(bool (*reached)(void), bool busy, const char *what)
{
	u64 deadline = sim_now() + PATIENCE_TICKS;

	while (!reached()) {
		if (busy && !sim_below(SIM_RANDOM_USERS, 20))
			handover_write();
		if (sim_now() > deadline || (!sim_step() && !reached()))
			sim_fail("liveness", "never: %s", what);
	}
}

void handover_wait_for_users(void)
{
	handover_wait(users_rest, false, "the users' writes end");
}

static void suspend(void)
{
	sim_state.control = true;
	tandem_array_end_start(handover_run.array);
	sim_state.control = false;
	handover_wait_for_users();
	sim_state.control = true;
	tandem_array_end_finish(handover_run.array);
	sim_state.control = false;
}

static void destroy(struct tandem_array *array)
{
	sim_state.control = true;
	tandem_array_destroy(array);
	sim_state.control = false;
}

void handover_stop(void)
{
	suspend();
	destroy(handover_run.array);
	handover_run.array = NULL;
}

/* NULL: refused. */
static struct tandem_array *construct(const struct handover_table *table, const char **why)
{
	struct tandem_array_params params = {
		.array = handover.super.array, .nr_legs = table->nr_legs,
		.degraded = handover_run.force ? TANDEM_DEGRADED_FORCE : TANDEM_DEGRADED_PROVEN,
		.rebuild = table->rebuild,
		.replace = table->replace, .retire = table->retire,
	};
	struct tandem_array *array = NULL;
	unsigned int i;
	int error;

	*why = "nothing";
	for (i = 0; i < table->nr_legs; i++)
		if (table->disk[i] != HANDOVER_NONE)
			params.disk[i] = &handover.disk[table->disk[i]].engine;
	sim_state.control = true;
	error = tandem_array_create(&params, &array);
	if (!error)
		error = tandem_array_load(array, why);
	sim_state.control = false;
	if (error && array)
		destroy(array);
	return error ? NULL : array;
}

static struct tandem_array *construct_surely(const struct handover_table *table)
{
	const char *why;
	struct tandem_array *array = construct(table, &why);

	if (!array)
		sim_fail("availability", "a table of %u legs is refused: %s", table->nr_legs, why);
	return array;
}

static bool activate(const struct handover_table *table, struct tandem_array *array)
{
	const char *why = "nothing";
	int error;

	handover_run.array = array;
	handover_run.table = *table;
	handover_run.starts++;
	sim_state.control = true;
	handover.starting = true;
	error = tandem_array_activate(array, &why);
	handover.starting = false;
	sim_state.control = false;
	if (error && !handover.down)
		sim_fail("availability", "a table of %u legs does not start: %s (%d)",
			 table->nr_legs, why, error);
	return !error;
}

void handover_start(const struct handover_table *table)
{
	activate(table, construct_surely(table));
}

/*
 * The start broke off, and the disks answer again: which of the two tables fits now they know
 * alone. As userspace/lib/replace.c does it.
 */
static void go_back(const struct handover_table *before, const struct handover_table *wanted)
{
	struct handover_table table[2] = { *before, *wanted };
	struct tandem_array *array = NULL;
	const char *why = "nothing";
	unsigned int i;

	handover.down = false;
	handover_run.broken++;
	for (i = 0; i < ARRAY_SIZE(table) && !array; i++) {
		table[i].replace = 0;
		table[i].retire = 0;
		array = construct(&table[i], &why);
		if (array && !activate(&table[i], array))
			sim_fail("availability", "no way back");
	}
	if (!array)
		sim_fail("availability", "both tables are refused: %s", why);
}

/* As device-mapper does it: the new table is made while the old one runs. */
void handover_reload(const struct handover_table *table)
{
	const struct handover_table before = handover_run.table, wanted = *table;
	struct tandem_array *old = handover_run.array;
	struct tandem_array *new = construct_surely(table);
	bool up;

	suspend();
	up = activate(table, new);
	destroy(old);
	if (up)
		return;
	destroy(new);
	go_back(&before, &wanted);
}

enum tandem_leg_state handover_state_of(unsigned int leg)
{
	return handover_run.array->leg[leg].state;
}

static const struct tandem_super *super_now(void)
{
	return handover_run.array->super;
}

/* The place that replaces another, if there is one. */
static unsigned int new_place(void)
{
	unsigned int leg;

	for (leg = 0; leg < super_now()->nr_legs; leg++)
		if (super_now()->place[leg].replaces)
			return leg;
	return TANDEM_NO_PLACE;
}

static bool is_filled(void)
{
	enum tandem_leg_state state = handover_state_of(new_place());

	return state != TANDEM_LEG_REBUILDING && state != TANDEM_LEG_UNRECORDED;
}

static unsigned int failing;

static bool is_out_of_use(unsigned int leg)
{
	const enum tandem_leg_state state = handover_state_of(leg);

	return state != TANDEM_LEG_CURRENT && state != TANDEM_LEG_UNRECORDED &&
	       state != TANDEM_LEG_REBUILDING;
}

static bool is_out(void)
{
	return is_out_of_use(tandem_replace_old_of(super_now(), new_place()));
}

static bool has_failed(void)
{
	return is_out_of_use(failing);
}

static void widen(void)
{
	static struct tandem_super super;
	struct handover_table table = handover_run.table;
	unsigned int new, i;
	int ret;

	super = *super_now();
	super.set[0].home = 1;
	ret = tandem_replace_widen(&super, handover_run.history->leg, NULL);
	if (ret < 0)
		sim_fail("handover", "no place more (%d)", ret);
	new = (unsigned int)ret;
	handover_format_new(handover.nr_disks - 1, &super, new);
	for (i = table.nr_legs++; i > new; i--)
		table.disk[i] = table.disk[i - 1];
	table.disk[new] = (u8)(handover.nr_disks - 1);
	table.rebuild = 1ull << new;
	table.replace = (u16)(handover_run.history->leg + 1);
	table.retire = 0;
	handover_reload(&table);
}

static void fill(unsigned int new)
{
	struct handover_table table = handover_run.table;

	table.rebuild = 1ull << new;
	table.replace = 0;
	table.retire = 0;
	handover_reload(&table);
}

/* @leg: the place that goes. */
static void narrow(unsigned int leg)
{
	struct handover_table table = handover_run.table;
	unsigned int new = new_place(), i;

	if (leg != new)
		table.disk[leg] = table.disk[new];
	for (i = new; i + 1u < table.nr_legs; i++)
		table.disk[i] = table.disk[i + 1];
	table.nr_legs--;
	table.rebuild = 0;
	table.replace = 0;
	table.retire = (u16)(leg + 1);
	handover_reload(&table);
}

static bool has_disk(unsigned int disk)
{
	unsigned int i;

	for (i = 0; i < handover_run.table.nr_legs; i++)
		if (handover_run.table.disk[i] == disk)
			return true;
	return false;
}

void handover_fail(unsigned int leg)
{
	struct tandem_message message = { .verb = TANDEM_MESSAGE_FAIL };

	failing = leg;
	message.leg = (u16)leg;
	if (tandem_array_message(handover_run.array, &message))
		sim_fail("handover", "leg %u cannot be failed", leg);
	handover_wait(has_failed, true, "the leg is on record as failed");
}

static void kill_somebody(unsigned int new)
{
	const enum handover_death death = handover_run.history->death;
	unsigned int old = tandem_replace_old_of(super_now(), new);

	if (handover_run.died || death == NOBODY)
		return;
	handover_run.died = true;
	handover.disk[handover_run.table.disk[death == OLD_LEG ? old : new]].dead = true;
}

bool handover_advance(void)
{
	const unsigned int new = new_place();

	if (new == TANDEM_NO_PLACE && (has_disk(handover.nr_disks - 1) || handover_run.given_up))
		return false;
	if (new == TANDEM_NO_PLACE) {
		widen();
	} else if (!is_filled()) {
		kill_somebody(new);
		handover_wait(is_filled, true, "the new leg is filled");
	} else if (handover_state_of(new) != TANDEM_LEG_CURRENT) {
		if (handover.disk[handover_run.table.disk[new]].dead) {
			handover_run.given_up = true;
			narrow(new);
		} else {
			fill(new);
		}
	} else if (!is_out()) {
		handover_fail(tandem_replace_old_of(super_now(), new_place()));
	} else {
		narrow(tandem_replace_old_of(super_now(), new));
	}
	return true;
}
