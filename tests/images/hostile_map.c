// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile pages of a region map: one defect each, checksum re-signed, so that nothing
 * but the rule in question stands between the defect and what is called never written.
 *
 * x(name, statement, error, reason): as in hostile.c; the statement damages `disk`, a
 * golden page (golden_map.h). What is refused as damaged or as nothing is not signed.
 */
#include "hostile_map.h"

#define LAST (GOLDEN_MAP_LAST - 1)

#define HEADER_DEFECTS(x) \
	x(nothing, memset(disk, 0, sizeof(*disk)), ENODATA, "nothing") \
	x(noise, memset(disk, 0xff, sizeof(*disk)), EBADMSG, "magic number") \
	x(magic, disk->magic ^= cpu_to_le32(1), EBADMSG, "magic number") \
	x(magic_of_log, disk->magic = cpu_to_le32(0x676f4c74), EBADMSG, "magic number") \
	x(magic_none, disk->magic = cpu_to_le32(0), EBADMSG, "magic number") \
	x(checksum, disk->crc ^= cpu_to_le32(1u << 31), EBADMSG, "checksum") \
	x(checksum_none, disk->crc = cpu_to_le32(0), EBADMSG, "checksum") \
	x(torn, memset(disk->entry, 0, sizeof(disk->entry)), EBADMSG, "checksum") \
	x(last_bit, disk->entry[TANDEM_MAP_ENTRIES - 1] = cpu_to_le16(1u << 15), EBADMSG, \
	  "checksum") \
	x(sequence_changed, disk->sequence ^= cpu_to_le64(1), EBADMSG, "checksum") \
	x(sequence_none, disk->sequence = cpu_to_le64(0), EINVAL, "sequence 0") \
	x(sequence_wraps, disk->sequence = cpu_to_le64(~0ull), EINVAL, \
	  "sequence beyond any count") \
	x(sequence_negative, disk->sequence = cpu_to_le64((1ull << 63) + 1), EINVAL, \
	  "sequence beyond any count") \
	x(array_other, disk->array.byte[0] ^= 1, EINVAL, "page of another array") \
	x(array_other_end, disk->array.byte[15] ^= 1, EINVAL, "page of another array") \
	x(array_none, memset(&disk->array, 0, 16), EINVAL, "page of another array") \
	x(set_other, disk->set = cpu_to_le16(0), EINVAL, "page of another set") \
	x(set_huge, disk->set = cpu_to_le16(0x0101), EINVAL, "page of another set") \
	x(page_before, disk->page = cpu_to_le32(GOLDEN_MAP_PAGE - 1), EINVAL, \
	  "page in the place of another") \
	x(page_behind, disk->page = cpu_to_le32(GOLDEN_MAP_PAGE + 1), EINVAL, \
	  "page in the place of another") \
	x(page_huge, disk->page = cpu_to_le32(1u << 16 | GOLDEN_MAP_PAGE), EINVAL, \
	  "page in the place of another")

#define ENTRY_DEFECTS(x) \
	x(content_unknown, disk->entry[0] = cpu_to_le16(3), EINVAL, "content of a region") \
	x(content_unknown_stale, disk->entry[LAST] = cpu_to_le16(0xff03), EINVAL, \
	  "content of a region") \
	x(bit_2, disk->entry[1] = cpu_to_le16(1u << 2 | 1), EINVAL, "content of a region") \
	x(bit_7, disk->entry[LAST] = cpu_to_le16(1u << 7 | 2), EINVAL, "content of a region") \
	x(bit_7_alone, disk->entry[0] = cpu_to_le16(1u << 7), EINVAL, "content of a region") \
	x(never_stale, disk->entry[0] = cpu_to_le16(0x0100), EINVAL, \
	  "region that is stale and was never written") \
	x(never_stale_last, disk->entry[LAST] = cpu_to_le16(0x8000), EINVAL, \
	  "region that is stale and was never written") \
	x(behind_last, disk->entry[LAST + 1] = cpu_to_le16(1), EINVAL, \
	  "region behind the last one") \
	x(behind_last_end, disk->entry[TANDEM_MAP_ENTRIES - 1] = cpu_to_le16(2), EINVAL, \
	  "region behind the last one") \
	x(behind_last_stale, disk->entry[LAST + 1] = cpu_to_le16(0x0102), EINVAL, \
	  "region behind the last one")

#define DEFECT_FUNCTION(name, statement, error, why) \
static void damage_##name(struct tandem_map_disk *disk) \
{ \
	statement; \
}
HEADER_DEFECTS(DEFECT_FUNCTION)
ENTRY_DEFECTS(DEFECT_FUNCTION)

#define DEFECT_ENTRY(name, statement, error, why) \
	{ #name, damage_##name, -error, why, -error != -EINVAL },
const struct hostile_map hostile_map_list[] = {
	HEADER_DEFECTS(DEFECT_ENTRY)
	ENTRY_DEFECTS(DEFECT_ENTRY)
};

const unsigned int hostile_map_nr = sizeof(hostile_map_list) / sizeof(hostile_map_list[0]);

void hostile_map_make(const struct hostile_map *hostile, union golden_page *page)
{
	static u16 entry[GOLDEN_MAP_REGIONS];
	const struct tandem_map_table table = golden_map(entry);

	tandem_map_encode(&table, GOLDEN_MAP_PAGE, GOLDEN_MAP_SEQUENCE, page);
	hostile->damage(&page->disk);
	if (!hostile->unsigned_page)
		golden_map_sign(page);
}
