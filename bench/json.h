/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing JSON: just enough for the reports, so that the benchmark runs in a
 * guest with few libraries.
 */
#ifndef BENCH_JSON_H
#define BENCH_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *file;
	unsigned int depth;
	bool first;		/* Nothing was written yet at this depth. */
};

/**
 * json_begin - open an object
 * @json: the writer
 * @key: its key; NULL for the outermost object
 */
void json_begin(struct json *json, const char *key);

/**
 * json_end - close the object opened last
 * @json: the writer
 */
void json_end(struct json *json);

/* A list in place of an object; its elements have no key. */
void json_begin_list(struct json *json, const char *key);
void json_end_list(struct json *json);

/* One member each; a NULL text becomes null. */
void json_uint(struct json *json, const char *key, uint64_t value);
/* Not a number, and infinity, become null. */
void json_real(struct json *json, const char *key, double value);
void json_bool(struct json *json, const char *key, bool value);
void json_text(struct json *json, const char *key, const char *value);

#endif /* BENCH_JSON_H */
