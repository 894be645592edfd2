/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disks below the two volumes, and what the kernel counts for them.
 *
 * A volume that is built from others (device-mapper, md) names them in sysfs;
 * the leaves of that tree are the legs.  A plain device is its own leg.  A file
 * has none: what its file system makes of it is not ours to tell.
 */
#ifndef BENCH_LEGS_H
#define BENCH_LEGS_H

#include <stdint.h>
#include <sys/types.h>

#define LEGS_MAX 16

struct leg_counts {
	uint64_t commands;	/* Reads, writes and flushes. */
	uint64_t read_bytes;
	uint64_t written_bytes;
	uint64_t flushes;
	uint64_t busy_ms;
};

struct leg {
	char name[32];
	struct leg_counts counts;
};

struct legs {
	unsigned int nr;
	struct leg leg[LEGS_MAX];
};

/**
 * legs_find - add the legs below a device
 * @legs: where to add them; one that is there already is not added again
 * @device: the block device
 */
void legs_find(struct legs *legs, dev_t device);

/**
 * legs_count - read the counts of every leg
 * @legs: the legs; a leg that is gone keeps its last counts
 */
void legs_count(struct legs *legs);

/**
 * cpu_busy_us - time that all processors of this machine were not idle
 *
 * Return: microseconds since boot, in steps of 10 ms; 0 when the kernel does not tell.
 */
uint64_t cpu_busy_us(void);

#endif /* BENCH_LEGS_H */
