// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what is left of an array can be got out by force, whatever number of legs its sets
 * had when the leg that is left was last in use.
 *
 * Method: two sets, {0 1} and {2 3}. One leg of one of them leaves; a leg of either set is
 * replaced; every order of the two: it leaves before, while the set is wide, or after that;
 * and it stays behind while the set is made wide and narrow again. Then all legs of its set
 * but itself are gone. By force the array starts, its set as that leg knows it, the other as
 * it is; and starts again from what that start has written, wherever it broke off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assembly.h"
#include "core/lineage.h"
#include "core/replace.h"
#include "images/golden.h"

enum phase { BEFORE, WIDE, NARROW, NR_PHASES };

struct history {
	unsigned int lost;	/* leg that leaves, and is all that is left of its set */
	unsigned int old;	/* leg that is replaced */
	enum phase leaves;	/* in which phase */
	enum phase ends;	/* and the last one */
};

static struct tandem_super array, disk[TANDEM_MAX_LEGS], merged;
static struct tandem_candidate candidate[TANDEM_MAX_LEGS];
static struct tandem_plan plan;
static unsigned int nr_disks, nr_ids;

static void create(void)
{
	unsigned int leg, set;

	golden_super(&array, 6);
	memset(array.place, 0, sizeof(array.place));
	array.nr_legs = 4;
	for (set = 0; set < 2; set++)
		array.set[set] = (struct tandem_config){
			.id = golden_id(0xc0 + set), .generation = 1,
			.first_leg = (u16)(2 * set), .nr_legs = 2,
		};
	for (leg = 0; leg < 4; leg++) {
		golden_place(&array, leg, leg / 2, TANDEM_RECORD_CURRENT);
		array.place[leg].disk_sectors = array.own_disk_sectors;
		array.place[leg].last = array.place[leg].issued =
			tandem_lineage_pair(&array, leg / 2);
	}
	nr_ids = 0x10;
}

static bool in_use(const struct tandem_super *super, unsigned int leg)
{
	return super->place[leg].record == TANDEM_RECORD_CURRENT;
}

/* @super as it lies on the leg @leg of it, which it is called by its identity. */
static void write_leg(const struct tandem_super *super, unsigned int leg)
{
	const struct tandem_id *id = &super->place[leg].id;
	const char *why = "nothing";
	unsigned int i;

	for (i = 0; i < nr_disks && !tandem_id_equal(&disk[i].leg_id, id); i++)
		;
	if (i == nr_disks)
		nr_disks++;
	disk[i] = *super;
	disk[i].leg = (u16)leg;
	disk[i].leg_id = *id;
	if (tandem_super_check(&disk[i], &why))
		fail_msg("leg %u: %s", leg, why);
}

static void write_all(const struct tandem_super *super)
{
	unsigned int leg;

	for (leg = 0; leg < super->nr_legs; leg++)
		if (in_use(super, leg))
			write_leg(super, leg);
}

static void activate(void)
{
	const struct tandem_id epoch = golden_id(nr_ids++);

	tandem_lineage_activate(&array, &epoch, 0);
	write_all(&array);
}

static void leave(const struct tandem_id *id)
{
	const unsigned int leg = tandem_replace_find(&array, id);
	const unsigned int set = array.place[leg].set;
	const struct tandem_lineage_drop drop = {
		.set = (u16)set, .legs = (u8)(1u << (leg - array.set[set].first_leg)),
		.record = TANDEM_RECORD_FAILED, .config = golden_id(nr_ids++),
	};

	tandem_lineage_drop(&array, &drop);
	write_all(&array);
}

static void widen(unsigned int old)
{
	const int new = tandem_replace_widen(&array, old, NULL);
	const struct tandem_id id = golden_id(0xb0), config = golden_id(nr_ids++);
	const struct tandem_id promoted = golden_id(nr_ids++);

	assert_true(new > 0);
	array.place[new].disk_sectors = array.own_disk_sectors;
	tandem_lineage_join(&array, (unsigned int)new, &id, &config);
	activate();
	tandem_lineage_promote(&array, (unsigned int)new, &promoted);
	write_all(&array);
}

static void narrow(const struct tandem_id *old)
{
	unsigned int leg = tandem_replace_find(&array, old);

	if (in_use(&array, leg))
		leave(old);
	assert_true(tandem_replace_narrow(&array, leg, NULL) > 0);
	activate();
}

/* What is there: @lost, and all of the other set. */
static unsigned int gather(const struct tandem_id *lost, unsigned int set)
{
	unsigned int i, nr = 0;

	for (i = 0; i < nr_disks; i++) {
		if (disk[i].place[disk[i].leg].set == set &&
		    !tandem_id_equal(&disk[i].leg_id, lost))
			continue;
		/* Whoever was replaced has nothing to say any more. */
		if (tandem_replace_find(&array, &disk[i].leg_id) == TANDEM_NO_PLACE)
			continue;
		candidate[nr++] = (struct tandem_candidate){
			.super = &disk[i], .disk_sectors = disk[i].own_disk_sectors,
			.logical_block_bytes = disk[i].logical_block_bytes,
		};
	}
	return nr;
}

