// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filling, and rounds of random writes.  See precondition.h.
 *
 * The criterion is that of the SNIA's test of solid-state disks.  What is written
 * looks like pages of no run, which no load takes for its own.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "complain.h"
#include "engine.h"
#include "pages.h"
#include "payload.h"
#include "precondition.h"
#include "volume.h"

#define FILLS 2
#define FILL_BYTES (1u << 20)
#define DEPTH 32
#define WINDOW 5
#define SPREAD_MOST 0.2
#define DRIFT_MOST 0.1
#define PRECONDITION_STREAM 5

struct writer {
	struct engine *engine;
	struct volume volume;
	struct random random;
	struct engine_request requests[DEPTH];
	unsigned int idle[DEPTH];
	unsigned int nr_idle;
	unsigned char *memory;
	uint64_t used_bytes;
	uint64_t written;	/* Requests that completed. */
	int error;
};

/* The callback is given the request alone, and there is one writer. */
static struct writer writer;

bool precondition_steady(const double *rates, unsigned int nr)
{
	double sum = 0, slope = 0, lowest = INFINITY, highest = 0, mean;
	unsigned int i;

	if (nr < WINDOW)
		return false;
	rates += nr - WINDOW;
	for (i = 0; i < WINDOW; i++) {
		sum += rates[i];
		lowest = fmin(lowest, rates[i]);
		highest = fmax(highest, rates[i]);
		/* Least squares on -2, -1, 0, 1, 2, whose squares sum to 10. */
		slope += ((double)i - 2) * rates[i] / 10;
	}
	mean = sum / WINDOW;
	return highest - lowest <= SPREAD_MOST * mean &&
	       fabs(slope) * (WINDOW - 1) <= DRIFT_MOST * mean;
}

static void written(struct engine_request *request, int error)
{
	if (error && !writer.error)
		writer.error = error;
	writer.written++;
	writer.idle[writer.nr_idle++] = (unsigned int)(request - writer.requests);
}

static void write_at(uint64_t offset_bytes, uint32_t len_bytes)
{
	struct engine_request *request = &writer.requests[writer.idle[--writer.nr_idle]];

	request->op = ENGINE_WRITE;
	request->fd = writer.volume.fd;
	request->buffer = writer.memory;
	request->len_bytes = len_bytes;
	request->offset_bytes = offset_bytes;
	request->done = written;
	engine_submit(writer.engine, request);
}

/* Wait until some requests are idle. */
static int wait_for(unsigned int nr)
{
	int error = 0;

	while (!error && writer.nr_idle < nr)
		error = engine_enter(writer.engine, NSEC_PER_SEC);
	return error ? error : writer.error;
}

static int fill(void)
{
	uint64_t at;
	int error = 0;

	for (at = 0; at < writer.used_bytes && !error; at += FILL_BYTES) {
		uint64_t len_bytes = writer.used_bytes - at;

		error = wait_for(1);
		if (!error)
			write_at(at, len_bytes < FILL_BYTES ? (uint32_t)len_bytes : FILL_BYTES);
	}
	return error ? error : wait_for(DEPTH);
}

static int run_round(double seconds, double *rate)
{
	int64_t begun_ns = clock_now_ns();
	int64_t end_ns = begun_ns + (int64_t)(seconds * (double)NSEC_PER_SEC);
	uint64_t before = writer.written;
	int error = 0;

	while (!error && clock_now_ns() < end_ns) {
		error = wait_for(1);
		while (!error && writer.nr_idle)
			write_at(random_below(&writer.random, writer.used_bytes / PAGE_BYTES) *
				 PAGE_BYTES, PAGE_BYTES);
	}
	if (!error)
		error = wait_for(DEPTH);
	*rate = (double)(writer.written - before) * 1e9 / (double)(clock_now_ns() - begun_ns);
	return error;
}

static int run_rounds(const struct options *options)
{
	double *rates = calloc(options->rounds, sizeof(*rates));
	unsigned int nr = 0;
	int error = rates ? 0 : -ENOMEM;

	while (!error && !precondition_steady(rates, nr)) {
		if (nr == options->rounds) {
			error = complain(-EAGAIN, "%s: is not steady after %u rounds; "
					 "raise --rounds", options->paths[1], nr);
			break;
		}
		error = run_round(options->round_s, &rates[nr++]);
		if (!options->quiet && !error)
			fprintf(stderr, "precondition: round %u, %.0f writes/s\n", nr,
				rates[nr - 1]);
	}
	free(rates);
	return error;
}

static int prepare(const struct options *options)
{
	struct volume_request request = {
		.path = options->paths[1],
		.size_bytes = options->data_bytes ? options->data_bytes : options->size_bytes,
		.magic = PAYLOAD_MAGIC,
		.yes = options->yes,
	};
	struct payload_tag tag = { .kind = PAYLOAD_PAGE, .sector_bytes = 4096, .count = 1 };
	unsigned int i;
	int error = volume_open_write(&request, &writer.volume);

	if (!error)
		error = volume_claim(&writer.volume);
	if (error)
		return error;
	writer.used_bytes = options->data_bytes ? options->data_bytes : writer.volume.size_bytes;
	writer.used_bytes -= writer.used_bytes % PAGE_BYTES;
	if (writer.used_bytes > writer.volume.size_bytes || !writer.used_bytes)
		return complain(-EINVAL, "%s: has only %llu bytes; ask for less", request.path,
				(unsigned long long)writer.volume.size_bytes);
	random_init(&writer.random, options->seed, PRECONDITION_STREAM);
	if (posix_memalign((void **)&writer.memory, 4096, FILL_BYTES))
		return complain(-ENOMEM, "out of memory to precondition");
	for (i = 0; i < FILL_BYTES; i += 4096)
		payload_encode(writer.memory + i, &tag);
	for (i = 0; i < DEPTH; i++)
		writer.idle[writer.nr_idle++] = i;
	return engine_open((enum engine_kind)options->engine, DEPTH, &writer.engine);
}

int precondition(const struct options *options)
{
	unsigned int i;
	int error;

	memset(&writer, 0, sizeof(writer));
	writer.volume.fd = -1;
	error = prepare(options);
	if (!error) {
		for (i = 0; i < FILLS && !error; i++)
			error = fill();
		if (!error)
			error = run_rounds(options);
		if (error && error != -EAGAIN)
			complain(error, "%s: cannot be preconditioned: %s", options->paths[1],
				 strerror(-error));
	}
	engine_close(writer.engine);
	volume_close(&writer.volume);
	free(writer.memory);
	return error;
}
