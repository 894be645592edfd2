/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel types and the small macros, for the simulator. A WARN is a failure
 * of the seed: nothing that warns in the kernel is tolerated here.
 */
#ifndef SIM_SHIM_TYPES_H
#define SIM_SHIM_TYPES_H

#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef u64 sector_t;

#ifndef __force
#ifdef __CHECKER__
#define __force __attribute__((force))
#else
#define __force
#endif
#endif

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define fallthrough		__attribute__((fallthrough))
#define __always_unused		__attribute__((unused))
#define __maybe_unused		__attribute__((unused))
#define __must_check		__attribute__((warn_unused_result))
#define noinline		__attribute__((noinline))
#define noinline_for_stack	noinline
#define ____cacheline_aligned	__attribute__((aligned(64)))
#define __printf(string, first)	__attribute__((format(printf, string, first)))

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

#define container_of(ptr, type, field) \
	((type *)((char *)(ptr) - offsetof(type, field)))

static inline __le16 cpu_to_le16(u16 value) { return (__force __le16)htole16(value); }
static inline __le32 cpu_to_le32(u32 value) { return (__force __le32)htole32(value); }
static inline __le64 cpu_to_le64(u64 value) { return (__force __le64)htole64(value); }
static inline u16 le16_to_cpu(__le16 value) { return le16toh((__force u16)value); }
static inline u32 le32_to_cpu(__le32 value) { return le32toh((__force u32)value); }
static inline u64 le64_to_cpu(__le64 value) { return le64toh((__force u64)value); }

__attribute__((noreturn)) __printf(2, 3)
void sim_fail(const char *rule, const char *format, ...);

#define WARN_ON(cond) ({						\
	bool __warned = !!(cond);					\
	if (unlikely(__warned))						\
		sim_fail("WARN", "%s:%d: %s", __FILE__, __LINE__, #cond); \
	__warned;							\
})
#define WARN_ON_ONCE(cond)	WARN_ON(cond)
#define WARN_ONCE(cond, ...)	WARN_ON(cond)

__printf(1, 2) void sim_print(const char *format, ...);

#define pr_err(...)			sim_print(__VA_ARGS__)
#define pr_warn(...)			sim_print(__VA_ARGS__)
#define pr_info(...)			sim_print(__VA_ARGS__)
#define pr_debug(...)			sim_print(__VA_ARGS__)
#define pr_err_ratelimited(...)		sim_print(__VA_ARGS__)
#define pr_warn_ratelimited(...)	sim_print(__VA_ARGS__)
#define pr_info_ratelimited(...)	sim_print(__VA_ARGS__)

/* Characters written, as in the kernel: never more than fit. */
__printf(3, 4) int scnprintf(char *text, size_t size, const char *format, ...);
ssize_t strscpy(char *to, const char *from, size_t size);
void *memchr_inv(const void *from, int byte, size_t size);

#endif
