/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On-disk format of a superblock, byte by byte; what is in it, when it is written and
 * what survives which crash is told in tandem_format.h.
 */
#ifndef TANDEM_FORMAT_SUPER_H
#define TANDEM_FORMAT_SUPER_H

#include "tandem_format_member.h"

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
