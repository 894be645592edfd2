/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On-disk format, version 1: the intent log of a leg.
 *
 * A ring of log_slots records of 4 KiB, each leg of a set with its own; record
 * number n lies in slot n modulo the ring. It tells which regions of the set may
 * differ: a region is in the log of every leg that is written to before the
 * first byte of a write to it is sent to any.
 *
 * Every record is written whole, with FUA and without a flush before it, in
 * lock-step: record n+1 goes to no leg before n is durable on every leg that the
 * newest configuration calls current. So two current legs are at most one record
 * apart, and a leg that is further behind is an old image of itself (A13). A start
 * that finds them one apart gives the leg that is behind a record of the number that
 * it lacks, before anything else.
 *
 * A record lists what changed (regions that became dirty, regions that were
 * cleared), and all dirty regions of a window. The windows of successive records
 * follow one another around the set: as many of the newest records as together
 * have a window over every region rebuild the whole state, each window as it was
 * then and the changes of the later records on it. Nothing older is needed, and
 * the ring is never so short that what is needed is overwritten
 * (core/log.h: tandem_log_must_turn()).
 *
 * What is found after a crash. The slot behind the newest valid record may be torn
 * or hold a record that is not on every leg: nothing depended on it. Any other
 * invalid record among those that are needed: the log of this leg is lost, and
 * everything may differ. The newest valid record is never overwritten.
 */
#ifndef TANDEM_FORMAT_LOG_H
#define TANDEM_FORMAT_LOG_H

#include "tandem_format.h"

#define TANDEM_LOG_MAGIC	0x676f4c74u	/* "tLog" */

/* struct tandem_log_disk.flags */
#define TANDEM_LOG_ALL		(1u << 0)	/* every region may differ, listed or not */
#define TANDEM_LOG_PART		(1u << 1)	/* of a log that is being written anew */
#define TANDEM_LOG_FLAGS_KNOWN	(TANDEM_LOG_ALL | TANDEM_LOG_PART)

/*
 * struct tandem_log_disk - one record
 * @sequence: number of the record; 0 is never used
 * @array, @set: guards against the record of another array or set
 * @config, @epoch, @epoch_number, @generation: in force when it was written. A leg
 *	whose newest record is of a later epoch or generation than its superblock
 *	has lost a superblock: it is refused
 * @nr_new, @nr_cleared: changes; at most TANDEM_LOG_CHANGES together
 * @nr_window: dirty regions in the window; at most TANDEM_LOG_WINDOW
 * @window_first, @window_regions: the window: this many regions from the first on,
 *	continued at region 0 behind the last one; at least one, at most all
 * @nr_dirty: size of the whole set, changes included. With TANDEM_LOG_PART what
 *	is behind the windows written so far may still be of an earlier start, and
 *	this counts what it will be
 * @pin: position in the set, plus one, of the leg whose blocks count in unsure
 *	regions; 0 if none is unsure. The next start takes it over, or a leg that is
 *	an old image of itself might be chosen when the numbers are equal again
 * @nr_regions: of the set when it was written; 0: as many as now. A set that has grown
 *	since had nothing behind them: its window went round at the end of that time
 * @region: new, cleared, window; the window's in its own order, strictly rising
 *
 * Not atomic: the checksum finds a tear, and nothing depended on what it tore.
 */
#define TANDEM_LOG_CHANGES	332u
#define TANDEM_LOG_WINDOW	664u
#define TANDEM_LOG_ENTRIES	(TANDEM_LOG_CHANGES + TANDEM_LOG_WINDOW)
struct tandem_log_disk {
	__le32 magic;			/*   0 */
	__le32 crc;			/*   4 over all 4 KiB */
	__le64 sequence;		/*   8 */
	struct tandem_id array;		/*  16 */
	struct tandem_id config;	/*  32 */
	struct tandem_id epoch;		/*  48 */
	__le64 epoch_number;		/*  64 */
	__le64 generation;		/*  72 */
	__le16 set;			/*  80 */
	__le16 nr_new;			/*  82 */
	__le16 nr_cleared;		/*  84 */
	__le16 nr_window;		/*  86 */
	__le32 window_first;		/*  88 */
	__le32 window_regions;		/*  92 */
	__le32 nr_dirty;		/*  96 */
	__le32 flags;			/* 100 TANDEM_LOG_ALL */
	__u8 pin;			/* 104 */
	__u8 reserved[3];		/* 105 */
	__le32 nr_regions;		/* 108 */
	__le32 region[TANDEM_LOG_ENTRIES];	/* 112 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_log_disk) == TANDEM_PAGE_BYTES, "log record");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_log_disk, region) == 112, "log regions");
TANDEM_STATIC_ASSERT(TANDEM_LOG_BYTES + TANDEM_LOG_SLOTS * TANDEM_PAGE_BYTES <= TANDEM_MAP_BYTES,
		     "log ends before the map");

#endif
