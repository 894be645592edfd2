// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The chooser. The rules are in assembly.h; here is why they are sound.
 *
 * 1. No write is acknowledged by a set before its newest configuration and the
 *    newest epoch are on every leg that they call CURRENT (lineage.h). So a leg
 *    that went on without another one has a pair which that other one never
 *    issued; and a leg that merely stayed behind has a pair that is listed.
 *    Hence: known = it holds no acknowledged write that the knower's timeline
 *    lacks, unless the knower lists it CURRENT, and then it lacks none itself.
 * 2. Two timelines that both went on do not know each other, and nothing that
 *    descends from one knows the other: no candidate accounts for all.
 * 3. A set whose CURRENT places are all filled by legs that are known has all
 *    that was acknowledged: a newer configuration or epoch would first have
 *    been written to one of these legs.
 * 4. The epoch is the array's: a leg of another set with the same epoch went
 *    through the same activations, whatever failed in its set since.
 *
 * Decisions
 * - Candidates are looked at in the order of their places, so that the plan does
 *   not depend on the order in which disks were found.
 * - Relations are computed when asked for, not stored: a matrix for 64 legs
 *   would be half a kilobyte of kernel stack, and this runs once per start.
 */
#include "sys.h"
#include "core/assembly.h"
#include "core/fit.h"
#include "core/lineage.h"
#include "core/replace.h"

struct chooser {
	const struct tandem_candidate *candidate;
	int nr;
	enum tandem_degraded policy;
	struct tandem_plan *plan;
	s16 order[TANDEM_MAX_LEGS];	/* by place, then by id */
	u64 vetted;			/* candidates that take part: not blank */
};

static const struct tandem_super *super_of(const struct chooser *c, int i)
{
	return c->candidate[i].super;
}

static bool takes_part(const struct chooser *c, int i)
{
	return c->vetted & (1ull << i);
}

static unsigned int set_of(const struct tandem_super *super)
{
	return super->place[super->leg].set;
}

static unsigned int own_record(const struct tandem_super *super)
{
	return super->place[super->leg].record;
}

static bool pair_equal(const struct tandem_pair *a, const struct tandem_pair *b)
{
	return tandem_id_equal(&a->config, &b->config) && tandem_id_equal(&a->epoch, &b->epoch);
}

/* The place of @other in @super's table, or NULL: by identity, for numbers may have moved. */
static const struct tandem_place *place_of(const struct tandem_super *super,
					   const struct tandem_super *other)
{
	const unsigned int leg = tandem_replace_find(super, &other->leg_id);

	return leg == TANDEM_NO_PLACE || super->place[leg].set != set_of(other) ?
	       NULL : &super->place[leg];
}

static bool has_place(const struct tandem_super *super, const struct tandem_super *other)
{
	return place_of(super, other);
}

/* Which leg of its set @other is to @super: positions mean the same in every record of it. */
static unsigned int position_of(const struct tandem_super *super,
				const struct tandem_super *other)
{
	return (unsigned int)(place_of(super, other) - super->place) -
	       super->set[set_of(other)].first_leg;
}

/* "knows" of assembly.h. */
static bool knows(const struct tandem_super *super, const struct tandem_super *other)
{
	const bool one_epoch = tandem_id_equal(&super->epoch.id, &other->epoch.id);
	const struct tandem_place *place = place_of(super, other);
	const unsigned int set = set_of(other);
	const struct tandem_pair held = tandem_lineage_pair(other, set);
	struct tandem_pair own;

	if (!place || (one_epoch && !has_place(other, super)))
		return false;
	if (pair_equal(&held, &place->last) || pair_equal(&held, &place->issued))
		return true;
	if (set_of(super) != set)
		return one_epoch;
	own = tandem_lineage_pair(super, set);
	return pair_equal(&held, &own);
}

static bool calls_current(const struct tandem_super *super, const struct tandem_super *leg)
{
	const struct tandem_place *place = place_of(super, leg);

	return place && place->record == TANDEM_RECORD_CURRENT;
}

