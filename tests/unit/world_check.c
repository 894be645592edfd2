// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events, rules and identity of worlds: see world_check.h.
 *
 * Two worlds are the same if a renaming of identifiers, timelines and writes
 * turns one into the other; the hash is taken over what is left after that, so
 * that a search visits each of them once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "world_check.h"

#define BIT8(n) ((u8)(1u << (n)))
#define MAX_IDS 4096u

static u8 all_disks(const struct world *world)
{
	return (u8)((1u << world->nr_disks) - 1);
}

/* Rules. */

static u64 writes_of_set(const struct world *world, unsigned int set)
{
	unsigned int i;
	u64 writes = 0;

	for (i = 0; i < world->nr_writes; i++)
		if (world->set_of_write[i] == set)
			writes |= 1ull << i;
	return writes;
}

static unsigned int set_of(const struct world *world, unsigned int disk)
{
	return world->disk[disk].place / world->legs_per_set;
}

static bool is_fatal(enum tandem_verdict_kind kind)
{
	return kind > TANDEM_ASM_STALE;
}

/* A leg that is being filled by its own word holds nothing that counts. */
static bool is_whole(const struct world_disk *disk)
{
	return !disk->garbled &&
	       disk->super.place[disk->super.leg].record == TANDEM_RECORD_CURRENT;
}

/* agree, newest: the current legs of each set against each other and the rest. */
static const char *check_current(const struct world *world, u8 present,
				 const struct tandem_plan *plan)
{
	unsigned int i, j;

	for (i = 0; i < world->nr_disks; i++) {
		const struct world_disk *disk = &world->disk[i];

		if (!(present & BIT8(i)) || plan->use[i] != TANDEM_USE_CURRENT)
			continue;
		if (disk->garbled)
			return "agree: a leg that was being filled is CURRENT";
		for (j = 0; j < world->nr_disks; j++) {
			const struct world_disk *other = &world->disk[j];

			if (!(present & BIT8(j)) || set_of(world, i) != set_of(world, j) ||
			    !(other->has & ~disk->has))
				continue;
			if (plan->use[j] == TANDEM_USE_CURRENT)
				return "agree: CURRENT legs differ";
			if (is_whole(other))
				return "newest: a leg holds more than the CURRENT ones";
		}
	}
	return NULL;
}

/* Do the current legs hold all that @timeline must not lose? */
static bool holds_all(const struct world *world, u8 present, const struct tandem_plan *plan,
		      unsigned int timeline)
{
	unsigned int i;

	for (i = 0; i < world->nr_disks; i++)
		if (present & BIT8(i) && plan->use[i] == TANDEM_USE_CURRENT &&
		    world->want[timeline] & writes_of_set(world, set_of(world, i)) &
			    ~world->disk[i].has)
			return false;
	return true;
}

/* all: the timeline of one of the current legs, which may be half-written. */
static const char *check_all(const struct world *world, u8 present,
			     const struct tandem_plan *plan)
{
	unsigned int i;

	for (i = 0; i < world->nr_disks; i++)
		if (present & BIT8(i) && plan->use[i] == TANDEM_USE_CURRENT &&
		    holds_all(world, present, plan, world->disk[i].timeline))
			return NULL;
	return "all: a start that was not forced lacks writes";
}

/* Both went on: each holds a write that the other's timeline knows nothing of. */
static bool are_rivals(const struct world *world, unsigned int i, unsigned int j)
{
	const struct world_disk *a = &world->disk[i];
	const struct world_disk *b = &world->disk[j];

	if (!is_whole(a) || !is_whole(b))
		return false;
	if (set_of(world, i) == set_of(world, j))
		return a->has & ~b->has && b->has & ~a->has;
	return a->has & ~world->want[b->timeline] && b->has & ~world->want[a->timeline];
}

static const char *check_rivals(const struct world *world, u8 present)
{
	unsigned int i, j;

	for (i = 0; i < world->nr_disks; i++)
		for (j = 0; j < i; j++)
			if (present & BIT8(i) && present & BIT8(j) && are_rivals(world, i, j))
				return "rivals: not called a split brain";
	return NULL;
}

/* The same disks in another order: @order[i] is the disk of candidate i. */
static const char *check_order(const struct world *world, const unsigned int *order,
			       unsigned int nr, const struct tandem_plan *expected)
{
	struct tandem_candidate candidate[WORLD_MAX_DISKS] = { 0 };
	struct tandem_plan plan;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		candidate[i].super = &world->disk[order[i]].super;
		candidate[i].disk_sectors = WORLD_DISK_SECTORS;
		candidate[i].logical_block_bytes = WORLD_BLOCK_BYTES;
	}
	tandem_assembly_choose(candidate, nr, TANDEM_DEGRADED_PROVEN, &plan);
	if (plan.kind != expected->kind || plan.startable != expected->startable ||
	    plan.clean != expected->clean || plan.place != expected->place)
		return "order: another verdict";
	for (i = 0; i < nr; i++)
		if (plan.use[i] != expected->use[order[i]])
			return "order: another use of a leg";
	return NULL;
}

