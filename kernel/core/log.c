// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The intent log: encode a record, check one, replay a ring.
 *
 * Decisions
 * - The bytes are read in place. A record is checked before any of it is used, and
 *   once more when the replay comes to it: no list of good slots needs memory.
 * - The reader does not rely on windows that follow one another. It marks what
 *   they cover, and goes back until nothing is missing.
 * - A replay ends with the count that the newest record gives. It differs if a
 *   record was applied to another state than it was written for. Only while a log
 *   is written anew (TANDEM_LOG_PART) is that so by intent.
 *
 * - A record is read by the number of regions that it names: a set that has grown
 *   finds records whose windows went round earlier. Behind their last region there was
 *   nothing, so they cover that as well (I41).
 *
 * Invariants: no count is used before it was bounded, no region is a bit number
 * before it was compared with the number of regions of its record, which is not more
 * than nr_regions.
 *
 * Why nothing that is needed is overwritten. Let T records end with windows that
 * do not cover the set together, after a record with @before dirty regions. Then
 * each lists @window regions, none twice, and at least one dirty region is left:
 * more than T * window. All of them were dirty before or became so, and of T *
 * changes at most half can be new ones beyond those that were room for:
 *
 *	new - cleared <= capacity - before,  new + cleared <= T * changes
 *	before + new <= (before + capacity + T * changes) / 2
 *	             <= capacity + T * changes / 2
 *
 * So with capacity = T * (window - changes / 2) it cannot be, and the newest T
 * records always cover the set.
 */
#include "sys.h"
#include "core/checksum.h"
#include "core/log.h"

/* Nothing counts this far; a sequence beyond is damage, and would wrap. */
#define MAX_SEQUENCE (1ull << 63)

/* Slots that hold nothing that is needed; see tandem_log_capacity(). */
#define SPARE_SLOTS 3u

static int refuse(const char **why, const char *phrase)
{
	if (why)
		*why = phrase;
	return -EINVAL;
}

static u32 record_crc(const struct tandem_log_disk *disk)
{
	return tandem_checksum(disk, sizeof(*disk), offsetof(struct tandem_log_disk, crc));
}

/* How many regions the set had when this was written. */
static u32 regions_of(const struct tandem_log_shape *shape, const struct tandem_log_disk *disk)
{
	return le32_to_cpu(disk->nr_regions) ?: shape->nr_regions;
}

/* @offset regions behind @first, around the end of a set of @nr_regions. */
static u32 region_at(u32 nr_regions, u32 first, u32 offset)
{
	const u32 to_end = nr_regions - first;

	return offset < to_end ? first + offset : offset - to_end;
}

/* How far @region is behind @first, around the end of a set of @nr_regions. */
static u32 offset_of(u32 nr_regions, u32 first, u32 region)
{
	return region >= first ? region - first : nr_regions - first + region;
}

/* The first dirty region at @offset behind @first or further; there is one. */
static u32 next_dirty(const struct tandem_intent *intent, u32 first, u32 offset)
{
	const u32 to_end = intent->nr_regions - first;
	u32 region;

	if (offset < to_end) {
		region = tandem_intent_next(intent, first + offset);
		if (region < intent->nr_regions)
			return region - first;
		offset = to_end;
	}
	return to_end + tandem_intent_next(intent, offset - to_end);
}

/* Lists the window that begins at the cursor; its regions are the return value. */
static u32 encode_window(const struct tandem_log_shape *shape,
			 const struct tandem_log_record *record, struct tandem_log_disk *disk)
{
	const struct tandem_intent *intent = record->intent;
	const u32 first = record->turn->cursor;
	__le32 *list = &disk->region[record->change->nr_new + record->change->nr_cleared];
	u32 offset = 0, nr;

	for (nr = 0; nr < intent->nr_dirty; nr++) {
		offset = next_dirty(intent, first, offset);
		if (nr == shape->window)
			break;
		list[nr] = cpu_to_le32(region_at(shape->nr_regions, first, offset));
		offset++;
	}
	if (nr == intent->nr_dirty)
		offset = shape->nr_regions;
	disk->nr_window = cpu_to_le16((u16)nr);
	disk->window_first = cpu_to_le32(first);
	disk->window_regions = cpu_to_le32(offset);
	return offset;
}

