/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The intent of a set: which of its regions may differ between the legs. One bit
 * for each region, so that the dirty ones come in the order of their numbers.
 *
 * Memory comes from the caller; nothing here locks.
 */
#ifndef TANDEM_CORE_INTENT_H
#define TANDEM_CORE_INTENT_H

#include "sys.h"
#include "uapi/tandem_limits.h"

/**
 * struct tandem_intent - a set of regions
 * @nr_regions: there are; 1 to TANDEM_MAX_REGIONS_PER_SET
 * @nr_dirty: of these, in the set
 * @bits: tandem_intent_bytes(nr_regions) of memory, the caller's
 */
struct tandem_intent {
	u32 nr_regions;
	u32 nr_dirty;
	u64 *bits;
};

size_t tandem_intent_bytes(u32 nr_regions);

/* An empty set. */
void tandem_intent_init(struct tandem_intent *intent, u32 nr_regions, u64 *bits);
void tandem_intent_empty(struct tandem_intent *intent);

bool tandem_intent_has(const struct tandem_intent *intent, u32 region);

/* True: it was not there. */
bool tandem_intent_add(struct tandem_intent *intent, u32 region);
/* True: it was there. */
bool tandem_intent_remove(struct tandem_intent *intent, u32 region);

/* @count regions from @first on, none past the end. */
void tandem_intent_add_run(struct tandem_intent *intent, u32 first, u32 count);
void tandem_intent_remove_run(struct tandem_intent *intent, u32 first, u32 count);

/* The first dirty region that is not below @region, or nr_regions. */
u32 tandem_intent_next(const struct tandem_intent *intent, u32 region);

/* @into gets all of @from, which is not of more regions. */
void tandem_intent_join(struct tandem_intent *into, const struct tandem_intent *from);
void tandem_intent_copy(struct tandem_intent *into, const struct tandem_intent *from);

#endif
