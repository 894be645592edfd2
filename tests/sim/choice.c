// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path of decisions; what it is for is in choice.h.
 *
 * Decision: the world is played again from its creation for every path, not copied
 * at each fork. A run takes less than a copy of its address space would, and a
 * failure is repeated by the same means as the walk itself.
 */
#include "choice.h"

#define MAX_DECISIONS	1024u

static struct {
	struct { u16 value, nr; } at[MAX_DECISIONS];
	u32 nr;			/* decided */
	u32 cursor;		/* of these, asked in this run */
	const char *digits;	/* that the text still fixes */
	char trail[2 * MAX_DECISIONS];
	u32 length;
} path;

static const char digit[] = "0123456789";

void choice_start(void)
{
	path.nr = 0;
	choice_rewind();
}

void choice_rewind(void)
{
	path.cursor = 0;
	path.length = 0;
	path.trail[0] = 0;
	path.digits = "";
}

static void append(char character)
{
	if (path.length + 1 == sizeof(path.trail))
		sim_fail("choice", "one run has more than %u decisions", MAX_DECISIONS);
	path.trail[path.length++] = character;
	path.trail[path.length] = 0;
}

void choice_fix(const char *digits)
{
	path.digits = digits;
}

void choice_mark(char letter, const char *digits)
{
	append(letter);
	choice_fix(digits);
}

const char *choice_trail(void)
{
	return path.trail;
}

u32 choice_of_letter(u32 nr)
{
	if (nr <= 1)
		return 0;
	if (path.cursor == MAX_DECISIONS)
		sim_fail("choice", "one run has more than %u decisions", MAX_DECISIONS);
	if (path.cursor == path.nr) {
		path.at[path.nr].value = 0;
		path.at[path.nr++].nr = nr;
	}
	if (path.at[path.cursor].nr != nr)
		sim_fail("choice", "decision %u had %u ways, and has %u: the run was another one",
			 path.cursor, path.at[path.cursor].nr, nr);
	return path.at[path.cursor++].value;
}

/* A decision has as many digits as its number of ways needs. */
u32 choice_of(u32 nr)
{
	u32 value;

	if (nr <= 1)
		return 0;
	if (nr > 100)
		sim_fail("choice", "a decision with %u ways", nr);
	if (*path.digits >= '0' && *path.digits <= '9') {
		value = *path.digits++ - '0';
		if (nr > 10 && *path.digits)
			value = 10 * value + *path.digits++ - '0';
	} else {
		value = choice_of_letter(nr);
	}
	if (value >= nr)
		sim_fail("choice", "behind %s: %u of %u ways", path.trail, value, nr);
	if (nr > 10)
		append(digit[value / 10]);
	append(digit[value % 10]);
	return value;
}

u64 choice_hash(void)
{
	u64 hash = 0xcbf29ce484222325ull;
	u32 i;

	for (i = 0; i < path.cursor; i++)
		hash = (hash ^ path.at[i].value) * 0x100000001b3ull;
	return hash ^ hash >> 29;
}

bool choice_next(void)
{
	path.nr = path.cursor;
	while (path.nr && ++path.at[path.nr - 1].value == path.at[path.nr - 1].nr)
		path.nr--;
	return path.nr;
}
