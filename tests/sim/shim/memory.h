/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of the engine: every piece is known, so that a crash can take it all
 * back and a leak shows. Allowed on the control path only, where it may be
 * made to fail.
 */
#ifndef SIM_SHIM_MEMORY_H
#define SIM_SHIM_MEMORY_H

#include <shim/types.h>

typedef unsigned int gfp_t;

#define GFP_KERNEL	1u
#define GFP_NOIO	2u
#define GFP_NOWAIT	4u
#define GFP_ATOMIC	8u
#define __GFP_NOWARN	16u
#define __GFP_ZERO	32u

void *sim_alloc(size_t count, size_t size, gfp_t flags);
void sim_free(const void *memory);

#define kmalloc(size, flags)		sim_alloc(1, size, flags)
#define kzalloc(size, flags)		sim_alloc(1, size, (flags) | __GFP_ZERO)
#define kcalloc(count, size, flags)	sim_alloc(count, size, (flags) | __GFP_ZERO)
#define kmalloc_array(count, size, flags) sim_alloc(count, size, flags)
#define kvmalloc(size, flags)		sim_alloc(1, size, flags)
#define kvzalloc(size, flags)		sim_alloc(1, size, (flags) | __GFP_ZERO)
#define kvcalloc(count, size, flags)	sim_alloc(count, size, (flags) | __GFP_ZERO)
#define kvmalloc_array(count, size, flags) sim_alloc(count, size, flags)
#define kfree(memory)			sim_free(memory)
#define kvfree(memory)			sim_free(memory)

/* For the simulator itself: what is allocated now, and giving it all back. */
size_t sim_memory_pieces(void);
size_t sim_memory_bytes(void);
void sim_memory_drop(void);
/* The allocation that fails: 1 is the next one, 0 none. */
void sim_memory_fail_at(unsigned int countdown);

#endif
