/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a simulated disk holds: the view (what a read returns), what is
 * durable, and the volatile cache between them.
 *
 * Decisions: a sector is one number. In the data area it is the first eight
 * bytes of the sector, for nothing else in a user's sector matters to an
 * oracle whose payloads are unique there; elsewhere it names a block of 512
 * bytes that is kept whole. Sectors cost eight bytes and copies nothing.
 *
 * The cache is a list of writes in the order in which they reached the disk.
 * Each becomes durable by a flush that was issued after its completion, by
 * FUA, by the disk's own leisure, or, at a power cut, unit by unit by chance:
 * a unit (512 bytes or 4 KiB) never tears, and an older content never
 * replaces a newer one of the same unit.
 */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include "sys.h"

#define SIM_HOLE	(~0ull)		/* a sector that a write leaves alone */

/* One write in the cache. */
struct sim_cached {
	u64 first;
	u64 done_at;			/* its completion, 0: under way */
	u32 count;
	u32 stamp;			/* order of arrival */
	u64 *content;			/* per sector, or SIM_HOLE */
};

/* From first to before end; empty if end is 0. */
struct sim_span {
	u64 first, end;
};

struct sim_store {
	u64 sectors;
	u64 data_first, data_end;	/* the area of eight-byte sectors */
	u32 unit_sectors;		/* what a power cut keeps or loses whole */
	u64 *view;
	u64 *durable;
	u32 *stamp;			/* arrival of the durable content */
	u32 next_stamp;
	struct sim_cached *cached;
	unsigned int nr_cached, room;
	struct sim_span changed;	/* durable sectors, since the owner last looked */
	struct sim_span shown;		/* sectors of the view, likewise */
};

/* How much of a write or of the cache survives. */
enum sim_survival {
	SIM_NONE,
	SIM_SOME,		/* each unit by chance */
	SIM_ALL,
	SIM_NR_SURVIVALS
};

void store_start(struct sim_store *store);
void store_destroy(struct sim_store *store);
/* The cache is gone, and what it showed with it: the caller writes view and durable. */
void store_drop(struct sim_store *store);
/* Blocks of all stores are forgotten. */
void store_forget_blocks(void);

/* Bytes of @sector, as a read gives them; the data area fills eight bytes only. */
void store_get(const struct sim_store *store, u64 content, u64 sector, u8 *bytes);
/* The number for 512 bytes that go to @sector. */
u64 store_content(const struct sim_store *store, u64 sector, const u8 *bytes);

/**
 * store_write() - a write reaches the disk: it shows in reads, it is in the cache
 * @write: first, count and content; what @survival leaves out becomes SIM_HOLE
 * Return: its stamp
 */
u32 store_write(struct sim_store *store, const struct sim_cached *write,
		enum sim_survival survival);
/* The write has been answered at @now: a later flush covers it. */
void store_done(struct sim_store *store, u32 stamp, u64 now);
/* FUA: this write is durable. */
void store_settle(struct sim_store *store, u32 stamp);
/* All writes that were done before @issued are durable. */
void store_flush(struct sim_store *store, u64 issued);
/* The first @nr writes of the cache are durable: the disk's own leisure. */
void store_keep(struct sim_store *store, unsigned int nr);
/* Power is lost, or (@keep_open) the drive drops what it could not flush. */
bool store_lose(struct sim_store *store, enum sim_survival survival, bool keep_open);
/* Nobody waits for any write any more; the cache stays. */
void store_abandon(struct sim_store *store);

#endif
