// SPDX-License-Identifier: GPL-2.0-only
/*
 * The libaio engine, for hosts that forbid io_uring.
 *
 * Control blocks come from a pool of @depth, and requests wait in an array
 * until engine_enter() submits them together.  The kernel reports a request
 * that it cannot start as the result of io_submit(); such a request completes
 * with that error, as it would with io_uring.
 */
#include <errno.h>
#include <libaio.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "clock.h"
#include "engine.h"

struct engine_aio {
	struct engine engine;
	io_context_t context;
	struct iocb *blocks;
	struct iocb **free_blocks;
	struct iocb **queue;
	struct io_event *events;
	unsigned int nr_free;
	unsigned int nr_queued;
};

static void prepare_write(struct iocb *block, const struct engine_request *request)
{
	if (request->nr_segments)
		io_prep_pwritev(block, request->fd, request->segments, (int)request->nr_segments,
				(long long)request->offset_bytes);
	else
		io_prep_pwrite(block, request->fd, request->buffer, request->len_bytes,
			       (long long)request->offset_bytes);
}

static int aio_queue(struct engine *engine, struct engine_request *request)
{
	struct engine_aio *aio = (struct engine_aio *)engine;
	struct iocb *block = aio->free_blocks[--aio->nr_free];

	switch (request->op) {
	case ENGINE_WRITE:
		prepare_write(block, request);
		break;
	case ENGINE_WRITE_DURABLE:
		prepare_write(block, request);
		block->aio_rw_flags = RWF_DSYNC;
		break;
	case ENGINE_READ:
		io_prep_pread(block, request->fd, request->buffer, request->len_bytes,
			      (long long)request->offset_bytes);
		break;
	case ENGINE_SYNC:
		io_prep_fdsync(block, request->fd);
		break;
	}
	block->data = request;
	aio->queue[aio->nr_queued++] = block;
	return 0;
}

static void complete(struct engine_aio *aio, struct iocb *block, long result)
{
	struct engine_request *request = block->data;
	int error = 0;

	aio->free_blocks[aio->nr_free++] = block;
	aio->engine.in_flight--;
	if (result < 0)
		error = (int)result;
	else if (request->op != ENGINE_SYNC && (unsigned long)result != request->len_bytes)
		error = -EIO;
	request->done(request, error);
}

/* Start what is queued.  Callbacks of refused requests may queue more. */
static void start_queued(struct engine_aio *aio)
{
	while (aio->nr_queued) {
		int started = io_submit(aio->context, aio->nr_queued, aio->queue);
		struct iocb *refused = NULL;
		unsigned int taken, i;

		if (!started || started == -EAGAIN || started == -EINTR)
			return;
		if (started < 0)
			refused = aio->queue[0];
		taken = started > 0 ? (unsigned int)started : 1;
		for (i = taken; i < aio->nr_queued; i++)
			aio->queue[i - taken] = aio->queue[i];
		aio->nr_queued -= taken;
		if (refused)
			complete(aio, refused, started);
	}
}

static int aio_enter(struct engine *engine, int64_t timeout_ns)
{
	struct engine_aio *aio = (struct engine_aio *)engine;
	struct timespec ts = {
		.tv_sec = timeout_ns / NSEC_PER_SEC,
		.tv_nsec = timeout_ns % NSEC_PER_SEC,
	};
	int nr_events, i;

	start_queued(aio);
	nr_events = io_getevents(aio->context, 1, engine->depth, aio->events, &ts);
	if (nr_events == -EINTR)
		return 0;
	if (nr_events < 0)
		return nr_events;
	for (i = 0; i < nr_events; i++)
		complete(aio, aio->events[i].obj, (long)aio->events[i].res);
	return 0;
}

static void aio_close(struct engine *engine)
{
	struct engine_aio *aio = (struct engine_aio *)engine;

	if (aio->context)
		io_destroy(aio->context);
	free(aio->blocks);
	free(aio->free_blocks);
	free(aio->queue);
	free(aio->events);
	free(aio);
}

static const struct engine_ops aio_ops = {
	.name = "aio",
	.queue = aio_queue,
	.enter = aio_enter,
	.close = aio_close,
};

int engine_aio_open(unsigned int depth, struct engine **engine)
{
	struct engine_aio *aio = calloc(1, sizeof(*aio));
	int error = -ENOMEM;

	if (!aio)
		return -ENOMEM;
	aio->engine.ops = &aio_ops;
	aio->blocks = calloc(depth, sizeof(*aio->blocks));
	aio->free_blocks = calloc(depth, sizeof(struct iocb *));
	aio->queue = calloc(depth, sizeof(struct iocb *));
	aio->events = calloc(depth, sizeof(*aio->events));
	if (aio->blocks && aio->free_blocks && aio->queue && aio->events)
		error = io_setup((int)depth, &aio->context);
	if (error) {
		aio_close(&aio->engine);
		return error;
	}
	while (aio->nr_free < depth) {
		aio->free_blocks[aio->nr_free] = &aio->blocks[aio->nr_free];
		aio->nr_free++;
	}
	*engine = &aio->engine;
	return 0;
}