/* "outrun" of assembly.h. */
static bool outruns(const struct chooser *c, const struct tandem_super *super,
		    const struct tandem_super *other)
{
	int i;

	if (has_place(super, other) || other->epoch.number >= super->epoch.number)
		return false;
	for (i = 0; i < c->nr; i++)
		if (takes_part(c, i) && set_of(super_of(c, i)) == set_of(other) &&
		    calls_current(super, super_of(c, i)) &&
		    calls_current(other, super_of(c, i)) &&
		    knows(super, super_of(c, i)))
			return true;
	return false;
}

static bool accounts_for(const struct chooser *c, const struct tandem_super *super,
			 const struct tandem_super *other)
{
	return knows(super, other) || outruns(c, super, other);
}

static int compare(const struct tandem_super *a, const struct tandem_super *b)
{
	if (a->leg != b->leg)
		return a->leg < b->leg ? -1 : 1;
	return memcmp(&a->leg_id, &b->leg_id, sizeof(a->leg_id));
}

static void put_in_order(struct chooser *c)
{
	int i, at;

	for (i = 0; i < c->nr; i++) {
		for (at = i; at && compare(super_of(c, i), super_of(c, c->order[at - 1])) < 0; at--)
			c->order[at] = c->order[at - 1];
		c->order[at] = (s16)i;
	}
}

static void verdict(struct chooser *c, enum tandem_verdict_kind kind, int first, int second)
{
	c->plan->kind = kind;
	c->plan->culprit[0] = (s16)first;
	c->plan->culprit[1] = (s16)second;
}

/* Identity: one array, and every leg once. False: the verdict is given. */
static bool check_identity(struct chooser *c)
{
	int k, l;

	for (k = 1; k < c->nr; k++) {
		if (!tandem_id_equal(&super_of(c, c->order[0])->array,
				     &super_of(c, c->order[k])->array)) {
			verdict(c, TANDEM_ASM_FOREIGN, c->order[0], c->order[k]);
			return false;
		}
	}
	for (k = 1; k < c->nr; k++) {
		for (l = 0; l < k; l++) {
			if (!tandem_id_equal(&super_of(c, c->order[l])->leg_id,
					     &super_of(c, c->order[k])->leg_id))
				continue;
			verdict(c, TANDEM_ASM_DUPLICATE, c->order[l], c->order[k]);
			return false;
		}
	}
	return true;
}

/* Sorts out the blank ones; the others must have one shape. */
static bool vet(struct chooser *c)
{
	int first = -1, k;

	for (k = 0; k < c->nr; k++) {
		const int i = c->order[k];

		if (super_of(c, i)->flags & TANDEM_FLAG_BLANK)
			continue;
		if (first < 0)
			first = i;
		if (!tandem_fit_shape(super_of(c, first), super_of(c, i))) {
			verdict(c, TANDEM_ASM_MISMATCH, first, i);
			return false;
		}
		c->vetted |= 1ull << i;
	}
	if (first >= 0)
		return true;
	verdict(c, c->nr ? TANDEM_ASM_FORMER : TANDEM_ASM_EMPTY, c->nr ? c->order[0] : -1, -1);
	return false;
}

/* Does candidate @i account for all others of @among? */
static bool accounts_for_all(const struct chooser *c, int i, u64 among)
{
	int j;

	for (j = 0; j < c->nr; j++)
		if (j != i && among & (1ull << j) &&
		    !accounts_for(c, super_of(c, i), super_of(c, j)))
			return false;
	return true;
}

static bool strangers(const struct chooser *c, int i, int j)
{
	return !knows(super_of(c, i), super_of(c, j)) && !knows(super_of(c, j), super_of(c, i));
}

/* Names two candidates of @among that do not know each other. */
static bool split(struct chooser *c, u64 among)
{
	int k, l;

	verdict(c, TANDEM_ASM_SPLIT, -1, -1);
	for (k = 0; k < c->nr; k++) {
		for (l = 0; l < k; l++) {
			const u64 both = 1ull << c->order[k] | 1ull << c->order[l];

			if ((among & both) != both || !strangers(c, c->order[l], c->order[k]))
				continue;
			verdict(c, TANDEM_ASM_SPLIT, c->order[l], c->order[k]);
			return false;
		}
	}
	return false;
}

