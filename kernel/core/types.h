/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Types that every part of core shares: identifiers, states and their text.
 *
 * Decisions: enum, text and parser come from one list (uapi/tandem_table.h),
 * so that a state cannot be printed that cannot be read. An identifier is
 * only ever compared for equality: order between histories is a matter of
 * parents (core/assembly.h), never of numbers.
 */
#ifndef TANDEM_CORE_TYPES_H
#define TANDEM_CORE_TYPES_H

#include "sys.h"
#include "uapi/tandem_format.h"
#include "uapi/tandem_table.h"

/* Bytes of an identifier as 32 hex digits and a zero. */
#define TANDEM_ID_TEXT_BYTES 33u

#define TANDEM_ENUM_LEG(sym, text) TANDEM_LEG_##sym,
enum tandem_leg_state { TANDEM_LEG_STATES(TANDEM_ENUM_LEG) TANDEM_NR_LEG_STATES };
#define TANDEM_ENUM_ARRAY(sym, text) TANDEM_ARRAY_##sym,
enum tandem_array_state { TANDEM_ARRAY_STATES(TANDEM_ENUM_ARRAY) TANDEM_NR_ARRAY_STATES };
#define TANDEM_ENUM_SYNC(sym, text) TANDEM_SYNC_##sym,
enum tandem_sync_kind { TANDEM_SYNC_KINDS(TANDEM_ENUM_SYNC) TANDEM_NR_SYNC_KINDS };
#define TANDEM_ENUM_DEGRADED(sym, text) TANDEM_DEGRADED_##sym,
enum tandem_degraded { TANDEM_DEGRADED_POLICIES(TANDEM_ENUM_DEGRADED) TANDEM_NR_DEGRADED };
#define TANDEM_ENUM_READ(sym, text) TANDEM_READ_##sym,
enum tandem_read_class { TANDEM_READ_CLASSES(TANDEM_ENUM_READ) TANDEM_NR_READ_CLASSES };
TANDEM_STATIC_ASSERT(TANDEM_READ_PREFERRED == 1 && TANDEM_READ_AVOIDED == 2, "they are on disk");

static inline bool tandem_id_equal(const struct tandem_id *a, const struct tandem_id *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool tandem_id_is_none(const struct tandem_id *id);

/**
 * tandem_id_to_text() - 32 lower-case hex digits
 * @id: identifier
 * @text: TANDEM_ID_TEXT_BYTES bytes
 */
void tandem_id_to_text(const struct tandem_id *id, char *text);

/**
 * tandem_id_from_text() - 32 hex digits, dashes of a UUID allowed
 * @text: zero-terminated
 * @id: filled in on success
 * Return: 0 or -EINVAL
 */
int tandem_id_from_text(const char *text, struct tandem_id *id);

/**
 * tandem_number_parse() - decimal digits, no sign, no leading zero
 * @text: zero-terminated
 * @max: largest value that is accepted
 * @value: filled in on success
 * Return: 0 or -EINVAL
 */
int tandem_number_parse(const char *text, u64 max, u64 *value);

/* Texts are static; a number out of range gives "?". */
const char *tandem_leg_state_text(unsigned int state);
const char *tandem_array_state_text(unsigned int state);
const char *tandem_sync_kind_text(unsigned int kind);
const char *tandem_degraded_text(unsigned int policy);
const char *tandem_read_class_text(unsigned int class);
const char *tandem_record_text(unsigned int record);
const char *tandem_level_text(unsigned int level);
const char *tandem_role_text(unsigned int role);

/* Index of @text in its list, or -EINVAL. */
int tandem_leg_state_parse(const char *text);
int tandem_array_state_parse(const char *text);
int tandem_sync_kind_parse(const char *text);
int tandem_degraded_parse(const char *text);
int tandem_read_class_parse(const char *text);

#endif
