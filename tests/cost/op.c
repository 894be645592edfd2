// SPDX-License-Identifier: GPL-2.0-only
/*
 * op OPERATION DEVICE LEG...: what one operation on a block device costs. For an
 * operation on a file DEVICE is its name.
 *
 * Of an operation that is timed each for itself it also says p99_ns, the time that all but
 * one in a hundred did not exceed, in all rounds.
 *
 * With COST_LOOP=FILE in the environment it says "looping", and goes on until there is
 * that file: for who looks from outside.
 *
 * Runs in a VM whose clock counts instructions (QEMU's icount, 1 ns each), and prints
 * a line "METRIC VALUE" each, per operation: ns, context_switches, leg_writes,
 * leg_flushes, allocations, locks. LEG is a name in /sys/block; of its counters the
 * sum over all is taken.
 *
 * Decisions
 * - No benchmark program, no engine: a system call and nothing around it, for what is
 *   compared is the kernel's.
 * - Rounds of operations, each prepared by writing the same blocks untimed; of the
 *   rounds' times the median counts, so that a tick more or less does not.
 * - Counters are read outside the timed part. Nothing but the operations runs between.
 * - What makes the kernel slower, to count locks and allocations, has a round of its
 *   own, the last. The clock's interrupts are in these counts: some 0.05 locks each.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "events.h"

enum {
	ROUNDS = 5,
	NR_BUFFERS = 64,
	MAX_DEPTH = 100,
	MAX_EACH = 4000,
};

#define KIB 1024UL
#define MIB (1024 * KIB)

/*
 * struct operation - a row
 * @stride, @places: where it goes: places of that distance, in mixed order
 * @count: of a round, a multiple of @depth
 * @rest_ms: between two that are timed one by one; 0: a round is timed as a whole
 * @settle_ms: before each round, until the array has cleaned up
 * @is_fresh: each place once, and never before: a round has places of its own
 * @is_each: timed each for itself as well; at most MAX_EACH of a round
 */
struct operation {
	const char *name;
	size_t bytes, stride;
	unsigned int places, count, depth;
	int rest_ms, settle_ms, flags;
	int is_read, syncs, is_gather, appends, is_fresh, is_each;
};

static const struct operation operations[] = {
	{ .name = "write8k-fresh", .bytes = 8 * KIB, .stride = 1 * MIB, .places = 20,
	  .count = 20, .depth = 1, .rest_ms = 1000, .is_fresh = 1 },
	{ .name = "write8k-qd1", .bytes = 8 * KIB, .stride = 8 * KIB, .places = 256,
	  .count = 2000, .depth = 1 },
	{ .name = "write8k-qd32", .bytes = 8 * KIB, .stride = 8 * KIB, .places = 256,
	  .count = 2048, .depth = 32 },
	{ .name = "write8k-clean", .bytes = 8 * KIB, .stride = 2 * MIB, .places = 40,
	  .count = 40, .depth = 1, .settle_ms = 30000 },
	{ .name = "write256k", .bytes = 256 * KIB, .stride = 256 * KIB, .places = 16,
	  .count = 100, .depth = 1, .is_gather = 1 },
	{ .name = "read8k", .bytes = 8 * KIB, .stride = 8 * KIB, .places = 256,
	  .count = 2000, .depth = 1, .is_read = 1 },
	{ .name = "read8k-each", .bytes = 8 * KIB, .stride = 8 * KIB, .places = 256,
	  .count = MAX_EACH, .depth = 1, .is_read = 1, .is_each = 1 },
	{ .name = "write4k-fdatasync", .bytes = 4 * KIB, .stride = 4 * KIB, .places = 256,
	  .count = 500, .depth = 1, .syncs = 1 },
	{ .name = "odsync4k", .bytes = 4 * KIB, .stride = 4 * KIB, .places = 256,
	  .count = 500, .depth = 1, .flags = O_DSYNC },
	{ .name = "idle1-write8k", .bytes = 8 * KIB, .stride = 8 * KIB, .places = 1,
	  .count = 3, .depth = 1, .rest_ms = 1000 },
	{ .name = "idle30-write8k", .bytes = 8 * KIB, .stride = 8 * KIB, .places = 1,
	  .count = 3, .depth = 1, .rest_ms = 30000 },
	{ .name = "parked100", .bytes = 8 * KIB, .stride = 1 * MIB, .places = 100,
	  .count = 100, .depth = 100, .settle_ms = 30000 },
	{ .name = "ext4-append-fsync", .bytes = 8 * KIB, .places = 64, .count = 200, .depth = 1,
	  .appends = 1 },
};

