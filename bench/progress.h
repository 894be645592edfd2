/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Progress of a run: a bar that redraws itself where stderr is a terminal, a line
 * each second where it is not.
 */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include "load.h"

/**
 * progress_draw - say how far a load is, unless --quiet
 * @load: the load; its interval is begun anew
 * @now_ns: the time
 */
void progress_draw(struct load *load, int64_t now_ns);

/**
 * progress_clear - take the bar away, before a line is printed
 */
void progress_clear(void);

#endif /* BENCH_PROGRESS_H */
