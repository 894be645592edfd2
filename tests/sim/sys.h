/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam, simulator side: what kernel/core and kernel/io may expect of
 * their surroundings, strict and on one thread.
 *
 * Decisions: the guard is that of kernel/sys.h, and this directory comes first
 * on the include path, so the engine is built unchanged. The headers below
 * stand for the kernel's <linux/...>. They are strict where the kernel is
 * forgiving: a lock taken twice or held across a submission, a bio used again
 * while it is in flight, waiting or allocating where that is not allowed, a
 * wake-up that nobody sends are failures of the seed, not of the machine.
 */
#ifndef TANDEM_SYS_H
#define TANDEM_SYS_H

#include <shim/types.h>
#include <shim/bits.h>
#include <shim/atomic.h>
#include <shim/lock.h>
#include <shim/list.h>
#include <shim/memory.h>
#include <shim/work.h>
#include <shim/bio.h>

u32 tandem_crc32c_add(u32 crc, const void *data, size_t len);

static inline u32 tandem_crc32c(const void *data, size_t len)
{
	return ~tandem_crc32c_add(~0u, data, len);
}

/* Random identifiers come from the seed. */
void tandem_id_random(void *id, size_t size);

#endif
