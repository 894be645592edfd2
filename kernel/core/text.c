// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Text of identifiers, numbers and enumerations, both directions.
 *
 * Every list of states is expanded from the x-macros of uapi/tandem_table.h,
 * once as enum (core/types.h) and once as table of texts (here): a state
 * without a text, or a text nobody can parse, does not compile.
 *
 * Numbers are read strictly: decimal digits only, no sign, no leading zero.
 * What is printed is the only spelling that is read, so that two lines that
 * differ never mean the same.
 */
#include "sys.h"
#include "core/types.h"

#define TEXT_OF(sym, text) text,
static const char *const leg_states[] = { TANDEM_LEG_STATES(TEXT_OF) };
static const char *const array_states[] = { TANDEM_ARRAY_STATES(TEXT_OF) };
static const char *const sync_kinds[] = { TANDEM_SYNC_KINDS(TEXT_OF) };
static const char *const policies[] = { TANDEM_DEGRADED_POLICIES(TEXT_OF) };
static const char *const read_classes[] = { TANDEM_READ_CLASSES(TEXT_OF) };

static const char hex_digits[] = "0123456789abcdef";

static const char *text_of(const char *const *list, unsigned int nr, unsigned int index)
{
	return index < nr ? list[index] : "?";
}

static int index_of(const char *const *list, unsigned int nr, const char *text)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(list[i], text))
			return (int)i;
	}
	return -EINVAL;
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -EINVAL;
}

bool tandem_id_is_none(const struct tandem_id *id)
{
	unsigned int i;
	u8 any = 0;

	for (i = 0; i < sizeof(id->byte); i++)
		any |= id->byte[i];
	return !any;
}

void tandem_id_to_text(const struct tandem_id *id, char *text)
{
	unsigned int i;

	for (i = 0; i < sizeof(id->byte); i++) {
		*text++ = hex_digits[id->byte[i] >> 4];
		*text++ = hex_digits[id->byte[i] & 15];
	}
	*text = '\0';
}

int tandem_id_from_text(const char *text, struct tandem_id *id)
{
	bool dashes = strlen(text) == 36;
	unsigned int i;

	if (!dashes && strlen(text) != 32)
		return -EINVAL;
	for (i = 0; i < sizeof(id->byte); i++) {
		int high, low;

		/* 8-4-4-4-12 digits: a dash in front of bytes 4, 6, 8 and 10. */
		if (dashes && (i == 4 || i == 6 || i == 8 || i == 10)) {
			if (*text++ != '-')
				return -EINVAL;
		}
		high = hex_value(*text++);
		low = hex_value(*text++);
		if (high < 0 || low < 0)
			return -EINVAL;
		id->byte[i] = (u8)(high << 4 | low);
	}
	return 0;
}

int tandem_number_parse(const char *text, u64 max, u64 *value)
{
	u64 sum = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -EINVAL;
	for (; *text; text++) {
		u64 digit;

		if (*text < '0' || *text > '9')
			return -EINVAL;
		digit = (u64)(*text - '0');
		if (digit > max || sum > (max - digit) / 10)
			return -EINVAL;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return 0;
}

const char *tandem_leg_state_text(unsigned int state)
{
	return text_of(leg_states, TANDEM_NR_LEG_STATES, state);
}

const char *tandem_array_state_text(unsigned int state)
{
	return text_of(array_states, TANDEM_NR_ARRAY_STATES, state);
}

const char *tandem_sync_kind_text(unsigned int kind)
{
	return text_of(sync_kinds, TANDEM_NR_SYNC_KINDS, kind);
}

const char *tandem_degraded_text(unsigned int policy)
{
	return text_of(policies, TANDEM_NR_DEGRADED, policy);
}

const char *tandem_read_class_text(unsigned int class)
{
	return text_of(read_classes, TANDEM_NR_READ_CLASSES, class);
}

const char *tandem_record_text(unsigned int record)
{
	switch ((enum tandem_record)record) {
	case TANDEM_RECORD_CURRENT:
		return "current";
	case TANDEM_RECORD_REBUILDING:
		return "rebuilding";
	case TANDEM_RECORD_STALE:
		return "stale";
	case TANDEM_RECORD_FAILED:
		return "failed";
	case TANDEM_RECORD_MISSING:
		return "missing";
	}
	return "?";
}

const char *tandem_level_text(unsigned int level)
{
	switch ((enum tandem_level)level) {
	case TANDEM_RAID1:
		return "raid1";
	case TANDEM_RAID10:
		return "raid10";
	}
	return "?";
}

const char *tandem_role_text(unsigned int role)
{
	switch ((enum tandem_role)role) {
	case TANDEM_ROLE_LOG:
		return "log";
	case TANDEM_ROLE_DATA:
		return "data";
	case TANDEM_ROLE_MIXED:
		return "mixed";
	}
	return "?";
}

int tandem_leg_state_parse(const char *text)
{
	return index_of(leg_states, TANDEM_NR_LEG_STATES, text);
}

int tandem_array_state_parse(const char *text)
{
	return index_of(array_states, TANDEM_NR_ARRAY_STATES, text);
}

int tandem_sync_kind_parse(const char *text)
{
	return index_of(sync_kinds, TANDEM_NR_SYNC_KINDS, text);
}

int tandem_degraded_parse(const char *text)
{
	return index_of(policies, TANDEM_NR_DEGRADED, text);
}

int tandem_read_class_parse(const char *text)
{
	return index_of(read_classes, TANDEM_NR_READ_CLASSES, text);
}
