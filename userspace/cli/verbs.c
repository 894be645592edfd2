// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of verbs. A verb that is named in the manual but still to come is
 * known by name, so that it is not mistaken for a typing error.
 */
#include <stdio.h>
#include <string.h>

#include "verb.h"

#define MANY (CLI_MAX_ARGS - 1)

static const struct cli_verb verbs[] = {
	{ "create", "NAME DEV...", "make an array from disks and start it",
	  "level legs chunk role region-size recovery-target init write-through discard "
	  "no-activate yes dry-run", 1, MANY, cli_create },
	{ "assemble", "[NAME | UUID | DEV...]", "find the legs of an array and start it",
	  "scan incremental degraded read-only dry-run", 0, MANY, cli_assemble },
	{ "stop", "[NAME]", "stop an array", "all dry-run", 0, 1, cli_stop },
	{ "status", "[NAME]", "show active arrays", "check watch", 0, 1, cli_status },
	{ "examine", "DEV...", "show what is on disks; writes nothing", "regions", 1, MANY,
	  cli_examine },
	{ "fail", "NAME LEG", "take a leg out of use", "dry-run", 2, 2, cli_fail },
	{ "add", "NAME DEV", "fill a place with a new disk or with one that was here before",
	  "leg spare yes dry-run", 2, 2, cli_add },
	{ "remove", "NAME LEG", "let go of the disk of a leg that is out of use", "dry-run", 2, 2,
	  cli_remove },
	{ "replace", "NAME LEG DEV", "fill a disk that takes the place of a leg when it is current",
	  "yes dry-run", 3, 3, cli_replace },
	{ "rebuild", "NAME", "steer what is copied in the background, until the array stops",
	  "pause resume rate latency-target dry-run", 1, 1, cli_rebuild },
	{ "set", "NAME KEY=VALUE...", "set latency-target, recovery-target or read-policy, for "
	  "this run and every later one", "dry-run", 2, MANY, cli_set },
	{ "grow", "NAME", "make an array larger whose disks have become larger", "dry-run", 1, 1,
	  cli_grow },
	{ "forget", "DEV...", "erase the superblocks of disks", "yes dry-run", 1, MANY,
	  cli_forget },
	{ "monitor", "[NAME]", "tell what happens to arrays, put legs back, use spares",
	  "once grace settle dry-run", 0, 1, cli_monitor },
	{ "wait", "NAME", "wait until nothing is copied, or all is well", "for timeout", 1, 1,
	  cli_wait },
};

static const char *const later_verbs[] = {
	"scrub", "doctor",
};

const struct cli_verb *cli_verb_find(const char *name, bool *later)
{
	size_t i;

	*later = false;
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	}
	for (i = 0; i < sizeof(later_verbs) / sizeof(*later_verbs); i++) {
		if (!strcmp(later_verbs[i], name))
			*later = true;
	}
	return NULL;
}

void cli_verb_overview(void)
{
	size_t i;

	printf("usage: tandem VERB [OPTIONS] ARGUMENTS...\n\n");
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		printf("  %-9s %-24s %s\n", verbs[i].name, verbs[i].args, verbs[i].summary);
	printf("\nnot in this version:");
	for (i = 0; i < sizeof(later_verbs) / sizeof(*later_verbs); i++)
		printf(" %s", later_verbs[i]);
	printf("\ntandem VERB --help shows the options of a verb; tandem --version the version\n");
}
