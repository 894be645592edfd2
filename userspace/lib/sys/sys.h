/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The seam, user-space side: what kernel/core may expect of its surroundings.
 *
 * kernel/sys.h gives the same names out of <linux/...>, tests/sim/sys.h gives
 * them to the simulator; all three share one include guard and each build puts
 * its own first in the search path. Core uses nothing that is not listed here,
 * so a new dependency of core shows as a change of this file.
 *
 * The converters cast with __force, so that sparse -Wbitwise finds endian
 * mistakes in the user-space build as well.
 */
#ifndef TANDEM_SYS_H
#define TANDEM_SYS_H

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#ifndef __force
#ifdef __CHECKER__
#define __force __attribute__((force))
#else
#define __force
#endif
#endif

static inline __le16 cpu_to_le16(u16 value)
{
	return (__force __le16)htole16(value);
}

static inline __le32 cpu_to_le32(u32 value)
{
	return (__force __le32)htole32(value);
}

static inline __le64 cpu_to_le64(u64 value)
{
	return (__force __le64)htole64(value);
}

static inline u16 le16_to_cpu(__le16 value)
{
	return le16toh((__force u16)value);
}

static inline u32 le32_to_cpu(__le32 value)
{
	return le32toh((__force u32)value);
}

static inline u64 le64_to_cpu(__le64 value)
{
	return le64toh((__force u64)value);
}

/**
 * tandem_crc32c_add() - CRC-32C of a piece, raw
 * @crc: all ones for the first piece, the result of the last one afterwards
 * @data: the piece
 * @len: its bytes
 *
 * As crc32c() in the kernel: neither end is inverted.
 * Return: to be inverted after the last piece
 */
u32 tandem_crc32c_add(u32 crc, const void *data, size_t len);

/* CRC-32C as the on-disk format has it: all ones at both ends. */
static inline u32 tandem_crc32c(const void *data, size_t len)
{
	return ~tandem_crc32c_add(~0u, data, len);
}

#endif
