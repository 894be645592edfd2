/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile superblocks: the golden one with one defect each.
 */
#ifndef TANDEM_TEST_HOSTILE_H
#define TANDEM_TEST_HOSTILE_H

#include "golden.h"

/**
 * struct hostile - one defect
 * @name: what is wrong, as a word
 * @damage: puts it into a golden slot, before the slot is signed
 * @error: what decoding must answer
 * @why: the reason it must give
 * @unsigned_slot: the checksum is left as it was: that is the defect
 */
struct hostile {
	const char *name;
	void (*damage)(struct tandem_super_disk *disk);
	int error;
	const char *why;
	bool unsigned_slot;
};

extern const struct hostile hostile_list[];
extern const unsigned int hostile_nr;

/* Fills @slot with the golden bytes, @sequence and @hostile's defect. */
void hostile_make(const struct hostile *hostile, u64 sequence, union golden_slot *slot);

#endif
