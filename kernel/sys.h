/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The seam: everything that kernel/core and kernel/io use from the kernel,
 * and the only file that includes <linux/...> for them.
 *
 * Decisions: user space (userspace/lib/sys/sys.h, core only) and the simulator
 * (tests/sim/sys.h, core and io) have a header of the same name and guard that
 * comes first on their include path, so the sources are built unchanged. A new
 * need of the engine shows here, in one place, three times.
 *
 * Rules that keep the seam small: no kthread, no timer but delayed work, no
 * per-CPU data, no RCU; wait_event() and msleep() only in io/control.c and
 * io/activate.c (control path).
 */
#ifndef TANDEM_SYS_H
#define TANDEM_SYS_H

#include <linux/atomic.h>
#include <linux/bio.h>
#include <linux/bitops.h>
#include <linux/blkdev.h>
#include <linux/crc32c.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "compat.h"

#if BITS_PER_LONG != 64
#error "tandem needs a 64-bit kernel"
#endif

/* CRC-32C in steps: start with ~0, finish with an exclusive-or of ~0. */
static inline u32 tandem_crc32c_add(u32 crc, const void *data, size_t len)
{
	return crc32c(crc, data, len);
}

static inline u32 tandem_crc32c(const void *data, size_t len)
{
	return ~crc32c(~0u, data, len);
}

/*
 * A bio of our own over one buffer from kmalloc() (physically contiguous), to
 * be sent to a disk. @vec must live as long as the bio.
 */
static inline void tandem_bio_init_buffer(struct bio *bio, struct bio_vec *vec,
					  void *buffer, u32 len_bytes)
{
	bio_init(bio, NULL, vec, 1, 0);
	__bio_add_page(bio, virt_to_page(buffer), len_bytes, offset_in_page(buffer));
}

/* A bio without data. */
static inline void tandem_bio_init_empty(struct bio *bio)
{
	bio_init(bio, NULL, NULL, 0, 0);
}

/* A leg's bio over the caller's pages; cannot fail (no integrity, no crypto). */
static inline void tandem_bio_init_clone(struct bio *bio, struct block_device *bdev,
					 struct bio *parent)
{
	bio_init_clone(bdev, bio, parent, GFP_NOIO);
}

/*
 * A caller's bio that has come back is to be sent again. A queue that had cut
 * it leaves its count of parts at zero, and a poller may still look for it.
 */
static inline void tandem_bio_rearm(struct bio *bio)
{
	atomic_set(&bio->__bi_remaining, 1);
	bio->bi_opf &= ~(REQ_NOWAIT | REQ_POLLED);
	bio->bi_cookie = BLK_QC_T_NONE;
	bio->bi_status = BLK_STS_OK;
}

static inline void tandem_id_random(void *id, size_t size)
{
	get_random_bytes(id, size);
}

#endif
