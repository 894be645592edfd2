// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile superblocks: one defect each, checksum re-signed, so that nothing
 * but the rule in question stands between the defect and the array.
 *
 * x(name, statement, error, reason): the statement damages `disk`, a golden
 * superblock (golden.h); the reason is the one that decoding must give: a
 * defect that is refused for another one is not tested at all.
 */
#include "hostile.h"

#define HEADER_DEFECTS(x) \
	x(magic, disk->magic[0] ^= 1, ENODATA, \
	  "magic (not a leg of tandem)") \
	x(magic_end, disk->magic[15] = '\n', ENODATA, \
	  "magic (not a leg of tandem)") \
	x(checksum, disk->reserved3[1023] ^= 1, EBADMSG, \
	  "checksum (damaged or half-written)") \
	x(feature_unknown, disk->feature_incompat = cpu_to_le64(1ull << 63), EPROTONOSUPPORT, \
	  "feature (written by a newer version)") \
	x(size_short, disk->size_bytes = cpu_to_le32(8192), EINVAL, \
	  "size of the superblock") \
	x(size_huge, disk->size_bytes = cpu_to_le32(~0u), EINVAL, \
	  "size of the superblock") \
	x(flags_unknown, disk->flags |= cpu_to_le64(TANDEM_FLAGS_KNOWN + 1), EINVAL, \
	  "flags (unknown)") \
	x(flags_spare, disk->flags = cpu_to_le64(TANDEM_FLAG_SPARE), EINVAL, \
	  "flags (a spare that holds something)") \
	x(sequence_wraps, disk->sequence = cpu_to_le64(~0ull), EINVAL, \
	  "sequence (beyond any count)") \
	x(array_none, memset(&disk->array, 0, 16), EINVAL, \
	  "identifier of the array (none)") \
	x(name_empty, disk->name[0] = 0, EINVAL, \
	  "name (empty)") \
	x(name_endless, memset(disk->name, 'a', sizeof(disk->name)), EINVAL, \
	  "name (longer than 63 characters)") \
	x(name_slash, disk->name[2] = '/', EINVAL, \
	  "name (letters, digits and _-.+ only)") \
	x(name_newline, disk->name[3] = '\n', EINVAL, \
	  "name (letters, digits and _-.+ only)") \
	x(name_eight_bit, disk->name[3] = 0xe4, EINVAL, \
	  "name (letters, digits and _-.+ only)") \
	x(name_dash, disk->name[0] = '-', EINVAL, \
	  "name (starts with a dash)") \
	x(name_dot_dot, memcpy(disk->name, "..", 3), EINVAL, \
	  "name (a dot or two)") \
	x(role_zero, disk->role = 0, EINVAL, \
	  "role (log, data or mixed)") \
	x(role_unknown, disk->role = 4, EINVAL, \
	  "role (log, data or mixed)") \
	x(init_zero, disk->init = 0, EINVAL, \
	  "initialisation (lazy, zero or identical)") \
	x(init_unknown, disk->init = 255, EINVAL, \
	  "initialisation (lazy, zero or identical)") \
	x(recovery_zero, disk->recovery_target_ms = cpu_to_le32(0), EINVAL, \
	  "recovery target (100 ms to 1 h)") \
	x(recovery_huge, disk->recovery_target_ms = cpu_to_le32(3600001), EINVAL, \
	  "recovery target (100 ms to 1 h)") \
	x(latency_small, disk->latency_target_us = cpu_to_le32(9), EINVAL, \
	  "latency target (10 us to 10 s, or 0)") \
	x(latency_huge, disk->latency_target_us = cpu_to_le32(10000001), EINVAL, \
	  "latency target (10 us to 10 s, or 0)") \
	x(logical_zero, disk->logical_block_bytes = cpu_to_le32(0), EINVAL, \
	  "logical block size (512 to 4096, a power of two)") \
	x(logical_small, disk->logical_block_bytes = cpu_to_le32(256), EINVAL, \
	  "logical block size (512 to 4096, a power of two)") \
	x(logical_odd, disk->logical_block_bytes = cpu_to_le32(520), EINVAL, \
	  "logical block size (512 to 4096, a power of two)") \
	x(logical_large, disk->logical_block_bytes = cpu_to_le32(8192), EINVAL, \
	  "logical block size (512 to 4096, a power of two)") \
	x(physical_zero, disk->physical_block_bytes = cpu_to_le32(0), EINVAL, \
	  "physical block size (a power of two, not below the logical)") \
	x(physical_below_logical, \
	  disk->logical_block_bytes = disk->physical_block_bytes; \
	  disk->physical_block_bytes = cpu_to_le32(512), EINVAL, \
	  "physical block size (a power of two, not below the logical)") \
	x(physical_huge, disk->physical_block_bytes = cpu_to_le32(1u << 21), EINVAL, \
	  "physical block size (a power of two, not below the logical)") \
	x(level_zero, disk->level = 0, EINVAL, \
	  "level (raid1 or raid10)") \
	x(level_unknown, disk->level = 5, EINVAL, \
	  "level (raid1 or raid10)") \
	x(raid1_with_sets, disk->level = TANDEM_RAID1, EINVAL, \
	  "number of sets (RAID-1 has one)") \
	x(raid1_with_chunk, disk->level = TANDEM_RAID1; disk->nr_sets = cpu_to_le16(1), EINVAL, \
	  "chunk size (RAID-1 has none)") \
	x(sets_none, disk->nr_sets = cpu_to_le16(0), EINVAL, \
	  "number of sets (1 to 32)") \
	x(sets_33, disk->nr_sets = cpu_to_le16(33), EINVAL, \
	  "number of sets (1 to 32)") \
	x(sets_65535, disk->nr_sets = cpu_to_le16(65535), EINVAL, \
	  "number of sets (1 to 32)")