/* Moves the turn on. A record that replaces one of its own number takes that one's place. */
static void encode_turn(const struct tandem_log_shape *shape,
			const struct tandem_log_record *record, struct tandem_log_disk *disk)
{
	struct tandem_log_turn *turn = record->turn;
	const u64 sequence = record->head.sequence;
	u32 *span = &turn->span[sequence % shape->slots];

	if (turn->newest == sequence)
		turn->cursor = region_at(shape->nr_regions, turn->cursor,
					 shape->nr_regions - *span);
	turn->newest = sequence;
	*span = encode_window(shape, record, disk);
	turn->cursor = region_at(shape->nr_regions, turn->cursor, *span);
}

void tandem_log_encode(const struct tandem_log_shape *shape,
		       const struct tandem_log_record *record, void *bytes)
{
	const struct tandem_log_change *change = record->change;
	const struct tandem_log_head *head = &record->head;
	struct tandem_log_disk *disk = bytes;
	unsigned int i;

	memset(disk, 0, sizeof(*disk));
	disk->magic = cpu_to_le32(TANDEM_LOG_MAGIC);
	disk->sequence = cpu_to_le64(head->sequence);
	disk->array = shape->array;
	disk->config = head->config;
	disk->epoch = head->epoch;
	disk->epoch_number = cpu_to_le64(head->epoch_number);
	disk->generation = cpu_to_le64(head->generation);
	disk->set = cpu_to_le16(shape->set);
	disk->nr_new = cpu_to_le16(change->nr_new);
	disk->nr_cleared = cpu_to_le16(change->nr_cleared);
	disk->nr_dirty = cpu_to_le32(record->intent->nr_dirty);
	disk->flags = cpu_to_le32(head->flags);
	disk->pin = head->pin;
	disk->nr_regions = cpu_to_le32(shape->nr_regions);
	for (i = 0; i < (unsigned int)change->nr_new + change->nr_cleared; i++)
		disk->region[i] = cpu_to_le32(change->region[i]);
	encode_turn(shape, record, disk);
	disk->crc = cpu_to_le32(record_crc(disk));
}

void tandem_log_turn_reset(struct tandem_log_turn *turn)
{
	memset(turn, 0, sizeof(*turn));
}

/*
 * Counts records of this turn from @sequence backwards, until together they have
 * windows over the whole set. Of a full ring the oldest is left out: the next
 * record takes its place.
 */
static u32 count_needed(const struct tandem_log_shape *shape, const struct tandem_log_turn *turn,
			u64 sequence, bool *whole)
{
	u32 rest = shape->nr_regions;
	u32 nr;

	*whole = false;
	for (nr = 0; nr < shape->slots - 1 && nr < sequence && !*whole; nr++) {
		const u32 span = turn->span[(sequence - nr) % shape->slots];

		if (!span)
			break;
		*whole = span >= rest;
		rest -= *whole ? rest : span;
	}
	return nr;
}

bool tandem_log_is_whole(const struct tandem_log_shape *shape, const struct tandem_log_turn *turn,
			 u64 sequence)
{
	bool whole;

	count_needed(shape, turn, sequence, &whole);
	return whole;
}

bool tandem_log_must_turn(const struct tandem_log_shape *shape,
			  const struct tandem_log_turn *turn, u64 sequence)
{
	bool whole;

	return count_needed(shape, turn, sequence, &whole) > shape->slots - SPARE_SLOTS;
}

u32 tandem_log_capacity(const struct tandem_log_shape *shape)
{
	const u32 nr_records = shape->slots - SPARE_SLOTS;
	const u32 changes = shape->changes ?: TANDEM_LOG_CHANGES;
	const u32 twice = 2 * shape->window;
	u32 capacity = 0;

	if (changes < twice)
		capacity = nr_records * (twice - changes) / 2;
	/* One window lists as many, whatever changes. */
	return capacity > shape->window ? capacity : shape->window;
}

static bool is_zero(const void *bytes)
{
	const u64 *word = bytes;
	unsigned int i;

	for (i = 0; i < TANDEM_PAGE_BYTES / sizeof(*word); i++) {
		if (word[i])
			return false;
	}
	return true;
}