struct counters {
	uint64_t ns, switches, writes, flushes;
};

struct bench {
	const struct operation *op;
	int is_counting;
	unsigned int round;
	int fd;
	char **legs;
	aio_context_t aio;
	char *memory;
	struct iovec vector[NR_BUFFERS];
	uint64_t *each;
	size_t nr_each;
};

static void die(const char *what)
{
	fprintf(stderr, "op: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void add_leg(const char *leg, struct counters *sum)
{
	unsigned long long value[17] = { 0 };
	char path[100];
	unsigned int i;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/block/%s/stat", leg);
	file = fopen(path, "r");
	if (!file)
		die(path);
	for (i = 0; i < 17 && fscanf(file, "%llu", &value[i]) == 1; i++)
		;
	fclose(file);
	sum->writes += value[4];
	sum->flushes += value[15];
}

static struct counters look(const struct bench *bench)
{
	struct counters sum = { 0 };
	unsigned long long switches;
	char line[4096];
	char **leg;
	FILE *file = fopen("/proc/stat", "r");

	if (!file)
		die("/proc/stat");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "ctxt %llu", &switches) == 1)
			sum.switches = switches;
	fclose(file);
	for (leg = bench->legs; *leg; leg++)
		add_leg(*leg, &sum);
	return sum;
}

/* Every place once before any comes again; 37 has no divisor in common with @places. */
static off_t place(const struct bench *bench, unsigned int n)
{
	const struct operation *op = bench->op;
	unsigned int first = op->is_fresh ? bench->round * op->places : 0;

	return (off_t)(first + n * 37 % op->places) * op->stride;
}

static void one(struct bench *bench, unsigned int n)
{
	const struct operation *op = bench->op;
	ssize_t done;

	if (op->appends)
		done = write(bench->fd, bench->memory, op->bytes);
	else if (op->is_read)
		done = pread(bench->fd, bench->memory, op->bytes, place(bench, n));
	else if (op->is_gather)
		done = pwritev(bench->fd, bench->vector, NR_BUFFERS, place(bench, n));
	else
		done = pwrite(bench->fd, bench->memory, op->bytes, place(bench, n));
	if (done != (ssize_t)op->bytes || (op->syncs && fdatasync(bench->fd)) ||
	    (op->appends && fsync(bench->fd)))
		die(op->name);
}

static void one_of_each(struct bench *bench, unsigned int n)
{
	uint64_t ns = now_ns();

	one(bench, n);
	bench->each[bench->nr_each++] = now_ns() - ns;
}

/* All that belong together in one system call: the kernel plugs them. */
static void group(struct bench *bench, unsigned int first)
{
	static struct iocb iocb[MAX_DEPTH], *list[MAX_DEPTH];
	static struct io_event event[MAX_DEPTH];
	const struct operation *op = bench->op;
	unsigned int i;

	for (i = 0; i < op->depth; i++) {
		memset(&iocb[i], 0, sizeof(iocb[i]));
		iocb[i].aio_lio_opcode = IOCB_CMD_PWRITE;
		iocb[i].aio_fildes = bench->fd;
		iocb[i].aio_buf = (uintptr_t)bench->memory;
		iocb[i].aio_nbytes = op->bytes;
		iocb[i].aio_offset = place(bench, first + i);
		list[i] = &iocb[i];
	}
	if (syscall(SYS_io_submit, bench->aio, op->depth, list) != (long)op->depth ||
	    syscall(SYS_io_getevents, bench->aio, op->depth, op->depth, event, NULL) !=
		    (long)op->depth)
		die(op->name);
	for (i = 0; i < op->depth; i++)
		if (event[i].res != (long long)op->bytes)
			die(op->name);
}

static void some(struct bench *bench, unsigned int first, unsigned int count)
{
	unsigned int n;

	for (n = first; n < first + count; n += bench->op->depth) {
		if (bench->op->depth > 1)
			group(bench, n);
		else if (bench->op->is_each && bench->nr_each < ROUNDS * MAX_EACH)
			one_of_each(bench, n);
		else
			one(bench, n);
	}
}

/* @count of them, from number @first on, timed and counted into @sum. */
static void measure(struct bench *bench, unsigned int first, unsigned int count,
		    struct counters *sum)
{
	struct counters before = look(bench), after;
	uint64_t ns;

