/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a load says about itself: progress lines, the report, its JSON.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "load.h"

struct json;

/**
 * report_progress - print a progress line on stderr, unless --quiet
 * @load: the load; its interval is begun anew
 * @now_ns: the time
 */
void report_progress(struct load *load, int64_t now_ns);

/**
 * report_load - print the report of a load that ended
 * @load: the load
 *
 * Text goes to stdout, JSON to the file of --json; "--json -" replaces the text.
 *
 * Return: 0, or -errno after an error line when the JSON could not be written.
 */
int report_load(const struct load *load);

/**
 * report_json - write a JSON document
 * @path: the file; "-" is stdout
 * @write: writes the members of the outermost object
 * @context: handed to @write
 *
 * Return: 0, or -errno after an error line.
 */
int report_json(const char *path, void (*write)(struct json *json, const void *context),
		const void *context);

#endif /* BENCH_REPORT_H */
