/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The monitor inside: one pass over one array. */
#ifndef TANDEM_LIB_MONITOR_H
#define TANDEM_LIB_MONITOR_H

#include "memory.h"
#include "scan.h"
#include "tandem_monitor.h"
#include "view.h"

/**
 * struct tandem_monitor - it has the lock of its name while it is open
 * @ctx: the caller's without its log: what is done is told in events
 * @due_ms: when to look again at the latest
 */
struct tandem_monitor {
	struct tandem_context ctx;
	struct tandem_monitor_options opt;
	char array[TANDEM_NAME_BYTES];
	struct tandem_memory memory;
	s64 now_ms;
	s64 due_ms;
	int lock;
	int events;
};

/**
 * struct tandem_care - one array in one pass
 * @known: what is remembered of it
 * @scan: legs and spares that nobody uses; read when it is first asked for
 */
struct tandem_care {
	struct tandem_monitor *monitor;
	struct tandem_view view;
	struct tandem_super super;
	struct tandem_memory_array *known;
	struct tandem_scan scan;
	bool scanned;
};

/* @leg: TANDEM_NO_LEG: the array; the rest as in struct tandem_event. */
struct tandem_news {
	const char *kind;
	unsigned int leg;
	const char *disk;
};
#define TANDEM_NEWS(...) (&(const struct tandem_news){ __VA_ARGS__ })
void tandem_care_tell(const struct tandem_care *care, const struct tandem_news *news,
		      const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The monitor wants to look again in @ms, or earlier. */
void tandem_monitor_due(struct tandem_monitor *monitor, s64 ms);

/* What has to be done about a leg that is away; true if something was, or tried. */
bool tandem_care_for(struct tandem_care *care, unsigned int leg);

#endif
