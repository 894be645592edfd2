/* SPDX-License-Identifier: GPL-2.0-only */
/* Results and errors as JSON, schema 1. */
#ifndef TANDEM_CLI_JSON_H
#define TANDEM_CLI_JSON_H

#include <stdbool.h>

#include "output.h"
#include "tandem.h"

/* To stderr: code, message, hint, and the object it is about. */
void cli_json_error(const struct tandem_error *err);

/* To stdout: arrays (@list may be NULL) and messages; @line: on one line. */
void cli_json_arrays(const struct cli_output *out, const struct tandem_status_list *list,
		     bool line);

/* To stdout: what examine found; @regions with the runs of regions. */
void cli_json_examine(const struct cli_output *out, const struct tandem_examine_list *list,
		      bool regions);

/* A line on stdout. */
void cli_json_event(const struct tandem_event *event);

#endif
