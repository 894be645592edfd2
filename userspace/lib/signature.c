// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Formats of others on a disk.
 *
 * Every signature counts, also one with a bad checksum and a second one at
 * the end of the disk: what matters is that somebody's tools may take the disk
 * for theirs, or somebody's data may be on it. Therefore not blkid's "safe"
 * probe, which answers nothing at all when it finds two.
 */
#define _GNU_SOURCE
#include "signature.h"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <stdlib.h>

static const char *value(blkid_probe probe, const char *name)
{
	const char *data = NULL;

	return blkid_probe_lookup_value(probe, name, &data, NULL) ? NULL : data;
}

static void append(blkid_probe probe, char *text, size_t size)
{
	const char *type = value(probe, "TYPE"), *label = value(probe, "LABEL");
	const char *usage = value(probe, "USAGE"), *table = value(probe, "PTTYPE");
	size_t used = strlen(text);

	if (used) {
		snprintf(text + used, size - used, ", ");
		used = strlen(text);
	}
	if (type)
		snprintf(text + used, size - used, "%s%s%s%s%s", type,
			 usage && !strcmp(usage, "filesystem") ? " file system" : "",
			 label ? " \"" : "", label ? label : "", label ? "\"" : "");
	else
		snprintf(text + used, size - used, "%s partition table",
			 table ? table : "unknown");
}

static int probe_all(blkid_probe probe, char *text, size_t size)
{
	int ret, found = 0;

	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
						 BLKID_SUBLKS_LABEL | BLKID_SUBLKS_MAGIC |
						 BLKID_SUBLKS_BADCSUM);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC);
	while (!(ret = blkid_do_probe(probe))) {
		append(probe, text, size);
		found = 1;
	}
	return ret < 0 ? -EIO : found;
}

int tandem_signature_find(const struct tandem_device *dev, char *text, size_t size)
{
	blkid_probe probe;
	int flags, ret;

	text[0] = 0;
	probe = blkid_new_probe();
	if (!probe)
		return -ENOMEM;
	/* blkid reads into buffers of its own, which are not aligned. */
	flags = fcntl(dev->fd, F_GETFL);
	if (flags >= 0)
		fcntl(dev->fd, F_SETFL, flags & ~O_DIRECT);
	ret = blkid_probe_set_device(probe, dev->fd, 0, 0) ? -EIO : probe_all(probe, text, size);
	if (flags >= 0)
		fcntl(dev->fd, F_SETFL, flags);
	blkid_free_probe(probe);
	return ret;
}
