// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever bytes lie in a slot: the decoder stays inside them, and what it
 * accepts obeys the rules, can be encoded, and is then decoded as the same.
 *
 * The first byte of the input says how the slot is made: odd, the rest is the
 * slot (and zeroes behind it); even, the rest are patches of the golden slot,
 * each two bytes of offset, one of length, and the bytes, so that a short input
 * reaches any field of an otherwise valid superblock. Magic and size are put
 * right in the first form, the checksum in both: behind them are the rules.
 */
#include "fuzz.h"
#include "images/golden.h"

static union golden_slot slot, again;
static struct tandem_super super, other;

static void patch(const uint8_t *data, size_t size)
{
	golden_super(&super, 7);
	tandem_super_encode(&super, &slot);
	while (size > 3) {
		size_t offset = (data[0] | (size_t)data[1] << 8) % TANDEM_SUPER_BYTES;
		size_t len = data[2] & 63;

		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		if (len > TANDEM_SUPER_BYTES - offset)
			len = TANDEM_SUPER_BYTES - offset;
		memcpy(&slot.byte[offset], data, len);
		data += len;
		size -= len;
	}
}

static void fill(const uint8_t *data, size_t size)
{
	memset(&slot, 0, sizeof(slot));
	memcpy(&slot, data, size < sizeof(slot) ? size : sizeof(slot));
	memcpy(slot.disk.magic, TANDEM_SUPER_MAGIC, sizeof(slot.disk.magic));
	slot.disk.size_bytes = cpu_to_le32(TANDEM_SUPER_BYTES);
}

/* The rules once more, as far as what uses a superblock relies on them. */
static void demand_bounds(void)
{
	u64 end = super.data_offset_sectors + super.geo.set_sectors;
	unsigned int i;

	FUZZ_DEMAND(super.geo.nr_sets >= 1 && super.geo.nr_sets <= TANDEM_MAX_SETS);
	FUZZ_DEMAND(super.nr_legs >= 2 && super.nr_legs <= TANDEM_MAX_LEGS);
	FUZZ_DEMAND(super.leg < super.nr_legs);
	FUZZ_DEMAND(end > super.data_offset_sectors && end + 2048 <= super.own_disk_sectors);
	FUZZ_DEMAND(tandem_geometry_volume_sectors(&super.geo) <= 1ull << 44);
	for (i = 0; i < super.nr_legs; i++)
		FUZZ_DEMAND(super.place[i].set < super.geo.nr_sets);
	for (i = 0; i < super.geo.nr_sets; i++)
		FUZZ_DEMAND(super.set[i].first_leg + super.set[i].nr_legs <= super.nr_legs);
	FUZZ_DEMAND(memchr(super.name, 0, sizeof(super.name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why = NULL;
	int error;

	if (!size)
		return 0;
	if (data[0] & 1)
		fill(data + 1, size - 1);
	else
		patch(data + 1, size - 1);
	golden_sign(&slot);
	error = tandem_super_decode(&slot, &super, &why);
	if (error) {
		FUZZ_DEMAND(why);
		return 0;
	}
	FUZZ_DEMAND(!tandem_super_check(&super, NULL));
	demand_bounds();
	tandem_super_encode(&super, &again);
	FUZZ_DEMAND(!tandem_super_decode(&again, &other, NULL));
	FUZZ_DEMAND(!memcmp(&super, &other, sizeof(super)));
	return 0;
}
