// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page table and the checkpointer.  The states and rules are in pages.h.
 *
 * A page is taken out of the table with the LSN it has at that moment, and may
 * be dirtied again at once: a hot page cannot outrun the checkpointer.  If the
 * log does not cover that LSN yet, the slot waits for it (I-4), with that page
 * alone.
 *
 * A page that was gathered stays in the queue and is skipped there.  It may be
 * queued once more meanwhile, so the ring has room for every page twice.
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

/* Write for this share of the interval; the rest is for the flush. */
#define WRITING_SHARE 0.8
#define PACE_NS NSEC_PER_MSEC

int pages_init(struct pages *pages, const struct pages_config *config, int64_t now_ns)
{
	unsigned int i;

	memset(pages, 0, sizeof(*pages));
	pages->config = *config;
	pages->begun_ns = now_ns;
	backoff_init(&pages->backoff, config->slots.nr, config->slow_ns);
	pages->lsns = calloc(config->nr_pages, sizeof(*pages->lsns));
	pages->dirty = calloc(config->nr_pages, sizeof(*pages->dirty));
	pages->queue = calloc(2 * config->nr_pages, sizeof(*pages->queue));
	if (!pages->lsns || !pages->dirty || !pages->queue ||
	    page_slots_init(&pages->slots, &config->slots)) {
		pages_exit(pages);
		return -ENOMEM;
	}
	for (i = 0; i < config->slots.nr; i++)
		pages->slots.slots[i].pages = pages;
	return 0;
}

void pages_exit(struct pages *pages)
{
	free(pages->lsns);
	free(pages->dirty);
	free(pages->queue);
	page_slots_exit(&pages->slots);
	pages->lsns = NULL;
	pages->dirty = NULL;
	pages->queue = NULL;
}

void pages_dirty(struct pages *pages, uint64_t page, uint64_t lsn)
{
	pages->lsns[page] = lsn;
	pages->dirtyings++;
	if (pages->dirty[page])
		return;
	pages->dirty[page] = (uint8_t)(1 + pages->checkpoint % 2);
	pages->nr_dirty++;
	pages->queue[pages->queue_tail++ % (2 * pages->config.nr_pages)] = (uint32_t)page;
}

/* Is a page one that the checkpoint under way has to write and has not taken? */
static bool is_planned(const struct pages *pages, uint64_t page)
{
	return pages->dirty[page] == 1 + (pages->checkpoint - 1) % 2;
}

static void fail(struct pages *pages, int error)
{
	if (!pages->error)
		pages->error = error;
	pages->stopped = true;
}

static void free_slot(struct pages *pages, struct page_slot *slot)
{
	pages->taken -= slot->nr_pages;
	pages->busy--;
	slot->next = pages->slots.free;
	pages->slots.free = slot;
}

static void page_written(struct engine_request *request, int error)
{
	struct page_slot *slot = (struct page_slot *)request;
	struct pages *pages = slot->pages;
	int64_t now_ns = clock_now_ns();
	uint32_t i;

	hist_record(&pages->latency, now_ns - slot->issued_ns);
	backoff_tell(&pages->backoff, slot->issued_ns, now_ns);
	free_slot(pages, slot);
	if (error) {
		fail(pages, error);
		return;
	}
	for (i = 0; i < slot->nr_pages && acks_room(pages->config.acks); i++)
		acks_append(pages->config.acks, &(struct ack_record) {
			.kind = ACK_PAGE,
			.len_bytes = PAGE_BYTES,
			.id = slot->page + i,
			.number = pages->checkpoint,
			.lsn = slot->lsns[i],
		});
}

static void issue_pages(struct pages *pages, struct page_slot *slot)
{
	page_slot_fill(&pages->slots, slot, pages->checkpoint);
	slot->request.op = ENGINE_WRITE;
	slot->request.fd = pages->config.volume->fd;
	slot->request.offset_bytes = slot->page * PAGE_BYTES;
	slot->request.done = page_written;
	slot->issued_ns = clock_now_ns();
	pages->writes++;
	pages->written += slot->nr_pages;
	engine_submit(pages->config.engine, &slot->request);
}

static void take_page(struct pages *pages, struct page_slot *slot, uint64_t page)
{
	slot->lsns[slot->nr_pages++] = pages->lsns[page];
	pages->dirty[page] = 0;
	pages->nr_dirty--;
	pages->taken++;
	pages->to_write--;
}

/* The page that has been dirty for longest; there is one. */
static uint64_t oldest_page(struct pages *pages)
{
	uint64_t page;

	do
		page = pages->queue[pages->queue_head++ % (2 * pages->config.nr_pages)];
	while (!is_planned(pages, page));
	return page;
}

/* Take a page and up to @most - 1 behind it, and write them in one go. */
static void take_pages(struct pages *pages, uint64_t most)
{
	const struct pages_config *config = &pages->config;
	uint64_t durable_lsn = config->log->durable.lsn, page = oldest_page(pages);
	struct page_slot *slot = pages->slots.free;

	pages->slots.free = slot->next;
	slot->page = page;
	slot->nr_pages = 0;
	pages->busy++;
	take_page(pages, slot, page);
	slot->waiting = slot->lsns[0] > durable_lsn;
	if (slot->waiting) {
		pages->waiting++;
		return;
	}
	while (++page < config->nr_pages && slot->nr_pages < most && is_planned(pages, page) &&
	       pages->lsns[page] <= durable_lsn)
		take_page(pages, slot, page);
	issue_pages(pages, slot);
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

	for (i = 0; i < pages->config.slots.nr && pages->waiting; i++) {
		struct page_slot *slot = &pages->slots.slots[i];
		bool covered = slot->lsns[0] <= pages->config.log->durable.lsn;

		if (!slot->waiting || (!covered && !broken(pages)))
			continue;
		slot->waiting = false;
		pages->waiting--;
		if (covered)
			issue_pages(pages, slot);
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
	uint64_t sector_bytes = pages->config.slots.sector_bytes;

	pages->state = CHECKPOINT_WRITING;
	pages->checkpoint++;
	pages->begun_ns = now_ns;
	pages->begin_lsn = pages->config.log->append_lsn & ~(sector_bytes - 1);
	pages->planned = pages->nr_dirty;
	pages->queue_end = pages->queue_tail;
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
	uint64_t room = acks_room(pages->config.acks), most = pages->config.slots.gather_pages;

	if (broken(pages))
		pages->to_write = 0;
	while (pages->busy < pages->backoff.limit && pages->to_write && pages->taken + 1 < room &&
	       pages->planned - pages->to_write < due)
		take_pages(pages, most < room - pages->taken - 1 ? most : room - pages->taken - 1);
	if (pages->to_write || pages->taken)
		return;
	/* What is left in the queue up to there was gathered. */
	pages->queue_head = pages->queue_end;
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