static const char *check_orders(const struct world *world, unsigned int *order,
				unsigned int fixed, unsigned int nr)
{
	struct tandem_plan plan;
	const char *why = NULL;
	unsigned int i, t;
	u8 present = 0;

	if (fixed < nr) {
		for (i = fixed; i < nr && !why; i++) {
			t = order[fixed];
			order[fixed] = order[i];
			order[i] = t;
			why = check_orders(world, order, fixed + 1, nr);
			t = order[fixed];
			order[fixed] = order[i];
			order[i] = t;
		}
		return why;
	}
	for (i = 0; i < nr; i++)
		present |= BIT8(order[i]);
	world_choose(world, present, TANDEM_DEGRADED_PROVEN, &plan);
	return check_order(world, order, nr, &plan);
}

/* Is a disk here that has been replaced by another? */
static bool has_former(const struct world *world, u8 present)
{
	unsigned int i, j;

	for (i = 0; i < world->nr_disks; i++)
		for (j = i + 1; j < world->nr_disks; j++)
			if (present & BIT8(i) && world->disk[i].place == world->disk[j].place)
				return true;
	return false;
}

static const char *check_subset(const struct world *world, u8 present, bool thorough)
{
	unsigned int order[WORLD_MAX_DISKS], i, nr = 0;
	struct tandem_plan plan;
	const char *why = NULL;

	world_choose(world, present, TANDEM_DEGRADED_PROVEN, &plan);
	if (plan.kind == TANDEM_ASM_SPLIT)
		return world->forked || world->rotted || has_former(world, present) ?
			       NULL : "never split: split";
	if (plan.kind > TANDEM_ASM_SPLIT && plan.kind != TANDEM_ASM_FORMER)
		return "a verdict that nothing here deserves";
	why = check_rivals(world, present);
	if (!why && !is_fatal(plan.kind))
		why = check_current(world, present, &plan);
	if (!why && plan.startable)
		why = check_all(world, present, &plan);
	if (!why && !plan.startable && present == all_disks(world) && !world->forced &&
	    !world->rotted)
		why = "complete: all are here and it does not start";
	if (!why && plan.kind == TANDEM_ASM_STALE) {
		world_choose(world, present, TANDEM_DEGRADED_FORCE, &plan);
		why = plan.startable ? check_current(world, present, &plan) :
				       "force does not start old legs";
	}
	for (i = world->nr_disks; i-- > 0;)
		if (present & BIT8(i))
			order[nr++] = i;
	return why || !thorough ? why : check_orders(world, order, 0, nr);
}

const char *world_check(const struct world *world, bool thorough)
{
	unsigned int present;

	for (present = 1; present <= all_disks(world); present++) {
		const char *why = check_subset(world, (u8)present, thorough);

		if (why)
			return why;
	}
	return NULL;
}

/* Events. */

struct list {
	struct world_event *event;
	unsigned int nr;
};

static void add(struct list *list, struct world_event event)
{
	if (list->nr == WORLD_MAX_EVENTS)
		abort();
	list->event[list->nr++] = event;
}

/* @event with every way its commit to @targets can go. */
static void add_commits(struct list *list, struct world_event event, u8 targets)
{
	unsigned int land, land2, errs;

	event.errs = -1;
	event.land2 = 0;
	for (land = 0; land <= targets; land++) {
		if (land & ~targets)
			continue;
		event.land = (u8)land;
		add(list, event);
	}
	for (errs = 0; errs < WORLD_MAX_DISKS; errs++) {
		if (!(targets & BIT8(errs)))
			continue;
		event.errs = (s8)errs;
		for (land2 = 0; land2 <= targets; land2++) {
			if (land2 & ~targets || land2 & BIT8(errs))
				continue;
			event.land2 = (u8)land2;
			event.land = targets;
			add(list, event);
			event.land = targets & (u8)~BIT8(errs);
			add(list, event);
		}
	}
}

