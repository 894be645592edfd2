// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A change of membership is a new table.
 *
 * Who is current is not in the table: the kernel reads it from the superblocks, and
 * records the change before anything depends on it. The table says which disk is where,
 * and which place is to be filled.
 */
#include "reload.h"

#include <stdlib.h>

#include "core/replace.h"

bool tandem_reload_is_free(const struct tandem_view *view, unsigned int leg)
{
	enum tandem_leg_state state = view->status.leg[leg].state;

	return state == TANDEM_LEG_MISSING || state == TANDEM_LEG_FAILED ||
	       state == TANDEM_LEG_STALE;
}

/* Its own record may be from before numbers moved: then the others know where it is. */
static bool is_in_place(const struct tandem_reload *reload, const struct tandem_super *own,
			unsigned int leg)
{
	const struct tandem_view *view = reload->view;
	struct tandem_super *super;
	struct tandem_error ignored;
	bool is;

	if (!tandem_id_equal(&own->array, &view->volume.array))
		return false;
	if (!reload->renumbers && own->leg == leg && own->nr_legs == view->table.nr_legs)
		return true;
	super = calloc(1, sizeof(*super));
	is = super && !tandem_view_super(reload->ctx, view, super, &ignored) &&
	     tandem_replace_find(super, &own->leg_id) == leg;
	free(super);
	return is;
}

bool tandem_reload_is_there(const struct tandem_reload *reload, unsigned int leg)
{
	const struct tandem_context *ctx = reload->ctx;
	struct tandem_label *label = calloc(1, sizeof(*label));
	char path[TANDEM_PATH_BYTES];
	struct tandem_device dev;
	struct tandem_error ignored;
	bool there = false;

	ctx->device->path_of(reload->view->disk[leg], path, sizeof(path));
	tandem_device_init(&dev, path);
	if (label && !tandem_device_open(ctx, &dev, TANDEM_ACCESS_READ, &ignored)) {
		there = !tandem_label_read(ctx, &dev, label) &&
			is_in_place(reload, &label->super, leg);
		tandem_device_close(&dev);
	}
	free(label);
	return there;
}

void tandem_reload_prepare(struct tandem_reload *reload, unsigned int leg, dev_t disk)
{
	const struct tandem_view *view = reload->view;
	struct tandem_table *table = &reload->start.table;
	unsigned int i;

	*table = view->table;
	table->rebuild = 0;
	if (table->degraded == TANDEM_DEGRADED_NEVER)
		table->degraded = TANDEM_DEGRADED_PROVEN;
	for (i = 0; i < table->nr_legs; i++) {
		dev_t fills = i == leg ? disk : view->disk[i];

		if (i != leg && fills && tandem_reload_is_free(view, i) &&
		    !tandem_reload_is_there(reload, i))
			fills = 0;
		if (view->status.leg[i].state == TANDEM_LEG_REBUILDING)
			table->rebuild |= 1ull << i;
		tandem_start_disk(&reload->start, i, fills);
	}
}

int tandem_reload_run(struct tandem_reload *reload, u64 fill, struct tandem_error *err)
{
	struct tandem_table *table = &reload->start.table;
	const struct tandem_dm_load load = {
		.name = reload->view->volume.name,
		.table = table,
		.sectors = reload->view->sectors,
	};
	struct tandem_table old = reload->view->table;

	/* What was filled once need not be filled again by going back. */
	old.rebuild = table->rebuild & ~fill;
	table->rebuild |= fill;
	return tandem_dm_replace(reload->ctx, &load, &old, err);
}
