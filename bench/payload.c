// SPDX-License-Identifier: GPL-2.0-only
/*
 * Encoding and judging sectors.  The layout is in payload.h.
 *
 * The filling is a multiplicative sequence from a mixed start value: one
 * multiplication per word keeps the generator cheap next to the I/O it feeds,
 * and neighbouring sectors share no bytes.
 */
#include <endian.h>
#include <string.h>

#include "crc32c.h"
#include "payload.h"
#include "random.h"

struct payload_sector {
	uint32_t magic;
	uint32_t crc;
	uint64_t run;
	uint8_t kind;
	uint8_t sector_shift;
	uint16_t index;
	uint16_t count;
	uint16_t reserved;
	uint64_t place;
	uint64_t lsn;
	uint64_t mark;
	uint64_t filling[];
};

_Static_assert(sizeof(struct payload_sector) == PAYLOAD_HEADER_BYTES, "sector header");
_Static_assert(offsetof(struct payload_sector, place) == 24, "place at 24");

static uint32_t sector_crc(const struct payload_sector *sector, uint32_t sector_bytes)
{
	struct payload_sector header = *sector;
	uint32_t crc;

	header.crc = 0;
	crc = crc32c(0, &header, sizeof(header));
	return crc32c(crc, sector->filling, sector_bytes - sizeof(header));
}

static void fill(struct payload_sector *sector, const struct payload_tag *tag)
{
	uint64_t value = random_mix(tag->run ^ random_mix(tag->place) ^ (tag->lsn << 1)) | 1;
	size_t nr_words = (tag->sector_bytes - PAYLOAD_HEADER_BYTES) / 8;
	size_t i;

	for (i = 0; i < nr_words; i++) {
		value *= 0xd1342543de82ef95ULL;
		sector->filling[i] = value;
	}
}

void payload_encode(void *data, const struct payload_tag *tag)
{
	struct payload_sector *sector = data;

	*sector = (struct payload_sector) {
		.magic = htole32(PAYLOAD_MAGIC),
		.run = htole64(tag->run),
		.kind = (uint8_t)tag->kind,
		.sector_shift = (uint8_t)__builtin_ctz(tag->sector_bytes),
		.index = htole16(tag->index),
		.count = htole16(tag->count),
		.place = htole64(tag->place),
		.lsn = htole64(tag->lsn),
		.mark = htole64(tag->mark),
	};
	fill(sector, tag);
	sector->crc = htole32(sector_crc(sector, tag->sector_bytes));
}

enum payload_verdict payload_decode(const void *data, uint32_t sector_bytes, uint64_t run,
				    struct payload_tag *tag)
{
	const struct payload_sector *sector = data;

	if (le32toh(sector->magic) != PAYLOAD_MAGIC)
		return PAYLOAD_FOREIGN;
	if (le32toh(sector->crc) != sector_crc(sector, sector_bytes))
		return PAYLOAD_TORN;
	if (le64toh(sector->run) != run)
		return PAYLOAD_FOREIGN;
	*tag = (struct payload_tag) {
		.run = run,
		.place = le64toh(sector->place),
		.lsn = le64toh(sector->lsn),
		.mark = le64toh(sector->mark),
		.sector_bytes = 1u << (sector->sector_shift & 31),
		.index = le16toh(sector->index),
		.count = le16toh(sector->count),
		.kind = sector->kind,
	};
	return PAYLOAD_INTACT;
}
