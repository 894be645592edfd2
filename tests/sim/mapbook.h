/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the region maps say that are on the disks: our own reader of the format in
 * uapi/tandem_format_map.h, which shares no code with core/map.c. Regions are so few
 * here that a map is one page.
 */
#ifndef SIM_MAPBOOK_H
#define SIM_MAPBOOK_H

#include "logbook.h"

struct sim_command;

/**
 * struct mapbook_state - what the map of a leg says
 * @sequence: of the page that counts; 0: there is none
 * @slot: where it is
 *
 * Either slot may be lost: where it matters what a start might take for true, both are
 * asked, and what says least is believed.
 */
struct mapbook_state {
	u64 sequence;
	u32 slot;
	u16 entry[LOGBOOK_REGIONS];
	u64 slot_sequence[2];	/* of each slot, 0: not valid */
	u16 slot_entry[2][LOGBOOK_REGIONS];
};

void mapbook_start(void);
/* Sectors of @span changed, in what is durable or in what a read gives. */
void mapbook_changed(const struct sim_disk *disk, const struct sim_span *span, bool durable);

/* Good until something changes. */
const struct mapbook_state *mapbook_state(unsigned int leg, bool durable);
/* Was nothing written to @region, by this map alone? By either of its slots? */
bool mapbook_is_never(const struct mapbook_state *state, u32 region);
bool mapbook_may_be_never(const struct mapbook_state *state, u32 region);
/* Has the leg at @position all of @region, by either slot? */
bool mapbook_may_be_present(const struct mapbook_state *state, u32 region,
			    unsigned int position);
/* Both slots say the same: one may rot. */
bool mapbook_may_rot(unsigned int leg);

/* Is it for the region map, and there is one? May it be sent? */
bool mapbook_is_map(const struct sim_command *command);
void mapbook_command(const struct sim_command *command);
/* It has been answered, and well: the engine knows that the page is there. */
void mapbook_acked(const struct sim_command *command);
/* It has been answered: may the engine know what is in the slots? */
void mapbook_ended(const struct sim_command *command);
/* The disk was replaced. */
void mapbook_emptied(unsigned int leg);

#endif
