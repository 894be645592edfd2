// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks, bios, text and identifiers: the rest of what the engine finds in a
 * kernel.
 */
#include "sched.h"

#define READY	0x6c6f636bu

void sim_lock_init(spinlock_t *lock)
{
	lock->ready = READY;
	lock->held = false;
	lock->where = NULL;
}

void sim_lock(spinlock_t *lock, const char *where)
{
	if (lock->ready != READY)
		sim_fail("lock", "%s: the lock was not set up", where);
	if (lock->held)
		sim_fail("lock", "%s: the lock is held by %s", where, lock->where);
	sim_preempt();
	lock->held = true;
	lock->where = where;
	sim_state.locks++;
}

void sim_lock_irq(spinlock_t *lock, const char *where)
{
	if (sim_state.irq)
		sim_fail("lock", "%s: enables interrupts in interrupt context", where);
	sim_lock(lock, where);
}

void sim_unlock(spinlock_t *lock, const char *where)
{
	if (!lock->held)
		sim_fail("lock", "%s: the lock is not held", where);
	lock->held = false;
	sim_state.locks--;
	sim_preempt();
}

static void set_up(struct bio *bio)
{
	if (bio->sim_state == SIM_BIO_IN_FLIGHT)
		sim_fail("bio", "set up again while it is in flight");
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
	if (bio->sim_state != SIM_BIO_READY)
		sim_fail("bio", "rearmed, but it has not come back");
	bio->bi_opf &= ~(REQ_NOWAIT | REQ_POLLED);
	bio->bi_status = BLK_STS_OK;
}

void bio_uninit(struct bio *bio)
{
	if (bio->sim_state == SIM_BIO_IN_FLIGHT)
		sim_fail("bio", "taken down while it is in flight");
	bio->sim_state = SIM_BIO_GONE;
}

void bio_endio(struct bio *bio)
{
	if (sim_state.locks)
		sim_fail("lock", "a bio is ended under a lock");
	if (bio->sim_state != SIM_BIO_READY && bio->sim_state != SIM_BIO_IN_FLIGHT)
		sim_fail("bio", "ended, but it is not alive");
	bio->sim_state = SIM_BIO_READY;
	bio->bi_end_io(bio);
}

void sim_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (sim_is_verbose()) {
		printf("%10llu ", (unsigned long long)sim_now());
		vprintf(format, arguments);
	}
	va_end(arguments);
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
	size_t length = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (length == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = 0;
		return -E2BIG;
	}
	memcpy(to, from, length + 1);
	return length;
}

void *memchr_inv(const void *from, int byte, size_t size)
{
	const u8 *at = from;

	/* Mostly all of it is the same, and the C library sees that faster. */
	if (size && *at == (u8)byte && !memcmp(at, at + 1, size - 1))
		return NULL;
	for (; size; size--, at++)
		if (*at != (u8)byte)
			return (void *)at;
	return NULL;
}

void tandem_id_random(void *id, size_t size)
{
	u8 *byte = id;

	while (size--)
		*byte++ = sim_random(SIM_RANDOM_ENGINE);
}