#define SIZE_DEFECTS(x) \
	x(chunk_zero, disk->chunk_sectors = cpu_to_le32(0), EINVAL, \
	  "chunk size (a power of two, 4 KiB to 16 MiB)") \
	x(chunk_small, disk->chunk_sectors = cpu_to_le32(4), EINVAL, \
	  "chunk size (a power of two, 4 KiB to 16 MiB)") \
	x(chunk_odd, disk->chunk_sectors = cpu_to_le32(56), EINVAL, \
	  "chunk size (a power of two, 4 KiB to 16 MiB)") \
	x(chunk_huge, disk->chunk_sectors = cpu_to_le32(1u << 31), EINVAL, \
	  "chunk size (a power of two, 4 KiB to 16 MiB)") \
	x(region_zero, disk->region_sectors = cpu_to_le32(0), EINVAL, \
	  "region size (a power of two, 64 KiB to 64 MiB)") \
	x(region_odd, disk->region_sectors = cpu_to_le32(192), EINVAL, \
	  "region size (a power of two, 64 KiB to 64 MiB)") \
	x(region_huge, disk->region_sectors = cpu_to_le32(1u << 31), EINVAL, \
	  "region size (a power of two, 64 KiB to 64 MiB)") \
	x(set_empty, disk->set_sectors = cpu_to_le64(0), EINVAL, \
	  "set size (a multiple of 4 KiB, not 0)") \
	x(set_unaligned, disk->set_sectors = cpu_to_le64(28672 - 8), EINVAL, \
	  "set size (a multiple of the chunk)") \
	x(set_huge, disk->set_sectors = cpu_to_le64(~0ull << 6), EINVAL, \
	  "region size (too small: more than 4 Mi regions per set)") \
	x(set_beyond_disk, disk->set_sectors = cpu_to_le64(28672 + 64), EINVAL, \
	  "size of the disk (too small for data and guard)") \
	x(log_slots_none, disk->log_slots = cpu_to_le32(0), EINVAL, \
	  "intent log (8 to 256 records)") \
	x(log_slots_huge, disk->log_slots = cpu_to_le32(~0u), EINVAL, \
	  "intent log (8 to 256 records)") \
	x(map_pages_none, disk->map_pages = cpu_to_le32(0), EINVAL, \
	  "region map (too few pages for the set)") \
	x(map_pages_huge, disk->map_pages = cpu_to_le32(~0u), EINVAL, \
	  "region map (more pages than a set can need)") \
	x(data_beyond_disk, disk->data_offset_sectors = cpu_to_le64(40960 + 2048), EINVAL, \
	  "offset (outside the disk or behind the data)") \
	x(data_wraps, disk->data_offset_sectors = cpu_to_le64(~0ull << 11), EINVAL, \
	  "offset (outside the disk or behind the data)") \
	x(data_unaligned, disk->data_offset_sectors = cpu_to_le64(10240 + 8), EINVAL, \
	  "offset (not aligned)") \
	x(data_over_map, disk->data_offset_sectors = cpu_to_le64(8192), EINVAL, \
	  "region map (overlaps the data)") \
	x(data_over_guard, disk->data_offset_sectors = cpu_to_le64(40960), EINVAL, \
	  "size of the disk (too small for data and guard)") \
	x(log_over_superblock, disk->log_offset_sectors = cpu_to_le64(4096), EINVAL, \
	  "intent log (overlaps the superblocks)") \
	x(log_over_lost_ranges, disk->log_offset_sectors = cpu_to_le64(4232), EINVAL, \
	  "intent log (overlaps the superblocks)") \
	x(log_unaligned, disk->log_offset_sectors = cpu_to_le64(6143), EINVAL, \
	  "offset (not aligned)") \
	x(log_over_map, disk->log_offset_sectors = cpu_to_le64(6152), EINVAL, \
	  "intent log (overlaps the region map)") \
	x(log_behind_data, disk->log_offset_sectors = cpu_to_le64(12288), EINVAL, \
	  "offset (outside the disk or behind the data)") \
	x(log_wraps, disk->log_offset_sectors = cpu_to_le64(~0ull << 3), EINVAL, \
	  "offset (outside the disk or behind the data)") \
	x(map_over_log, disk->map_offset_sectors = cpu_to_le64(8184), EINVAL, \
	  "intent log (overlaps the region map)") \
	x(map_unaligned, disk->map_offset_sectors = cpu_to_le64(8193), EINVAL, \
	  "offset (not aligned)") \
	x(map_over_data, disk->map_offset_sectors = cpu_to_le64(10200), EINVAL, \
	  "region map (overlaps the data)") \
	x(map_wraps, disk->map_offset_sectors = cpu_to_le64(~0ull << 3), EINVAL, \
	  "offset (outside the disk or behind the data)") \
	x(disk_empty, disk->disk_sectors = cpu_to_le64(0), EINVAL, \
	  "offset (outside the disk or behind the data)") \
	x(disk_without_guard, disk->disk_sectors = cpu_to_le64(40959), EINVAL, \
	  "size of the disk (too small for data and guard)")

