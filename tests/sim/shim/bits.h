/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic and bit helpers of the kernel, for the simulator.
 */
#ifndef SIM_SHIM_BITS_H
#define SIM_SHIM_BITS_H

#include <shim/types.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP((u64)(n), (u64)(d))
#define ALIGN(x, a)		(((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define round_up(x, a)		ALIGN(x, a)
#define round_down(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define BIT(nr)			(1ul << (nr))
#define BIT_ULL(nr)		(1ull << (nr))

/* Both sides must have one type, as in the kernel. */
#define min(x, y) ({				\
	__typeof__(x) __min_x = (x);		\
	__typeof__(y) __min_y = (y);		\
	(void)(&__min_x == &__min_y);		\
	__min_x < __min_y ? __min_x : __min_y;	\
})
#define max(x, y) ({				\
	__typeof__(x) __max_x = (x);		\
	__typeof__(y) __max_y = (y);		\
	(void)(&__max_x == &__max_y);		\
	__max_x > __max_y ? __max_x : __max_y;	\
})
#define min_t(type, x, y)	min((type)(x), (type)(y))
#define max_t(type, x, y)	max((type)(x), (type)(y))
#define clamp(x, low, high)	min((__typeof__(x))max(x, low), high)
#define clamp_t(type, x, low, high) clamp((type)(x), (type)(low), (type)(high))
#define swap(a, b) do {				\
	__typeof__(a) __swap = (a);		\
	(a) = (b);				\
	(b) = __swap;				\
} while (0)

static inline unsigned int hweight8(u8 w) { return __builtin_popcount(w); }
static inline unsigned int hweight16(u16 w) { return __builtin_popcount(w); }
static inline unsigned int hweight32(u32 w) { return __builtin_popcount(w); }
static inline unsigned int hweight64(u64 w) { return __builtin_popcountll(w); }

/* The lowest set bit, undefined for 0: so it must not be asked for 0. */
static inline unsigned long __ffs(unsigned long word)
{
	if (unlikely(!word))
		sim_fail("shim", "__ffs(0)");
	return __builtin_ctzl(word);
}

static inline int fls(unsigned int w) { return w ? 32 - __builtin_clz(w) : 0; }
static inline int fls64(u64 w) { return w ? 64 - __builtin_clzll(w) : 0; }

static inline int ilog2(u64 word)
{
	if (unlikely(!word))
		sim_fail("shim", "ilog2(0)");
	return 63 - __builtin_clzll(word);
}

static inline bool is_power_of_2(u64 n) { return n && !(n & (n - 1)); }
static inline u64 div_u64(u64 n, u32 d) { return n / d; }
static inline u64 div64_u64(u64 n, u64 d) { return n / d; }

static inline u64 div_u64_rem(u64 n, u32 d, u32 *rest)
{
	*rest = n % d;
	return n / d;
}

#endif
