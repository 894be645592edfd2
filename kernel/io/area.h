/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of the front of several legs, read into memory. Control path: waits.
 */
#ifndef TANDEM_IO_AREA_H
#define TANDEM_IO_AREA_H

#include "io/array.h"

/**
 * struct tandem_area - the same part of several legs
 * @sector: where it begins, from the start of a disk; may be changed between reads
 * @bytes: multiple of TANDEM_PAGE_BYTES
 * @leg: its content, by leg of the array; NULL: not one of them
 */
struct tandem_area {
	u64 sector;
	u32 bytes;
	u8 *leg[TANDEM_MAX_LEGS];
};

/* Memory for @legs; @area->bytes is set. Return: 0 or -ENOMEM */
int tandem_area_create(struct tandem_array *array, struct tandem_area *area, u64 legs);
void tandem_area_destroy(struct tandem_array *array, struct tandem_area *area);

/*
 * Reads it from @legs, which have memory. An error that passes is waited out; a page
 * that cannot be read is all ones. Context: process, may sleep.
 */
void tandem_area_read(struct tandem_array *array, struct tandem_area *area, u64 legs);

/* Is this a page of it that could not be read? */
static inline bool tandem_area_is_unread(const u8 *page)
{
	return !memchr_inv(page, 0xff, TANDEM_PAGE_BYTES);
}

#endif
