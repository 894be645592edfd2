/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam on real threads: what kernel/core and kernel/io may expect of their
 * surroundings, each as weak as the kernel promises it and not stronger, so that
 * the thread sanitizer sees what the engine relies on.
 *
 * Decisions: the guard is that of kernel/sys.h, and this directory comes first on the
 * include path, so the engine is built unchanged. Types, lists, bios and memory
 * are declared as for the simulator (tests/sim/shim); atomics, locks and work
 * items are our own. READ_ONCE and WRITE_ONCE are relaxed atomics here, as they are
 * marked accesses in the kernel: a plain access beside one is reported.
 */
#ifndef TANDEM_SYS_H
#define TANDEM_SYS_H

#include <shim/types.h>

#undef READ_ONCE
#undef WRITE_ONCE
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value)	__atomic_store_n(&(x), value, __ATOMIC_RELAXED)

#include <shim/bits.h>
#include <mt/atomic.h>
#include <mt/lock.h>
#include <shim/list.h>
#include <shim/memory.h>
#include <mt/work.h>
#include <shim/bio.h>

u32 tandem_crc32c_add(u32 crc, const void *data, size_t len);

static inline u32 tandem_crc32c(const void *data, size_t len)
{
	return ~tandem_crc32c_add(~0u, data, len);
}

void tandem_id_random(void *id, size_t size);

#endif