	if (bench->is_counting)
		events_start();
	ns = now_ns();
	some(bench, first, count);
	sum->ns += now_ns() - ns;
	if (bench->is_counting)
		events_stop();
	after = look(bench);
	sum->switches += after.switches - before.switches;
	sum->writes += after.writes - before.writes;
	sum->flushes += after.flushes - before.flushes;
}

/* What is read was written before: a disk in memory has no page otherwise. */
static void fill(struct bench *bench)
{
	const struct operation *op = bench->op;
	unsigned int n;

	for (n = 0; op->is_read && n < op->places; n++)
		if (pwrite(bench->fd, bench->memory, op->bytes, place(bench, n)) !=
		    (ssize_t)op->bytes)
			die(op->name);
	some(bench, 0, op->depth > op->places ? op->depth : op->places);
	bench->nr_each -= bench->nr_each % MAX_EACH;
}

static struct counters play(struct bench *bench)
{
	const struct operation *op = bench->op;
	struct counters sum = { 0 };
	unsigned int n;

	if (!op->is_fresh)
		fill(bench);
	if (op->settle_ms)
		poll(NULL, 0, op->settle_ms);
	if (!op->rest_ms)
		measure(bench, 0, op->count, &sum);
	for (n = 0; op->rest_ms && n < op->count; n++) {
		poll(NULL, 0, op->rest_ms);
		measure(bench, n, 1, &sum);
	}
	bench->round++;
	return sum;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void run(struct bench *bench)
{
	uint64_t ns[ROUNDS], switches[ROUNDS], writes[ROUNDS], flushes[ROUNDS];
	uint64_t *const all[] = { ns, switches, writes, flushes };
	static const char *const names[] = { "ns", "context_switches", "leg_writes",
					     "leg_flushes" };
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		struct counters sum = play(bench);

		ns[i] = sum.ns;
		switches[i] = sum.switches;
		writes[i] = sum.writes;
		flushes[i] = sum.flushes;
	}
	for (i = 0; i < 4; i++) {
		qsort(all[i], ROUNDS, sizeof(uint64_t), compare);
		printf("%s %.3f\n", names[i], (double)all[i][ROUNDS / 2] / bench->op->count);
	}
	if (!bench->nr_each)
		return;
	qsort(bench->each, bench->nr_each, sizeof(uint64_t), compare);
	printf("p99_ns %llu\n", (unsigned long long)bench->each[bench->nr_each * 99 / 100]);
}

/* One round more, in which time does not count. */
static void count_events(struct bench *bench)
{
	static const char *const names[] = { "allocations", "locks" };
	int error = events_open();
	unsigned int i;

	if (error) {
		errno = -error;
		die("events");
	}
	bench->is_counting = 1;
	play(bench);
	for (i = 0; i < NR_EVENT_KINDS; i++)
		printf("%s %.3f\n", names[i], (double)events_count(i) / bench->op->count);
}

static int loop(struct bench *bench, const char *until)
{
	fill(bench);
	puts("looping");
	fflush(stdout);
	while (access(until, F_OK))
		some(bench, 0, bench->op->count);
	return 0;
}

static void prepare(struct bench *bench)
{
	const size_t size = 2 * NR_BUFFERS * 4 * KIB;
	unsigned int i;

	if (posix_memalign((void **)&bench->memory, 4 * KIB, size))
		die("memory");
	bench->each = calloc(ROUNDS * MAX_EACH, sizeof(*bench->each));
	if (!bench->each)
		die("memory");
	memset(bench->memory, 'x', size);
	/* Every other page, so that no two can become one segment. */
	for (i = 0; i < NR_BUFFERS; i++) {
		bench->vector[i].iov_base = bench->memory + 2 * i * 4 * KIB;
		bench->vector[i].iov_len = 4 * KIB;
	}
	if (syscall(SYS_io_setup, MAX_DEPTH, &bench->aio))
		die("io_setup");
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };
	unsigned int i;

	if (argc < 3) {
		fprintf(stderr, "usage: op OPERATION DEVICE LEG...\n");
		return 2;
	}
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcmp(operations[i].name, argv[1]))
			bench.op = &operations[i];
	if (!bench.op) {
		fprintf(stderr, "op: %s: no such operation\n", argv[1]);
		return 2;
	}
	bench.legs = argv + 3;
	if (bench.op->appends)
		bench.fd = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
	else
		bench.fd = open(argv[2], O_RDWR | O_DIRECT | bench.op->flags);
	if (bench.fd < 0)
		die(argv[2]);
	prepare(&bench);
	if (getenv("COST_LOOP"))
		return loop(&bench, getenv("COST_LOOP"));
	run(&bench);
	count_events(&bench);
	return 0;
}
