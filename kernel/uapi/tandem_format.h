/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On-disk format, version 1. A tour first; the structs follow in this order.
 *
 * One leg, from its first byte to its last:
 *
 *	0        4 KiB     zero (a boot sector may live here; never read)
 *	64 KiB   16 KiB    superblock, slot 0
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

/*
 * struct tandem_epoch_disk - one read-write activation of the whole array
 * @id, @parent: random; the parent is the epoch this one was started from
 * @number: running number, for people; order is decided by ids alone
 * @flags: TANDEM_FLAG_FORCED if an administrator overrode the chooser here
 */
struct tandem_epoch_disk {
	struct tandem_id id;		/*  0 */
	struct tandem_id parent;	/* 16 */
	__le64 number;			/* 32 */
	__le64 flags;			/* 40 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_epoch_disk) == 48, "epoch");

/*
 * struct tandem_config_disk - who is current in one set
 * @id, @parent: random; guards against two histories with equal numbers
 * @generation: running number, for people
 * @first_leg, @nr_legs: the set's places in the leg table
 * @home: position in the set, plus one, of the leg that is read where nothing was
 *	ever written (region map); 0: the first that is current. It stays when the array
 *	is started again, or such a block would change
 * @copy_rate: bytes a second that its legs were made equal at, when that was last
 *	measured; 0: not since a disk was changed. Advice only: sizes the intent log
 *
 * In a superblock on a leg of the same set this is the newest configuration;
 * for any other set it is the one in force when the epoch was written.
 */
struct tandem_config_disk {
	struct tandem_id id;		/*  0 */
	struct tandem_id parent;	/* 16 */
	__le64 generation;		/* 32 */
	__le16 first_leg;		/* 40 */
	__le16 nr_legs;			/* 42 */
	__u8 home;			/* 44 */
	__u8 reserved0[3];		/* 45 */
	__le64 copy_rate;		/* 48 */
	__u8 reserved1[40];		/* 56 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_config_disk) == 96, "configuration");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_config_disk, copy_rate) == 48, "copy rate");

/* What a leg held when it left: guards against mistaking it for a rival. */
struct tandem_pair_disk {
	struct tandem_id config;	/*  0 */
	struct tandem_id epoch;		/* 16 */
};

/*
 * struct tandem_leg_disk - one place
 * @id: identity of the leg that fills it; a new disk gets a new one
 * @disk: serial number or path of the disk, for people
 * @record: enum tandem_record
 * @by_hand: 1 if an administrator took the leg out, so that nobody else puts it back;
 *	0: it left by itself, or is in use
 * @set: index of its set
 * @replaces: position in the set, plus one, of the leg that this one is to replace and
 *	whose number it takes then; 0: none. Only the last place of a set says so
 * @read_class: 1: reads go there first, 2: there last, as an administrator has set; any other
 *	number: as to any leg. It is advice: no number is a reason to refuse the leg
 * @disk_sectors: size of the disk; a clone on a smaller one is refused
 * @last: what is surely in both its slots since it was last current
 * @issued: what was sent to it after that and may have landed
 * @last_log_seq: intent-log sequence at which it left; a leg that returns
 *	with less was rolled back
 * @successor: leg that is replacing this one, or none
 */
struct tandem_leg_disk {
	struct tandem_id id;			/*   0 */
	__u8 disk[TANDEM_DISK_NAME_BYTES];	/*  16 */
	__u8 record;				/*  64 */
	__u8 by_hand;				/*  65 */
	__le16 set;				/*  66 */
	__u8 replaces;				/*  68 */
	__u8 read_class;			/*  69 */
	__u8 reserved1[2];			/*  70 */
	__le64 disk_sectors;			/*  72 */
	struct tandem_pair_disk last;		/*  80 */
	struct tandem_pair_disk issued;		/* 112 */
	__le64 last_log_seq;			/* 144 */
	struct tandem_id successor;		/* 152 */
	__u8 reserved2[8];			/* 168 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_leg_disk) == 176, "leg entry");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_leg_disk, by_hand) == 65, "by hand");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_leg_disk, replaces) == 68, "replaces");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_leg_disk, read_class) == 69, "read class");

/*
 * struct tandem_super_disk - superblock; two slots, the higher valid
 * sequence counts
 *
 * Written by `create`, by the engine's commit (io/commit.c), and once more as it was
 * into a torn slot of a leg that is to be filled (io/rejoin.c), never in
 * place of the newest valid slot. Not atomic: the checksum finds a tear, the
 * other slot survives it.
 */
struct tandem_super_disk {
	__u8 magic[16];				/*     0 */
	__le32 crc;				/*    16 over all 16 KiB */
	__le32 size_bytes;			/*    20 guards a read cut short */
	__le64 sequence;			/*    24 per leg, +1 per slot write */
	__le64 feature_compat;			/*    32 */
	__le64 feature_ro_compat;		/*    40 */
	__le64 feature_incompat;		/*    48 */
	__le64 flags;				/*    56 TANDEM_FLAG_* */
	struct tandem_id array;			/*    64 */
	__u8 name[TANDEM_NAME_BYTES];		/*    80 zero-terminated */
	struct tandem_id leg_id;		/*   144 guards: this very leg */
	__le16 leg;				/*   160 its place */
	__le16 nr_legs;				/*   162 in the whole array */
	__le16 nr_sets;				/*   164 */
	__u8 level;				/*   166 enum tandem_level */
	__u8 role;				/*   167 enum tandem_role */
	__le32 chunk_sectors;			/*   168 0 for RAID-1 */
	__le32 region_sectors;			/*   172 */
	__le64 set_sectors;			/*   176 data per leg */
	__le64 data_offset_sectors;		/*   184 */
	__le64 log_offset_sectors;		/*   192 */
	__le64 map_offset_sectors;		/*   200 */
	__le32 log_slots;			/*   208 */
	__le32 map_pages;			/*   212 of one slot; two slots each */
	__le64 disk_sectors;			/*   216 guards: smaller clone */
	__le32 logical_block_bytes;		/*   224 guards: 512 array on a 4Kn disk */
	__le32 physical_block_bytes;		/*   228 */
	__le32 recovery_target_ms;		/*   232 */
	__u8 init;				/*   236 enum tandem_init */
	__u8 reserved0[3];			/*   237 */
	__le64 created_s;			/*   240 seconds since 1970 */
	__le32 latency_target_us;		/*   248 `tandem set`; 0: the kernel's own */
	__le32 reserved1;			/*   252 */
	struct tandem_epoch_disk epoch;		/*   256 */
	__u8 reserved2[720];			/*   304 */
	struct tandem_config_disk set[TANDEM_MAX_SETS];	/*  1024 */
	struct tandem_leg_disk legs[TANDEM_MAX_LEGS];	/*  4096 */
	__u8 reserved3[1024];			/* 15360 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_super_disk) == TANDEM_SUPER_BYTES, "superblock");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_super_disk, latency_target_us) == 248,
		     "latency target");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_super_disk, epoch) == 256, "epoch");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_super_disk, set) == 1024, "sets");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_super_disk, legs) == 4096, "legs");
TANDEM_STATIC_ASSERT(TANDEM_SLOT1_BYTES - TANDEM_SLOT0_BYTES >= 1048576u, "slots 1 MiB apart");
TANDEM_STATIC_ASSERT(TANDEM_MAX_SETS * TANDEM_MIN_LEGS_PER_SET <= TANDEM_MAX_LEGS, "sets");

#endif
