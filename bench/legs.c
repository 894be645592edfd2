// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading sysfs and /proc/stat.  See legs.h.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "legs.h"

#define SECTOR_BYTES 512
/* A tree of devices is not deeper than this. */
#define DEPTH_MAX 8

static void add_leg(struct legs *legs, const char *path)
{
	const char *base = strrchr(path, '/');
	unsigned int i;

	for (i = 0; i < legs->nr; i++)
		if (!strcmp(legs->leg[i].name, base + 1))
			return;
	if (legs->nr < LEGS_MAX)
		snprintf(legs->leg[legs->nr++].name, sizeof(legs->leg[0].name), "%.31s", base + 1);
}

static void walk(struct legs *legs, const char *path, unsigned int depth)
{
	char slaves[PATH_MAX], *real;
	struct dirent *entry;
	unsigned int found = 0;
	DIR *dir;

	if (snprintf(slaves, sizeof(slaves), "%s/slaves", path) >= (int)sizeof(slaves))
		return;
	dir = opendir(slaves);
	while (dir && depth < DEPTH_MAX && (entry = readdir(dir))) {
		char below[PATH_MAX + 256];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", slaves, entry->d_name);
		real = realpath(below, NULL);
		if (!real)
			continue;
		walk(legs, real, depth + 1);
		free(real);
		found++;
	}
	if (dir)
		closedir(dir);
	if (!found)
		add_leg(legs, path);
}

void legs_find(struct legs *legs, dev_t device)
{
	char path[64], *real;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(device), minor(device));
	real = realpath(path, NULL);
	if (real)
		walk(legs, real, 0);
	free(real);
}

static void count(struct leg *leg)
{
	unsigned long long value[16] = { 0 };
	char path[96];
	FILE *file;
	int n = 0;

	/* A partition is found here too, which /sys/block does not offer. */
	snprintf(path, sizeof(path), "/sys/class/block/%s/stat", leg->name);
	file = fopen(path, "r");
	if (!file)
		return;
	while (n < 16 && fscanf(file, "%llu", &value[n]) == 1)
		n++;
	fclose(file);
	leg->counts = (struct leg_counts) {
		.commands = value[0] + value[4] + value[15],
		.read_bytes = value[2] * SECTOR_BYTES,
		.written_bytes = value[6] * SECTOR_BYTES,
		.flushes = value[15],
		.busy_ms = value[9],
	};
}

void legs_count(struct legs *legs)
{
	unsigned int i;

	for (i = 0; i < legs->nr; i++)
		count(&legs->leg[i]);
}

uint64_t cpu_busy_us(void)
{
	unsigned long long user, nice, system, idle, wait, irq, softirq;
	FILE *file = fopen("/proc/stat", "r");
	int n = 0;

	if (!file)
		return 0;
	n = fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
		   &wait, &irq, &softirq);
	fclose(file);
	if (n != 7)
		return 0;
	return (user + nice + system + irq + softirq) * 1000000 /
	       (unsigned long long)sysconf(_SC_CLK_TCK);
}
