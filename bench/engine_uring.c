// SPDX-License-Identifier: GPL-2.0-only
/*
 * The io_uring engine.
 *
 * The ring is driven by one thread, so completions can be run by that thread
 * when it enters the kernel (DEFER_TASKRUN, since 6.1): no interrupting signal
 * and one system call for submit, wait and reap.  Older kernels refuse those
 * flags and get a plain ring.
 */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "clock.h"
#include "engine.h"

struct engine_uring {
	struct engine engine;
	struct io_uring ring;
};

static void prepare_write(struct io_uring_sqe *sqe, const struct engine_request *request)
{
	if (request->nr_segments)
		io_uring_prep_writev(sqe, request->fd, request->segments, request->nr_segments,
				     request->offset_bytes);
	else if (request->registered)
		io_uring_prep_write_fixed(sqe, request->fd, request->buffer, request->len_bytes,
					  request->offset_bytes, (int)request->registered - 1);
	else
		io_uring_prep_write(sqe, request->fd, request->buffer, request->len_bytes,
				    request->offset_bytes);
}

static int uring_queue(struct engine *engine, struct engine_request *request)
{
	struct engine_uring *uring = (struct engine_uring *)engine;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);

	if (!sqe)
		return -EAGAIN;
	switch (request->op) {
	case ENGINE_WRITE:
		prepare_write(sqe, request);
		break;
	case ENGINE_WRITE_DURABLE:
		prepare_write(sqe, request);
		sqe->rw_flags = RWF_DSYNC;
		break;
	case ENGINE_READ:
		io_uring_prep_read(sqe, request->fd, request->buffer, request->len_bytes,
				   request->offset_bytes);
		break;
	case ENGINE_SYNC:
		io_uring_prep_fsync(sqe, request->fd, IORING_FSYNC_DATASYNC);
		break;
	}
	io_uring_sqe_set_data(sqe, request);
	return 0;
}

static int request_error(const struct engine_request *request, int result)
{
	if (result < 0)
		return result;
	if (request->op != ENGINE_SYNC && (uint32_t)result != request->len_bytes)
		return -EIO;
	return 0;
}

static int uring_enter(struct engine *engine, int64_t timeout_ns)
{
	struct engine_uring *uring = (struct engine_uring *)engine;
	struct __kernel_timespec ts = {
		.tv_sec = timeout_ns / NSEC_PER_SEC,
		.tv_nsec = timeout_ns % NSEC_PER_SEC,
	};
	struct io_uring_cqe *cqe;
	int error;

	error = io_uring_submit_and_wait_timeout(&uring->ring, &cqe, 1, &ts, NULL);
	if (error < 0 && error != -ETIME && error != -EINTR && error != -EAGAIN &&
	    error != -EBUSY)
		return error;
	while (!io_uring_peek_cqe(&uring->ring, &cqe)) {
		struct engine_request *request = io_uring_cqe_get_data(cqe);
		int result = cqe->res;

		io_uring_cqe_seen(&uring->ring, cqe);
		engine->in_flight--;
		request->done(request, request_error(request, result));
	}
	return 0;
}

static int uring_pin(struct engine *engine, const struct iovec *memory, unsigned int nr)
{
	struct engine_uring *uring = (struct engine_uring *)engine;

	return io_uring_register_buffers(&uring->ring, memory, nr);
}

static void uring_close(struct engine *engine)
{
	struct engine_uring *uring = (struct engine_uring *)engine;

	io_uring_queue_exit(&uring->ring);
	free(uring);
}

static const struct engine_ops uring_ops = {
	.name = "uring",
	.queue = uring_queue,
	.enter = uring_enter,
	.pin = uring_pin,
	.close = uring_close,
};

int engine_uring_open(unsigned int depth, struct engine **engine)
{
	struct engine_uring *uring = calloc(1, sizeof(*uring));
	int error;

	if (!uring)
		return -ENOMEM;
	uring->engine.ops = &uring_ops;
	error = io_uring_queue_init(depth, &uring->ring,
				    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
	if (error == -EINVAL)
		error = io_uring_queue_init(depth, &uring->ring, 0);
	if (error) {
		free(uring);
		return error;
	}
	*engine = &uring->engine;
	return 0;
}
