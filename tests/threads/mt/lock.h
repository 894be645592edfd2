/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinlocks as mutexes. There are no interrupts: whoever ends a bio is one more
 * thread, and may be any.
 */
#ifndef MT_LOCK_H
#define MT_LOCK_H

#include <pthread.h>

#include <shim/types.h>

typedef struct {
	pthread_mutex_t mutex;
	bool held;		/* by whoever looks under the lock */
} spinlock_t;

void mt_lock(spinlock_t *lock);
void mt_unlock(spinlock_t *lock);

#define spin_lock_init(lock) do {		\
	pthread_mutex_init(&(lock)->mutex, NULL); \
	(lock)->held = false;			\
} while (0)
#define spin_lock(lock)			mt_lock(lock)
#define spin_unlock(lock)		mt_unlock(lock)
#define spin_lock_irq(lock)		mt_lock(lock)
#define spin_unlock_irq(lock)		mt_unlock(lock)
#define spin_lock_irqsave(lock, flags) do {	\
	(flags) = 1;				\
	mt_lock(lock);				\
} while (0)
#define spin_unlock_irqrestore(lock, flags) do {	\
	(void)(flags);					\
	mt_unlock(lock);				\
} while (0)
#define lockdep_assert_held(lock) do {						\
	if (!(lock)->held)							\
		sim_fail("lock", "%s: the lock is not held", __func__);		\
} while (0)

#endif
