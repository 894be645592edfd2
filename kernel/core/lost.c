// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The lost-range table of a set: what is in it, and its page to and from bytes.
 *
 * Decisions
 * - The limit is not the number of ranges but of those that may be left of them: a range
 *   of n blocks becomes at most n/2, rounded up, when every other block is written. So
 *   to take away never fails. It bounds the blocks as well: a disk that reads nothing any
 *   more fills the table, and is not copied as a disk full of lost blocks.
 * - A table names its array and set, for one in the wrong place would make errors of
 *   good blocks, and good blocks of lost ones.
 * - A page of zeroes is no table: it is what `create` leaves. Both copies are written
 *   before anything depends on a table, so where one is still zero nothing does, whatever
 *   has become of the other: power may have torn the first one.
 */
#include "sys.h"
#include "core/checksum.h"
#include "core/lost.h"

#define MAX_SEQUENCE	(1ull << 63)

static int refuse(const char **why, const char *phrase, int error)
{
	if (why)
		*why = phrase;
	return error;
}

static u64 end_of(const struct tandem_lost_range *range)
{
	return range->sector + range->count;
}

static u32 weight_of(const struct tandem_lost_table *table, u32 count)
{
	u32 unit = table->block_sectors ? table->block_sectors : 1;

	return (count + 2 * unit - 1) / (2 * unit);
}

u32 tandem_lost_weight(const struct tandem_lost_table *table)
{
	u32 weight = 0;
	u32 i;

	for (i = 0; i < table->nr; i++)
		weight += weight_of(table, table->range[i].count);
	return weight;
}

/* The first range that ends at @sector or behind it. */
static u32 find(const struct tandem_lost_table *table, u64 sector)
{
	u32 i = 0;

	while (i < table->nr && end_of(&table->range[i]) < sector)
		i++;
	return i;
}

/* @nr ranges from @at on become @with. There is room. */
static void replace(struct tandem_lost_table *table, u32 at, u32 nr, u32 with)
{
	memmove(&table->range[at + with], &table->range[at + nr],
		(table->nr - at - nr) * sizeof(table->range[0]));
	table->nr = (u16)(table->nr - nr + with);
}

int tandem_lost_add(struct tandem_lost_table *table, u64 sector, u32 count)
{
	u64 end = sector + count;
	u32 weight = tandem_lost_weight(table);
	u32 first = find(table, sector);
	u32 last = first;

	if (!count)
		return 0;
	for (; last < table->nr && table->range[last].sector <= end; last++) {
		weight -= weight_of(table, table->range[last].count);
		if (table->range[last].sector < sector)
			sector = table->range[last].sector;
		if (end_of(&table->range[last]) > end)
			end = end_of(&table->range[last]);
	}
	if (end - sector > 0xffffffffu ||
	    weight + weight_of(table, (u32)(end - sector)) > table->limit ||
	    (first == last && table->nr == TANDEM_LOST_RANGES))
		return -ENOSPC;
	replace(table, first, last - first, 1);
	table->range[first].sector = sector;
	table->range[first].count = (u32)(end - sector);
	return 0;
}

int tandem_lost_remove(struct tandem_lost_table *table, u64 sector, u32 count)
{
	struct tandem_lost_range left[2];
	const u64 end = sector + count;
	u32 first = find(table, sector);
	u32 nr = 0;
	u32 last;

	if (first < table->nr && end_of(&table->range[first]) == sector)
		first++;
	for (last = first; last < table->nr && table->range[last].sector < end; last++) {
		const struct tandem_lost_range *range = &table->range[last];

		if (range->sector < sector) {
			left[nr].sector = range->sector;
			left[nr++].count = (u32)(sector - range->sector);
		}
		if (end_of(range) > end) {
			left[nr].sector = end;
			left[nr++].count = (u32)(end_of(range) - end);
		}
	}
	if (table->nr - (last - first) + nr > TANDEM_LOST_RANGES)
		return -ENOSPC;
	replace(table, first, last - first, nr);
	memcpy(&table->range[first], left, nr * sizeof(left[0]));
	return 0;
}

u32 tandem_lost_run(const struct tandem_lost_table *table, u64 sector, u32 count, bool *lost)
{
	u32 i = find(table, sector + 1);
	u64 end = sector + count;

	*lost = i < table->nr && table->range[i].sector <= sector;
	if (*lost && end_of(&table->range[i]) < end)
		end = end_of(&table->range[i]);
	else if (!*lost && i < table->nr && table->range[i].sector < end)
		end = table->range[i].sector;
	return (u32)(end - sector);
}

bool tandem_lost_has(const struct tandem_lost_table *table, u64 sector, u64 count)
{
	u32 i = find(table, sector + 1);

	return i < table->nr && table->range[i].sector < sector + count;
}