/* False: SPLIT. */
static bool find_newest(struct chooser *c)
{
	u64 newest = 0;
	int k, j;

	for (k = 0; k < c->nr; k++) {
		const int i = c->order[k];

		if (!takes_part(c, i) || !accounts_for_all(c, i, c->vetted))
			continue;
		/* Two that leave each other out: no telling which is right. */
		for (j = 0; j < c->nr; j++)
			if (newest & (1ull << j) && strangers(c, i, j))
				return split(c, c->vetted);
		if (!newest)
			c->plan->newest = (s16)i;
		newest |= 1ull << i;
	}
	return newest || split(c, c->vetted);
}

/* Candidates of @set with a place in the newest table; @whole: CURRENT by own record. */
static u64 legs_of(const struct chooser *c, unsigned int set, bool whole)
{
	const struct tandem_super *newest = super_of(c, c->plan->newest);
	int i;
	u64 legs = 0;

	for (i = 0; i < c->nr; i++) {
		const struct tandem_super *super = super_of(c, i);

		if (!takes_part(c, i) || set_of(super) != set || !has_place(newest, super))
			continue;
		if (!whole || own_record(super) == TANDEM_RECORD_CURRENT)
			legs |= 1ull << i;
	}
	return legs;
}

/* The first of @legs that accounts for all of them and has @epoch (if given), or -1. */
static s16 newest_of(const struct chooser *c, u64 legs, const struct tandem_id *epoch)
{
	int k;

	for (k = 0; k < c->nr; k++) {
		const s16 i = c->order[k];

		if (legs & (1ull << i) && accounts_for_all(c, i, legs) &&
		    (!epoch || tandem_id_equal(&super_of(c, i)->epoch.id, epoch)))
			return i;
	}
	return -1;
}

/* False: SPLIT. */
static bool find_config(struct chooser *c, unsigned int set)
{
	const struct tandem_id *epoch = &super_of(c, c->plan->newest)->epoch.id;
	const u64 legs = legs_of(c, set, false);
	bool reached = false;
	int i;

	for (i = 0; i < c->nr; i++)
		if (legs & (1ull << i) && tandem_id_equal(&super_of(c, i)->epoch.id, epoch))
			reached = true;
	c->plan->config_of[set] = reached ? newest_of(c, legs, epoch) : c->plan->newest;
	return c->plan->config_of[set] >= 0 || split(c, legs);
}

/* What candidate @i is to a configuration. */
static enum tandem_use use_in(const struct chooser *c, const struct tandem_super *config,
			      int i)
{
	const struct tandem_super *super = super_of(c, i);
	const struct tandem_place *place = place_of(config, super);
	unsigned int record;

	if (!place)
		return TANDEM_USE_IGNORE;
	record = place->record;
	if (!takes_part(c, i))
		return record == TANDEM_RECORD_REBUILDING && tandem_fit_shape(config, super) ?
			       TANDEM_USE_REBUILDING : TANDEM_USE_IGNORE;
	/* Left behind by a forced stale start: a rival from now on. */
	if (!knows(config, super))
		return TANDEM_USE_IGNORE;
	if (record == TANDEM_RECORD_REBUILDING)
		return TANDEM_USE_REBUILDING;
	return record == TANDEM_RECORD_CURRENT ? TANDEM_USE_CURRENT : TANDEM_USE_STALE;
}

/* Where @set is to begin: sets lie one behind the other, each as its configuration says. */
static unsigned int first_of(const struct chooser *c, unsigned int set)
{
	unsigned int i, leg = 0;

	for (i = 0; i < set; i++)
		leg += super_of(c, c->plan->config_of[i])->set[i].nr_legs;
	return leg;
}

/* Decides what the candidates of @set are used for. Nothing is said of later sets yet. */
static void use_set(struct chooser *c, unsigned int set)
{
	const struct tandem_super *config = super_of(c, c->plan->config_of[set]);
	const unsigned int first = first_of(c, set);
	unsigned int leg;
	int i;

	for (leg = first; leg < TANDEM_MAX_LEGS; leg++)
		c->plan->of_place[leg] = -1;
	for (i = 0; i < c->nr; i++) {
		const struct tandem_super *super = super_of(c, i);

		if (set_of(super) != set)
			continue;
		c->plan->use[i] = (u8)use_in(c, config, i);
		if (c->plan->use[i] != TANDEM_USE_IGNORE)
			c->plan->of_place[first + position_of(config, super)] = (s16)i;
	}
}

