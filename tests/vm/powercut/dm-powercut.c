// SPDX-License-Identifier: GPL-2.0-only
/*
 * dm-powercut: a disk in memory with a volatile write cache, for VM tests.
 *
 * Why not null_blk with cache_size: its cache holds only the first write to a
 * page; an overwrite of a page that is already durable goes straight to the
 * durable copy (6.1 and 6.12), so a power cut takes back almost nothing that a
 * mirror has to fear.
 *
 * Each 4 KiB page has a durable copy and a cached one, and says per 512-byte
 * sector which of them is newer. A write goes to the cached copy, a FUA write
 * to the durable one, a flush makes durable what is cached. A power cut drops
 * each cached sector, or keeps it: with a seed, so that a torn 4 KiB block and
 * writes that became durable out of order are normal. Older contents of a
 * sector than the newest cached and the durable one are not kept.
 *
 * Table:    START LEN powercut [LATENCY_NS [BLOCK_BYTES [through]]]
 * Messages: cut PERMILLE SEED [unseen]
 *                               lose power; a cached sector survives with that
 *                               probability; every request fails from now on.
 *                               Unseen: requests go on as if nothing had been,
 *                               and what they write is gone when power is back
 *           on                  power is back
 *           fail KIND...        requests of these kinds (read, write, fua,
 *                               flush) fail and change nothing; none ends it
 *           fail-nth N [dead]   the Nth request from now on, of any kind, fails
 *                               and changes nothing, with dead all later ones
 *                               too; 0 takes it back
 * Status:   on|off|unseen reads writes fuas flushes cached_sectors lost_sectors
 *           kept_sectors        running numbers of requests that succeeded
 *           left                requests until the one that is to fail; 0: none
 *
 * With "through" there is no cache: every write is durable when it ends, and the
 * disk says that it wants no flush.
 *
 * Discard and write-zeroes write zeroes, into the cache like any write.
 *
 * Why unseen: after a cut that it can see, an array dies of errors, and does not
 * until its patience with records is used up; a host that loses power with its
 * disks sees nothing. What is to be lost stays in the cache, from where no flush
 * and no FUA moves anything, until the power is back.
 *
 * Requests are served in map(), in the caller's context, and end there, or
 * with a latency in the timer's soft interrupt, as a real disk's would. One
 * mutex protects the content and the counters, one spinlock the requests that
 * wait for the timer; no bio is ended under either. The content lives as long
 * as the table: a reload starts with an empty disk.
 */

#include <linux/bio.h>
#include <linux/device-mapper.h>
#include <linux/highmem.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#define DM_MSG_PREFIX "powercut"

/* Marks the slots of the page array that have cached sectors. */
#define SLOT_CACHED XA_MARK_0

enum fail_kind {
	FAIL_READ	= 1 << 0,
	FAIL_WRITE	= 1 << 1,
	FAIL_FUA	= 1 << 2,
	FAIL_FLUSH	= 1 << 3,
	FAIL_ALL	= FAIL_READ | FAIL_WRITE | FAIL_FUA | FAIL_FLUSH,
};

/* One page of the disk; a copy that is NULL reads as zeroes. */
struct slot {
	void *durable;
	void *cached;
	u8 is_cached;		/* bit n: sector n of cached is the newest */
};

struct powercut {
	struct mutex lock;
	struct xarray slots;	/* page number -> struct slot */
	bool off;
	bool unseen;		/* the power is off, and nobody is to notice */
	unsigned int fail;	/* FAIL_* */
	unsigned int left;	/* requests until one fails, this one included; 0: none */
	bool dies;		/* ... and every later one */
	u64 reads, writes, fuas, flushes, lost, kept;

	u64 latency_ns;
	unsigned int block_bytes;
	bool through;			/* no cache */
	spinlock_t waiting_lock;	/* protects waiting, and timer being armed */
	struct bio_list waiting;	/* first due first: all wait equally long */
	struct hrtimer timer;
};

/* In the per-bio data of each request that waits for its latency. */
struct waiter {
	ktime_t due;
};

static struct slot *slot_get(struct powercut *pc, unsigned long index)
{
	struct slot *slot = xa_load(&pc->slots, index);

