// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing and reading the journal of acknowledgements.  Format: acks.h.
 *
 * Two buffers take turns: one is filled while the other is being written, so a
 * slow journal makes larger writes and never stops the load before both are
 * full.  A record that shares no sector yet is not held back: acks_pump() seals
 * the last sector as it is, and the next record begins a new one.
 */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acks.h"
#include "complain.h"
#include "crc32c.h"
#include "model.h"

#define BUFFER_BYTES (1u << 20)
#define BUFFER_SECTORS (BUFFER_BYTES / ACKS_SECTOR_BYTES)

struct ack_record_disk {
	uint8_t kind;
	uint8_t class;
	uint16_t reserved;
	uint32_t len_bytes;
	uint64_t id;
	uint64_t number;
	uint64_t lsn;
	uint64_t intended_ns;
	uint64_t acked_ns;
};

struct acks_sector_disk {
	uint32_t magic;
	uint32_t crc;
	uint64_t run;
	uint64_t number;
	uint32_t chain;
	uint16_t nr_records;
	uint16_t reserved;
	struct ack_record_disk records[ACKS_PER_SECTOR];
};

_Static_assert(sizeof(struct ack_record_disk) == 48, "record");
_Static_assert(sizeof(struct acks_sector_disk) == ACKS_SECTOR_BYTES, "sector");

static uint32_t sector_crc(const struct acks_sector_disk *disk)
{
	struct acks_sector_disk copy = *disk;

	copy.crc = 0;
	return crc32c(0, &copy, sizeof(copy));
}

void acks_encode(struct acks_sector *sector, const struct ack_record *record)
{
	struct acks_sector_disk *disk = (struct acks_sector_disk *)sector->bytes;

	assert(sector->nr_records < ACKS_PER_SECTOR);
	if (!sector->nr_records)
		memset(disk, 0, sizeof(*disk));
	disk->records[sector->nr_records++] = (struct ack_record_disk) {
		.kind = (uint8_t)record->kind,
		.class = record->class,
		.len_bytes = htole32(record->len_bytes),
		.id = htole64(record->id),
		.number = htole64(record->number),
		.lsn = htole64(record->lsn),
		.intended_ns = htole64(record->intended_ns),
		.acked_ns = htole64(record->acked_ns),
	};
}

void acks_seal(struct acks_sector *sector)
{
	struct acks_sector_disk *disk = (struct acks_sector_disk *)sector->bytes;

	disk->magic = htole32(ACKS_MAGIC);
	disk->run = htole64(sector->run);
	disk->number = htole64(sector->number);
	disk->chain = htole32(sector->chain);
	disk->nr_records = htole16((uint16_t)sector->nr_records);
	sector->chain = sector_crc(disk);
	disk->crc = htole32(sector->chain);
	sector->number++;
	sector->nr_records = 0;
}

int acks_init(struct acks *acks, struct engine *engine, const struct volume *volume,
	      uint64_t run)
{
	unsigned int i;

	memset(acks, 0, sizeof(*acks));
	acks->engine = engine;
	acks->volume = *volume;
	acks->enabled = volume->fd >= 0;
	acks->sector.run = run;
	for (i = 0; i < 2 && acks->enabled; i++) {
		if (posix_memalign((void **)&acks->buffers[i], 4096, BUFFER_BYTES)) {
			acks->buffers[i] = NULL;
			acks_exit(acks);
			return -ENOMEM;
		}
	}
	acks->sector.bytes = acks->buffers[0];
	return 0;
}

void acks_exit(struct acks *acks)
{
	free(acks->buffers[0]);
	free(acks->buffers[1]);
	acks->buffers[0] = NULL;
	acks->buffers[1] = NULL;
	volume_close(&acks->volume);
}

uint64_t acks_room(const struct acks *acks)
{
	if (acks->error)
		return 0;
	if (!acks->enabled)
		return UINT32_MAX;
	return (uint64_t)(BUFFER_SECTORS - acks->nr_sectors) * ACKS_PER_SECTOR -
	       acks->sector.nr_records;
}

static void seal_current(struct acks *acks)
{
	acks_seal(&acks->sector);
	acks->nr_sectors++;
	acks->sector.bytes = acks->buffers[acks->filling] +
			     (size_t)acks->nr_sectors * ACKS_SECTOR_BYTES;
}

uint64_t acks_append(struct acks *acks, const struct ack_record *record)
{
	acks->appended++;
	if (record->kind == ACK_COMMIT && record->class == COMMIT_PUBLISH)
		acks->messages_appended++;
	if (!acks->enabled) {
		acks->durable = acks->appended;
		acks->messages_durable = acks->messages_appended;
		return acks->appended;
	}
	assert(acks_room(acks));
	acks_encode(&acks->sector, record);
	if (acks->sector.nr_records == ACKS_PER_SECTOR)
		seal_current(acks);
	return acks->appended;
}

