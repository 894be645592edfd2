// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever bytes lie in the ring of an intent log: the reader stays inside them,
 * what it accepts obeys the rules, and its result is that of another reader, which
 * knows windows as arrays of bytes and tries every number of records in turn.
 *
 * The input: slots, regions, window, number of records, then a byte with the number
 * of changes for each record and the regions that change sides. What is left are
 * patches of the ring, each a byte with the slot, two with an offset, one with a
 * length, and the bytes. Magic and checksum of every slot that is not all zero are
 * put right: behind them are the rules.
 */
#include "fuzz_pages.h"
#include "core/log.h"

#define MAX_SLOTS 11u
#define MAX_REGIONS 256u

union page {
	struct tandem_log_disk disk;
	u8 byte[TANDEM_PAGE_BYTES];
};

static union page ring[MAX_SLOTS];
static u64 bits[3][MAX_REGIONS / 64];
static struct tandem_log_shape shape;

static void write_records(struct fuzz_input *input, unsigned int nr_records)
{
	struct tandem_log_turn turn;
	struct tandem_intent intent;
	u64 sequence;

	tandem_intent_init(&intent, shape.nr_regions, bits[0]);
	tandem_log_turn_reset(&turn);
	for (sequence = 1; sequence <= nr_records; sequence++) {
		struct tandem_log_change change = { 0 };
		struct tandem_log_record record = {
			.head = { .sequence = sequence }, .intent = &intent, .change = &change,
			.turn = &turn,
		};
		unsigned int nr = fuzz_take(input) % 8, side = nr / 4;

		for (nr %= 4; nr; nr--) {
			const u32 region = fuzz_take(input) % shape.nr_regions;

			if (side ? !tandem_intent_remove(&intent, region) :
				   !tandem_intent_add(&intent, region))
				continue;
			change.region[change.nr_new + change.nr_cleared] = region;
			if (side)
				change.nr_cleared++;
			else
				change.nr_new++;
		}
		tandem_log_encode(&shape, &record, &ring[sequence % shape.slots]);
	}
}

/* struct model - a record, the slow way: one byte for each region */
struct model {
	bool valid;
	u64 sequence;
	u32 nr_dirty;
	u8 in_window[MAX_REGIONS];
	u8 listed[MAX_REGIONS];
};

/* Goes around the window, and finds its list in that order. */
static bool model_window(const struct tandem_log_disk *disk, unsigned int at, struct model *model)
{
	const u64 first = le32_to_cpu(disk->window_first);
	const u64 regions = le32_to_cpu(disk->window_regions);
	unsigned int nr = le16_to_cpu(disk->nr_window);
	u64 i;

	if (first >= shape.nr_regions || regions < 1 || regions > shape.nr_regions ||
	    nr > TANDEM_LOG_WINDOW || nr > model->nr_dirty)
		return false;
	for (i = 0; i < regions; i++) {
		const u64 region = (first + i) % shape.nr_regions;

		model->in_window[region] = 1;
		if (nr && le32_to_cpu(disk->region[at]) == region) {
			model->listed[region] = 1;
			at++;
			nr--;
		}
	}
	return !nr;
}

static bool model_record(unsigned int slot, struct model *model)
{
	const struct tandem_log_disk *disk = &ring[slot].disk;
	const unsigned int changes = 0u + le16_to_cpu(disk->nr_new) + le16_to_cpu(disk->nr_cleared);
	unsigned int i;

	memset(model, 0, sizeof(*model));
	model->sequence = le64_to_cpu(disk->sequence);
	model->nr_dirty = le32_to_cpu(disk->nr_dirty);
	if (fuzz_is_zero(&ring[slot]) || memcmp(&disk->array, &shape.array, 16) ||
	    le16_to_cpu(disk->set) != shape.set || model->sequence - 1 >= 1ull << 63 ||
	    model->sequence % shape.slots != slot || model->nr_dirty > shape.nr_regions ||
	    (le32_to_cpu(disk->flags) | TANDEM_LOG_FLAGS_KNOWN) != TANDEM_LOG_FLAGS_KNOWN ||
	    changes > TANDEM_LOG_CHANGES)
		return false;
	for (i = 0; i < changes; i++)
		if (le32_to_cpu(disk->region[i]) >= shape.nr_regions)
			return false;
	return model_window(disk, changes, model);
}

