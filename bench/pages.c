// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page table and the checkpointer.  The states and rules are in pages.h.
 *
 * A page is taken out of the table with the LSN it has at that moment, and may
 * be dirtied again at once: a hot page cannot outrun the checkpointer.  If the
 * log does not cover that LSN yet, the slot waits for it (I-4).
 *
 * Why the log can be cut at begin_lsn: every page dirtied before it was in the
 * queue when the checkpoint began, and no older write is in flight then,
 * because the checkpoint before it ended with all slots free.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "pages.h"
#include "payload.h"

/* Write for this share of the interval; the rest is for the flush. */
#define WRITING_SHARE 0.8
#define PACE_NS NSEC_PER_MSEC

struct page_slot {
	struct engine_request request;
	struct pages *pages;
	struct page_slot *next;
	uint64_t page;
	uint64_t lsn;
	int64_t issued_ns;
	bool waiting;
};

int pages_init(struct pages *pages, const struct pages_config *config, int64_t now_ns)
{
	unsigned int i;

	memset(pages, 0, sizeof(*pages));
	pages->config = *config;
	pages->begun_ns = now_ns;
	pages->lsns = calloc(config->nr_pages, sizeof(*pages->lsns));
	pages->dirty = calloc(config->nr_pages, sizeof(*pages->dirty));
	pages->queue = calloc(config->nr_pages, sizeof(*pages->queue));
	pages->slots = calloc(config->depth, sizeof(*pages->slots));
	if (posix_memalign((void **)&pages->memory, 4096, (size_t)config->depth * PAGE_BYTES))
		pages->memory = NULL;
	if (!pages->lsns || !pages->dirty || !pages->queue || !pages->slots || !pages->memory) {
		pages_exit(pages);
		return -ENOMEM;
	}
	for (i = 0; i < config->depth; i++) {
		pages->slots[i].pages = pages;
		pages->slots[i].request.registered = config->registered;
		pages->slots[i].request.buffer = pages->memory + (size_t)i * PAGE_BYTES;
		pages->slots[i].next = pages->free_slots;
		pages->free_slots = &pages->slots[i];
	}
	return 0;
}

void pages_exit(struct pages *pages)
{
	free(pages->lsns);
	free(pages->dirty);
	free(pages->queue);
	free(pages->slots);
	free(pages->memory);
	pages->lsns = NULL;
	pages->dirty = NULL;
	pages->queue = NULL;
	pages->slots = NULL;
	pages->memory = NULL;
}

void pages_dirty(struct pages *pages, uint64_t page, uint64_t lsn)
{
	pages->lsns[page] = lsn;
	pages->dirtyings++;
	if (pages->dirty[page])
		return;
	pages->dirty[page] = true;
	pages->queue[pages->queue_tail++ % pages->config.nr_pages] = (uint32_t)page;
}

static void fail(struct pages *pages, int error)
{
	if (!pages->error)
		pages->error = error;
	pages->stopped = true;
}

static void free_slot(struct pages *pages, struct page_slot *slot)
{
	pages->taken--;
	slot->next = pages->free_slots;
	pages->free_slots = slot;
}

static void page_written(struct engine_request *request, int error)
{
	struct page_slot *slot = (struct page_slot *)request;
	struct pages *pages = slot->pages;
	int64_t now_ns = clock_now_ns();

	hist_record(&pages->latency, now_ns - slot->issued_ns);
	free_slot(pages, slot);
	if (error) {
		fail(pages, error);
		return;
	}
	if (!acks_room(pages->config.acks))
		return;
	acks_append(pages->config.acks, &(struct ack_record) {
		.kind = ACK_PAGE,
		.len_bytes = PAGE_BYTES,
		.id = slot->page,
		.number = pages->checkpoint,
		.lsn = slot->lsn,
	});
}

static void issue_page(struct pages *pages, struct page_slot *slot)
{
	struct payload_tag tag = {
		.run = pages->config.run,
		.kind = PAYLOAD_PAGE,
		.sector_bytes = pages->config.sector_bytes,
		.place = slot->page,
		.lsn = slot->lsn,
		.mark = pages->checkpoint,
		.count = (uint16_t)(PAGE_BYTES / pages->config.sector_bytes),
	};
	unsigned char *buffer = slot->request.buffer;

	for (; tag.index < tag.count; tag.index++)
		payload_encode(buffer + (size_t)tag.index * tag.sector_bytes, &tag);
	slot->request.op = ENGINE_WRITE;
	slot->request.fd = pages->config.volume->fd;
	slot->request.len_bytes = PAGE_BYTES;
	slot->request.offset_bytes = slot->page * PAGE_BYTES;
	slot->request.done = page_written;
	slot->issued_ns = clock_now_ns();
	pages->writes++;
	engine_submit(pages->config.engine, &slot->request);
}

