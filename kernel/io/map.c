// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region map of a set in operation.
 *
 *	region word        entry                    leaves it
 *	NEVER              NEVER                    first write: PARTLY
 *	NEVER + DIRTY      NEVER                    the same; the cleaner: NEVER
 *	PARTLY + DIRTY     WRITTEN                  copied from the home: no mark
 *	(none of these)    WRITTEN, or ZERO         discarded as a whole: NEVER
 *
 * Decisions
 * - What nobody has written differs between the legs, and is read from one of them,
 *   the set's home. The first write to such a region makes all of it equal, behind the
 *   writer: it goes to all legs at once, and the copier does the rest (design §4), a tick
 *   later: a fast disk has answered by then, and the writer has his answer first. Also if
 *   the write covers all of it: every leg may refuse it, and be no worse for that.
 * - Whatever adds to an entry does so at once; it is written before the region leaves
 *   the log. What takes away from it waits: that a leg has a region when that leg has
 *   been flushed since the copy, that nothing is in a region when the discard has been.
 * - A leg that is not written to lacks a region from the moment at which the region
 *   leaves the log: until then the log says so.
 * - Pages go to all legs that are written to, those that are being filled included: at
 *   its promotion such a leg has a map as good as any.
 *
 * - A page is in both slots of every leg before anything depends on it, as a superblock
 *   is: a slot that cannot be read says as little as one that was torn, and the other
 *   one must do.
 *
 * If power goes between two pages, or legs or slots have different ones: the union is
 * right, and so is either.
 *
 * Invariants: I17 (what leaves the log is in the map), I34 (a region is clean on a leg
 * that is filled only when the copy is durable there), I41.
 */
#include "sys.h"
#include "io/clean.h"
#include "io/copy.h"
#include "io/mapper.h"
#include "io/region.h"

/* Legs of the set that do not get what is written now. */
static u8 absent(const struct tandem_set *set)
{
	return tandem_set_all_legs(set) & ~TANDEM_WRITTEN(atomic_read(&set->masks));
}

/* Legs that get what is written now, and are not read. */
static u8 filled(const struct tandem_set *set)
{
	u32 masks = atomic_read(&set->masks);

	return TANDEM_WRITTEN(masks) & ~TANDEM_READABLE(masks);
}

void tandem_map_touch(struct tandem_request *request)
{
	struct tandem_set *set = request->set;
	atomic_t *word = &set->region[request->region];
	unsigned long flags;
	bool partly = false;
	u32 masks;

	if (likely(!((u32)atomic_read(word) & TANDEM_REGION_NEVER)))
		return;
	spin_lock_irqsave(&set->array->lock, flags);
	if ((u32)atomic_read(word) & TANDEM_REGION_NEVER) {
		masks = atomic_read(&set->masks);
		partly = hweight8(TANDEM_WRITTEN(masks)) > 1 || TANDEM_FAILING(masks);
		tandem_map_put(set->map, request->region,
			       tandem_map_entry(TANDEM_CONTENT_WRITTEN, absent(set)));
		if (partly)
			tandem_region_mark_partly(set, request->region);
		atomic_andnot(TANDEM_REGION_NEVER, word);
	}
	spin_unlock_irqrestore(&set->array->lock, flags);
	if (partly)
		tandem_copy_kick_soon(set);
}

void tandem_map_note(struct tandem_set *set, u32 region)
{
	struct tandem_map *map = set->map;
	u8 stale;

	if (!map || (u32)atomic_read(&set->region[region]) & TANDEM_REGION_NEVER)
		return;
	stale = tandem_map_stale(map->table.entry[region]) | absent(set);
	tandem_map_put(map, region, tandem_map_entry(TANDEM_CONTENT_WRITTEN, stale));
}

void tandem_map_note_all(struct tandem_set *set)
{
	u32 region;

	for (region = 0; set->map && region < set->map->table.nr_regions; region++)
		tandem_map_note(set, region);
}

void tandem_map_forget(struct tandem_set *set, u32 region)
{
	tandem_map_put(set->map, region, tandem_map_entry(TANDEM_CONTENT_NEVER, 0));
}

