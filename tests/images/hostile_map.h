/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile pages of a region map: the golden one with one defect each.
 */
#ifndef TANDEM_TEST_HOSTILE_MAP_H
#define TANDEM_TEST_HOSTILE_MAP_H

#include "golden_map.h"

/**
 * struct hostile_map - one defect
 * @name: what is wrong, as a word
 * @damage: puts it into a golden page, before the page is signed
 * @error: what tandem_map_check() must answer
 * @why: the reason it must give
 * @unsigned_page: the checksum is left as it was: that is the defect
 */
struct hostile_map {
	const char *name;
	void (*damage)(struct tandem_map_disk *disk);
	int error;
	const char *why;
	bool unsigned_page;
};

extern const struct hostile_map hostile_map_list[];
extern const unsigned int hostile_map_nr;

/* Fills @page with the golden bytes and @hostile's defect. */
void hostile_map_make(const struct hostile_map *hostile, union golden_page *page);

#endif
