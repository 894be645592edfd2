// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The checksum of superblocks, log records and map pages.
 *
 * Decision: the field counts as four zero bytes, and is not left out, so that anybody
 * can set it to zero and take the sum in one piece.
 */
#include "sys.h"
#include "core/checksum.h"

u32 tandem_checksum(const void *block, size_t size, size_t field)
{
	const u8 zero[sizeof(__le32)] = { 0 };
	const size_t behind = field + sizeof(zero);
	const u8 *byte = block;
	u32 crc;

	crc = tandem_crc32c_add(~0u, byte, field);
	crc = tandem_crc32c_add(crc, zero, sizeof(zero));
	crc = tandem_crc32c_add(crc, byte + behind, size - behind);
	return ~crc;
}
