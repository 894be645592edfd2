/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes and durations as people type and read them. */
#ifndef TANDEM_CLI_UNITS_H
#define TANDEM_CLI_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* Decimal digits alone; "64K", "1M", "1G", "1T" (powers of 1024, "KiB" too). 0 or -EINVAL */
int cli_number_parse(const char *text, uint64_t *number);
int cli_size_parse(const char *text, uint64_t *bytes);

/* "500ms", "10s", "5m", "1h"; a bare number is seconds. 0 or -EINVAL */
int cli_duration_parse(const char *text, uint64_t *ms);

/* "800us", "5ms", "1s"; a unit must be there. 0 or -EINVAL */
int cli_latency_parse(const char *text, uint64_t *us);

/* "0.3 s", rounded up: what was promised is not to look better than it is. */
void cli_seconds_text(uint64_t ms, char *text, size_t size);

/* "10.0 GiB" */
void cli_size_text(uint64_t bytes, char *text, size_t size);

#endif
