/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Array "pg" on mocked disks, as create makes it, and the mocked device-mapper has it in
 * the kernel as tandem-pg: what most tests of the library begin with.
 */
#ifndef TESTS_MOCK_ARRAY_H
#define TESTS_MOCK_ARRAY_H

struct tandem_context;
struct tandem_create_options;
struct tandem_super;

/* RAID-1 on /mock/0 and /mock/1. */
extern const struct tandem_create_options mock_array_pair;

/**
 * mock_array_make() - new disks of 16 MiB, an array, and a volume
 * @create: its name is "pg"
 * @super: of its first disk
 * @id: its UUID as text, TANDEM_ID_TEXT_BYTES
 *
 * Nothing has changed on any disk since, by mock_changes.
 */
void mock_array_make(struct tandem_context *ctx, const struct tandem_create_options *create,
		     struct tandem_super *super, char *id);

#endif
