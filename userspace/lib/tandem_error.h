/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libtandem, part of tandem.h: how an error is told.
 */
#ifndef TANDEM_ERROR_H
#define TANDEM_ERROR_H

/* Classes of outcome; the values are the exit statuses of tandem(8). */
enum tandem_code {
	TANDEM_CODE_DONE = 0,
	TANDEM_CODE_FAILED = 1,
	TANDEM_CODE_USAGE = 2,
	TANDEM_CODE_NOT_FOUND = 3,
	TANDEM_CODE_BUSY = 4,
	TANDEM_CODE_MODULE = 5,
	TANDEM_CODE_METADATA = 6,
	TANDEM_CODE_REFUSED = 7,
	TANDEM_CODE_IO = 8,
	TANDEM_CODE_PERMISSION = 9,
	TANDEM_CODE_WAITING = 10,
	TANDEM_CODE_TIMED_OUT = 11,
	TANDEM_CODE_DIFFERENCES = 12,
};

/* @object may be empty; @text is one line without a full stop; so is @hint. */
struct tandem_error {
	enum tandem_code code;
	char object[256];
	char text[512];
	char hint[512];
};

#endif
