/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One-line errors: object, fact, way out.
 */
#ifndef BENCH_COMPLAIN_H
#define BENCH_COMPLAIN_H

/**
 * complain - print one error line on stderr
 * @error: what the caller is going to return, normally a negative errno
 * @format: printf format, without the program's name and without a full stop
 *
 * Return: @error, so that callers can write "return complain(-EINVAL, ...)".
 */
int complain(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* BENCH_COMPLAIN_H */
