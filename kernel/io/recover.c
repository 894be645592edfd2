// SPDX-License-Identifier: GPL-2.0-only
/*
 * Intent logs at a start: what they say.
 *
 *	read     every record of every leg; per leg what is dirty by its log
 *	compare  current legs are at most one record apart, or one of them is an old
 *	         image of itself and nobody can tell what it lacks (A13)
 *	union    a region in the log of any current leg may differ; a log that is
 *	         lost or was never written says that every region may
 *	pin      the leg whose blocks count where legs may differ
 *	mark     what the words of the regions say of all that
 *
 * What is written then is in io/rewrite.c. If power goes here nothing was written.
 *
 * Decisions: a leg whose log cannot be read makes everything unsure, never nothing.
 * An empty log means the same, but where every leg says that it was left clean: then
 * the array was created so, and has not been started since. A slot behind the newest
 * record that is torn held one that nobody depended on; one that cannot be read may have
 * been depended on, unless another current leg lacks it, or has it (lock-step).
 */
#include "sys.h"
#include "core/lockstep.h"
#include "io/logger.h"
#include "io/recover.h"
#include "io/region.h"
#include "io/reshape.h"
#include "io/rings.h"

static u64 legs_used_as(struct tandem_array *array, enum tandem_use use)
{
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].found && array->leg[i].use == use)
			legs |= 1ull << i;
	return legs;
}

/* Slots that hold neither a record nor nothing. */
static u32 count_damaged(struct tandem_log *log, const u8 *ring)
{
	u32 slot, nr = 0;
	int error;

	for (slot = 0; slot < log->shape.slots; slot++) {
		error = tandem_log_check(&log->shape, ring + slot * TANDEM_PAGE_BYTES, slot, NULL);
		nr += error && error != -ENODATA;
	}
	return nr;
}

/* May there be a record behind the newest one that was read? */
static bool is_hidden(const struct tandem_log *log, const u8 *ring, u64 newest)
{
	u32 slot = (u32)((newest + 1) % log->shape.slots);

	return tandem_area_is_unread(ring + slot * TANDEM_PAGE_BYTES);
}

/* The newest record has the say; of two, the one that a start wrote. */
static void note_pin(struct tandem_log *log, struct tandem_leg *leg,
		     const struct tandem_log_head *head)
{
	bool part = head->flags & TANDEM_LOG_PART;

	if (leg->log_sequence != log->sequence || !head->pin || (log->pin && !part))
		return;
	log->pin = 1u << (head->pin - 1);
	log->pin_part = part;
}

/* What one leg says. Return: 0 or -EUCLEAN */
static int replay_leg(struct tandem_array *array, struct tandem_rings *rings,
		      struct tandem_leg *leg, const char **why)
{
	struct tandem_log *log = leg->set->log;
	int error = tandem_log_replay(&log->shape, rings->area.leg[leg->index], &rings->replay);

	leg->log_damaged = count_damaged(log, rings->area.leg[leg->index]) > 1;
	/* Of a log that is lost, too: the order of the legs is the same, and numbers go on. */
	leg->log_sequence = rings->replay.head.sequence;
	leg->log_hidden = is_hidden(log, rings->area.leg[leg->index], leg->log_sequence);
	if (leg->log_sequence > log->sequence) {
		log->sequence = leg->log_sequence;
		log->turn.cursor = rings->replay.cursor;
		log->pin = 0;
		log->pin_part = false;
	}
	note_pin(log, leg, &rings->replay.head);
	if (error == -ENODATA && array->plan.clean)
		return 0;
	if (error) {
		pr_warn("tandem %s: leg %u (%s): intent log %s; every region may differ\n",
			array->super->name, leg->index, leg->disk->name,
			error == -ENODATA ? "is empty" : "is lost");
		log->head.flags |= TANDEM_LOG_ALL;
		return 0;
	}
	*why = "superblock of a leg that is older than its intent log";
	if (tandem_lockstep_super_is_older(&array->found[leg->index], leg->set->index,
					   &rings->replay.head))
		return -EUCLEAN;
	log->head.flags |= rings->replay.head.flags & TANDEM_LOG_ALL;
	tandem_intent_join(&log->intent, &rings->replay.state);
	return 0;
}

/*
 * What cannot be written anew in one ring is not listed: no log of ours is like that
 * (a ring that somebody else made).
 */
static void bound(struct tandem_log *log)
{
	if (log->intent.nr_dirty <= (log->shape.slots - 3) * log->shape.window)
		return;
	pr_warn("tandem %s: set %u: intent logs list more than fits; every region may differ\n",
		log->set->array->super->name, log->set->index);
	tandem_intent_empty(&log->intent);
	log->head.flags |= TANDEM_LOG_ALL;
}

/* More of its ring is damaged than a crash explains: nobody can tell where it ended. */
static void give_up_log(struct tandem_leg *leg)
{
	pr_warn("tandem %s: leg %u (%s): intent log is damaged; every region may differ\n",
		leg->array->super->name, leg->index, leg->disk->name);
	leg->log_sequence = 0;
	/* It may have lost records that others hold: its blocks may not be those that count. */
	if (leg->set->log->pin == leg->bit)
		leg->set->log->pin = 0;
	leg->set->log->head.flags |= TANDEM_LOG_ALL;
}

