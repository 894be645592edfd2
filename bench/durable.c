// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prefix law, as a ring of block states.  See durable.h.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "durable.h"

int durable_init(struct durable *durable, uint64_t nr_blocks)
{
	*durable = (struct durable) { .nr_blocks = 1 };
	while (durable->nr_blocks < nr_blocks)
		durable->nr_blocks *= 2;
	durable->blocks = calloc(durable->nr_blocks, sizeof(*durable->blocks));
	return durable->blocks ? 0 : -ENOMEM;
}

void durable_exit(struct durable *durable)
{
	free(durable->blocks);
	durable->blocks = NULL;
}

static struct durable_block *block_of(const struct durable *durable, uint64_t ticket)
{
	return &durable->blocks[ticket & (durable->nr_blocks - 1)];
}

bool durable_has_room(const struct durable *durable)
{
	return durable->tail - durable->head < durable->nr_blocks;
}

uint64_t durable_issue(struct durable *durable, uint64_t end_lsn)
{
	assert(durable_has_room(durable));
	*block_of(durable, durable->tail) = (struct durable_block) {
		.end_lsn = end_lsn,
		.state = DURABLE_WAITING,
	};
	return durable->tail++;
}

void durable_complete(struct durable *durable, uint64_t ticket, bool ok)
{
	assert(ticket >= durable->head && ticket < durable->tail);
	block_of(durable, ticket)->state = ok ? DURABLE_DONE : DURABLE_FAILED;
	while (durable->head < durable->tail &&
	       block_of(durable, durable->head)->state == DURABLE_DONE) {
		durable->lsn = block_of(durable, durable->head)->end_lsn;
		durable->head++;
	}
}
