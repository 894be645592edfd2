/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often the kernel passes certain places: its own trace events of the slab, and
 * the probes on its locks that tests/cost/guest has set. Counted by perf's software
 * counters, on the one processor there is; nothing is written down per event.
 */
#ifndef COST_EVENTS_H
#define COST_EVENTS_H

#include <stdint.h>

enum event_kind {
	EVENT_ALLOCATION,
	EVENT_LOCK,
	NR_EVENT_KINDS,
};

/* Opens what there is, stopped. From then on the kernel is slower. 0 or -errno. */
int events_open(void);

void events_start(void);
void events_stop(void);

/* Counted between all starts and stops. */
uint64_t events_count(enum event_kind kind);

#endif
