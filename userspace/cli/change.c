// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verbs that change something: parse, call the library, show the result.
 *
 * For people the library's own remarks are the result; as JSON it is the
 * status of the array afterwards, with the remarks as messages.
 */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "units.h"
#include "verb.h"

/* @name: array to show, "" for all, NULL for none. */
static int finish(struct cli_output *out, struct tandem_context *ctx, const char *name)
{
	struct tandem_status_list *list = NULL;
	struct tandem_error ignored;

	if (!out->json)
		return TANDEM_CODE_DONE;
	if (name && tandem_status_get(ctx, *name ? name : NULL, &list, &ignored))
		list = NULL;
	if (list)
		tandem_status_spares(ctx, list, &ignored);
	cli_json_arrays(out, list, false);
	tandem_status_put(list);
	return TANDEM_CODE_DONE;
}

int cli_create(struct cli_output *out, struct tandem_context *ctx,
	       const struct cli_request *request)
{
	struct tandem_create_options opt = {
		.name = request->arg[0],
		.disk = request->arg + 1,
		.nr_disks = request->nr_args - 1,
		.level = request->level,
		.legs = (unsigned int)request->legs,
		.chunk_bytes = request->chunk_bytes,
		.region_bytes = request->region_bytes,
		.recovery_target_ms = request->recovery_target_ms,
		.role = request->role,
		.init = request->init,
		.write_through = request->write_through,
		.discard = request->discard,
		.overwrite = request->yes,
		.no_activate = request->no_activate,
		.dry_run = request->dry_run,
	};
	struct tandem_error err;

	/* The field is narrower than what can be typed. */
	if (request->legs > CLI_MAX_ARGS)
		opt.legs = CLI_MAX_ARGS;
	if (tandem_create(ctx, &opt, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, opt.dry_run || opt.no_activate ? NULL : opt.name);
}

static bool is_path(const char *word)
{
	return strchr(word, '/') != NULL;
}

/* Either one name, or paths, or one of the two options. */
static const char *assemble_wrong(const struct cli_request *request)
{
	unsigned int i, paths = 0;

	for (i = 0; i < request->nr_args; i++)
		paths += is_path(request->arg[i]);
	if (request->scan + (request->incremental != NULL) + (request->nr_args != 0) > 1)
		return "takes a name, disks, --scan or --incremental, one of them";
	if (!request->nr_args && !request->scan && !request->incremental)
		return "needs a name, disks, --scan or --incremental";
	if (paths && paths != request->nr_args)
		return "takes a name or disks, not both";
	if (!paths && request->nr_args > 1)
		return "takes one name; a disk is a path with a slash";
	return NULL;
}

int cli_assemble(struct cli_output *out, struct tandem_context *ctx,
		 const struct cli_request *request)
{
	struct tandem_assemble_options opt = {
		.scan = request->scan,
		.incremental = request->incremental != NULL,
		.degraded = request->degraded,
		.read_only = request->read_only,
		.dry_run = request->dry_run,
	};
	const char *wrong = assemble_wrong(request);
	char name[TANDEM_NAME_MAX] = "";
	struct tandem_error err;

	if (wrong)
		return cli_output_usage(out, "assemble", wrong);
	if (request->incremental) {
		opt.disk = &request->incremental;
		opt.nr_disks = 1;
	} else if (request->nr_args && is_path(request->arg[0])) {
		opt.disk = request->arg;
		opt.nr_disks = request->nr_args;
	} else if (request->nr_args) {
		opt.array = request->arg[0];
	}
	if (tandem_assemble(ctx, &opt, name, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, opt.dry_run ? NULL : name);
}

int cli_stop(struct cli_output *out, struct tandem_context *ctx,
	     const struct cli_request *request)
{
	struct tandem_target target = { .array = request->nr_args ? request->arg[0] : NULL,
					.dry_run = request->dry_run };
	struct tandem_error err;

	if (request->all == (request->nr_args != 0))
		return cli_output_usage(out, "stop", "takes a name or --all");
	if (tandem_stop(ctx, &target, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, NULL);
}

int cli_fail(struct cli_output *out, struct tandem_context *ctx,
	     const struct cli_request *request)
{
	const struct tandem_target target = { .array = request->arg[0], .leg = request->arg[1],
					      .dry_run = request->dry_run };
	struct tandem_error err;

	if (tandem_fail(ctx, &target, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, target.array);
}

int cli_remove(struct cli_output *out, struct tandem_context *ctx,
	       const struct cli_request *request)
{
	const struct tandem_target target = { .array = request->arg[0], .leg = request->arg[1],
					      .dry_run = request->dry_run };
	struct tandem_error err;

	if (tandem_remove(ctx, &target, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, target.array);
}

int cli_add(struct cli_output *out, struct tandem_context *ctx,
	    const struct cli_request *request)
{
	const struct tandem_add_options opt = {
		.array = request->arg[0],
		.disk = request->arg[1],
		.leg = request->leg,
		.overwrite = request->yes,
		.dry_run = request->dry_run,
		.spare = request->spare,
	};
	struct tandem_error err;

	if (tandem_add(ctx, &opt, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, opt.array);
}

int cli_replace(struct cli_output *out, struct tandem_context *ctx,
		const struct cli_request *request)
{
	const struct tandem_replace_options opt = {
		.array = request->arg[0],
		.leg = request->arg[1],
		.disk = request->arg[2],
		.overwrite = request->yes,
		.dry_run = request->dry_run,
	};
	struct tandem_error err;

	if (tandem_replace(ctx, &opt, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, opt.array);
}

int cli_grow(struct cli_output *out, struct tandem_context *ctx,
	     const struct cli_request *request)
{
	const struct tandem_target target = { .array = request->arg[0],
					      .dry_run = request->dry_run };
	struct tandem_error err;

	if (tandem_grow(ctx, &target, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, target.array);
}

int cli_forget(struct cli_output *out, struct tandem_context *ctx,
	       const struct cli_request *request)
{
	const struct tandem_disks disks = {
		.path = request->arg,
		.nr = request->nr_args,
		.overwrite = request->yes,
		.dry_run = request->dry_run,
	};
	struct tandem_error err;

	if (tandem_forget(ctx, &disks, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, NULL);
}

#define LATENCY_WORDS "needs a time, such as 800us or 5ms, or auto"

static int latency_target(const char *text, uint64_t *us)
{
	*us = 0;
	if (!strcmp(text, "auto"))
		return 0;
	return cli_latency_parse(text, us) || !*us ? -1 : 0;
}

int cli_rebuild(struct cli_output *out, struct tandem_context *ctx,
		const struct cli_request *request)
{
	struct tandem_rebuild_options opt = {
		.array = request->arg[0],
		.pause = request->pause,
		.resume = request->resume,
		.rate_bytes_per_s = TANDEM_UNKNOWN,
		.latency_target_us = TANDEM_UNKNOWN,
		.dry_run = request->dry_run,
	};
	struct tandem_error err;

	if (!request->pause && !request->resume && !request->rate && !request->latency_target)
		return cli_output_usage(out, "rebuild", "needs --pause, --resume, --rate or "
					"--latency-target");
	if (request->rate && !strcmp(request->rate, "none"))
		opt.rate_bytes_per_s = 0;
	else if (request->rate && (cli_size_parse(request->rate, &opt.rate_bytes_per_s) ||
				   !opt.rate_bytes_per_s))
		return cli_output_usage(out, "--rate", "needs a size, such as 50M, or none");
	if (request->latency_target &&
	    latency_target(request->latency_target, &opt.latency_target_us))
		return cli_output_usage(out, "--latency-target", LATENCY_WORDS);
	if (tandem_rebuild(ctx, &opt, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, opt.array);
}

static const char *const classes[] = { "normal", "preferred", "avoided" };

#define CLASS_WORDS "needs LEG:normal, LEG:preferred or LEG:avoided, with commas in between"

/* One LEG:CLASS of @len bytes; the number as any other, without zeroes in front. */
static const char *class_one(const char *text, size_t len, const char **of)
{
	const size_t digits = strspn(text, "0123456789");
	unsigned long leg;
	size_t i;

	if (!digits || digits > 3 || text[digits] != ':' || (digits > 1 && *text == '0'))
		return CLASS_WORDS;
	leg = strtoul(text, NULL, 10);
	if (leg >= TANDEM_SET_MAX_LEGS)
		return CLASS_WORDS;
	if (of[leg])
		return "names a leg twice";
	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (len - digits - 1 == strlen(classes[i]) &&
		    !strncmp(text + digits + 1, classes[i], strlen(classes[i])))
			of[leg] = classes[i];
	}
	return of[leg] ? NULL : CLASS_WORDS;
}

static const char *class_list(const char *text, const char **of)
{
	const char *wrong;
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		wrong = class_one(text, len, of);
		if (wrong || !text[len])
			return wrong;
	}
}

/* One KEY=VALUE; @of: read classes by leg. NULL, or what is wrong with it. */
static const char *set_one(const char *word, struct tandem_set_options *opt, const char **of)
{
	static const char *const later[] = { "auto", "discard", "stable", "name" };
	const size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : "";
	size_t i;

	if (len == strlen("latency-target") && !strncmp(word, "latency-target", len)) {
		if (opt->latency_target_us != TANDEM_UNKNOWN)
			return "is given twice";
		return latency_target(value, &opt->latency_target_us) ? LATENCY_WORDS : NULL;
	}
	if (len == strlen("recovery-target") && !strncmp(word, "recovery-target", len)) {
		if (opt->recovery_target_ms != TANDEM_UNKNOWN)
			return "is given twice";
		return cli_duration_parse(value, &opt->recovery_target_ms) ?
		       "needs a time, such as 500ms, 10s or 5m" : NULL;
	}
	if (len == strlen("read-policy") && !strncmp(word, "read-policy", len))
		return class_list(value, of);
	for (i = 0; i < sizeof(later) / sizeof(*later); i++) {
		if (len == strlen(later[i]) && !strncmp(word, later[i], len))
			return "cannot be set in this version";
	}
	return "is nothing to set; KEY=VALUE with latency-target, recovery-target or "
	       "read-policy";
}

int cli_set(struct cli_output *out, struct tandem_context *ctx,
	    const struct cli_request *request)
{
	const char *of[TANDEM_SET_MAX_LEGS] = { NULL };
	struct tandem_set_options opt = {
		.array = request->arg[0],
		.latency_target_us = TANDEM_UNKNOWN,
		.recovery_target_ms = TANDEM_UNKNOWN,
		.dry_run = request->dry_run,
		.read_class = of,
		.nr_read_classes = TANDEM_SET_MAX_LEGS,
	};
	struct tandem_error err;
	const char *wrong;
	unsigned int i;

	for (i = 1; i < request->nr_args; i++) {
		wrong = set_one(request->arg[i], &opt, of);
		if (wrong)
			return cli_output_usage(out, request->arg[i], wrong);
	}
	if (tandem_set(ctx, &opt, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, opt.array);
}

int cli_wait(struct cli_output *out, struct tandem_context *ctx,
	     const struct cli_request *request)
{
	const struct tandem_wait_options opt = {
		.array = request->arg[0],
		.state = request->wait_for,
		.timeout_ms = request->timeout_given ? (int64_t)request->timeout_ms : -1,
	};
	struct tandem_error err;

	if (request->timeout_ms > INT64_MAX / 2)
		return cli_output_usage(out, "--timeout", "is longer than anybody waits");
	if (tandem_wait(ctx, &opt, &err))
		return cli_output_error(out, &err);
	return finish(out, ctx, opt.array);
}
