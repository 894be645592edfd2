/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every limit of the on-disk format and of the engine, in one place.
 *
 * `create` refuses what does not fit; the codec refuses a superblock that
 * claims more. A limit that another one depends on says so, and
 * tandem_format_super.h asserts the relations.
 */
#ifndef TANDEM_LIMITS_H
#define TANDEM_LIMITS_H

#define TANDEM_SECTOR_BYTES		512u

/* Places. The leg table of a superblock holds TANDEM_MAX_LEGS entries. */
#define TANDEM_MAX_LEGS			64u
#define TANDEM_MAX_SETS			32u
#define TANDEM_MAX_LEGS_PER_SET		8u	/* leg masks are 8 bits wide */
#define TANDEM_MIN_LEGS_PER_SET		2u

/* Text. Sizes include the terminating zero. */
#define TANDEM_NAME_BYTES		64u
#define TANDEM_DISK_NAME_BYTES		48u

/* RAID-10 chunk: a power of two, 4 KiB to 16 MiB. */
#define TANDEM_MIN_CHUNK_SECTORS	8u
#define TANDEM_MAX_CHUNK_SECTORS	32768u

/* Region: a power of two, 64 KiB to 64 MiB; at most 4 Mi of them per set. */
#define TANDEM_MIN_REGION_SECTORS	128u
#define TANDEM_MAX_REGION_SECTORS	131072u
#define TANDEM_DEFAULT_REGION_SECTORS	2048u
#define TANDEM_MAX_REGIONS_PER_SET	(1u << 22)
#define TANDEM_MAX_SET_SECTORS		(1ull << 39)	/* the product of the two */

/*
 * Writes in flight in one region: the count has 15 bits of the region word;
 * a writer that finds it at the limit parks (a region word never overflows
 * into its flags).
 */
#define TANDEM_MAX_REGION_WRITES	0x7f00u

/* No request may be larger than what one set of leg commands carries. */
#define TANDEM_COPY_SECTORS		128u	/* one bounded exclusive copy */

/* Physical blocks above this make databases misjudge their log writes. */
#define TANDEM_MAX_PHYSICAL_BLOCK_BYTES	4096u

/* Layout of a leg, in bytes from its start; see the tour in tandem_format.h. */
#define TANDEM_SUPER_BYTES		16384u
#define TANDEM_SLOT0_BYTES		65536u
#define TANDEM_SLOT1_BYTES		2097152u
#define TANDEM_LOST_BYTES		2162688u
#define TANDEM_LOST_PAGES		2u
#define TANDEM_LOG_BYTES		3145728u
#define TANDEM_LOG_SLOTS		256u
#define TANDEM_MIN_LOG_SLOTS		8u
#define TANDEM_MAP_BYTES		4194304u
#define TANDEM_DATA_ALIGN_BYTES		1048576u
#define TANDEM_GUARD_BYTES		1048576u
#define TANDEM_PAGE_BYTES		4096u

/* The map is laid out for a set that grows to this many times its size. */
#define TANDEM_MAP_GROWTH		16u

/* Recovery target: how long a crash may cost, in milliseconds. */
#define TANDEM_MIN_RECOVERY_TARGET_MS	100u
#define TANDEM_MAX_RECOVERY_TARGET_MS	3600000u
#define TANDEM_DEFAULT_RECOVERY_TARGET_MS 10000u

/* Bytes a second that a set is resynced at: until it was measured, and more than any. */
#define TANDEM_DEFAULT_COPY_RATE	100000000ull
#define TANDEM_MAX_COPY_RATE		(1ull << 40)

/*
 * Bytes a second that are copied whatever users' requests take; the least that an
 * administrator may limit copying to; the latency that he may ask for, in microseconds.
 */
#define TANDEM_COPY_FLOOR		(4ull << 20)
#define TANDEM_MIN_RATE_LIMIT		(64ull << 10)
#define TANDEM_MIN_LATENCY_TARGET_US	10u
#define TANDEM_MAX_LATENCY_TARGET_US	10000000u

#endif
