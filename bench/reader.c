// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a range in order.  See reader.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "reader.h"

#define GRAIN_BYTES 4096

struct reader_slot {
	struct engine_request request;
	struct reader *reader;
	struct reader_slot *next;
	int64_t issued_ns;
};

int reader_init(struct reader *reader, const struct reader_config *config)
{
	unsigned int i;

	memset(reader, 0, sizeof(*reader));
	reader->config = *config;
	reader->slots = calloc(config->depth, sizeof(*reader->slots));
	if (posix_memalign((void **)&reader->memory, GRAIN_BYTES,
			   (size_t)config->depth * config->block_bytes))
		reader->memory = NULL;
	if (!reader->slots || !reader->memory) {
		reader_exit(reader);
		return -ENOMEM;
	}
	for (i = 0; i < config->depth; i++) {
		reader->slots[i].reader = reader;
		reader->slots[i].request.buffer = reader->memory + (size_t)i * config->block_bytes;
		reader->slots[i].next = reader->free_slots;
		reader->free_slots = &reader->slots[i];
	}
	return 0;
}

void reader_exit(struct reader *reader)
{
	free(reader->slots);
	free(reader->memory);
	reader->slots = NULL;
	reader->free_slots = NULL;
	reader->memory = NULL;
}

void reader_extend(struct reader *reader, uint64_t end)
{
	reader->end = end - end % GRAIN_BYTES;
	/* What was overwritten meanwhile cannot be read any more. */
	if (reader->end - reader->position > reader->config.used_bytes)
		reader->position = reader->end - reader->config.used_bytes;
}

static void block_read(struct engine_request *request, int error)
{
	struct reader_slot *slot = (struct reader_slot *)request;
	struct reader *reader = slot->reader;

	hist_record(&reader->latency, clock_now_ns() - slot->issued_ns);
	if (error && !reader->error)
		reader->error = error;
	reader->in_flight--;
	slot->next = reader->free_slots;
	reader->free_slots = slot;
}

static void issue(struct reader *reader, uint32_t len_bytes)
{
	struct reader_slot *slot = reader->free_slots;

	reader->free_slots = slot->next;
	slot->request.op = ENGINE_READ;
	slot->request.fd = reader->config.volume->fd;
	slot->request.len_bytes = len_bytes;
	slot->request.offset_bytes = reader->position % reader->config.used_bytes;
	slot->request.done = block_read;
	slot->issued_ns = clock_now_ns();
	reader->position += len_bytes;
	reader->read_bytes += len_bytes;
	reader->in_flight++;
	engine_submit(reader->config.engine, &slot->request);
}

void reader_pump(struct reader *reader)
{
	while (reader->free_slots && !reader->error && reader->position < reader->end) {
		uint64_t to_wrap = reader->config.used_bytes -
				   reader->position % reader->config.used_bytes;
		uint64_t len_bytes = reader->end - reader->position;

		if (len_bytes > to_wrap)
			len_bytes = to_wrap;
		if (len_bytes > reader->config.block_bytes)
			len_bytes = reader->config.block_bytes;
		issue(reader, (uint32_t)len_bytes);
	}
}