static void take_page(struct pages *pages)
{
	struct page_slot *slot = pages->free_slots;

	pages->free_slots = slot->next;
	pages->taken++;
	pages->to_write--;
	slot->page = pages->queue[pages->queue_head++ % pages->config.nr_pages];
	slot->lsn = pages->lsns[slot->page];
	pages->dirty[slot->page] = false;
	slot->waiting = slot->lsn > pages->config.log->durable.lsn;
	if (slot->waiting)
		pages->waiting++;
	else
		issue_page(pages, slot);
}

/* After the first error of any stream no further checkpoint can be completed. */
static bool broken(const struct pages *pages)
{
	return pages->error || pages->config.log->error || pages->config.acks->error;
}

/* Pages that waited for the log; once something broke they are given up. */
static void release_waiting(struct pages *pages)
{
	unsigned int i;

	for (i = 0; i < pages->config.depth && pages->waiting; i++) {
		struct page_slot *slot = &pages->slots[i];
		bool covered = slot->lsn <= pages->config.log->durable.lsn;

		if (!slot->waiting || (!covered && !broken(pages)))
			continue;
		slot->waiting = false;
		pages->waiting--;
		if (covered)
			issue_page(pages, slot);
		else
			free_slot(pages, slot);
	}
}

static bool log_half_full(const struct log *log)
{
	return log->append_lsn - log->truncate_lsn > log->config.log_bytes / 2;
}

/* How many pages of this checkpoint should have been taken by now. */
static uint64_t pages_due(const struct pages *pages, int64_t now_ns)
{
	double span_ns = WRITING_SHARE * (double)pages->config.interval_ns;
	double share = (double)(now_ns - pages->begun_ns) / span_ns;

	if (pages->stopped || pages->config.burst || share >= 1 || log_half_full(pages->config.log))
		return pages->planned;
	return (uint64_t)(share * (double)pages->planned);
}

static void begin_checkpoint(struct pages *pages, int64_t now_ns)
{
	uint64_t sector_bytes = pages->config.sector_bytes;

	pages->state = CHECKPOINT_WRITING;
	pages->checkpoint++;
	pages->begun_ns = now_ns;
	pages->begin_lsn = pages->config.log->append_lsn & ~(sector_bytes - 1);
	pages->planned = pages->queue_tail - pages->queue_head;
	pages->to_write = pages->planned;
}

static void flush_done(struct engine_request *request, int error)
{
	struct pages *pages = (struct pages *)((char *)request - offsetof(struct pages, flush));

	pages->state = CHECKPOINT_IDLE;
	if (error) {
		fail(pages, error);
		return;
	}
	if (!acks_room(pages->config.acks))
		return;
	pages->state = CHECKPOINT_RECORDING;
	pages->recorded = acks_append(pages->config.acks, &(struct ack_record) {
		.kind = ACK_CHECKPOINT,
		.number = pages->checkpoint,
		.lsn = pages->begin_lsn,
	});
}

static void begin_flush(struct pages *pages)
{
	pages->state = CHECKPOINT_FLUSHING;
	pages->flush.op = ENGINE_SYNC;
	pages->flush.fd = pages->config.volume->fd;
	pages->flush.done = flush_done;
	engine_submit(pages->config.engine, &pages->flush);
}

static void write_due_pages(struct pages *pages, int64_t now_ns)
{
	uint64_t due = pages_due(pages, now_ns);
	/* Each page in a slot will want a journal record, the checkpoint one more. */
	uint64_t room = acks_room(pages->config.acks);

	if (broken(pages))
		pages->to_write = 0;
	while (pages->free_slots && pages->to_write && pages->taken + 1 < room &&
	       pages->planned - pages->to_write < due)
		take_page(pages);
	if (pages->to_write || pages->taken)
		return;
	if (broken(pages))
		pages->state = CHECKPOINT_IDLE;
	else
		begin_flush(pages);
}

int64_t pages_pump(struct pages *pages, int64_t now_ns)
{
	const struct pages_config *config = &pages->config;
	int64_t due_ns = pages->begun_ns + config->interval_ns;

	release_waiting(pages);
	switch (pages->state) {
	case CHECKPOINT_IDLE:
		if (pages->stopped || broken(pages))
			return config->interval_ns;
		if (now_ns < due_ns && !log_half_full(config->log))
			return due_ns - now_ns;
		begin_checkpoint(pages, now_ns);
		return 0;
	case CHECKPOINT_WRITING:
		write_due_pages(pages, now_ns);
		return PACE_NS;
	case CHECKPOINT_FLUSHING:
		break;
	case CHECKPOINT_RECORDING:
		if (config->acks->durable >= pages->recorded) {
			config->log->truncate_lsn = pages->begin_lsn;
			pages->checkpoints++;
			if (now_ns - pages->begun_ns > pages->longest_ns)
				pages->longest_ns = now_ns - pages->begun_ns;
			pages->state = CHECKPOINT_IDLE;
		} else if (config->acks->error) {
			pages->state = CHECKPOINT_IDLE;
		}
		break;
	}
	return config->interval_ns;
}

bool pages_busy(const struct pages *pages)
{
	return pages->taken || pages->state != CHECKPOINT_IDLE;
}
