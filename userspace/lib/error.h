/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the library reports: every failure passes through one of these, so that
 * text, class and return value cannot disagree.
 */
#ifndef TANDEM_LIB_ERROR_H
#define TANDEM_LIB_ERROR_H

#include "sys.h"
#include "tandem.h"

/**
 * tandem_error_set() - say what is wrong
 * @err: filled in; an earlier text and hint are replaced
 * @code: class
 * @object: what it is about, may be NULL
 * @fmt: the fact; a phrase without a full stop
 * Return: the negative errno that belongs to @code
 */
int tandem_error_set(struct tandem_error *err, enum tandem_code code, const char *object,
		     const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/**
 * tandem_error_system() - a system call failed
 * @error: negative errno; decides the class
 * @what: what was attempted ("cannot open")
 * Return: @error
 */
int tandem_error_system(struct tandem_error *err, int error, const char *object,
			const char *what);

/**
 * tandem_error_hint() - add the way out
 * Return: the negative errno that belongs to the code of @err
 */
int tandem_error_hint(struct tandem_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Class of a negative errno from a system call. */
enum tandem_code tandem_error_class_of(int error);

/* Text of a negative errno. */
const char *tandem_error_text(int error);

int tandem_error_no_memory(struct tandem_error *err);

/* First line of every public function: errno is the caller's. */
void tandem_errno_restore(const int *saved);
#define TANDEM_KEEP_ERRNO \
	const int tandem_saved_errno __attribute__((cleanup(tandem_errno_restore), unused)) = errno

#endif
