// SPDX-License-Identifier: GPL-2.0-only
/*
 * CRC-32C: reflected polynomial 0x82f63b78, initial value and final exclusive-or
 * all ones.  x86-64 has an instruction for it; elsewhere eight tables take
 * eight bytes per step.  The tables are filled before main(), so that callers
 * need no init call and threads no lock.
 */
#include <string.h>

#include "crc32c.h"

#define CRC32C_POLYNOMIAL 0x82f63b78u

static uint32_t tables[8][256];

static void __attribute__((constructor)) fill_tables(void)
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

static uint32_t __attribute__((target("sse4.2"))) crc32c_sse42(uint32_t crc, const void *data,
							       size_t len_bytes)
{
	const unsigned char *p = data;
	uint64_t value = (uint32_t)~crc;

	for (; len_bytes >= 8; len_bytes -= 8, p += 8) {
		uint64_t word;

		memcpy(&word, p, 8);
		value = _mm_crc32_u64(value, word);
	}
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
