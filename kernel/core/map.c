// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The region map of a set: pages to and from bytes.
 *
 * Decisions
 * - A page names its array, its set and itself, for a page in the wrong place would
 *   call regions never written that hold a database.
 * - What is behind the last region must say NEVER: that is what a set that grows
 *   will find there (I41).
 * - A sequence that nobody can have counted to is refused: the one behind it might be 0.
 * - A page of zeroes is no page. A disk that lost its front area says so in this way,
 *   and would make everything NEVER.
 */
#include "sys.h"
#include "core/checksum.h"
#include "core/map.h"

#define ENTRY_BITS	(TANDEM_MAP_CONTENT | 0xffu << TANDEM_MAP_STALE_SHIFT)
#define MAX_SEQUENCE	(1ull << 63)

static int refuse(const char **why, const char *phrase, int error)
{
	if (why)
		*why = phrase;
	return error;
}

static u32 page_crc(const struct tandem_map_disk *disk)
{
	return tandem_checksum(disk, sizeof(*disk), offsetof(struct tandem_map_disk, crc));
}

static bool is_zero(const void *bytes)
{
	const u64 *word = bytes;
	unsigned int i;

	for (i = 0; i < TANDEM_PAGE_BYTES / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

/* Regions that @page speaks of: the first, and how many. */
static u32 first_of(u32 page)
{
	return page * TANDEM_MAP_ENTRIES;
}

static u32 count_of(const struct tandem_map_table *table, u32 page)
{
	u32 left = table->nr_regions - first_of(page);

	return left < TANDEM_MAP_ENTRIES ? left : TANDEM_MAP_ENTRIES;
}

u32 tandem_map_pages(u32 nr_regions)
{
	return (nr_regions + TANDEM_MAP_ENTRIES - 1) / TANDEM_MAP_ENTRIES;
}

void tandem_map_encode(const struct tandem_map_table *table, u32 page, u64 sequence,
		       void *bytes)
{
	const u32 count = count_of(table, page);
	struct tandem_map_disk *disk = bytes;
	u32 i;

	memset(disk, 0, sizeof(*disk));
	disk->magic = cpu_to_le32(TANDEM_MAP_MAGIC);
	disk->sequence = cpu_to_le64(sequence);
	disk->array = table->array;
	disk->page = cpu_to_le32(page);
	disk->set = cpu_to_le16(table->set);
	for (i = 0; i < count; i++)
		disk->entry[i] = cpu_to_le16(table->entry[first_of(page) + i]);
	disk->crc = cpu_to_le32(page_crc(disk));
}

static int check_entries(const struct tandem_map_table *table, u32 page,
			 const struct tandem_map_disk *disk, const char **why)
{
	const u32 count = count_of(table, page);
	u32 i;

	for (i = 0; i < TANDEM_MAP_ENTRIES; i++) {
		const u16 entry = le16_to_cpu(disk->entry[i]);

		if (entry & ~ENTRY_BITS || tandem_map_content(entry) > TANDEM_CONTENT_WRITTEN)
			return refuse(why, "content of a region", -EINVAL);
		if (entry && tandem_map_content(entry) == TANDEM_CONTENT_NEVER)
			return refuse(why, "region that is stale and was never written", -EINVAL);
		if (entry && i >= count)
			return refuse(why, "region behind the last one", -EINVAL);
	}
	return 0;
}

int tandem_map_check(const struct tandem_map_table *table, u32 page, const void *bytes,
		     const char **why)
{
	const struct tandem_map_disk *disk = bytes;

	if (le32_to_cpu(disk->magic) != TANDEM_MAP_MAGIC) {
		if (is_zero(bytes))
			return refuse(why, "nothing", -ENODATA);
		return refuse(why, "magic number", -EBADMSG);
	}
	if (le32_to_cpu(disk->crc) != page_crc(disk))
		return refuse(why, "checksum", -EBADMSG);
	if (!tandem_id_equal(&disk->array, &table->array))
		return refuse(why, "page of another array", -EINVAL);
	if (le16_to_cpu(disk->set) != table->set)
		return refuse(why, "page of another set", -EINVAL);
	if (le32_to_cpu(disk->page) != page)
		return refuse(why, "page in the place of another", -EINVAL);
	if (!disk->sequence)
		return refuse(why, "sequence 0", -EINVAL);
	if (le64_to_cpu(disk->sequence) > MAX_SEQUENCE)
		return refuse(why, "sequence beyond any count", -EINVAL);
	return check_entries(table, page, disk, why);
}

int tandem_map_choose(const struct tandem_map_table *table, u32 page, const void *slots,
		      u64 *sequence)
{
	const struct tandem_map_disk *disk;
	int error, best = -ENODATA;
	unsigned int i;

	*sequence = 0;
	for (i = 0; i < 2; i++) {
		disk = (const void *)((const u8 *)slots + i * TANDEM_PAGE_BYTES);
		error = tandem_map_check(table, page, disk, NULL);
		if (!error && le64_to_cpu(disk->sequence) > *sequence) {
			*sequence = le64_to_cpu(disk->sequence);
			best = (int)i;
		} else if (error && error != -ENODATA && best < 0) {
			best = -EBADMSG;
		}
	}
	return best;
}

void tandem_map_merge(const struct tandem_map_table *table, u32 page, const void *bytes)
{
	const struct tandem_map_disk *disk = bytes;
	const u32 count = count_of(table, page);
	unsigned int content;
	u16 *own, theirs;
	u32 i;

	for (i = 0; i < count; i++) {
		own = &table->entry[first_of(page) + i];
		theirs = le16_to_cpu(disk->entry[i]);
		content = tandem_map_content(*own);
		if (tandem_map_content(theirs) > content)
			content = tandem_map_content(theirs);
		*own = tandem_map_entry(content, tandem_map_stale(*own) | tandem_map_stale(theirs));
	}
}

void tandem_map_give_up(const struct tandem_map_table *table, u32 page, u8 stale)
{
	const u32 count = count_of(table, page);
	u32 i;

	for (i = 0; i < count; i++)
		table->entry[first_of(page) + i] = tandem_map_entry(TANDEM_CONTENT_WRITTEN, stale);
}
