/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a disk lies on, so that two legs are never the same blocks and a leg
 * is never inside another leg or inside a tandem volume.
 */
#ifndef TANDEM_LIB_STACK_H
#define TANDEM_LIB_STACK_H

#include <sys/types.h>

#include "device.h"

#define TANDEM_STACK_MAX 64u

/**
 * struct tandem_stack - one disk, followed down
 * @base: device or file that partitions and loops lead to, and where in it:
 *	device number, inode (0 for a device), bytes
 * @below: the disk itself and every device it lies on
 * @volume: DM name if any of them is a tandem volume, else ""
 * @held: something that is not a partition lies on the disk itself
 */
struct tandem_stack {
	struct {
		dev_t dev;
		u64 inode;
		u64 start;
		u64 len;
	} base;
	dev_t below[TANDEM_STACK_MAX];
	unsigned int nr_below;
	char volume[128];
	bool held;
};

/* Follows a disk down through /sys; the real op. */
int tandem_stack_trace(const struct tandem_device *dev, struct tandem_stack *stack);

enum tandem_overlap { TANDEM_APART, TANDEM_SAME, TANDEM_INSIDE, TANDEM_SHARED };

/**
 * tandem_stack_compare() - do two disks share blocks?
 * Return: SAME blocks; INSIDE: one lies on, or overlaps, the other; SHARED:
 *	different parts of one base (one failure takes both); APART
 */
enum tandem_overlap tandem_stack_compare(const struct tandem_stack *a,
					 const struct tandem_stack *b);

#endif
