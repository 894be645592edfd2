/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An array on its way from options to superblocks: build.c plans, create.c writes. */
#ifndef TANDEM_LIB_CREATE_H
#define TANDEM_LIB_CREATE_H

#include "fresh.h"

/* What a new array needs of every module that is to start it. */
#define TANDEM_BUILD_INCOMPAT (TANDEM_INCOMPAT_INTENT_LOG | TANDEM_INCOMPAT_REGION_MAP)

/**
 * struct tandem_build - an array being made
 * @fresh: per place, its disk; initialised by tandem_build_options()
 * @present: the place has a disk, it is not "missing"
 * @touched: a superblock may have been written
 */
struct tandem_build {
	const struct tandem_context *ctx;
	const struct tandem_create_options *opt;
	unsigned int nr_legs;
	unsigned int legs_per_set;
	struct tandem_super super;
	struct tandem_fresh fresh[TANDEM_MAX_LEGS];
	bool present[TANDEM_MAX_LEGS];
	bool touched;
};

/* The next leg that has a disk, from @leg on, or @nr_legs. */
static inline unsigned int tandem_build_next(const struct tandem_build *build, unsigned int leg)
{
	while (leg < build->nr_legs && !build->present[leg])
		leg++;
	return leg;
}

/* Every leg that has a disk, in order. */
#define for_each_present(build, leg) \
	for ((leg) = tandem_build_next(build, 0); (leg) < (build)->nr_legs; \
	     (leg) = tandem_build_next(build, (leg) + 1))

/* The superblock of the array becomes that of @leg. */
void tandem_build_turn_to(struct tandem_build *build, unsigned int leg);

/* Checks the options by themselves and notes them in @super; opens nothing. */
int tandem_build_options(struct tandem_build *build, struct tandem_error *err);

/* With the disks open: layout, sizes, identities. @super passes tandem_super_check(). */
int tandem_build_super(struct tandem_build *build, struct tandem_error *err);

#endif