/* The state after @nr records up to that in @model[@slot]; false: a hole, or not covered. */
static bool model_replay(const struct model *model, u64 sequence, u32 nr, u8 *dirty)
{
	u8 covered[MAX_REGIONS] = { 0 };
	u32 i, region;

	memset(dirty, 0, MAX_REGIONS);
	if (nr > sequence)
		return false;
	for (i = nr; i-- > 0;) {
		const unsigned int slot = (sequence - i) % shape.slots;
		const struct tandem_log_disk *disk = &ring[slot].disk;
		const unsigned int nr_new = le16_to_cpu(disk->nr_new);
		unsigned int c;

		if (!model[slot].valid || model[slot].sequence != sequence - i)
			return false;
		for (c = 0; c < nr_new + le16_to_cpu(disk->nr_cleared); c++)
			dirty[le32_to_cpu(disk->region[c])] = c < nr_new;
		for (region = 0; region < shape.nr_regions; region++) {
			if (!model[slot].in_window[region])
				continue;
			covered[region] = 1;
			dirty[region] = model[slot].listed[region];
		}
	}
	return !memchr(covered, 0, shape.nr_regions);
}

/* Compares the results; @error is that of the replay. */
static void compare(const struct model *model, const struct tandem_log_replay *replay, int error)
{
	u8 dirty[MAX_REGIONS];
	u32 slot, nr, region, count = 0;
	u64 newest = 0;

	for (slot = 0; slot < shape.slots; slot++)
		if (model[slot].valid && model[slot].sequence > newest)
			newest = model[slot].sequence;
	FUZZ_DEMAND(replay->head.sequence == newest);
	if (!newest) {
		FUZZ_DEMAND(error == -ENODATA || error == -EBADMSG);
		for (slot = 0; slot < shape.slots; slot++)
			FUZZ_DEMAND(error == -EBADMSG || fuzz_is_zero(&ring[slot]));
		return;
	}
	for (nr = 1; nr <= shape.slots; nr++)
		if (model_replay(model, newest, nr, dirty))
			break;
	for (region = 0; region < shape.nr_regions; region++)
		count += dirty[region];
	if (nr > shape.slots)
		FUZZ_DEMAND(error == -EBADMSG);
	else if (count != model[newest % shape.slots].nr_dirty)
		/* A log being written anew may differ; see the format. */
		FUZZ_DEMAND(error == -EBADMSG || (!error && replay->head.flags & TANDEM_LOG_PART));
	else
		FUZZ_DEMAND(!error);
	if (error)
		return;
	FUZZ_DEMAND(replay->state.nr_dirty == count);
	FUZZ_DEMAND(replay->cursor < shape.nr_regions);
	for (region = 0; region < shape.nr_regions; region++)
		FUZZ_DEMAND(tandem_intent_has(&replay->state, region) == !!dirty[region]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model model[MAX_SLOTS];
	struct fuzz_input input = { data, size };
	struct tandem_log_replay replay;
	unsigned int slot;

	memset(ring, 0, sizeof(ring));
	shape = (struct tandem_log_shape){ .set = 3 };
	shape.slots = 4 + fuzz_take(&input) % (MAX_SLOTS - 3);
	shape.nr_regions = 1 + fuzz_take(&input);
	shape.window = 1 + fuzz_take(&input) % 16;
	write_records(&input, fuzz_take(&input) % 64);
	fuzz_patch(&input, ring, shape.slots);
	for (slot = 0; slot < shape.slots; slot++) {
		const char *why = NULL;
		int error;

		fuzz_sign(&ring[slot], TANDEM_LOG_MAGIC);
		model[slot].valid = model_record(slot, &model[slot]);
		error = tandem_log_check(&shape, &ring[slot], slot, &why);
		FUZZ_DEMAND(model[slot].valid == !error);
		FUZZ_DEMAND(!error == !why);
	}
	tandem_intent_init(&replay.state, shape.nr_regions, bits[1]);
	tandem_intent_init(&replay.covered, shape.nr_regions, bits[2]);
	compare(model, &replay, tandem_log_replay(&shape, ring, &replay));
	return 0;
}
