// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Stop: remove the volume. The kernel brings the legs to a clean state on the
 * way; a volume that is open is refused, nothing is forced.
 */
#include <stdlib.h>

#include "device.h"
#include "dm.h"

static int in_use(const struct tandem_context *ctx, const struct tandem_volume *volume,
		  struct tandem_error *err)
{
	struct tandem_device dev;
	char text[TANDEM_PATH_BYTES + 128];

	tandem_device_init(&dev, "");
	dev.rdev = volume->rdev;
	if (ctx->device->user(&dev, text, sizeof(text)) == 1) {
		tandem_error_set(err, TANDEM_CODE_BUSY, volume->name, "%s", text);
		return tandem_error_hint(err, "end that first");
	}
	tandem_error_set(err, TANDEM_CODE_BUSY, volume->name, "is open %u times",
			 volume->open_count);
	return tandem_error_hint(err, "fuser -v /dev/tandem/%s shows by whom", volume->name);
}

static int stop_one(const struct tandem_context *ctx, const struct tandem_volume *volume,
		    bool dry_run, struct tandem_error *err)
{
	int ret;

	if (volume->open_count)
		return in_use(ctx, volume, err);
	if (!dry_run) {
		ret = tandem_dm_remove(ctx, volume, err);
		if (ret)
			return ret;
	}
	tandem_notice(ctx, "%s: %s", volume->name, dry_run ? "would be stopped" : "stopped");
	return 0;
}

static int stop_all(const struct tandem_context *ctx, bool dry_run, struct tandem_error *err)
{
	struct tandem_volume *volumes;
	struct tandem_error why;
	unsigned int nr, i;
	int ret, first = 0;

	ret = tandem_dm_list(ctx, &volumes, &nr, err);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++) {
		ret = stop_one(ctx, &volumes[i], dry_run, &why);
		if (ret && first)
			tandem_warn(ctx, "%s: %s", why.object, why.text);
		if (ret && !first) {
			first = ret;
			*err = why;
		}
	}
	free(volumes);
	return first;
}

int tandem_stop(struct tandem_context *ctx, const struct tandem_target *target,
		struct tandem_error *err)
{
	TANDEM_KEEP_ERRNO;
	struct tandem_volume volume;
	int ret;

	if (!target->array)
		return stop_all(ctx, target->dry_run, err);
	ret = tandem_dm_find(ctx, target->array, &volume, err);
	return ret ? ret : stop_one(ctx, &volume, target->dry_run, err);
}
