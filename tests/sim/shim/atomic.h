/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomics for the simulator: plain operations, for there is one thread.
 *
 * Another processor is played by sim_preempt(): after every operation that
 * changes a value, and where locks are taken and released, the scheduler may
 * run what is due there (completions, work, other users' requests): one event, or
 * hundreds, as when a processor of a guest stands still. Memory ordering is not
 * modelled, interleaving is.
 */
#ifndef SIM_SHIM_ATOMIC_H
#define SIM_SHIM_ATOMIC_H

#include <shim/types.h>

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }

/* Run nothing, or something that is due; defined with the scheduler. */
extern int sim_preempt_countdown;
void sim_preempt_now(void);

static inline void sim_preempt(void)
{
	if (unlikely(--sim_preempt_countdown <= 0))
		sim_preempt_now();
}

/* The same subset for both widths; the caller's operand is added in its own type. */
#define SIM_ATOMIC(name, holder, type)						\
static inline type name##_read(const holder *v) { return READ_ONCE(v->counter); } \
static inline type name##_read_acquire(const holder *v) { return READ_ONCE(v->counter); } \
static inline void name##_set(holder *v, type i) { WRITE_ONCE(v->counter, i); sim_preempt(); } \
static inline void name##_set_release(holder *v, type i) { name##_set(v, i); }	\
static inline type name##_xchg(holder *v, type i)				\
{										\
	type old = v->counter;							\
										\
	v->counter = i;								\
	sim_preempt();								\
	return old;								\
}										\
static inline type name##_cmpxchg(holder *v, type old, type new)		\
{										\
	type seen = v->counter;							\
										\
	if (seen == old)							\
		v->counter = new;						\
	sim_preempt();								\
	return seen;								\
}										\
static inline bool name##_try_cmpxchg(holder *v, type *old, type new)		\
{										\
	type seen = name##_cmpxchg(v, *old, new);				\
	bool done = seen == *old;						\
										\
	*old = seen;								\
	return done;								\
}										\
static inline type name##_fetch_add(type i, holder *v)				\
{										\
	type old = v->counter;							\
										\
	v->counter = (type)((u64)old + (u64)i);					\
	sim_preempt();								\
	return old;								\
}										\
static inline type name##_fetch_sub(type i, holder *v)				\
{										\
	return name##_fetch_add((type)(0 - (u64)i), v);				\
}										\
static inline type name##_fetch_or(type i, holder *v)				\
{										\
	type old = v->counter;							\
										\
	v->counter = old | i;							\
	sim_preempt();								\
	return old;								\
}										\
static inline type name##_fetch_and(type i, holder *v)				\
{										\
	type old = v->counter;							\
										\
	v->counter = old & i;							\
	sim_preempt();								\
	return old;								\
}										\
static inline type name##_fetch_andnot(type i, holder *v) { return name##_fetch_and(~i, v); } \
static inline type name##_fetch_add_acquire(type i, holder *v) { return name##_fetch_add(i, v); } \
static inline type name##_fetch_sub_release(type i, holder *v) { return name##_fetch_sub(i, v); } \
static inline type name##_fetch_or_acquire(type i, holder *v) { return name##_fetch_or(i, v); } \
static inline type name##_fetch_andnot_release(type i, holder *v)		\
{										\
	return name##_fetch_andnot(i, v);					\
}										\
static inline void name##_add(type i, holder *v) { name##_fetch_add(i, v); }	\
static inline void name##_sub(type i, holder *v) { name##_fetch_sub(i, v); }	\
static inline void name##_inc(holder *v) { name##_fetch_add(1, v); }		\
static inline void name##_dec(holder *v) { name##_fetch_sub(1, v); }		\
static inline void name##_or(type i, holder *v) { name##_fetch_or(i, v); }	\
static inline void name##_and(type i, holder *v) { name##_fetch_and(i, v); }	\
static inline void name##_andnot(type i, holder *v) { name##_fetch_andnot(i, v); } \
static inline type name##_add_return(type i, holder *v) { return name##_fetch_add(i, v) + i; } \
static inline type name##_sub_return(type i, holder *v) { return name##_fetch_sub(i, v) - i; } \
static inline type name##_inc_return(holder *v) { return name##_add_return(1, v); } \
static inline type name##_dec_return(holder *v) { return name##_sub_return(1, v); } \
static inline bool name##_dec_and_test(holder *v) { return name##_dec_return(v) == 0; } \
static inline bool name##_inc_not_zero(holder *v)				\
{										\
	return v->counter ? (name##_inc(v), true) : false;			\
}

SIM_ATOMIC(atomic, atomic_t, int)
SIM_ATOMIC(atomic64, atomic64_t, s64)

#define xchg(ptr, value) ({			\
	__typeof__(*(ptr)) __xchg_old = *(ptr);	\
	*(ptr) = (value);			\
	sim_preempt();				\
	__xchg_old;				\
})

#define smp_mb()			do { } while (0)
#define smp_rmb()			do { } while (0)
#define smp_wmb()			do { } while (0)
#define smp_mb__before_atomic()		do { } while (0)
#define smp_mb__after_atomic()		do { } while (0)
#define smp_load_acquire(ptr)		READ_ONCE(*(ptr))
#define smp_store_release(ptr, value)	WRITE_ONCE(*(ptr), value)
#define cpu_relax()			do { } while (0)

#endif
