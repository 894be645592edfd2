/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated disk: commands, their latency, their results. What it holds is
 * in store.h, what goes wrong in faults.h.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "io/disk.h"
#include "faults.h"
#include "store.h"

struct sim_world;

/* A command between submission and completion. */
struct sim_command {
	struct sim_disk *disk;
	struct bio *bio;
	enum req_op op;
	bool flush;
	bool fua;
	struct bio *users;		/* part of a user's request */
	u32 losses;			/* of the disk, when a read got its data */
	bool applied;
	bool held;		/* until disk_let_go() */
	bool at_start;		/* takes effect when submitted, not when completed */
	u64 sector;
	u32 count;
	u64 issued;		/* disk's clock */
	u64 sent;		/* in ticks */
	u32 stamp;		/* of the write in the cache */
	u64 *content;		/* of a write */
	struct sim_outcome outcome;
	u8 *data;
	struct list_head node;
};

struct sim_disk {
	struct tandem_disk engine;	/* what the engine sees */
	struct block_device bdev;
	unsigned int leg;		/* the place it belongs to */
	struct sim_store store;
	struct sim_health health;
	u64 clock;			/* counts submissions and completions */
	u64 nr_writes;			/* that changed anything, whoever sent them */
	bool present;			/* may be named in a table */
	bool lossy;			/* lost acknowledged writes, and nobody noticed yet */
	bool doubtful;			/* its last flush failed */
	u32 losses;			/* flushes that failed */
	bool held_up;			/* does not answer what it is sent from now on */
	struct list_head commands;
	u64 slot_sector[2];
};

void disk_start(struct sim_disk *disk, unsigned int leg);
void disk_destroy(struct sim_disk *disk);

/* Everything under way is cut off: @power decides what the cache keeps. */
void disk_crash(struct sim_disk *disk, bool power);

/* Steered: what is held begins to end; @landed: it has taken effect before. */
void disk_let_go(struct sim_disk *disk, bool landed);
/* Has it been sent anything that it has not answered? */
bool disk_is_busy(const struct sim_disk *disk);
/* Commands that are held. */
unsigned int disk_nr_held(const struct sim_disk *disk);
/* Writes that are under way and have not taken effect. */
unsigned int disk_nr_open(const struct sim_disk *disk);
/*
 * The machine ends. Of the writes in the cache the first @kept are durable, and the
 * others lost (DISK_ALL_OPEN: power stays, all stay where they are); of those under
 * way the first @landed are durable, the last of these only in part if @torn.
 */
#define DISK_ALL_OPEN	(~0u)
void disk_cut(struct sim_disk *disk, unsigned int kept, unsigned int landed, bool torn);

/* What is in the cache and answered is lost, the disk goes on (or is dead). */
void disk_lose(struct sim_disk *disk, enum sim_survival survival);

/* Power of a disk that has nothing under way. */
void disk_power_cut(struct sim_disk *disk);

/* Spoils a sector of what begins at @first: media rot, while nobody looks. */
void disk_rot(struct sim_disk *disk, u64 first);

#endif
