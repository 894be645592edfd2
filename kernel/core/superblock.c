// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Superblock: encode, decode, check, and the choice between two slots.
 *
 * Decisions
 * - Decoding copies only what the superblock itself says is used (nr_sets,
 *   nr_legs) and zeroes the rest, so that two superblocks that mean the same
 *   compare equal as memory, whatever lies in reserved bytes.
 * - All rules are in tandem_super_check(), which works on the host form.
 *   Decoding ends with it, and everything that writes a superblock is to call
 *   it first: what passes can be encoded and read back.
 * - A prepared disk (TANDEM_FLAG_BLANK) belongs to an array and a place, but
 *   nobody vouches for it yet: it alone may have another identity than its
 *   place, no history, and sets without a current leg.
 *
 * Invariants: no byte outside the 16 KiB is read, no count is used as an index
 * before it was bounded, nothing is divided by what was not checked.
 */
#include "sys.h"
#include "core/checksum.h"
#include "core/superblock.h"
#include "uapi/tandem_format_map.h"
#include "uapi/tandem_format_super.h"

#define SECTORS(bytes) ((u64)(bytes) / TANDEM_SECTOR_BYTES)
#define META_PAGE_SECTORS SECTORS(TANDEM_PAGE_BYTES)
#define FRONT_SECTORS SECTORS(TANDEM_LOST_BYTES + TANDEM_LOST_PAGES * TANDEM_PAGE_BYTES)
#define MAX_MAP_PAGES ((TANDEM_MAX_REGIONS_PER_SET + TANDEM_MAP_ENTRIES - 1) / TANDEM_MAP_ENTRIES)

/* Recorded as the disk says; what is advertised is bounded elsewhere. */
#define MAX_PHYSICAL_BYTES 1048576u

/* Nothing counts this far; a sequence beyond is damage, and would wrap. */
#define MAX_SEQUENCE (1ull << 63)

static int refuse(const char **why, const char *phrase)
{
	if (why)
		*why = phrase;
	return -EINVAL;
}

static u32 slot_crc(const struct tandem_super_disk *disk)
{
	return tandem_checksum(disk, sizeof(*disk), offsetof(struct tandem_super_disk, crc));
}

/* Copies a text of @size at most, up to its zero; @to is all zero already. */
static void copy_text(char *to, const char *from, size_t size)
{
	size_t i;

	for (i = 0; i < size && from[i]; i++)
		to[i] = from[i];
}

static bool name_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' ||
	       letter == '.' || letter == '+';
}

int tandem_name_check(const char *name, const char **why)
{
	size_t i;

	if (!name[0])
		return refuse(why, "name (empty)");
	if (name[0] == '-')
		return refuse(why, "name (starts with a dash)");
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return refuse(why, "name (a dot or two)");
	for (i = 0; name[i]; i++) {
		if (i == TANDEM_NAME_BYTES - 1)
			return refuse(why, "name (longer than 63 characters)");
		if (!name_letter(name[i]))
			return refuse(why, "name (letters, digits and _-.+ only)");
	}
	return 0;
}

static void encode_epoch(const struct tandem_epoch *epoch, struct tandem_epoch_disk *disk)
{
	disk->id = epoch->id;
	disk->parent = epoch->parent;
	disk->number = cpu_to_le64(epoch->number);
	disk->flags = cpu_to_le64(epoch->flags);
}

static void encode_config(const struct tandem_config *config, struct tandem_config_disk *disk)
{
	disk->id = config->id;
	disk->parent = config->parent;
	disk->generation = cpu_to_le64(config->generation);
	disk->first_leg = cpu_to_le16(config->first_leg);
	disk->nr_legs = cpu_to_le16(config->nr_legs);
	disk->home = config->home;
	disk->copy_rate = cpu_to_le64(config->copy_rate);
}

