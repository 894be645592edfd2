// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * CRC-32C (Castagnoli) for user space, four bits at a time.
 *
 * The polynomial is 0x1edc6f41, bits reversed 0x82f63b78. A table of 16
 * entries is derived by hand below and small enough to check by eye; user
 * space only sums superblocks, so that speed is of no account. The kernel has
 * its own, on the same interface.
 */
#include "sys.h"

/* Entry i: i, shifted out to the right through the reversed polynomial. */
static const u32 nibble_table[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

u32 tandem_crc32c_add(u32 crc, const void *data, size_t len)
{
	const u8 *byte = data;
	size_t i;

	for (i = 0; i < len; i++) {
		crc ^= byte[i];
		crc = (crc >> 4) ^ nibble_table[crc & 15];
		crc = (crc >> 4) ^ nibble_table[crc & 15];
	}
	return crc;
}
