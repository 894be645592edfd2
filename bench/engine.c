// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part that both engines share: choice, counting, and the error line.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "complain.h"
#include "engine.h"

int engine_open(enum engine_kind kind, unsigned int depth, struct engine **engine)
{
	int error = -EINVAL;

	*engine = NULL;
	switch (kind) {
	case ENGINE_URING:
		error = engine_uring_open(depth, engine);
		if (error)
			return complain(error, "io_uring is not available here: %s; "
					"use --engine aio", strerror(-error));
		break;
	case ENGINE_AIO:
		error = engine_aio_open(depth, engine);
		if (error)
			return complain(error, "libaio with %u requests is not available here: %s; "
					"raise /proc/sys/fs/aio-max-nr or use --engine uring",
					depth, strerror(-error));
		break;
	}
	(*engine)->depth = depth;
	return error;
}

int engine_pin(struct engine *engine, const struct iovec *memory, unsigned int nr)
{
	int error;

	if (!engine->ops->pin)
		return complain(-EOPNOTSUPP, "--buffers: %s has no registered buffers; "
				"use --engine uring", engine->ops->name);
	error = engine->ops->pin(engine, memory, nr);
	if (error)
		return complain(error, "--buffers: cannot register them: %s; raise ulimit -l or "
				"use --buffers plain", strerror(-error));
	return 0;
}

void engine_submit(struct engine *engine, struct engine_request *request)
{
	int error;

	assert(engine->in_flight < engine->depth);
	engine->in_flight++;
	error = engine->ops->queue(engine, request);
	if (error) {
		engine->in_flight--;
		request->done(request, error);
	}
}

int engine_enter(struct engine *engine, int64_t timeout_ns)
{
	return engine->ops->enter(engine, timeout_ns);
}

void engine_close(struct engine *engine)
{
	if (engine)
		engine->ops->close(engine);
}
