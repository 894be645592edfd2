// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which disks carry a superblock of ours.
 *
 * A scan looks at every block device and must not fail because of one of
 * them: an empty card reader or a dying disk is no reason not to start an
 * array. A disk that was named by the user is another matter.
 */
#include "scan.h"

#include <stdlib.h>

static struct tandem_found *append(struct tandem_scan *scan, const char *path)
{
	struct tandem_found **grown, *found;

	found = calloc(1, sizeof(*found));
	grown = realloc(scan->found, (scan->nr + 1) * sizeof(*grown));
	if (grown)
		scan->found = grown;
	if (!found || !grown) {
		free(found);
		return NULL;
	}
	grown[scan->nr++] = found;
	tandem_device_init(&found->dev, path);
	return found;
}

static void drop(struct tandem_scan *scan, unsigned int index)
{
	free(scan->found[index]);
	scan->nr--;
	memmove(scan->found + index, scan->found + index + 1,
		(scan->nr - index) * sizeof(*scan->found));
}

void tandem_scan_free(struct tandem_scan *scan)
{
	while (scan->nr)
		drop(scan, scan->nr - 1);
	free(scan->found);
	scan->found = NULL;
}

static int look(const struct tandem_context *ctx, struct tandem_found *found,
		struct tandem_error *err)
{
	int ret;

	ret = tandem_device_open(ctx, &found->dev, TANDEM_ACCESS_READ, err);
	if (ret)
		return ret;
	found->error = tandem_label_read(ctx, &found->dev, &found->label);
	ret = ctx->device->stack(&found->dev, &found->stack);
	tandem_device_close(&found->dev);
	return ret ? tandem_error_system(err, ret, found->dev.path,
					 "cannot tell what it lies on") : 0;
}

int tandem_scan_disks(const struct tandem_context *ctx, const struct tandem_disks *disks,
		      struct tandem_scan *scan, struct tandem_error *err)
{
	unsigned int i;
	int ret = 0;

	memset(scan, 0, sizeof(*scan));
	for (i = 0; i < disks->nr && !ret; i++) {
		struct tandem_found *found = append(scan, disks->path[i]);

		ret = found ? look(ctx, found, err) : tandem_error_no_memory(err);
	}
	if (ret)
		tandem_scan_free(scan);
	return ret;
}

/* Unreadable disks are common (empty readers, passive paths), damaged legs are not. */
static void remark(const struct tandem_context *ctx, const struct tandem_found *found)
{
	struct tandem_error why;

	tandem_label_complain(&found->dev, &found->label, found->error, &why);
	if (found->error == -EIO)
		tandem_debug(ctx, "scan: %s: %s", why.object, why.text);
	else if (found->error != -ENODATA)
		tandem_warn(ctx, "%s: %s; left out", why.object, why.text);
}

/* Is the leg that @low shows also shown by a device that lies on it? */
static bool is_covered(const struct tandem_scan *scan, const struct tandem_found *low)
{
	unsigned int i, j;

	if (!low->stack.held)
		return false;
	for (i = 0; i < scan->nr; i++) {
		const struct tandem_found *high = scan->found[i];

		if (high == low ||
		    !tandem_id_equal(&high->label.super.leg_id, &low->label.super.leg_id))
			continue;
		for (j = 1; j < high->stack.nr_below; j++) {
			if (high->stack.below[j] == low->dev.rdev)
				return true;
		}
	}
	return false;
}

static int look_at_all(const struct tandem_context *ctx, bool idle, struct tandem_scan *scan,
		       struct tandem_error *err)
{
	struct tandem_paths paths = { 0 };
	struct tandem_error why;
	unsigned int i;
	int ret;

	memset(scan, 0, sizeof(*scan));
	ret = ctx->device->list(&paths);
	if (ret) {
		tandem_paths_free(&paths);
		return tandem_error_system(err, ret, NULL, "cannot list block devices");
	}
	for (i = 0; i < paths.nr; i++) {
		struct tandem_found *found;

		if (idle && !ctx->device->idle(paths.path[i]))
			continue;
		found = append(scan, paths.path[i]);
		if (!found) {
			tandem_scan_free(scan);
			tandem_paths_free(&paths);
			return tandem_error_no_memory(err);
		}
		ret = look(ctx, found, &why);
		if (ret)
			tandem_debug(ctx, "scan: %s: %s", why.object, why.text);
		else if (found->error && !found->stack.volume[0])
			remark(ctx, found);
		if (ret || found->error || found->stack.volume[0])
			drop(scan, scan->nr - 1);
	}
	tandem_paths_free(&paths);
	for (i = scan->nr; i-- > 0;) {
		if (is_covered(scan, scan->found[i]))
			drop(scan, i);
	}
	return 0;
}

int tandem_scan_all(const struct tandem_context *ctx, struct tandem_scan *found,
		    struct tandem_error *err)
{
	return look_at_all(ctx, false, found, err);
}

int tandem_scan_idle(const struct tandem_context *ctx, struct tandem_scan *found,
		     struct tandem_error *err)
{
	return look_at_all(ctx, true, found, err);
}

bool tandem_found_is_spare(const struct tandem_found *found)
{
	return !found->error && found->label.super.flags & TANDEM_FLAG_SPARE;
}

int tandem_scan_group(const struct tandem_scan *scan, const struct tandem_id *array,
		      struct tandem_group *group, struct tandem_error *err)
{
	unsigned int i;

	memset(group, 0, sizeof(*group));
	for (i = 0; i < scan->nr; i++) {
		const struct tandem_found *found = scan->found[i];

		if (found->error || tandem_found_is_spare(found) ||
		    (array && !tandem_id_equal(&found->label.super.array, array)))
			continue;
		if (group->nr == TANDEM_MAX_LEGS)
			return tandem_error_set(err, TANDEM_CODE_REFUSED, found->label.super.name,
						"more than %u disks carry legs of this array",
						TANDEM_MAX_LEGS);
		group->found[group->nr] = found;
		group->candidate[group->nr].super = &found->label.super;
		group->candidate[group->nr].disk_sectors = found->dev.size_bytes /
							   TANDEM_SECTOR_BYTES;
		group->candidate[group->nr].logical_block_bytes = found->dev.logical_block_bytes;
		group->nr++;
	}
	return 0;
}
