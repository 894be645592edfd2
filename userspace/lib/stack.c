// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a disk lies on.
 *
 * Partitions and loop devices are followed exactly, with offset and length, to
 * the disk or file they are cut from: two partitions of one disk are apart,
 * two loop devices over one file are not. Behind any other stacked device
 * (device-mapper, md) only the set of devices below it is known; such a
 * device overlaps whatever is in that set. Two of them that merely share a
 * device below (two volumes of one LVM disk) are taken to be apart.
 */
#include "stack.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sysfs.h"
#include "user.h"

struct walk {
	struct tandem_stack *stack;
	dev_t here;
	bool exact;	/* base still follows */
	int error;
};

static void step(struct walk *walk, dev_t rdev);

static bool is_below(const struct tandem_stack *stack, dev_t rdev)
{
	unsigned int i;

	for (i = 0; i < stack->nr_below; i++) {
		if (stack->below[i] == rdev)
			return true;
	}
	return false;
}

static void note_volume(struct tandem_stack *stack, dev_t rdev)
{
	char uuid[160];

	if (tandem_sysfs_read(rdev, "dm/uuid", uuid, sizeof(uuid)) ||
	    strncmp(uuid, TANDEM_DM_UUID_PREFIX, strlen(TANDEM_DM_UUID_PREFIX)))
		return;
	if (tandem_sysfs_read(rdev, "dm/name", stack->volume, sizeof(stack->volume)))
		snprintf(stack->volume, sizeof(stack->volume), "%u:%u", major(rdev), minor(rdev));
}

static int step_slave(void *data, const char *entry)
{
	struct walk *walk = data;
	char name[TANDEM_PATH_BYTES];
	dev_t slave;

	snprintf(name, sizeof(name), "slaves/%.200s/dev", entry);
	slave = tandem_sysfs_dev(walk->here, name);
	if (slave) {
		struct walk down = { .stack = walk->stack };

		step(&down, slave);
		walk->error = walk->error ? walk->error : down.error;
	}
	return 0;
}

static bool loop_info(dev_t rdev, struct loop_info64 *info)
{
	char path[TANDEM_PATH_BYTES];
	bool ok;
	int fd;

	tandem_device_path_of(rdev, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = !ioctl(fd, LOOP_GET_STATUS64, info);
	close(fd);
	return ok;
}

/* A loop device: on to its block device, or to the file and what that lies on. */
static bool step_loop(struct walk *walk, dev_t rdev)
{
	struct tandem_stack *stack = walk->stack;
	struct loop_info64 info;
	char text[8];

	if (tandem_sysfs_read(rdev, "loop/backing_file", text, sizeof(text)) ||
	    !loop_info(rdev, &info))
		return false;
	if (walk->exact)
		stack->base.start += info.lo_offset;
	if (info.lo_rdevice) {
		step(walk, (dev_t)info.lo_rdevice);
		return true;
	}
	if (walk->exact) {
		stack->base.dev = (dev_t)info.lo_device;
		stack->base.inode = info.lo_inode;
		walk->exact = false;
	}
	if (major((dev_t)info.lo_device))
		step(walk, (dev_t)info.lo_device);
	return true;
}

static void step(struct walk *walk, dev_t rdev)
{
	struct tandem_stack *stack = walk->stack;
	char path[TANDEM_PATH_BYTES];

	if (is_below(stack, rdev))
		return;
	if (stack->nr_below == TANDEM_STACK_MAX) {
		walk->error = -E2BIG;
		return;
	}
	stack->below[stack->nr_below++] = rdev;
	note_volume(stack, rdev);
	if (walk->exact)
		stack->base.dev = rdev;
	if (tandem_sysfs_number(rdev, "partition")) {
		dev_t disk = tandem_sysfs_dev(rdev, "../dev");

		if (walk->exact)
			stack->base.start += tandem_sysfs_number(rdev, "start") *
					     TANDEM_SECTOR_BYTES;
		if (disk)
			step(walk, disk);
		return;
	}
	if (step_loop(walk, rdev))
		return;
	walk->here = rdev;
	walk->exact = false;
	tandem_sysfs_dir(rdev, "slaves", path, sizeof(path));
	tandem_sysfs_each(path, step_slave, walk);
}

int tandem_stack_trace(const struct tandem_device *dev, struct tandem_stack *stack)
{
	struct walk walk = { .stack = stack, .exact = true };

	memset(stack, 0, sizeof(*stack));
	stack->base.len = dev->size_bytes;
	stack->held = tandem_user_is_held(dev->rdev);
	step(&walk, dev->rdev);
	return walk.error;
}

enum tandem_overlap tandem_stack_compare(const struct tandem_stack *a,
					 const struct tandem_stack *b)
{
	bool one_base = a->base.dev == b->base.dev && a->base.inode == b->base.inode;

	if (a->below[0] == b->below[0])
		return TANDEM_SAME;
	if (is_below(a, b->below[0]) || is_below(b, a->below[0]))
		return TANDEM_INSIDE;
	if (!one_base)
		return TANDEM_APART;
	if (a->base.start == b->base.start && a->base.len == b->base.len)
		return TANDEM_SAME;
	if (a->base.start < b->base.start + b->base.len &&
	    b->base.start < a->base.start + a->base.len)
		return TANDEM_INSIDE;
	return TANDEM_SHARED;
}
