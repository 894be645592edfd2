// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of the intent log, page by page and as a whole.
 *
 * Decisions: a page with a wrong checksum is torn, and no record. One whose
 * checksum is right and that breaks a rule of the format was written by the
 * engine like that: the seed fails. Replaying goes from the newest record
 * back to the one that completes the windows; what is known of a region first
 * is the newest, so it stays.
 */
#include "ledger.h"
#include "logbook.h"
#include "oracle.h"
#include "sched.h"
#include "world.h"

#define PAGE_SECTORS	(TANDEM_PAGE_BYTES / 512)

/* A page, and the contents of its sectors from which it was decoded. */
struct page {
	u64 content[PAGE_SECTORS];
	struct logbook_record record;
};

struct ring {
	struct page page[TANDEM_LOG_SLOTS];
	struct logbook_state state;
	u32 version;
	bool replayed;
};

static struct ring rings[SIM_MAX_DISKS][2];	/* by leg; what is shown, what is durable */
static u32 changes;

static bool has(const struct logbook_regions *regions, u32 region)
{
	return regions->word[region / 64] >> region % 64 & 1;
}

static void add(struct logbook_regions *regions, u32 region)
{
	regions->word[region / 64] |= 1ull << region % 64;
}

static u32 count(const struct logbook_regions *regions)
{
	unsigned int i;
	u32 nr = 0;

	for (i = 0; i < ARRAY_SIZE(regions->word); i++)
		nr += hweight64(regions->word[i]);
	return nr;
}

u32 logbook_nr_regions(void)
{
	u32 size = world.super.geo.region_sectors;

	return (world.set_sectors + size - 1) / size;
}

u32 logbook_slot_of(u64 sector)
{
	return (sector - world.super.log_offset_sectors) / PAGE_SECTORS;
}

u64 logbook_sequence_of(const u8 *bytes)
{
	return le64_to_cpu(((const struct tandem_log_disk *)bytes)->sequence);
}

void logbook_start(void)
{
	if (logbook_nr_regions() > LOGBOOK_REGIONS)
		sim_fail("oracle", "%u regions are more than the logbook takes",
			 logbook_nr_regions());
	memset(rings, 0, sizeof(rings));
}

static bool is_whole(const u8 *bytes)
{
	const struct tandem_log_disk *disk = (const void *)bytes;
	static const u8 no_crc[4];
	u32 crc;

	if (le32_to_cpu(disk->magic) != TANDEM_LOG_MAGIC)
		return false;
	crc = tandem_crc32c_add(~0u, bytes, 4);
	crc = tandem_crc32c_add(crc, no_crc, sizeof(no_crc));
	crc = tandem_crc32c_add(crc, bytes + 8, TANDEM_PAGE_BYTES - 8);
	return le32_to_cpu(disk->crc) == ~crc;
}

/* The first rule that the record breaks, or NULL. */
static const char *broken_rule(const struct tandem_log_disk *disk, u32 set, u32 slot)
{
	u32 changes = le16_to_cpu(disk->nr_new) + le16_to_cpu(disk->nr_cleared);

	if (!disk->sequence || le64_to_cpu(disk->sequence) % world.super.log_slots != slot)
		return "it lies in another slot than its number's";
	if (memcmp(&disk->array, &world.super.array, sizeof(disk->array)) ||
	    le16_to_cpu(disk->set) != set)
		return "it is the record of another set";
	if (changes > TANDEM_LOG_CHANGES || le16_to_cpu(disk->nr_window) > TANDEM_LOG_WINDOW)
		return "it lists more than there is room for";
	if (!disk->nr_regions || le32_to_cpu(disk->nr_regions) > logbook_nr_regions())
		return "it is that of a set of another size";
	if (le32_to_cpu(disk->window_first) >= le32_to_cpu(disk->nr_regions) ||
	    !disk->window_regions ||
	    le32_to_cpu(disk->window_regions) > le32_to_cpu(disk->nr_regions))
		return "its window is none";
	if (le32_to_cpu(disk->flags) & ~TANDEM_LOG_FLAGS_KNOWN)
		return "it has a flag that nobody knows";
	if (disk->pin > world.options.legs)
		return "its pin is no leg of the set";
	if (memchr_inv(disk->reserved, 0, sizeof(disk->reserved)))
		return "a reserved byte is not zero";
	return NULL;
}

