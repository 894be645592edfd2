/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An I/O engine for tests: it keeps what is submitted until the test completes
 * it, in any order and with any result.
 */
#ifndef TANDEM_TEST_BENCH_FAKE_H
#define TANDEM_TEST_BENCH_FAKE_H

#include "bench/engine.h"

#define BENCH_FAKE_MAX 256

/* Requests in flight, oldest first. */
extern struct engine_request *bench_fake_requests[BENCH_FAKE_MAX];
extern unsigned int bench_fake_nr;

/* When set, called for each request at the moment it is submitted. */
extern void (*bench_fake_submitted)(const struct engine_request *request);

/* Forget everything; the next test begins. */
void bench_fake_reset(void);

/* Complete the request at @index of bench_fake_requests. */
void bench_fake_complete(unsigned int index, int error);

/* Complete all requests of one kind that are in flight now. */
void bench_fake_complete_all(enum engine_op op, int error);

/* How many requests of one kind are in flight. */
unsigned int bench_fake_count(enum engine_op op);

#endif
