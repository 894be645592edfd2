/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sequential reader of a volume: the backup of the log, or of the data.
 *
 * It reads a range that goes round at the end of what is used of the volume, with
 * a fixed number of reads in flight, and forgets what it reads.  Reads compete
 * with the load; they are timed, and not judged.
 */
#ifndef BENCH_READER_H
#define BENCH_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "hist.h"
#include "volume.h"

struct reader_config {
	struct engine *engine;
	const struct volume *volume;
	uint64_t used_bytes;	/* Positions are taken modulo this; a multiple of 4096. */
	uint32_t block_bytes;	/* A multiple of 4096. */
	unsigned int depth;
};

struct reader_slot;

struct reader {
	struct reader_config config;
	struct reader_slot *slots;
	struct reader_slot *free_slots;
	unsigned char *memory;
	uint64_t position;	/* Read up to here, ... */
	uint64_t end;		/* ... and to be read up to here. */
	unsigned int in_flight;
	int error;		/* The first; nothing more is read. */
	uint64_t read_bytes;
	struct hist latency;
};

/**
 * reader_init - make a reader that reads nothing yet
 * @reader: the reader; ended by reader_exit()
 * @config: copied
 *
 * Return: 0 or -ENOMEM.
 */
int reader_init(struct reader *reader, const struct reader_config *config);

/**
 * reader_exit - free a reader; nothing may be in flight
 * @reader: the reader, also one that was never made
 */
void reader_exit(struct reader *reader);

/**
 * reader_extend - read on, up to a position
 * @reader: the reader
 * @end: the position, cut to a block of 4096; never smaller than the last one
 */
void reader_extend(struct reader *reader, uint64_t end);

/**
 * reader_pump - issue what may be issued
 * @reader: the reader, also one that was never made
 */
void reader_pump(struct reader *reader);

#endif /* BENCH_READER_H */
