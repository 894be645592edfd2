// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where results, remarks and errors go.
 *
 * An error is one line on stderr, "tandem: object: fact (way out)", or one
 * JSON object there. In JSON mode remarks of the library become part of the
 * result, so that stdout is one document and stderr is empty or an error.
 *
 * A monitoring system is told on stdout: every error of status --check, of the
 * command line as well, is one line "TANDEM UNKNOWN: ..." there, and status 3.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "output.h"

/* Is option @name there, with or without a value? */
static bool has_option(char *const *argv, const char *name)
{
	size_t len = strlen(name);

	for (; *argv && strcmp(*argv, "--"); argv++) {
		if (!strncmp(*argv, name, len) && (!(*argv)[len] || (*argv)[len] == '='))
			return true;
	}
	return false;
}

void cli_output_init(struct cli_output *out, char *const *argv)
{
	const char *debug = getenv("TANDEM_DEBUG");

	out->json = has_option(argv, "--json");
	out->check = *argv && !strcmp(*argv, "status") && has_option(argv, "--check");
	out->debug = debug && *debug;
	out->messages = out->json ? json_object_new_array() : NULL;
}

void cli_output_exit(struct cli_output *out)
{
	json_object_put(out->messages);
	out->messages = NULL;
}

void cli_output_log(void *data, enum tandem_log_level level, const char *line)
{
	struct cli_output *out = data;

	switch (level) {
	case TANDEM_LOG_DEBUG:
		if (out->debug)
			fprintf(stderr, "tandem: debug: %s\n", line);
		return;
	case TANDEM_LOG_NOTICE:
	case TANDEM_LOG_WARNING:
		break;
	}
	if (out->json)
		json_object_array_add(out->messages, json_object_new_string(line));
	else if (level == TANDEM_LOG_WARNING)
		fprintf(stderr, "tandem: warning: %s\n", line);
	else
		printf("%s\n", line);
}

/* One line is one line, whatever name somebody typed. */
static void print_line(FILE *stream, const char *prefix, char *line)
{
	char *at;

	for (at = line; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == 127)
			*at = '?';
	}
	fprintf(stream, "%s: %s\n", prefix, line);
}

int cli_output_status(const struct cli_output *out, enum tandem_code code)
{
	return out->check ? CLI_CHECK_UNKNOWN : (int)code;
}

int cli_output_error(const struct cli_output *out, const struct tandem_error *err)
{
	char line[sizeof(*err)];

	fflush(stdout);
	if (out->json) {
		cli_json_error(err);
		return cli_output_status(out, err->code);
	}
	snprintf(line, sizeof(line), "%s%s%s%s%s%s", err->object, err->object[0] ? ": " : "",
		 err->text, err->hint[0] ? " (" : "", err->hint, err->hint[0] ? ")" : "");
	if (out->check)
		print_line(stdout, "TANDEM UNKNOWN", line);
	else
		print_line(stderr, "tandem", line);
	return cli_output_status(out, err->code);
}

int cli_output_usage(const struct cli_output *out, const char *object, const char *fact)
{
	struct tandem_error err = { .code = TANDEM_CODE_USAGE };

	snprintf(err.object, sizeof(err.object), "%s", object);
	snprintf(err.text, sizeof(err.text), "%s", fact);
	snprintf(err.hint, sizeof(err.hint), "tandem --help");
	return cli_output_error(out, &err);
}
