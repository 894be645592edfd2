// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a sector of tandem-bench tells every kind of damage apart.
 *
 * Method: encode, damage, decode. Every single bit of a sector is flipped once,
 * and every cut between an old and a new sector is tried. The checksum is held
 * against the published check value, and its fast form against the plain one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/crc32c.h"
#include "bench/payload.h"
#include "prng.h"

#define RUN 0x1122334455667788u

static _Alignas(8) unsigned char sector[4096], other[4096];

static struct payload_tag make_tag(uint32_t sector_bytes)
{
	return (struct payload_tag) {
		.run = RUN, .kind = PAYLOAD_LOG, .sector_bytes = sector_bytes,
		.place = 123456, .lsn = 120000, .mark = 77, .index = 3, .count = 9,
	};
}

static void test_sector_says_what_was_encoded(void **state)
{
	static const uint32_t sizes[] = { 512, 4096 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct payload_tag tag = make_tag(sizes[i]), found = { 0 };

		payload_encode(sector, &tag);
		assert_int_equal(payload_decode(sector, sizes[i], RUN, &found), PAYLOAD_INTACT);
		assert_int_equal(found.place, tag.place);
		assert_int_equal(found.lsn, tag.lsn);
		assert_int_equal(found.mark, tag.mark);
		assert_int_equal(found.index, tag.index);
		assert_int_equal(found.count, tag.count);
		assert_int_equal(found.kind, tag.kind);
		assert_int_equal(found.sector_bytes, tag.sector_bytes);
	}
}

static void test_every_flipped_bit_is_seen(void **state)
{
	struct payload_tag tag = make_tag(512), found;
	unsigned int bit;

	(void)state;
	payload_encode(sector, &tag);
	for (bit = 0; bit < 512 * 8; bit++) {
		sector[bit / 8] ^= (unsigned char)(1u << bit % 8);
		assert_int_not_equal(payload_decode(sector, 512, RUN, &found), PAYLOAD_INTACT);
		sector[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	assert_int_equal(payload_decode(sector, 512, RUN, &found), PAYLOAD_INTACT);
}

static void test_every_tear_is_seen(void **state)
{
	struct payload_tag tag = make_tag(512), newer = make_tag(512), found;
	unsigned int cut;

	(void)state;
	newer.lsn++;
	payload_encode(other, &newer);
	for (cut = 8; cut < 512; cut += 8) {
		payload_encode(sector, &tag);
		memcpy(sector, other, cut);
		assert_int_equal(payload_decode(sector, 512, RUN, &found), PAYLOAD_TORN);
	}
}

static void test_nothing_old_passes_for_ours(void **state)
{
	struct payload_tag tag = make_tag(512), found;

	(void)state;
	tag.run = RUN + 1;
	payload_encode(sector, &tag);
	assert_int_equal(payload_decode(sector, 512, RUN, &found), PAYLOAD_FOREIGN);
	memset(sector, 0, sizeof(sector));
	assert_int_equal(payload_decode(sector, 512, RUN, &found), PAYLOAD_FOREIGN);
	memset(sector, 0xff, sizeof(sector));
	assert_int_equal(payload_decode(sector, 512, RUN, &found), PAYLOAD_FOREIGN);
}

static void test_neighbours_share_no_filling(void **state)
{
	struct payload_tag tag = make_tag(512);
	unsigned int i;

	(void)state;
	payload_encode(sector, &tag);
	tag.place += 512;
	payload_encode(other, &tag);
	for (i = PAYLOAD_HEADER_BYTES; i < 512; i += 8)
		assert_memory_not_equal(sector + i, other + i, 8);
}

static void test_checksum_is_crc32c(void **state)
{
	struct prng prng = prng_start();
	unsigned char bytes[3001];	/* twice three lanes, and a rest */
	unsigned int i;

	(void)state;
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283u);
	assert_int_equal(crc32c_portable(0, "123456789", 9), 0xe3069283u);
	for (i = 0; i < sizeof(bytes); i += 1 + i / 256) {
		uint32_t whole;

		prng_fill(&prng, bytes, i);
		whole = crc32c(0, bytes, i);
		assert_int_equal(whole, crc32c_portable(0, bytes, i));
		assert_int_equal(whole, crc32c(crc32c(0, bytes, i / 3), bytes + i / 3, i - i / 3));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sector_says_what_was_encoded),
		cmocka_unit_test(test_every_flipped_bit_is_seen),
		cmocka_unit_test(test_every_tear_is_seen),
		cmocka_unit_test(test_nothing_old_passes_for_ours),
		cmocka_unit_test(test_neighbours_share_no_filling),
		cmocka_unit_test(test_checksum_is_crc32c),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
