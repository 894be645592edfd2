// SPDX-License-Identifier: GPL-2.0-only
/*
 * tandem: the command line. Verb, options, library, exit status; the meaning of
 * the status is in tandem_error.h and tandem(8).
 */
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "output.h"
#include "verb.h"

static int run(struct cli_output *out, const struct cli_verb *verb, char *const *argv)
{
	struct cli_request request = { .json = false };
	struct tandem_context *ctx;
	struct tandem_error err;
	int ret;

	if (cli_options_parse(verb, argv, &request, &err))
		return cli_output_error(out, &err);
	if (request.help) {
		cli_options_help(verb);
		return TANDEM_CODE_DONE;
	}
	if (tandem_open(&ctx, &err))
		return cli_output_error(out, &err);
	tandem_set_log(ctx, cli_output_log, out);
	ret = verb->run(out, ctx, &request);
	tandem_close(ctx);
	return ret;
}

int main(int argc, char **argv)
{
	const struct cli_verb *verb;
	struct cli_output out;
	bool later;
	int ret;

	cli_output_init(&out, argv + (argc > 1));
	if (argc < 2) {
		ret = cli_output_usage(&out, "tandem", "a verb is missing");
	} else if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		cli_verb_overview();
		ret = TANDEM_CODE_DONE;
	} else if (!strcmp(argv[1], "--version")) {
		printf("tandem %s\n", tandem_version());
		ret = TANDEM_CODE_DONE;
	} else {
		verb = cli_verb_find(argv[1], &later);
		if (verb)
			ret = run(&out, verb, argv + 2);
		else
			ret = cli_output_usage(&out, argv[1],
					       later ? "is not in this version" : "no such verb");
	}
	cli_output_exit(&out);
	/* A result that could not be printed was not delivered. */
	if (fflush(stdout) || ferror(stdout))
		ret = ret ? ret : cli_output_status(&out, TANDEM_CODE_IO);
	return ret;
}
