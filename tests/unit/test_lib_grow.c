// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: `grow` asks for as much as the smallest disk and the region map have room for, or
 * says which of them is in the way; whatever the kernel answers, the array runs on; and an
 * enlarged disk is told from a copy where that can be done.
 * Method: disks in memory, device-mapper as a script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/fit.h"
#include "dm_ops.h"
#include "enlarged.h"
#include "mock_disk.h"
#include "mock_dm.h"

#define MIB (1ull << 20)
#define SMALL (16 * MIB)
#define LARGE (64 * MIB)

static struct tandem_context ctx = { .device = &mock_device_ops, .dm = &mock_dm_ops };
static struct tandem_error err;
static struct tandem_super super;
static struct tandem_target target;
static char id[TANDEM_ID_TEXT_BYTES], line[8][256];
static unsigned int nr_lines;

static void make(const struct tandem_create_options *create)
{
	char uuid[64];
	unsigned int i;

	mock_disks_init(LARGE);
	for (i = 0; i < MOCK_DISKS; i++)
		mock_disk[i].size_bytes = SMALL;
	mock_dm_reset();
	nr_lines = 0;
	if (tandem_create(&ctx, create, &err))
		fail_msg("%s: %s", err.object, err.text);
	assert_true(mock_disk_super(0, &super));
	tandem_id_to_text(&super.array, id);
	snprintf(uuid, sizeof(uuid), "TANDEM-%s", id);
	mock_dm_add_volume("tandem-pg", uuid, 0);
	mock_changes = 0;
	target = (struct tandem_target){ .array = "pg" };
}

static int set_up(void **state)
{
	static const char *const paths[] = { "/mock/0", "/mock/1" };
	const struct tandem_create_options create = {
		.name = "pg", .level = "raid1", .disk = paths, .nr_disks = 2, .no_activate = true,
	};

	(void)state;
	make(&create);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_dm_done();
	assert_int_equal(mock_changes, 0);
	mock_disks_exit();
	return 0;
}

static const char *table(const char *rest, u64 grow)
{
	char *text = line[nr_lines++];

	assert_true(nr_lines <= 8);
	if (grow)
		snprintf(text, sizeof(line[0]), "%s %s grow %llu", id, rest,
			 (unsigned long long)grow);
	else
		snprintf(text, sizeof(line[0]), "%s %s", id, rest);
	return text;
}

#define HEALTHY "1 healthy - 0 0 0 3 0/0 2 current:5:0:0:0 current:5:0:0:0"
#define STALE "1 degraded - 0 0 0 3 0/0 2 current:6:0:0:0 stale:5:0:0:0"
#define FOUR "1 healthy - 0 0 0 3 0/0 4 current:5:0:0:0 current:5:0:0:0 " \
	"current:5:0:0:0 current:5:0:0:0"

static void look(const char *status, const char *rest, u64 sectors)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_STATUS, .name = "tandem-pg",
					       .answer = status, .sectors = sectors });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_TABLE, .name = "tandem-pg",
					       .answer = table(rest, 0), .sectors = sectors });
}

static void load(const char *rest, u64 grow, u64 sectors, int error)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_LOAD, .name = "tandem-pg",
					       .text = table(rest, grow), .sectors = sectors,
					       .error = error });
}

static void step(enum tandem_dm_op op, int error)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = op, .name = "tandem-pg", .error = error });
}

static void refused(enum tandem_code code, const char *object, const char *what)
{
	assert_int_not_equal(tandem_grow(&ctx, &target, &err), 0);
	if (err.code != code || strcmp(err.object, object) || !strstr(err.text, what))
		fail_msg("code %u: %s: %s", err.code, err.object, err.text);
}

static u64 most(u64 bytes)
{
	return tandem_fit_most(&super, bytes / TANDEM_SECTOR_BYTES);
}

static void test_grows_to_the_smallest_disk(void **state)
{
	(void)state;
	mock_disk[0].size_bytes = LARGE;
	mock_disk[1].size_bytes = LARGE - 5 * MIB - 512;
	look(HEALTHY, "2 240:0 240:1 0", super.geo.set_sectors);
	load("2 240:0 240:1 2", most(LARGE - 5 * MIB - 512), most(LARGE - 5 * MIB - 512), 0);
	step(TANDEM_DM_SUSPEND, 0);
	step(TANDEM_DM_RESUME, 0);
	assert_int_equal(tandem_grow(&ctx, &target, &err), 0);
	assert_int_equal(most(LARGE - 5 * MIB - 512) % 8, 0);
}