static void encode_place(const struct tandem_place *place, struct tandem_leg_disk *disk)
{
	disk->id = place->id;
	copy_text((char *)disk->disk, place->disk, sizeof(disk->disk));
	disk->record = place->record;
	disk->by_hand = place->by_hand;
	disk->replaces = place->replaces;
	disk->read_class = place->read_class;
	disk->set = cpu_to_le16(place->set);
	disk->disk_sectors = cpu_to_le64(place->disk_sectors);
	disk->last.config = place->last.config;
	disk->last.epoch = place->last.epoch;
	disk->issued.config = place->issued.config;
	disk->issued.epoch = place->issued.epoch;
	disk->last_log_seq = cpu_to_le64(place->last_log_seq);
	disk->successor = place->successor;
}

static void encode_header(const struct tandem_super *super, struct tandem_super_disk *disk)
{
	memcpy(disk->magic, TANDEM_SUPER_MAGIC, sizeof(disk->magic));
	disk->size_bytes = cpu_to_le32(TANDEM_SUPER_BYTES);
	disk->sequence = cpu_to_le64(super->sequence);
	disk->feature_compat = cpu_to_le64(super->feature_compat);
	disk->feature_ro_compat = cpu_to_le64(super->feature_ro_compat);
	disk->feature_incompat = cpu_to_le64(super->feature_incompat);
	disk->flags = cpu_to_le64(super->flags);
	disk->array = super->array;
	copy_text((char *)disk->name, super->name, sizeof(disk->name));
	disk->leg_id = super->leg_id;
	disk->leg = cpu_to_le16(super->leg);
	disk->nr_legs = cpu_to_le16(super->nr_legs);
	disk->nr_sets = cpu_to_le16((u16)super->geo.nr_sets);
	disk->level = (u8)super->geo.level;
	disk->role = super->role;
	disk->chunk_sectors = cpu_to_le32(super->geo.chunk_sectors);
	disk->region_sectors = cpu_to_le32(super->geo.region_sectors);
	disk->set_sectors = cpu_to_le64(super->geo.set_sectors);
	disk->data_offset_sectors = cpu_to_le64(super->data_offset_sectors);
	disk->log_offset_sectors = cpu_to_le64(super->log_offset_sectors);
	disk->map_offset_sectors = cpu_to_le64(super->map_offset_sectors);
	disk->log_slots = cpu_to_le32(super->log_slots);
	disk->map_pages = cpu_to_le32(super->map_pages);
	disk->disk_sectors = cpu_to_le64(super->own_disk_sectors);
	disk->logical_block_bytes = cpu_to_le32(super->logical_block_bytes);
	disk->physical_block_bytes = cpu_to_le32(super->physical_block_bytes);
	disk->recovery_target_ms = cpu_to_le32(super->recovery_target_ms);
	disk->latency_target_us = cpu_to_le32(super->latency_target_us);
	disk->init = super->init;
	disk->created_s = cpu_to_le64(super->created_s);
	encode_epoch(&super->epoch, &disk->epoch);
}

void tandem_super_encode(const struct tandem_super *super, void *bytes)
{
	struct tandem_super_disk *disk = bytes;
	unsigned int i;

	memset(disk, 0, sizeof(*disk));
	encode_header(super, disk);
	for (i = 0; i < super->geo.nr_sets && i < TANDEM_MAX_SETS; i++)
		encode_config(&super->set[i], &disk->set[i]);
	for (i = 0; i < super->nr_legs && i < TANDEM_MAX_LEGS; i++)
		encode_place(&super->place[i], &disk->legs[i]);
	disk->crc = cpu_to_le32(slot_crc(disk));
}

static bool is_power_of_two(u32 value)
{
	return value && !(value & (value - 1));
}

