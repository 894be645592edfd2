/* SPDX-License-Identifier: GPL-2.0-only */
/* A new array on disks in memory, and what examine says of it. */
#ifndef TANDEM_TESTS_MOCK_EXAMINE_H
#define TANDEM_TESTS_MOCK_EXAMINE_H

#include "context.h"
#include "tandem_examine.h"

#define MOCK_EXAMINE_DISKS 4u

/* Of all calls into the library. */
extern struct tandem_context mock_ctx;
extern struct tandem_error mock_err;
extern const char *const mock_paths[MOCK_EXAMINE_DISKS];

/* What the last examination found; NULL before the first. */
extern struct tandem_examine_list *mock_examined;

/* A context with the mocks behind it; mock_examine_end() demands that nothing was written. */
void mock_examine_begin(void);
void mock_examine_end(void);

/* Array "pg" on the first @nr disks, of 16 MiB and otherwise empty; @init may be NULL. */
void mock_examine_create(const char *level, unsigned int nr, const char *init);

/* Examines the first @nr disks. */
void mock_examine(unsigned int nr);

/* What that said of disk @index, which is a leg. */
const struct tandem_label_info *mock_label(unsigned int index);

#endif
