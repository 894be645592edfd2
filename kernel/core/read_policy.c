// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which leg answers a read.
 *
 * Decision: a sequential reader keeps its leg even if another one is idle, so
 * that a disk with read-ahead or a moving head sees one stream and not half of
 * two. Everything else goes where the queue is shortest; with equal queues the
 * lowest index, so that the choice is a function of the view alone and a run of
 * the simulator can be replayed.
 */
#include "sys.h"
#include "core/read_policy.h"

int tandem_read_pick(const struct tandem_read_view *view)
{
	const u8 left = view->readable & (u8)~view->tried;
	int best = -EIO;
	unsigned int i;

	for (i = 0; left >> i; i++) {
		if (!(left & (1u << i)))
			continue;
		if (view->next_sector[i] == view->sector)
			return (int)i;
		if (best < 0 || view->in_flight[i] < view->in_flight[best])
			best = (int)i;
	}
	return best;
}
