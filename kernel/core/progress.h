/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far a sync is, how fast it goes, and when it will end.
 *
 * Integers only; the clock is the caller's, in nanoseconds, and never goes back.
 */
#ifndef TANDEM_CORE_PROGRESS_H
#define TANDEM_CORE_PROGRESS_H

#include "sys.h"
#include "uapi/tandem_limits.h"

/**
 * struct tandem_progress - of one sync after the other
 * @total: bytes of this one; what became necessary since it began is in it
 * @left: bytes of it that are still to be copied
 * @rate: bytes a second; 0: not measured yet, or nothing moves
 * @end_ns: when it will end, as was last said; 0: that is not known
 * @mark_ns, @mark_bytes: the beginning of what is being measured
 */
struct tandem_progress {
	u64 total;
	u64 left;
	u64 rate;
	u64 end_ns;
	u64 mark_ns;
	u64 mark_bytes;
};

/**
 * struct tandem_progress_look - what a look finds
 * @left: bytes to be copied
 * @copied: bytes that were, ever; it only grows
 * @on: there is a sync, even if nothing is left to be copied
 * @paused: by the administrator
 */
struct tandem_progress_look {
	u64 left;
	u64 copied;
	bool on;
	bool paused;
	u64 now_ns;
};

/* Often enough that nothing is missed: whenever a copier has done with a region. */
void tandem_progress_note(struct tandem_progress *progress,
			  const struct tandem_progress_look *look);

/* Bytes that are done: they never become fewer within a sync. */
u64 tandem_progress_done(const struct tandem_progress *progress);

/* Seconds to the end, rounded up; only with a rate. */
u64 tandem_progress_eta_s(const struct tandem_progress *progress, u64 now_ns);

#endif
