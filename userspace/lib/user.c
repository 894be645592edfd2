// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Who uses a disk.
 *
 * The claim (O_EXCL) is what protects; this finds the words for it. One user
 * claims nothing and is found only here: a loop device over the disk.
 */
#include "user.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "sysfs.h"

struct query {
	dev_t rdev;
	char *text;
	size_t size;
};

static int mounted(struct query *q)
{
	unsigned int maj, min;
	char line[4096], where[1024];
	FILE *file;
	int found = 0;

	file = fopen("/proc/self/mountinfo", "re");
	if (!file)
		return 0;
	while (!found && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*u %*u %u:%u %*s %1023s", &maj, &min, where) != 3 ||
		    makedev(maj, min) != q->rdev)
			continue;
		snprintf(q->text, q->size, "is mounted on %s", where);
		found = 1;
	}
	fclose(file);
	return found;
}

static int swapped(struct query *q)
{
	char line[4096], path[1024];
	struct stat st;
	FILE *file;
	int found = 0;

	file = fopen("/proc/swaps", "re");
	if (!file)
		return 0;
	while (!found && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%1023s", path) != 1 || stat(path, &st) ||
		    !S_ISBLK(st.st_mode) || st.st_rdev != q->rdev)
			continue;
		snprintf(q->text, q->size, "is used as swap");
		found = 1;
	}
	fclose(file);
	return found;
}

static int holder(void *data, const char *entry)
{
	struct query *q = data;
	char path[TANDEM_PATH_BYTES], name[TANDEM_PATH_BYTES], attribute[TANDEM_PATH_BYTES];
	dev_t rdev;

	snprintf(attribute, sizeof(attribute), "holders/%.200s/dev", entry);
	rdev = tandem_sysfs_dev(q->rdev, attribute);
	if (rdev && !tandem_sysfs_read(rdev, "dm/uuid", name, sizeof(name)) &&
	    !strncmp(name, TANDEM_DM_UUID_PREFIX, strlen(TANDEM_DM_UUID_PREFIX)) &&
	    !tandem_sysfs_read(rdev, "dm/name", name, sizeof(name)) &&
	    !strncmp(name, TANDEM_DM_NAME_PREFIX, strlen(TANDEM_DM_NAME_PREFIX))) {
		snprintf(q->text, q->size, "is a leg of the active array %s",
			 name + strlen(TANDEM_DM_NAME_PREFIX));
		return 1;
	}
	path[0] = 0;
	if (rdev)
		tandem_device_path_of(rdev, path, sizeof(path));
	snprintf(q->text, q->size, "is held by %s", path[0] ? path : entry);
	return 1;
}

static int held(struct query *q)
{
	char path[TANDEM_PATH_BYTES];

	tandem_sysfs_dir(q->rdev, "holders", path, sizeof(path));
	return tandem_sysfs_each(path, holder, q) == 1;
}

static int looped_one(void *data, const char *entry)
{
	struct query *q = data;
	char path[TANDEM_PATH_BYTES], text[64], file[TANDEM_PATH_BYTES];
	struct stat st;
	FILE *stream;

	if (strncmp(entry, "loop", 4))
		return 0;
	snprintf(path, sizeof(path), "/sys/block/%.200s/loop/backing_file", entry);
	stream = fopen(path, "re");
	if (!stream)
		return 0;
	file[0] = 0;
	if (fgets(file, sizeof(file), stream))
		file[strcspn(file, "\n")] = 0;
	fclose(stream);
	if (stat(file, &st) || !S_ISBLK(st.st_mode) || st.st_rdev != q->rdev)
		return 0;
	snprintf(text, sizeof(text), "%.60s", entry);
	snprintf(q->text, q->size, "is the disk behind /dev/%s", text);
	return 1;
}

static int used(struct query *q)
{
	return mounted(q) || swapped(q) || held(q) ||
	       tandem_sysfs_each("/sys/block", looped_one, q) == 1;
}

/* A partition of the disk: its user is the disk's. */
static int used_part(void *data, const char *entry)
{
	struct query *q = data;
	struct query part = { 0 };
	char text[TANDEM_PATH_BYTES], attribute[TANDEM_PATH_BYTES];

	snprintf(attribute, sizeof(attribute), "%.200s/partition", entry);
	if (tandem_sysfs_read(q->rdev, attribute, text, sizeof(text)))
		return 0;
	snprintf(attribute, sizeof(attribute), "%.200s/dev", entry);
	part.rdev = tandem_sysfs_dev(q->rdev, attribute);
	part.text = text;
	part.size = sizeof(text);
	if (!part.rdev || !used(&part))
		return 0;
	snprintf(q->text, q->size, "has a partition, %s, that %s", entry, text);
	return 1;
}

int tandem_user_find(const struct tandem_device *dev, char *text, size_t size)
{
	struct query q = { .rdev = dev->rdev, .text = text, .size = size };
	char path[TANDEM_PATH_BYTES];

	if (used(&q))
		return 1;
	tandem_sysfs_dir(dev->rdev, ".", path, sizeof(path));
	return tandem_sysfs_each(path, used_part, &q) == 1;
}

bool tandem_user_is_held(dev_t rdev)
{
	char text[TANDEM_PATH_BYTES];
	struct query q = { .rdev = rdev, .text = text, .size = sizeof(text) };

	return held(&q);
}

bool tandem_user_is_idle(const char *path)
{
	char uuid[TANDEM_PATH_BYTES];
	struct stat st;

	if (stat(path, &st) || !S_ISBLK(st.st_mode) || tandem_user_is_held(st.st_rdev) ||
	    tandem_sysfs_number(st.st_rdev, "dm/suspended"))
		return false;
	return tandem_sysfs_read(st.st_rdev, "dm/uuid", uuid, sizeof(uuid)) ||
	       strncmp(uuid, TANDEM_DM_UUID_PREFIX, strlen(TANDEM_DM_UUID_PREFIX));
}
