// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One device-mapper task through libdevmapper.
 *
 * udev. Where it runs, a resume or remove carries a cookie and is waited for
 * (not for ever), so that the node is there when we return. Where it does not (initramfs,
 * container, rescue shell) nobody would ever answer the cookie, so
 * synchronisation is turned off and libdevmapper makes the nodes itself.
 *
 * libdevmapper prints by default; its lines are dropped, because the reply's
 * errno says the same and the library never prints.
 */
#include "dm_host.h"

#include <libdevmapper.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define UDEV_SOCKET "/run/udev/control"

/* A udev without device-mapper's rules never answers; a busy one takes seconds. */
#define UDEV_TIMEOUT_MS 30000
#define UDEV_TIMEOUT_ENV "TANDEM_UDEV_TIMEOUT_MS"
#define UDEV_STEP_MS 10

static void drop_line(int level, const char *file, int line, int dm_errno_or_class,
		      const char *fmt, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)dm_errno_or_class;
	(void)fmt;
}

static void set_up(void)
{
	dm_log_with_errno_init(drop_line);
	/* Only ever off: DM_DISABLE_UDEV may have turned it off already. */
	if (access(UDEV_SOCKET, F_OK) || !dm_cookie_supported())
		dm_udev_set_sync_support(0);
}

static int task_type(enum tandem_dm_op op)
{
	switch (op) {
	case TANDEM_DM_CREATE:
		return DM_DEVICE_CREATE;
	case TANDEM_DM_LOAD:
		return DM_DEVICE_RELOAD;
	case TANDEM_DM_CLEAR:
		return DM_DEVICE_CLEAR;
	case TANDEM_DM_SUSPEND:
		return DM_DEVICE_SUSPEND;
	case TANDEM_DM_RESUME:
		return DM_DEVICE_RESUME;
	case TANDEM_DM_REMOVE:
		return DM_DEVICE_REMOVE;
	case TANDEM_DM_INFO:
		return DM_DEVICE_INFO;
	case TANDEM_DM_STATUS:
		return DM_DEVICE_STATUS;
	case TANDEM_DM_TABLE:
		return DM_DEVICE_TABLE;
	case TANDEM_DM_MESSAGE:
		return DM_DEVICE_TARGET_MSG;
	case TANDEM_DM_LIST:
		return DM_DEVICE_LIST;
	case TANDEM_DM_VERSION:
		return DM_DEVICE_GET_TARGET_VERSION;
	}
	return -1;
}

static bool needs_cookie(enum tandem_dm_op op)
{
	return op == TANDEM_DM_RESUME || op == TANDEM_DM_REMOVE;
}

static bool fill(struct dm_task *dmt, const struct tandem_dm_task *task)
{
	bool ok = true;

	if (task->op == TANDEM_DM_VERSION)
		return dm_task_set_name(dmt, TANDEM_TARGET_NAME);
	if (task->name)
		ok = dm_task_set_name(dmt, task->name);
	if (ok && task->uuid)
		ok = dm_task_set_uuid(dmt, task->uuid);
	if (ok && task->op == TANDEM_DM_LOAD)
		ok = dm_task_add_target(dmt, 0, task->sectors, TANDEM_TARGET_NAME, task->text);
	if (ok && task->op == TANDEM_DM_MESSAGE)
		ok = dm_task_set_message(dmt, task->text) && dm_task_set_sector(dmt, 0);
	if (ok && task->read_only && (task->op == TANDEM_DM_LOAD || task->op == TANDEM_DM_RESUME))
		ok = dm_task_set_ro(dmt);
	/* A file system above need not be frozen for a change of legs. */
	if (ok && task->op == TANDEM_DM_SUSPEND)
		ok = dm_task_skip_lockfs(dmt);
	if (ok && task->op == TANDEM_DM_RESUME)
		ok = dm_task_set_add_node(dmt, DM_ADD_NODE_ON_RESUME);
	/* Looking must not be what flushes a suspended or stuck device. */
	if (ok && (task->op == TANDEM_DM_STATUS || task->op == TANDEM_DM_TABLE))
		ok = dm_task_no_flush(dmt);
	return ok;
}

static int take_info(struct dm_task *dmt, struct tandem_dm_reply *reply)
{
	struct dm_info info;
	const char *text;

	if (!dm_task_get_info(dmt, &info))
		return -EIO;
	reply->exists = info.exists;
	if (!info.exists)
		return 0;
	reply->suspended = info.suspended;
	reply->read_only = info.read_only;
	reply->open_count = (u32)info.open_count;
	reply->rdev = makedev(info.major, info.minor);
	text = dm_task_get_name(dmt);
	snprintf(reply->name, sizeof(reply->name), "%s", text ? text : "");
	text = dm_task_get_uuid(dmt);
	snprintf(reply->uuid, sizeof(reply->uuid), "%s", text ? text : "");
	return 0;
}