static void test_dry_run_loads_nothing(void **state)
{
	(void)state;
	mock_disk[0].size_bytes = mock_disk[1].size_bytes = LARGE;
	look(HEALTHY, "2 240:0 240:1 0", super.geo.set_sectors);
	target.dry_run = true;
	assert_int_equal(tandem_grow(&ctx, &target, &err), 0);
}

static void test_nobody_else_changes_the_table_meanwhile(void **state)
{
	char dir[] = "/tmp/tandem-grow-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	ctx.run_dir = dir;
	mock_disk[0].size_bytes = mock_disk[1].size_bytes = LARGE;
	look(HEALTHY, "2 240:0 240:1 0", super.geo.set_sectors);
	target.dry_run = true;
	assert_int_equal(tandem_grow(&ctx, &target, &err), 0);
	ctx.run_dir = NULL;
	snprintf(path, sizeof(path), "%s/array-pg.lock", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_disk_that_did_not_grow_is_named(void **state)
{
	(void)state;
	mock_disk[0].size_bytes = LARGE;
	look(HEALTHY, "2 240:0 240:1 0", super.geo.set_sectors);
	refused(TANDEM_CODE_FAILED, "/mock/1", "too small");
}

static void test_degraded_array_does_not_grow(void **state)
{
	(void)state;
	mock_disk[0].size_bytes = mock_disk[1].size_bytes = LARGE;
	look(STALE, "2 240:0 240:1 0", super.geo.set_sectors);
	refused(TANDEM_CODE_REFUSED, "pg", "leg 1 is stale");
	look(STALE, "2 240:0 - 0", super.geo.set_sectors);
	refused(TANDEM_CODE_REFUSED, "pg", "leg 1 is stale");
}

static void test_the_map_is_the_limit(void **state)
{
	u64 limit = tandem_fit_map(&super);

	(void)state;
	mock_disk[0].size_bytes = mock_disk[1].size_bytes = 64 * limit * TANDEM_SECTOR_BYTES;
	look(HEALTHY, "2 240:0 240:1 0", super.geo.set_sectors);
	load("2 240:0 240:1 2", limit, limit, 0);
	step(TANDEM_DM_SUSPEND, 0);
	step(TANDEM_DM_RESUME, 0);
	assert_int_equal(tandem_grow(&ctx, &target, &err), 0);
	super.geo.set_sectors = limit;
	super.own_disk_sectors = 64 * limit;
	mock_disk_set_super(0, &super);
	mock_changes = 0;
	look(HEALTHY, "2 240:0 240:1 0", limit);
	refused(TANDEM_CODE_REFUSED, "pg", "limit");
}

/* The old table goes back in, with the old length; or, if that is too short by now, the new. */
static void test_way_back(void **state)
{
	const u64 now = super.geo.set_sectors;

	(void)state;
	mock_disk[0].size_bytes = mock_disk[1].size_bytes = LARGE;
	look(HEALTHY, "2 240:0 240:1 0", now);
	load("2 240:0 240:1 2", most(LARGE), most(LARGE), 0);
	step(TANDEM_DM_SUSPEND, 0);
	step(TANDEM_DM_RESUME, -EIO);
	load("2 240:0 240:1 2 degraded proven", 0, now, -EINVAL);
	load("2 240:0 240:1 2 degraded proven", 0, most(LARGE), 0);
	step(TANDEM_DM_RESUME, 0);
	refused(TANDEM_CODE_IO, "pg", "the old one runs on");
}

static void test_whole_chunks_of_every_set(void **state)
{
	static const char *const paths[] = { "/mock/0", "/mock/1", "/mock/2", "/mock/3" };
	const struct tandem_create_options create = {
		.name = "pg", .level = "raid10", .disk = paths, .nr_disks = 4,
		.chunk_bytes = MIB, .no_activate = true,
	};
	unsigned int i;
	u64 wanted;

	(void)state;
	mock_disks_exit();
	make(&create);
	for (i = 0; i < 4; i++)
		mock_disk[i].size_bytes = LARGE - i * 65536;
	wanted = most(LARGE - 3 * 65536);
	assert_int_equal(wanted % 2048, 0);
	look(FOUR, "4 240:0 240:1 240:2 240:3 0", 2 * super.geo.set_sectors);
	load("4 240:0 240:1 240:2 240:3 2", wanted, 2 * wanted, 0);
	step(TANDEM_DM_SUSPEND, 0);
	step(TANDEM_DM_RESUME, 0);
	assert_int_equal(tandem_grow(&ctx, &target, &err), 0);
}

static void test_limits_of_the_format(void **state)
{
	const char *why = NULL;
	u64 limit = tandem_fit_map(&super);

	(void)state;
	assert_int_equal(tandem_fit_grown(&super, limit, &why), 0);
	assert_int_not_equal(tandem_fit_grown(&super, limit + 8, &why), 0);
	assert_non_null(strstr(why, "region map"));
	assert_int_not_equal(tandem_fit_grown(&super, super.geo.set_sectors - 8, &why), 0);
	assert_int_not_equal(tandem_fit_grown(&super, super.geo.set_sectors + 1, &why), 0);
	assert_true(tandem_fit_most(&super, super.own_disk_sectors) == super.geo.set_sectors);
	assert_int_equal(tandem_fit_most(&super, 2048), 0);
	assert_true(tandem_fit_room(&super, super.own_disk_sectors));
	super.geo.set_sectors += 8;
	assert_false(tandem_fit_room(&super, super.own_disk_sectors));
	/* The most that any array can have: 4 Mi regions. */
	super.map_pages = 2081;
	super.geo.region_sectors = TANDEM_MAX_REGION_SECTORS;
	assert_true(tandem_fit_map(&super) == TANDEM_MAX_SET_SECTORS);
	super.feature_incompat = TANDEM_INCOMPAT_INTENT_LOG;
	assert_int_not_equal(tandem_fit_grown(&super, limit, &why), 0);
}

static void test_enlarged_or_a_copy(void **state)
{
	struct tandem_device dev;
	char serial[TANDEM_DISK_NAME_BYTES];

	(void)state;
	mock_disk[0].size_bytes = LARGE;
	tandem_device_init(&dev, "/mock/0");
	assert_int_equal(tandem_device_open(&ctx, &dev, TANDEM_ACCESS_READ, &err), 0);
	assert_int_equal(tandem_enlarged_check(&ctx, &dev, &super, &err), 0);
	ctx.device->serial(&dev, serial, sizeof(serial));
	assert_string_not_equal(serial, "");
	snprintf(super.place[0].disk, sizeof(super.place[0].disk), "another");
	assert_int_not_equal(tandem_enlarged_check(&ctx, &dev, &super, &err), 0);
	assert_int_equal(err.code, TANDEM_CODE_METADATA);
	/* A path says nothing, and a disk of the recorded size is not asked. */
	snprintf(super.place[0].disk, sizeof(super.place[0].disk), "/dev/sdz");
	assert_int_equal(tandem_enlarged_check(&ctx, &dev, &super, &err), 0);
	snprintf(super.place[0].disk, sizeof(super.place[0].disk), "another");
	dev.size_bytes = SMALL;
	assert_int_equal(tandem_enlarged_check(&ctx, &dev, &super, &err), 0);
	tandem_device_close(&dev);
}

int main(void)
{
#define WITH_DISKS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_DISKS(test_grows_to_the_smallest_disk),
		WITH_DISKS(test_dry_run_loads_nothing),
		WITH_DISKS(test_nobody_else_changes_the_table_meanwhile),
		WITH_DISKS(test_disk_that_did_not_grow_is_named),
		WITH_DISKS(test_degraded_array_does_not_grow),
		WITH_DISKS(test_the_map_is_the_limit),
		WITH_DISKS(test_way_back),
		WITH_DISKS(test_whole_chunks_of_every_set),
		WITH_DISKS(test_limits_of_the_format),
		WITH_DISKS(test_enlarged_or_a_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
