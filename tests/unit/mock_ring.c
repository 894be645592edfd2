// SPDX-License-Identifier: GPL-2.0-only
/* Intent logs on disks in memory; see mock_ring.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mock_disk.h"
#include "mock_ring.h"

static struct tandem_super super;

void mock_ring_only(unsigned int disk)
{
	assert_true(mock_disk_super(disk, &super));
	super.feature_incompat = TANDEM_INCOMPAT_INTENT_LOG;
	super.flags &= ~TANDEM_FLAG_CLEAN;
	mock_disk_set_super(disk, &super);
}

u64 mock_ring_bytes(u64 sequence)
{
	return TANDEM_LOG_BYTES + sequence % TANDEM_LOG_SLOTS * TANDEM_PAGE_BYTES;
}

static void fill_intent(struct tandem_intent *intent, const struct mock_ring *ring)
{
	u32 regions = tandem_geometry_regions(&super.geo);
	unsigned int i;

	tandem_intent_init(intent, regions, calloc(1, tandem_intent_bytes(regions)));
	assert_non_null(intent->bits);
	for (i = 0; i < ring->nr; i++)
		assert_true(tandem_intent_add(intent, ring->dirty[i]));
}

void mock_ring_write(unsigned int disk, const struct mock_ring *ring)
{
	static struct tandem_log_change change;
	static struct tandem_log_turn turn;
	unsigned char *data = mock_disk[disk].data;
	struct tandem_intent intent;
	struct tandem_log_shape shape = {
		.slots = TANDEM_LOG_SLOTS,
		.window = ring->window ? ring->window : TANDEM_LOG_WINDOW,
		.changes = TANDEM_LOG_CHANGES,
	};
	struct tandem_log_record record = {
		.head = { .flags = ring->flags },
		.intent = &intent, .change = &change, .turn = &turn,
	};
	u64 sequence;

	assert_true(mock_disk_super(disk, &super));
	shape.array = super.array;
	shape.set = super.place[super.leg].set;
	shape.nr_regions = tandem_geometry_regions(&super.geo);
	record.head.config = super.set[shape.set].id;
	record.head.generation = super.set[shape.set].generation;
	record.head.epoch = super.epoch.id;
	record.head.epoch_number = super.epoch.number;
	fill_intent(&intent, ring);
	memset(data + TANDEM_LOG_BYTES, 0, TANDEM_LOG_SLOTS * TANDEM_PAGE_BYTES);
	tandem_log_turn_reset(&turn);
	memcpy(change.region, ring->dirty, ring->nr * sizeof(*ring->dirty));
	change.nr_new = (u16)ring->nr;
	for (sequence = ring->sequence > MOCK_RING_RECORDS ? ring->sequence - MOCK_RING_RECORDS : 1;
	     sequence <= ring->sequence; sequence++) {
		record.head.sequence = sequence;
		tandem_log_encode(&shape, &record, data + mock_ring_bytes(sequence));
		change.nr_new = 0;
	}
	assert_true(tandem_log_is_whole(&shape, &turn, ring->sequence));
	free(intent.bits);
}

void mock_ring_bits(unsigned int disk, u64 sequence, unsigned int bits)
{
	struct mock_ring ring = { .sequence = sequence };
	u32 dirty[8 * sizeof(bits)], region;

	for (region = 0; region < 8 * sizeof(bits); region++) {
		if (bits & 1u << region)
			dirty[ring.nr++] = region;
	}
	ring.dirty = dirty;
	mock_ring_write(disk, &ring);
}
