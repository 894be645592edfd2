// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * CRC-32C (Castagnoli) for user space, eight bytes at a time.
 *
 * The polynomial is 0x1edc6f41, with its bits reversed 0x82f63b78. Table k
 * says what a byte does to the sum with k zero bytes behind it, so that eight
 * look-ups, none of which waits for another, take in eight bytes. Speed counts
 * in the simulator, which writes superblocks all day. The tables are derived
 * before main(), not typed: nobody checks 2048 numbers by eye. The kernel has
 * its own implementation on the same interface.
 */
#include "sys.h"

#define REVERSED_POLYNOMIAL 0x82f63b78u

static u32 table[8][256];

static void __attribute__((constructor)) derive_tables(void)
{
	unsigned int byte, bit, k;

	for (byte = 0; byte < 256; byte++) {
		u32 crc = byte;

		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? REVERSED_POLYNOMIAL : 0);
		table[0][byte] = crc;
	}
	for (k = 1; k < 8; k++) {
		for (byte = 0; byte < 256; byte++) {
			u32 crc = table[k - 1][byte];

			table[k][byte] = crc >> 8 ^ table[0][crc & 255];
		}
	}
}

static u64 load_le64(const u8 *byte)
{
	__le64 value;

	memcpy(&value, byte, sizeof(value));
	return le64_to_cpu(value);
}

u32 tandem_crc32c_add(u32 crc, const void *data, size_t len)
{
	const u8 *byte = data;

	for (; len >= 8; len -= 8, byte += 8) {
		u64 word = load_le64(byte) ^ crc;

		crc = table[7][word & 255] ^ table[6][word >> 8 & 255] ^
		      table[5][word >> 16 & 255] ^ table[4][word >> 24 & 255] ^
		      table[3][word >> 32 & 255] ^ table[2][word >> 40 & 255] ^
		      table[1][word >> 48 & 255] ^ table[0][word >> 56];
	}
	for (; len; len--, byte++)
		crc = crc >> 8 ^ table[0][(crc ^ *byte) & 255];
	return crc;
}
