/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a command line to a request, and help, both from one table. */
#ifndef TANDEM_CLI_OPTIONS_H
#define TANDEM_CLI_OPTIONS_H

#include "verb.h"

/**
 * cli_options_parse() - words behind the verb
 * @argv: zero-terminated list
 * Return: 0 or -EINVAL with @err set
 */
int cli_options_parse(const struct cli_verb *verb, char *const *argv,
		      struct cli_request *request, struct tandem_error *err);

void cli_options_help(const struct cli_verb *verb);

#endif