	if (slot)
		return slot;
	slot = kzalloc(sizeof(*slot), GFP_NOIO);
	if (slot && xa_err(xa_store(&pc->slots, index, slot, GFP_NOIO))) {
		kfree(slot);
		slot = NULL;
	}
	return slot;
}

static void *sector_of(void *page, unsigned int n)
{
	return page + n * SECTOR_SIZE;
}

static void read_sector(struct powercut *pc, sector_t sector, void *to)
{
	struct slot *slot = xa_load(&pc->slots, sector / PAGE_SECTORS);
	unsigned int n = sector % PAGE_SECTORS;

	if (slot && (slot->is_cached & (1 << n)))
		memcpy(to, sector_of(slot->cached, n), SECTOR_SIZE);
	else if (slot && slot->durable)
		memcpy(to, sector_of(slot->durable, n), SECTOR_SIZE);
	else
		memset(to, 0, SECTOR_SIZE);
}

/* No data: zeroes, for which a page that never held anything is not made. */
static int write_sector(struct powercut *pc, sector_t sector, const void *from, bool fua)
{
	unsigned long index = sector / PAGE_SECTORS;
	unsigned int n = sector % PAGE_SECTORS;
	struct slot *slot;
	void **page;

	if (!from && !xa_load(&pc->slots, index))
		return 0;
	slot = slot_get(pc, index);
	if (!slot)
		return -ENOMEM;
	page = fua ? &slot->durable : &slot->cached;
	if (!*page)
		*page = (void *)get_zeroed_page(GFP_NOIO);
	if (!*page)
		return -ENOMEM;
	if (from)
		memcpy(sector_of(*page, n), from, SECTOR_SIZE);
	else
		memset(sector_of(*page, n), 0, SECTOR_SIZE);
	if (fua) {
		slot->is_cached &= ~(1 << n);
	} else {
		slot->is_cached |= 1 << n;
		xa_set_mark(&pc->slots, index, SLOT_CACHED);
	}
	return 0;
}

/* Makes the cached sectors in @keep durable, and forgets those and the ones in @drop. */
static int settle(struct slot *slot, u8 keep, u8 drop)
{
	unsigned int n;

	keep &= slot->is_cached;
	if (keep && !slot->durable) {
		slot->durable = (void *)get_zeroed_page(GFP_NOIO);
		if (!slot->durable)
			return -ENOMEM;
	}
	for (n = 0; n < PAGE_SECTORS; n++) {
		if (keep & (1 << n))
			memcpy(sector_of(slot->durable, n), sector_of(slot->cached, n),
			       SECTOR_SIZE);
	}
	slot->is_cached &= ~(keep | drop);
	if (slot->is_cached)
		return 0;
	free_page((unsigned long)slot->cached);
	slot->cached = NULL;
	return 0;
}

/* The same for every sector in the cache. */
static int settle_all(struct powercut *pc, u8 keep, u8 drop)
{
	struct slot *slot;
	unsigned long index;
	int err;

	xa_for_each_marked(&pc->slots, index, slot, SLOT_CACHED) {
		err = settle(slot, keep, drop);
		if (err)
			return err;
		xa_clear_mark(&pc->slots, index, SLOT_CACHED);
	}
	return 0;
}

static int flush(struct powercut *pc)
{
	int err = pc->unseen ? 0 : settle_all(pc, 0xff, 0xff);

	pc->flushes += !err;
	return err;
}

static int power_on(struct powercut *pc)
{
	int err = pc->unseen ? settle_all(pc, 0, 0xff) : 0;

	pc->off = false;
	pc->unseen = false;
	return err;
}

/* The power is off already, seen or unseen. */
static int cut(struct powercut *pc, unsigned int permille, u64 seed)
{
	struct rnd_state random;
	struct slot *slot;
	unsigned long index;
	unsigned int n;
	int err;

	prandom_seed_state(&random, seed);
	xa_for_each_marked(&pc->slots, index, slot, SLOT_CACHED) {
		u8 keep = 0;

		for (n = 0; n < PAGE_SECTORS; n++) {
			if (prandom_u32_state(&random) % 1000 < permille)
				keep |= 1 << n;
		}
		pc->kept += hweight8(slot->is_cached & keep);
		pc->lost += hweight8(slot->is_cached & ~keep);
		err = settle(slot, keep, pc->unseen ? 0 : 0xff);
		if (err)
			return err;
		if (!slot->is_cached)
			xa_clear_mark(&pc->slots, index, SLOT_CACHED);
	}
	return 0;
}

