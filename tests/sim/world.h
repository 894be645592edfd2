/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world of one seed: the disks and what is known of the array on them.
 * There is one at a time; crashes leave it as it is.
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
	u64 set_sectors;
	u64 volume_sectors;
	bool created;
};

extern struct sim_world world;

/* Makes and formats the disks, as `tandem create` would. */
void world_create(void);
void world_destroy(void);
/* A new disk for a place, formatted blank for the array that @super describes. */
void world_replace(unsigned int leg, const struct tandem_super *super);

/* `tandem forget`: no superblock any more. */
void world_forget(unsigned int leg);
/* What the newest slot of a leg says; false: it has none. */
bool world_read_super(unsigned int leg, struct tandem_super *super);

static inline unsigned int world_set_of(unsigned int leg)
{
	return leg / world.options.legs;
}

#endif