/* The verdict on one set, from its newest configuration and who is here. */
static enum tandem_verdict_kind judge_set(struct chooser *c, unsigned int set)
{
	const struct tandem_super *newest = super_of(c, c->plan->newest);
	const struct tandem_super *super = super_of(c, c->plan->config_of[set]);
	const struct tandem_config *config = &super->set[set];
	const struct tandem_place *place = &super->place[config->first_leg];
	const s16 *filled = &c->plan->of_place[first_of(c, set)];
	bool here = false, absent = false, degraded = false;
	unsigned int k;

	for (k = 0; k < config->nr_legs; k++) {
		const int i = filled[k];

		if (place[k].record == TANDEM_RECORD_MISSING)
			continue;
		if (place[k].record != TANDEM_RECORD_CURRENT) {
			degraded = true;
		} else if (i >= 0 && c->plan->use[i] == TANDEM_USE_CURRENT) {
			here = true;
		} else {
			absent = true;
			if (c->plan->place < 0)
				c->plan->place = (s16)(newest->set[set].first_leg + k);
		}
	}
	if (!here)
		return legs_of(c, set, true) ? TANDEM_ASM_STALE : TANDEM_ASM_EMPTY;
	if (absent)
		return TANDEM_ASM_UNPROVEN;
	return degraded ? TANDEM_ASM_PROVEN : TANDEM_ASM_COMPLETE;
}

/*
 * Of one epoch, and so of one shape: sets change their number of legs with it. But for a
 * record that is not what it says, nobody fails here.
 */
static bool of_one_shape(struct chooser *c, int i)
{
	if (tandem_fit_places(super_of(c, c->plan->newest), super_of(c, i)))
		return true;
	verdict(c, TANDEM_ASM_MISMATCH, c->plan->newest, i);
	return false;
}

/*
 * An old leg may know its set with another number of legs, or the others of another. One set
 * is taken from it, as it was; the array has as many places as that makes, if it may.
 */
static bool has_room(struct chooser *c, unsigned int set, int i)
{
	const struct tandem_super *newest = super_of(c, c->plan->newest);
	const struct tandem_config *config = &newest->set[set];
	const unsigned int behind = newest->nr_legs - config->first_leg - config->nr_legs;

	if (first_of(c, set) + super_of(c, i)->set[set].nr_legs + behind <= TANDEM_MAX_LEGS)
		return true;
	verdict(c, TANDEM_ASM_MISMATCH, c->plan->newest, i);
	return false;
}

/* An old leg's record takes the place of the newest, if there is one to take. */
static bool settle_stale(struct chooser *c, unsigned int set)
{
	const u64 legs = legs_of(c, set, true);
	const s16 i = newest_of(c, legs, NULL);

	if (i < 0)
		return split(c, legs);
	if (!has_room(c, set, i))
		return false;
	if (c->plan->culprit[0] < 0) {
		c->plan->culprit[0] = i;
		c->plan->culprit[1] = c->plan->newest;
	}
	if (c->policy == TANDEM_DEGRADED_FORCE) {
		c->plan->config_of[set] = i;
		use_set(c, set);
	}
	return true;
}

/* Sets are judged one by one; the worst verdict is the array's. */
static void judge(struct chooser *c)
{
	const unsigned int nr_sets = super_of(c, c->plan->newest)->geo.nr_sets;
	unsigned int set;

	for (set = 0; set < nr_sets; set++) {
		enum tandem_verdict_kind kind;

		if (!find_config(c, set) || !of_one_shape(c, c->plan->config_of[set]))
			return;
		use_set(c, set);
		kind = judge_set(c, set);
		if (kind == TANDEM_ASM_STALE && !settle_stale(c, set))
			return;
		if (kind > c->plan->kind)
			c->plan->kind = kind;
	}
}