static int check_head(const struct tandem_log_shape *shape, const struct tandem_log_disk *disk,
		      u32 slot, const char **why)
{
	const u64 sequence = le64_to_cpu(disk->sequence);

	if (!tandem_id_equal(&disk->array, &shape->array))
		return refuse(why, "array of a log record (another one)");
	if (le16_to_cpu(disk->set) != shape->set)
		return refuse(why, "set of a log record (another one)");
	if (!sequence || sequence > MAX_SEQUENCE)
		return refuse(why, "sequence of a log record (out of range)");
	if (sequence % shape->slots != slot)
		return refuse(why, "sequence of a log record (not of its slot)");
	if (le32_to_cpu(disk->flags) & ~TANDEM_LOG_FLAGS_KNOWN)
		return refuse(why, "flags of a log record (unknown)");
	if (disk->pin > TANDEM_MAX_LEGS_PER_SET)
		return refuse(why, "pin of a log record (no leg)");
	if (le32_to_cpu(disk->nr_dirty) > shape->nr_regions)
		return refuse(why, "number of dirty regions (more than there are)");
	if (le32_to_cpu(disk->nr_regions) > shape->nr_regions)
		return refuse(why, "number of regions (more than the set has)");
	return 0;
}

static int check_changes(const struct tandem_log_shape *shape, const struct tandem_log_disk *disk,
			 const char **why)
{
	const u32 nr = (u32)le16_to_cpu(disk->nr_new) + le16_to_cpu(disk->nr_cleared);
	u32 i;

	if (nr > TANDEM_LOG_CHANGES)
		return refuse(why, "changes of a log record (too many)");
	for (i = 0; i < nr; i++) {
		if (le32_to_cpu(disk->region[i]) >= regions_of(shape, disk))
			return refuse(why, "changed region (behind the last one)");
	}
	return 0;
}

/* The changes have been checked. */
static int check_window(const struct tandem_log_shape *shape, const struct tandem_log_disk *disk,
			const char **why)
{
	const u32 changes = (u32)le16_to_cpu(disk->nr_new) + le16_to_cpu(disk->nr_cleared);
	const u32 nr = le16_to_cpu(disk->nr_window);
	const u32 first = le32_to_cpu(disk->window_first);
	const u32 regions = le32_to_cpu(disk->window_regions);
	const u32 nr_regions = regions_of(shape, disk);
	u32 i, from = 0;

	if (nr > TANDEM_LOG_WINDOW)
		return refuse(why, "regions of a window (too many)");
	if (nr > le32_to_cpu(disk->nr_dirty))
		return refuse(why, "regions of a window (more than are dirty)");
	if (first >= nr_regions)
		return refuse(why, "start of a window (behind the last region)");
	if (!regions || regions > nr_regions)
		return refuse(why, "length of a window (out of range)");
	for (i = 0; i < nr; i++) {
		const u32 region = le32_to_cpu(disk->region[changes + i]);
		u32 offset;

		if (region >= nr_regions)
			return refuse(why, "region of a window (behind the last one)");
		offset = offset_of(nr_regions, first, region);
		if (offset >= regions)
			return refuse(why, "region of a window (outside of it)");
		if (offset < from)
			return refuse(why, "regions of a window (out of order)");
		from = offset + 1;
	}
	return 0;
}

int tandem_log_check(const struct tandem_log_shape *shape, const void *bytes, u32 slot,
		     const char **why)
{
	const struct tandem_log_disk *disk = bytes;
	int error;

	if (is_zero(bytes)) {
		refuse(why, "log record (never written)");
		return -ENODATA;
	}
	if (le32_to_cpu(disk->magic) != TANDEM_LOG_MAGIC) {
		refuse(why, "magic (not a log record)");
		return -EBADMSG;
	}
	if (le32_to_cpu(disk->crc) != record_crc(disk)) {
		refuse(why, "checksum of a log record (damaged or half-written)");
		return -EBADMSG;
	}
	error = check_head(shape, disk, slot, why);
	if (!error)
		error = check_changes(shape, disk, why);
	if (!error)
		error = check_window(shape, disk, why);
	return error;
}

static const struct tandem_log_disk *in_slot(const void *ring, u32 slot)
{
	return (const struct tandem_log_disk *)ring + slot;
}

/* The record with this number, or NULL. */
static const struct tandem_log_disk *find(const struct tandem_log_shape *shape, const void *ring,
					  u64 sequence)
{
	const u32 slot = (u32)(sequence % shape->slots);
	const struct tandem_log_disk *disk = in_slot(ring, slot);

	if (le64_to_cpu(disk->sequence) != sequence || tandem_log_check(shape, disk, slot, NULL))
		return NULL;
	return disk;
}

