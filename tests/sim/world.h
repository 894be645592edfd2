/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world of one seed: the disks and what is known of the array on them.
 * There is one at a time; crashes leave it as it is.
 *
 * A set is made shorter than its disks have room for, if it is to grow. Behind its end
 * the disks hold junk, and the books say that nobody has written there.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "core/superblock.h"
#include "disk.h"
#include "options.h"

struct sim_world {
	struct sim_options options;
	struct sim_disk disk[SIM_MAX_DISKS];
	unsigned int nr_disks;
	struct tandem_super super;	/* as created */
	u64 set_sectors;		/* that a set may grow to: what the books are for */
	u64 now_sectors;		/* that a set has in the device as users see it */
	u64 bound_sectors;	/* as the last start for writing left it */
	u64 volume_sectors;		/* of that device */
	bool created;
};

extern struct sim_world world;

/* Makes and formats the disks, as `tandem create` would. */
void world_create(void);
void world_destroy(void);
/* A new disk for a place, formatted blank for the array that @super describes. */
void world_replace(unsigned int leg, const struct tandem_super *super);

/* The device has @set_sectors for each set from now on. */
void world_resize(u64 set_sectors);
/* The disk of a leg is as large as it can be from now on. */
void world_enlarge(unsigned int leg);

/* `tandem forget`: no superblock any more. */
void world_forget(unsigned int leg);
/* What the newest slot of a leg says; false: it has none. */
bool world_read_super(unsigned int leg, struct tandem_super *super);

static inline unsigned int world_set_of(unsigned int leg)
{
	return leg / world.options.legs;
}

#endif
