// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what was encoded is decoded again, unchanged; what is damaged is
 * noticed; the right slot counts.
 *
 * Method: superblocks that obey the rules and are random in everything else go
 * there and back; one of them has each of its bits turned over; the choice
 * between slots is held against its table, written out. Defects with a valid
 * checksum are test_images.c's part; here are the rules at their edges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "images/golden.h"
#include "prng.h"

static union golden_slot slot, again;
static struct tandem_super super, other;

/* A checksum of its own for the tests' golden_sign(), from RFC 3720, B.4. */
static void test_checksum_is_crc32c(void **state)
{
	u8 byte[32];
	unsigned int i, len;
	u32 crc;

	(void)state;
	assert_int_equal(tandem_crc32c("123456789", 9), 0xe3069283);
	memset(byte, 0, sizeof(byte));
	assert_int_equal(tandem_crc32c(byte, sizeof(byte)), 0x8a9136aa);
	memset(byte, 0xff, sizeof(byte));
	assert_int_equal(tandem_crc32c(byte, sizeof(byte)), 0x62a8ab43);
	for (i = 0; i < sizeof(byte); i++)
		byte[i] = (u8)i;
	assert_int_equal(tandem_crc32c(byte, sizeof(byte)), 0x46dd794e);
	/* In pieces of any length it is the same sum. */
	for (len = 0; len <= sizeof(byte); len++) {
		crc = tandem_crc32c_add(~0u, byte, len);
		crc = ~tandem_crc32c_add(crc, byte + len, sizeof(byte) - len);
		assert_int_equal(crc, 0x46dd794e);
	}
}

static struct tandem_id random_id(struct prng *prng)
{
	struct tandem_id id;

	prng_fill(prng, &id, sizeof(id));
	return id;
}

static struct tandem_id id_or_none(struct prng *prng)
{
	static const struct tandem_id none;

	return prng_below(prng, 2) ? random_id(prng) : none;
}

/* @size includes the zero; the rest of the field is zero as well. */
static void random_text(struct prng *prng, const char *letters, char *text, size_t size)
{
	size_t len = 1 + prng_below(prng, size - 1), i;

	memset(text, 0, size);
	for (i = 0; i < len; i++)
		text[i] = letters[prng_below(prng, strlen(letters))];
}

static void random_place(struct prng *prng, struct tandem_place *place)
{
	place->record = (u8)(TANDEM_RECORD_CURRENT + prng_below(prng, 5));
	place->by_hand = prng_below(prng, 2);
	place->read_class = (u8)prng_below(prng, TANDEM_NR_READ_CLASSES);
	place->id = place->record == TANDEM_RECORD_MISSING ? id_or_none(prng) : random_id(prng);
	place->successor = id_or_none(prng);
	place->last.config = id_or_none(prng);
	place->last.epoch = id_or_none(prng);
	place->issued.config = id_or_none(prng);
	place->issued.epoch = id_or_none(prng);
	place->last_log_seq = prng_next(prng);
	place->disk_sectors = prng_next(prng);
	random_text(prng, "abc /:XYZ\xc3\xa4\x80\xff~", place->disk, sizeof(place->disk));
}

static void random_sets(struct prng *prng)
{
	unsigned int set, leg;

	for (set = 0; set < super.geo.nr_sets; set++) {
		struct tandem_config *config = &super.set[set];
		unsigned int most = TANDEM_MAX_LEGS_PER_SET;
		unsigned int rest = 2 * (super.geo.nr_sets - set - 1);

		if (most > TANDEM_MAX_LEGS - super.nr_legs - rest)
			most = TANDEM_MAX_LEGS - super.nr_legs - rest;
		config->id = random_id(prng);
		config->parent = id_or_none(prng);
		config->generation = prng_next(prng);
		config->copy_rate = prng_next(prng);
		config->first_leg = super.nr_legs;
		config->nr_legs = (u16)(2 + prng_below(prng, most - 1));
		super.nr_legs += config->nr_legs;
		for (leg = config->first_leg; leg < super.nr_legs; leg++) {
			random_place(prng, &super.place[leg]);
			super.place[leg].set = (u16)set;
		}
		leg = config->first_leg + (unsigned int)prng_below(prng, config->nr_legs);
		super.place[leg].record = TANDEM_RECORD_CURRENT;
		super.place[leg].id = random_id(prng);
		if (config->nr_legs > 2)
			super.place[super.nr_legs - 1].replaces =
				(u8)prng_below(prng, config->nr_legs);
		super.leg = (u16)leg;
		super.leg_id = super.place[leg].id;
	}
}

