// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading pages that were pushed out of the buffer pool.  See misses.h.
 *
 * What is read is forgotten: the table of pages knows their content, and verify
 * judges what is on the volume.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "misses.h"
#include "page_slots.h"

/* Apart from the streams of the schedule and of the model. */
#define MISSES_STREAM 7

struct miss {
	struct log_commit commit;
	uint32_t to_issue;
	uint32_t to_return;
};

struct miss_slot {
	struct engine_request request;
	struct misses *misses;
	struct miss_slot *next;
	struct miss *miss;
	int64_t issued_ns;
};

int misses_init(struct misses *misses, const struct misses_config *config)
{
	unsigned int i;

	memset(misses, 0, sizeof(*misses));
	misses->config = *config;
	random_init(&misses->random, config->seed, MISSES_STREAM);
	misses->held = calloc(config->max_commits, sizeof(*misses->held));
	misses->slots = calloc(config->depth, sizeof(*misses->slots));
	if (posix_memalign((void **)&misses->memory, PAGE_PIECE_BYTES,
			   (size_t)config->depth * PAGE_BYTES))
		misses->memory = NULL;
	if (!misses->held || !misses->slots || !misses->memory) {
		misses_exit(misses);
		return -ENOMEM;
	}
	for (i = 0; i < config->depth; i++) {
		misses->slots[i].misses = misses;
		misses->slots[i].request.buffer = misses->memory + (size_t)i * PAGE_BYTES;
		misses->slots[i].next = misses->free_slots;
		misses->free_slots = &misses->slots[i];
	}
	return 0;
}

void misses_exit(struct misses *misses)
{
	free(misses->held);
	free(misses->slots);
	free(misses->memory);
	misses->held = NULL;
	misses->slots = NULL;
	misses->free_slots = NULL;
	misses->memory = NULL;
}

uint64_t misses_room(const struct misses *misses)
{
	return misses->config.max_commits - (misses->tail - misses->head);
}

void misses_hold(struct misses *misses, const struct log_commit *commit, uint32_t reads)
{
	misses->held[misses->tail++ % misses->config.max_commits] = (struct miss) {
		.commit = *commit, .to_issue = reads, .to_return = reads,
	};
}

/* Commits go on in any order; their places are given back in the order of the ring. */
static void release(struct misses *misses)
{
	while (misses->head != misses->issuing &&
	       !misses->held[misses->head % misses->config.max_commits].to_return)
		misses->head++;
}

static void page_read(struct engine_request *request, int error)
{
	struct miss_slot *slot = (struct miss_slot *)request;
	struct misses *misses = slot->misses;
	struct log_commit commit = slot->miss->commit;
	bool last = !--slot->miss->to_return;

	hist_record(&misses->latency, clock_now_ns() - slot->issued_ns);
	misses->in_flight--;
	slot->next = misses->free_slots;
	misses->free_slots = slot;
	if (error && !misses->error)
		misses->error = error;
	release(misses);
	if (last && !misses->error)
		misses->config.ready(misses->config.context, &commit);
}

static void issue(struct misses *misses, struct miss *miss)
{
	struct miss_slot *slot = misses->free_slots;

	misses->free_slots = slot->next;
	slot->miss = miss;
	slot->request.op = ENGINE_READ;
	slot->request.fd = misses->config.volume->fd;
	slot->request.len_bytes = PAGE_BYTES;
	slot->request.offset_bytes = PAGE_BYTES *
				     random_below(&misses->random, misses->config.nr_pages);
	slot->request.done = page_read;
	slot->issued_ns = clock_now_ns();
	misses->reads++;
	misses->in_flight++;
	if (!--miss->to_issue)
		misses->issuing++;
	engine_submit(misses->config.engine, &slot->request);
}

void misses_pump(struct misses *misses)
{
	while (misses->free_slots && !misses->stopped && !misses->error &&
	       misses->issuing != misses->tail)
		issue(misses, &misses->held[misses->issuing % misses->config.max_commits]);
}
