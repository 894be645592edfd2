/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Superblocks on disks: block I/O around core/superblock.h, nothing else.
 */
#ifndef TANDEM_LIB_LABEL_H
#define TANDEM_LIB_LABEL_H

#include "core/superblock.h"
#include "device.h"

/**
 * struct tandem_label - what the two slots of a disk hold
 * @slot: the one that counts; valid if tandem_label_read() returned 0
 * @slot_error: per slot: 0, or as tandem_super_decode(), or -EIO
 * @why: per slot, noun phrase that goes with the error, or NULL
 * @sequence: per slot, where there is no error
 * @super: the one that counts
 */
struct tandem_label {
	int slot;
	int slot_error[2];
	const char *why[2];
	u64 sequence[2];
	struct tandem_super super;
};

/**
 * tandem_label_read() - read both slots and choose
 * @dev: open
 * Return: 0, or what tandem_super_choose() says of the two: -ENODATA if the
 *	disk is no leg; -ENOMEM
 */
int tandem_label_read(const struct tandem_context *ctx, const struct tandem_device *dev,
		      struct tandem_label *label);

/* "leg 1 of array pg", "a spare of array pg". */
void tandem_label_describe(const struct tandem_super *super, char *text, size_t size);

/* Says why tandem_label_read() returned @error; -ENODATA included. */
int tandem_label_complain(const struct tandem_device *dev, const struct tandem_label *label,
			  int error, struct tandem_error *err);

/**
 * tandem_label_write() - write one slot, durably
 * @dev: writable
 * @super: must pass tandem_super_check()
 */
int tandem_label_write(const struct tandem_context *ctx, const struct tandem_device *dev,
		       const struct tandem_super *super, unsigned int slot);

/* Zeroes both slots, durably; tries the second even if the first fails. */
int tandem_label_erase(const struct tandem_context *ctx, const struct tandem_device *dev);

/**
 * tandem_label_try() - does the disk take writes?
 *
 * Reads a block in the place of each slot and in the guard, and writes it back
 * as it was. A disk without room, or one whose writes fail, says so before
 * anything on it, or on another disk, is gone.
 */
int tandem_label_try(const struct tandem_context *ctx, const struct tandem_device *dev);

/**
 * tandem_label_prepare() - make a disk fit to become a leg, durably
 * @data_offset_sectors: everything before it is zeroed, and so is the guard
 *	at the end: signatures of others, old superblocks, log and map
 */
int tandem_label_prepare(const struct tandem_context *ctx, const struct tandem_device *dev,
			 u64 data_offset_sectors);

#endif