static void random_layout(struct prng *prng)
{
	struct tandem_geometry *geo = &super.geo;
	struct tandem_layout layout;

	super.own_disk_sectors = 16384 + (prng_next(prng) >> (30 + prng_below(prng, 34)));
	geo->region_sectors = tandem_layout_default_region(super.own_disk_sectors);
	assert_int_equal(tandem_layout_compute(super.own_disk_sectors, geo->region_sectors,
					       &layout), 0);
	geo->set_sectors = layout.data_sectors;
	geo->level = TANDEM_RAID1;
	geo->nr_sets = 1;
	if (prng_below(prng, 4)) {
		geo->level = TANDEM_RAID10;
		geo->nr_sets = 1 + (u32)prng_below(prng, TANDEM_MAX_SETS);
		geo->chunk_sectors = 8u << prng_below(prng, 9);
		geo->set_sectors -= geo->set_sectors % geo->chunk_sectors;
	}
	super.data_offset_sectors = layout.data_offset_sectors;
	super.log_offset_sectors = TANDEM_LOG_BYTES / TANDEM_SECTOR_BYTES;
	super.map_offset_sectors = TANDEM_MAP_BYTES / TANDEM_SECTOR_BYTES;
	super.log_slots = TANDEM_LOG_SLOTS;
	super.map_pages = layout.map_pages;
}

/* Fills `super` with something valid; a leg laid out as `create` would do it. */
static void random_super(struct prng *prng)
{
	memset(&super, 0, sizeof(super));
	random_layout(prng);
	super.sequence = prng_next(prng) >> 1;
	super.feature_compat = prng_next(prng);
	super.feature_ro_compat = prng_next(prng);
	super.flags = prng_next(prng) & TANDEM_FLAGS_KNOWN;
	if (!(super.flags & TANDEM_FLAG_BLANK))
		super.flags &= ~TANDEM_FLAG_SPARE;
	super.array = random_id(prng);
	random_text(prng, "azAZ09_.+", super.name, sizeof(super.name));
	super.name[0] = 'n';
	super.role = (u8)(TANDEM_ROLE_LOG + prng_below(prng, 3));
	super.init = (u8)(TANDEM_INIT_LAZY + prng_below(prng, 3));
	super.logical_block_bytes = 512u << prng_below(prng, 4);
	super.physical_block_bytes = super.logical_block_bytes << prng_below(prng, 9);
	super.recovery_target_ms = 100 + (u32)prng_below(prng, 3599901);
	super.latency_target_us = prng_below(prng, 2) ? 10 + (u32)prng_below(prng, 9999991) : 0;
	super.created_s = prng_next(prng);
	super.epoch.id = random_id(prng);
	super.epoch.parent = id_or_none(prng);
	super.epoch.number = prng_next(prng);
	super.epoch.flags = prng_below(prng, 2) ? TANDEM_FLAG_FORCED : 0;
	random_sets(prng);
}

static void test_any_valid_superblock_comes_back_unchanged(void **state)
{
	struct prng prng = prng_start();
	const char *why = "";
	unsigned int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		random_super(&prng);
		if (tandem_super_check(&super, &why))
			fail_msg("superblock %u: %s", i, why);
		memset(&slot, 0xff, sizeof(slot));
		tandem_super_encode(&super, &slot);
		memset(&other, 0xff, sizeof(other));
		assert_int_equal(tandem_super_decode(&slot, &other, NULL), 0);
		assert_memory_equal(&super, &other, sizeof(super));
		again = slot;
		golden_sign(&again);
		assert_memory_equal(&slot, &again, sizeof(slot));
	}
}