/*
 * Candidate @i, which is to be used, by the size of the newest record: only that one
 * may have grown, and what is to be written to must have room for it.
 */
static bool is_in_size(const struct chooser *c, int i)
{
	const struct tandem_super *newest = super_of(c, c->plan->newest);

	if (super_of(c, i)->geo.set_sectors > newest->geo.set_sectors)
		return false;
	return c->plan->use[i] == TANDEM_USE_STALE ||
	       tandem_fit_room(newest, c->candidate[i].disk_sectors);
}

static void check_sizes(struct chooser *c)
{
	int k;

	for (k = 0; k < c->nr; k++) {
		const s16 i = c->order[k];

		if (c->plan->use[i] == TANDEM_USE_IGNORE || is_in_size(c, i))
			continue;
		verdict(c, TANDEM_ASM_MISMATCH, i, -1);
		return;
	}
}

/* A leg that is to be used must be on the disk that it was put on. */
static void check_disks(struct chooser *c)
{
	int k;

	for (k = 0; k < c->nr; k++) {
		const s16 i = c->order[k];

		if (!takes_part(c, i) ||
		    tandem_fit_disk(super_of(c, i), c->candidate[i].disk_sectors,
				    c->candidate[i].logical_block_bytes))
			continue;
		if (c->plan->kind != TANDEM_ASM_SPLIT && c->plan->use[i] == TANDEM_USE_IGNORE)
			continue;
		verdict(c, TANDEM_ASM_MISMATCH, i, -1);
		return;
	}
	if (c->plan->kind != TANDEM_ASM_SPLIT)
		check_sizes(c);
}

/* Stopped cleanly: every leg in use says so, of the newest configuration and epoch. */
static bool is_clean(const struct chooser *c)
{
	const struct tandem_super *newest = super_of(c, c->plan->newest);
	int i;

	for (i = 0; i < c->nr; i++) {
		const struct tandem_super *super = super_of(c, i);
		const struct tandem_super *config;

		if (c->plan->use[i] != TANDEM_USE_CURRENT)
			continue;
		config = super_of(c, c->plan->config_of[set_of(super)]);
		if (!(super->flags & TANDEM_FLAG_CLEAN) ||
		    !tandem_id_equal(&super->epoch.id, &newest->epoch.id) ||
		    !tandem_id_equal(&super->set[set_of(super)].id, &config->set[set_of(super)].id))
			return false;
	}
	return true;
}

static void permit(struct chooser *c)
{
	struct tandem_plan *plan = c->plan;

	switch (plan->kind) {
	case TANDEM_ASM_COMPLETE:
		plan->startable = true;
		break;
	case TANDEM_ASM_PROVEN:
		plan->startable = c->policy != TANDEM_DEGRADED_NEVER;
		break;
	case TANDEM_ASM_UNPROVEN:
	case TANDEM_ASM_STALE:
		plan->startable = c->policy == TANDEM_DEGRADED_FORCE;
		plan->forced = plan->startable;
		break;
	case TANDEM_ASM_EMPTY:
	case TANDEM_ASM_SPLIT:
	case TANDEM_ASM_MISMATCH:
	case TANDEM_ASM_DUPLICATE:
	case TANDEM_ASM_FORMER:
	case TANDEM_ASM_FOREIGN:
	case TANDEM_NR_ASM:
		break;
	}
	plan->clean = plan->startable && is_clean(c);
}

void tandem_assembly_choose(const struct tandem_candidate *candidate, unsigned int nr,
			    enum tandem_degraded policy, struct tandem_plan *plan)
{
	struct chooser c = { candidate, (int)nr, policy, plan, { 0 }, 0 };

	memset(plan, 0, sizeof(*plan));
	memset(plan->of_place, 0xff, sizeof(plan->of_place));
	memset(plan->config_of, 0xff, sizeof(plan->config_of));
	plan->newest = -1;
	plan->culprit[0] = -1;
	plan->culprit[1] = -1;
	plan->place = -1;

	put_in_order(&c);
	if (!check_identity(&c) || !vet(&c))
		return;
	if (find_newest(&c))
		judge(&c);
	check_disks(&c);
	permit(&c);
}
