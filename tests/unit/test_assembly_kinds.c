// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: whatever lies in the places of a set, the chooser gives the verdict that
 * its order of verdicts demands, and starts nothing else.
 *
 * Method: every combination, for two to four legs, of what a place may hold,
 * after a clean stop and after a power cut. What is expected is computed from
 * the kinds alone, without a look at a superblock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "play.h"

/* What is found in a place. */
enum kind {
	GOOD,
	OLD,		/* failed while the others went on */
	ABSENT,
	COPY,		/* the leg of the next place once more, in its newest form */
	FOREIGN,	/* the leg of this place of another array */
	SIZE,		/* good, but the disk is smaller */
	BLOCK,		/* good, but the disk has other logical blocks */
	NR_KINDS
};

#define LETTERS "gs-cfzb"

struct combination {
	unsigned int nr;
	enum kind kind[WORLD_MAX_PLACES];
	char text[WORLD_MAX_PLACES + 1];
};

static struct tandem_super super[WORLD_MAX_PLACES];

static unsigned int count(const struct combination *c, enum kind kind)
{
	unsigned int i, nr = 0;

	for (i = 0; i < c->nr; i++)
		nr += c->kind[i] == kind;
	return nr;
}

/* Is the leg of place @leg here, in its place or as a copy? */
static unsigned int times_here(const struct combination *c, unsigned int leg)
{
	const enum kind before = c->kind[(leg + c->nr - 1) % c->nr];
	const enum kind kind = c->kind[leg];

	return (before == COPY) + (kind == GOOD || kind == OLD || kind == SIZE || kind == BLOCK);
}

static enum tandem_verdict_kind expected(const struct combination *c)
{
	const unsigned int foreign = count(c, FOREIGN);
	unsigned int leg, missed = 0;

	if (count(c, ABSENT) == c->nr)
		return TANDEM_ASM_EMPTY;
	if (foreign && foreign + count(c, ABSENT) < c->nr)
		return TANDEM_ASM_FOREIGN;
	/* Strangers among themselves are an array. */
	if (foreign)
		return foreign == c->nr ? TANDEM_ASM_COMPLETE : TANDEM_ASM_UNPROVEN;
	for (leg = 0; leg < c->nr; leg++) {
		if (times_here(c, leg) > 1)
			return TANDEM_ASM_DUPLICATE;
		missed += c->kind[leg] != OLD && !times_here(c, leg);
	}
	if (count(c, SIZE) || count(c, BLOCK))
		return TANDEM_ASM_MISMATCH;
	/* An old leg alone does not know that it is old, but misses the others. */
	if (missed)
		return TANDEM_ASM_UNPROVEN;
	return count(c, OLD) ? TANDEM_ASM_PROVEN : TANDEM_ASM_COMPLETE;
}

static bool may_start(enum tandem_verdict_kind kind, enum tandem_degraded policy)
{
	if (kind == TANDEM_ASM_COMPLETE)
		return true;
	if (kind == TANDEM_ASM_PROVEN)
		return policy != NEVER;
	return kind == TANDEM_ASM_UNPROVEN && policy == FORCE;
}

/* The history: all legs run, the old ones fail, the others go on. */
static void play(const struct combination *c, bool clean)
{
	unsigned int i;

	world_init(now, 1, c->nr);
	up((u8)((1u << c->nr) - 1), PROVEN);
	for (i = 0; i < c->nr; i++)
		if (c->kind[i] == OLD)
			disk_fails((int)i);
	if (clean)
		down();
	else
		power_cut();
}

/* What lies in @place. False: nothing. */
static bool find(const struct combination *c, unsigned int place,
		 struct tandem_candidate *candidate)
{
	const enum kind kind = c->kind[place];

	if (kind == ABSENT)
		return false;
	super[place] = now->disk[kind == COPY ? (place + 1) % c->nr : place].super;
	if (kind == FOREIGN)
		super[place].array.byte[7] ^= 1;
	candidate->super = &super[place];
	candidate->disk_sectors = WORLD_DISK_SECTORS - (kind == SIZE ? 8 : 0);
	candidate->logical_block_bytes = kind == BLOCK ? 4096 : WORLD_BLOCK_BYTES;
	return true;
}

/* All that is newest is here, so the old ones are known to be old. */
static void check_use(const struct combination *c, const struct tandem_candidate *candidate,
		      const struct tandem_plan *plan, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const unsigned int place = (unsigned int)(candidate[i].super - super);
		const bool old = c->kind[place] == OLD;

		if (plan->use[i] != (old ? TANDEM_USE_STALE : TANDEM_USE_CURRENT))
			fail_msg("%s: place %u is used as %u", c->text, place, plan->use[i]);
	}
}

static void check(const struct combination *c, bool backwards)
{
	struct tandem_candidate candidate[WORLD_MAX_PLACES];
	const enum tandem_verdict_kind kind = expected(c);
	unsigned int i, policy, nr = 0;
	struct tandem_plan plan;

	for (i = 0; i < c->nr; i++)
		nr += find(c, backwards ? c->nr - 1 - i : i, &candidate[nr]);
	for (policy = NEVER; policy <= FORCE; policy++) {
		const bool start = may_start(kind, (enum tandem_degraded)policy);

		tandem_assembly_choose(candidate, nr, (enum tandem_degraded)policy, &plan);
		if (plan.kind != kind || plan.startable != start)
			fail_msg("%s, policy %u: %s, %sstarted; not: %s", c->text, policy,
				 tandem_assembly_text(plan.kind), plan.startable ? "" : "not ",
				 tandem_assembly_text(kind));
		if (start && kind != TANDEM_ASM_UNPROVEN)
			check_use(c, candidate, &plan, nr);
	}
}

/* Combination @number; false: there is no such history, for the last leg never fails. */
static bool make(struct combination *c, unsigned int nr, unsigned int number)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	c->nr = nr;
	for (i = 0; i < nr; i++) {
		c->kind[i] = (enum kind)(number % NR_KINDS);
		c->text[i] = LETTERS[c->kind[i]];
		number /= NR_KINDS;
	}
	return count(c, OLD) < nr;
}

static void test_every_combination_of_what_is_found(void **state)
{
	unsigned int nr, number, all = NR_KINDS, seen[TANDEM_NR_ASM] = { 0 };
	struct combination c;

	(void)state;
	for (nr = 2; nr <= WORLD_MAX_PLACES; nr++) {
		all *= NR_KINDS;
		for (number = 0; number < all; number++) {
			if (!make(&c, nr, number))
				continue;
			seen[expected(&c)]++;
			play(&c, true);
			check(&c, false);
			check(&c, true);
			play(&c, false);
			check(&c, false);
			check(&c, true);
		}
	}
	assert_true(seen[TANDEM_ASM_COMPLETE] && seen[TANDEM_ASM_PROVEN]);
	assert_true(seen[TANDEM_ASM_UNPROVEN] && seen[TANDEM_ASM_EMPTY]);
	assert_true(seen[TANDEM_ASM_MISMATCH] && seen[TANDEM_ASM_DUPLICATE]);
	assert_true(seen[TANDEM_ASM_FOREIGN]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_combination_of_what_is_found),
	};

	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
