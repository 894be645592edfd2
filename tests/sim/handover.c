// SPDX-License-Identifier: GPL-2.0-only
/*
 * A leg is replaced by another while users write, and power goes at every single write.
 *
 *	widen     a new table: one place more, and the new disk is to be filled
 *	fill      users go on; the old leg, or the new one, may die
 *	hand over the new leg is current: the old one is failed by hand, and when that is on
 *	          record a new table has one place less
 *
 * What is done next is told from the state that is found, by the one function that does the
 * whole of it in the first place (handover_advance()): so whatever a cut leaves is brought to
 * its end by the same steps. Before that, of what the cut left:
 *
 *	availability  all disks together start; and without the new one, unless a record
 *	              calls it current
 *	K1, K4        whatever disks start, every current leg holds all that was acknowledged
 *	K8, I38       at the end the legs of a set are equal, and their number is as it was
 *	B20           the old disk is a former leg, and starts nothing by itself
 *	I52           what is left of a set that was out of use meanwhile starts by force
 *
 * And with no cut at all, but with all disks away from a write on that a start makes, until that
 * start has given up: then the array runs on, with whichever number of legs they hold by then.
 *
 * Decisions: here are disks that change places, which the other parts of the simulator do not
 * have: a place is a disk there, in all books. So this has an oracle of its own, which knows of
 * each block what was acknowledged and what is under way; every write is FUA, and on a disk
 * when it is answered. What caches do is the other parts' business: a start with a place more
 * flushes and commits by the code of any start.
 */
#include "core/replace.h"
#include "handover.h"
#include "handover_steps.h"
#include "sched.h"
#include "shim/memory.h"

#define SEEDS	2u	/* orders of what is under way, per history; one more: disks that err */

static void check_leg(unsigned int leg)
{
	const unsigned int set = handover_run.array->super->place[leg].set;
	const struct handover_content *block;
	const u64 *data;
	u32 i, k;

	for (i = 0; i < HANDOVER_BLOCKS; i++) {
		block = &handover_run.content[set][i];
		data = (const u64 *)handover_block(handover_run.table.disk[leg],
						   handover_place_of(i));
		for (k = 0; block->acked && k < TANDEM_PAGE_BYTES / sizeof(u64); k++)
			if (data[k] != block->acked && data[k] != block->pending)
				sim_fail("K1", "leg %u is current, block %u is %llu, not %llu", leg,
					 i, (unsigned long long)data[k],
					 (unsigned long long)block->acked);
	}
}

static void check_legs(void)
{
	unsigned int leg;

	for (leg = 0; leg < handover_run.array->params.nr_legs; leg++)
		if (handover_state_of(leg) == TANDEM_LEG_CURRENT)
			check_leg(leg);
}

/* What may be started of @disks; true: something. */
static bool choose(u64 disks, struct tandem_plan *plan, struct handover_table *table)
{
	struct tandem_candidate candidate[HANDOVER_MAX_DISKS];
	u8 disk_of[HANDOVER_MAX_DISKS];
	unsigned int i, nr = 0;

	for (i = 0; i < handover.nr_disks; i++) {
		if (!(disks & 1ull << i) || !handover_read_super(i))
			continue;
		candidate[nr].super = &handover.disk[i].super;
		candidate[nr].disk_sectors = handover.disk[i].engine.size_sectors;
		candidate[nr].logical_block_bytes = 512;
		disk_of[nr++] = (u8)i;
	}
	tandem_assembly_choose(candidate, nr,
			       handover_run.force ? TANDEM_DEGRADED_FORCE : TANDEM_DEGRADED_PROVEN,
			       plan);
	if (!plan->startable)
		return false;
	memset(table, 0, sizeof(*table));
	table->nr_legs = candidate[plan->newest].super->nr_legs;
	for (i = 0; i < table->nr_legs; i++)
		table->disk[i] = plan->of_place[i] < 0 ? HANDOVER_NONE : disk_of[plan->of_place[i]];
	return true;
}

static bool calls_new_current(void)
{
	const struct handover_disk *new = &handover.disk[handover.nr_disks - 1];
	const struct tandem_super *super;
	unsigned int i, leg;

	if (!handover_read_super(handover.nr_disks - 1))
		return false;
	for (i = 0; i + 1 < handover.nr_disks; i++) {
		super = &handover.disk[i].super;
		leg = handover_read_super(i) ? tandem_replace_find(super, &new->super.leg_id) :
					       TANDEM_NO_PLACE;
		if (leg != TANDEM_NO_PLACE && super->place[leg].record == TANDEM_RECORD_CURRENT)
			return true;
	}
	return false;
}

static bool all_current(void)
{
	unsigned int leg;

	for (leg = 0; leg < handover_run.array->params.nr_legs; leg++)
		if (handover_state_of(leg) != TANDEM_LEG_CURRENT)
			return false;
	return true;
}

static void write_all(void)
{
	unsigned int i;

	for (i = 0; i < 40; i++) {
		handover_write();
		handover_wait_for_users();
	}
}

