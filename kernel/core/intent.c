// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The intent of a set: a bitmap with its count.
 *
 * Decisions
 * - Runs go word by word, for a window of the log may pass four million regions.
 * - Bits are counted here. The kernel has no __popcountdi2(), which is what the
 *   compiler's builtin becomes on a processor that is not known to count.
 *
 * Invariants: nr_dirty is the number of bits that are set; bits behind the last
 * region, in the last word, are never set.
 */
#include "sys.h"
#include "core/intent.h"

#define WORD_BITS 64u

static u32 nr_words(u32 nr_regions)
{
	return (nr_regions + WORD_BITS - 1) / WORD_BITS;
}

static u64 bit_of(u32 region)
{
	return 1ull << (region % WORD_BITS);
}

/* Sums of neighbours: of 1 bit, of 2, of 4, then of all bytes at once. */
static u32 count_bits(u64 word)
{
	word -= (word >> 1) & 0x5555555555555555ull;
	word = (word & 0x3333333333333333ull) + ((word >> 2) & 0x3333333333333333ull);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return (u32)((word * 0x0101010101010101ull) >> 56);
}

/* The bits of word @at that belong to the regions from @first to below @end. */
static u64 run_mask(u32 at, u32 first, u32 end)
{
	u64 mask = ~0ull;

	if (at == first / WORD_BITS)
		mask &= ~0ull << (first % WORD_BITS);
	if (at == end / WORD_BITS)
		mask &= bit_of(end) - 1;
	return mask;
}

/* Where a run of @count regions ends: at most behind the last one, 0 if it begins there. */
static u32 run_end(const struct tandem_intent *intent, u32 first, u32 count)
{
	if (first >= intent->nr_regions)
		return 0;
	if (count > intent->nr_regions - first)
		return intent->nr_regions;
	return first + count;
}

size_t tandem_intent_bytes(u32 nr_regions)
{
	return nr_words(nr_regions) * sizeof(u64);
}

void tandem_intent_init(struct tandem_intent *intent, u32 nr_regions, u64 *bits)
{
	intent->nr_regions = nr_regions;
	intent->bits = bits;
	tandem_intent_empty(intent);
}

void tandem_intent_empty(struct tandem_intent *intent)
{
	memset(intent->bits, 0, tandem_intent_bytes(intent->nr_regions));
	intent->nr_dirty = 0;
}

bool tandem_intent_has(const struct tandem_intent *intent, u32 region)
{
	return intent->bits[region / WORD_BITS] & bit_of(region);
}

bool tandem_intent_add(struct tandem_intent *intent, u32 region)
{
	if (tandem_intent_has(intent, region))
		return false;
	intent->bits[region / WORD_BITS] |= bit_of(region);
	intent->nr_dirty++;
	return true;
}

bool tandem_intent_remove(struct tandem_intent *intent, u32 region)
{
	if (!tandem_intent_has(intent, region))
		return false;
	intent->bits[region / WORD_BITS] &= ~bit_of(region);
	intent->nr_dirty--;
	return true;
}

void tandem_intent_add_run(struct tandem_intent *intent, u32 first, u32 count)
{
	const u32 end = run_end(intent, first, count);
	u32 at;

	for (at = first / WORD_BITS; at < nr_words(end); at++) {
		const u64 mask = run_mask(at, first, end);

		intent->nr_dirty += count_bits(mask & ~intent->bits[at]);
		intent->bits[at] |= mask;
	}
}

void tandem_intent_remove_run(struct tandem_intent *intent, u32 first, u32 count)
{
	const u32 end = run_end(intent, first, count);
	u32 at;

	for (at = first / WORD_BITS; at < nr_words(end); at++) {
		const u64 mask = run_mask(at, first, end);

		intent->nr_dirty -= count_bits(mask & intent->bits[at]);
		intent->bits[at] &= ~mask;
	}
}

u32 tandem_intent_next(const struct tandem_intent *intent, u32 region)
{
	u32 at = region / WORD_BITS;
	u64 word;

	if (region >= intent->nr_regions)
		return intent->nr_regions;
	word = intent->bits[at] & (~0ull << (region % WORD_BITS));
	while (!word) {
		if (++at == nr_words(intent->nr_regions))
			return intent->nr_regions;
		word = intent->bits[at];
	}
	return at * WORD_BITS + (u32)__builtin_ctzll(word);
}

void tandem_intent_join(struct tandem_intent *into, const struct tandem_intent *from)
{
	u32 at;

	for (at = 0; at < nr_words(from->nr_regions); at++) {
		into->nr_dirty += count_bits(from->bits[at] & ~into->bits[at]);
		into->bits[at] |= from->bits[at];
	}
}

void tandem_intent_copy(struct tandem_intent *into, const struct tandem_intent *from)
{
	memcpy(into->bits, from->bits, tandem_intent_bytes(into->nr_regions));
	into->nr_dirty = from->nr_dirty;
}
