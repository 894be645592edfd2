/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of the intent log, to and from their bytes; the format and what it is
 * good for are in uapi/tandem_format_log.h. When they are written, and what waits
 * for them, is io/log.c's part.
 *
 * Writing: change the intent, tandem_log_encode() with the change, send it to all
 * legs. Reading: tandem_log_replay() over the ring of one leg.
 */
#ifndef TANDEM_CORE_LOG_H
#define TANDEM_CORE_LOG_H

#include "core/intent.h"
#include "core/types.h"
#include "uapi/tandem_format_log.h"

/**
 * struct tandem_log_shape - what the log of a set is like
 * @slots: of the ring, 4 to TANDEM_LOG_SLOTS
 * @window: dirty regions listed in one record's window, 1 to TANDEM_LOG_WINDOW.
 *	TANDEM_LOG_WINDOW but in tests; the reader takes any
 * @changes: new and cleared regions in one record at most; 0: TANDEM_LOG_CHANGES,
 *	more than a small window can keep up with, see tandem_log_capacity()
 */
struct tandem_log_shape {
	struct tandem_id array;
	u16 set;
	u32 nr_regions;
	u32 slots;
	u32 window;
	u32 changes;
};

/* What a record says beside its regions. */
struct tandem_log_head {
	u64 sequence;
	struct tandem_id config;
	struct tandem_id epoch;
	u64 epoch_number;
	u64 generation;
	u32 flags;		/* TANDEM_LOG_ALL and others */
	u8 pin;			/* position plus one, or 0 */
};

/**
 * struct tandem_log_change - regions that became dirty, then those that were cleared
 * nr_new + nr_cleared <= shape->changes; no region twice
 */
struct tandem_log_change {
	u16 nr_new;
	u16 nr_cleared;
	u32 region[TANDEM_LOG_CHANGES];
};

/**
 * struct tandem_log_turn - where the windows are
 * @cursor: region at which the next window begins
 * @newest: number of the last record; if it is encoded again (a leg failed, other
 *	changes), the new one's window begins where the old one's did
 * @span: regions in the window of each record, by slot; 0: none of this turn
 */
struct tandem_log_turn {
	u32 cursor;
	u64 newest;
	u32 span[TANDEM_LOG_SLOTS];
};

/**
 * struct tandem_log_record - all that goes into one record
 * @head: sequence is one more than that of the last record
 * @intent: with @change already applied
 * @change: what this record changes
 * @turn: moved on by the window of this record
 */
struct tandem_log_record {
	struct tandem_log_head head;
	const struct tandem_intent *intent;
	const struct tandem_log_change *change;
	struct tandem_log_turn *turn;
};

/**
 * tandem_log_encode() - one record to bytes
 * @bytes: TANDEM_PAGE_BYTES, aligned to 8
 * Context: any; allocates nothing
 */
void tandem_log_encode(const struct tandem_log_shape *shape,
		       const struct tandem_log_record *record, void *bytes);

/* No record counts any more: a new turn begins (at a start, all is written anew). */
void tandem_log_turn_reset(struct tandem_log_turn *turn);

/* Do the records of this turn up to @sequence have windows over all regions? */
bool tandem_log_is_whole(const struct tandem_log_shape *shape, const struct tandem_log_turn *turn,
			 u64 sequence);

/**
 * tandem_log_must_turn() - would one more record with changes be too many?
 *
 * True: of the records that are needed to rebuild the set, the oldest is about to
 * be overwritten; records without changes are to be written until this is false.
 * Cannot come up while the intent is within tandem_log_capacity(). It does not stand
 * in for that: alone it is enough only while two windows can list all that is dirty.
 */
bool tandem_log_must_turn(const struct tandem_log_shape *shape,
			  const struct tandem_log_turn *turn, u64 sequence);

/*
 * How many regions may be dirty at once, after every single record: then the newest
 * slots - 3 records always cover the set. core/log.c has the proof. Three slots are
 * spare: the one being written, the one that may be torn, one for a caller that only
 * asks tandem_log_must_turn().
 */
u32 tandem_log_capacity(const struct tandem_log_shape *shape);

/**
 * struct tandem_log_replay - memory and result of a replay
 * @state: set by the caller to an intent of shape->nr_regions; afterwards what is
 *	dirty by this log
 * @covered: scratch of the same size
 * @head: of the newest record, also if the log is lost; sequence 0: there is none
 * @cursor: where the window behind that of the newest record begins
 */
struct tandem_log_replay {
	struct tandem_intent state;
	struct tandem_intent covered;
	struct tandem_log_head head;
	u32 cursor;
};

/**
 * tandem_log_replay() - what a leg's log says
 * @ring: shape->slots pages as read, in the order of the slots, aligned to 8; a slot
 *	that could not be read is filled with anything that is no record
 * Return: 0; -ENODATA every slot is zero: never written; -EBADMSG the log is lost:
 *	not all that is needed is there
 */
int tandem_log_replay(const struct tandem_log_shape *shape, const void *ring,
		      struct tandem_log_replay *replay);

/**
 * tandem_log_check() - is this a record of this log?
 * @slot: where it was found
 * @why: set to a static noun phrase on error, may be NULL
 * Return: 0; -ENODATA all zero; -EBADMSG magic or checksum; -EINVAL breaks a rule
 */
int tandem_log_check(const struct tandem_log_shape *shape, const void *bytes, u32 slot,
		     const char **why);

#endif
