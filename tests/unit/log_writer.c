// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writer of log_writer.h. One for each program, its memory static: a set of the
 * largest size and a full ring are a few MiB.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "log_writer.h"

#define WORDS (TANDEM_MAX_REGIONS_PER_SET / 64)

static u64 bits[4][WORDS];
union page ring[TANDEM_LOG_SLOTS];

struct writer w;

struct tandem_log_replay replay;

static struct tandem_id id_of(u8 n)
{
	struct tandem_id id;

	memset(&id, n, sizeof(id));
	return id;
}

void writer_begin(u32 nr_regions, u32 slots, u32 window, u32 changes)
{
	memset(&w, 0, sizeof(w));
	memset(ring, 0, sizeof(ring[0]) * slots);
	w.shape = (struct tandem_log_shape){
		.array = id_of(0xa1), .set = 3, .nr_regions = nr_regions,
		.slots = slots, .window = window, .changes = changes,
	};
	tandem_intent_init(&w.intent, nr_regions, bits[0]);
	tandem_intent_init(&w.before, nr_regions, bits[1]);
	tandem_intent_init(&replay.state, nr_regions, bits[2]);
	tandem_intent_init(&replay.covered, nr_regions, bits[3]);
	tandem_log_turn_reset(&w.turn);
}

union page *slot_of(u64 sequence)
{
	return &ring[sequence % w.shape.slots];
}

void note(u32 region, bool dirty)
{
	struct tandem_log_change *change = &w.change;

	assert_true((change->nr_new + change->nr_cleared < (int)w.shape.changes));
	change->region[change->nr_new + change->nr_cleared] = region;
	if (dirty) {
		assert_int_equal(change->nr_cleared, 0);
		change->nr_new++;
		assert_true(tandem_intent_add(&w.intent, region));
	} else {
		change->nr_cleared++;
		assert_true(tandem_intent_remove(&w.intent, region));
	}
}

void change_begin(void)
{
	w.change.nr_new = 0;
	w.change.nr_cleared = 0;
	tandem_intent_copy(&w.before, &w.intent);
}

void encode(u64 sequence, union page *page)
{
	const struct tandem_log_record record = {
		.head = {
			.sequence = sequence, .config = id_of(0xc1), .epoch = id_of(0xe1),
			.epoch_number = 12, .generation = 7, .flags = w.flags,
		},
		.intent = &w.intent, .change = &w.change, .turn = &w.turn,
	};

	tandem_log_encode(&w.shape, &record, page);
}

void put(void)
{
	w.under = *slot_of(++w.sequence);
	encode(w.sequence, slot_of(w.sequence));
}

void put_unchanged(void)
{
	change_begin();
	put();
}

void sign(union page *page)
{
	page->disk.crc = cpu_to_le32(0);
	page->disk.crc = cpu_to_le32(tandem_crc32c(page, sizeof(*page)));
}

int play_ring(void)
{
	return tandem_log_replay(&w.shape, ring, &replay);
}

void expect(const struct tandem_intent *intent, u64 sequence)
{
	const int error = play_ring();

	if (error)
		fail_msg("record %llu: replay says %d; %u regions, %u slots, window %u, changes %u",
			 (unsigned long long)sequence, error, w.shape.nr_regions, w.shape.slots,
			 w.shape.window, w.shape.changes);
	assert_true((replay.head.sequence == sequence));
	assert_int_equal(replay.state.nr_dirty, intent->nr_dirty);
	assert_memory_equal(replay.state.bits, intent->bits,
			    tandem_intent_bytes(intent->nr_regions));
}

void expect_under_next(void)
{
	const union page kept = *slot_of(w.sequence + 1);

	memset(slot_of(w.sequence + 1)->byte + TANDEM_SECTOR_BYTES, 0x77, TANDEM_SECTOR_BYTES);
	expect(&w.intent, w.sequence);
	*slot_of(w.sequence + 1) = kept;
}

void attack(u32 at, u32 nr_new, u32 nr_cleared)
{
	const u32 nr = w.shape.nr_regions;
	u32 region = at, i;

	change_begin();
	for (i = 0; i < nr && w.change.nr_new < nr_new; i++, region = (region + 1) % nr)
		if (!tandem_intent_has(&w.before, region))
			note(region, true);
	for (i = 0, region = at; i < nr && w.change.nr_cleared < nr_cleared; i++) {
		region = region ? region - 1 : nr - 1;
		if (tandem_intent_has(&w.before, region))
			note(region, false);
	}
}

void attack_greedily(u32 limit)
{
	const u32 changes = w.shape.changes;
	const u32 room = limit - w.intent.nr_dirty;
	const u32 nr_new = least(changes, room);
	const u32 swapped = least((changes - nr_new) / 2, w.intent.nr_dirty);

	attack(w.turn.cursor, nr_new + swapped, swapped);
	assert_in_range(w.intent.nr_dirty, 0, limit);
}

static void attack_at_random(struct prng *prng, u32 limit)
{
	const u32 nr = w.shape.nr_regions, dirty = w.intent.nr_dirty;
	const u32 at = prng_below(prng, 2) ? w.turn.cursor : (u32)prng_below(prng, nr);
	u32 nr_cleared = (u32)prng_below(prng, least(w.shape.changes, dirty) + 1);
	u32 nr_new = least(w.shape.changes - nr_cleared, limit - dirty + nr_cleared);

	nr_new = (u32)prng_below(prng, least(nr_new, nr - dirty) + 1);
	attack(at, nr_new, nr_cleared);
}

void attack_somehow(struct prng *prng, u32 limit)
{
	if (prng_below(prng, 4))
		attack_greedily(limit);
	else
		attack_at_random(prng, limit);
}

void bring_up(void)
{
	const u32 dirty = w.intent.nr_dirty, window = w.shape.window;
	u32 nr;

	for (nr = 0; !tandem_log_is_whole(&w.shape, &w.turn, w.sequence); nr++)
		put_unchanged();
	assert_int_equal(nr, dirty ? (dirty + window - 1) / window : 1);
}

u32 nr_needed(void)
{
	u32 nr = 0, passed = 0;

	while (passed < w.shape.nr_regions)
		passed += w.turn.span[(w.sequence - nr++) % w.shape.slots];
	return nr;
}
