// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How the records of membership change.
 *
 * Decision: the order of histories is never worked out from parents or numbers
 * here or in assembly.c; both are kept for people. What decides is that each
 * superblock lists, per place, the only two pairs its leg can be found with
 * unless it went on alone. These functions keep the list true.
 *
 * Invariant: `issued` of a leg in use is the pair of the superblock itself.
 */
#include "sys.h"
#include "core/lineage.h"

static bool in_use(const struct tandem_place *place)
{
	return place->record == TANDEM_RECORD_CURRENT ||
	       place->record == TANDEM_RECORD_REBUILDING;
}

struct tandem_pair tandem_lineage_pair(const struct tandem_super *super, unsigned int set)
{
	return (struct tandem_pair){ super->set[set].id, super->epoch.id };
}

u8 tandem_lineage_mask(const struct tandem_super *super, unsigned int set, unsigned int record)
{
	const struct tandem_config *config = &super->set[set];
	unsigned int i;
	u8 mask = 0;

	for (i = 0; i < config->nr_legs; i++)
		if (super->place[config->first_leg + i].record == record)
			mask |= (u8)(1u << i);
	return mask;
}

/* Every leg of @set that is in use is sent the pair of @super. */
static void issue(struct tandem_super *super, unsigned int set)
{
	const struct tandem_config *config = &super->set[set];
	unsigned int i;

	for (i = 0; i < config->nr_legs; i++) {
		struct tandem_place *place = &super->place[config->first_leg + i];

		if (in_use(place))
			place->issued = tandem_lineage_pair(super, set);
	}
}

static void new_config(struct tandem_super *super, unsigned int set, const struct tandem_id *id)
{
	struct tandem_config *config = &super->set[set];

	config->parent = config->id;
	config->id = *id;
	config->generation++;
	issue(super, set);
}

void tandem_lineage_drop(struct tandem_super *super, const struct tandem_lineage_drop *drop)
{
	const struct tandem_config *config = &super->set[drop->set];
	unsigned int i;

	for (i = 0; i < config->nr_legs; i++) {
		struct tandem_place *place = &super->place[config->first_leg + i];

		if (in_use(place) && !tandem_id_is_none(&drop->durable[i].config))
			place->last = drop->durable[i];
		if (drop->by_hand & (1u << i))
			place->by_hand = true;
		if (!(drop->legs & (1u << i)))
			continue;
		place->record = drop->record;
		place->last_log_seq = drop->left[i];
	}
	new_config(super, drop->set, &drop->config);
}

void tandem_lineage_join(struct tandem_super *super, unsigned int leg,
			 const struct tandem_id *id, const struct tandem_id *config)
{
	struct tandem_place *place = &super->place[leg];

	if (!tandem_id_equal(&place->id, id)) {
		memset(&place->last, 0, sizeof(place->last));
		place->last_log_seq = 0;
	}
	place->id = *id;
	place->by_hand = false;
	place->record = TANDEM_RECORD_REBUILDING;
	new_config(super, place->set, config);
}

void tandem_lineage_promote(struct tandem_super *super, unsigned int leg,
			    const struct tandem_id *config)
{
	const unsigned int set = super->place[leg].set;
	unsigned int i;

	for (i = 0; i < super->set[set].nr_legs; i++) {
		struct tandem_place *place = &super->place[super->set[set].first_leg + i];

		if (in_use(place))
			place->last = place->issued;
	}
	super->place[leg].record = TANDEM_RECORD_CURRENT;
	new_config(super, set, config);
}

void tandem_lineage_activate(struct tandem_super *super, const struct tandem_id *epoch,
			     u64 flags)
{
	unsigned int set;

	super->epoch.parent = super->epoch.id;
	super->epoch.id = *epoch;
	super->epoch.number++;
	super->epoch.flags = flags & TANDEM_FLAG_FORCED;
	super->flags |= flags & TANDEM_FLAG_FORCED;
	super->flags &= ~TANDEM_FLAG_CLEAN;
	for (set = 0; set < super->geo.nr_sets; set++)
		issue(super, set);
}

void tandem_lineage_settle(struct tandem_super *super, unsigned int set,
			   const struct tandem_pair *durable)
{
	const struct tandem_config *config = &super->set[set];
	unsigned int i;

	for (i = 0; i < config->nr_legs; i++) {
		struct tandem_place *place = &super->place[config->first_leg + i];

		if (in_use(place) && !tandem_id_is_none(&durable[i].config))
			place->last = durable[i];
	}
}
