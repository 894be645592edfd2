/* SPDX-License-Identifier: GPL-2.0-only */
/* Intent logs on disks in memory, as the engine would leave them. */
#ifndef TANDEM_TESTS_MOCK_RING_H
#define TANDEM_TESTS_MOCK_RING_H

#include "core/log.h"

/**
 * struct mock_ring - the state that a log is to say
 * @sequence: of the newest record; there are up to MOCK_RING_RECORDS before it
 * @flags: of all records
 * @window: regions in the window of one record; 0: as the engine
 * @dirty, @nr: the dirty regions
 */
struct mock_ring {
	u64 sequence;
	u32 flags;
	u32 window;
	const u32 *dirty;
	unsigned int nr;
};

#define MOCK_RING_RECORDS 8u

/* The leg on @disk has an empty intent log and no region map, and was not stopped cleanly. */
void mock_ring_only(unsigned int disk);

/* Writes the log of the leg on @disk, over whatever was in it. */
void mock_ring_write(unsigned int disk, const struct mock_ring *ring);

/* The same, with the first regions of which @bits has a bit. */
void mock_ring_bits(unsigned int disk, u64 sequence, unsigned int bits);

/* Byte offset of the slot of record @sequence on any disk that `create` laid out. */
u64 mock_ring_bytes(u64 sequence);

#endif
