/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the intent logs say that are on the disks: our own reader of the format
 * in uapi/tandem_format_log.h, which shares no code with core/log.c.
 *
 * Each page of a ring is decoded when a sector of it changes, durable or only in
 * the cache. Between two changes a ring is replayed at most once.
 */
#ifndef SIM_LOGBOOK_H
#define SIM_LOGBOOK_H

#include "options.h"
#include "uapi/tandem_format_log.h"

#define LOGBOOK_REGIONS		256u

struct sim_disk;
struct sim_span;

/* Regions of a set. */
struct logbook_regions {
	u64 word[LOGBOOK_REGIONS / 64];
};

/* One page of a ring. */
struct logbook_record {
	bool valid;
	u32 flags;
	u64 sequence;
	u64 epoch_number;
	u64 generation;
	u32 nr_dirty;
	struct logbook_regions changed;	/* new or cleared */
	struct logbook_regions window;	/* that it speaks of */
	struct logbook_regions dirty;	/* of both */
};

/**
 * struct logbook_state - what the ring of a leg says as a whole
 * @sequence: of the newest record; 0: there is none
 * @empty: all of it is zero: it was never written, and is lost as well
 * @lost: some record that is needed is not there
 * @all: every region may differ, listed or not
 * @part: a start or stop writes it anew, and is not through
 * @dirty: what is listed, unless empty or lost
 * @version: another one after every change
 */
struct logbook_state {
	u64 sequence;
	bool empty;
	bool lost;
	bool all;
	bool part;
	struct logbook_regions dirty;
	u32 version;
};

void logbook_start(void);
/* Sectors of @span changed, in what is durable or in what a read gives. */
void logbook_changed(struct sim_disk *disk, const struct sim_span *span, bool durable);

/* Good until something changes. */
const struct logbook_state *logbook_state(unsigned int leg, bool durable);
/* May @region differ, by this log alone? */
bool logbook_has(const struct logbook_state *state, u32 region);
/* The log says nothing: everything may differ. */
bool logbook_is_void(const struct logbook_state *state);

u32 logbook_nr_regions(void);
/* Slot of the page that begins at @sector of a disk. */
u32 logbook_slot_of(u64 sector);
/* The number that a record carries, whole or not. */
u64 logbook_sequence_of(const u8 *bytes);

#endif
