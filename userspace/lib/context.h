/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The context: how the library reaches disks and device-mapper, and where its
 * log lines go. Unit tests put their own ops in.
 */
#ifndef TANDEM_LIB_CONTEXT_H
#define TANDEM_LIB_CONTEXT_H

#include "error.h"
#include "core/types.h"

struct tandem_device_ops;
struct tandem_dm_ops;

/*
 * @run_dir: for locks and what the monitor remembers; NULL: none
 * @clock_ms: since the machine was started, asleep or not
 */
struct tandem_context {
	const struct tandem_device_ops *device;
	const struct tandem_dm_ops *dm;
	const char *run_dir;
	s64 (*clock_ms)(void);
	tandem_log_fn log;
	void *log_data;
};

void tandem_log_line(const struct tandem_context *ctx, enum tandem_log_level level,
		     const char *fmt, ...) __attribute__((format(printf, 3, 4)));
#define tandem_debug(ctx, ...) tandem_log_line(ctx, TANDEM_LOG_DEBUG, __VA_ARGS__)
#define tandem_notice(ctx, ...) tandem_log_line(ctx, TANDEM_LOG_NOTICE, __VA_ARGS__)
#define tandem_warn(ctx, ...) tandem_log_line(ctx, TANDEM_LOG_WARNING, __VA_ARGS__)

/* A random identifier, RFC 4122 version 4. Return: 0 or -errno */
int tandem_random_id(struct tandem_id *id);

#endif
