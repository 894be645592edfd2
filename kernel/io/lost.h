/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lost ranges of a set in operation: blocks that no current leg could read when they were
 * to be copied. Reads of them are errors, on whatever leg, until they are written.
 *
 *	copier                                 writer
 *	every current leg fails to read it     it covers a lost block: sent as any write
 *	tandem_lost_note(): in memory, LOST    all legs have it: tandem_lost_heal()
 *	rest of the region is copied             flush of every leg
 *	tandem_lost_demand(): both copies of     both copies of the table without it,
 *	  the table, on all legs                   on all legs
 *	only then the region is settled        not lost in memory; acknowledged
 */
#ifndef TANDEM_IO_LOST_H
#define TANDEM_IO_LOST_H

#include "core/lost.h"
#include "io/flush.h"
#include "io/meta.h"
#include "io/request.h"

enum tandem_lost_state {
	TANDEM_LOST_IDLE,
	TANDEM_LOST_FLUSH,	/* what is to be taken out becomes durable */
	TANDEM_LOST_TOKEN,	/* the superblocks are to say that there is a table */
	TANDEM_LOST_COMMIT,	/* they are being written */
	TANDEM_LOST_FIRST,	/* one copy of the table, on all legs */
	TANDEM_LOST_SECOND,	/* the other one */
};

/**
 * struct tandem_lost - the lost ranges of a set
 * @table: what reads go by; @next: what is being written. array->lock
 * @sequence: highest that any leg has
 * @slots: per leg, the copy that counts
 * @behind: legs that lack @table in a copy, or would if they were written to
 * @changed: @table was added to since @next was made
 * @wanted: the copier waits for the table to be written; @vain: it could not be
 * @good: nothing went wrong in this pass
 * @flagged: every leg that is written to says in its superblock that there is a table
 * @healing: requests that are through, and cover lost blocks; array->lock
 * @leaving: of these, those whose blocks @next has no more; the work item's
 */
struct tandem_lost {
	struct tandem_set *set;
	struct delayed_work work;
	enum tandem_lost_state state;
	struct tandem_lost_table table;
	struct tandem_lost_table next;
	u64 sequence;
	u8 slots;
	u8 behind;
	u8 sent;
	bool changed;
	bool wanted;
	bool vain;
	bool good;
	bool flagged;
	struct list_head healing;
	struct list_head leaving;
	struct tandem_meta meta;
	struct tandem_own_flush flush;
};

int tandem_lost_create(struct tandem_set *set);
void tandem_lost_destroy(struct tandem_set *set);

/* Is a block of the request lost? Its region is LOST. Any context. */
bool tandem_lost_covers(const struct tandem_request *request);

/*
 * No current leg can read these sectors, and the copier has the region alone. Return:
 * 0; -ENOSPC: too many are lost
 */
int tandem_lost_note(struct tandem_set *set, u64 sector, u32 count);

/* From @sector on, how many of @count are all lost, or all not? Process. */
u32 tandem_lost_part(struct tandem_set *set, u64 sector, u32 count, bool *lost);

/*
 * The copier wants the table durable on every leg that is written to. Return: 0 it is;
 * -EAGAIN the copier is kicked; -EIO it cannot be written. Process.
 */
int tandem_lost_demand(struct tandem_set *set);

/* A write comes to a region that is LOST; it holds its reference. */
void tandem_lost_touch(struct tandem_request *request);

/* Such a write is done on every leg that counts: acknowledge it when it may be read. */
void tandem_lost_heal(struct tandem_request *request);

/* The commit token is free. Any context. */
void tandem_lost_kick(struct tandem_set *set);

bool tandem_lost_is_idle(struct tandem_set *set);

/* Sectors that are lost; for status. Any context. */
u64 tandem_lost_total(struct tandem_set *set);

/* Sector of the copy that does not count, on the leg at @position. */
static inline u64 tandem_lost_sector(const struct tandem_lost *lost, unsigned int position)
{
	unsigned int copy = !(lost->slots & (1u << position));

	return (TANDEM_LOST_BYTES + copy * TANDEM_PAGE_BYTES) / TANDEM_SECTOR_BYTES;
}

#endif