/* Does this write reach the medium before it ends? */
static bool is_durable(struct powercut *pc, struct bio *bio)
{
	return !pc->unseen && (pc->through || bio->bi_opf & REQ_FUA);
}

static int transfer(struct powercut *pc, struct bio *bio)
{
	bool write = op_is_write(bio_op(bio));
	bool fua = is_durable(pc, bio);
	sector_t sector = bio->bi_iter.bi_sector;
	struct bvec_iter iter;
	struct bio_vec bv;
	unsigned int at;
	int err = 0;

	bio_for_each_segment(bv, bio, iter) {
		void *data = bvec_kmap_local(&bv);

		for (at = 0; at < bv.bv_len && !err; at += SECTOR_SIZE, sector++) {
			if (write)
				err = write_sector(pc, sector, data + at, fua);
			else
				read_sector(pc, sector, data + at);
		}
		kunmap_local(data);
		if (!write)
			flush_dcache_page(bv.bv_page);
	}
	return err;
}

static int zero(struct powercut *pc, struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector;
	sector_t end = bio_end_sector(bio);
	int err = 0;

	for (; sector < end && !err; sector++)
		err = write_sector(pc, sector, NULL, is_durable(pc, bio));
	return err;
}

static unsigned int kind_of(struct bio *bio)
{
	if (bio->bi_opf & REQ_PREFLUSH)
		return FAIL_FLUSH;
	if (!op_is_write(bio_op(bio)))
		return FAIL_READ;
	return bio->bi_opf & REQ_FUA ? FAIL_WRITE | FAIL_FUA : FAIL_WRITE;
}

/* Counts requests down to the one that is to fail. */
static bool is_nth(struct powercut *pc)
{
	if (!pc->left || --pc->left)
		return false;
	if (pc->dies)
		pc->fail = FAIL_ALL;
	return true;
}

/* DM core splits a flush from its data, so a flush comes here empty. */
static int serve(struct powercut *pc, struct bio *bio)
{
	bool write = op_is_write(bio_op(bio));
	int err;

	if (is_nth(pc) || pc->off || (pc->fail & kind_of(bio)))
		return -EIO;
	if (bio->bi_opf & REQ_PREFLUSH)
		return flush(pc);
	err = bio_has_data(bio) ? transfer(pc, bio) : zero(pc, bio);
	if (err)
		return err;
	pc->reads += !write;
	pc->writes += write;
	pc->fuas += write && (bio->bi_opf & REQ_FUA);
	return 0;
}

static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	struct powercut *pc = container_of(timer, struct powercut, timer);
	enum hrtimer_restart restart = HRTIMER_NORESTART;
	struct bio_list due;
	struct waiter *waiter;
	struct bio *bio;
	unsigned long flags;

	bio_list_init(&due);
	spin_lock_irqsave(&pc->waiting_lock, flags);
	while ((bio = bio_list_peek(&pc->waiting))) {
		waiter = dm_per_bio_data(bio, sizeof(*waiter));
		if (ktime_after(waiter->due, ktime_get())) {
			hrtimer_set_expires(timer, waiter->due);
			restart = HRTIMER_RESTART;
			break;
		}
		bio_list_add(&due, bio_list_pop(&pc->waiting));
	}
	spin_unlock_irqrestore(&pc->waiting_lock, flags);
	while ((bio = bio_list_pop(&due)))
		bio_endio(bio);
	return restart;
}

static void end_later(struct powercut *pc, struct bio *bio)
{
	struct waiter *waiter = dm_per_bio_data(bio, sizeof(*waiter));
	unsigned long flags;
	bool first;

	waiter->due = ktime_add_ns(ktime_get(), pc->latency_ns);
	spin_lock_irqsave(&pc->waiting_lock, flags);
	first = bio_list_empty(&pc->waiting);
	bio_list_add(&pc->waiting, bio);
	if (first)
		hrtimer_start(&pc->timer, waiter->due, HRTIMER_MODE_ABS_SOFT);
	spin_unlock_irqrestore(&pc->waiting_lock, flags);
}

