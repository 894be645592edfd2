// SPDX-License-Identifier: GPL-2.0-only
/*
 * tandem-bench: how much MessageBox-style write load does an array carry, and
 * is everything still there that was acknowledged?
 *
 *   options.c       the command line    option_rows.c  its tables
 *   mst.c           runs for a search   search.c    bracket, bisect, confirm
 *   figures.c       what a run gave     criteria.c  C1 to C9, slope.c
 *   measure.c       its window          legs.c      what the disks counted
 *   load.c          the loop: messages, commits, pages, the end
 *   log.c           log writer          durable.c   the prefix law
 *   pages.c         checkpointer        model.c     what a message costs
 *   acks.c          journal of acknowledgements, outside the array
 *   verify*.c       judging a log and a data volume by that journal (demand.c)
 *   engine*.c       io_uring and libaio
 */
#include <errno.h>

#include "load.h"
#include "mst.h"
#include "options.h"
#include "verify.h"

int main(int argc, char **argv)
{
	struct options options;
	int error = options_parse(&options, argc, argv);

	if (error)
		return error == -ECANCELED ? 0 : 2;
	switch (options.verb) {
	case VERB_LOAD:
		return load_command(&options);
	case VERB_VERIFY:
		return verify_command(&options);
	case VERB_ACKS:
		return acks_command(&options);
	case VERB_MST:
		return mst_command(&options);
	case VERB_RUN:
		return run_command(&options);
	}
	return 2;
}
