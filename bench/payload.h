/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every sector that the benchmark writes looks like.
 *
 * A sector says who wrote it (run), what it is (log or page), where it belongs
 * (LSN or page number) and how new it is (LSN), under a CRC-32C of all its
 * bytes.  So a reader can tell each kind of damage from the sector alone:
 *
 *   lost write          an older LSN, another run, or no magic at all
 *   torn sector         the checksum does not match
 *   misdirected write   the right run, but another place or kind
 *   stale page          the right place, an LSN older than the acknowledged one
 *
 * Layout, little-endian:
 *
 *    0  4  magic "TDTB"
 *    4  4  CRC-32C of the whole sector with this field as 0
 *    8  8  run: unique for each load, so that nothing old can pass for new
 *   16  1  kind
 *   17  1  log2 of the sector size
 *   18  2  index: place of this sector in its write (log block or page)
 *   20  2  count: sectors in that write
 *   22  2  0
 *   24  8  place: log: LSN of the first byte of this sector; page: page number
 *   32  8  lsn: log: LSN at which the write began; page: LSN of the page
 *   40  8  mark: log: number of the last commit that ends in or before this
 *          sector; page: number of the checkpoint that wrote it
 *   48     filling that depends on run, place and lsn, so it does not compress
 *
 * An LSN is a byte position in the endless log; it is found on the log volume
 * at LSN modulo the size of the log.
 */
#ifndef BENCH_PAYLOAD_H
#define BENCH_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_MAGIC 0x42544454u
#define PAYLOAD_HEADER_BYTES 48

enum payload_kind {
	PAYLOAD_LOG = 1,
	PAYLOAD_PAGE = 2,
};

enum payload_verdict {
	PAYLOAD_INTACT,		/* Whole, and written by this run. */
	PAYLOAD_TORN,		/* Ours by its magic, but the checksum does not match. */
	PAYLOAD_FOREIGN,	/* Not ours, or whole and of another run. */
};

struct payload_tag {
	uint64_t run;
	uint64_t place;
	uint64_t lsn;
	uint64_t mark;
	uint32_t sector_bytes;
	uint16_t index;
	uint16_t count;
	enum payload_kind kind;
};

/**
 * payload_encode - write one sector
 * @sector: @tag->sector_bytes of memory, 8-byte aligned
 * @tag: what the sector says about itself; sector_bytes is 512 or 4096
 */
void payload_encode(void *sector, const struct payload_tag *tag);

/**
 * payload_decode - read one sector
 * @sector: the bytes as they came from the volume, 8-byte aligned
 * @sector_bytes: 512 or 4096
 * @run: the run that the caller looks for
 * @tag: where to put what an intact sector says; untouched otherwise
 *
 * Context: trusts nothing in @sector.
 *
 * Return: what the sector is, see enum payload_verdict.
 */
enum payload_verdict payload_decode(const void *sector, uint32_t sector_bytes, uint64_t run,
				    struct payload_tag *tag);

#endif /* BENCH_PAYLOAD_H */