static const char *read_changes(const struct tandem_log_disk *disk,
				struct logbook_record *record)
{
	u32 nr_new = le16_to_cpu(disk->nr_new);
	u32 nr = nr_new + le16_to_cpu(disk->nr_cleared);
	u32 i, region;

	for (i = 0; i < nr; i++) {
		region = le32_to_cpu(disk->region[i]);
		if (region >= le32_to_cpu(disk->nr_regions))
			return "a region that changed does not exist";
		if (has(&record->changed, region))
			return "a region changes twice";
		add(&record->changed, region);
		if (i < nr_new)
			add(&record->dirty, region);
	}
	return NULL;
}

/* How far behind the window's first region, going round. */
static u32 depth_of(const struct tandem_log_disk *disk, u32 region)
{
	u32 nr = le32_to_cpu(disk->nr_regions);

	return (region + nr - le32_to_cpu(disk->window_first)) % nr;
}

static const char *read_window(const struct tandem_log_disk *disk, struct logbook_record *record)
{
	u32 nr_changes = le16_to_cpu(disk->nr_new) + le16_to_cpu(disk->nr_cleared);
	u32 nr = le32_to_cpu(disk->nr_regions);
	s64 last = -1;
	u32 i, region;

	for (i = 0; i < le32_to_cpu(disk->window_regions); i++)
		add(&record->window, (le32_to_cpu(disk->window_first) + i) % nr);
	for (i = 0; i < le16_to_cpu(disk->nr_window); i++) {
		region = le32_to_cpu(disk->region[nr_changes + i]);
		if (region >= nr || !has(&record->window, region))
			return "a region is listed that its window does not have";
		if (depth_of(disk, region) <= last)
			return "its window is not in order";
		last = depth_of(disk, region);
		if (has(&record->changed, region) && !has(&record->dirty, region))
			return "its window lists a region that it clears";
		add(&record->dirty, region);
	}
	/* Behind the end that the set had then there was nothing. */
	for (i = nr; i < logbook_nr_regions(); i++)
		add(&record->window, i);
	return NULL;
}

/* A region that is new and in the window is to be in both. */
static const char *compare(const struct tandem_log_disk *disk, const struct logbook_record *record)
{
	u32 nr = le16_to_cpu(disk->nr_window);
	u32 i;

	for (i = 0; i < logbook_nr_regions(); i++)
		nr -= has(&record->window, i) && has(&record->dirty, i);
	return nr ? "its window lacks a region that it adds" : NULL;
}

static void decode(unsigned int leg, u32 slot, struct page *page)
{
	static u8 bytes[TANDEM_PAGE_BYTES] __attribute__((aligned(8)));
	const struct tandem_log_disk *disk = (const void *)bytes;
	struct logbook_record *record = &page->record;
	u64 sector = world.super.log_offset_sectors + (u64)slot * PAGE_SECTORS;
	const char *broken;
	unsigned int i;

	memset(record, 0, sizeof(*record));
	for (i = 0; i < PAGE_SECTORS; i++)
		store_get(&world.disk[leg].store, page->content[i], sector + i, bytes + 512 * i);
	if (!is_whole(bytes))
		return;
	record->valid = true;
	record->sequence = le64_to_cpu(disk->sequence);
	record->flags = le32_to_cpu(disk->flags);
	record->nr_dirty = le32_to_cpu(disk->nr_dirty);
	record->epoch_number = le64_to_cpu(disk->epoch_number);
	record->generation = le64_to_cpu(disk->generation);
	broken = broken_rule(disk, world_set_of(leg), slot);
	broken = broken ? broken : read_changes(disk, record);
	broken = broken ? broken : read_window(disk, record);
	broken = broken ? broken : compare(disk, record);
	if (broken)
		sim_fail("log", "leg %u, record %llu: %s", leg,
			 (unsigned long long)record->sequence, broken);
}

static u64 newest_sequence(const struct ring *ring)
{
	u64 newest = 0;
	u32 i;

	for (i = 0; i < world.super.log_slots; i++)
		if (ring->page[i].record.valid)
			newest = max(newest, ring->page[i].record.sequence);
	return newest;
}