/* A record that every current leg may have, and none shows: everything may differ. */
static void look_behind(struct tandem_set *set)
{
	struct tandem_array *array = set->array;
	bool hidden = false;
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (!leg->log_sequence)
			continue;
		if (!leg->log_hidden || leg->log_sequence != set->log->sequence)
			return;
		hidden = true;
	}
	if (!hidden || array->plan.clean)
		return;
	pr_warn("tandem %s: set %u: newest log record is unreadable; every region may differ\n",
		array->super->name, set->index);
	set->log->head.flags |= TANDEM_LOG_ALL;
}

static int compare_legs(struct tandem_array *array, struct tandem_set *set, const char **why)
{
	struct tandem_lockstep all = { 0 }, step = { 0 };
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < set->nr_legs; i++)
		tandem_lockstep_add(&all, i, tandem_set_leg(set, i)->log_sequence);
	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (leg->log_damaged && tandem_lockstep_lags(leg->log_sequence, all.most))
			give_up_log(leg);
		tandem_lockstep_add(&step, i, leg->log_sequence);
	}
	bound(set->log);
	look_behind(set);
	*why = "leg that is an old image of itself, by its intent log";
	if (!tandem_lockstep_is_apart(&step))
		return 0;
	pr_err("tandem %s: set %u: intent logs end at %llu and %llu: a leg is an old image\n",
	       array->super->name, set->index, (unsigned long long)step.least,
	       (unsigned long long)step.most);
	return -EUCLEAN;
}

static void forget_logs(struct tandem_array *array)
{
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++)
		array->leg[i].log_sequence = 0;
	for (i = 0; i < array->nr_sets; i++) {
		tandem_intent_empty(&array->set[i].log->intent);
		array->set[i].log->head.flags = 0;
		array->set[i].log->sequence = 0;
		array->set[i].log->turn.cursor = 0;
		array->set[i].log->pin = 0;
	}
}

int tandem_recover_read(struct tandem_array *array, const char **why)
{
	u64 legs = legs_used_as(array, TANDEM_USE_CURRENT);
	struct tandem_rings *rings;
	unsigned int i;
	int error = 0;

	if (!tandem_array_has_log(array))
		return 0;
	forget_logs(array);
	*why = "no memory";
	rings = tandem_rings_read(array, legs);
	if (!rings)
		return -ENOMEM;
	for (i = 0; i < array->params.nr_legs && !error; i++)
		if (legs & (1ull << i))
			error = replay_leg(array, rings, &array->leg[i], why);
	for (i = 0; i < array->nr_sets && !error; i++)
		error = compare_legs(array, &array->set[i], why);
	tandem_rings_free(array, rings);
	if (error)
		return error;
	tandem_reshape_pin(array);
	*why = NULL;
	return 0;
}

/*
 * Whose blocks count in unsure regions. The leg that the logs name; or, for of two
 * logs that are a record apart the older may be that of an old image (A13), one with
 * the newest; or one whose superblock is not a step behind.
 */
static u8 choose_pin(struct tandem_set *set)
{
	u8 named = 0, newest = 0, legs = 0, last;
	struct tandem_lockstep step = { 0 };
	struct tandem_leg *leg;
	unsigned int i;

	for (i = 0; i < set->nr_legs; i++) {
		leg = tandem_set_leg(set, i);
		if (leg->state != TANDEM_LEG_CURRENT)
			continue;
		tandem_lockstep_add(&step, i, leg->log_sequence);
		legs |= leg->bit;
		newest |= leg->newest ? leg->bit : 0;
		named |= set->log ? set->log->pin & leg->bit : 0;
	}
	last = (u8)step.newest ?: legs;
	/* What was named in operation may have been put back since. */
	if (named && (named & last || set->log->pin_part))
		return named;
	if (last & newest)
		last &= newest;
	/* Where nobody has written, too, all is as it was. */
	if (last & set->home)
		return set->home;
	return last & -last;
}

void tandem_recover_pin(struct tandem_array *array)
{
	struct tandem_set *set;
	unsigned int i;

	for (i = 0; i < array->nr_sets; i++) {
		set = &array->set[i];
		set->pin = choose_pin(set);
		if (!set->log)
			continue;
		set->log->pin = set->pin;
		set->log->pin_part = true;
		set->log->head.pin = set->log->intent.nr_dirty ||
				     set->log->head.flags & TANDEM_LOG_ALL ? ffs(set->pin) : 0;
	}
}

void tandem_recover_mark(struct tandem_set *set, bool unsure)
{
	u32 bits = unsure ? TANDEM_REGION_UNSURE : 0;
	const struct tandem_intent *intent = &set->log->intent;
	u32 region = tandem_intent_next(intent, 0);

	for (; region < intent->nr_regions; region = tandem_intent_next(intent, region + 1))
		tandem_region_mark_dirty(set, region, bits);
	if (unsure && set->log->head.flags & TANDEM_LOG_ALL)
		tandem_region_mark_all(set, TANDEM_REGION_UNSURE);
	set->log->flags = set->log->head.flags;
	set->log->nr_unsure = unsure ? intent->nr_dirty : 0;
}
