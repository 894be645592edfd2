// SPDX-License-Identifier: GPL-2.0-only
/*
 * See mock_array.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dm_ops.h"
#include "mock_array.h"
#include "mock_disk.h"
#include "mock_dm.h"

#define DISK_BYTES (16ull << 20)

static const char *const pair_paths[] = { "/mock/0", "/mock/1" };

const struct tandem_create_options mock_array_pair = {
	.name = "pg", .level = "raid1", .disk = pair_paths, .nr_disks = 2, .no_activate = true,
};

void mock_array_make(struct tandem_context *ctx, const struct tandem_create_options *create,
		     struct tandem_super *super, char *id)
{
	struct tandem_error err;
	char uuid[64];

	mock_disks_init(DISK_BYTES);
	mock_dm_reset();
	if (tandem_create(ctx, create, &err))
		fail_msg("%s: %s", err.object, err.text);
	assert_true(mock_disk_super(0, super));
	tandem_id_to_text(&super->array, id);
	snprintf(uuid, sizeof(uuid), "TANDEM-%s", id);
	mock_dm_add_volume("tandem-pg", uuid, 0);
	mock_changes = 0;
}
