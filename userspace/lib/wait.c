// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Waiting for an array.
 *
 * Arm, look, poll: an event between looking and polling ends the poll at
 * once. The poll is cut to a second all the same; progress alone is no event,
 * and one that the kernel forgot must not make this wait for ever.
 */
#include "wait.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "replace.h"

#define POLL_MS 1000

static s64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (s64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int look(const struct tandem_context *ctx, const struct tandem_await *await, bool *done,
		struct tandem_error *err)
{
	struct tandem_view view;
	int ret;

	ret = tandem_view_read(ctx, await->volume, &view, err);
	if (!ret)
		*done = await->done(&view, await->data);
	tandem_view_free(&view);
	return ret;
}

static int events(const struct tandem_context *ctx, struct tandem_error *err)
{
	int fd = ctx->dm->event_open();

	return fd < 0 ? tandem_error_system(err, fd, NULL, "cannot wait for events") : fd;
}

int tandem_await(const struct tandem_context *ctx, const struct tandem_await *await,
		 struct tandem_error *err)
{
	s64 end = now_ms() + await->timeout_ms;
	bool done = false;
	int fd, ret = 0;

	fd = events(ctx, err);
	if (fd < 0)
		return fd;
	for (;;) {
		s64 left = await->timeout_ms < 0 ? POLL_MS : end - now_ms();

		ret = ctx->dm->event_arm(fd);
		if (ret) {
			ret = tandem_error_system(err, ret, await->volume->name,
						  "cannot wait for events");
			break;
		}
		ret = look(ctx, await, &done, err);
		if (ret || done)
			break;
		if (left <= 0) {
			ret = tandem_error_set(err, TANDEM_CODE_TIMED_OUT, await->volume->name,
					       "not there yet after %lld ms", await->timeout_ms);
			break;
		}
		ret = ctx->dm->event_wait(fd, (int)(left < POLL_MS ? left : POLL_MS));
		if (ret < 0 && ret != -EINTR) {
			ret = tandem_error_system(err, ret, await->volume->name,
						  "cannot wait for events");
			break;
		}
	}
	close(fd);
	return ret;
}

static bool is_idle(const struct tandem_view *view, const void *data)
{
	(void)data;
	return view->status.sync == TANDEM_SYNC_NONE;
}

static bool is_healthy(const struct tandem_view *view, const void *data)
{
	return view->status.state == TANDEM_ARRAY_HEALTHY && is_idle(view, data);
}

/* What was waited for is there; but a leg that replaces another may have become current. */
static int wait_and_finish(const struct tandem_context *ctx, struct tandem_await *await,
			   struct tandem_error *err)
{
	const s64 timeout = await->timeout_ms, begun = now_ms();
	int ret;

	do {
		ret = tandem_await(ctx, await, err);
		if (!ret)
			ret = tandem_replace_finish(ctx, await->volume, err);
		if (timeout >= 0)
			await->timeout_ms = begun + timeout - now_ms();
		if (timeout >= 0 && await->timeout_ms < 0)
			await->timeout_ms = 0;
	} while (ret > 0);
	return ret;
}

int tandem_wait(struct tandem_context *ctx, const struct tandem_wait_options *opt,
		struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	const char *state = opt->state ? opt->state : "idle";
	struct tandem_await await = { .timeout_ms = opt->timeout_ms };
	struct tandem_volume volume;
	int ret;

	if (!strcmp(state, "idle"))
		await.done = is_idle;
	else if (!strcmp(state, "healthy"))
		await.done = is_healthy;
	else
		return tandem_error_set(err, TANDEM_CODE_USAGE, state,
					"is nothing to wait for (idle, healthy)");
	ret = tandem_dm_find(ctx, opt->array, &volume, err);
	if (ret)
		return ret;
	await.volume = &volume;
	ret = wait_and_finish(ctx, &await, err);
	if (ret == -ETIMEDOUT)
		tandem_error_set(err, TANDEM_CODE_TIMED_OUT, volume.name,
				 "not %s after %lld ms", state, (long long)opt->timeout_ms);
	return ret;
}

int tandem_watch(struct tandem_context *ctx, int timeout_ms, struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	int fd, ret;

	fd = events(ctx, err);
	if (fd < 0)
		return fd;
	ret = ctx->dm->event_arm(fd);
	if (!ret)
		ret = ctx->dm->event_wait(fd, timeout_ms);
	close(fd);
	if (ret < 0)
		return ret == -EINTR ? ret :
		       tandem_error_system(err, ret, NULL, "cannot wait for events");
	return ret ? 0 : -ETIMEDOUT;
}