/* Two legs of a set, which are all it has. */
static void check_equal(unsigned int leg, unsigned int other)
{
	const u8 *disk = handover_run.table.disk;
	u32 i, at;

	for (i = 0; i < HANDOVER_BLOCKS; i++) {
		at = handover_place_of(i);
		if (handover_run.content[leg / 2][i].acked &&
		    memcmp(handover_block(disk[leg], at), handover_block(disk[other], at),
			   TANDEM_PAGE_BYTES))
			sim_fail("K8", "legs %u and %u differ in block %u", leg, other, i);
	}
}

/* The legs of a set are equal; the old disk is a former leg. */
static void check_end(void)
{
	u64 all = (1ull << handover.nr_disks) - 1;
	unsigned int old = handover_run.given_up ? handover.nr_disks - 1u :
						   handover_run.history->leg;
	struct tandem_plan plan;
	struct handover_table table;
	unsigned int leg;

	for (leg = 0; leg < handover_run.table.nr_legs; leg += 2)
		check_equal(leg, leg + 1);
	if (handover_run.table.nr_legs != handover.super.nr_legs)
		sim_fail("I38", "%u legs at the end", handover_run.table.nr_legs);
	if (!choose(all, &plan, &table) || plan.kind != TANDEM_ASM_COMPLETE)
		sim_fail("B20", "with the old disk beside it: %s", tandem_assembly_text(plan.kind));
	for (leg = 0; leg < table.nr_legs; leg++)
		if (table.disk[leg] == old)
			sim_fail("B20", "the old disk is leg %u again", leg);
	if (choose(1ull << old, &plan, &table))
		sim_fail("B20", "the old disk starts by itself");
}

static void finish(void)
{
	while (handover_advance())
		;
	write_all();
	/* A leg that died is well again, and is filled as `add` would. */
	if (!all_current()) {
		handover_run.table.rebuild = (1ull << handover_run.table.nr_legs) - 1;
		handover_run.table.retire = 0;
		handover_reload(&handover_run.table);
	}
	handover_wait(all_current, true, "all legs are current");
	check_legs();
	handover_stop();
	check_end();
}

/* From what a cut left, with @disks. */
static void start_again(u64 disks, bool must)
{
	u64 all = (1ull << handover.nr_disks) - 1;
	struct tandem_plan plan;
	struct handover_table table;

	handover_keep(true);
	handover_mend();
	if (!choose(disks, &plan, &table)) {
		if (must)
			sim_fail("availability", "disks %llx do not start: %s",
				 (unsigned long long)disks, tandem_assembly_text(plan.kind));
		return;
	}
	handover_start(&table);
	check_legs();
	handover_write();
	handover_wait_for_users();
	check_legs();
	if (disks == all)
		finish();
	else
		handover_stop();
}

/* Before anything is replaced; its disk stays where it was. */
static void leave(const struct handover_table *table, unsigned int leg)
{
	handover_fail(leg);
	write_all();
	handover_stop();
	handover_spoil_slot(table->disk[leg]);
	handover_start(table);
}

static void forget_run(void)
{
	handover_run.array = NULL;
	handover_users_forget();
	sim_clear();
	sim_memory_drop();
}

static void check_rest(void)
{
	static struct handover_content block[2][HANDOVER_BLOCKS];
	u64 all = (1ull << handover.nr_disks) - 1;
	u64 new = 1ull << (handover.nr_disks - 1);
	u64 value = handover_run.value, disks;

	handover.limit = 0;
	handover_keep(false);
	memcpy(block, handover_run.content, sizeof(block));
	for (disks = all; disks; disks--) {
		if (handover_run.history->nr_sets > 1 && hweight64(disks) + 1 < handover.nr_disks)
			continue;
		memcpy(handover_run.content, block, sizeof(block));
		handover_run.value = value;
		handover_run.given_up = false;
		handover_run.died = true;
		start_again(disks, disks == all || (disks == (all & ~new) && !calls_new_current()));
		forget_run();
	}
}

/*
 * The whole of it, cut off before write @limit, or with all disks away from there to the end of
 * that start. False: it has fewer writes, and came to its end.
 */
static bool play(const struct handover_history *history, u32 limit, u32 seed)
{
	static jmp_buf outer;
	volatile bool was_cut = true, more = true;
	struct handover_table table = { .nr_legs = (u16)(2 * history->nr_sets) };
	unsigned int i;

	sim_start(seed * 1000 + limit + history->leg);
	memset(handover_run.content, 0, sizeof(handover_run.content));
	handover_run.history = history;
	handover_run.value = 0;
	handover_run.given_up = false;
	handover_run.died = false;
	handover_run.force = false;
	handover_create(history->nr_sets);
	handover.errs = seed == SEEDS;
	for (i = 0; i < table.nr_legs; i++)
		table.disk[i] = (u8)i;
	memcpy(outer, sim_crash_env, sizeof(outer));
	if (!setjmp(sim_crash_env)) {
		handover_start(&table);
		write_all();
		if (history->out)
			leave(&table, history->out - 1);
		handover.limit = limit;
		while (handover_advance())
			;
		was_cut = false;
		more = handover.writes >= limit;
		handover.limit = 0;
		handover_mend();
		finish();
	}
	memcpy(sim_crash_env, outer, sizeof(outer));
	forget_run();
	if (was_cut) {
		handover_run.cuts++;
		handover_cut();
		check_rest();
	}
	return more;
}