#define TABLE_DEFECTS(x) \
	x(legs_none, disk->nr_legs = cpu_to_le16(0), EINVAL, \
	  "number of legs (2 to 64)") \
	x(legs_65, disk->nr_legs = cpu_to_le16(65), EINVAL, \
	  "number of legs (2 to 64)") \
	x(legs_65535, disk->nr_legs = cpu_to_le16(65535), EINVAL, \
	  "number of legs (2 to 64)") \
	x(legs_not_the_sum, disk->nr_legs = cpu_to_le16(6), EINVAL, \
	  "number of legs (not the sum of the sets)") \
	x(legs_less_than_the_sum, disk->nr_legs = cpu_to_le16(4), EINVAL, \
	  "number of legs of a set (more than the array has)") \
	x(set_gap, disk->set[1].first_leg = cpu_to_le16(4), EINVAL, \
	  "first leg of a set (the sets have gaps)") \
	x(set_overlap, disk->set[1].first_leg = cpu_to_le16(2), EINVAL, \
	  "first leg of a set (the sets have gaps)") \
	x(set_far_away, disk->set[0].first_leg = cpu_to_le16(65535), EINVAL, \
	  "first leg of a set (the sets have gaps)") \
	x(set_without_legs, disk->set[1].nr_legs = cpu_to_le16(0), EINVAL, \
	  "number of legs of a set (2 to 8)") \
	x(set_of_one_leg, disk->set[1].nr_legs = cpu_to_le16(1), EINVAL, \
	  "number of legs of a set (2 to 8)") \
	x(set_of_nine_legs, disk->set[1].nr_legs = cpu_to_le16(9), EINVAL, \
	  "number of legs of a set (2 to 8)") \
	x(set_of_too_many_legs, disk->set[1].nr_legs = cpu_to_le16(3), EINVAL, \
	  "number of legs of a set (more than the array has)") \
	x(set_without_current_leg, disk->legs[3].record = TANDEM_RECORD_STALE, EINVAL, \
	  "set without a current leg") \
	x(leg_in_other_set, disk->legs[2].set = cpu_to_le16(1), EINVAL, \
	  "set of a leg (not the one it lies in)") \
	x(leg_in_no_set, disk->legs[4].set = cpu_to_le16(65535), EINVAL, \
	  "set of a leg (not the one it lies in)") \
	x(record_zero, disk->legs[4].record = 0, EINVAL, \
	  "record of a leg (unknown)") \
	x(record_unknown, disk->legs[4].record = 6, EINVAL, \
	  "record of a leg (unknown)") \
	x(leg_without_id, memset(&disk->legs[4].id, 0, 16), EINVAL, \
	  "identifier of a leg (none)") \
	x(disk_name_endless, memset(disk->legs[4].disk, 'a', TANDEM_DISK_NAME_BYTES), EINVAL, \
	  "name of a disk (longer than 47 characters)") \
	x(disk_name_escape, disk->legs[4].disk[1] = 27, EINVAL, \
	  "name of a disk (control character)") \
	x(disk_name_newline, disk->legs[0].disk[0] = '\n', EINVAL, \
	  "name of a disk (control character)") \
	x(disk_name_delete, disk->legs[4].disk[1] = 127, EINVAL, \
	  "name of a disk (control character)") \
	x(leg_id_twice, disk->legs[4].id = disk->legs[0].id, EINVAL, \
	  "identifier of a leg (in two places)") \
	x(successor_fills_a_place, disk->legs[3].successor = disk->legs[0].id, EINVAL, \
	  "identifier of a leg (in two places)") \
	x(leg_is_a_successor, disk->legs[4].id = disk->legs[2].successor, EINVAL, \
	  "identifier of a leg (in two places)") \
	x(successor_twice, disk->legs[3].successor = disk->legs[2].successor, EINVAL, \
	  "identifier of a leg (in two places)") \
	x(successor_of_itself, disk->legs[4].successor = disk->legs[4].id, EINVAL, \
	  "identifier of a leg (its own successor)") \
	x(successor_of_itself_first, disk->legs[0].successor = disk->legs[0].id, EINVAL, \
	  "identifier of a leg (its own successor)") \
	x(replaces_and_is_not_last, disk->legs[0].replaces = 2, EINVAL, \
	  "leg that replaces another (not the last of its set)") \
	x(replaces_itself, disk->legs[2].replaces = 3, EINVAL, \
	  "leg that replaces another (which is none of its set)") \
	x(replaces_nobody, disk->legs[2].replaces = 255, EINVAL, \
	  "leg that replaces another (which is none of its set)") \
	x(replaces_in_a_set_of_two, disk->legs[4].replaces = 1, EINVAL, \
	  "leg that replaces another (which is none of its set)") \
	x(own_leg_out_of_range, disk->leg = cpu_to_le16(5), EINVAL, \
	  "own leg (more than the array has)") \
	x(own_leg_65535, disk->leg = cpu_to_le16(65535), EINVAL, \
	  "own leg (more than the array has)") \
	x(own_id_none, memset(&disk->leg_id, 0, 16), EINVAL, \
	  "identifier of the own leg (none)") \
	x(own_id_of_another, disk->leg_id = disk->legs[0].id, EINVAL, \
	  "identifier of the own leg (not the one of its place)") \
	x(epoch_none, memset(&disk->epoch.id, 0, 16), EINVAL, \
	  "identifier of the epoch (none)") \
	x(epoch_its_own_parent, disk->epoch.parent = disk->epoch.id, EINVAL, \
	  "epoch (its own parent)") \
	x(epoch_flags, disk->epoch.flags = cpu_to_le64(TANDEM_FLAG_CLEAN), EINVAL, \
	  "flags of the epoch (unknown)") \
	x(config_none_first, memset(&disk->set[0].id, 0, 16), EINVAL, \
	  "identifier of a configuration (none)") \
	x(config_none, memset(&disk->set[1].id, 0, 16), EINVAL, \
	  "identifier of a configuration (none)") \
	x(config_its_own_parent, disk->set[1].parent = disk->set[1].id, EINVAL, \
	  "configuration (its own parent)")

#define DEFECT_FUNCTION(name, statement, error, why) \
static void damage_##name(struct tandem_super_disk *disk) \
{ \
	statement; \
}
HEADER_DEFECTS(DEFECT_FUNCTION)
SIZE_DEFECTS(DEFECT_FUNCTION)
TABLE_DEFECTS(DEFECT_FUNCTION)

#define DEFECT_ENTRY(name, statement, error, why) \
	{ #name, damage_##name, -error, why, -error == -EBADMSG },
const struct hostile hostile_list[] = {
	HEADER_DEFECTS(DEFECT_ENTRY)
	SIZE_DEFECTS(DEFECT_ENTRY)
	TABLE_DEFECTS(DEFECT_ENTRY)
};

const unsigned int hostile_nr = sizeof(hostile_list) / sizeof(hostile_list[0]);

void hostile_make(const struct hostile *hostile, u64 sequence, union golden_slot *slot)
{
	static struct tandem_super super;

	golden_super(&super, sequence);
	tandem_super_encode(&super, slot);
	hostile->damage(&slot->disk);
	if (!hostile->unsigned_slot)
		golden_sign(slot);
}
