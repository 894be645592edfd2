// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Errors as people and scripts get them.
 *
 * A failure is said once, where it is found, as object, fact, way out and
 * class; the functions above only pass the return value on. The errno that is
 * returned follows from the class, so that a caller may test either.
 */
#define _GNU_SOURCE
#include "error.h"

#include <stdarg.h>

static const int errno_of[] = {
	[TANDEM_CODE_DONE] = 0,
	[TANDEM_CODE_FAILED] = -ECANCELED,
	[TANDEM_CODE_USAGE] = -EINVAL,
	[TANDEM_CODE_NOT_FOUND] = -ENOENT,
	[TANDEM_CODE_BUSY] = -EBUSY,
	[TANDEM_CODE_MODULE] = -ENOSYS,
	[TANDEM_CODE_METADATA] = -EUCLEAN,
	[TANDEM_CODE_REFUSED] = -ESTALE,
	[TANDEM_CODE_IO] = -EIO,
	[TANDEM_CODE_PERMISSION] = -EPERM,
	[TANDEM_CODE_WAITING] = -EAGAIN,
	[TANDEM_CODE_TIMED_OUT] = -ETIMEDOUT,
	[TANDEM_CODE_DIFFERENCES] = -EILSEQ,
};

int tandem_error_set(struct tandem_error *err, enum tandem_code code, const char *object,
		     const char *fmt, ...)
{
	va_list args;

	err->code = code;
	snprintf(err->object, sizeof(err->object), "%s", object ? object : "");
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	err->hint[0] = 0;
	return errno_of[code];
}

int tandem_error_hint(struct tandem_error *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
	return errno_of[err->code];
}

enum tandem_code tandem_error_class_of(int error)
{
	switch (-error) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
	case ENOTDIR:
	case ENOMEDIUM:
		return TANDEM_CODE_NOT_FOUND;
	case EBUSY:
	case EEXIST:
		return TANDEM_CODE_BUSY;
	case EPERM:
	case EACCES:
	case EROFS:
		return TANDEM_CODE_PERMISSION;
	case EIO:
	case EREMOTEIO:
	case ENOSPC:
	case ENODATA:
	case EILSEQ:
	case ETIME:
		return TANDEM_CODE_IO;
	case ENOTBLK:
	case ENAMETOOLONG:
		return TANDEM_CODE_USAGE;
	case EUCLEAN:
		return TANDEM_CODE_REFUSED;
	case EBADMSG:
	case EPROTONOSUPPORT:
		return TANDEM_CODE_METADATA;
	case ETIMEDOUT:
		return TANDEM_CODE_TIMED_OUT;
	}
	return TANDEM_CODE_FAILED;
}

const char *tandem_error_text(int error)
{
	const char *text = strerrordesc_np(-error);

	return text ? text : "unknown error";
}

int tandem_error_system(struct tandem_error *err, int error, const char *object,
			const char *what)
{
	tandem_error_set(err, tandem_error_class_of(error), object, "%s: %s", what,
			 tandem_error_text(error));
	if (err->code == TANDEM_CODE_PERMISSION && error != -EROFS)
		tandem_error_hint(err, "run as root");
	return error;
}

int tandem_error_no_memory(struct tandem_error *err)
{
	return tandem_error_set(err, TANDEM_CODE_FAILED, NULL, "out of memory");
}

void tandem_errno_restore(const int *saved)
{
	errno = *saved;
}
