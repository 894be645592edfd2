// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing JSON, one member a line.  See json.h.
 */
#include <math.h>

#include "json.h"

static void write_text(struct json *json, const char *text)
{
	fputc('"', json->file);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(json->file, "\\%c", c);
		else if (c < 0x20)
			fprintf(json->file, "\\u%04x", c);
		else
			fputc(c, json->file);
	}
	fputc('"', json->file);
}

static void begin_value(struct json *json, const char *key)
{
	if (json->depth)
		fprintf(json->file, "%s%*s", json->first ? "\n" : ",\n", 2 * (int)json->depth, "");
	json->first = false;
	if (!key)
		return;
	write_text(json, key);
	fputs(": ", json->file);
}

void json_begin(struct json *json, const char *key)
{
	begin_value(json, key);
	fputc('{', json->file);
	json->depth++;
	json->first = true;
}

static void end_value(struct json *json, char bracket)
{
	json->depth--;
	fprintf(json->file, "\n%*s%c%s", 2 * (int)json->depth, "", bracket,
		json->depth ? "" : "\n");
	json->first = false;
}

void json_end(struct json *json)
{
	end_value(json, '}');
}

void json_begin_list(struct json *json, const char *key)
{
	begin_value(json, key);
	fputc('[', json->file);
	json->depth++;
	json->first = true;
}

void json_end_list(struct json *json)
{
	end_value(json, ']');
}

void json_uint(struct json *json, const char *key, uint64_t value)
{
	begin_value(json, key);
	fprintf(json->file, "%llu", (unsigned long long)value);
}

void json_real(struct json *json, const char *key, double value)
{
	begin_value(json, key);
	if (isfinite(value))
		fprintf(json->file, "%.3f", value);
	else
		fputs("null", json->file);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", json->file);
}

void json_text(struct json *json, const char *key, const char *value)
{
	begin_value(json, key);
	if (value)
		write_text(json, value);
	else
		fputs("null", json->file);
}