static bool is_empty(const struct ring *ring)
{
	static const u8 zero[512];
	u8 bytes[512];
	u32 i, k;

	for (i = 0; i < world.super.log_slots; i++) {
		for (k = 0; k < PAGE_SECTORS; k++) {
			store_get(&world.disk[0].store, ring->page[i].content[k],
				  world.super.log_offset_sectors, bytes);
			if (memcmp(bytes, zero, sizeof(zero)))
				return false;
		}
	}
	return true;
}

/* What @record says of regions of which nothing newer is known. */
static void go_back(struct logbook_state *state, struct logbook_regions *known,
		    const struct logbook_record *record)
{
	u64 said, fresh;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known->word); i++) {
		said = record->changed.word[i] | record->window.word[i];
		fresh = said & ~known->word[i];
		state->dirty.word[i] |= fresh & record->dirty.word[i];
		known->word[i] |= said;
	}
}

/* Record number @sequence, or NULL. */
static const struct logbook_record *record_of(const struct ring *ring, u64 sequence)
{
	const struct logbook_record *record;

	record = &ring->page[sequence % world.super.log_slots].record;
	return record->valid && record->sequence == sequence ? record : NULL;
}

static void replay(const struct ring *ring, struct logbook_state *state)
{
	struct logbook_regions known = { { 0 } };
	struct logbook_regions covered = { { 0 } };
	const struct logbook_record *record;
	unsigned int w;
	u32 nr;

	memset(state, 0, sizeof(*state));
	state->version = ring->version;
	state->sequence = newest_sequence(ring);
	state->empty = !state->sequence && is_empty(ring);
	record = record_of(ring, state->sequence);
	for (nr = 0; record && nr < world.super.log_slots; nr++) {
		go_back(state, &known, record);
		for (w = 0; w < ARRAY_SIZE(covered.word); w++)
			covered.word[w] |= record->window.word[w];
		if (count(&covered) == logbook_nr_regions())
			break;
		record = record_of(ring, record->sequence - 1);
	}
	state->lost = count(&covered) < logbook_nr_regions();
	record = record_of(ring, state->sequence);
	if (!record)
		return;
	state->all = record->flags & TANDEM_LOG_ALL;
	state->part = record->flags & TANDEM_LOG_PART;
	/* It was written for another state than this ring had: an older record is missing. */
	state->lost |= !state->part && count(&state->dirty) != record->nr_dirty;
}

const struct logbook_state *logbook_state(unsigned int leg, bool durable)
{
	struct ring *ring = &rings[leg][durable];

	if (!ring->replayed)
		replay(ring, &ring->state);
	ring->replayed = true;
	return &ring->state;
}

bool logbook_is_void(const struct logbook_state *state)
{
	return state->empty || state->lost || state->all;
}

bool logbook_has(const struct logbook_state *state, u32 region)
{
	return logbook_is_void(state) || has(&state->dirty, region);
}

/* A page was written, wholly or in part. */
static void renew(unsigned int leg, u32 slot, bool durable)
{
	struct ring *ring = &rings[leg][durable];
	const struct page *other = &rings[leg][!durable].page[slot];
	struct page *page = &ring->page[slot];
	const struct sim_store *store = &world.disk[leg].store;
	const u64 *content = durable ? store->durable : store->view;
	struct logbook_record before = page->record;
	u64 last = newest_sequence(ring);

	memcpy(page->content, content + world.super.log_offset_sectors + slot * PAGE_SECTORS,
	       sizeof(page->content));
	if (memcmp(page->content, other->content, sizeof(page->content)))
		decode(leg, slot, page);
	else
		page->record = other->record;
	ring->replayed = false;
	ring->version = ++changes;
	if (durable && page->record.valid &&
	    !(before.valid && before.sequence == page->record.sequence))
		oracle_record_landed(leg, &page->record, last);
}

void logbook_changed(struct sim_disk *disk, const struct sim_span *span, bool durable)
{
	u64 first = world.super.log_offset_sectors;
	u64 end = first + (u64)world.super.log_slots * PAGE_SECTORS;
	const u64 *content = durable ? disk->store.durable : disk->store.view;
	u32 slot;

	if (span->end <= first || span->first >= end)
		return;
	slot = span->first > first ? logbook_slot_of(span->first) : 0;
	end = min(span->end, end);
	for (; first + slot * PAGE_SECTORS < end; slot++)
		if (memcmp(rings[disk->leg][durable].page[slot].content,
			   content + first + slot * PAGE_SECTORS, PAGE_SECTORS * sizeof(u64)))
			renew(disk->leg, slot, durable);
}