void tandem_map_copied(struct tandem_set *set, u32 region)
{
	bool any;

	if (!set->map)
		return;
	spin_lock_irq(&set->array->lock);
	any = tandem_map_stale(set->map->table.entry[region]) & filled(set);
	if (any)
		tandem_intent_add(&set->map->copied, region);
	spin_unlock_irq(&set->array->lock);
	if (any)
		tandem_clean_wake(set);
}

bool tandem_map_is_settled(struct tandem_set *set)
{
	bool settled;

	if (!set->map)
		return true;
	spin_lock_irq(&set->array->lock);
	settled = !set->map->copied.nr_dirty && !set->map->settling.nr_dirty;
	spin_unlock_irq(&set->array->lock);
	return settled && !tandem_map_is_on(set);
}

void tandem_map_flush_begin(struct tandem_set *set)
{
	if (!set->map || !set->map->copied.nr_dirty)
		return;
	tandem_intent_join(&set->map->settling, &set->map->copied);
	tandem_intent_empty(&set->map->copied);
}

void tandem_map_flush_end(struct tandem_set *set, bool good)
{
	struct tandem_map *map = set->map;
	struct tandem_intent *intent;
	u32 region;
	u16 entry;

	if (!map || !map->settling.nr_dirty)
		return;
	intent = &map->settling;
	if (!good) {
		tandem_intent_join(&map->copied, intent);
		tandem_intent_empty(intent);
		return;
	}
	for (region = tandem_intent_next(intent, 0); region < intent->nr_regions;
	     region = tandem_intent_next(intent, region + 1)) {
		entry = map->table.entry[region];
		tandem_map_put(map, region,
			       tandem_map_entry(tandem_map_content(entry),
						tandem_map_stale(entry) & ~filled(set)));
	}
	tandem_intent_empty(intent);
}

/* A page, from the cursor on, that some leg lacks; or their number. array->lock held. */
static u32 next_page(const struct tandem_map *map)
{
	u8 legs = TANDEM_WRITTEN(atomic_read(&map->set->masks));
	u32 page = map->cursor;

	while (page < map->nr_pages && !(map->page[page].behind & legs))
		page++;
	return page;
}

static bool has_page_behind(const struct tandem_map *map)
{
	u8 legs = TANDEM_WRITTEN(atomic_read(&map->set->masks));
	u32 page;

	for (page = 0; page < map->nr_pages; page++)
		if (map->page[page].behind & legs)
			return true;
	return false;
}

bool tandem_map_is_behind(struct tandem_set *set)
{
	return set->map && (set->map->copied.nr_dirty || has_page_behind(set->map));
}

/* To the slots that do not count. */
static void send_page(struct tandem_map *map, bool second)
{
	unsigned int i;

	for (i = 0; i < map->set->nr_legs; i++)
		map->meta.sector[i] = tandem_map_sector(map, map->cursor, i);
	map->second = second;
	tandem_meta_send(&map->meta, map->sent);
}

/* Begins the next page that some leg lacks. False: there is none. */
static bool send_next(struct tandem_map *map)
{
	struct tandem_set *set = map->set;
	struct tandem_map_page *page;

	spin_lock_irq(&set->array->lock);
	map->cursor = next_page(map);
	map->sent = 0;
	if (map->cursor < map->nr_pages) {
		page = &map->page[map->cursor];
		map->sent = page->behind & TANDEM_WRITTEN(atomic_read(&set->masks));
		/* What is changed from here on is for another pass. */
		page->behind &= ~map->sent;
		tandem_map_encode(&map->table, map->cursor, ++page->sequence, map->meta.page);
	}
	spin_unlock_irq(&set->array->lock);
	if (map->sent)
		send_page(map, false);
	return map->sent;
}

/* Who has the page in both slots, or may go on to the second. */
static void collect(struct tandem_map *map)
{
	struct tandem_map_page *page = &map->page[map->cursor];
	unsigned int i;

	spin_lock_irq(&map->set->array->lock);
	for (i = 0; i < map->set->nr_legs; i++) {
		if (!(map->sent & (1u << i)))
			continue;
		if (map->meta.result[i] == TANDEM_RESULT_OK) {
			page->slots ^= 1u << i;
			if (map->good || map->second)
				continue;
		}
		page->behind |= 1u << i;
		map->sent &= ~(1u << i);
	}
	spin_unlock_irq(&map->set->array->lock);
}

