// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of a disk and its cache; the model is in store.h.
 */
#include <stdlib.h>

#include "sched.h"
#include "store.h"

#define BLOCK_BYTES	512u
#define IS_BLOCK	(1ull << 63)
#define MAX_CACHED	48u		/* then the disk writes the oldest back */

/* Contents outside the data area; block 0 is all zero. */
static u8 (*block)[BLOCK_BYTES];
static u64 nr_blocks, room_for_blocks;

void store_forget_blocks(void)
{
	nr_blocks = 1;
}

static u64 keep_block(const u8 *bytes)
{
	if (!memchr_inv(bytes, 0, BLOCK_BYTES))
		return IS_BLOCK;
	if (nr_blocks >= room_for_blocks) {
		room_for_blocks = room_for_blocks ? room_for_blocks * 2 : 1024;
		block = realloc(block, room_for_blocks * BLOCK_BYTES);
		if (!block)
			abort();
		memset(block[0], 0, BLOCK_BYTES);
	}
	memcpy(block[nr_blocks], bytes, BLOCK_BYTES);
	return IS_BLOCK | nr_blocks++;
}

static bool is_data(const struct sim_store *store, u64 sector)
{
	return sector >= store->data_first && sector < store->data_end;
}

void store_get(const struct sim_store *store, u64 content, u64 sector, u8 *bytes)
{
	if (is_data(store, sector))
		memcpy(bytes, &content, sizeof(content));
	else if (content & ~IS_BLOCK)
		memcpy(bytes, block[content & ~IS_BLOCK], BLOCK_BYTES);
	else
		memset(bytes, 0, BLOCK_BYTES);
}

u64 store_content(const struct sim_store *store, u64 sector, const u8 *bytes)
{
	u64 content;

	if (!is_data(store, sector))
		return keep_block(bytes);
	memcpy(&content, bytes, sizeof(content));
	return content;
}

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		abort();
	return memory;
}

void store_start(struct sim_store *store)
{
	store->view = zeroed(store->sectors, sizeof(*store->view));
	store->durable = zeroed(store->sectors, sizeof(*store->durable));
	store->stamp = zeroed(store->sectors, sizeof(*store->stamp));
	store->next_stamp = 1;
	store->nr_cached = 0;
	store->changed = (struct sim_span){ ~0ull, 0 };
	store->shown = (struct sim_span){ ~0ull, 0 };
}

static void forget(struct sim_store *store, unsigned int at)
{
	free(store->cached[at].content);
	store->nr_cached--;
	memmove(&store->cached[at], &store->cached[at + 1],
		(store->nr_cached - at) * sizeof(*store->cached));
}

void store_drop(struct sim_store *store)
{
	while (store->nr_cached)
		forget(store, store->nr_cached - 1);
}

void store_destroy(struct sim_store *store)
{
	store_drop(store);
	free(store->cached);
	free(store->view);
	free(store->durable);
	free(store->stamp);
	memset(store, 0, sizeof(*store));
}

static void widen(struct sim_span *span, u64 sector)
{
	span->first = min(span->first, sector);
	span->end = max(span->end, sector + 1);
}

static void show(struct sim_store *store, u64 sector, u64 content)
{
	if (store->view[sector] == content)
		return;
	store->view[sector] = content;
	widen(&store->shown, sector);
}

static void make_durable(struct sim_store *store, u64 sector, u64 content, u32 stamp)
{
	if (content == SIM_HOLE || stamp < store->stamp[sector])
		return;
	store->durable[sector] = content;
	store->stamp[sector] = stamp;
	widen(&store->changed, sector);
}

/* One decision for each unit that the range touches. */
static bool survives(struct sim_store *store, u64 sector, u64 first, enum sim_survival survival)
{
	static bool last;

	if (survival != SIM_SOME)
		return survival == SIM_ALL;
	if (sector == first || sector % store->unit_sectors == 0)
		last = sim_chance(SIM_RANDOM_FAULTS, 2);
	return last;
}

static void destage(struct sim_store *store, const struct sim_cached *cached,
		    enum sim_survival survival)
{
	u32 i;

	for (i = 0; i < cached->count; i++)
		if (survives(store, cached->first + i, cached->first, survival))
			make_durable(store, cached->first + i, cached->content[i], cached->stamp);
}

u32 store_write(struct sim_store *store, const struct sim_cached *write,
		enum sim_survival survival)
{
	struct sim_cached *cached;
	u32 i;

