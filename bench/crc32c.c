// SPDX-License-Identifier: GPL-2.0-only
/*
 * CRC-32C: reflected polynomial 0x82f63b78, initial value and final exclusive-or
 * all ones.  x86-64 has an instruction for it; elsewhere eight tables take
 * eight bytes per step.  The tables are filled before main(), so that callers
 * need no init call and threads no lock.
 *
 * The instruction has a latency of three cycles and begins in every cycle, so a
 * long piece is taken as three lanes side by side. A lane's remainder is joined to
 * the next one's as if LANE_BYTES zeroes followed it, by four more tables: that
 * function is linear, so it is the exclusive-or of what it gives for each byte.
 */
#include <string.h>

#include "crc32c.h"

#define CRC32C_POLYNOMIAL 0x82f63b78u

static uint32_t tables[8][256];

static void __attribute__((constructor(200))) fill_tables(void)
{
	unsigned int i, j;

	for (i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (j = 0; j < 8; j++)
			crc = (crc >> 1) ^ (crc & 1 ? CRC32C_POLYNOMIAL : 0);
		tables[0][i] = crc;
	}
	for (i = 0; i < 256; i++)
		for (j = 1; j < 8; j++)
			tables[j][i] = (tables[j - 1][i] >> 8) ^
				       tables[0][tables[j - 1][i] & 255];
}

uint32_t crc32c_portable(uint32_t crc, const void *data, size_t len_bytes)
{
	const unsigned char *p = data;

	crc = ~crc;
	for (; len_bytes >= 8; len_bytes -= 8, p += 8) {
		uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 |
				      (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);

		crc = tables[7][low & 255] ^ tables[6][(low >> 8) & 255] ^
		      tables[5][(low >> 16) & 255] ^ tables[4][low >> 24] ^
		      tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^ tables[0][p[7]];
	}
	for (; len_bytes; len_bytes--)
		crc = (crc >> 8) ^ tables[0][(crc ^ *p++) & 255];
	return ~crc;
}

#if defined(__x86_64__)

#include <nmmintrin.h>

#define LANE_BYTES 448u

static uint32_t behind_zeroes[4][256];

static void __attribute__((constructor(1000))) fill_lanes(void)
{
	static const unsigned char zeroes[LANE_BYTES];
	unsigned int i, j;

	for (i = 0; i < 4; i++)
		for (j = 0; j < 256; j++)
			behind_zeroes[i][j] = ~crc32c_portable(~((uint32_t)j << (8 * i)), zeroes,
							       LANE_BYTES);
}

static uint64_t over_a_lane(uint64_t value)
{
	return behind_zeroes[0][value & 255] ^ behind_zeroes[1][value >> 8 & 255] ^
	       behind_zeroes[2][value >> 16 & 255] ^ behind_zeroes[3][value >> 24 & 255];
}

static uint64_t word_at(const unsigned char *p)
{
	uint64_t word;

	memcpy(&word, p, 8);
	return word;
}

static uint64_t __attribute__((target("sse4.2"))) three_lanes(uint64_t value,
							      const unsigned char *p)
{
	uint64_t second = 0, third = 0;
	const unsigned char *end = p + LANE_BYTES;

	for (; p < end; p += 8) {
		value = _mm_crc32_u64(value, word_at(p));
		second = _mm_crc32_u64(second, word_at(p + LANE_BYTES));
		third = _mm_crc32_u64(third, word_at(p + 2 * LANE_BYTES));
	}
	return over_a_lane(over_a_lane(value) ^ second) ^ third;
}

static uint32_t __attribute__((target("sse4.2"))) crc32c_sse42(uint32_t crc, const void *data,
							       size_t len_bytes)
{
	const unsigned char *p = data;
	uint64_t value = (uint32_t)~crc;

	for (; len_bytes >= 3 * LANE_BYTES; len_bytes -= 3 * LANE_BYTES, p += 3 * LANE_BYTES)
		value = three_lanes(value, p);
	for (; len_bytes >= 8; len_bytes -= 8, p += 8)
		value = _mm_crc32_u64(value, word_at(p));
	for (; len_bytes; len_bytes--)
		value = _mm_crc32_u8((uint32_t)value, *p++);
	return ~(uint32_t)value;
}

uint32_t crc32c(uint32_t crc, const void *data, size_t len_bytes)
{
	if (__builtin_cpu_supports("sse4.2"))
		return crc32c_sse42(crc, data, len_bytes);
	return crc32c_portable(crc, data, len_bytes);
}

#else

uint32_t crc32c(uint32_t crc, const void *data, size_t len_bytes)
{
	return crc32c_portable(crc, data, len_bytes);
}

#endif
