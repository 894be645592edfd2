// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Forget: take the superblock off disks, so that they are nobody's legs.
 *
 * All disks are claimed and checked before the first byte is written. A leg of
 * a running array is held by it, so the claim fails; a damaged superblock, or
 * one of a newer version, can be forgotten, a disk without any cannot. A leg
 * carries no format of others: one that does was overwritten by somebody, and
 * our slots may be their data.
 */
#include <stdlib.h>

#include "label.h"

struct forgetting {
	struct tandem_device dev;
	struct tandem_label label;
};

/* Before anything is claimed: the second claim of one disk would blame a stranger. */
static int check_twice(const struct tandem_context *ctx, struct forgetting *all, unsigned int nr,
		       struct tandem_error *err)
{
	unsigned int i, j;
	int ret;

	for (i = 0; i < nr; i++) {
		ret = tandem_device_open(ctx, &all[i].dev, TANDEM_ACCESS_READ, err);
		if (ret)
			return ret;
		tandem_device_close(&all[i].dev);
		for (j = 0; j < i; j++) {
			if (all[j].dev.rdev == all[i].dev.rdev)
				return tandem_error_set(err, TANDEM_CODE_USAGE, all[i].dev.path,
							"is the same disk as %s", all[j].dev.path);
		}
	}
	return 0;
}

static int check(const struct tandem_context *ctx, struct forgetting *one, bool overwrite,
		 struct tandem_error *err)
{
	struct tandem_device *dev = &one->dev;
	char what[256];
	int ret;

	ret = tandem_device_open(ctx, dev, TANDEM_ACCESS_CLAIM, err);
	if (ret)
		return ret;
	if (dev->read_only)
		return tandem_error_set(err, TANDEM_CODE_PERMISSION, dev->path, "is read-only");
	ret = tandem_label_read(ctx, dev, &one->label);
	if (ret == -ENODATA || ret == -EIO || ret == -ENOMEM)
		return tandem_label_complain(dev, &one->label, ret, err);
	ret = ctx->device->signature(dev, what, sizeof(what));
	if (ret < 0)
		return tandem_error_system(err, ret, dev->path, "cannot tell what it holds");
	if (!ret || overwrite)
		return 0;
	tandem_error_set(err, TANDEM_CODE_BUSY, dev->path,
			 "was a leg, but holds by now: %s; erasing the superblock may damage that",
			 what);
	return tandem_error_hint(err, "--yes erases it all the same");
}

static void tell(const struct tandem_context *ctx, const struct tandem_device *dev,
		 const struct tandem_label *label, bool dry_run)
{
	const char *verb = dry_run ? "would no longer be" : "no longer";
	char what[128];

	tandem_label_describe(&label->super, what, sizeof(what));
	if (label->slot >= 0)
		tandem_notice(ctx, "%s: %s %s", dev->path, verb, what);
	else
		tandem_notice(ctx, "%s: %s a leg (its superblock was damaged)", dev->path, verb);
}

static int forget(const struct tandem_context *ctx, const struct tandem_disks *disks,
		  struct forgetting *all, struct tandem_error *err)
{
	unsigned int i;
	int ret;

	ret = check_twice(ctx, all, disks->nr, err);
	for (i = 0; i < disks->nr && !ret; i++)
		ret = check(ctx, &all[i], disks->overwrite, err);
	for (i = 0; i < disks->nr && !ret && !disks->dry_run; i++)
		ret = tandem_device_open_write(ctx, &all[i].dev, err);
	for (i = 0; i < disks->nr && !ret; i++) {
		if (!disks->dry_run)
			ret = tandem_label_erase(ctx, &all[i].dev);
		if (ret)
			return tandem_error_system(err, ret, all[i].dev.path,
						   "cannot erase the superblock");
		tell(ctx, &all[i].dev, &all[i].label, disks->dry_run);
	}
	return ret;
}

int tandem_forget(struct tandem_context *ctx, const struct tandem_disks *disks,
		  struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct forgetting *all;
	unsigned int i;
	int ret;

	if (!disks->nr)
		return tandem_error_set(err, TANDEM_CODE_USAGE, NULL, "name the disks to forget");
	all = calloc(disks->nr, sizeof(*all));
	if (!all)
		return tandem_error_no_memory(err);
	for (i = 0; i < disks->nr; i++)
		tandem_device_init(&all[i].dev, disks->path[i]);
	ret = forget(ctx, disks, all, err);
	for (i = 0; i < disks->nr; i++)
		tandem_device_close(&all[i].dev);
	free(all);
	return ret;
}