/* The set @set of the merged record, position by position, is that of @from. */
static void check_set(const struct tandem_super *from, unsigned int set)
{
	const struct tandem_config *is = &merged.set[set], *was = &from->set[set];
	unsigned int i;

	assert_int_equal(is->nr_legs, was->nr_legs);
	for (i = 0; i < is->nr_legs; i++) {
		const struct tandem_place *place = &merged.place[is->first_leg + i];

		assert_int_equal(place->set, set);
		assert_true(tandem_id_equal(&place->id, &from->place[was->first_leg + i].id));
		assert_int_equal(place->replaces, from->place[was->first_leg + i].replaces);
		assert_int_equal(place->read_class, from->place[was->first_leg + i].read_class);
	}
}

static void check_places(unsigned int nr)
{
	unsigned int leg, i, filled = 0;

	for (leg = 0; leg < TANDEM_MAX_LEGS; leg++) {
		if (plan.of_place[leg] < 0)
			continue;
		assert_true(leg < merged.nr_legs);
		assert_true(tandem_id_equal(&candidate[plan.of_place[leg]].super->leg_id,
					    &merged.place[leg].id));
		filled++;
	}
	for (i = 0; i < nr; i++)
		filled -= plan.use[i] != TANDEM_USE_IGNORE;
	assert_int_equal(filled, 0);
	assert_true(tandem_id_equal(&merged.leg_id, &merged.place[merged.leg].id));
}

/* What the kernel does then: drops who is not here, and writes its record, to some at first. */
static void start(unsigned int nr, const struct tandem_id *lost, unsigned int set)
{
	static struct tandem_super kept[TANDEM_MAX_LEGS];
	const struct tandem_config *config;
	struct tandem_lineage_drop drop = { .record = TANDEM_RECORD_STALE };
	const struct tandem_id epoch = golden_id(nr_ids++);
	unsigned int i, leg, mask;

	for (drop.set = 0; drop.set < 2; drop.set++) {
		config = &merged.set[drop.set];
		drop.config = golden_id(nr_ids++);
		drop.legs = 0;
		for (i = 0; i < config->nr_legs; i++)
			if (in_use(&merged, config->first_leg + i) &&
			    plan.of_place[config->first_leg + i] < 0)
				drop.legs |= (u8)(1u << i);
		if (drop.legs)
			tandem_lineage_drop(&merged, &drop);
	}
	tandem_lineage_activate(&merged, &epoch, TANDEM_FLAG_FORCED);
	array = merged;
	memcpy(kept, disk, sizeof(kept));
	for (mask = 1; mask < 1u << array.nr_legs; mask++) {
		memcpy(disk, kept, sizeof(kept));
		for (leg = 0; leg < array.nr_legs; leg++)
			if (mask & (1u << leg) && in_use(&array, leg))
				write_leg(&array, leg);
		nr = gather(lost, set);
		tandem_assembly_choose(candidate, nr, TANDEM_DEGRADED_FORCE, &plan);
		assert_true(plan.startable);
		tandem_assembly_merge(candidate, &plan, &merged);
		check_places(nr);
		assert_int_equal(tandem_super_check(&merged, NULL), 0);
	}
	assert_false(plan.forced);
}

static void play(const struct history *h)
{
	const unsigned int set = h->lost / 2;
	struct tandem_super *stale;
	struct tandem_id lost, old;
	unsigned int nr, i;

	nr_disks = 0;
	create();
	lost = array.place[h->lost].id;
	old = array.place[h->old].id;
	activate();
	if (h->leaves == BEFORE)
		leave(&lost);
	if (h->ends >= WIDE)
		widen(h->old);
	if (h->leaves == WIDE)
		leave(&lost);
	if (h->ends >= NARROW)
		narrow(&old);
	if (h->leaves == NARROW)
		leave(&lost);
	activate();
	for (i = 0; !tandem_id_equal(&disk[i].leg_id, &lost); i++)
		;
	stale = &disk[i];

	nr = gather(&lost, set);
	tandem_assembly_choose(candidate, nr, TANDEM_DEGRADED_PROVEN, &plan);
	if (plan.kind != TANDEM_ASM_STALE || plan.startable)
		fail_msg("leg %u left in %u, leg %u replaced until %u: %s", h->lost, h->leaves,
			 h->old, h->ends, tandem_assembly_text(plan.kind));
	tandem_assembly_choose(candidate, nr, TANDEM_DEGRADED_FORCE, &plan);
	assert_int_equal(plan.kind, TANDEM_ASM_STALE);
	assert_true(plan.startable && plan.forced);
	tandem_assembly_merge(candidate, &plan, &merged);
	check_set(stale, set);
	check_set(&array, !set);
	check_places(nr);
	assert_int_equal(tandem_super_check(&merged, NULL), 0);
	start(nr, &lost, set);
}

static void test_an_old_leg_is_rescued_whatever_its_numbers(void **state)
{
	struct history h;
	unsigned int nr = 0;

	(void)state;
	for (h.lost = 0; h.lost < 4; h.lost++)
		for (h.old = 0; h.old < 4; h.old++)
			for (h.leaves = BEFORE; h.leaves < NR_PHASES; h.leaves++)
				for (h.ends = h.leaves; h.ends < NR_PHASES; h.ends++) {
					/* One that is replaced has no place to come back to. */
					if (h.lost == h.old)
						continue;
					play(&h);
					nr++;
				}
	assert_int_equal(nr, 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_old_leg_is_rescued_whatever_its_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
