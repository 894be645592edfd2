// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Nodes below /dev/tandem, and events.
 *
 * A node is a link to /dev/mapper/tandem-NAME. A udev rule makes the same
 * link; whoever comes second finds it in place.
 *
 * Events: one poll on the control device covers every volume. Arm, look, then
 * poll: what happens between looking and polling is not lost. libdevmapper
 * does not give out its file descriptor, so this is its own.
 */
#include "dm_host.h"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NODE_DIR "/dev/tandem"
#define CONTROL "/dev/" DM_DIR "/" DM_CONTROL_NODE

int tandem_dm_host_node(const char *name, bool present)
{
	char link[TANDEM_DM_NAME_BYTES + 32], target[TANDEM_DM_NAME_BYTES + 32];
	struct stat st;

	snprintf(link, sizeof(link), NODE_DIR "/%.100s", name);
	snprintf(target, sizeof(target), "../" DM_DIR "/" TANDEM_DM_NAME_PREFIX "%.100s", name);
	if (!present) {
		if (unlink(link) && errno != ENOENT)
			return -errno;
		return 0;
	}
	if (!stat(link, &st))
		return 0;
	/* One that leads nowhere is left from another boot or a crash. */
	unlink(link);
	if (mkdir(NODE_DIR, 0755) && errno != EEXIST)
		return -errno;
	return symlink(target, link) ? -errno : 0;
}

int tandem_dm_host_event_open(void)
{
	int fd;

	fd = open(CONTROL, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return errno == ENOENT || errno == ENODEV || errno == ENXIO ? -ENOSYS : -errno;
}

int tandem_dm_host_event_arm(int fd)
{
	struct dm_ioctl arm = {
		.version = { DM_VERSION_MAJOR, 0, 0 },
		.data_size = sizeof(arm),
		.data_start = sizeof(arm),
	};

	return ioctl(fd, DM_DEV_ARM_POLL, &arm) ? -errno : 0;
}

int tandem_dm_host_event_wait(int fd, int timeout_ms)
{
	struct pollfd control = { .fd = fd, .events = POLLIN };
	int ret;

	ret = poll(&control, 1, timeout_ms);
	return ret < 0 ? -errno : ret;
}