static int powercut_map(struct dm_target *ti, struct bio *bio)
{
	struct powercut *pc = ti->private;
	int err;

	bio->bi_iter.bi_sector = dm_target_offset(ti, bio->bi_iter.bi_sector);
	mutex_lock(&pc->lock);
	err = serve(pc, bio);
	mutex_unlock(&pc->lock);

	bio->bi_status = errno_to_blk_status(err);
	if (pc->latency_ns)
		end_later(pc, bio);
	else
		bio_endio(bio);
	return DM_MAPIO_SUBMITTED;
}

static int parse_fail(unsigned int argc, char **argv, unsigned int *fail)
{
	static const struct {
		const char *word;
		unsigned int kind;
	} kinds[] = {
		{ "none", 0 }, { "read", FAIL_READ }, { "write", FAIL_WRITE },
		{ "fua", FAIL_FUA }, { "flush", FAIL_FLUSH },
	};
	unsigned int i, k;

	*fail = 0;
	for (i = 1; i < argc; i++) {
		for (k = 0; k < ARRAY_SIZE(kinds) && strcmp(argv[i], kinds[k].word); k++)
			;
		if (k == ARRAY_SIZE(kinds))
			return -EINVAL;
		*fail |= kinds[k].kind;
	}
	return argc > 1 ? 0 : -EINVAL;
}

static int parse_fail_nth(unsigned int argc, char **argv, unsigned int *left)
{
	if (argc < 2 || argc > 3 || (argc == 3 && strcmp(argv[2], "dead")))
		return -EINVAL;
	return kstrtouint(argv[1], 10, left);
}

struct cut_order {
	unsigned int permille;
	u64 seed;
	bool unseen;
};

static int parse_cut(unsigned int argc, char **argv, struct cut_order *order)
{
	order->unseen = argc == 4;
	if (argc < 3 || argc > 4 || (order->unseen && strcmp(argv[3], "unseen")) ||
	    kstrtouint(argv[1], 10, &order->permille) || order->permille > 1000)
		return -EINVAL;
	return kstrtou64(argv[2], 0, &order->seed);
}

static int powercut_message(struct dm_target *ti, unsigned int argc, char **argv,
			    char *result, unsigned int maxlen)
{
	struct powercut *pc = ti->private;
	struct cut_order order;
	unsigned int fail, left;
	int err = 0;

	mutex_lock(&pc->lock);
	if (!strcmp(argv[0], "cut") && !parse_cut(argc, argv, &order)) {
		pc->unseen = order.unseen;
		pc->off = !order.unseen;
		err = cut(pc, order.permille, order.seed);
	} else if (!strcmp(argv[0], "on") && argc == 1) {
		err = power_on(pc);
	} else if (!strcmp(argv[0], "fail") && !parse_fail(argc, argv, &fail)) {
		pc->fail = fail;
	} else if (!strcmp(argv[0], "fail-nth") && !parse_fail_nth(argc, argv, &left)) {
		pc->left = left;
		pc->dies = argc == 3;
	} else {
		err = -EINVAL;
	}
	mutex_unlock(&pc->lock);
	if (err == -EINVAL)
		DMERR("%s: not cut PERMILLE SEED [unseen], on, fail KIND..., fail-nth N [dead]",
		      argv[0]);
	return err;
}

static void powercut_status(struct dm_target *ti, status_type_t type,
			    unsigned int status_flags, char *result, unsigned int maxlen)
{
	struct powercut *pc = ti->private;
	struct slot *slot;
	unsigned long index;
	unsigned int sz = 0;
	u64 cached = 0;

	*result = '\0';
	if (type == STATUSTYPE_TABLE)
		DMEMIT("%llu %u%s", pc->latency_ns, pc->block_bytes,
		       pc->through ? " through" : "");
	if (type != STATUSTYPE_INFO)
		return;
	mutex_lock(&pc->lock);
	xa_for_each_marked(&pc->slots, index, slot, SLOT_CACHED)
		cached += hweight8(slot->is_cached);
	DMEMIT("%s %llu %llu %llu %llu %llu %llu %llu %u",
	       pc->off ? "off" : pc->unseen ? "unseen" : "on", pc->reads, pc->writes,
	       pc->fuas, pc->flushes, cached, pc->lost, pc->kept, pc->left);
	mutex_unlock(&pc->lock);
}

