/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lost-range tables say that are on the disks: our own reader of the format in
 * uapi/tandem_format_map.h, which shares no code with core/lost.c; and the rules for them.
 *
 *	heard     a block is lost only if every current leg has given an error since the
 *	          start, or cannot read it
 *	healed    a table that has a block no more goes to a leg only when every current leg
 *	          has, for good, what may be there; and no copy on a current leg has a block
 *	          of which a write was acknowledged
 *	carried   a leg that becomes current calls lost what those before it do, unless it
 *	          has, for good, what may be there
 */
#ifndef SIM_LOSTBOOK_H
#define SIM_LOSTBOOK_H

#include "store.h"

struct sim_command;
struct sim_disk;
struct sim_part;

void lostbook_start(void);
/* Sectors of @span changed, in what is durable. */
void lostbook_changed(const struct sim_disk *disk, const struct sim_span *span);

/* Does a current leg of @set call @sector lost, in either copy? */
bool lostbook_has(u32 set, u64 sector);
/* Any sector of the part. */
bool lostbook_touches(const struct sim_part *part);

/* Is it for the table? May it be sent? */
bool lostbook_is_table(const struct sim_command *command);
void lostbook_command(const struct sim_command *command);
/* It was answered, and well. */
void lostbook_finished(const struct sim_command *command);
/* A leg is current from now on. */
void lostbook_promoted(unsigned int leg);
/* A write was acknowledged. */
void lostbook_acked(const struct sim_part *part);

#endif
