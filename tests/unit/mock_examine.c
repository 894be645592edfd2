// SPDX-License-Identifier: GPL-2.0-only
/* Arrays on disks in memory, examined; see mock_examine.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock_disk.h"
#include "mock_dm.h"
#include "mock_examine.h"

struct tandem_context mock_ctx;
struct tandem_error mock_err;
struct tandem_examine_list *mock_examined;
const char *const mock_paths[MOCK_EXAMINE_DISKS] = { "/mock/0", "/mock/1", "/mock/2", "/mock/3" };

void mock_examine_begin(void)
{
	mock_ctx = (struct tandem_context){ .device = &mock_device_ops, .dm = &mock_dm_ops };
}

void mock_examine_end(void)
{
	tandem_examine_put(mock_examined);
	mock_examined = NULL;
	assert_int_equal(mock_changes, 0);
	mock_disks_exit();
}

void mock_examine_create(const char *level, unsigned int nr, const char *init)
{
	const struct tandem_create_options create = {
		.name = "pg", .level = level, .disk = mock_paths, .nr_disks = nr, .init = init,
		.no_activate = true,
	};

	mock_disks_init(16ull << 20);
	if (tandem_create(&mock_ctx, &create, &mock_err))
		fail_msg("%s: %s", mock_err.object, mock_err.text);
	mock_changes = 0;
}

void mock_examine(unsigned int nr)
{
	const struct tandem_disks disks = { .path = mock_paths, .nr = nr };

	tandem_examine_put(mock_examined);
	if (tandem_examine(&mock_ctx, &disks, &mock_examined, &mock_err))
		fail_msg("%s: %s", mock_err.object, mock_err.text);
}

const struct tandem_label_info *mock_label(unsigned int index)
{
	const struct tandem_label_info *info = tandem_examine_label(mock_examined, index);

	assert_null(info->error);
	return info;
}