/* The other slot of those that stay, if there are any. */
static bool send_second(struct tandem_map *map)
{
	map->sent &= TANDEM_WRITTEN(atomic_read(&map->set->masks));
	if (map->second || !map->sent)
		return false;
	send_page(map, true);
	return true;
}

static void end_pass(struct tandem_map *map)
{
	struct delayed_work *done = map->done;

	/* Whoever sees it gone sees what the pass has come to: tandem_map_is_on(). */
	smp_store_release(&map->done, NULL);
	mod_delayed_work(map->set->array->wq, done, 0);
}

static void map_work(struct work_struct *work)
{
	struct tandem_map *map = container_of(to_delayed_work(work), struct tandem_map, work);
	enum tandem_meta_end end;

	if (!map->done || tandem_meta_is_on(&map->meta))
		return;
	if (map->sent) {
		end = tandem_meta_judge(&map->meta);
		if (end == TANDEM_META_AGAIN)
			return;
		map->good = end == TANDEM_META_DONE;
		collect(map);
		if (map->good && send_second(map))
			return;
		map->cursor++;
	}
	if (!map->good || !send_next(map))
		end_pass(map);
}

void tandem_map_write(struct tandem_set *set, struct delayed_work *done)
{
	struct tandem_map *map = set->map;

	map->cursor = 0;
	map->sent = 0;
	map->good = true;
	/* The pass may begin at once: all of the above is before it. */
	smp_store_release(&map->done, done);
	mod_delayed_work(set->array->wq, &map->work, 0);
}

bool tandem_map_is_on(struct tandem_set *set)
{
	/* Pairs with end_pass(). */
	return set->map && smp_load_acquire(&set->map->done);
}

bool tandem_map_was_good(struct tandem_set *set)
{
	return !set->map || set->map->good;
}

static int allocate(struct tandem_map *map, u32 nr_regions)
{
	map->table.entry = kvcalloc(nr_regions, sizeof(*map->table.entry), GFP_KERNEL);
	map->page = kvcalloc(map->nr_pages, sizeof(*map->page), GFP_KERNEL);
	map->bits[0] = kvcalloc(1, tandem_intent_bytes(nr_regions), GFP_KERNEL);
	map->bits[1] = kvcalloc(1, tandem_intent_bytes(nr_regions), GFP_KERNEL);
	map->meta.page = kmalloc(TANDEM_PAGE_BYTES, GFP_KERNEL);
	if (!map->table.entry || !map->page || !map->bits[0] || !map->bits[1] ||
	    !map->meta.page)
		return -ENOMEM;
	tandem_intent_init(&map->copied, nr_regions, map->bits[0]);
	tandem_intent_init(&map->settling, nr_regions, map->bits[1]);
	return 0;
}

int tandem_map_create(struct tandem_set *set)
{
	const struct tandem_super *super = set->array->super;
	struct tandem_map *map;

	if (!(super->feature_incompat & TANDEM_INCOMPAT_REGION_MAP))
		return 0;
	map = kvcalloc(1, sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	set->map = map;
	map->set = set;
	map->table.array = super->array;
	map->table.set = set->index;
	map->table.nr_regions = tandem_geometry_regions(&super->geo);
	map->nr_pages = tandem_map_pages(map->table.nr_regions);
	map->meta.set = set;
	map->meta.work = &map->work;
	INIT_DELAYED_WORK(&map->work, map_work);
	return allocate(map, map->table.nr_regions);
}

void tandem_map_destroy(struct tandem_set *set)
{
	struct tandem_map *map = set->map;

	if (!map)
		return;
	cancel_delayed_work_sync(&map->work);
	kvfree(map->table.entry);
	kvfree(map->page);
	kvfree(map->bits[0]);
	kvfree(map->bits[1]);
	kfree(map->meta.page);
	kvfree(map);
	set->map = NULL;
}
