/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the superblock slots on the disks say: what is there for good, what a read gives,
 * and whether the last one that was tried gave it. What follows from it is in ledger.h.
 */
#ifndef SIM_SLOTBOOK_H
#define SIM_SLOTBOOK_H

#include "options.h"
#include "uapi/tandem_format.h"

struct sim_command;
struct sim_disk;
struct tandem_array;

struct slotbook_slot {
	bool valid;
	bool clean;
	bool blank;
	bool flush_lost;	/* a flush failed on the way down: the next one must fail */
	u64 sequence;
	u64 epoch_number;
	u64 generation;
	u64 set_sectors;
	struct tandem_id config;
	struct tandem_id epoch;
	u8 record[SIM_MAX_DISKS];
};

void slotbook_start(void);
/* Something changed in a slot. False: there is nothing valid in it now. */
bool slotbook_changed(struct sim_disk *disk, unsigned int slot, bool durable);
/* A command is sent: it may be a write of a slot. */
void slotbook_command(const struct sim_command *command);
/* The array is up, and writes. */
void slotbook_started(const struct tandem_array *array);
/* A command has ended, well or not: it may have been a read of a slot. */
void slotbook_ended(const struct sim_command *command);
/* Another disk is in the place of the leg. */
void slotbook_replaced(unsigned int leg);

const struct slotbook_slot *slotbook_slot(unsigned int leg, unsigned int slot, bool durable);
/* The slot that counts, or NULL: for good, and to a start that can read both. */
const struct slotbook_slot *slotbook_newest(unsigned int leg);
const struct slotbook_slot *slotbook_shown(unsigned int leg);
/* The lengths of its set that its slots say; ~0 and 0 if none is whole. */
struct slotbook_lengths {
	u64 least;
	u64 most;
};

struct slotbook_lengths slotbook_lengths(unsigned int leg, bool durable);
/* It has a superblock, and was taken into use. */
bool slotbook_is_formatted(unsigned int leg);
/* The last read of it failed, or what it gave was torn; and it was not written since. */
bool slotbook_is_unread(unsigned int leg, unsigned int slot);
/* What changes now is what landed of a write that erred. */
void slotbook_set_tearing(bool tearing);
/*
 * Such a write made a slot valid that was not: with what an earlier one left there it may
 * have made up the record of that one, which nobody finished, and nobody knows of.
 */
bool slotbook_is_spliced(void);
/* Both slots say the same, for good: one may rot. */
bool slotbook_may_rot(unsigned int leg);

#endif