static int check_header(const struct tandem_super *super, const char **why)
{
	if (super->feature_incompat & ~TANDEM_INCOMPAT_KNOWN)
		return refuse(why, "feature (unknown and incompatible)");
	if (super->flags & ~TANDEM_FLAGS_KNOWN)
		return refuse(why, "flags (unknown)");
	if (super->flags & TANDEM_FLAG_SPARE && !(super->flags & TANDEM_FLAG_BLANK))
		return refuse(why, "flags (a spare that holds something)");
	if (super->feature_incompat & TANDEM_INCOMPAT_REGION_MAP &&
	    !(super->feature_incompat & TANDEM_INCOMPAT_INTENT_LOG))
		return refuse(why, "features (a region map, and no intent log)");
	if (super->sequence >= MAX_SEQUENCE)
		return refuse(why, "sequence (beyond any count)");
	if (tandem_id_is_none(&super->array))
		return refuse(why, "identifier of the array (none)");
	if (tandem_name_check(super->name, why))
		return -EINVAL;
	if (super->role != TANDEM_ROLE_LOG && super->role != TANDEM_ROLE_DATA &&
	    super->role != TANDEM_ROLE_MIXED)
		return refuse(why, "role (log, data or mixed)");
	if (super->init != TANDEM_INIT_LAZY && super->init != TANDEM_INIT_ZERO &&
	    super->init != TANDEM_INIT_IDENTICAL)
		return refuse(why, "initialisation (lazy, zero or identical)");
	if (super->recovery_target_ms < TANDEM_MIN_RECOVERY_TARGET_MS ||
	    super->recovery_target_ms > TANDEM_MAX_RECOVERY_TARGET_MS)
		return refuse(why, "recovery target (100 ms to 1 h)");
	if (super->latency_target_us && (super->latency_target_us < TANDEM_MIN_LATENCY_TARGET_US ||
					 super->latency_target_us > TANDEM_MAX_LATENCY_TARGET_US))
		return refuse(why, "latency target (10 us to 10 s, or 0)");
	if (!is_power_of_two(super->logical_block_bytes) ||
	    super->logical_block_bytes < TANDEM_SECTOR_BYTES ||
	    super->logical_block_bytes > TANDEM_PAGE_BYTES)
		return refuse(why, "logical block size (512 to 4096, a power of two)");
	if (!is_power_of_two(super->physical_block_bytes) ||
	    super->physical_block_bytes < super->logical_block_bytes ||
	    super->physical_block_bytes > MAX_PHYSICAL_BYTES)
		return refuse(why, "physical block size (a power of two, not below the logical)");
	return tandem_geometry_check(&super->geo, why);
}

/* Front, log, map, data and guard follow one another, and end on the disk. */
static int check_layout(const struct tandem_super *super, const char **why)
{
	const u64 data = super->data_offset_sectors;
	const u64 disk = super->own_disk_sectors;
	const u64 guard = SECTORS(TANDEM_GUARD_BYTES);
	const u64 log = super->log_offset_sectors;
	const u64 map = super->map_offset_sectors;
	u64 map_sectors;

	if (super->log_slots < TANDEM_MIN_LOG_SLOTS || super->log_slots > TANDEM_LOG_SLOTS)
		return refuse(why, "intent log (8 to 256 records)");
	if (super->map_pages > MAX_MAP_PAGES)
		return refuse(why, "region map (more pages than a set can need)");
	if ((u64)super->map_pages * TANDEM_MAP_ENTRIES < tandem_geometry_regions(&super->geo))
		return refuse(why, "region map (too few pages for the set)");
	map_sectors = 2 * META_PAGE_SECTORS * super->map_pages;
	if (data > disk || log > data || map > data)
		return refuse(why, "offset (outside the disk or behind the data)");
	if (log % META_PAGE_SECTORS || map % META_PAGE_SECTORS ||
	    data % SECTORS(TANDEM_DATA_ALIGN_BYTES))
		return refuse(why, "offset (not aligned)");
	if (log < FRONT_SECTORS)
		return refuse(why, "intent log (overlaps the superblocks)");
	if (log + META_PAGE_SECTORS * super->log_slots > map)
		return refuse(why, "intent log (overlaps the region map)");
	if (map + map_sectors > data)
		return refuse(why, "region map (overlaps the data)");
	if (disk - data < guard || disk - data - guard < super->geo.set_sectors)
		return refuse(why, "size of the disk (too small for data and guard)");
	return 0;
}