static int take_line(struct dm_task *dmt, struct tandem_dm_reply *reply)
{
	char *target = NULL, *params = NULL;
	uint64_t start, length;
	int ret;

	ret = take_info(dmt, reply);
	if (ret || !reply->exists)
		return ret;
	dm_get_next_target(dmt, NULL, &start, &length, &target, &params);
	if (!target)
		return 0;
	reply->sectors = length;
	snprintf(reply->target, sizeof(reply->target), "%s", target);
	reply->text = strdup(params ? params : "");
	return reply->text ? 0 : -ENOMEM;
}

static int take_names(struct dm_task *dmt, struct tandem_dm_reply *reply)
{
	struct dm_names *names = dm_task_get_names(dmt);
	size_t size = 1;
	char *text;

	text = calloc(1, 1);
	while (text && names && names->dev) {
		size_t len = strlen(names->name);
		char *grown = realloc(text, size + len + 1);

		if (!grown) {
			free(text);
			return -ENOMEM;
		}
		text = grown;
		memcpy(text + size - 1, names->name, len);
		size += len + 1;
		text[size - 2] = '\n';
		text[size - 1] = 0;
		if (!names->next)
			break;
		names = (struct dm_names *)((char *)names + names->next);
	}
	reply->text = text;
	return text ? 0 : -ENOMEM;
}

static int take_version(struct dm_task *dmt, struct tandem_dm_reply *reply)
{
	struct dm_versions *versions = dm_task_get_versions(dmt);

	if (!versions || strcmp(versions->name, TANDEM_TARGET_NAME))
		return 0;
	reply->exists = true;
	reply->version[0] = versions->version[0];
	reply->version[1] = versions->version[1];
	reply->version[2] = versions->version[2];
	return 0;
}

static int take(struct dm_task *dmt, enum tandem_dm_op op, struct tandem_dm_reply *reply)
{
	switch (op) {
	case TANDEM_DM_CREATE:
	case TANDEM_DM_LOAD:
	case TANDEM_DM_CLEAR:
	case TANDEM_DM_SUSPEND:
	case TANDEM_DM_RESUME:
	case TANDEM_DM_REMOVE:
	case TANDEM_DM_MESSAGE:
		return 0;
	case TANDEM_DM_INFO:
		return take_info(dmt, reply);
	case TANDEM_DM_STATUS:
	case TANDEM_DM_TABLE:
		return take_line(dmt, reply);
	case TANDEM_DM_LIST:
		return take_names(dmt, reply);
	case TANDEM_DM_VERSION:
		return take_version(dmt, reply);
	}
	return -EINVAL;
}

/* True if there is a device-mapper that answers at all. */
static bool driver_answers(void)
{
	char version[64];

	return dm_driver_version(version, sizeof(version));
}

/* How long udev may take; what is not a number is not heard. */
static unsigned long udev_timeout_ms(void)
{
	const char *text = getenv(UDEV_TIMEOUT_ENV);
	unsigned long ms;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return UDEV_TIMEOUT_MS;
	ms = strtoul(text, &end, 10);
	return *end ? UDEV_TIMEOUT_MS : ms;
}

/*
 * Waits for udev, but not for ever. When it does not answer, the cookie is
 * answered in its place, and the node is made by libdevmapper.
 */
static void wait_for_udev(uint32_t cookie)
{
	const struct timespec step = { .tv_nsec = UDEV_STEP_MS * 1000000l };
	unsigned long waited_ms, timeout_ms = udev_timeout_ms();
	int ready = 0;

	for (waited_ms = 0; waited_ms < timeout_ms; waited_ms += UDEV_STEP_MS) {
		if (!dm_udev_wait_immediate(cookie, &ready) || ready)
			return;
		nanosleep(&step, NULL);
	}
	dm_udev_complete(cookie);
	dm_udev_wait(cookie);
}

static int real_run(const struct tandem_dm_task *task, struct tandem_dm_reply *reply)
{
	struct dm_task *dmt;
	uint32_t cookie = 0;
	int ret = 0;

	set_up();
	if (geteuid())
		return -EPERM;
	if (!driver_answers())
		return -ENOSYS;
	dmt = dm_task_create(task_type(task->op));
	if (!dmt)
		return -ENOMEM;
	if (!fill(dmt, task) || (needs_cookie(task->op) && !dm_task_set_cookie(dmt, &cookie, 0)))
		ret = -ENOMEM;
	else if (!dm_task_run(dmt))
		ret = dm_task_get_errno(dmt) ? -dm_task_get_errno(dmt) : -EIO;
	if (needs_cookie(task->op) && cookie)
		wait_for_udev(cookie);
	dm_task_update_nodes();
	if (!ret)
		ret = take(dmt, task->op, reply);
	dm_task_destroy(dmt);
	return ret;
}

const struct tandem_dm_ops tandem_dm_real_ops = {
	.run = real_run,
	.node = tandem_dm_host_node,
	.event_open = tandem_dm_host_event_open,
	.event_arm = tandem_dm_host_event_arm,
	.event_wait = tandem_dm_host_event_wait,
};
