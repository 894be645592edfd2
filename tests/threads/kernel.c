// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks, bios, memory, text and identifiers: the rest of what the engine finds in a
 * kernel, for threads.
 */
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/crc32c.h"
#include "mt.h"

__thread bool mt_fence;
static __thread u64 random_state;
static u64 random_seed;
static u64 random_threads;

void mt_random_start(u64 seed)
{
	__atomic_store_n(&random_seed, seed, __ATOMIC_RELAXED);
}

static u64 random_next(void)
{
	if (!random_state)
		random_state = (__atomic_load_n(&random_seed, __ATOMIC_RELAXED) * 2 + 1) *
			       (0x9e3779b97f4a7c15ull +
				2 * __atomic_fetch_add(&random_threads, 1, __ATOMIC_RELAXED));
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 0x2545f4914f6cdd1dull;
}

u32 mt_below(u32 n)
{
	return (random_next() >> 33) % n;
}

void mt_breathe(void)
{
	unsigned int turns = mt_below(16) ? 0 : 1;

	/* Now and then for so long that others come to rest meanwhile. */
	if (turns && !mt_below(64))
		turns = 300;
	while (turns--)
		sched_yield();
}

void sim_fail(const char *rule, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "FAILED: %s: ", rule);
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\n");
	va_end(arguments);
	_exit(1);
}

void sim_print(const char *format, ...)
{
	(void)format;
}

void mt_lock(spinlock_t *lock)
{
	mt_breathe();
	pthread_mutex_lock(&lock->mutex);
	lock->held = true;
}

void mt_unlock(spinlock_t *lock)
{
	lock->held = false;
	pthread_mutex_unlock(&lock->mutex);
	mt_breathe();
}

void *sim_alloc(size_t count, size_t size, gfp_t flags)
{
	size_t bytes = ALIGN(count * size, 64);
	void *memory = aligned_alloc(64, bytes ? bytes : 64);

	if (!memory)
		abort();
	memset(memory, flags & __GFP_ZERO ? 0 : 0xa5, bytes);
	return memory;
}

void sim_free(const void *memory)
{
	free((void *)memory);
}

static void set_up(struct bio *bio)
{
	memset(bio, 0, sizeof(*bio));
	bio->sim_state = SIM_BIO_READY;
}

void tandem_bio_init_buffer(struct bio *bio, struct bio_vec *vec, void *buffer, u32 len_bytes)
{
	set_up(bio);
	vec->data = buffer;
	vec->bv_len = len_bytes;
	bio->bi_iter.bi_size = len_bytes;
	bio->sim_data = buffer;
}

void tandem_bio_init_empty(struct bio *bio)
{
	set_up(bio);
}

void tandem_bio_init_clone(struct bio *bio, struct block_device *bdev, struct bio *parent)
{
	set_up(bio);
	bio->bi_bdev = bdev;
	bio->bi_opf = parent->bi_opf;
	bio->bi_iter = parent->bi_iter;
	bio->sim_data = parent->sim_data;
}

void tandem_bio_rearm(struct bio *bio)
{
	bio->bi_opf &= ~(REQ_NOWAIT | REQ_POLLED);
	bio->bi_status = BLK_STS_OK;
}

void bio_uninit(struct bio *bio)
{
	if (bio->sim_state != SIM_BIO_READY)
		sim_fail("bio", "taken down while it is in flight");
	bio->sim_state = SIM_BIO_GONE;
}

void bio_endio(struct bio *bio)
{
	if (bio->sim_state == SIM_BIO_GONE)
		sim_fail("bio", "ended, but it is not alive");
	bio->sim_state = SIM_BIO_READY;
	bio->bi_end_io(bio);
}

int scnprintf(char *text, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, size, format, arguments);
	va_end(arguments);
	return length < (int)size ? length : size ? (int)size - 1 : 0;
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t length = strnlen(from, size - 1);

	memcpy(to, from, length);
	to[length] = 0;
	return from[length] ? -E2BIG : (ssize_t)length;
}

void *memchr_inv(const void *from, int byte, size_t size)
{
	const u8 *at = from;

	for (; size; size--, at++)
		if (*at != (u8)byte)
			return (void *)at;
	return NULL;
}

void tandem_id_random(void *id, size_t size)
{
	u8 *byte = id;

	while (size--)
		*byte++ = mt_below(256);
}

u32 tandem_crc32c_add(u32 crc, const void *data, size_t len)
{
	return ~crc32c(~crc, data, len);
}
