// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of page writes.  See page_slots.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "page_slots.h"
#include "payload.h"

static size_t slot_bytes(const struct page_slots *slots)
{
	return (size_t)slots->config.gather_pages * PAGE_BYTES;
}

/* Where a byte of a write is. */
static unsigned char *place(const struct page_slots *slots, const struct page_slot *slot,
			    size_t offset)
{
	size_t piece = offset / PAGE_PIECE_BYTES;

	if (!slots->config.flat)
		piece = slot_bytes(slots) / PAGE_PIECE_BYTES - 1 - piece;
	return slot->memory + piece * PAGE_PIECE_BYTES + offset % PAGE_PIECE_BYTES;
}

static void init_slot(struct page_slots *slots, unsigned int i)
{
	size_t pieces = slot_bytes(slots) / PAGE_PIECE_BYTES, piece;
	struct page_slot *slot = &slots->slots[i];

	slot->memory = slots->memory + i * slot_bytes(slots);
	slot->lsns = slots->lsns + (size_t)i * slots->config.gather_pages;
	slot->segments = slots->segments + i * pieces;
	for (piece = 0; piece < pieces; piece++)
		slot->segments[piece] = (struct iovec) {
			place(slots, slot, piece * PAGE_PIECE_BYTES), PAGE_PIECE_BYTES,
		};
	slot->request.registered = slots->config.registered;
	slot->request.buffer = slot->memory;
	slot->next = slots->free;
	slots->free = slot;
}

int page_slots_init(struct page_slots *slots, const struct page_slots_config *config)
{
	size_t nr_pages = (size_t)config->nr * config->gather_pages;
	unsigned int i;

	memset(slots, 0, sizeof(*slots));
	slots->config = *config;
	slots->memory_bytes = nr_pages * PAGE_BYTES;
	slots->slots = calloc(config->nr, sizeof(*slots->slots));
	slots->lsns = calloc(nr_pages, sizeof(*slots->lsns));
	slots->segments = calloc(slots->memory_bytes / PAGE_PIECE_BYTES,
				 sizeof(*slots->segments));
	if (posix_memalign((void **)&slots->memory, PAGE_PIECE_BYTES, slots->memory_bytes))
		slots->memory = NULL;
	if (!slots->slots || !slots->lsns || !slots->segments || !slots->memory) {
		page_slots_exit(slots);
		return -ENOMEM;
	}
	for (i = 0; i < config->nr; i++)
		init_slot(slots, i);
	return 0;
}

void page_slots_exit(struct page_slots *slots)
{
	free(slots->slots);
	free(slots->lsns);
	free(slots->segments);
	free(slots->memory);
	memset(slots, 0, sizeof(*slots));
}

void page_slot_fill(const struct page_slots *slots, struct page_slot *slot, uint64_t checkpoint)
{
	uint32_t sector_bytes = slots->config.sector_bytes, i;

	for (i = 0; i < slot->nr_pages; i++) {
		struct payload_tag tag = {
			.run = slots->config.run,
			.kind = PAYLOAD_PAGE,
			.sector_bytes = sector_bytes,
			.place = slot->page + i,
			.lsn = slot->lsns[i],
			.mark = checkpoint,
			.count = (uint16_t)(PAGE_BYTES / sector_bytes),
		};
		size_t offset = (size_t)i * PAGE_BYTES;

		for (; tag.index < tag.count; tag.index++, offset += sector_bytes)
			payload_encode(place(slots, slot, offset), &tag);
	}
	slot->request.len_bytes = slot->nr_pages * PAGE_BYTES;
	slot->request.segments = slot->segments;
	slot->request.nr_segments = slots->config.flat ? 0 :
				    slot->request.len_bytes / PAGE_PIECE_BYTES;
}