static int check_history(const struct tandem_super *super, const char **why)
{
	const bool blank = super->flags & TANDEM_FLAG_BLANK;
	const struct tandem_epoch *epoch = &super->epoch;
	unsigned int i;

	if (epoch->flags & ~TANDEM_FLAG_FORCED)
		return refuse(why, "flags of the epoch (unknown)");
	if (!blank && tandem_id_is_none(&epoch->id))
		return refuse(why, "identifier of the epoch (none)");
	if (!tandem_id_is_none(&epoch->id) && tandem_id_equal(&epoch->id, &epoch->parent))
		return refuse(why, "epoch (its own parent)");
	for (i = 0; i < super->geo.nr_sets; i++) {
		const struct tandem_config *config = &super->set[i];

		if (!blank && tandem_id_is_none(&config->id))
			return refuse(why, "identifier of a configuration (none)");
		if (config->home > config->nr_legs)
			return refuse(why, "home of a set (none of its legs)");
		if (!tandem_id_is_none(&config->id) &&
		    tandem_id_equal(&config->id, &config->parent))
			return refuse(why, "configuration (its own parent)");
	}
	return 0;
}

static int check_place(const struct tandem_place *place, const char **why)
{
	size_t i;

	if (place->record < TANDEM_RECORD_CURRENT || place->record > TANDEM_RECORD_MISSING)
		return refuse(why, "record of a leg (unknown)");
	if (place->record != TANDEM_RECORD_MISSING && tandem_id_is_none(&place->id))
		return refuse(why, "identifier of a leg (none)");
	if (place->read_class >= TANDEM_NR_READ_CLASSES)
		return refuse(why, "read class of a leg (unknown)");
	if (place->disk[TANDEM_DISK_NAME_BYTES - 1])
		return refuse(why, "name of a disk (longer than 47 characters)");
	for (i = 0; place->disk[i]; i++) {
		if ((u8)place->disk[i] < ' ' || place->disk[i] == 127)
			return refuse(why, "name of a disk (control character)");
	}
	return 0;
}

/* A leg that replaces another one lies behind all others of its set, as one too many. */
static int check_replaces(const struct tandem_config *config, unsigned int leg, u8 replaces,
			  const char **why)
{
	if (!replaces)
		return 0;
	if (leg != config->first_leg + config->nr_legs - 1u)
		return refuse(why, "leg that replaces another (not the last of its set)");
	if (replaces >= config->nr_legs || config->nr_legs == TANDEM_MIN_LEGS_PER_SET)
		return refuse(why, "leg that replaces another (which is none of its set)");
	return 0;
}

/* The sets share out the leg table in order, without a gap. */
static int check_sets(const struct tandem_super *super, const char **why)
{
	const bool blank = super->flags & TANDEM_FLAG_BLANK;
	unsigned int leg = 0, set;

	if (super->nr_legs < TANDEM_MIN_LEGS_PER_SET || super->nr_legs > TANDEM_MAX_LEGS)
		return refuse(why, "number of legs (2 to 64)");
	for (set = 0; set < super->geo.nr_sets; set++) {
		const struct tandem_config *config = &super->set[set];
		bool any_current = false;

		if (config->first_leg != leg)
			return refuse(why, "first leg of a set (the sets have gaps)");
		if (config->nr_legs < TANDEM_MIN_LEGS_PER_SET ||
		    config->nr_legs > TANDEM_MAX_LEGS_PER_SET)
			return refuse(why, "number of legs of a set (2 to 8)");
		if (config->nr_legs > super->nr_legs - leg)
			return refuse(why, "number of legs of a set (more than the array has)");
		for (; leg < config->first_leg + config->nr_legs; leg++) {
			const struct tandem_place *place = &super->place[leg];

			if (place->set != set)
				return refuse(why, "set of a leg (not the one it lies in)");
			if (check_place(place, why) ||
			    check_replaces(config, leg, place->replaces, why))
				return -EINVAL;
			if (place->record == TANDEM_RECORD_CURRENT)
				any_current = true;
		}
		if (!any_current && !blank)
			return refuse(why, "set without a current leg");
	}
	if (leg != super->nr_legs)
		return refuse(why, "number of legs (not the sum of the sets)");
	return 0;
}

