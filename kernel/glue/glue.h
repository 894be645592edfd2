/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device-mapper front end: what its files share.
 */
#ifndef TANDEM_GLUE_H
#define TANDEM_GLUE_H

#include <linux/device-mapper.h>

#include "io/array.h"

/*
 * struct tandem_target - one table
 * @ti: of device-mapper
 * @array: the engine's
 * @dev, @disk: per place; NULL and unused where the table says "-"
 * @rebuild, @grow_sectors, @replace, @retire, @degraded, @id, @nr_legs: as parsed, for the
 *	table line
 */
struct tandem_target {
	struct dm_target *ti;
	struct tandem_array *array;
	struct dm_dev *dev[TANDEM_MAX_LEGS];
	struct tandem_disk disk[TANDEM_MAX_LEGS];
	u64 rebuild;
	u64 grow_sectors;
	u16 replace;
	u16 retire;
	enum tandem_degraded degraded;
	struct tandem_id id;
	u16 nr_legs;
};

/* glue/disk.c: open the disks of a table; on error ti->error says which fact. */
struct tandem_table;
int tandem_disks_get(struct tandem_target *target, const struct tandem_table *table);
void tandem_disks_put(struct tandem_target *target);

/* glue/limits.c */
void tandem_limits_init(struct tandem_target *target);
int tandem_limits_check(struct tandem_target *target);
int tandem_limits_iterate(struct dm_target *ti, iterate_devices_callout_fn fn, void *data);
void tandem_limits_hints(struct dm_target *ti, struct queue_limits *limits);

#endif