static void add_starts(const struct world *world, struct list *list)
{
	unsigned int present, place;
	struct tandem_plan plan;

	for (present = 1; present <= all_disks(world); present++) {
		struct world_event event = { .present = (u8)present, .disk = -1 };

		world_choose(world, (u8)present, TANDEM_DEGRADED_FORCE, &plan);
		if (!plan.startable)
			continue;
		event.policy = plan.forced ? TANDEM_DEGRADED_FORCE : TANDEM_DEGRADED_PROVEN;
		event.kind = WORLD_START;
		add_commits(list, event, (u8)present);
		event.join = true;
		if (memchr(plan.use, TANDEM_USE_STALE, WORLD_MAX_DISKS))
			add_commits(list, event, (u8)present);
		if (world->nr_disks == WORLD_MAX_DISKS)
			continue;
		event.join = false;
		event.kind = WORLD_REPLACE;
		for (place = 0; place < world->run.nr_legs; place++) {
			if (plan.of_place[place] >= 0)
				continue;
			event.disk = (s8)place;
			add_commits(list, event, (u8)(present | BIT8(world->nr_disks)));
		}
	}
}

static void add_faults(const struct world *world, struct list *list)
{
	unsigned int i, j;

	for (i = 0; i < world->nr_disks; i++) {
		struct world_event event = { .disk = (s8)i, .errs = -1 };
		u8 set = 0;

		if (!(world->used & BIT8(i)))
			continue;
		for (j = 0; j < world->nr_disks; j++)
			if (world->used & BIT8(j) && set_of(world, i) == set_of(world, j))
				set |= BIT8(j);
		event.kind = WORLD_FAIL;
		add_commits(list, event, set & (u8)~BIT8(i));
		event.kind = WORLD_PROMOTE;
		if (world->run.place[world->disk[i].place].record == TANDEM_RECORD_REBUILDING)
			add_commits(list, event, set);
	}
}

unsigned int world_events(const struct world *world, struct world_event *event)
{
	struct list list = { event, 0 };
	unsigned int i, land;

	if (!world->running) {
		add_starts(world, &list);
		for (i = 0; i < world->nr_disks; i++) {
			add(&list, (struct world_event){ .kind = WORLD_FADE, .disk = (s8)i });
			add(&list, (struct world_event){ .kind = WORLD_ROT, .disk = (s8)i });
		}
		return list.nr;
	}
	add_faults(world, &list);
	add(&list, (struct world_event){ .kind = WORLD_CRASH });
	for (land = 0; land <= world->used; land++)
		if (!(land & ~world->used))
			add(&list, (struct world_event){ .kind = WORLD_STOP, .land = (u8)land });
	return list.nr;
}

void world_print_event(const struct world_event *event)
{
	static const char *const text[] = { "start", "replace", "fail", "promote",
					    "stop", "crash", "fade", "rot" };

	printf("#   %s present %x policy %s%s disk %d land %x errs %d land2 %x\n",
	       text[event->kind], event->present, tandem_degraded_text(event->policy),
	       event->join ? " join" : "", event->disk, event->land, event->errs, event->land2);
}

void world_print_plans(const struct world *world)
{
	unsigned int present, i;
	struct tandem_plan plan;

	for (i = 0; i < world->nr_disks; i++)
		printf("#   disk %u place %u timeline %u%s has %llx, must have %llx\n", i,
		       world->disk[i].place, world->disk[i].timeline,
		       world->disk[i].garbled ? " garbled" : "",
		       (unsigned long long)world->disk[i].has,
		       (unsigned long long)world->want[world->disk[i].timeline]);
	for (present = 1; present <= all_disks(world); present++) {
		world_choose(world, (u8)present, TANDEM_DEGRADED_PROVEN, &plan);
		printf("#   present %x: %s (use", present, tandem_assembly_text(plan.kind));
		for (i = 0; i < world->nr_disks; i++)
			printf(" %u", plan.use[i]);
		printf(")\n");
	}
}

/* Identity. */

/* @place_of[i]: the place that comes i-th; its set's others come next to it. */
struct hash {
	u64 state;
	u32 nr_names;
	u16 name_of[MAX_IDS];
	u8 place_of[WORLD_MAX_PLACES];
};

static void mix(struct hash *hash, u64 value)
{
	hash->state = (hash->state ^ value) * 0x9e3779b97f4a7c15ull;
	hash->state ^= hash->state >> 29;
}

static void mix_id(struct hash *hash, const struct tandem_id *id)
{
	u32 number;

	memcpy(&number, id->byte, sizeof(number));
	if (number >= MAX_IDS)
		abort();
	if (number && !hash->name_of[number])
		hash->name_of[number] = (u16)++hash->nr_names;
	mix(hash, hash->name_of[number]);
}

static void mix_super(struct hash *hash, const struct tandem_super *super, u64 oldest)
{
	unsigned int i;

	mix(hash, super->flags);
	mix_id(hash, &super->leg_id);
	mix_id(hash, &super->epoch.id);
	mix(hash, super->epoch.number - oldest);
	for (i = 0; i < super->nr_legs; i++) {
		const struct tandem_place *place = &super->place[hash->place_of[i]];

		mix_id(hash, &super->set[place->set].id);
		mix_id(hash, &place->id);
		mix(hash, place->record);
		mix_id(hash, &place->last.config);
		mix_id(hash, &place->last.epoch);
		mix_id(hash, &place->issued.config);
		mix_id(hash, &place->issued.epoch);
	}
}

