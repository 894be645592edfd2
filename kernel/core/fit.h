/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Do legs fit each other, and their disks? And how long may their sets become.
 */
#ifndef TANDEM_CORE_FIT_H
#define TANDEM_CORE_FIT_H

#include "core/superblock.h"

/*
 * Is what no leg may have of its own the same: shape, place of everything, features?
 * The length of the sets may differ: they have grown since one of these was written. So
 * may the number of their legs, by one, in another epoch: one is being replaced, or was.
 */
bool tandem_fit_shape(const struct tandem_super *a, const struct tandem_super *b);

/* Has every set as many legs by the one as by the other? */
bool tandem_fit_places(const struct tandem_super *a, const struct tandem_super *b);

/*
 * May a disk of @disk_sectors be the one that @super was written on? It may have become
 * larger since, and is not recorded so before the next start. A smaller one is another,
 * and so is one with other logical blocks.
 */
bool tandem_fit_disk(const struct tandem_super *super, u64 disk_sectors, u32 block_bytes);

/* Has a disk of @disk_sectors room for a leg of @super's array, guard included? */
bool tandem_fit_room(const struct tandem_super *super, u64 disk_sectors);

/* The most that a set of @super's array could have on this disk: whole pages, whole chunks. */
u64 tandem_fit_most(const struct tandem_super *super, u64 disk_sectors);

/* The most that the region map of @super's array was laid out for. */
u64 tandem_fit_map(const struct tandem_super *super);

/**
 * tandem_fit_grown() - may the sets of @super's array become this long?
 * @set_sectors: of each
 * @why: set to a static noun phrase on error, may be NULL
 *
 * What the disks have room for is tandem_fit_room()'s to say, afterwards.
 * Return: 0 or -EINVAL
 */
int tandem_fit_grown(const struct tandem_super *super, u64 set_sectors, const char **why);

#endif
