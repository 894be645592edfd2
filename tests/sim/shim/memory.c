// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the engine. Pieces stand in a list in the order of their
 * allocation, so that giving them all back is the same on every run; freed and
 * fresh memory is poisoned.
 */
#include <stdlib.h>

#include "sched.h"

#define FRESH	0xa5
#define FREED	0x6b
#define ALIVE	0x616c6976u

struct piece {
	struct list_head node;
	size_t size;
	size_t alive;
	u8 bytes[] __attribute__((aligned(64)));
};

static LIST_HEAD(pieces);
static size_t nr_pieces;
static unsigned int fail_at;

void *sim_alloc(size_t count, size_t size, gfp_t flags)
{
	struct piece *piece;
	size_t bytes;

	if (sim_state.irq || sim_state.locks || !sim_state.control)
		sim_fail("memory", "allocation outside the control path");
	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	if (fail_at && !--fail_at) {
		SIM_NOTE("no memory", NULL, { bytes });
		return NULL;
	}
	piece = aligned_alloc(64, ALIGN(sizeof(*piece) + bytes, 64));
	if (!piece)
		abort();
	piece->size = bytes;
	piece->alive = ALIVE;
	list_add_tail(&piece->node, &pieces);
	nr_pieces++;
	memset(piece->bytes, flags & __GFP_ZERO ? 0 : FRESH, bytes);
	return piece->bytes;
}

static void drop(struct piece *piece)
{
	list_del(&piece->node);
	nr_pieces--;
	piece->alive = 0;
	memset(piece->bytes, FREED, piece->size);
	free(piece);
}

void sim_free(const void *memory)
{
	struct piece *piece;

	if (!memory)
		return;
	piece = container_of(memory, struct piece, bytes);
	if (piece->alive != ALIVE)
		sim_fail("memory", "freed twice, or never allocated");
	drop(piece);
}

size_t sim_memory_pieces(void)
{
	return nr_pieces;
}

size_t sim_memory_bytes(void)
{
	const struct piece *piece;
	size_t bytes = 0;

	list_for_each_entry(piece, &pieces, node)
		bytes += piece->size;
	return bytes;
}

void sim_memory_drop(void)
{
	while (!list_empty(&pieces))
		drop(list_first_entry(&pieces, struct piece, node));
	fail_at = 0;
}

void sim_memory_fail_at(unsigned int countdown)
{
	fail_at = countdown;
}
