// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back-off of the checkpointer.  The rules are in backoff.h.
 */
#include <string.h>

#include "backoff.h"

void backoff_init(struct backoff *backoff, unsigned int most, int64_t threshold_ns)
{
	memset(backoff, 0, sizeof(*backoff));
	backoff->threshold_ns = threshold_ns;
	backoff->most = most;
	backoff->limit = most;
	backoff->least = most;
	backoff->halved_ns = INT64_MIN;
}

static void halve(struct backoff *backoff, int64_t now_ns)
{
	backoff->halved_ns = now_ns;
	backoff->halvings++;
	backoff->limit = backoff->limit > 1 ? backoff->limit / 2 : 1;
	if (backoff->limit < backoff->least)
		backoff->least = backoff->limit;
}

void backoff_tell(struct backoff *backoff, int64_t issued_ns, int64_t now_ns)
{
	if (!backoff->threshold_ns)
		return;
	if (now_ns - issued_ns > backoff->threshold_ns) {
		backoff->fast = 0;
		if (issued_ns >= backoff->halved_ns)
			halve(backoff, now_ns);
		return;
	}
	if (++backoff->fast < backoff->limit)
		return;
	backoff->fast = 0;
	if (backoff->limit < backoff->most)
		backoff->limit++;
}
