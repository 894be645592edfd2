/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On-disk format, version 1: a tour, and the names of what is in it.
 *
 * One leg, from its first byte to its last:
 *
 *	0        4 KiB     zero (a boot sector may live here; never read)
 *	64 KiB   16 KiB    superblock, slot 0                   tandem_format_super.h
 *	2 MiB    16 KiB    superblock, slot 1
 *	+64 KiB  2 x 4 KiB lost-range table, two copies         tandem_format_map.h
 *	3 MiB    1 MiB     intent log: ring of 256 records      tandem_format_log.h
 *	4 MiB    ...       region map: page slots 0a 0b 1a 1b…  tandem_format_map.h
 *	data_offset        data of the leg's set, set_sectors long
 *	end              >= 1 MiB guard, never written
 *
 * The guard and the front area keep formats that scan either end of a device
 * (md 0.90 and 1.0, backup GPT, ZFS labels) from taking a leg for the volume
 * on it, and blkid from finding the volume's file system on a bare leg.
 *
 * What is written when. The superblock is written by `create`, at every
 * read-write activation (a new epoch), at every change of membership (a new
 * configuration), by a clean stop and by one whose flush failed. Never by an
 * ordinary write. A leg is written slot by slot, each with FUA and a sequence
 * one higher: the slot that is not being written is always whole. A record of
 * membership counts only when it is in *both* slots of every surviving leg: one
 * rotten sector must not bring a dead leg back to life.
 *
 * TANDEM_INCOMPAT_INTENT_LOG says that the intent log is in use: it alone tells
 * which regions may differ. Without that bit the array keeps no record of that:
 * a stop that is not clean makes every region unsure (TANDEM_FLAG_CLEAN).
 * TANDEM_INCOMPAT_REGION_MAP says that the region map is in use, and wants the log.
 * TANDEM_INCOMPAT_LOST_RANGES comes with the first lost range, and goes with a start that
 * finds none: a leg that was filled past one has anything at all there.
 *
 * What survives which crash. Power lost within a slot: the other slot. Between
 * slots or legs: legs that are one configuration or epoch apart, of which the
 * newer names the older as its parent; assembly completes it (core/assembly.c).
 * One slot lost: the other. Both lost: the leg is a stranger, and is refused.
 *
 * Versions. Unknown bits in feature_incompat: the leg is refused. In
 * feature_ro_compat: read-only. In feature_compat: ignored. Reserved bytes
 * are written as zero and ignored when read, unless a feature bit gives them
 * a meaning or 0 means in them what it meant before: not known. A number that was
 * once given a meaning is never reused.
 *
 * All numbers are little-endian. Checksums are CRC-32C (Castagnoli), initial
 * value and final exclusive-or 0xffffffff, over the whole object with the
 * checksum field as zero. Identifiers are 16 random bytes (RFC 4122, version
 * 4 where they are printed as a UUID); all zero means "none".
 */
#ifndef TANDEM_FORMAT_H
#define TANDEM_FORMAT_H

#include <linux/types.h>

#include "tandem_limits.h"

#ifndef TANDEM_STATIC_ASSERT
#define TANDEM_STATIC_ASSERT(cond, why) _Static_assert(cond, why)
#endif

#define TANDEM_SUPER_MAGIC	"tandem leg v1\r\n"	/* 15 characters and a zero */

struct tandem_id {
	__u8 byte[16];
};

/* feature_incompat */
#define TANDEM_INCOMPAT_INTENT_LOG	(1ull << 0)	/* the intent log is in use */
#define TANDEM_INCOMPAT_REGION_MAP	(1ull << 1)	/* the region map is in use */
#define TANDEM_INCOMPAT_LOST_RANGES	(1ull << 2)	/* there are lost ranges, or were */
#define TANDEM_INCOMPAT_KNOWN		(TANDEM_INCOMPAT_INTENT_LOG | \
					 TANDEM_INCOMPAT_REGION_MAP | TANDEM_INCOMPAT_LOST_RANGES)
/* Of these, what comes and goes in operation: a leg that is away may not know. */
#define TANDEM_INCOMPAT_LIVE		TANDEM_INCOMPAT_LOST_RANGES
/* feature_ro_compat, feature_compat: none yet */
#define TANDEM_RO_COMPAT_KNOWN		0ull

/* struct tandem_super_disk.flags */
#define TANDEM_FLAG_CLEAN	(1ull << 0)	/* stopped cleanly: legs are equal */
#define TANDEM_FLAG_NO_AUTO	(1ull << 1)	/* never assembled by a scan */
#define TANDEM_FLAG_WRITE_THROUGH (1ull << 2)	/* every leg write is FUA */
#define TANDEM_FLAG_DISCARD	(1ull << 3)	/* discards reach the disks */
#define TANDEM_FLAG_BLANK	(1ull << 4)	/* prepared disk, holds no data yet */
#define TANDEM_FLAG_IDENTICAL	(1ull << 5)	/* override: legs declared equal */
#define TANDEM_FLAG_FORCED	(1ull << 6)	/* override: a start was forced */
#define TANDEM_FLAG_FLUSH_LOST	(1ull << 7)	/* the last flush failed: tell the next one */
#define TANDEM_FLAG_SPARE	(1ull << 8)	/* with BLANK: for a leg that fails */
#define TANDEM_FLAGS_KNOWN	((1ull << 9) - 1)

/* Permanent numbers. 0 is never valid, so that a zeroed block is not. */
enum tandem_level { TANDEM_RAID1 = 1, TANDEM_RAID10 = 10 };
enum tandem_role { TANDEM_ROLE_LOG = 1, TANDEM_ROLE_DATA = 2, TANDEM_ROLE_MIXED = 3 };
enum tandem_init { TANDEM_INIT_LAZY = 1, TANDEM_INIT_ZERO = 2, TANDEM_INIT_IDENTICAL = 3 };

/* State of a place as a configuration records it; text in core/text.c. */
enum tandem_record {
	TANDEM_RECORD_CURRENT = 1,	/* holds every acknowledged write */
	TANDEM_RECORD_REBUILDING = 2,	/* written to, not counted, not read */
	TANDEM_RECORD_STALE = 3,	/* left while reachable: fail, stop, absent */
	TANDEM_RECORD_FAILED = 4,	/* left because of its own errors */
	TANDEM_RECORD_MISSING = 5,	/* never had a disk, or it was removed */
};

#endif
