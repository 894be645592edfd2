/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of the engine that fit a simulated array of few regions, too.
 */
#ifndef TANDEM_IO_TUNABLES_H
#define TANDEM_IO_TUNABLES_H

#include "sys.h"

/*
 * struct tandem_tunables - what only tests change; 0 is the default
 * @log_window: dirty regions that one record lists in its window
 * @log_limit: regions that may be in the log of a set before some are taken out
 * @clean_ms: how often the cleaner looks for regions that rest
 * @ahead: regions that are dirty ahead of who writes in sequence
 * @pace_us: how long requests are looked at before the pace of copying changes
 * @lost_limit: one more than the weight that the lost ranges of a set may have
 */
struct tandem_tunables {
	u32 log_window;
	u32 log_limit;
	u32 clean_ms;
	u32 ahead;
	u32 pace_us;
	u32 lost_limit;
};

#endif