/* The disks in the order of @hash->place_of. */
static unsigned int disks_in_order(const struct hash *hash, const struct world *world,
				   const struct world_disk **disk)
{
	unsigned int i, j, nr = 0;

	for (i = 0; i < world->run.nr_legs; i++)
		for (j = 0; j < world->nr_disks; j++)
			if (world->disk[j].place == hash->place_of[i])
				disk[nr++] = &world->disk[j];
	return nr;
}

/* What matters of a write: its set, who holds it, which disks must not lose it. */
static void mix_writes(struct hash *hash, const struct world *world,
		       const struct world_disk *const *disk)
{
	u64 seen[WORLD_MAX_WRITES];
	unsigned int i, j, nr = 0;
	u64 sum = 0;

	for (i = 0; i < world->nr_writes; i++) {
		u64 sign = world->set_of_write[i] ==
			   hash->place_of[0] / world->legs_per_set;

		for (j = 0; j < world->nr_disks; j++)
			sign = sign << 2 | (disk[j]->has >> i & 1) << 1 |
			       (world->want[disk[j]->timeline] >> i & 1);
		sign = sign << 1 | (world->running && world->want[world->timeline] >> i & 1);
		for (j = 0; j < nr && seen[j] != sign; j++)
			;
		if (j == nr) {
			seen[nr++] = sign;
			sum += (sign * 0x9e3779b97f4a7c15ull) ^ (sign >> 7);
		}
	}
	mix(hash, sum);
}

static u64 hash_in_order(const struct world *world, const u8 *place_of)
{
	const struct world_disk *disk[WORLD_MAX_DISKS] = { NULL };
	struct hash hash = { .state = 1 };
	u64 oldest = ~0ull;
	unsigned int i, j;

	memcpy(hash.place_of, place_of, sizeof(hash.place_of));
	disks_in_order(&hash, world, disk);
	for (i = 0; i < world->nr_disks; i++)
		if (disk[i]->super.epoch.number < oldest)
			oldest = disk[i]->super.epoch.number;
	mix(&hash, world->running | world->forced << 1 | world->forked << 2 |
			   world->rotted << 3 | (u64)world->nr_disks << 16);
	for (i = 0; i < world->nr_disks; i++) {
		mix(&hash, disk[i]->garbled | disk[i]->cached << 2 |
				   (world->used >> (disk[i] - world->disk) & 1) << 1);
		mix_super(&hash, &disk[i]->super, oldest);
		if (memcmp(&disk[i]->super, &disk[i]->older,
			   offsetof(struct tandem_super, place) +
			   WORLD_MAX_PLACES * sizeof(disk[i]->super.place[0])))
			mix_super(&hash, &disk[i]->older, oldest);
		mix(&hash, world->running && world->timeline == disk[i]->timeline);
		for (j = 0; j < i; j++)
			mix(&hash, disk[i]->timeline == disk[j]->timeline);
	}
	mix_writes(&hash, world, disk);
	if (!world->running)
		return hash.state;
	mix_super(&hash, &world->run, oldest);
	for (i = 0; i < world->run.nr_legs; i++) {
		mix_id(&hash, &world->held[hash.place_of[i]].config);
		mix_id(&hash, &world->held[hash.place_of[i]].epoch);
	}
	return hash.state;
}

/* The least hash over all ways to call the places, sets kept together. */
static u64 least_hash(const struct world *world, u8 *place_of, unsigned int fixed, u64 least)
{
	const unsigned int nr = world->run.nr_legs;
	unsigned int i;
	u64 hash;

	if (fixed == nr) {
		hash = hash_in_order(world, place_of);
		return hash < least ? hash : least;
	}
	for (i = fixed; i < nr; i++) {
		const u8 place = place_of[i];

		if (fixed % world->legs_per_set &&
		    place / world->legs_per_set != place_of[fixed - 1] / world->legs_per_set)
			continue;
		place_of[i] = place_of[fixed];
		place_of[fixed] = place;
		least = least_hash(world, place_of, fixed + 1, least);
		place_of[fixed] = place_of[i];
		place_of[i] = place;
	}
	return least;
}

u64 world_hash(const struct world *world, bool any_order)
{
	u8 place_of[WORLD_MAX_PLACES] = { 0, 1, 2, 3 };

	/* Two name spaces: the two kinds are never equal. */
	return any_order ? least_hash(world, place_of, 0, ~0ull) | 1 :
			   hash_in_order(world, place_of) & ~1ull;
}