/* True if @id fills or is to fill a place in front of @leg. */
static bool id_is_taken(const struct tandem_super *super, unsigned int leg,
			const struct tandem_id *id)
{
	unsigned int i;

	if (tandem_id_is_none(id))
		return false;
	for (i = 0; i < leg; i++) {
		if (tandem_id_equal(id, &super->place[i].id) ||
		    tandem_id_equal(id, &super->place[i].successor))
			return true;
	}
	return false;
}

/* One leg, one place; and the superblock's own leg is the one of its place. */
static int check_identity(const struct tandem_super *super, const char **why)
{
	const bool blank = super->flags & TANDEM_FLAG_BLANK;
	unsigned int i;

	for (i = 0; i < super->nr_legs; i++) {
		const struct tandem_place *place = &super->place[i];

		if (id_is_taken(super, i, &place->id) || id_is_taken(super, i, &place->successor))
			return refuse(why, "identifier of a leg (in two places)");
		if (!tandem_id_is_none(&place->id) &&
		    tandem_id_equal(&place->id, &place->successor))
			return refuse(why, "identifier of a leg (its own successor)");
	}
	if (super->leg >= super->nr_legs)
		return refuse(why, "own leg (more than the array has)");
	if (tandem_id_is_none(&super->leg_id))
		return refuse(why, "identifier of the own leg (none)");
	if (!blank && !tandem_id_equal(&super->leg_id, &super->place[super->leg].id))
		return refuse(why, "identifier of the own leg (not the one of its place)");
	return 0;
}

int tandem_super_check(const struct tandem_super *super, const char **why)
{
	int error;

	error = check_header(super, why);
	if (!error)
		error = check_layout(super, why);
	if (!error)
		error = check_sets(super, why);
	if (!error)
		error = check_history(super, why);
	if (!error)
		error = check_identity(super, why);
	return error;
}

static void decode_epoch(const struct tandem_epoch_disk *disk, struct tandem_epoch *epoch)
{
	epoch->id = disk->id;
	epoch->parent = disk->parent;
	epoch->number = le64_to_cpu(disk->number);
	epoch->flags = le64_to_cpu(disk->flags);
}

static void decode_config(const struct tandem_config_disk *disk, struct tandem_config *config)
{
	config->id = disk->id;
	config->parent = disk->parent;
	config->generation = le64_to_cpu(disk->generation);
	config->first_leg = le16_to_cpu(disk->first_leg);
	config->nr_legs = le16_to_cpu(disk->nr_legs);
	config->home = disk->home;
	config->copy_rate = le64_to_cpu(disk->copy_rate);
}

static void decode_place(const struct tandem_leg_disk *disk, struct tandem_place *place)
{
	place->id = disk->id;
	copy_text(place->disk, (const char *)disk->disk, sizeof(place->disk));
	place->record = disk->record;
	place->by_hand = disk->by_hand == 1;
	place->replaces = disk->replaces;
	/* Of a newer version: not known here, and no reason to refuse. */
	place->read_class = disk->read_class < TANDEM_NR_READ_CLASSES ? disk->read_class :
			    TANDEM_READ_NORMAL;
	place->set = le16_to_cpu(disk->set);
	place->disk_sectors = le64_to_cpu(disk->disk_sectors);
	place->last.config = disk->last.config;
	place->last.epoch = disk->last.epoch;
	place->issued.config = disk->issued.config;
	place->issued.epoch = disk->issued.epoch;
	place->last_log_seq = le64_to_cpu(disk->last_log_seq);
	place->successor = disk->successor;
}