static void write_done(struct engine_request *request, int error)
{
	struct acks *acks = (struct acks *)request;

	acks->in_flight = false;
	if (error) {
		acks->error = error;
		return;
	}
	acks->durable = acks->writing;
	acks->messages_durable = acks->messages_writing;
}

/* A character device takes part of a write and knows no offset. */
static int write_stream(int fd, const unsigned char *bytes, size_t len_bytes)
{
	while (len_bytes) {
		ssize_t written = write(fd, bytes, len_bytes);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			len_bytes -= (size_t)written;
		}
	}
	return 0;
}

void acks_pump(struct acks *acks)
{
	struct engine_request *request = &acks->request;

	if (!acks->enabled || acks->in_flight || acks->error)
		return;
	if (acks->sector.nr_records)
		seal_current(acks);
	if (!acks->nr_sectors)
		return;
	request->op = ENGINE_WRITE_DURABLE;
	request->fd = acks->volume.fd;
	request->buffer = acks->buffers[acks->filling];
	request->len_bytes = acks->nr_sectors * ACKS_SECTOR_BYTES;
	request->offset_bytes = acks->offset_bytes;
	request->done = write_done;
	acks->offset_bytes += request->len_bytes;
	acks->writing = acks->appended;
	acks->messages_writing = acks->messages_appended;
	acks->filling ^= 1;
	acks->nr_sectors = 0;
	acks->sector.bytes = acks->buffers[acks->filling];
	acks->in_flight = true;
	if (acks->volume.kind == VOLUME_BLOCK && acks->offset_bytes > acks->volume.size_bytes)
		write_done(request, -ENOSPC);
	else if (acks->volume.kind == VOLUME_CHARACTER)
		write_done(request, write_stream(request->fd, request->buffer,
						 request->len_bytes));
	else
		engine_submit(acks->engine, request);
}

/* Does this sector continue the journal?  The first one says which run it is. */
static bool continues(const struct acks_sector_disk *disk, struct acks_sector *expected)
{
	uint16_t nr_records = le16toh(disk->nr_records);

	if (le32toh(disk->magic) != ACKS_MAGIC || le32toh(disk->crc) != sector_crc(disk))
		return false;
	if (!expected->number)
		expected->run = le64toh(disk->run);
	return le64toh(disk->run) == expected->run &&
	       le64toh(disk->number) == expected->number &&
	       le32toh(disk->chain) == expected->chain &&
	       nr_records >= 1 && nr_records <= ACKS_PER_SECTOR;
}

static int visit_sector(const struct acks_sector_disk *disk, acks_record_fn *record,
			void *context)
{
	unsigned int i;
	int stop = 0;

	for (i = 0; i < le16toh(disk->nr_records) && !stop; i++) {
		const struct ack_record_disk *from = &disk->records[i];
		struct ack_record decoded = {
			.kind = from->kind,
			.class = from->class,
			.len_bytes = le32toh(from->len_bytes),
			.id = le64toh(from->id),
			.number = le64toh(from->number),
			.lsn = le64toh(from->lsn),
			.intended_ns = le64toh(from->intended_ns),
			.acked_ns = le64toh(from->acked_ns),
		};

		stop = record(context, le64toh(disk->run), &decoded);
	}
	return stop;
}

static int read_sectors(const struct volume *volume, unsigned char *buffer,
			acks_record_fn *record, void *context)
{
	struct acks_sector expected = { 0 };
	uint64_t offset = 0;
	int64_t got, i;
	int error;

	do {
		got = volume_read(volume, buffer, BUFFER_BYTES, offset);
		if (got < 0)
			return complain((int)got, "%s: cannot read it: %s", volume->path,
					strerror((int)-got));
		for (i = 0; i + ACKS_SECTOR_BYTES <= got; i += ACKS_SECTOR_BYTES) {
			const struct acks_sector_disk *disk = (const void *)(buffer + i);

			if (!continues(disk, &expected))
				goto end;
			expected.chain = le32toh(disk->crc);
			expected.number++;
			error = visit_sector(disk, record, context);
			if (error)
				return error;
		}
		offset += BUFFER_BYTES;
	} while (got == BUFFER_BYTES);
end:
	if (expected.number)
		return 0;
	return complain(-EBADMSG, "%s: holds no journal of acknowledgements; "
			"name the file or device given to load --acks", volume->path);
}

int acks_read(const char *path, acks_record_fn *record, void *context)
{
	unsigned char *buffer;
	struct volume volume;
	int error;

	error = volume_open_read(path, &volume);
	if (error)
		return error;
	if (posix_memalign((void **)&buffer, 4096, BUFFER_BYTES)) {
		volume_close(&volume);
		return complain(-ENOMEM, "%s: out of memory", path);
	}
	error = read_sectors(&volume, buffer, record, context);
	free(buffer);
	volume_close(&volume);
	return error;
}
