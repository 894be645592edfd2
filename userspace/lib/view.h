/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An active array as it stands: device, status line and table line, parsed. */
#ifndef TANDEM_LIB_VIEW_H
#define TANDEM_LIB_VIEW_H

#include "core/status.h"
#include "dm.h"
#include "label.h"

/**
 * struct tandem_view - one look at an active array
 * @disk: per place, the device that fills it, 0 if none
 * @table: as it runs; its texts are in @table_line
 */
struct tandem_view {
	struct tandem_volume volume;
	struct tandem_status status;
	struct tandem_table table;
	dev_t disk[TANDEM_MAX_LEGS];
	u64 sectors;
	char *table_line;
};

/* @view is to be freed with tandem_view_free(), also after an error. */
int tandem_view_read(const struct tandem_context *ctx, const struct tandem_volume *volume,
		     struct tandem_view *view, struct tandem_error *err);
void tandem_view_free(struct tandem_view *view);

/**
 * tandem_view_super() - the array's superblock, from a leg that is current; and what it says
 *	of the other sets from legs of theirs, for they alone hear what happens there
 * Return: 0; else no leg could be read, and @err says why for the last one
 */
int tandem_view_super(const struct tandem_context *ctx, const struct tandem_view *view,
		      struct tandem_super *super, struct tandem_error *err);

/**
 * tandem_view_leg() - which place is meant
 * @text: number, or path of the disk that fills it
 * @leg: filled in
 */
int tandem_view_leg(const struct tandem_view *view, const char *text, unsigned int *leg,
		    struct tandem_error *err);

#endif
