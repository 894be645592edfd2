// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The table of lost ranges on a leg.
 *
 * Decisions: a table counts only where the superblock announces one, as at a start
 * (kernel/io/lost_load.c): a leg may have one of another time. One copy after the other
 * is read, for a bad sector must not cost both.
 */
#include "lost.h"

#include <stdlib.h>

#include "core/lost.h"
#include "regions.h"

static void read_copies(const struct tandem_context *ctx, const struct tandem_device *dev,
			unsigned char *copies)
{
	unsigned int i;

	for (i = 0; i < TANDEM_LOST_PAGES; i++)
		if (ctx->device->read(dev, TANDEM_LOST_BYTES + i * TANDEM_PAGE_BYTES,
				      copies + i * TANDEM_PAGE_BYTES, TANDEM_PAGE_BYTES))
			memset(copies + i * TANDEM_PAGE_BYTES, 0xff, TANDEM_PAGE_BYTES);
}

static int take(const struct tandem_super *super, const unsigned char *copies,
		struct tandem_runs *runs)
{
	struct tandem_lost_table *table = calloc(1, sizeof(*table));
	struct tandem_region_run *run = NULL;
	u64 sequence;
	int copy, i;

	if (!table)
		return -ENOMEM;
	table->array = super->array;
	table->set = super->place[super->leg].set;
	table->set_sectors = super->geo.set_sectors;
	copy = tandem_lost_choose(table, copies, &sequence);
	if (copy >= 0)
		tandem_lost_decode(table, copies + copy * TANDEM_PAGE_BYTES);
	/* Zeroes: announced, and power went before the first range was written. */
	if (copy >= 0 || copy == -ENODATA)
		run = calloc(table->nr + 1u, sizeof(*run));
	for (i = 0; run && i < table->nr; i++) {
		run[i].first = table->range[i].sector;
		run[i].count = table->range[i].count;
	}
	runs->known = run;
	runs->nr = run ? table->nr : 0;
	runs->run = run;
	free(table);
	return 0;
}

int tandem_leglost_read(const struct tandem_context *ctx, const struct tandem_found *found,
			struct tandem_runs *runs, struct tandem_error *err)
{
	const struct tandem_super *super = &found->label.super;
	unsigned char *copies;
	struct tandem_device dev;
	int ret;

	if (!(super->feature_incompat & TANDEM_INCOMPAT_LOST_RANGES))
		return tandem_runs_make_all(0, runs) ? tandem_error_no_memory(err) : 0;
	tandem_device_init(&dev, found->dev.path);
	ret = tandem_device_open(ctx, &dev, TANDEM_ACCESS_READ, err);
	if (ret)
		return ret;
	copies = tandem_device_buffer(TANDEM_LOST_PAGES * TANDEM_PAGE_BYTES);
	if (copies)
		read_copies(ctx, &dev, copies);
	tandem_device_close(&dev);
	if (!copies || take(super, copies, runs))
		ret = tandem_error_no_memory(err);
	free(copies);
	return ret;
}
