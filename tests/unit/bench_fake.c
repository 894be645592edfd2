// SPDX-License-Identifier: GPL-2.0-only
/*
 * An I/O engine for tests, see bench_fake.h. It takes the place of
 * bench/engine.c: only engine_submit() is ever called by the parts under test.
 */
#include <assert.h>
#include <string.h>

#include "bench_fake.h"

struct engine_request *bench_fake_requests[BENCH_FAKE_MAX];
unsigned int bench_fake_nr;
void (*bench_fake_submitted)(const struct engine_request *request);

void bench_fake_reset(void)
{
	bench_fake_nr = 0;
	bench_fake_submitted = NULL;
}

void engine_submit(struct engine *engine, struct engine_request *request)
{
	(void)engine;
	assert(bench_fake_nr < BENCH_FAKE_MAX);
	if (bench_fake_submitted)
		bench_fake_submitted(request);
	bench_fake_requests[bench_fake_nr++] = request;
}

void bench_fake_complete(unsigned int index, int error)
{
	struct engine_request *request = bench_fake_requests[index];

	bench_fake_nr--;
	memmove(&bench_fake_requests[index], &bench_fake_requests[index + 1],
		(bench_fake_nr - index) * sizeof(struct engine_request *));
	request->done(request, error);
}

unsigned int bench_fake_count(enum engine_op op)
{
	unsigned int i, nr = 0;

	for (i = 0; i < bench_fake_nr; i++)
		nr += bench_fake_requests[i]->op == op;
	return nr;
}

void bench_fake_complete_all(enum engine_op op, int error)
{
	unsigned int nr = bench_fake_count(op), i = 0;

	while (nr) {
		if (bench_fake_requests[i]->op != op) {
			i++;
			continue;
		}
		bench_fake_complete(i, error);
		nr--;
	}
}
