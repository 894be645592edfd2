// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: whatever befalls an array, and whichever of its disks are found
 * afterwards, the chooser never takes an old leg for a current one, never misses
 * a split brain, and never sees one where nobody made one.
 *
 * Method: the model of world.h, searched twice. Bounded and exhaustively: every
 * string of events up to a depth, each world once (world_hash()). Then deeper
 * and at random, from a printed seed. After every event world_check() asks about
 * every subset of the disks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prng.h"
#include "world.h"
#include "world_check.h"

#define MAX_DEPTH	24
#define SEEN_SLOTS	(1u << 21)

struct shape {
	unsigned int nr_sets;
	unsigned int legs_per_set;
};

struct search {
	struct world world[MAX_DEPTH + 1];
	struct world_event path[MAX_DEPTH];
	struct world_event *event[MAX_DEPTH];
	u64 seen[SEEN_SLOTS];
	u8 seen_depth[SEEN_SLOTS];
	u64 nr_worlds;
};

static struct search *search;

/* Has this world been searched at least as deep? */
static bool was_seen(u64 hash, unsigned int depth)
{
	u64 slot = hash % SEEN_SLOTS;
	unsigned int tries;

	for (tries = 0; tries < 64; tries++, slot = (slot + 1) % SEEN_SLOTS) {
		if (search->seen[slot] == hash) {
			if (search->seen_depth[slot] >= depth)
				return true;
			search->seen_depth[slot] = (u8)depth;
			return false;
		}
		if (!search->seen[slot]) {
			search->seen[slot] = hash;
			search->seen_depth[slot] = (u8)depth;
			return false;
		}
	}
	return false;
}

static void check(unsigned int at)
{
	const struct world *world = &search->world[at];
	const char *why;
	unsigned int i;

	search->nr_worlds++;
	why = world_check(world, search->nr_worlds % 64 == 0);
	if (!why)
		return;
	printf("# %u sets of %u legs: %s, after\n", world->nr_sets, world->legs_per_set, why);
	for (i = 0; i < at; i++)
		world_print_event(&search->path[i]);
	world_print_plans(world);
	fail_msg("%s", why);
}

static void explore(unsigned int at, unsigned int depth)
{
	struct world *world = &search->world[at];
	struct world_event *event = search->event[at];
	unsigned int i, nr;

	check(at);
	if (!depth)
		return;
	nr = world_events(world, event);
	for (i = 0; i < nr; i++) {
		world_copy(&search->world[at + 1], world);
		search->path[at] = event[i];
		if (world_apply(&search->world[at + 1], &event[i]) &&
		    !was_seen(world_hash(&search->world[at + 1], false), depth) &&
		    !was_seen(world_hash(&search->world[at + 1], true), depth))
			explore(at + 1, depth - 1);
	}
}

static void begin(const struct shape *shape)
{
	memset(search->seen, 0, sizeof(search->seen));
	search->nr_worlds = 0;
	world_init(&search->world[0], shape->nr_sets, shape->legs_per_set);
}

static void test_no_string_of_events_deceives_the_chooser(void **state)
{
	static const struct {
		struct shape shape;
		unsigned int depth;
	} bound[] = {
		{ { 1, 2 }, 4 }, { { 1, 3 }, 2 }, { { 1, 4 }, 2 }, { { 2, 2 }, 2 },
	};
	const char *deeper = getenv("TANDEM_WORLD_DEEPER");
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bound) / sizeof(bound[0]); i++) {
		begin(&bound[i].shape);
		explore(0, bound[i].depth + (deeper ? (unsigned int)atoi(deeper) : 0));
		printf("# %u sets of %u legs, %u events: %llu worlds\n", bound[i].shape.nr_sets,
		       bound[i].shape.legs_per_set, bound[i].depth,
		       (unsigned long long)search->nr_worlds);
	}
}

/* One random string. Starts that nobody forced come twice as often. */
static void wander(struct prng *prng)
{
	unsigned int at = 0, tries = 0;

	while (at < MAX_DEPTH && tries++ < 20 * MAX_DEPTH) {
		struct world *world = &search->world[at];
		const unsigned int nr = world_events(world, search->event[0]);
		const struct world_event *event = &search->event[0][prng_below(prng, nr)];

		if (event->policy == TANDEM_DEGRADED_FORCE && prng_below(prng, 2))
			continue;
		if (world->nr_writes + 2 > WORLD_MAX_WRITES || world->nr_timelines > 30)
			return;
		world_copy(world + 1, world);
		search->path[at] = *event;
		if (!world_apply(world + 1, event))
			continue;
		check(++at);
	}
}

static void test_no_long_random_string_does_either(void **state)
{
	static const struct shape shape[] = { { 1, 2 }, { 1, 3 }, { 1, 4 }, { 2, 2 } };
	const char *walks = getenv("TANDEM_WORLD_WALKS");
	unsigned int i, nr = walks ? (unsigned int)atoi(walks) : 150;
	struct prng prng = prng_start();

	(void)state;
	while (nr--) {
		for (i = 0; i < sizeof(shape) / sizeof(shape[0]); i++) {
			begin(&shape[i]);
			wander(&prng);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_string_of_events_deceives_the_chooser),
		cmocka_unit_test(test_no_long_random_string_does_either),
	};
	unsigned int i;
	int failed;

	search = calloc(1, sizeof(*search));
	for (i = 0; i < MAX_DEPTH; i++)
		search->event[i] = calloc(WORLD_MAX_EVENTS, sizeof(struct world_event));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (i = 0; i < MAX_DEPTH; i++)
		free(search->event[i]);
	free(search);
	return failed;
}
