/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions, all of them. The rest of the module is
 * written for the newest kernel; what an older one lacks is supplied here.
 */
#ifndef TANDEM_COMPAT_H
#define TANDEM_COMPAT_H

#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/version.h>

/*
 * tandem_compat_stable_writes() - ask for pages that stay put under I/O
 *
 * Up to 6.10 a field of the target, from 6.11 a feature of the limits.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
static inline void tandem_compat_stable_writes(struct dm_target *ti, struct queue_limits *limits)
{
}

static inline void tandem_compat_target_init(struct dm_target *ti)
{
	ti->needs_stable_writes = true;
}

static inline void tandem_compat_no_cache(struct queue_limits *limits)
{
}
#else
static inline void tandem_compat_stable_writes(struct dm_target *ti, struct queue_limits *limits)
{
	limits->features |= BLK_FEAT_STABLE_WRITES;
}

static inline void tandem_compat_target_init(struct dm_target *ti)
{
}

static inline void tandem_compat_no_cache(struct queue_limits *limits)
{
	limits->features &= ~(BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA);
}
#endif

#endif
