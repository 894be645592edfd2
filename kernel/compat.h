/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions, all of them. The rest of the module is
 * written for the newest kernel; what an older one lacks or names otherwise
 * is supplied here.
 */
#ifndef TANDEM_COMPAT_H
#define TANDEM_COMPAT_H

#include <linux/blk_types.h>
#include <linux/version.h>

/* A reservation of another host: renamed in 6.5. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define TANDEM_STS_RESV_CONFLICT	BLK_STS_NEXUS
#else
#define TANDEM_STS_RESV_CONFLICT	BLK_STS_RESV_CONFLICT
#endif

/* "The request itself is wrong" has a code of its own from 6.12 on. */
#ifdef BLK_STS_INVAL
#define TANDEM_STS_INVAL		BLK_STS_INVAL
#else
#define TANDEM_STS_INVAL		((__force blk_status_t)255)
#endif

/* Mode of a table: renamed in 6.5. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define TANDEM_MODE_WRITE		FMODE_WRITE
#else
#define TANDEM_MODE_WRITE		BLK_OPEN_WRITE
#endif

/*
 * Pages that stay put under I/O: a field of the target up to 6.10, a feature
 * of the limits from 6.11 on. The same for the volatile cache.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define tandem_compat_target_init(ti)		((ti)->needs_stable_writes = true)
#define tandem_compat_stable_writes(limits)	((void)(limits))
#define tandem_compat_no_cache(limits)		((void)(limits))
#else
#define tandem_compat_target_init(ti)		((void)(ti))
#define tandem_compat_stable_writes(limits)	((limits)->features |= BLK_FEAT_STABLE_WRITES)
#define tandem_compat_no_cache(limits) \
	((limits)->features &= ~(BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA))
#endif

#endif
