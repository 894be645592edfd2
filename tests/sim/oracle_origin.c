// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the copier of a set writes is what the leg that is its source gave it (rule "origin").
 *
 * Legs differ where nobody has written, and where a crash left them; seldom do they just
 * where a copy changes its source between a read and the write of what it gave. So it
 * is not asked what was written, but who was read last at that place: of two reads, for
 * one more may have been sent before the write (io/fetch.c).
 */
#include "front.h"
#include "io/copier.h"
#include "oracle_origin.h"
#include "sched.h"
#include "world.h"

#define NR_READS	2u

static struct {
	u64 sector[NR_READS];	/* of the disk; the last one first */
	unsigned int leg[NR_READS];
} reads[TANDEM_MAX_SETS];

void oracle_origin_read(const struct sim_command *command)
{
	u32 set = world_set_of(command->disk->leg);

	reads[set].sector[1] = reads[set].sector[0];
	reads[set].leg[1] = reads[set].leg[0];
	reads[set].sector[0] = command->sector;
	reads[set].leg[0] = command->disk->leg;
}

void oracle_origin_written(const struct sim_command *command)
{
	u32 set = world_set_of(command->disk->leg);
	const struct tandem_copy *copy;
	unsigned int i;

	if (!front_exists() || command->users || command->op != REQ_OP_WRITE)
		return;
	copy = front_array()->set[set].copy;
	if (copy->zeroes)
		return;
	for (i = 0; i < NR_READS; i++)
		if (reads[set].sector[i] == command->sector)
			break;
	if (i == NR_READS ||
	    copy->source != 1u << (reads[set].leg[i] - set * world.options.legs))
		sim_fail("origin", "set %u: sectors %llu+%u are copied to leg %u, and were not "
			 "read from its source", set, (unsigned long long)command->sector,
			 command->count, command->disk->leg);
}
