/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomics with the orderings that Documentation/atomic_t.txt of the kernel gives:
 *
 *	no value returned, set, read	relaxed
 *	value returned			full; a cmpxchg that fails: relaxed
 *	_acquire, _release		that
 *
 * The sanitizer does not model fences. smp_mb__before_atomic() makes the next
 * operation of this thread a full one instead, which is what the pair is for.
 */
#ifndef MT_ATOMIC_H
#define MT_ATOMIC_H

#include <shim/types.h>

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }

extern __thread bool mt_fence;
/* Another thread's turn, now and then: where an interleaving can differ. */
void mt_breathe(void);

/* True once after a fence. */
static inline bool mt_is_fenced(void)
{
	bool fenced = mt_fence;

	mt_fence = false;
	return fenced;
}

#define MT_VOID(call, v, i) do {					\
	mt_breathe();							\
	if (mt_is_fenced())						\
		call(&(v)->counter, i, __ATOMIC_SEQ_CST);		\
	else								\
		call(&(v)->counter, i, __ATOMIC_RELAXED);		\
} while (0)

#define MT_ATOMIC(name, holder, type)						\
static inline type name##_read(const holder *v)					\
{										\
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);			\
}										\
static inline type name##_read_acquire(const holder *v)				\
{										\
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);			\
}										\
static inline void name##_set(holder *v, type i)				\
{										\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);			\
}										\
static inline void name##_set_release(holder *v, type i)			\
{										\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);			\
}										\
static inline type name##_xchg(holder *v, type i)				\
{										\
	mt_breathe();								\
	return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST);		\
}										\
static inline type name##_cmpxchg(holder *v, type old, type new)		\
{										\
	mt_breathe();								\
	__atomic_compare_exchange_n(&v->counter, &old, new, false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);	\
	return old;								\
}										\
static inline type name##_fetch_add(type i, holder *v)				\
{										\
	return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);		\
}										\
static inline type name##_fetch_or(type i, holder *v)				\
{										\
	mt_breathe();								\
	return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST);		\
}										\
static inline type name##_fetch_add_acquire(type i, holder *v)			\
{										\
	mt_breathe();								\
	return __atomic_fetch_add(&v->counter, i, __ATOMIC_ACQUIRE);		\
}										\
static inline type name##_fetch_add_relaxed(type i, holder *v)			\
{										\
	mt_breathe();								\
	return __atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);		\
}										\
static inline type name##_fetch_sub_release(type i, holder *v)			\
{										\
	mt_breathe();								\
	return __atomic_fetch_sub(&v->counter, i, __ATOMIC_RELEASE);		\
}										\
static inline type name##_fetch_sub_relaxed(type i, holder *v)			\
{										\
	mt_breathe();								\
	return __atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);		\
}										\
static inline void name##_add(type i, holder *v) { MT_VOID(__atomic_fetch_add, v, i); } \
static inline void name##_inc(holder *v) { MT_VOID(__atomic_fetch_add, v, 1); }	\
static inline void name##_dec(holder *v) { MT_VOID(__atomic_fetch_sub, v, 1); }	\
static inline void name##_or(type i, holder *v) { MT_VOID(__atomic_fetch_or, v, i); } \
static inline void name##_andnot(type i, holder *v) { MT_VOID(__atomic_fetch_and, v, ~i); } \
static inline bool name##_dec_and_test(holder *v)				\
{										\
	mt_breathe();								\
	return __atomic_sub_fetch(&v->counter, 1, __ATOMIC_SEQ_CST) == 0;	\
}

MT_ATOMIC(atomic, atomic_t, int)
MT_ATOMIC(atomic64, atomic64_t, s64)

#define xchg(ptr, value)		__atomic_exchange_n(ptr, value, __ATOMIC_SEQ_CST)
/* Between two that are marked, each by itself: nothing that the sanitizer would look at. */
#define smp_mb()			__sync_synchronize()
#define smp_mb__before_atomic()		(mt_fence = true)
#define smp_load_acquire(ptr)		__atomic_load_n(ptr, __ATOMIC_ACQUIRE)
#define smp_store_release(ptr, value)	__atomic_store_n(ptr, value, __ATOMIC_RELEASE)

#endif