/* The numbers on disk; one that a later version may have given is as none, and nothing worse. */
static void test_read_classes_are_read_as_written(void **state)
{
	static const u8 on_disk[] = { 0, 1, 2, 3, 255 };
	static const u8 meant[] = { TANDEM_READ_NORMAL, TANDEM_READ_PREFERRED, TANDEM_READ_AVOIDED,
				    TANDEM_READ_NORMAL, TANDEM_READ_NORMAL };
	unsigned int i;

	(void)state;
	golden_super(&super, 7);
	for (i = 0; i < sizeof(on_disk); i++) {
		tandem_super_encode(&super, &slot);
		slot.disk.legs[1].read_class = on_disk[i];
		golden_sign(&slot);
		assert_int_equal(tandem_super_decode(&slot, &other, NULL), 0);
		assert_int_equal(other.place[0].read_class, TANDEM_READ_NORMAL);
		assert_int_equal(other.place[1].read_class, meant[i]);
		tandem_super_encode(&other, &again);
		assert_int_equal(again.disk.legs[1].read_class, meant[i]);
	}
}

/* Reserved bytes and the parts of the tables not in use mean nothing. */
static void test_unused_bytes_are_ignored_and_written_as_zero(void **state)
{
	unsigned int i;

	(void)state;
	golden_super(&super, 7);
	tandem_super_encode(&super, &slot);
	again = slot;
	memset(slot.disk.reserved2, 0xff, sizeof(slot.disk.reserved2));
	memset(slot.disk.reserved3, 0xff, sizeof(slot.disk.reserved3));
	memset(slot.disk.name + 7, 0xff, sizeof(slot.disk.name) - 7);
	memset(slot.disk.legs[0].disk + 14, 0xff, TANDEM_DISK_NAME_BYTES - 14);
	for (i = 2; i < TANDEM_MAX_SETS; i++)
		memset(&slot.disk.set[i], 0xff, sizeof(slot.disk.set[i]));
	for (i = 5; i < TANDEM_MAX_LEGS; i++)
		memset(&slot.disk.legs[i], 0xff, sizeof(slot.disk.legs[i]));
	golden_sign(&slot);
	assert_int_equal(tandem_super_decode(&slot, &other, NULL), 0);
	assert_memory_equal(&super, &other, sizeof(super));
	/* In host form as well. */
	memset(&super.set[2], 0xff, (TANDEM_MAX_SETS - 2) * sizeof(super.set[2]));
	memset(&super.place[5], 0xff, (TANDEM_MAX_LEGS - 5) * sizeof(super.place[5]));
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	tandem_super_encode(&super, &slot);
	assert_memory_equal(&slot, &again, sizeof(slot));
}

static void test_every_single_bit_flip_is_detected(void **state)
{
	unsigned int bit;

	(void)state;
	golden_super(&super, 7);
	tandem_super_encode(&super, &slot);
	for (bit = 0; bit < 8 * TANDEM_SUPER_BYTES; bit++) {
		int want = bit / 8 < sizeof(slot.disk.magic) ? -ENODATA : -EBADMSG;

		slot.byte[bit / 8] ^= 1u << bit % 8;
		if (tandem_super_decode(&slot, &other, NULL) != want)
			fail_msg("bit %u turned over and not noticed", bit);
		slot.byte[bit / 8] ^= 1u << bit % 8;
	}
	assert_int_equal(tandem_super_decode(&slot, &other, NULL), 0);
}

/* A write that stopped after any 512 bytes, over an older slot. */
static void test_every_torn_write_is_detected(void **state)
{
	union golden_slot torn;
	unsigned int sectors;

	(void)state;
	golden_super(&super, 6);
	tandem_super_encode(&super, &slot);
	golden_super(&super, 8);
	super.place[4].record = TANDEM_RECORD_CURRENT;
	tandem_super_encode(&super, &again);
	for (sectors = 1; sectors * 512 < 4096 + 5 * 176; sectors++) {
		torn = slot;
		memcpy(&torn, &again, sectors * 512);
		assert_int_equal(tandem_super_decode(&torn, &other, NULL), -EBADMSG);
		torn = again;
		memcpy(&torn, &slot, sectors * 512);
		assert_int_equal(tandem_super_decode(&torn, &other, NULL), -EBADMSG);
	}
}

