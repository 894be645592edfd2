// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the format that was released is the format that is written and read,
 * and no defect of a superblock gets past the decoder.
 *
 * Method: golden-v1.hex is compared byte for byte with what the encoder makes
 * and field for field with what the decoder finds; every entry of hostile.c is
 * decoded, as bytes, as struct, and beside a valid slot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden_file.h"
#include "images/hostile.h"

static union golden_slot golden[2];
static struct tandem_super super, other;

static void read_row(unsigned long offset, const u8 *bytes)
{
	const unsigned int slot = offset >= TANDEM_SLOT1_BYTES;

	offset -= slot ? TANDEM_SLOT1_BYTES : TANDEM_SLOT0_BYTES;
	assert_in_range(offset, 0, TANDEM_SUPER_BYTES - GOLDEN_ROW_BYTES);
	memcpy(&golden[slot].byte[offset], bytes, GOLDEN_ROW_BYTES);
}

static int read_golden(void **state)
{
	(void)state;
	return golden_file_read("golden-v1.hex", read_row);
}

static void test_golden_leg_is_written_byte_for_byte(void **state)
{
	union golden_slot slot;
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		golden_super(&super, 6 + i);
		assert_int_equal(tandem_super_check(&super, NULL), 0);
		memset(&slot, 0xff, sizeof(slot));
		tandem_super_encode(&super, &slot);
		assert_memory_equal(&slot, &golden[i], sizeof(slot));
	}
}

static void test_golden_leg_is_read_field_for_field(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		memset(&super, 0xff, sizeof(super));
		assert_int_equal(tandem_super_decode(&golden[i], &super, NULL), 0);
		golden_super(&other, 6 + i);
		assert_memory_equal(&super, &other, sizeof(super));
	}
}

/* A number of @width bytes at its place in the format, little-endian. */
static u64 number_at(unsigned int offset, unsigned int width)
{
	u64 value = 0;

	while (width--)
		value = value << 8 | golden[1].byte[offset + width];
	return value;
}

/* The places are those of the table in Documentation and in the header. */
static void test_golden_fields_lie_where_the_format_says(void **state)
{
	static const struct {
		unsigned int offset, width;
		u64 value;
	} field[] = {
		{ 20, 4, 16384 }, { 24, 8, 7 }, { 32, 8, 0 }, { 40, 8, 0 }, { 48, 8, 0 },
		{ 56, 8, 0x46 }, { 64, 1, 0x11 }, { 144, 1, 0xa1 }, { 160, 2, 1 },
		{ 162, 2, 5 }, { 164, 2, 2 }, { 166, 1, 10 }, { 167, 1, 2 }, { 168, 4, 64 },
		{ 172, 4, 128 }, { 176, 8, 28672 }, { 184, 8, 10240 }, { 192, 8, 6144 },
		{ 200, 8, 8192 }, { 208, 4, 256 }, { 212, 4, 3 }, { 216, 8, 40960 },
		{ 224, 4, 512 }, { 228, 4, 4096 }, { 232, 4, 10000 }, { 236, 1, 2 },
		{ 240, 8, 1700000000 }, { 256, 1, 0xe1 }, { 272, 1, 0xe0 }, { 288, 8, 12 },
		{ 296, 8, 0x40 },
		/* configuration of set 1 */
		{ 1120, 1, 0xd1 }, { 1136, 1, 0xd0 }, { 1152, 8, 9 }, { 1160, 2, 3 },
		{ 1162, 2, 2 },
		/* leg 2 */
		{ 4448, 1, 0xa2 }, { 4512, 1, 4 }, { 4514, 2, 0 }, { 4520, 8, 40960 + 48 },
		{ 4528, 1, 0xc2 }, { 4544, 1, 0xe2 }, { 4560, 1, 0xc3 }, { 4576, 1, 0xe3 },
		{ 4592, 8, 4711 }, { 4600, 1, 0xaf },
		/* leg 4 */
		{ 4800, 1, 0xa4 }, { 4864, 1, 2 }, { 4866, 2, 1 },
	};
	unsigned int i;

	(void)state;
	assert_memory_equal(golden[1].byte, "tandem leg v1\r\n", 16);
	assert_string_equal((const char *)&golden[1].byte[80], "golden");
	assert_string_equal((const char *)&golden[1].byte[4464], "golden-disk-2");
	for (i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		assert_int_equal(number_at(field[i].offset, field[i].width), field[i].value);
}

static void test_golden_checksum_is_crc32c_over_the_slot(void **state)
{
	union golden_slot slot = golden[0];

	(void)state;
	golden_sign(&slot);
	assert_memory_equal(&slot, &golden[0], sizeof(slot));
}

static void test_every_defect_is_refused_for_its_own_reason(void **state)
{
	union golden_slot slot;
	unsigned int i;

	(void)state;
	assert_true(hostile_nr >= 30);
	for (i = 0; i < hostile_nr; i++) {
		const struct hostile *hostile = &hostile_list[i];
		const char *why = NULL;

		hostile_make(hostile, 7, &slot);
		if (tandem_super_decode(&slot, &super, &why) != hostile->error ||
		    strcmp(why, hostile->why))
			fail_msg("%s: refused for: %s", hostile->name, why ? why : "(accepted)");
		assert_int_equal(tandem_super_decode(&slot, &super, NULL), hostile->error);
	}
}

/* What the decoder refuses for a rule, the check refuses in host form too. */
static void test_check_alone_refuses_what_breaks_a_rule(void **state)
{
	union golden_slot slot;
	unsigned int i;

	(void)state;
	for (i = 0; i < hostile_nr; i++) {
		const struct hostile *hostile = &hostile_list[i];
		const char *why = NULL;

		if (hostile->error != -EINVAL || !strcmp(hostile->why, "size of the superblock"))
			continue;
		hostile_make(hostile, 7, &slot);
		tandem_super_decode(&slot, &super, NULL);
		assert_int_equal(tandem_super_check(&super, &why), -EINVAL);
		assert_string_equal(why, hostile->why);
	}
}

static int load(const union golden_slot slot[2])
{
	u64 sequence[2] = { 0, 0 };
	int error[2];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		error[i] = tandem_super_decode(&slot[i], &super, NULL);
		if (!error[i])
			sequence[i] = super.sequence;
	}
	return tandem_super_choose(error, sequence);
}

static void test_valid_slot_survives_a_hostile_one(void **state)
{
	union golden_slot slot[2];
	unsigned int i;

	(void)state;
	assert_int_equal(load(golden), 1);
	for (i = 0; i < hostile_nr; i++) {
		const struct hostile *hostile = &hostile_list[i];
		bool newer_version = hostile->error == -EPROTONOSUPPORT;

		slot[0] = golden[0];
		hostile_make(hostile, 7, &slot[1]);
		assert_int_equal(load(slot), newer_version ? hostile->error : 0);
		hostile_make(hostile, 6, &slot[0]);
		assert_int_equal(load(slot), hostile->error);
		slot[1] = golden[1];
		assert_int_equal(load(slot), newer_version ? hostile->error : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_leg_is_written_byte_for_byte),
		cmocka_unit_test(test_golden_leg_is_read_field_for_field),
		cmocka_unit_test(test_golden_fields_lie_where_the_format_says),
		cmocka_unit_test(test_golden_checksum_is_crc32c_over_the_slot),
		cmocka_unit_test(test_every_defect_is_refused_for_its_own_reason),
		cmocka_unit_test(test_check_alone_refuses_what_breaks_a_rule),
		cmocka_unit_test(test_valid_slot_survives_a_hostile_one),
	};

	return cmocka_run_group_tests(tests, read_golden, NULL);
}
