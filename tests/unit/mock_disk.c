// SPDX-License-Identifier: GPL-2.0-only
/* Disks in memory for the library; see mock_disk.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "core/lineage.h"
#include "mock_disk.h"
#include "stack.h"

#define MOCK_MAJOR 240

struct mock_disk mock_disk[MOCK_DISKS];
struct mock_change mock_log[MOCK_LOG];
unsigned int mock_changes;
unsigned int mock_reads;
static unsigned int fail_at, visible;

void mock_disks_init(u64 size_bytes)
{
	unsigned int i;

	for (i = 0; i < MOCK_DISKS; i++) {
		struct mock_disk *disk = &mock_disk[i];

		free(disk->data);
		memset(disk, 0, sizeof(*disk));
		snprintf(disk->path, sizeof(disk->path), "/mock/%u", i);
		disk->data = calloc(1, size_bytes);
		assert_non_null(disk->data);
		disk->size_bytes = size_bytes;
		disk->logical_block_bytes = 512;
		disk->below = -1;
	}
	mock_changes = 0;
	fail_at = 0;
	visible = MOCK_DISKS;
}

void mock_disks_exit(void)
{
	unsigned int i;

	for (i = 0; i < MOCK_DISKS; i++) {
		free(mock_disk[i].data);
		mock_disk[i].data = NULL;
	}
}

void mock_disks_fail_at(unsigned int nth)
{
	fail_at = nth;
}

void mock_disks_visible(unsigned int nr)
{
	visible = nr;
}

const char *mock_disk_path(unsigned int disk)
{
	return mock_disk[disk].path;
}

dev_t mock_disk_rdev(unsigned int disk)
{
	return makedev(MOCK_MAJOR, disk);
}

static struct mock_disk *disk_of(const struct tandem_device *dev)
{
	assert_int_equal(major(dev->rdev), MOCK_MAJOR);
	return &mock_disk[minor(dev->rdev)];
}

static int note(const struct tandem_device *dev, char kind, u64 offset, u64 len)
{
	struct mock_change *change = &mock_log[mock_changes++];

	assert_true(mock_changes < MOCK_LOG);
	change->kind = kind;
	change->disk = minor(dev->rdev);
	change->offset = offset;
	change->len = len;
	if (fail_at && !--fail_at)
		return -EIO;
	return 0;
}

static int mock_open(struct tandem_device *dev, enum tandem_access access)
{
	unsigned int i;

	for (i = 0; i < MOCK_DISKS; i++) {
		struct mock_disk *disk = &mock_disk[i];

		if (strcmp(disk->path, dev->path))
			continue;
		dev->rdev = mock_disk_rdev(i);
		if (disk->open_error)
			return disk->open_error;
		if (access == TANDEM_ACCESS_CLAIM && disk->user)
			return -EBUSY;
		dev->size_bytes = disk->size_bytes;
		dev->logical_block_bytes = disk->logical_block_bytes;
		dev->physical_block_bytes = disk->logical_block_bytes;
		dev->read_only = disk->read_only;
		dev->lossy_cache = disk->lossy_cache;
		return 0;
	}
	return -ENOENT;
}

static int mock_open_write(struct tandem_device *dev)
{
	assert_false(disk_of(dev)->read_only);
	return note(dev, 'o', 0, 0);
}

static int mock_read(const struct tandem_device *dev, u64 offset, void *data, size_t len)
{
	const struct mock_disk *disk = disk_of(dev);

	assert_true(offset + len <= disk->size_bytes);
	mock_reads++;
	if (offset < disk->bad_to && offset + len > disk->bad_from)
		return -EIO;
	memcpy(data, disk->data + offset, len);
	return 0;
}

static int mock_write(const struct tandem_device *dev, u64 offset, const void *data, size_t len)
{
	struct mock_disk *disk = disk_of(dev);

	assert_true(offset + len <= disk->size_bytes);
	if (note(dev, 'w', offset, len))
		return -EIO;
	memcpy(disk->data + offset, data, len);
	return 0;
}

static int mock_zero(const struct tandem_device *dev, u64 offset, u64 len)
{
	struct mock_disk *disk = disk_of(dev);

	assert_true(offset + len <= disk->size_bytes);
	if (note(dev, 'z', offset, len))
		return -EIO;
	memset(disk->data + offset, 0, len);
	return 0;
}

static int mock_sync(const struct tandem_device *dev)
{
	return note(dev, 's', 0, 0);
}

static int mock_list(struct tandem_paths *paths)
{
	unsigned int i;

	for (i = 0; i < visible; i++)
		assert_int_equal(tandem_paths_add(paths, mock_disk[i].path), 0);
	return 0;
}

static bool mock_idle(const char *path)
{
	unsigned int i;

	for (i = 0; i < MOCK_DISKS; i++) {
		if (!strcmp(mock_disk[i].path, path))
			return !mock_disk[i].held;
	}
	return false;
}

static int mock_stack(const struct tandem_device *dev, struct tandem_stack *stack)
{
	const struct mock_disk *disk = disk_of(dev);

	memset(stack, 0, sizeof(*stack));
	stack->base.dev = dev->rdev;
	stack->base.len = dev->size_bytes;
	stack->below[stack->nr_below++] = dev->rdev;
	if (disk->below >= 0)
		stack->below[stack->nr_below++] = mock_disk_rdev((unsigned int)disk->below);
	stack->held = disk->held;
	if (disk->volume)
		snprintf(stack->volume, sizeof(stack->volume), "tandem-other");
	return 0;
}

static int mock_user(const struct tandem_device *dev, char *text, size_t size)
{
	const struct mock_disk *disk;

	if (major(dev->rdev) != MOCK_MAJOR)
		return 0;
	disk = disk_of(dev);
	if (!disk->user)
		return 0;
	snprintf(text, size, "%s", disk->user);
	return 1;
}

static int mock_signature(const struct tandem_device *dev, char *text, size_t size)
{
	const struct mock_disk *disk = disk_of(dev);

	snprintf(text, size, "%s", disk->signature ? disk->signature : "");
	return disk->signature ? 1 : 0;
}

static void mock_serial(const struct tandem_device *dev, char *text, size_t size)
{
	snprintf(text, size, "SERIAL%u", minor(dev->rdev));
}

static void mock_path_of(dev_t rdev, char *path, size_t size)
{
	snprintf(path, size, "%s",
		 major(rdev) == MOCK_MAJOR && minor(rdev) < MOCK_DISKS ?
			 mock_disk[minor(rdev)].path : "");
}

const struct tandem_device_ops mock_device_ops = {
	.open = mock_open,
	.open_write = mock_open_write,
	.read = mock_read,
	.write = mock_write,
	.zero = mock_zero,
	.sync = mock_sync,
	.list = mock_list,
	.idle = mock_idle,
	.stack = mock_stack,
	.user = mock_user,
	.signature = mock_signature,
	.serial = mock_serial,
	.path_of = mock_path_of,
};

bool mock_disk_super(unsigned int disk, struct tandem_super *super)
{
	static struct tandem_super slot[2];
	int error[2];
	u64 sequence[2] = { 0, 0 };
	unsigned int i;
	int chosen;

	for (i = 0; i < 2; i++) {
		error[i] = tandem_super_decode(mock_disk[disk].data + tandem_super_slot_bytes(i),
					       &slot[i], NULL);
		if (!error[i])
			sequence[i] = slot[i].sequence;
	}
	chosen = tandem_super_choose(error, sequence);
	if (chosen >= 0)
		*super = slot[chosen];
	return chosen >= 0;
}

void mock_disk_set_super(unsigned int disk, struct tandem_super *super)
{
	const char *why = "";
	unsigned int i;

	for (i = 0; i < 2; i++) {
		super->sequence++;
		if (tandem_super_check(super, &why))
			fail_msg("superblock is not valid: %s", why);
		tandem_super_encode(super, mock_disk[disk].data + tandem_super_slot_bytes(i));
	}
}

void mock_disk_record_failure(unsigned int disk, u8 lost)
{
	struct tandem_lineage_drop drop = { .legs = lost, .record = TANDEM_RECORD_FAILED };
	static struct tandem_super super;
	unsigned int i;

	assert_true(mock_disk_super(disk, &super));
	drop.set = super.place[super.leg].set;
	for (i = 0; i < super.set[drop.set].nr_legs; i++)
		drop.durable[i] = tandem_lineage_pair(&super, drop.set);
	assert_int_equal(tandem_random_id(&drop.config), 0);
	tandem_lineage_drop(&super, &drop);
	mock_disk_set_super(disk, &super);
}
