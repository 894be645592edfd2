// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever the status line: what is accepted is, when it is printed and read
 * again, the same.
 */
#include "core/status.h"
#include "fuzz.h"

static void check(const char *line)
{
	static struct tandem_status status, back;
	static char text[16384];
	int len;

	if (tandem_status_parse(line, &status))
		return;
	FUZZ_DEMAND(status.nr_legs >= 2 && status.nr_legs <= TANDEM_MAX_LEGS);
	FUZZ_DEMAND(status.log.present || (!status.log.dirty_regions && !status.log.waits));
	len = tandem_status_format(&status, text, sizeof(text));
	FUZZ_DEMAND(len > 0 && (size_t)len == strlen(text));
	FUZZ_DEMAND(!tandem_status_parse(text, &back));
	FUZZ_DEMAND(!memcmp(&status, &back, sizeof(status)));
	FUZZ_DEMAND(tandem_status_format(&status, text, (size_t)len) == -ENOSPC);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_line(data, size);

	check(line);
	free(line);
	return 0;
}
