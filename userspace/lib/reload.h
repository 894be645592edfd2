/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of an active array, once more, for a change of membership. */
#ifndef TANDEM_LIB_RELOAD_H
#define TANDEM_LIB_RELOAD_H

#include "assemble.h"
#include "view.h"

/* May another disk have this place? */
bool tandem_reload_is_free(const struct tandem_view *view, unsigned int leg);

/**
 * struct tandem_reload - a table in the making
 * @view: as the array runs
 * @start: filled in by tandem_reload_prepare()
 * @renumbers: the new table is to have another number of places: a disk that was prepared and
 *	never filled names its place by the old ones, and is left out
 */
struct tandem_reload {
	const struct tandem_context *ctx;
	const struct tandem_view *view;
	struct tandem_start start;
	bool renumbers;
};

/* Is what fills a place still a leg of the array that can be read? @leg: with a disk */
bool tandem_reload_is_there(const struct tandem_reload *reload, unsigned int leg);

/**
 * tandem_reload_prepare() - as the array runs, but for one place
 * @leg: gets @disk (0: none)
 *
 * Legs that are being filled go on. A disk that is out of use and cannot be read any
 * more is left out, or the kernel would not take the table.
 */
void tandem_reload_prepare(struct tandem_reload *reload, unsigned int leg, dev_t disk);

/* Exchanges the table; @fill: mask of places that are to be filled from now on. */
int tandem_reload_run(struct tandem_reload *reload, u64 fill, struct tandem_error *err);

#endif
