// SPDX-License-Identifier: GPL-2.0-only
/*
 * A part of the front of several legs, read into memory.
 *
 * Decisions
 * - All legs are asked at once, in pieces of the buffer that each leg has anyway.
 * - Where a piece cannot be read its pages are tried one by one: a bad sector costs
 *   one page. What still cannot be read becomes ones and not zeroes, for zeroes say
 *   that nothing was ever written there.
 */
#include "sys.h"
#include "io/area.h"
#include "io/control.h"

#define READ_ATTEMPTS	5

/* A part of the area. */
struct part {
	u32 offset;
	u32 bytes;
};

int tandem_area_create(struct tandem_array *array, struct tandem_area *area, u64 legs)
{
	bool complete = true;
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		area->leg[i] = NULL;
		if (!(legs & (1ull << i)))
			continue;
		area->leg[i] = kvcalloc(1, area->bytes, GFP_KERNEL);
		complete &= !!area->leg[i];
	}
	if (complete)
		return 0;
	tandem_area_destroy(array, area);
	return -ENOMEM;
}

void tandem_area_destroy(struct tandem_array *array, struct tandem_area *area)
{
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		kvfree(area->leg[i]);
		area->leg[i] = NULL;
	}
}

/* @part of @legs. Returns those that failed. */
static u64 read_part(struct tandem_array *array, struct tandem_area *area, u64 legs,
		     struct part part)
{
	struct tandem_group *group = tandem_control_group(array);
	struct tandem_leg *leg;
	unsigned int i;
	u64 failed = 0;

	group->opf = REQ_OP_READ | REQ_SYNC | REQ_META;
	group->length_bytes = part.bytes;
	for (i = 0; i < array->params.nr_legs; i++)
		group->sector[i] = area->sector + part.offset / TANDEM_SECTOR_BYTES;
	tandem_control_ask(array, group, legs);
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		if (!(legs & (1ull << i)))
			continue;
		if (leg->meta_result == TANDEM_RESULT_OK)
			memcpy(area->leg[i] + part.offset, leg->super_bytes, part.bytes);
		else
			failed |= 1ull << i;
	}
	return failed;
}

static void read_pages(struct tandem_array *array, struct tandem_area *area, u64 legs,
		       struct part whole)
{
	struct part page = { .bytes = TANDEM_PAGE_BYTES };
	unsigned int attempts, i;
	u64 left;

	for (page.offset = whole.offset; page.offset < whole.offset + whole.bytes;
	     page.offset += TANDEM_PAGE_BYTES) {
		left = legs;
		for (attempts = 0; left && attempts < READ_ATTEMPTS; attempts++)
			left = read_part(array, area, left, page);
		for (i = 0; i < array->params.nr_legs; i++)
			if (left & (1ull << i))
				memset(area->leg[i] + page.offset, 0xff, TANDEM_PAGE_BYTES);
	}
}

void tandem_area_read(struct tandem_array *array, struct tandem_area *area, u64 legs)
{
	struct part part = { 0 };
	u64 failed;

	for (; part.offset < area->bytes; part.offset += part.bytes) {
		part.bytes = min(TANDEM_SUPER_BYTES, area->bytes - part.offset);
		failed = read_part(array, area, legs, part);
		if (failed)
			read_pages(array, area, failed, part);
	}
}