	if (store->nr_cached == store->room) {
		store->room = store->room ? store->room * 2 : 2 * MAX_CACHED;
		store->cached = realloc(store->cached, store->room * sizeof(*store->cached));
		if (!store->cached)
			abort();
	}
	cached = &store->cached[store->nr_cached++];
	*cached = *write;
	cached->stamp = store->next_stamp++;
	cached->done_at = 0;
	cached->content = zeroed(write->count, sizeof(u64));
	for (i = 0; i < write->count; i++) {
		cached->content[i] = survives(store, write->first + i, write->first, survival) ?
				     write->content[i] : SIM_HOLE;
		if (cached->content[i] != SIM_HOLE)
			show(store, write->first + i, cached->content[i]);
	}
	return cached->stamp;
}

static int find(struct sim_store *store, u32 stamp)
{
	unsigned int i;

	for (i = 0; i < store->nr_cached; i++)
		if (store->cached[i].stamp == stamp)
			return i;
	return -1;
}

void store_done(struct sim_store *store, u32 stamp, u64 now)
{
	int at = find(store, stamp);

	if (at >= 0)
		store->cached[at].done_at = now;
	if (store->nr_cached > MAX_CACHED && store->cached[0].done_at) {
		destage(store, &store->cached[0], SIM_ALL);
		forget(store, 0);
	}
}

void store_settle(struct sim_store *store, u32 stamp)
{
	int at = find(store, stamp);

	if (at < 0)
		return;
	destage(store, &store->cached[at], SIM_ALL);
	forget(store, at);
}

void store_keep(struct sim_store *store, unsigned int nr)
{
	for (; nr && store->nr_cached; nr--) {
		destage(store, &store->cached[0], SIM_ALL);
		forget(store, 0);
	}
}

void store_flush(struct sim_store *store, u64 issued)
{
	unsigned int i = 0;

	while (i < store->nr_cached) {
		if (store->cached[i].done_at && store->cached[i].done_at <= issued) {
			destage(store, &store->cached[i], SIM_ALL);
			forget(store, i);
		} else {
			i++;
		}
	}
}

/*
 * What a read of @sector returns: what is durable, and over it what is in the cache;
 * @answered: but for writes that are under way.
 */
static u64 look(struct sim_store *store, u64 sector, bool answered)
{
	u64 seen = store->durable[sector];
	const struct sim_cached *cached = store->cached;
	const struct sim_cached *end = cached + store->nr_cached;
	u64 content;

	for (; cached < end; cached++) {
		if (sector < cached->first || sector >= cached->first + cached->count ||
		    cached->stamp < store->stamp[sector] || (answered && !cached->done_at))
			continue;
		content = cached->content[sector - cached->first];
		if (content != SIM_HOLE)
			seen = content;
	}
	return seen;
}

/* What was answered and is in the sectors of @write, folded into one number. */
static u64 digest(struct sim_store *store, const struct sim_cached *write)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < write->count; i++)
		sum = sum * 0x100000001b3ull + look(store, write->first + i, true);
	return sum;
}

/*
 * True: data was lost that a read would have shown, or would have shown but for a
 * write under way: that may be lost in turn. What the engine keeps for itself in
 * front of the data is nothing that a user could miss.
 */
bool store_lose(struct sim_store *store, enum sim_survival survival, bool keep_open)
{
	struct sim_cached gone;
	bool lost = false;
	unsigned int i = 0;
	u64 sector, seen, before;

	while (i < store->nr_cached) {
		gone = store->cached[i];
		if (keep_open && !gone.done_at) {
			i++;
			continue;
		}
		before = digest(store, &gone);
		destage(store, &gone, survival);
		store->nr_cached--;
		memmove(&store->cached[i], &store->cached[i + 1],
			(store->nr_cached - i) * sizeof(*store->cached));
		for (sector = gone.first; sector < gone.first + gone.count; sector++) {
			seen = look(store, sector, false);
			lost |= is_data(store, sector) && seen != store->view[sector];
			show(store, sector, seen);
		}
		lost |= is_data(store, gone.first) && digest(store, &gone) != before;
		free(gone.content);
	}
	return lost;
}

void store_abandon(struct sim_store *store)
{
	unsigned int i;

	for (i = 0; i < store->nr_cached; i++)
		if (!store->cached[i].done_at)
			store->cached[i].done_at = 1;
}
