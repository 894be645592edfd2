// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Life of a context, log lines, identifiers.
 */
#include "context.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "core/types.h"
#include "device.h"
#include "dm.h"
#include "run.h"
#include "version.h"

#define LINE_BYTES 1024

const char *tandem_version(void)
{
	return TANDEM_VERSION;
}

static s64 clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (s64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int tandem_open(struct tandem_context **ctx, struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;

	*ctx = calloc(1, sizeof(**ctx));
	if (!*ctx)
		return tandem_error_no_memory(err);
	(*ctx)->device = &tandem_device_real_ops;
	(*ctx)->dm = &tandem_dm_real_ops;
	(*ctx)->run_dir = TANDEM_RUN_DIR;
	(*ctx)->clock_ms = clock_ms;
	return 0;
}

void tandem_close(struct tandem_context *ctx)
{
	TANDEM_KEEP_ERRNO;

	free(ctx);
}

void tandem_set_log(struct tandem_context *ctx, tandem_log_fn log, void *data)
{
	ctx->log = log;
	ctx->log_data = data;
}

void tandem_log_line(const struct tandem_context *ctx, enum tandem_log_level level,
		     const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list args;

	if (!ctx->log)
		return;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	ctx->log(ctx->log_data, level, line);
}

int tandem_random_id(struct tandem_id *id)
{
	ssize_t got;

	do {
		got = getrandom(id->byte, sizeof(id->byte), 0);
	} while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(id->byte))
		return got < 0 ? -errno : -EIO;
	id->byte[6] = (u8)((id->byte[6] & 0x0f) | 0x40);
	id->byte[8] = (u8)((id->byte[8] & 0x3f) | 0x80);
	return 0;
}
