/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small world of disks that carry superblocks, and what may befall them.
 *
 * Superblocks, configurations and plans are the real ones (kernel/core); what
 * writes them is a model of the engine that does what io/ owes to the lineage
 * (core/lineage.h) and may be cut off after any subset of the legs. What the
 * disks *hold* is ghost truth: a set of acknowledged writes per disk, and per
 * timeline the writes that it must never lose. A forced start begins a new
 * timeline: the administrator gave up what its legs lack.
 *
 * world_check.h asks the chooser about every subset of the disks and holds its
 * answers against the truth.
 */
#ifndef TANDEM_TEST_WORLD_H
#define TANDEM_TEST_WORLD_H

#include "core/assembly.h"
#include "core/lineage.h"

#define WORLD_MAX_DISKS		5
#define WORLD_MAX_PLACES	4
#define WORLD_MAX_WRITES	64
#define WORLD_MAX_TIMELINES	32

#define WORLD_DISK_SECTORS	262144u
#define WORLD_BLOCK_BYTES	512u

/**
 * struct world_disk - one disk
 * @place: the leg that it fills or filled
 * @cached: the newest slot is in a cache only: it may be gone after a power cut
 * @garbled: being filled, or never filled: no copy of anything
 * @timeline: to which its superblock belongs; @older_timeline: the other slot's
 * @change: number of the commit that wrote it; @older_change: the other slot's
 * @has: acknowledged writes that are on it
 * @super: what its newest slot says
 * @older: what the other slot says
 */
struct world_disk {
	bool exists;
	bool cached;
	bool garbled;
	u8 place;
	u8 timeline;
	u8 older_timeline;
	u32 change;
	u32 older_change;
	u64 has;
	struct tandem_super super;
	struct tandem_super older;
};

/**
 * struct world - disks, and the array while it runs
 * @run: the array's superblock, while @running
 * @used: disks it writes to
 * @held: per place, what is surely in both slots
 * @want: per timeline, acknowledged writes it must not lose
 * @set_of_write: per write
 * @forced: some start was forced
 * @forked: a forced start left out a disk that was ahead of those it used
 * @rotted: some disk has lost a slot
 */
struct world {
	u8 nr_sets;
	u8 legs_per_set;
	u8 nr_disks;
	bool running;
	bool forced;
	bool forked;
	bool rotted;
	u8 used;
	u8 timeline;
	u8 nr_timelines;
	u8 nr_writes;
	u32 nr_ids;
	u32 nr_changes;
	u64 want[WORLD_MAX_TIMELINES];
	u8 set_of_write[WORLD_MAX_WRITES];
	struct tandem_pair held[WORLD_MAX_PLACES];
	struct tandem_super run;
	struct world_disk disk[WORLD_MAX_DISKS];
};

enum world_event_kind {
	WORLD_START,	/* activate with @present under @policy; join what is stale */
	WORLD_REPLACE,	/* the same, with a new disk in place @disk */
	WORLD_FAIL,	/* @disk fails at run time */
	WORLD_PROMOTE,	/* @disk has been filled */
	WORLD_STOP,	/* clean stop */
	WORLD_CRASH,
	WORLD_FADE,	/* the newest slot of @disk was only in a cache, and is lost */
	WORLD_ROT,	/* the newest slot of @disk is lost, though it was durable */
};

/**
 * struct world_event - one thing that happens
 * @land: disks that the commit reaches
 * @errs: one of the disks that reports an error, whether or not it was reached,
 *	so that a second commit leaves it out; -1: none, power goes unless @land
 *	is all
 * @land2: disks that the second commit reaches; power goes unless it is all
 */
struct world_event {
	enum world_event_kind kind;
	u8 present;
	u8 policy;
	bool join;
	s8 disk;
	u8 land;
	s8 errs;
	u8 land2;
};

/* A fresh array, stopped, nothing written. */
void world_init(struct world *world, unsigned int nr_sets, unsigned int legs_per_set);
void world_copy(struct world *to, const struct world *from);

/* False: it cannot happen here, and nothing has. */
bool world_apply(struct world *world, const struct world_event *event);

/* Asks the chooser about the disks in @present. */
void world_choose(const struct world *world, u8 present, enum tandem_degraded policy,
		  struct tandem_plan *plan);

#endif
