/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configurations that superblocks name (slotbook.h), and the history that really
 * happened, which no superblock knows.
 *
 * History: each completed read-write activation is a node; per set it has a
 * parent, the node that its legs came from, and the time at which. A leg is in
 * a node until a record that lands on a leg of the same node leaves it out. Two
 * legs of a set are rivals if neither's place in history lies before the
 * other's: both went on without the other (K5).
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include "options.h"
#include "uapi/tandem_format.h"

#define LEDGER_STAYED	(~0u)		/* has not left its node */

struct sim_disk;

struct ledger_node {
	s32 parent[SIM_MAX_DISKS];	/* per set; -1: none */
	u32 when[SIM_MAX_DISKS];
	s32 by[SIM_MAX_DISKS];		/* the record that says so; -1: beyond doubt */
};

void ledger_start(void);
/* A leg of the array as created. */
void ledger_add_leg(struct sim_disk *disk);
/* Something changed in a slot: what is durable there; what a read returns. */
void ledger_slot_changed(struct sim_disk *disk, unsigned int slot);
void ledger_slot_shown(struct sim_disk *disk, unsigned int slot);

/* Legs, of any set, that the record which a start finds on @leg does not call current. */
u64 ledger_left_out_by(unsigned int leg);
/* By all slots of the legs of @set that are current, how long is it at least? */
u64 ledger_length(u32 set);
/* Both slots say the same: one may rot. */
bool ledger_may_rot(unsigned int leg);

/* Is @leg current by the newest configuration of its set that landed anywhere? */
bool ledger_is_current(unsigned int leg);
/* It is not, and no power cut can take that back. */
bool ledger_is_out(unsigned int leg);
/* It is not, and whoever sends a command now could know. */
bool ledger_is_stale(unsigned int leg);
/* An epoch that was seen before now? Seeing makes it known. */
bool ledger_is_known_epoch(const struct tandem_id *epoch);

/* Is @leg where the newest completed activation and no record since left it? */
bool ledger_is_up_to_date(unsigned int leg);
/* All of them, as a start begins; and to a start that could not read what left one out. */
u64 ledger_start_begin(void);
u64 ledger_seem_up_to_date(void);
/* The node that @leg has stayed in, or -1. */
s32 ledger_node_of(unsigned int leg);
bool ledger_are_rivals(unsigned int a, unsigned int b);

/* An activation is complete; @current_legs were used as current. */
void ledger_activated(u64 current_legs);
/* A new disk without a history. */
void ledger_replaced(struct sim_disk *disk);

#endif
