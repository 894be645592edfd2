// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Disks that are larger than when they were last written to: enlarged, or a copy?
 *
 * Decision: by its size alone nothing tells the one from the other, so the serial number
 * decides where there is one. It is what the superblock names the disk by; a disk without
 * one is named by its path, which may change, and says nothing. What else tells a copy
 * from a leg is the kernel's to see: the leg itself, if it is here as well, and the end
 * of the intent log.
 */
#include "enlarged.h"

static bool is_serial(const char *text)
{
	return text[0] && text[0] != '/';
}

int tandem_enlarged_check(const struct tandem_context *ctx, const struct tandem_device *dev,
			  const struct tandem_super *super, struct tandem_error *err)
{
	const u64 sectors = dev->size_bytes / TANDEM_SECTOR_BYTES;
	const char *was = super->place[super->leg].disk;
	char now[TANDEM_DISK_NAME_BYTES] = "";

	if (sectors <= super->own_disk_sectors || !is_serial(was))
		return 0;
	ctx->device->serial(dev, now, sizeof(now));
	if (!is_serial(now) || !strcmp(was, now))
		return 0;
	tandem_error_set(err, TANDEM_CODE_METADATA, dev->path,
			 "has %llu sectors and serial number %s, its superblock was written on "
			 "%s, of %llu", sectors, now, was, super->own_disk_sectors);
	return tandem_error_hint(err, "a copy: leave it out; or tandem forget %s, tandem add",
				 dev->path);
}