u64 tandem_lost_sectors(const struct tandem_lost_table *table)
{
	u64 sectors = 0;
	u32 i;

	for (i = 0; i < table->nr; i++)
		sectors += table->range[i].count;
	return sectors;
}

int tandem_lost_join(struct tandem_lost_table *table, const struct tandem_lost_table *other)
{
	int error = 0;
	u32 i;

	for (i = 0; i < other->nr && !error; i++)
		error = tandem_lost_add(table, other->range[i].sector, other->range[i].count);
	return error;
}

static u32 checksum(const struct tandem_lost_disk *disk)
{
	return tandem_checksum(disk, sizeof(*disk), offsetof(struct tandem_lost_disk, crc));
}

static bool is_zero(const void *bytes)
{
	const u64 *word = bytes;
	u32 i;

	for (i = 0; i < TANDEM_PAGE_BYTES / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

void tandem_lost_encode(const struct tandem_lost_table *table, u64 sequence, void *bytes)
{
	struct tandem_lost_disk *disk = bytes;
	u32 i;

	memset(disk, 0, sizeof(*disk));
	disk->magic = cpu_to_le32(TANDEM_LOST_MAGIC);
	disk->sequence = cpu_to_le64(sequence);
	disk->array = table->array;
	disk->set = cpu_to_le16(table->set);
	disk->nr = cpu_to_le16(table->nr);
	for (i = 0; i < table->nr; i++) {
		disk->range[i].sector = cpu_to_le64(table->range[i].sector);
		disk->range[i].count = cpu_to_le32(table->range[i].count);
	}
	disk->crc = cpu_to_le32(checksum(disk));
}

static int check_ranges(const struct tandem_lost_table *table,
			const struct tandem_lost_disk *disk, const char **why)
{
	const u32 nr = le16_to_cpu(disk->nr);
	u64 before = 0;
	u32 i;

	if (nr > TANDEM_LOST_RANGES)
		return refuse(why, "number of ranges", -EINVAL);
	for (i = 0; i < TANDEM_LOST_RANGES; i++) {
		const u64 sector = le64_to_cpu(disk->range[i].sector);
		const u32 count = le32_to_cpu(disk->range[i].count);

		if (i >= nr && (sector || count))
			return refuse(why, "range behind the last one", -EINVAL);
		if (i >= nr)
			continue;
		if (!count)
			return refuse(why, "empty range", -EINVAL);
		if (i && sector <= before)
			return refuse(why, "order of ranges", -EINVAL);
		if (sector >= table->set_sectors || count > table->set_sectors - sector)
			return refuse(why, "range behind the end of the set", -EINVAL);
		before = sector + count;
	}
	return 0;
}

int tandem_lost_check(const struct tandem_lost_table *table, const void *bytes,
		      const char **why)
{
	const struct tandem_lost_disk *disk = bytes;

	if (le32_to_cpu(disk->magic) != TANDEM_LOST_MAGIC) {
		if (is_zero(bytes))
			return refuse(why, "nothing", -ENODATA);
		return refuse(why, "magic number", -EBADMSG);
	}
	if (le32_to_cpu(disk->crc) != checksum(disk))
		return refuse(why, "checksum", -EBADMSG);
	if (!tandem_id_equal(&disk->array, &table->array))
		return refuse(why, "table of another array", -EINVAL);
	if (le16_to_cpu(disk->set) != table->set)
		return refuse(why, "table of another set", -EINVAL);
	if (!disk->sequence)
		return refuse(why, "sequence 0", -EINVAL);
	if (le64_to_cpu(disk->sequence) > MAX_SEQUENCE)
		return refuse(why, "sequence beyond any count", -EINVAL);
	return check_ranges(table, disk, why);
}

int tandem_lost_choose(const struct tandem_lost_table *table, const void *copies,
		       u64 *sequence)
{
	const struct tandem_lost_disk *disk;
	int error, best = -EBADMSG;
	unsigned int i;

	*sequence = 0;
	for (i = 0; i < 2; i++) {
		disk = (const void *)((const u8 *)copies + i * TANDEM_PAGE_BYTES);
		error = tandem_lost_check(table, disk, NULL);
		if (!error && le64_to_cpu(disk->sequence) > *sequence) {
			*sequence = le64_to_cpu(disk->sequence);
			best = (int)i;
		} else if (error == -ENODATA && best < 0) {
			best = -ENODATA;
		}
	}
	return best;
}

void tandem_lost_decode(struct tandem_lost_table *table, const void *bytes)
{
	const struct tandem_lost_disk *disk = bytes;
	u32 i;

	table->nr = le16_to_cpu(disk->nr);
	for (i = 0; i < table->nr; i++) {
		table->range[i].sector = le64_to_cpu(disk->range[i].sector);
		table->range[i].count = le32_to_cpu(disk->range[i].count);
	}
}
