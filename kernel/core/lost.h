/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lost-range table of a set: blocks that no current leg could read when they were to
 * be copied. Format and meaning: uapi/tandem_format_map.h. When it is written, and what
 * waits for that, is io/lost.c's part.
 *
 * Ranges are sorted, disjoint and not adjacent. Memory is the caller's; nothing locks.
 */
#ifndef TANDEM_CORE_LOST_H
#define TANDEM_CORE_LOST_H

#include "core/types.h"
#include "uapi/tandem_format_map.h"

struct tandem_lost_range {
	u64 sector;		/* in the set */
	u32 count;
};

/**
 * struct tandem_lost_table - the lost ranges of a set
 * @set_sectors: no range ends behind this
 * @block_sectors: the smallest thing that is read or written
 * @limit: what tandem_lost_weight() may come to; TANDEM_LOST_RANGES but in tests
 */
struct tandem_lost_table {
	struct tandem_id array;
	u16 set;
	u16 nr;
	u32 block_sectors;
	u32 limit;
	u64 set_sectors;
	struct tandem_lost_range range[TANDEM_LOST_RANGES];
};

/**
 * tandem_lost_weight() - ranges that may be left of these, whatever is written
 *
 * A write may take a part out of the middle of a range, and there are two. Nobody could
 * acknowledge it if there were no room for the second.
 */
u32 tandem_lost_weight(const struct tandem_lost_table *table);

/* Return: 0, or -ENOSPC beyond the limit, with @table as it was. */
int tandem_lost_add(struct tandem_lost_table *table, u64 sector, u32 count);

/*
 * Return: 0, or -ENOSPC with @table as it was: only where a table is heavier than
 * tandem_lost_add() would have let it become.
 */
int tandem_lost_remove(struct tandem_lost_table *table, u64 sector, u32 count);

/* Is any of these sectors lost? */
bool tandem_lost_has(const struct tandem_lost_table *table, u64 sector, u64 count);

/* From @sector on, how many of @count are all lost or all not lost? At least one. */
u32 tandem_lost_run(const struct tandem_lost_table *table, u64 sector, u32 count, bool *lost);

u64 tandem_lost_sectors(const struct tandem_lost_table *table);

/* Every range of @other, too. Return: 0; -ENOSPC: they do not fit. */
int tandem_lost_join(struct tandem_lost_table *table, const struct tandem_lost_table *other);

/* TANDEM_PAGE_BYTES, aligned to 8. @sequence: higher than that of either copy on the leg. */
void tandem_lost_encode(const struct tandem_lost_table *table, u64 sequence, void *bytes);

/**
 * tandem_lost_check() - is this a table of this set?
 * @table: names array, set and size
 * @bytes: TANDEM_PAGE_BYTES, aligned to 8, anything at all
 * @why: set to a static noun phrase on error, may be NULL
 * Return: 0; -ENODATA all zero; -EBADMSG magic or checksum; -EINVAL breaks a rule
 */
int tandem_lost_check(const struct tandem_lost_table *table, const void *bytes,
		      const char **why);

/**
 * tandem_lost_choose() - which of two copies counts
 * @copies: both, one behind the other, aligned to 8
 * @sequence: set to that of the copy that counts, 0 if none does
 * Return: 0 or 1; none is valid: -ENODATA one is zero, so nobody depends on any; else -EBADMSG
 */
int tandem_lost_choose(const struct tandem_lost_table *table, const void *copies,
		       u64 *sequence);

/* The ranges of @bytes, which passed the check, in place of those of @table. */
void tandem_lost_decode(struct tandem_lost_table *table, const void *bytes);

#endif
