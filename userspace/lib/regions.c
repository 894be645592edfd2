// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Regions as runs.
 *
 * A log may list tens of thousands of regions, and a lost one means all of them:
 * runs are short in either case.
 */
#include "regions.h"

#include <stdlib.h>

/* First region from @region on that is not in @intent, or nr_regions. */
static u32 end_of_run(const struct tandem_intent *intent, u32 region)
{
	while (region < intent->nr_regions && tandem_intent_has(intent, region))
		region++;
	return region;
}

static size_t count_runs(const struct tandem_intent *intent)
{
	size_t nr = 0;
	u32 first;

	for (first = tandem_intent_next(intent, 0); first < intent->nr_regions;
	     first = tandem_intent_next(intent, end_of_run(intent, first)))
		nr++;
	return nr;
}

static struct tandem_region_run *allocate(size_t nr, struct tandem_runs *runs)
{
	struct tandem_region_run *run = calloc(nr ? nr : 1, sizeof(*run));

	tandem_runs_free(runs);
	runs->known = run;
	runs->nr = run ? nr : 0;
	runs->run = run;
	return run;
}

int tandem_runs_make(const struct tandem_intent *intent, struct tandem_runs *runs)
{
	struct tandem_region_run *run;
	u32 first, end;

	if (!intent) {
		tandem_runs_free(runs);
		return 0;
	}
	run = allocate(count_runs(intent), runs);
	if (!run)
		return -ENOMEM;
	for (first = tandem_intent_next(intent, 0); first < intent->nr_regions;
	     first = tandem_intent_next(intent, end)) {
		end = end_of_run(intent, first);
		run->first = first;
		run->count = end - first;
		run++;
	}
	return 0;
}

int tandem_runs_make_all(uint64_t count, struct tandem_runs *runs)
{
	struct tandem_region_run *run = allocate(count ? 1 : 0, runs);

	if (!run)
		return -ENOMEM;
	run->count = count;
	return 0;
}

void tandem_runs_free(struct tandem_runs *runs)
{
	free((void *)runs->run);
	memset(runs, 0, sizeof(*runs));
}
