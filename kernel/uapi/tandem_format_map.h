/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On-disk format, version 1: region map and lost ranges of a leg. Laid out and
 * zeroed by `create`; nothing reads or writes them yet.
 */
#ifndef TANDEM_FORMAT_MAP_H
#define TANDEM_FORMAT_MAP_H

#include "tandem_format.h"

#define TANDEM_MAP_MAGIC	0x70614d74u	/* "tMap" */
#define TANDEM_LOST_MAGIC	0x74736f4cu	/* "Lost" */

/*
 * struct tandem_map_disk - one page of the region map, in one of two slots
 *
 * Page p of the map has its slots at map_offset + (2 p) and (2 p + 1) pages;
 * the higher valid sequence counts. An entry: bits 0-1 content (0 NEVER,
 * 1 ZERO, 2 WRITTEN), bits 8-15 stale on leg 0-7 of the set. A page with no
 * valid slot reads as WRITTEN and stale on every leg that is not current.
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
 * sequence counts. A read of a lost block is an error until it is written
 * again. Overflow stops the rebuild that would add to it (C2).
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
