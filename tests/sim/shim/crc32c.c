// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checksums at the speed of the processor's instruction: a simulator that reads and
 * writes pages of metadata all day does little else. It is the benchmark's code, which
 * a unit test holds against another one, so that engine and simulator share it with
 * the module as little as the module shares it with user space.
 */
#include "bench/crc32c.h"
#include "sys.h"

u32 tandem_crc32c_add(u32 crc, const void *data, size_t len)
{
	return ~crc32c(~crc, data, len);
}
