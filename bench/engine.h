/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asynchronous I/O, by io_uring or by libaio.
 *
 * The load runs on one thread: it submits, sleeps in engine_enter(), and is
 * called back there for everything that completed.  Where the kernel can start
 * a request without blocking, a hanging write to the array does not stop the
 * journal of acknowledgements; where it cannot (libaio, or a write that waits
 * for metadata in the caller, as md's does), acknowledgements are recorded late,
 * and a late generator is told by the report.
 *
 * Requests belong to the caller and stay untouched from engine_submit() until
 * their callback; the engine allocates nothing after engine_open().
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum engine_kind {
	ENGINE_URING,
	ENGINE_AIO,
};

enum engine_op {
	ENGINE_WRITE,		/* May sit in a volatile cache when it completes. */
	ENGINE_WRITE_DURABLE,	/* Durable when it completes: RWF_DSYNC, FUA on a block device. */
	ENGINE_READ,
	ENGINE_SYNC,		/* fdatasync: all completed writes are durable when it completes. */
};

#define ENGINE_MAX_SEGMENTS 256

struct engine_request {
	enum engine_op op;
	int fd;
	unsigned int registered;	/* 1 + place of the memory @buffer is in; 0: none. */
	void *buffer;
	/* A write of several pieces in place of @buffer, in memory that stays as it is. */
	const struct iovec *segments;
	unsigned int nr_segments;	/* 0: @buffer; at most ENGINE_MAX_SEGMENTS. */
	uint32_t len_bytes;		/* Of all segments together. */
	uint64_t offset_bytes;
	/* @error: 0, or -errno; a short write is -EIO. */
	void (*done)(struct engine_request *request, int error);
};

struct engine;

struct engine_ops {
	const char *name;
	int (*queue)(struct engine *engine, struct engine_request *request);
	int (*enter)(struct engine *engine, int64_t timeout_ns);
	/* NULL where the kernel cannot. */
	int (*pin)(struct engine *engine, const struct iovec *memory, unsigned int nr);
	void (*close)(struct engine *engine);
};

struct engine {
	const struct engine_ops *ops;
	unsigned int depth;
	unsigned int in_flight;
};

/**
 * engine_open - make an engine
 * @kind: which one
 * @depth: the most requests that will ever be in flight
 * @engine: where to put it; the caller ends it with engine_close()
 *
 * Context: prints the error line itself; it names the other engine where the
 * kernel forbids this one.
 *
 * Return: 0 or -errno.
 */
int engine_open(enum engine_kind kind, unsigned int depth, struct engine **engine);

/**
 * engine_pin - let the kernel keep memory mapped that requests use all the time
 * @engine: the engine
 * @memory: what requests name in @registered; copied
 * @nr: how many
 *
 * Context: prints the error line itself.
 *
 * Return: 0 or -errno.
 */
int engine_pin(struct engine *engine, const struct iovec *memory, unsigned int nr);

/**
 * engine_submit - hand over one request
 * @engine: the engine
 * @request: filled in but for nothing; at most @depth may be in flight
 *
 * The request starts at the latest in the next engine_enter().
 */
void engine_submit(struct engine *engine, struct engine_request *request);

/**
 * engine_enter - start what was submitted, wait, call back
 * @engine: the engine
 * @timeout_ns: how long to wait for the first completion; 0: do not wait
 *
 * Context: runs the callbacks, which may submit more.
 *
 * Return: 0, or -errno when the engine itself failed.
 */
int engine_enter(struct engine *engine, int64_t timeout_ns);

/**
 * engine_close - end an engine
 * @engine: the engine or NULL; requests in flight are abandoned
 */
void engine_close(struct engine *engine);

/* One constructor for each kind, for engine.c only; they return 0 or -errno. */
int engine_uring_open(unsigned int depth, struct engine **engine);
int engine_aio_open(unsigned int depth, struct engine **engine);

#endif /* BENCH_ENGINE_H */
