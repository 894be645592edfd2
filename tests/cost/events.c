// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decision: which places count as a lock or as an allocation is said by the names
 * below, in one line each; a kernel has some of them and not others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"

#define EVENTS "/sys/kernel/tracing/events/"

static const struct {
	enum event_kind kind;
	const char *ids;
} places[] = {
	{ EVENT_ALLOCATION, EVENTS "kmem/kmalloc*/id" },
	{ EVENT_ALLOCATION, EVENTS "kmem/kmem_cache_alloc*/id" },
	{ EVENT_LOCK, EVENTS "cost/*/id" },
};

static struct {
	enum event_kind kind;
	int fd;
} counters[32];
static unsigned int nr_counters;

static int open_one(enum event_kind kind, const char *path)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr),
					.disabled = 1 };
	FILE *file = fopen(path, "r");
	unsigned long long id = 0;
	int fd;

	if (!file)
		return -errno;
	if (fscanf(file, "%llu", &id) != 1)
		id = 0;
	fclose(file);
	if (!id || nr_counters == sizeof(counters) / sizeof(counters[0]))
		return -EINVAL;
	attr.config = id;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	counters[nr_counters].kind = kind;
	counters[nr_counters++].fd = fd;
	return 0;
}

int events_open(void)
{
	unsigned int i;
	glob_t found;
	size_t n;
	int error = 0;

	for (i = 0; i < sizeof(places) / sizeof(places[0]) && !error; i++) {
		if (glob(places[i].ids, 0, NULL, &found))
			return -ENOENT;
		for (n = 0; n < found.gl_pathc && !error; n++)
			error = open_one(places[i].kind, found.gl_pathv[n]);
		globfree(&found);
	}
	return error;
}

static void order(unsigned long request)
{
	unsigned int i;

	for (i = 0; i < nr_counters; i++)
		ioctl(counters[i].fd, request, 0);
}

void events_start(void)
{
	order(PERF_EVENT_IOC_ENABLE);
}

void events_stop(void)
{
	order(PERF_EVENT_IOC_DISABLE);
}

uint64_t events_count(enum event_kind kind)
{
	uint64_t sum = 0, count;
	unsigned int i;

	for (i = 0; i < nr_counters; i++)
		if (counters[i].kind == kind &&
		    read(counters[i].fd, &count, sizeof(count)) == sizeof(count))
			sum += count;
	return sum;
}
