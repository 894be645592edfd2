/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checksum of a block on disk that has the checksum in it. */
#ifndef TANDEM_CORE_CHECKSUM_H
#define TANDEM_CORE_CHECKSUM_H

#include "sys.h"

/**
 * tandem_checksum() - CRC-32C over a block, its own field taken as zero
 * @block: @size bytes; they are not changed
 * @field: byte offset of the checksum, four bytes that lie within the block
 * Context: any; nothing is copied
 */
u32 tandem_checksum(const void *block, size_t size, size_t field);

#endif
