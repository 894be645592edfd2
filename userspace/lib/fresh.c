// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A disk that is to become a leg.
 *
 * Order of the checks: first what no option overrides (in use, a leg, on a
 * volume, unfit), last the foreign signature, which --yes does. The claim is
 * taken first and kept, so that nothing moves in between check and write.
 */
#include "fresh.h"

#include <stdlib.h>

void tandem_size_to_text(u64 bytes, char *text, size_t size)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB" };
	unsigned int unit = 0;
	u64 tenths = bytes;

	if (bytes < 1024) {
		snprintf(text, size, "%llu B", bytes);
		return;
	}
	for (; tenths >= 1024ull * 1024 && unit < 4; unit++)
		tenths /= 1024;
	tenths = tenths * 10 / 1024;
	snprintf(text, size, "%llu.%llu %s", tenths / 10, tenths % 10, units[unit]);
}

static int refuse_leg(const struct tandem_context *ctx, const struct tandem_device *dev,
		      struct tandem_error *err)
{
	struct tandem_label *label;
	char what[128];
	int ret;

	label = calloc(1, sizeof(*label));
	if (!label)
		return tandem_error_no_memory(err);
	ret = tandem_label_read(ctx, dev, label);
	switch (-ret) {
	case ENODATA:
		ret = 0;
		break;
	case 0:
		tandem_label_describe(&label->super, what, sizeof(what));
		tandem_error_set(err, TANDEM_CODE_BUSY, dev->path, "is %s", what);
		ret = tandem_error_hint(err, "to give it up: tandem forget %s", dev->path);
		break;
	case EIO:
	case ENOMEM:
		ret = tandem_label_complain(dev, label, ret, err);
		break;
	default:
		tandem_error_set(err, TANDEM_CODE_BUSY, dev->path,
				 "carries a tandem superblock that is damaged or too new");
		ret = tandem_error_hint(err, "to give it up: tandem forget %s", dev->path);
		break;
	}
	free(label);
	return ret;
}

static int refuse_unfit(const struct tandem_fresh *fresh, struct tandem_error *err)
{
	const struct tandem_device *dev = &fresh->dev;

	if (fresh->stack.volume[0])
		return tandem_error_set(err, TANDEM_CODE_BUSY, dev->path,
					"lies on the tandem volume %s", fresh->stack.volume);
	if (dev->read_only)
		return tandem_error_set(err, TANDEM_CODE_PERMISSION, dev->path, "is read-only");
	if (dev->logical_block_bytes > TANDEM_PAGE_BYTES)
		return tandem_error_set(err, TANDEM_CODE_FAILED, dev->path,
					"has logical blocks of %u bytes, at most %u are supported",
					dev->logical_block_bytes, TANDEM_PAGE_BYTES);
	return 0;
}

static int refuse_foreign(const struct tandem_context *ctx, struct tandem_fresh *fresh,
			  bool overwrite, struct tandem_error *err)
{
	const struct tandem_device *dev = &fresh->dev;
	int ret;

	ret = ctx->device->signature(dev, fresh->content, sizeof(fresh->content));
	if (ret < 0)
		return tandem_error_system(err, ret, dev->path, "cannot tell what it holds");
	if (!ret || overwrite)
		return 0;
	tandem_error_set(err, TANDEM_CODE_BUSY, dev->path, "holds: %s; refusing to overwrite it",
			 fresh->content);
	return tandem_error_hint(err, "--yes destroys it");
}

/* What else uses it though nobody holds it: a loop device over a disk. */
static int refuse_used(const struct tandem_context *ctx, const struct tandem_device *dev,
		       struct tandem_error *err)
{
	char text[TANDEM_PATH_BYTES + 128];

	if (ctx->device->user(dev, text, sizeof(text)) != 1)
		return 0;
	return tandem_error_set(err, TANDEM_CODE_BUSY, dev->path, "%s", text);
}

int tandem_fresh_claim(const struct tandem_context *ctx, struct tandem_fresh *fresh,
		       enum tandem_fresh_allow allow, struct tandem_error *err)
{
	int ret;

	ret = tandem_device_open(ctx, &fresh->dev, TANDEM_ACCESS_CLAIM, err);
	if (ret)
		return ret;
	ret = ctx->device->stack(&fresh->dev, &fresh->stack);
	if (ret)
		ret = tandem_error_system(err, ret, fresh->dev.path, "cannot tell what it lies on");
	if (!ret)
		ret = refuse_unfit(fresh, err);
	if (!ret)
		ret = refuse_used(ctx, &fresh->dev, err);
	if (!ret && allow != TANDEM_FRESH_PREPARED)
		ret = refuse_leg(ctx, &fresh->dev, err);
	if (!ret)
		ret = refuse_foreign(ctx, fresh, allow == TANDEM_FRESH_OVERWRITE, err);
	if (ret)
		tandem_device_close(&fresh->dev);
	return ret;
}

void tandem_fresh_announce(const struct tandem_context *ctx, const struct tandem_fresh *fresh,
			   bool dry_run)
{
	char bytes[32];

	tandem_size_to_text(fresh->dev.size_bytes, bytes, sizeof(bytes));
	tandem_notice(ctx, "%s: %s, %s %s", fresh->dev.path, bytes,
		      dry_run ? "would be overwritten:" : "overwritten:",
		      fresh->content[0] ? fresh->content : "no known content");
}

int tandem_fresh_compare(const struct tandem_context *ctx, const struct tandem_fresh *a,
			 const struct tandem_fresh *b, struct tandem_error *err)
{
	switch (tandem_stack_compare(&a->stack, &b->stack)) {
	case TANDEM_APART:
		return 0;
	case TANDEM_SHARED:
		tandem_warn(ctx, "%s and %s lie on one disk: one failure takes both",
			    a->dev.path, b->dev.path);
		return 0;
	case TANDEM_SAME:
		return tandem_error_set(err, TANDEM_CODE_USAGE, b->dev.path,
					"is the same disk as %s", a->dev.path);
	case TANDEM_INSIDE:
		return tandem_error_set(err, TANDEM_CODE_USAGE, b->dev.path,
					"overlaps %s: one lies on the other", a->dev.path);
	}
	return -EINVAL;
}
