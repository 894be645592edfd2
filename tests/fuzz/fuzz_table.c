// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever the table line: what is accepted keeps to its limits and is, when
 * it is printed and read again, the same.
 */
#include "core/table.h"
#include "fuzz.h"
#include "unit/words.h"

static struct words words, again;

static void demand_same(const struct tandem_table *a, const struct tandem_table *b)
{
	unsigned int i;

	FUZZ_DEMAND(tandem_id_equal(&a->array, &b->array));
	FUZZ_DEMAND(a->nr_legs == b->nr_legs);
	FUZZ_DEMAND(a->degraded == b->degraded);
	FUZZ_DEMAND(a->rebuild == b->rebuild);
	for (i = 0; i < a->nr_legs; i++)
		FUZZ_DEMAND(!strcmp(a->disk[i], b->disk[i]));
}

static void check(const char *line)
{
	static char text[65536], once_more[65536];
	struct tandem_table table, back;
	const char *why = NULL;
	int len;

	if (!words_split(line, &words))
		return;
	if (tandem_table_parse(words.nr, words.word, &table, &why)) {
		FUZZ_DEMAND(why);
		return;
	}
	FUZZ_DEMAND(table.nr_legs >= 2 && table.nr_legs <= TANDEM_MAX_LEGS);
	FUZZ_DEMAND(table.nr_legs == 64 || !(table.rebuild >> table.nr_legs));
	len = tandem_table_format(&table, text, sizeof(text));
	FUZZ_DEMAND(len > 0 && (size_t)len == strlen(text));
	FUZZ_DEMAND(tandem_table_format(&table, once_more, (size_t)len) == -ENOSPC);
	if (!words_split(text, &again))
		return;
	FUZZ_DEMAND(!tandem_table_parse(again.nr, again.word, &back, NULL));
	demand_same(&table, &back);
	FUZZ_DEMAND(tandem_table_format(&back, once_more, sizeof(once_more)) == len);
	FUZZ_DEMAND(!strcmp(text, once_more));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_line(data, size);

	check(line);
	free(line);
	return 0;
}