static int find_newest(const struct tandem_log_shape *shape, const void *ring,
		       const struct tandem_log_disk **newest)
{
	int result = -ENODATA;
	u64 best = 0;
	u32 slot;

	for (slot = 0; slot < shape->slots; slot++) {
		const struct tandem_log_disk *disk = in_slot(ring, slot);
		const int error = tandem_log_check(shape, disk, slot, NULL);

		if (!error && le64_to_cpu(disk->sequence) > best) {
			best = le64_to_cpu(disk->sequence);
			*newest = disk;
		}
		if (error && error != -ENODATA)
			result = -EBADMSG;
	}
	return best ? 0 : result;
}

static void decode_head(const struct tandem_log_disk *disk, struct tandem_log_head *head)
{
	head->sequence = le64_to_cpu(disk->sequence);
	head->config = disk->config;
	head->epoch = disk->epoch;
	head->epoch_number = le64_to_cpu(disk->epoch_number);
	head->generation = le64_to_cpu(disk->generation);
	head->flags = le32_to_cpu(disk->flags);
	head->pin = disk->pin;
}

/* Adds or removes the regions of a window, in its two parts, and what it had none of. */
static void run_around(struct tandem_intent *intent, const struct tandem_log_disk *disk,
		       void (*run)(struct tandem_intent *intent, u32 first, u32 count))
{
	const u32 nr_regions = le32_to_cpu(disk->nr_regions) ?: intent->nr_regions;
	const u32 first = le32_to_cpu(disk->window_first);
	const u32 regions = le32_to_cpu(disk->window_regions);
	const u32 to_end = nr_regions - first;

	if (regions <= to_end) {
		run(intent, first, regions);
	} else {
		run(intent, first, to_end);
		run(intent, 0, regions - to_end);
	}
	if (nr_regions < intent->nr_regions)
		run(intent, nr_regions, intent->nr_regions - nr_regions);
}

static void apply(struct tandem_intent *state, const struct tandem_log_disk *disk)
{
	const __le32 *region = disk->region;
	u32 i;

	for (i = 0; i < le16_to_cpu(disk->nr_new); i++)
		tandem_intent_add(state, le32_to_cpu(*region++));
	for (i = 0; i < le16_to_cpu(disk->nr_cleared); i++)
		tandem_intent_remove(state, le32_to_cpu(*region++));
	run_around(state, disk, tandem_intent_remove_run);
	for (i = 0; i < le16_to_cpu(disk->nr_window); i++)
		tandem_intent_add(state, le32_to_cpu(*region++));
}

/* The oldest record that is needed with all that follow it up to @newest, or 0. */
static u64 find_oldest(const struct tandem_log_shape *shape, const void *ring, u64 newest,
		       struct tandem_intent *covered)
{
	const struct tandem_log_disk *disk;
	u32 nr;

	tandem_intent_empty(covered);
	for (nr = 0; nr < shape->slots && nr < newest; nr++) {
		disk = find(shape, ring, newest - nr);
		if (!disk)
			return 0;
		run_around(covered, disk, tandem_intent_add_run);
		if (covered->nr_dirty == covered->nr_regions)
			return newest - nr;
	}
	return 0;
}

int tandem_log_replay(const struct tandem_log_shape *shape, const void *ring,
		      struct tandem_log_replay *replay)
{
	const struct tandem_log_disk *newest = NULL;
	u64 sequence;
	int error;

	memset(&replay->head, 0, sizeof(replay->head));
	tandem_intent_empty(&replay->state);
	error = find_newest(shape, ring, &newest);
	if (error)
		return error;
	decode_head(newest, &replay->head);
	replay->cursor = region_at(regions_of(shape, newest), le32_to_cpu(newest->window_first),
				   le32_to_cpu(newest->window_regions));
	sequence = find_oldest(shape, ring, replay->head.sequence, &replay->covered);
	if (!sequence)
		return -EBADMSG;
	for (; sequence <= replay->head.sequence; sequence++)
		apply(&replay->state, in_slot(ring, (u32)(sequence % shape->slots)));
	if (!(replay->head.flags & TANDEM_LOG_PART) &&
	    replay->state.nr_dirty != le32_to_cpu(newest->nr_dirty))
		return -EBADMSG;
	return 0;
}