static int parse_table(struct powercut *pc, unsigned int argc, char **argv)
{
	pc->block_bytes = SECTOR_SIZE;
	if (argc > 3)
		return -EINVAL;
	if (argc > 0 && (kstrtou64(argv[0], 10, &pc->latency_ns) ||
			 pc->latency_ns > 10ULL * NSEC_PER_SEC))
		return -EINVAL;
	if (argc > 1 && (kstrtouint(argv[1], 10, &pc->block_bytes) ||
			 (pc->block_bytes != SECTOR_SIZE && pc->block_bytes != PAGE_SIZE)))
		return -EINVAL;
	pc->through = argc > 2;
	return pc->through && strcmp(argv[2], "through") ? -EINVAL : 0;
}

static int powercut_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct powercut *pc;

	pc = kzalloc(sizeof(*pc), GFP_KERNEL);
	if (!pc) {
		ti->error = "no memory";
		return -ENOMEM;
	}
	if (parse_table(pc, argc, argv)) {
		ti->error = "expected [LATENCY_NS [BLOCK_BYTES [through]]], 512 or 4096 bytes";
		kfree(pc);
		return -EINVAL;
	}
	mutex_init(&pc->lock);
	xa_init(&pc->slots);
	spin_lock_init(&pc->waiting_lock);
	bio_list_init(&pc->waiting);
	hrtimer_init(&pc->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	pc->timer.function = timer_fires;

	ti->private = pc;
	ti->per_io_data_size = sizeof(struct waiter);
	ti->num_flush_bios = !pc->through;
	ti->num_discard_bios = 1;
	ti->num_write_zeroes_bios = 1;
	ti->flush_supported = !pc->through;
	ti->discards_supported = true;
	return 0;
}

static void powercut_io_hints(struct dm_target *ti, struct queue_limits *limits)
{
	struct powercut *pc = ti->private;

	limits->logical_block_size = pc->block_bytes;
	limits->physical_block_size = PAGE_SIZE;
	limits->io_min = PAGE_SIZE;
	limits->discard_granularity = pc->block_bytes;
	limits->max_hw_discard_sectors = UINT_MAX;
	limits->max_discard_sectors = UINT_MAX;
	limits->max_write_zeroes_sectors = UINT_MAX;
}

static void powercut_dtr(struct dm_target *ti)
{
	struct powercut *pc = ti->private;
	struct slot *slot;
	unsigned long index;

	/* Its last bio has ended, the callback may still be on its way out. */
	hrtimer_cancel(&pc->timer);
	xa_for_each(&pc->slots, index, slot) {
		free_page((unsigned long)slot->durable);
		free_page((unsigned long)slot->cached);
		kfree(slot);
	}
	xa_destroy(&pc->slots);
	kfree(pc);
}

/* There is none; but before 6.3 a target without this is not asked for hints. */
static int powercut_iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn,
				    void *data)
{
	return 0;
}

static struct target_type powercut_target = {
	.name		= "powercut",
	.version	= { 1, 0, 0 },
	.module		= THIS_MODULE,
	.ctr		= powercut_ctr,
	.dtr		= powercut_dtr,
	.map		= powercut_map,
	.message	= powercut_message,
	.status		= powercut_status,
	.iterate_devices = powercut_iterate_devices,
	.io_hints	= powercut_io_hints,
};

static int __init powercut_init(void)
{
	return dm_register_target(&powercut_target);
}

static void __exit powercut_exit(void)
{
	dm_unregister_target(&powercut_target);
}

module_init(powercut_init);
module_exit(powercut_exit);

MODULE_DESCRIPTION("a disk in memory that can lose power");
MODULE_LICENSE("GPL");
