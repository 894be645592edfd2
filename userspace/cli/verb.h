/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the verbs of the command line share: the parsed request, and the table
 * that parser, dispatch and help are all driven by.
 */
#ifndef TANDEM_CLI_VERB_H
#define TANDEM_CLI_VERB_H

#include "output.h"
#include "tandem.h"

#define CLI_MAX_ARGS 128u

/* Everything that can be said behind a verb; zero or NULL: not said. */
struct cli_request {
	const char *arg[CLI_MAX_ARGS];
	unsigned int nr_args;
	const char *level;
	const char *role;
	const char *init;
	const char *degraded;
	const char *incremental;
	const char *leg;
	const char *wait_for;
	const char *rate;
	const char *latency_target;
	uint64_t legs;
	uint64_t chunk_bytes;
	uint64_t region_bytes;
	uint64_t recovery_target_ms;
	uint64_t timeout_ms;
	bool timeout_given;
	bool write_through;
	bool discard;
	bool no_activate;
	bool yes;
	bool scan;
	bool read_only;
	bool all;
	bool check;
	bool watch;
	bool regions;
	bool spare;
	bool once;
	uint64_t grace_ms;
	uint64_t settle_ms;
	bool grace_given;
	bool settle_given;
	bool pause;
	bool resume;
	bool dry_run;
	bool json;
	bool help;
};

/**
 * struct cli_verb - one verb
 * @args: synopsis of what is not an option
 * @options: names of its options, between spaces
 * @min_args, @max_args: how many words that are not options
 * @run: exit status
 */
struct cli_verb {
	const char *name;
	const char *args;
	const char *summary;
	const char *options;
	unsigned int min_args;
	unsigned int max_args;
	int (*run)(struct cli_output *out, struct tandem_context *ctx,
		   const struct cli_request *request);
};

/* Verb of that name, or NULL. @later: set if it is one that is still to come. */
const struct cli_verb *cli_verb_find(const char *name, bool *later);

/* All verbs, one line each. */
void cli_verb_overview(void);

int cli_create(struct cli_output *out, struct tandem_context *ctx,
	       const struct cli_request *request);
int cli_assemble(struct cli_output *out, struct tandem_context *ctx,
		 const struct cli_request *request);
int cli_stop(struct cli_output *out, struct tandem_context *ctx,
	     const struct cli_request *request);
int cli_status(struct cli_output *out, struct tandem_context *ctx,
	       const struct cli_request *request);
int cli_examine(struct cli_output *out, struct tandem_context *ctx,
		const struct cli_request *request);
int cli_fail(struct cli_output *out, struct tandem_context *ctx,
	     const struct cli_request *request);
int cli_remove(struct cli_output *out, struct tandem_context *ctx,
	       const struct cli_request *request);
int cli_monitor(struct cli_output *out, struct tandem_context *ctx,
		const struct cli_request *request);
int cli_add(struct cli_output *out, struct tandem_context *ctx,
	    const struct cli_request *request);
int cli_replace(struct cli_output *out, struct tandem_context *ctx,
		const struct cli_request *request);
int cli_grow(struct cli_output *out, struct tandem_context *ctx,
	     const struct cli_request *request);
int cli_forget(struct cli_output *out, struct tandem_context *ctx,
	       const struct cli_request *request);
int cli_rebuild(struct cli_output *out, struct tandem_context *ctx,
		const struct cli_request *request);
int cli_set(struct cli_output *out, struct tandem_context *ctx,
	    const struct cli_request *request);
int cli_wait(struct cli_output *out, struct tandem_context *ctx,
	     const struct cli_request *request);

#endif