static void decode_header(const struct tandem_super_disk *disk, struct tandem_super *super)
{
	super->sequence = le64_to_cpu(disk->sequence);
	super->feature_compat = le64_to_cpu(disk->feature_compat);
	super->feature_ro_compat = le64_to_cpu(disk->feature_ro_compat);
	super->feature_incompat = le64_to_cpu(disk->feature_incompat);
	super->flags = le64_to_cpu(disk->flags);
	super->array = disk->array;
	copy_text(super->name, (const char *)disk->name, sizeof(super->name));
	super->leg_id = disk->leg_id;
	super->leg = le16_to_cpu(disk->leg);
	super->nr_legs = le16_to_cpu(disk->nr_legs);
	super->geo.nr_sets = le16_to_cpu(disk->nr_sets);
	super->geo.level = disk->level;
	super->role = disk->role;
	super->geo.chunk_sectors = le32_to_cpu(disk->chunk_sectors);
	super->geo.region_sectors = le32_to_cpu(disk->region_sectors);
	super->geo.set_sectors = le64_to_cpu(disk->set_sectors);
	super->data_offset_sectors = le64_to_cpu(disk->data_offset_sectors);
	super->log_offset_sectors = le64_to_cpu(disk->log_offset_sectors);
	super->map_offset_sectors = le64_to_cpu(disk->map_offset_sectors);
	super->log_slots = le32_to_cpu(disk->log_slots);
	super->map_pages = le32_to_cpu(disk->map_pages);
	super->own_disk_sectors = le64_to_cpu(disk->disk_sectors);
	super->logical_block_bytes = le32_to_cpu(disk->logical_block_bytes);
	super->physical_block_bytes = le32_to_cpu(disk->physical_block_bytes);
	super->recovery_target_ms = le32_to_cpu(disk->recovery_target_ms);
	super->latency_target_us = le32_to_cpu(disk->latency_target_us);
	super->init = disk->init;
	super->created_s = le64_to_cpu(disk->created_s);
	decode_epoch(&disk->epoch, &super->epoch);
}

int tandem_super_decode(const void *bytes, struct tandem_super *super, const char **why)
{
	const struct tandem_super_disk *disk = bytes;
	unsigned int i;

	if (memcmp(disk->magic, TANDEM_SUPER_MAGIC, sizeof(disk->magic))) {
		refuse(why, "magic (not a leg of tandem)");
		return -ENODATA;
	}
	if (le32_to_cpu(disk->crc) != slot_crc(disk)) {
		refuse(why, "checksum (damaged or half-written)");
		return -EBADMSG;
	}
	if (le64_to_cpu(disk->feature_incompat) & ~TANDEM_INCOMPAT_KNOWN) {
		refuse(why, "feature (written by a newer version)");
		return -EPROTONOSUPPORT;
	}
	if (le32_to_cpu(disk->size_bytes) != TANDEM_SUPER_BYTES)
		return refuse(why, "size of the superblock");
	memset(super, 0, sizeof(*super));
	decode_header(disk, super);
	for (i = 0; i < super->geo.nr_sets && i < TANDEM_MAX_SETS; i++)
		decode_config(&disk->set[i], &super->set[i]);
	for (i = 0; i < super->nr_legs && i < TANDEM_MAX_LEGS; i++)
		decode_place(&disk->legs[i], &super->place[i]);
	return tandem_super_check(super, why);
}

static bool either_is(const int error[2], int value)
{
	return error[0] == value || error[1] == value;
}

int tandem_super_choose(const int error[2], const u64 sequence[2])
{
	if (either_is(error, -EPROTONOSUPPORT))
		return -EPROTONOSUPPORT;
	if (!error[0] && !error[1])
		return sequence[1] > sequence[0];
	if (!error[0])
		return 0;
	if (!error[1])
		return 1;
	if (either_is(error, -EINVAL))
		return -EINVAL;
	if (either_is(error, -EBADMSG))
		return -EBADMSG;
	if (either_is(error, -EIO))
		return -EIO;
	if (either_is(error, -ENODATA))
		return -ENODATA;
	return error[0];
}

u64 tandem_super_slot_bytes(unsigned int slot)
{
	return slot ? TANDEM_SLOT1_BYTES : TANDEM_SLOT0_BYTES;
}
