/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Device-mapper as the library uses it: volumes called tandem-NAME with UUID
 * TANDEM-<32 hex>, one target each.
 */
#ifndef TANDEM_LIB_DM_H
#define TANDEM_LIB_DM_H

#include "core/table.h"
#include "dm_ops.h"

/* One active array as device-mapper knows it. */
struct tandem_volume {
	char name[TANDEM_NAME_BYTES];		/* of the array */
	char dm_name[TANDEM_DM_NAME_BYTES];
	struct tandem_id array;
	dev_t rdev;
	u32 open_count;
	bool suspended;
	bool read_only;
};

/* Is there a target, and one we can talk to? Else TANDEM_CODE_MODULE. */
int tandem_dm_check(const struct tandem_context *ctx, struct tandem_error *err);

/**
 * tandem_dm_list() - all tandem volumes
 * @list: array of @nr, free()
 */
int tandem_dm_list(const struct tandem_context *ctx, struct tandem_volume **list,
		   unsigned int *nr, struct tandem_error *err);

/**
 * tandem_dm_find() - an active array by name or UUID
 * Return: 0, or TANDEM_CODE_NOT_FOUND naming @array
 */
int tandem_dm_find(const struct tandem_context *ctx, const char *array,
		   struct tandem_volume *volume, struct tandem_error *err);

/* Is an array of this identity, or of this name, active? No error if DM is absent. */
bool tandem_dm_is_active(const struct tandem_context *ctx, const struct tandem_id *array,
			 struct tandem_volume *volume);
bool tandem_dm_name_taken(const struct tandem_context *ctx, const char *name,
			  struct tandem_volume *volume);

/**
 * struct tandem_dm_load - what an activation needs
 * @table: disks as MAJOR:MINOR text
 * @old_sectors: of the volume as it runs, if it is to grow; else 0
 * @also: for the way back, if the start breaks off when some disks have its record: tables
 *	for what they may hold by then; NULL: none
 */
struct tandem_dm_load {
	const char *name;
	const struct tandem_table *table;
	u64 sectors;
	u64 old_sectors;
	const struct tandem_table *also[2];
	bool read_only;
};

/* Create, load, resume, node; on error nothing of it is left. */
int tandem_dm_activate(const struct tandem_context *ctx, const struct tandem_dm_load *load,
		       struct tandem_error *err);

/**
 * tandem_dm_replace() - new table for an active volume
 * @load: the new one
 * @old: what runs now; goes back in if the new one does not start
 *
 * If the disks do not take that any more, those of @load that fit them are tried: which one
 * runs after an error is to be looked up.
 */
int tandem_dm_replace(const struct tandem_context *ctx, const struct tandem_dm_load *load,
		      const struct tandem_table *old, struct tandem_error *err);

int tandem_dm_remove(const struct tandem_context *ctx, const struct tandem_volume *volume,
		     struct tandem_error *err);
int tandem_dm_message(const struct tandem_context *ctx, const struct tandem_volume *volume,
		      const struct tandem_message *message, struct tandem_error *err);

/**
 * struct tandem_dm_lines - what a volume says of itself
 * @status, @table: lines behind the target name; free()
 * @sectors: size of the volume
 */
struct tandem_dm_lines {
	char *status;
	char *table;
	u64 sectors;
};
int tandem_dm_lines(const struct tandem_context *ctx, const struct tandem_volume *volume,
		    struct tandem_dm_lines *lines, struct tandem_error *err);

#endif
