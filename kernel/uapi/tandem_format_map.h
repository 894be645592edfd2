/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On-disk format, version 1: region map and lost ranges of a leg. The lost ranges are
 * zeroed by `create` and not written before the first block is lost.
 *
 * The region map says what is in a region of the set, and which legs lack some of it.
 * It is written behind the intent log: a region leaves the log when its entry is
 * durable in the map of every leg that is written to. So the map and the log of any
 * one current leg together say
 *
 *	a region that is NEVER in the map, and not in the log, holds nothing that
 *	anybody wrote: legs may differ there, and one of them, the set's home, is read
 *	a leg that is not current has everything but what is in the log and what is
 *	stale on it
 *
 * An entry may say too much (written, stale), never too little. So of two maps the
 * larger content and the union of the stale bits count, and a crash between two pages
 * or two legs needs no repair.
 */
#ifndef TANDEM_FORMAT_MAP_H
#define TANDEM_FORMAT_MAP_H

#include "tandem_format.h"

#define TANDEM_MAP_MAGIC	0x70614d74u	/* "tMap" */
#define TANDEM_LOST_MAGIC	0x74736f4cu	/* "Lost" */

/* What is in a region. Larger is safer. */
enum tandem_content {
	TANDEM_CONTENT_NEVER = 0,	/* nothing since `create` or a discard of all of it */
	TANDEM_CONTENT_ZERO = 1,	/* zeroes, by `create`; the same on all legs */
	TANDEM_CONTENT_WRITTEN = 2,
};

#define TANDEM_MAP_CONTENT	0x0003u
#define TANDEM_MAP_STALE_SHIFT	8

/*
 * struct tandem_map_disk - one page of the region map, in one of two slots
 * @sequence: of the page; the higher valid one of the two slots counts
 * @entry: bits 0-1 enum tandem_content, bits 8-15 stale on leg 0-7 of the set; others
 *	are zero, and so is what is never written, or behind the last region: a set that
 *	grows finds nothing written there. On a leg whose superblock is shorter than the
 *	newest one, so is all behind its own last region, whatever the page says
 *
 * Page p of the map has its slots at map_offset + (2 p) and (2 p + 1) pages. A page is
 * written with FUA, the same to both slots, one after the other: it counts when it is in
 * both, so that either may be lost. First the slot that is not the newest valid one. A
 * page without a valid slot says that everything is written, and stale on every leg that
 * is not current. If that is so on every current leg, these may differ there as well.
 */
#define TANDEM_MAP_ENTRIES	2016u
struct tandem_map_disk {
	__le32 magic;			/*  0 */
	__le32 crc;			/*  4 */
	__le64 sequence;		/*  8 */
	struct tandem_id array;		/* 16 */
	__le32 page;			/* 32 guards: misdirected write */
	__le16 set;			/* 36 */
	__u8 reserved[26];		/* 38 */
	__le16 entry[TANDEM_MAP_ENTRIES];	/* 64 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_map_disk) == TANDEM_PAGE_BYTES, "map page");

/*
 * struct tandem_lost_disk - blocks of the set that no current leg could read
 * @nr: ranges in use, sorted, disjoint and not adjacent
 *
 * Two copies, at TANDEM_LOST_BYTES and one page behind it; the higher valid
 * sequence counts, of a leg whose superblock has TANDEM_INCOMPAT_LOST_RANGES. A read of
 * a lost block is an error until it is written again. A table is in both copies of every
 * leg that is written to before anything depends on it. Overflow stops the rebuild that
 * would add to it (C2); a range counts as the most that may be left of it (core/lost.h).
 */
#define TANDEM_LOST_RANGES	252u
struct tandem_lost_disk {
	__le32 magic;			/*  0 */
	__le32 crc;			/*  4 */
	__le64 sequence;		/*  8 */
	struct tandem_id array;		/* 16 */
	__le16 set;			/* 32 */
	__le16 nr;			/* 34 */
	__u8 reserved[28];		/* 36 */
	struct {
		__le64 sector;		/* in the set */
		__le32 count;
		__u8 reserved[4];
	} range[TANDEM_LOST_RANGES];	/* 64 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_lost_disk) == TANDEM_PAGE_BYTES, "lost ranges");
TANDEM_STATIC_ASSERT(TANDEM_LOST_BYTES + TANDEM_LOST_PAGES * TANDEM_PAGE_BYTES <= TANDEM_LOG_BYTES,
		     "lost ranges end before the log");

#endif
