/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one door to a disk. Implemented by glue/disk.c over the block layer
 * and by tests/sim/disk.c over simulated disks.
 */
#ifndef TANDEM_IO_DISK_H
#define TANDEM_IO_DISK_H

#include "sys.h"

struct tandem_disk;

/**
 * struct tandem_disk_ops - what the engine asks of a disk
 * @submit: send @bio. Sector (from the start of the disk), operation, end_io
 *	and private are set; the bdev is set by the callee. @parent is the
 *	caller's bio that @bio is a part of, @bio itself for a caller's bio that
 *	goes to one disk, or NULL for a command of our own. Never waits for
 *	another bio. Not from interrupt context. end_io may run before it
 *	returns.
 */
struct tandem_disk_ops {
	void (*submit)(struct tandem_disk *disk, struct bio *bio, struct bio *parent);
};

/**
 * struct tandem_disk - a disk that fills a place; owned by the front end
 * @ops: the door
 * @bdev: block device
 * @size_sectors: of the whole disk
 * @logical_block_bytes: of the disk
 * @name: for messages
 */
struct tandem_disk {
	const struct tandem_disk_ops *ops;
	struct block_device *bdev;
	u64 size_sectors;
	u32 logical_block_bytes;
	char name[32];
};

static inline void tandem_disk_submit(struct tandem_disk *disk, struct bio *bio,
				      struct bio *parent)
{
	disk->ops->submit(disk, bio, parent);
}

#endif
