// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes and durations. Strict: a sign, a blank, a fraction or a unit that
 * does not exist is an error and never a guess, and so is an overflow.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "units.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* Digits at the front; what is behind them in @rest. */
static int digits(const char *text, uint64_t *number, const char **rest)
{
	uint64_t value = 0;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		unsigned int digit = (unsigned int)(*text - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return -EINVAL;
		value = value * 10 + digit;
	}
	*number = value;
	*rest = text;
	return 0;
}

static int parse(const char *text, const struct unit *units, uint64_t *result)
{
	const char *rest;
	uint64_t value;

	if (digits(text, &value, &rest))
		return -EINVAL;
	for (; units->name; units++) {
		if (strcmp(rest, units->name))
			continue;
		if (value > UINT64_MAX / units->factor)
			return -EINVAL;
		*result = value * units->factor;
		return 0;
	}
	return -EINVAL;
}

int cli_number_parse(const char *text, uint64_t *number)
{
	static const struct unit units[] = { { "", 1 }, { NULL, 0 } };

	return parse(text, units, number);
}

int cli_size_parse(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "K", 1ull << 10 }, { "k", 1ull << 10 }, { "KiB", 1ull << 10 },
		{ "M", 1ull << 20 }, { "MiB", 1ull << 20 },
		{ "G", 1ull << 30 }, { "GiB", 1ull << 30 },
		{ "T", 1ull << 40 }, { "TiB", 1ull << 40 },
		{ NULL, 0 },
	};

	return parse(text, units, bytes);
}

int cli_duration_parse(const char *text, uint64_t *ms)
{
	static const struct unit units[] = {
		{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "min", 60000 },
		{ "h", 3600000 }, { NULL, 0 },
	};

	return parse(text, units, ms);
}

int cli_latency_parse(const char *text, uint64_t *us)
{
	static const struct unit units[] = {
		{ "us", 1 }, { "ms", 1000 }, { "s", 1000000 }, { NULL, 0 },
	};

	return parse(text, units, us);
}

void cli_seconds_text(uint64_t ms, char *text, size_t size)
{
	uint64_t tenths = ms / 100 + !!(ms % 100);

	snprintf(text, size, "%llu.%llu s", (unsigned long long)tenths / 10,
		 (unsigned long long)tenths % 10);
}

void cli_size_text(uint64_t bytes, char *text, size_t size)
{
	static const char *const names[] = { "KiB", "MiB", "GiB", "TiB", "PiB" };
	unsigned int unit = 0;
	uint64_t tenths = bytes;

	if (bytes < 1024) {
		snprintf(text, size, "%llu B", (unsigned long long)bytes);
		return;
	}
	for (; tenths >= 1024 * 1024 && unit < 4; unit++)
		tenths /= 1024;
	tenths = tenths * 10 / 1024;
	snprintf(text, size, "%llu.%llu %s", (unsigned long long)tenths / 10,
		 (unsigned long long)tenths % 10, names[unit]);
}