static void test_prepared_disk_needs_no_history(void **state)
{
	(void)state;
	golden_super(&super, 1);
	super.flags |= TANDEM_FLAG_BLANK;
	super.leg_id = golden_id(0x77);
	super.place[3].record = TANDEM_RECORD_MISSING;
	memset(&super.place[3].id, 0, sizeof(super.place[3].id));
	memset(&super.epoch, 0, sizeof(super.epoch));
	memset(&super.set[0].id, 0, sizeof(super.set[0].id));
	memset(&super.set[0].parent, 0, sizeof(super.set[0].parent));
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	tandem_super_encode(&super, &slot);
	assert_int_equal(tandem_super_decode(&slot, &other, NULL), 0);
	super.flags &= ~TANDEM_FLAG_BLANK;
	assert_int_equal(tandem_super_check(&super, NULL), -EINVAL);
}

/* What the decoder cannot meet, because it looks at the feature first. */
static void test_check_refuses_features_that_nobody_knows(void **state)
{
	const char *why = NULL;

	(void)state;
	golden_super(&super, 1);
	super.feature_incompat = 1ull << 40;
	assert_int_equal(tandem_super_check(&super, &why), -EINVAL);
	assert_string_equal(why, "feature (unknown and incompatible)");
}

/* Last accepted and first refused of everything that has a range. */
static void test_limits_are_where_they_should_be(void **state)
{
	(void)state;
	golden_super(&super, (1ull << 63) - 1);
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	super.sequence++;
	assert_int_equal(tandem_super_check(&super, NULL), -EINVAL);
	super.sequence = 0;
	super.recovery_target_ms = TANDEM_MIN_RECOVERY_TARGET_MS;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	super.recovery_target_ms--;
	assert_int_equal(tandem_super_check(&super, NULL), -EINVAL);
	super.recovery_target_ms = TANDEM_MAX_RECOVERY_TARGET_MS;
	super.latency_target_us = TANDEM_MIN_LATENCY_TARGET_US - 1;
	assert_int_equal(tandem_super_check(&super, NULL), -EINVAL);
	super.latency_target_us = 0;
	super.place[1].read_class = TANDEM_NR_READ_CLASSES;
	assert_int_equal(tandem_super_check(&super, NULL), -EINVAL);
	super.place[1].read_class = TANDEM_READ_AVOIDED;
	super.latency_target_us = TANDEM_MAX_LATENCY_TARGET_US;
	super.logical_block_bytes = 4096;
	super.physical_block_bytes = 1u << 20;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	/* 28672 sectors are 224 regions; one page of the map has 2016 entries. */
	super.map_pages = 1;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	super.map_offset_sectors = super.data_offset_sectors - 16;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	super.log_offset_sectors = super.map_offset_sectors - 8ull * TANDEM_LOG_SLOTS;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	super.log_offset_sectors = 4240;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	super.map_offset_sectors = 4240 + 8ull * TANDEM_LOG_SLOTS;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	/* The largest map, behind which not even the guard would fit. */
	super.map_pages = 2081;
	assert_int_equal(tandem_super_check(&super, NULL), -EINVAL);
	super.own_disk_sectors = 1u << 20;
	super.data_offset_sectors = 65536;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	super.map_pages++;
	assert_int_equal(tandem_super_check(&super, NULL), -EINVAL);
	/* A map that is just full, and one region more. */
	super.map_pages = 1;
	super.geo.set_sectors = 2016 * 128;
	assert_int_equal(tandem_super_check(&super, NULL), 0);
	super.geo.set_sectors += super.geo.chunk_sectors;
	assert_int_equal(tandem_super_check(&super, NULL), -EINVAL);
}

/* A caller that broke its promise damages a superblock, not its neighbours. */
static void test_encoding_never_leaves_the_slot(void **state)
{
	static struct {
		union golden_slot slot;
		u8 behind[64];
	} room;
	unsigned int i;

	(void)state;
	golden_super(&super, 1);
	super.nr_legs = 65535;
	super.geo.nr_sets = 65535;
	tandem_super_encode(&super, &room.slot);
	for (i = 0; i < sizeof(room.behind); i++)
		assert_int_equal(room.behind[i], 0);
	assert_int_equal(tandem_super_decode(&room.slot, &other, NULL), -EINVAL);
}

