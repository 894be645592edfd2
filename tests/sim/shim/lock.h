/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinlocks for the simulator: taken twice, still held when the scheduler or
 * a disk gets control, or taken with the wrong interrupt state, they fail the
 * seed.
 */
#ifndef SIM_SHIM_LOCK_H
#define SIM_SHIM_LOCK_H

#include <shim/types.h>

typedef struct {
	u32 ready;
	bool held;
	const char *where;
} spinlock_t;

void sim_lock_init(spinlock_t *lock);
void sim_lock(spinlock_t *lock, const char *where);
void sim_unlock(spinlock_t *lock, const char *where);
/* The variant that enables interrupts again whatever they were before. */
void sim_lock_irq(spinlock_t *lock, const char *where);

#define spin_lock_init(lock)	sim_lock_init(lock)
#define spin_lock(lock)		sim_lock(lock, __func__)
#define spin_unlock(lock)	sim_unlock(lock, __func__)
#define spin_lock_irq(lock)	sim_lock_irq(lock, __func__)
#define spin_unlock_irq(lock)	sim_unlock(lock, __func__)
#define spin_lock_irqsave(lock, flags) do {	\
	(flags) = 1;				\
	sim_lock(lock, __func__);		\
} while (0)
#define spin_unlock_irqrestore(lock, flags) do {	\
	(void)(flags);					\
	sim_unlock(lock, __func__);			\
} while (0)
#define lockdep_assert_held(lock) do {						\
	if (!(lock)->held)							\
		sim_fail("lock", "%s: the lock is not held", __func__);		\
} while (0)

#endif
