// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks in memory without a lock. A command is carried out where it is sent, or by a
 * thread of the disks, by chance; so a bio is ended by the thread that sent it or by
 * another one, and may be before submit returns.
 *
 * A superblock that lands is read at once: which leg it calls failed, and in which
 * of its episodes. A user who is told that his write is well, though a leg failed it,
 * must find that there (K2).
 */
#include <stdlib.h>

#include "core/superblock.h"
#include "mt.h"

struct mt_disk mt_disk[MT_LEGS];

static struct {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	struct bio *first, *last;
	bool over;
	bool unused;
} later = { .mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER };

static struct mt_disk *disk_of(struct bio *bio)
{
	return bio->bi_bdev->disk;
}

static void note_record(struct mt_disk *disk, const void *bytes)
{
	struct tandem_super *super = malloc(sizeof(*super));
	unsigned int i;

	if (!super)
		abort();
	if (tandem_super_decode(bytes, super, NULL))
		sim_fail("disk", "a superblock that cannot be read lands on leg %u", disk->leg);
	for (i = 0; i < MT_LEGS; i++)
		if (super->place[i].record == TANDEM_RECORD_FAILED)
			__atomic_store_n(&disk->recorded[i],
					 __atomic_load_n(&mt_disk[i].episode, __ATOMIC_SEQ_CST),
					 __ATOMIC_SEQ_CST);
	free(super);
}

static bool is_slot(const struct bio *bio)
{
	return bio->bi_iter.bi_size == TANDEM_SUPER_BYTES &&
	       (bio->bi_iter.bi_sector == TANDEM_SLOT0_BYTES / 512 ||
		bio->bi_iter.bi_sector == TANDEM_SLOT1_BYTES / 512);
}

/*
 * A user's read is ordered behind what made its leg fit to be read by its being sent,
 * as a command to a device is behind the load that decided on it. The sanitizer knows
 * of no devices: it does not see this copy, and what was read is compared.
 */
__attribute__((no_sanitize("thread"))) noinline
static void copy_unseen(u8 *to, const u8 *from, size_t size)
{
	while (size--)
		*(volatile u8 *)to++ = *(const volatile u8 *)from++;
}

static void transfer(struct mt_disk *disk, struct bio *bio)
{
	u8 *at = disk->bytes + 512 * bio->bi_iter.bi_sector;
	size_t size = bio->bi_iter.bi_size;

	if (bio_end_sector(bio) > disk->engine.size_sectors)
		sim_fail("disk", "beyond the end of leg %u", disk->leg);
	if (bio_op(bio) == REQ_OP_READ) {
		if (bio->bi_end_io == mt_op_end)
			copy_unseen(bio->sim_data, at, size);
		else
			memcpy(bio->sim_data, at, size);
		return;
	}
	memcpy(at, bio->sim_data, size);
	if (is_slot(bio))
		note_record(disk, bio->sim_data);
}

static void serve(struct bio *bio)
{
	struct mt_disk *disk = disk_of(bio);

	if (bio_op(bio) != REQ_OP_READ && __atomic_load_n(&disk->dead, __ATOMIC_RELAXED))
		bio->bi_status = BLK_STS_IOERR;
	else if (bio->bi_iter.bi_size)
		transfer(disk, bio);
	bio_endio(bio);
}

static void *serve_later(void *argument)
{
	struct bio *bio;

	(void)argument;
	pthread_mutex_lock(&later.mutex);
	for (;;) {
		bio = later.first;
		if (!bio && later.over)
			break;
		if (!bio) {
			pthread_cond_wait(&later.cond, &later.mutex);
			continue;
		}
		later.first = bio->bi_next;
		pthread_mutex_unlock(&later.mutex);
		mt_breathe();
		serve(bio);
		pthread_mutex_lock(&later.mutex);
	}
	pthread_mutex_unlock(&later.mutex);
	return NULL;
}

static void put_later(struct bio *bio)
{
	bio->bi_next = NULL;
	pthread_mutex_lock(&later.mutex);
	if (later.first)
		later.last->bi_next = bio;
	else
		later.first = bio;
	later.last = bio;
	pthread_cond_signal(&later.cond);
	pthread_mutex_unlock(&later.mutex);
}

/* A write that a dead leg will fail is noted before anybody can judge it. */
static void note_failure(struct mt_disk *disk, struct bio *bio, struct bio *parent)
{
	struct mt_op *op;

	if (!parent || bio_op(bio) == REQ_OP_READ ||
	    !__atomic_load_n(&disk->dead, __ATOMIC_RELAXED))
		return;
	op = container_of(parent, struct mt_op, bio);
	__atomic_store_n(&op->failed[disk->leg],
			 __atomic_load_n(&disk->episode, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
}

static void submit(struct tandem_disk *engine, struct bio *bio, struct bio *parent)
{
	struct mt_disk *disk = container_of(engine, struct mt_disk, engine);

	if (bio->sim_state != SIM_BIO_READY)
		sim_fail("bio", "sent, but it is not set up");
	bio->bi_bdev = &disk->bdev;
	bio->bi_status = BLK_STS_OK;
	bio->sim_state = SIM_BIO_IN_FLIGHT;
	note_failure(disk, bio, parent);
	mt_breathe();
	if (later.unused || mt_below(3))
		serve(bio);
	else
		put_later(bio);
}

static const struct tandem_disk_ops disk_ops = { .submit = submit };

void mt_disks_start(u64 sectors, bool prompt)
{
	struct mt_disk *disk;
	unsigned int i;

	for (i = 0; i < MT_LEGS; i++) {
		disk = &mt_disk[i];
		memset(disk, 0, sizeof(*disk));
		disk->leg = i;
		disk->bytes = calloc(sectors, 512);
		if (!disk->bytes)
			abort();
		disk->bdev.disk = disk;
		disk->engine.ops = &disk_ops;
		disk->engine.bdev = &disk->bdev;
		disk->engine.size_sectors = sectors;
		disk->engine.logical_block_bytes = 512;
		snprintf(disk->engine.name, sizeof(disk->engine.name), "leg%u", i);
	}
	later.over = false;
	later.unused = prompt;
	if (pthread_create(&later.thread, NULL, serve_later, NULL))
		abort();
}

void mt_disks_stop(void)
{
	unsigned int i;

	pthread_mutex_lock(&later.mutex);
	later.over = true;
	pthread_cond_signal(&later.cond);
	pthread_mutex_unlock(&later.mutex);
	pthread_join(later.thread, NULL);
	for (i = 0; i < MT_LEGS; i++)
		free(mt_disk[i].bytes);
}
