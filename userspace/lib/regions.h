/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regions of a leg as runs, for those who look (tandem_examine.h). */
#ifndef TANDEM_LIB_REGIONS_H
#define TANDEM_LIB_REGIONS_H

#include "core/intent.h"
#include "tandem_examine.h"

/**
 * tandem_runs_make() - the dirty regions of an intent as runs, in order
 * @intent: NULL: not known
 * @runs: filled in, what was in it is freed; to be freed with tandem_runs_free()
 * Return: 0 or -ENOMEM, then not known
 */
int tandem_runs_make(const struct tandem_intent *intent, struct tandem_runs *runs);

/* One run of @count regions from 0, none if that is 0. As tandem_runs_make(). */
int tandem_runs_make_all(uint64_t count, struct tandem_runs *runs);

void tandem_runs_free(struct tandem_runs *runs);

#endif
