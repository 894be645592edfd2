/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A writer of an intent log for tests, with a ring in memory. What it means is the
 * set that it keeps, which the codec only reads: a replay is held against that.
 */
#ifndef TANDEM_TEST_LOG_WRITER_H
#define TANDEM_TEST_LOG_WRITER_H

#include "core/log.h"
#include "prng.h"

union page {
	struct tandem_log_disk disk;
	u8 byte[TANDEM_PAGE_BYTES];
};

/*
 * struct writer - and what it means
 * @before: what it meant one record ago
 * @under: what the newest record has overwritten
 * @flags: of the next record
 */
struct writer {
	struct tandem_log_shape shape;
	struct tandem_log_turn turn;
	struct tandem_intent intent;
	struct tandem_intent before;
	struct tandem_log_change change;
	u64 sequence;
	u32 flags;
	union page under;
};

extern struct writer w;
extern union page ring[TANDEM_LOG_SLOTS];
extern struct tandem_log_replay replay;

static inline u32 least(u32 a, u32 b)
{
	return a < b ? a : b;
}

/* An empty ring and an empty set. */
void writer_begin(u32 nr_regions, u32 slots, u32 window, u32 changes);

union page *slot_of(u64 sequence);

/* The next change is one to what is meant now: all new regions, then the cleared ones. */
void change_begin(void);
void note(u32 region, bool dirty);

/* Only the bytes of a record; into the ring; into the ring and without changes. */
void encode(u64 sequence, union page *page);
void put(void);
void put_unchanged(void);

/* Records without changes until the turn is whole; as many as it must take. */
void bring_up(void);

/* Changes: from the region @at on new ones, from there backwards cleared ones. */
void attack(u32 at, u32 nr_new, u32 nr_cleared);
/* As many as there may be, at the cursor; dirty in the end are @limit at most. */
void attack_greedily(u32 limit);
/* That, or any other change within the limit. */
void attack_somehow(struct prng *prng, u32 limit);

/* The checksum of a page whose field is zero, as the format says it. */
void sign(union page *page);

int play_ring(void);
/* A replay gives this set, and this number of the newest record. */
void expect(const struct tandem_intent *intent, u64 sequence);
/* What is meant, while the slot of the next record is anything. */
void expect_under_next(void);

/* How many of the newest records a replay takes, by the windows alone. */
u32 nr_needed(void);

#endif
