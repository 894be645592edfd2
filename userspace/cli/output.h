/* SPDX-License-Identifier: GPL-2.0-only */
/* Where results, remarks and errors go: text for people, or JSON. */
#ifndef TANDEM_CLI_OUTPUT_H
#define TANDEM_CLI_OUTPUT_H

#include <stdbool.h>

#include "tandem.h"

struct json_object;

/* Exit status of status --check that says: cannot tell. */
#define CLI_CHECK_UNKNOWN 3

/**
 * struct cli_output - one run of the program
 * @json: results and errors as JSON
 * @check: a monitoring system reads stdout and the exit status, nothing else
 * @messages: what the library said, for the JSON result
 */
struct cli_output {
	bool json;
	bool check;
	bool debug;
	struct json_object *messages;
};

/* @argv: from the verb on; what it asks for holds for its own errors, too. */
void cli_output_init(struct cli_output *out, char *const *argv);
void cli_output_exit(struct cli_output *out);

/* tandem_log_fn; data is the struct cli_output. */
void cli_output_log(void *data, enum tandem_log_level level, const char *line);

/* Exit status that stands for @code. */
int cli_output_status(const struct cli_output *out, enum tandem_code code);

/* Prints an error. Return: its exit status */
int cli_output_error(const struct cli_output *out, const struct tandem_error *err);

/* A usage error of the program itself. Return: exit status */
int cli_output_usage(const struct cli_output *out, const char *object, const char *fact);

#endif
