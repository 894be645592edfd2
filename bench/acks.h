/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal of acknowledgements: what the load was promised, kept durably
 * outside the array under test.  After a crash it is what verify may demand.
 * It is a sequence of 512-byte sectors, each written once, so a crash can only
 * cut the end off.  A sector carries the checksum of the one before it: what an
 * earlier run left behind can never be taken for a continuation.
 *
 *    0  4  magic "TDTA"
 *    4  4  CRC-32C of the sector with this field as 0
 *    8  8  run
 *   16  8  number of this sector, from 0
 *   24  4  CRC-32C field of the sector before; in sector 0: 0
 *   28  2  records in this sector, 1 to 10
 *   30  2  0
 *   32     records of 48 bytes: kind u8, class u8, 0 u16, then the fields of
 *          struct ack_record in its order
 *
 * Order matters:
 *   commit      recorded after the commit is durable on the array
 *   page        recorded after the page's write completed
 *   checkpoint  recorded after the data volume was flushed; it vouches for all
 *               pages recorded since the checkpoint before it, and the log is
 *               reused up to its LSN only after this record is durable
 */
#ifndef BENCH_ACKS_H
#define BENCH_ACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "volume.h"

#define ACKS_MAGIC 0x41544454u
#define ACKS_SECTOR_BYTES 512
#define ACKS_PER_SECTOR 10

enum ack_kind {
	ACK_RUN = 1,		/* First record: geometry. id: log bytes, lsn: data bytes,
				 * number: span bytes, len: log sector. */
	ACK_COMMIT = 2,		/* id: message, number: commit, lsn: its end. */
	ACK_PAGE = 3,		/* id: page, lsn: of the page, number: checkpoint. */
	ACK_CHECKPOINT = 4,	/* lsn: where the log now begins, number: checkpoint. */
	ACK_END = 5,		/* The load ended by itself; id: 0, or the errno it stopped with. */
};

struct ack_record {
	enum ack_kind kind;
	uint8_t class;		/* ACK_COMMIT: enum commit_class. */
	uint32_t len_bytes;
	uint64_t id;
	uint64_t number;
	uint64_t lsn;
	uint64_t intended_ns;	/* Since the start of the load. */
	uint64_t acked_ns;
};

/* The sector that is being filled, and what the next one has to continue. */
struct acks_sector {
	unsigned char *bytes;
	uint64_t run;
	uint64_t number;
	uint32_t chain;
	unsigned int nr_records;
};

struct acks {
	struct engine_request request;
	struct engine *engine;
	struct volume volume;
	unsigned char *buffers[2];
	unsigned int filling;		/* Which buffer takes new records. */
	uint32_t nr_sectors;		/* Sealed sectors in that buffer. */
	struct acks_sector sector;
	uint64_t offset_bytes;
	uint64_t appended;		/* Records. */
	uint64_t writing;		/* ... of which so many will be durable after the write. */
	uint64_t durable;
	uint64_t messages_appended;	/* The same three counts, for publishes only. */
	uint64_t messages_writing;
	uint64_t messages_durable;
	bool in_flight;
	bool enabled;
	int error;
};

/* Add a record to a sector that has room. */
void acks_encode(struct acks_sector *sector, const struct ack_record *record);

/* Finish a sector, which has at least one record, so that it can be written. */
void acks_seal(struct acks_sector *sector);

/**
 * acks_init - start a journal
 * @acks: the journal; ended by acks_exit()
 * @engine: does the writes, except to a character device
 * @volume: taken over; a volume that is not open means: keep no journal
 * @run: the run
 *
 * Return: 0 or -ENOMEM.
 */
int acks_init(struct acks *acks, struct engine *engine, const struct volume *volume,
	      uint64_t run);

/**
 * acks_exit - close the journal; nothing may be in flight
 * @acks: the journal
 */
void acks_exit(struct acks *acks);

/**
 * acks_room - how many records can be appended now
 * @acks: the journal
 *
 * Return: a number of records; 0 after an error.
 */
uint64_t acks_room(const struct acks *acks);

/**
 * acks_append - append a record; there must be room
 * @acks: the journal
 * @record: what to append
 *
 * Return: its number; the record is durable once @acks->durable reaches it.
 */
uint64_t acks_append(struct acks *acks, const struct ack_record *record);

/**
 * acks_pump - hand over what was appended, unless a write is in flight
 * @acks: the journal
 */
void acks_pump(struct acks *acks);

/* Called for each record in order; anything but 0 ends the reading. */
typedef int acks_record_fn(void *context, uint64_t run, const struct ack_record *record);

/**
 * acks_read - read a journal, up to the first sector that does not continue it
 * @path: where it is
 * @record: called for each record
 * @context: handed to @record
 *
 * Context: prints the error line itself.
 *
 * Return: 0, what @record returned, -EBADMSG when no journal is there, or -errno.
 */
int acks_read(const char *path, acks_record_fn *record, void *context);

#endif /* BENCH_ACKS_H */