/* What is left of a set, the leg on disk @lost, starts and goes on, whatever its number. */
static void start_rest(unsigned int lost, bool force)
{
	const u64 disks = ((1ull << handover.nr_disks) - 1) & ~(1ull << (lost ^ 1));
	struct tandem_plan plan;
	struct handover_table table;
	unsigned int leg = 0;

	handover_run.force = force;
	if (!choose(disks, &plan, &table) || plan.forced != force)
		sim_fail("availability", "what is left of a set: %s",
			 tandem_assembly_text(plan.kind));
	handover_start(&table);
	handover_run.force = false;
	while (leg < table.nr_legs && table.disk[leg] != lost)
		leg++;
	if (leg == table.nr_legs || handover_state_of(leg) != TANDEM_LEG_CURRENT)
		sim_fail("availability", "the leg that is left is not current");
	check_legs();
	write_all();
	check_legs();
}

/*
 * Leg @lost left; then a leg of the other set began to be replaced; then the one beside @lost
 * died for good. By force what @lost has is got out, and the other set loses nothing.
 */
static void rescue(unsigned int lost)
{
	const struct handover_history history = { 2, lost ^ 3, NOBODY, 0 };
	struct handover_table table = { .nr_legs = 4, .disk = { 0, 1, 2, 3 } };
	struct tandem_plan plan;

	sim_start(1);
	memset(&handover_run.content, 0, sizeof(handover_run.content));
	handover_run.history = &history;
	handover_run.value = 0;
	handover_run.given_up = handover_run.died = false;
	handover_create(history.nr_sets);
	handover_start(&table);
	write_all();
	handover_fail(lost);
	write_all();
	handover_advance();
	handover_stop();
	handover.disk[lost ^ 1].dead = true;
	if (choose(((1ull << handover.nr_disks) - 1) & ~(1ull << (lost ^ 1)), &plan, &table))
		sim_fail("I52", "an old leg starts without force");
	/* It has what it had. */
	memset(handover_run.content[lost / 2], 0, sizeof(handover_run.content[0]));
	start_rest(lost, true);
	handover_stop();
	start_rest(lost, false);
	while (handover_advance())
		;
	check_legs();
	check_equal((lost & 2) ^ 2, ((lost & 2) ^ 2) + 1);
	handover_stop();
	forget_run();
}

static const struct handover_history histories[] = {
	{ 1, 0, NOBODY, 0 }, { 1, 1, NOBODY, 0 }, { 1, 0, OLD_LEG, 0 }, { 1, 1, NEW_LEG, 0 },
	{ 2, 0, NOBODY, 0 }, { 2, 1, OLD_LEG, 0 }, { 2, 3, NOBODY, 0 },
	{ 2, 0, NOBODY, 3 },
};

bool handover_play(void)
{
	volatile unsigned int i = 0;
	volatile u32 limit = 0, seed = 0;
	volatile bool passed = false;

	handover_users_create();
	if (!setjmp(sim_fail_env)) {
		for (i = 0; i < ARRAY_SIZE(histories); i++)
			for (seed = 0; seed <= SEEDS; seed++)
				for (limit = 1; play(&histories[i], limit, seed); limit++)
					;
		forget_run();
		for (seed = 0; seed < 4; seed++)
			rescue(seed);
		passed = true;
	}
	forget_run();
	handover_destroy();
	handover_users_destroy();
	if (!passed)
		printf("string handover-%u-%u-%u FAILED: %s: %s\n", i, seed, limit,
		       sim_failure.rule, sim_failure.text);
	printf("handover: %u histories, %u cuts, %u starts, %u of them broken off\n", i,
	       handover_run.cuts, handover_run.starts, handover_run.broken);
	printf("%u passed, %u failed\n", passed, !passed);
	return passed;
}

/* The first history: up to its end, or with every cut. */
static bool play_first(u32 first, u32 seed)
{
	volatile u32 limit = first;
	volatile bool passed = false;

	handover_users_create();
	if (!setjmp(sim_fail_env)) {
		while (play(&histories[0], limit, seed))
			limit++;
		passed = true;
	}
	forget_run();
	handover_destroy();
	handover_users_destroy();
	if (!passed)
		printf("string handover-0-%u-%u FAILED: %s: %s\n", seed, limit,
		       sim_failure.rule, sim_failure.text);
	return passed;
}

bool handover_play_refusals(void)
{
	return play_first(1, SEEDS);
}

bool handover_play_former(void)
{
	return play_first(~0u, 0);
}
