/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One ops table with one function that matters, run(): a task goes out, a
 * reply comes back. dm_task.c does that with libdevmapper, the unit tests
 * with a script. Everything above it, order of steps and the way back when
 * one fails, is in dm.c and is tested.
 */
#ifndef TANDEM_LIB_DM_OPS_H
#define TANDEM_LIB_DM_OPS_H

#include <sys/types.h>

#include "context.h"

#define TANDEM_DM_NAME_BYTES 128
#define TANDEM_DM_UUID_BYTES 160

enum tandem_dm_op {
	TANDEM_DM_CREATE,	/* device without a table */
	TANDEM_DM_LOAD,		/* table into the inactive slot */
	TANDEM_DM_CLEAR,	/* inactive slot emptied */
	TANDEM_DM_SUSPEND,
	TANDEM_DM_RESUME,
	TANDEM_DM_REMOVE,
	TANDEM_DM_INFO,
	TANDEM_DM_STATUS,
	TANDEM_DM_TABLE,
	TANDEM_DM_MESSAGE,
	TANDEM_DM_LIST,
	TANDEM_DM_VERSION,	/* of the target; loads the module */
};

/**
 * struct tandem_dm_task - one request
 * @name: DM name; or NULL, then @uuid is looked up
 * @uuid: CREATE gives it
 * @text: table line behind the target name, or message
 */
struct tandem_dm_task {
	enum tandem_dm_op op;
	const char *name;
	const char *uuid;
	const char *text;
	u64 sectors;
	bool read_only;
};

/**
 * struct tandem_dm_reply - the answer
 * @exists: there is such a device; the other facts only then
 * @text: status or table line; the list: one name per line; free()
 */
struct tandem_dm_reply {
	bool exists;
	bool suspended;
	bool read_only;
	u32 open_count;
	dev_t rdev;
	u64 sectors;
	unsigned int version[3];
	char name[TANDEM_DM_NAME_BYTES];
	char uuid[TANDEM_DM_UUID_BYTES];
	char target[32];
	char *text;
};

struct tandem_dm_ops {
	/* 0 or -errno; -ENOSYS: there is no device-mapper. */
	int (*run)(const struct tandem_dm_task *task, struct tandem_dm_reply *reply);
	/* Makes or takes away /dev/tandem/NAME, where udev does not. */
	int (*node)(const char *name, bool present);
	/* Events of all devices: file descriptor; arm; wait (1 event, 0 timeout). */
	int (*event_open)(void);
	int (*event_arm)(int fd);
	int (*event_wait)(int fd, int timeout_ms);
};

extern const struct tandem_dm_ops tandem_dm_real_ops;

#endif
