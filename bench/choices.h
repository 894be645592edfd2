/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What options that take a word choose between.  The order is that of the words
 * in option_rows.c, which the parser counts.
 */
#ifndef BENCH_CHOICES_H
#define BENCH_CHOICES_H

enum checkpoint_mode {
	CHECKPOINT_INDIRECT,	/* Steady background writing. */
	CHECKPOINT_AUTO,	/* A burst each time. */
};

enum latency_class {
	CLASS_SAN,
	CLASS_FLASH,
};

enum log_engine {
	LOG_SQL,
	LOG_PG,
	LOG_INNODB,
};

enum buffer_kind {
	BUFFERS_PLAIN,
	BUFFERS_REGISTERED,
};

enum tracking {
	TRACKING_OFF,
	TRACKING_EVENTS,
	TRACKING_BODIES,
};

#endif /* BENCH_CHOICES_H */
