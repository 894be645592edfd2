// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log writer.  The rules are in log.h; sectors are described in payload.h.
 *
 *   released      durable prefix      issued         appended
 *   ...|----------------|------------------|--------------|
 *      head                                fill           tail     (commits)
 *
 * Content is made when a block is issued, into the buffer of its slot: until
 * then a commit is only a length.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "payload.h"

struct log_slot {
	struct engine_request request;
	struct log *log;
	struct log_slot *next;
	uint64_t ticket;
	int64_t issued_ns;
};

int log_init(struct log *log, const struct log_config *config)
{
	size_t memory_bytes = (size_t)config->max_write_bytes * config->outstanding;
	unsigned int i;

	memset(log, 0, sizeof(*log));
	log->config = *config;
	log->nr_commits = 1;
	while (log->nr_commits < config->max_commits)
		log->nr_commits *= 2;
	log->commits = calloc(log->nr_commits, sizeof(*log->commits));
	log->slots = calloc(config->outstanding, sizeof(*log->slots));
	if (posix_memalign((void **)&log->memory, 4096, memory_bytes))
		log->memory = NULL;
	if (!log->commits || !log->slots || !log->memory ||
	    durable_init(&log->durable, config->span_bytes / config->sector_bytes)) {
		log_exit(log);
		return -ENOMEM;
	}
	for (i = 0; i < config->outstanding; i++) {
		log->slots[i].log = log;
		log->slots[i].request.registered = config->registered;
		log->slots[i].request.buffer = log->memory + (size_t)i * config->max_write_bytes;
		log->slots[i].next = log->free_slots;
		log->free_slots = &log->slots[i];
	}
	return 0;
}

void log_exit(struct log *log)
{
	durable_exit(&log->durable);
	free(log->commits);
	free(log->slots);
	free(log->memory);
	log->commits = NULL;
	log->slots = NULL;
	log->memory = NULL;
}

bool log_has_room(const struct log *log, uint32_t len_bytes)
{
	/* The last block may be padded. */
	uint64_t end_lsn = log->append_lsn + len_bytes + log->config.pad_bytes;

	return !log->error && log->tail - log->head < log->nr_commits &&
	       end_lsn <= log->truncate_lsn + log->config.log_bytes;
}

static struct log_commit *commit_at(const struct log *log, uint64_t position)
{
	return &log->commits[position & (log->nr_commits - 1)];
}

uint64_t log_append(struct log *log, const struct log_commit *commit)
{
	struct log_commit *added = commit_at(log, log->tail);

	assert(log_has_room(log, commit->len_bytes));
	log->append_lsn += commit->len_bytes;
	log->logged_bytes += commit->len_bytes;
	*added = *commit;
	added->number = ++log->tail;
	added->end_lsn = log->append_lsn;
	return log->append_lsn;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Cut the next block off what waits and pad it; 0 when none may be issued now.
 * A block that would be short only because the span is used up waits instead:
 * the prefix is about to move.
 */
static uint32_t take_block(struct log *log)
{
	const struct log_config *config = &log->config;
	uint64_t waiting = log->append_lsn - log->issued_lsn;
	uint64_t to_wrap = config->log_bytes - log->issued_lsn % config->log_bytes;
	uint64_t span_left = config->span_bytes - (log->issued_lsn - log->durable.lsn);
	uint64_t limit = smaller(config->max_write_bytes, to_wrap);
	uint64_t padded = waiting + (-waiting & (config->pad_bytes - 1));
	uint64_t len_bytes = smaller(padded, limit);

	if (!waiting || len_bytes > span_left || log->error || !log->free_slots ||
	    !durable_has_room(&log->durable))
		return 0;
	if (len_bytes == padded)
		log->append_lsn += padded - waiting;
	return (uint32_t)len_bytes;
}

static void fill_block(struct log *log, unsigned char *buffer, uint32_t len_bytes)
{
	const struct log_config *config = &log->config;
	uint32_t sector_bytes = config->sector_bytes;
	struct payload_tag tag = {
		.run = config->run,
		.kind = PAYLOAD_LOG,
		.sector_bytes = sector_bytes,
		.lsn = log->issued_lsn,
		.count = (uint16_t)(len_bytes / sector_bytes),
	};
	uint64_t end_lsn = log->issued_lsn;

	for (tag.index = 0; tag.index < tag.count; tag.index++) {
		tag.place = end_lsn;
		end_lsn += sector_bytes;
		while (log->fill < log->tail && commit_at(log, log->fill)->end_lsn <= end_lsn)
			log->fill++;
		tag.mark = log->fill;
		payload_encode(buffer + (size_t)tag.index * sector_bytes, &tag);
	}
}

static void block_done(struct engine_request *request, int error)
{
	struct log_slot *slot = (struct log_slot *)request;
	struct log *log = slot->log;

	if (log->config.serial && !error && request->op == ENGINE_WRITE) {
		request->op = ENGINE_SYNC;
		engine_submit(log->config.engine, request);
		return;
	}
	hist_record(&log->latency, clock_now_ns() - slot->issued_ns);
	durable_complete(&log->durable, slot->ticket, !error);
	if (error && !log->error)
		log->error = error;
	log->in_flight--;
	slot->next = log->free_slots;
	log->free_slots = slot;
}

static void issue_block(struct log *log, uint32_t len_bytes)
{
	struct log_slot *slot = log->free_slots;

	log->free_slots = slot->next;
	fill_block(log, slot->request.buffer, len_bytes);
	slot->request.op = log->config.serial ? ENGINE_WRITE : ENGINE_WRITE_DURABLE;
	slot->request.fd = log->config.volume->fd;
	slot->request.len_bytes = len_bytes;
	slot->request.offset_bytes = log->issued_lsn % log->config.log_bytes;
	slot->request.done = block_done;
	log->issued_lsn += len_bytes;
	slot->ticket = durable_issue(&log->durable, log->issued_lsn);
	slot->issued_ns = clock_now_ns();
	log->in_flight++;
	log->writes++;
	log->written_bytes += len_bytes;
	engine_submit(log->config.engine, &slot->request);
}

void log_pump(struct log *log)
{
	uint32_t len_bytes;

	while ((len_bytes = take_block(log)))
		issue_block(log, len_bytes);
}

const struct log_commit *log_first_durable(const struct log *log)
{
	const struct log_commit *commit = commit_at(log, log->head);

	if (log->head == log->tail || commit->end_lsn > log->durable.lsn)
		return NULL;
	return commit;
}

void log_release(struct log *log)
{
	assert(log_first_durable(log));
	log->head++;
}
