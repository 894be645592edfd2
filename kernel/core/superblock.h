/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The superblock in memory, and its way to and from the disk.
 *
 * This is the only code that knows struct tandem_super_disk from the inside.
 * Decoding trusts nothing: whatever the bytes, the result either obeys every
 * limit of tandem_limits.h or is refused with the fact that is wrong.
 */
#ifndef TANDEM_CORE_SUPERBLOCK_H
#define TANDEM_CORE_SUPERBLOCK_H

#include "core/geometry.h"

struct tandem_pair {
	struct tandem_id config;
	struct tandem_id epoch;
};

/* Fields as in struct tandem_leg_disk. */
struct tandem_place {
	struct tandem_id id;
	struct tandem_id successor;
	struct tandem_pair last;
	struct tandem_pair issued;
	u64 last_log_seq;
	u64 disk_sectors;
	u16 set;
	u8 record;	/* enum tandem_record */
	u8 replaces;
	u8 read_class;	/* enum tandem_read_class */
	bool by_hand;
	char disk[TANDEM_DISK_NAME_BYTES];
};

struct tandem_config {
	struct tandem_id id;
	struct tandem_id parent;
	u64 generation;
	u64 copy_rate;
	u16 first_leg;
	u16 nr_legs;
	u8 home;
};

struct tandem_epoch {
	struct tandem_id id;
	struct tandem_id parent;
	u64 number;
	u64 flags;
};

/**
 * struct tandem_super - a superblock in host form, about 15 KiB: never on a
 * kernel stack
 * @sequence, @leg, @leg_id, @own_disk_sectors: the leg's own; the rest is the
 *	array's, as this leg knows it
 */
struct tandem_super {
	u64 sequence;
	u64 feature_compat;
	u64 feature_ro_compat;
	u64 feature_incompat;
	u64 flags;
	struct tandem_id array;
	char name[TANDEM_NAME_BYTES];
	struct tandem_id leg_id;
	u16 leg;
	u16 nr_legs;
	u8 role;
	u8 init;
	struct tandem_geometry geo;
	u64 data_offset_sectors;
	u64 log_offset_sectors;
	u64 map_offset_sectors;
	u32 log_slots;
	u32 map_pages;
	u64 own_disk_sectors;
	u32 logical_block_bytes;
	u32 physical_block_bytes;
	u32 recovery_target_ms;
	u32 latency_target_us;
	u64 created_s;
	struct tandem_epoch epoch;
	struct tandem_config set[TANDEM_MAX_SETS];
	struct tandem_place place[TANDEM_MAX_LEGS];
};

/**
 * tandem_name_check() - may an array be called this?
 *
 * Letters, digits, "_", "-", "." and "+"; not "." or ".."; does not start with
 * "-"; at most TANDEM_NAME_BYTES - 1 characters (it becomes a DM name and a
 * file name).
 * @why: set to a static noun phrase on error, may be NULL
 * Return: 0 or -EINVAL
 */
int tandem_name_check(const char *name, const char **why);

/**
 * tandem_super_encode() - superblock to bytes, checksum included
 * @super: must pass tandem_super_check()
 * @bytes: TANDEM_SUPER_BYTES, aligned to 8
 * Context: any; allocates nothing
 */
void tandem_super_encode(const struct tandem_super *super, void *bytes);

/**
 * tandem_super_check() - every rule a superblock must obey
 * @why: set to a static noun phrase on error, may be NULL
 * Return: 0 or -EINVAL
 */
int tandem_super_check(const struct tandem_super *super, const char **why);

/**
 * tandem_super_decode() - bytes to superblock
 * @bytes: TANDEM_SUPER_BYTES, aligned to 8, anything at all
 * @super: filled in on success, undefined otherwise
 * @why: set to a static noun phrase on error, may be NULL
 * Return: 0; -ENODATA no magic; -EBADMSG checksum; -EPROTONOSUPPORT unknown
 *	incompatible feature; -EINVAL breaks a rule
 */
int tandem_super_decode(const void *bytes, struct tandem_super *super, const char **why);

/**
 * tandem_super_choose() - which of two slots counts
 * @error: result of decoding slot 0 and 1 (-EIO for one that was not read)
 * @sequence: their sequences where the result is 0
 * Return: 0 or 1, or the error that says most: -EPROTONOSUPPORT, -EINVAL,
 *	-EBADMSG, -EIO, -ENODATA in this order. A slot that was written by a
 *	newer version (-EPROTONOSUPPORT) is not passed over for an older valid
 *	one: that leg is refused.
 */
int tandem_super_choose(const int error[2], const u64 sequence[2]);

/* Byte offset of slot 0 or 1. */
u64 tandem_super_slot_bytes(unsigned int slot);

#endif
