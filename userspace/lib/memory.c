// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the monitor remembers.
 *
 * Lines of text, the whole file at once. Nothing depends on it being right: without it
 * the monitor waits once more before it acts.
 */
#include "memory.h"

#include <stdlib.h>

#include "run.h"

#define FILE_NAME "monitor"
#define HEAD "tandem monitor 1"
#define LINE_BYTES 256u

struct tandem_memory_array *tandem_memory_find(struct tandem_memory *memory,
					       const struct tandem_id *id)
{
	struct tandem_memory_array *array = memory->first;

	while (array && !tandem_id_equal(&array->id, id))
		array = array->next;
	return array;
}

struct tandem_memory_array *tandem_memory_add(struct tandem_memory *memory,
					      const struct tandem_id *id)
{
	struct tandem_memory_array *array = calloc(1, sizeof(*array));

	if (!array)
		return NULL;
	array->id = *id;
	array->next = memory->first;
	memory->first = array;
	return array;
}

void tandem_memory_forget(struct tandem_memory *memory,
			  void (*gone)(void *data, const struct tandem_memory_array *array),
			  void *data)
{
	struct tandem_memory_array **at = &memory->first, *array;

	while ((array = *at)) {
		if (array->seen) {
			at = &array->next;
			continue;
		}
		if (gone)
			gone(data, array);
		*at = array->next;
		free(array);
	}
}

void tandem_memory_put_aside(struct tandem_memory *memory, const struct tandem_id *spare)
{
	if (memory->nr_aside == TANDEM_MEMORY_ASIDE) {
		memory->nr_aside--;
		memmove(memory->aside, memory->aside + 1,
			memory->nr_aside * sizeof(*memory->aside));
	}
	memory->aside[memory->nr_aside++] = *spare;
}

bool tandem_memory_is_aside(const struct tandem_memory *memory, const struct tandem_id *spare)
{
	unsigned int i;

	for (i = 0; i < memory->nr_aside; i++) {
		if (tandem_id_equal(&memory->aside[i], spare))
			return true;
	}
	return false;
}

void tandem_memory_free(struct tandem_memory *memory)
{
	struct tandem_memory_array *array;

	for (array = memory->first; array; array = array->next)
		array->seen = false;
	tandem_memory_forget(memory, NULL, NULL);
	memory->nr_aside = 0;
}

/* FNV-1a */
u32 tandem_memory_hash(const char *text)
{
	u32 hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (u8)*text) * 16777619u;
	return hash ? hash : 1;
}

static bool is_state(unsigned int state)
{
	return state < TANDEM_NR_LEG_STATES;
}

static bool parse_leg(const char *line, struct tandem_memory_array *array)
{
	struct tandem_memory_leg leg = { 0 };
	unsigned int number;

	/* The last one is not in a file that an older version wrote. */
	if (!array || sscanf(line, "leg %u %u %lld %lld %u %lld %u %u", &number, &leg.state,
			     &leg.away_ms, &leg.well_ms, &leg.tries, &leg.tried_ms,
			     &leg.said, &leg.sits_out) < 7)
		return false;
	if (leg.sits_out > 1)
		return false;
	if (number >= array->nr_legs || !is_state(leg.state))
		return false;
	array->leg[number] = leg;
	return true;
}

static bool parse_line(struct tandem_memory *memory, const char *line)
{
	struct tandem_memory_array seen = { .next = NULL }, *array;
	char uuid[LINE_BYTES];
	struct tandem_id id;

	if (sscanf(line, "aside %255s", uuid) == 1) {
		if (tandem_id_from_text(uuid, &id))
			return false;
		tandem_memory_put_aside(memory, &id);
		return true;
	}
	/* The newest array is the first. */
	if (sscanf(line, "array %255s %63s %u %u", uuid, seen.name, &seen.state,
		   &seen.nr_legs) != 4)
		return parse_leg(line, memory->first);
	if (tandem_id_from_text(uuid, &id) || seen.nr_legs > TANDEM_MAX_LEGS)
		return false;
	array = tandem_memory_add(memory, &id);
	if (!array)
		return false;
	snprintf(array->name, sizeof(array->name), "%s", seen.name);
	array->state = seen.state;
	array->nr_legs = seen.nr_legs;
	return true;
}

int tandem_memory_load(const struct tandem_context *ctx, struct tandem_memory *memory)
{
	char *text = tandem_run_read(ctx, FILE_NAME), *line, *rest;
	bool good;

	memset(memory, 0, sizeof(*memory));
	if (!text)
		return -ENOMEM;
	line = strtok_r(text, "\n", &rest);
	good = line && !strcmp(line, HEAD);
	while (good && (line = strtok_r(NULL, "\n", &rest)))
		good = parse_line(memory, line);
	if (!good)
		tandem_memory_free(memory);
	free(text);
	return 0;
}

static void print_array(const struct tandem_memory_array *array, FILE *to)
{
	char uuid[TANDEM_ID_TEXT_BYTES];
	unsigned int i;

	tandem_id_to_text(&array->id, uuid);
	fprintf(to, "array %s %s %u %u\n", uuid, array->name, array->state, array->nr_legs);
	for (i = 0; i < array->nr_legs; i++) {
		const struct tandem_memory_leg *leg = &array->leg[i];

		fprintf(to, "leg %u %u %lld %lld %u %lld %u %u\n", i, leg->state, leg->away_ms,
			leg->well_ms, leg->tries, leg->tried_ms, leg->said, leg->sits_out);
	}
}

int tandem_memory_save(const struct tandem_context *ctx, const struct tandem_memory *memory)
{
	const struct tandem_memory_array *array;
	char uuid[TANDEM_ID_TEXT_BYTES];
	unsigned int i;
	size_t size;
	char *text;
	FILE *to;
	int ret;

	to = open_memstream(&text, &size);
	if (!to)
		return -ENOMEM;
	fprintf(to, HEAD "\n");
	for (i = 0; i < memory->nr_aside; i++) {
		tandem_id_to_text(&memory->aside[i], uuid);
		fprintf(to, "aside %s\n", uuid);
	}
	for (array = memory->first; array; array = array->next)
		print_array(array, to);
	ret = ferror(to) ? -ENOMEM : 0;
	if (fclose(to))
		return -ENOMEM;
	if (!ret)
		ret = tandem_run_write(ctx, FILE_NAME, text);
	free(text);
	return ret;
}