static void test_choice_of_slot_follows_its_table(void **state)
{
	static const int results[] = { 0, -ENODATA, -EIO, -EBADMSG, -EINVAL, -EPROTONOSUPPORT,
				       -ENOMEM };
	/* Row: slot 0, column: slot 1; the choice for equal sequences on top left. */
	static const int want[7][7] = {
		{ 0, 0, 0, 0, 0, -EPROTONOSUPPORT, 0 },
		{ 1, -ENODATA, -EIO, -EBADMSG, -EINVAL, -EPROTONOSUPPORT, -ENODATA },
		{ 1, -EIO, -EIO, -EBADMSG, -EINVAL, -EPROTONOSUPPORT, -EIO },
		{ 1, -EBADMSG, -EBADMSG, -EBADMSG, -EINVAL, -EPROTONOSUPPORT, -EBADMSG },
		{ 1, -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EPROTONOSUPPORT, -EINVAL },
		{ -EPROTONOSUPPORT, -EPROTONOSUPPORT, -EPROTONOSUPPORT, -EPROTONOSUPPORT,
		  -EPROTONOSUPPORT, -EPROTONOSUPPORT, -EPROTONOSUPPORT },
		{ 1, -ENODATA, -EIO, -EBADMSG, -EINVAL, -EPROTONOSUPPORT, -ENOMEM },
	};
	static const u64 low_high[2] = { 41, 42 }, high_low[2] = { 42, 41 }, equal[2] = { 7, 7 };
	unsigned int a, b;

	(void)state;
	for (a = 0; a < 7; a++) {
		for (b = 0; b < 7; b++) {
			const int error[2] = { results[a], results[b] };

			assert_int_equal(tandem_super_choose(error, equal), want[a][b]);
			assert_int_equal(tandem_super_choose(error, low_high),
					 a || b ? want[a][b] : 1);
			assert_int_equal(tandem_super_choose(error, high_low), want[a][b]);
		}
	}
	assert_int_equal(tandem_super_slot_bytes(0), 64 * 1024);
	assert_int_equal(tandem_super_slot_bytes(1), 2 * 1024 * 1024);
}

static void test_names_are_accepted_or_refused_with_a_reason(void **state)
{
	static const struct {
		const char *name;
		const char *why;	/* NULL: accepted */
	} names[] = {
		{ "a", NULL }, { "log0", NULL }, { "A-b_c.d+E9", NULL }, { "...", NULL },
		{ ".a", NULL }, { "+", NULL },
		{ "123456789012345678901234567890123456789012345678901234567890123", NULL },
		{ "1234567890123456789012345678901234567890123456789012345678901234",
		  "name (longer than 63 characters)" },
		{ "", "name (empty)" },
		{ "-a", "name (starts with a dash)" },
		{ ".", "name (a dot or two)" },
		{ "..", "name (a dot or two)" },
		{ "/a", "name (letters, digits and _-.+ only)" },
		{ "a/b", "name (letters, digits and _-.+ only)" },
		{ "a b", "name (letters, digits and _-.+ only)" },
		{ "a\n", "name (letters, digits and _-.+ only)" },
		{ "\xc3\xa4", "name (letters, digits and _-.+ only)" },
		{ "a@", "name (letters, digits and _-.+ only)" },
		{ "a[", "name (letters, digits and _-.+ only)" },
		{ "a`", "name (letters, digits and _-.+ only)" },
		{ "a{", "name (letters, digits and _-.+ only)" },
		{ "a:", "name (letters, digits and _-.+ only)" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *why = NULL;
		int error = tandem_name_check(names[i].name, &why);

		assert_int_equal(error, names[i].why ? -EINVAL : 0);
		if (names[i].why)
			assert_string_equal(why, names[i].why);
		assert_int_equal(tandem_name_check(names[i].name, NULL), error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checksum_is_crc32c),
		cmocka_unit_test(test_any_valid_superblock_comes_back_unchanged),
		cmocka_unit_test(test_read_classes_are_read_as_written),
		cmocka_unit_test(test_unused_bytes_are_ignored_and_written_as_zero),
		cmocka_unit_test(test_every_single_bit_flip_is_detected),
		cmocka_unit_test(test_every_torn_write_is_detected),
		cmocka_unit_test(test_prepared_disk_needs_no_history),
		cmocka_unit_test(test_check_refuses_features_that_nobody_knows),
		cmocka_unit_test(test_limits_are_where_they_should_be),
		cmocka_unit_test(test_encoding_never_leaves_the_slot),
		cmocka_unit_test(test_choice_of_slot_follows_its_table),
		cmocka_unit_test(test_names_are_accepted_or_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
