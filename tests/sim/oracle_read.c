// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about what legs say: which of those that may be read is read (rule "class").
 *
 * A user's read is sent to a leg only if no leg of a better class could have answered: one
 * that may be read, that has not failed this read, and of which no flush failed since. The
 * classes are those that an administrator set last, by the oracle's own books.
 *
 * Among those of a class, none that sits out while another could have answered (rule "sits");
 * and a leg that takes far longer for reads, where nothing else is wrong, soon sits out.
 *
 * And what a leg said before it failed a flush is no answer after that (K3): the block may be
 * another one by then. A read-only array settles nothing, and the pin answers.
 *
 * Nor is a block read while a copy that erred may have left it in the cache of a leg that
 * stays: the region is unsure until that leg has been flushed (K3).
 *
 * What binds a read more closely (the pin, the home, a lost block) is left to the rules about
 * data: there is nothing left to choose. And while the engine is interrupted at its atomics
 * what it saw and what there is now are two things.
 */
#include "disk.h"
#include "front.h"
#include "io/region.h"
#include "oracle_keep.h"
#include "oracle_read.h"
#include "sched.h"
#include "world.h"

#define NR_REGIONS	64u		/* nobody looks at those behind */
/* Three times what the engine needs to know it. */
#define MOST_LAME	200u
#define BOUND	(TANDEM_REGION_UNSURE | TANDEM_REGION_NEVER | TANDEM_REGION_PARTLY | \
		 TANDEM_REGION_LOST)

/* By the disk's clock, when a copy into a region last erred on a leg; 0: never, or flushed. */
static u64 erred[SIM_MAX_DISKS][NR_REGIONS + 1];

/* Jiffies in which the lame leg was sent reads since it last sat out; the last of them. */
static u32 lame_ticks;
static unsigned long lame_at;

void oracle_read_begin(void)
{
	memset(erred, 0, sizeof(erred));
	lame_ticks = 0;
}

static u32 region_of(u64 sector)
{
	return min_t(u64, sector / world.super.geo.region_sectors, NR_REGIONS);
}

void oracle_copy_erred(const struct sim_command *command)
{
	u64 sector = command->sector - world.super.data_offset_sectors;

	if (command->op == REQ_OP_WRITE && command->count && !command->users &&
	    command->sector >= command->disk->store.data_first &&
	    !faults_is_retryable(command->outcome.status))
		erred[command->disk->leg][region_of(sector)] = command->disk->clock;
}

/* It covers what had ended before it was issued. */
void oracle_copies_flushed(const struct sim_command *command)
{
	u64 *at = erred[command->disk->leg];
	u32 i;

	for (i = 0; i < NR_REGIONS; i++)
		if (at[i] <= command->issued)
			at[i] = 0;
}

static void check_erred(const struct sim_part *part)
{
	struct tandem_set *set = &front_array()->set[part->set];
	u64 legs = front_legs(TANDEM_LEG_CURRENT);
	u32 region = region_of(part->sector);
	unsigned int leg;

	if (region == NR_REGIONS || atomic_read(&set->region[part->request->region]) &
	    (int)(TANDEM_REGION_UNSURE | TANDEM_REGION_PARTLY))
		return;
	for (leg = set->first_leg; leg < set->first_leg + set->nr_legs; leg++)
		if (legs & 1ull << leg && erred[leg][region])
			sim_fail("K3", "region %u of set %u is read, and what a copy left in the "
				 "cache of leg %u was never flushed", region, part->set, leg);
}

/* The lower, the sooner. */
static unsigned int rank(unsigned int leg)
{
	switch (oracle_keep_class(leg)) {
	case TANDEM_READ_PREFERRED:
		return 0;
	case TANDEM_READ_NORMAL:
		return 1;
	case TANDEM_READ_AVOIDED:
	case TANDEM_NR_READ_CLASSES:
		break;
	}
	return 2;
}

static struct sim_part *part_of(const struct sim_command *command)
{
	return container_of(command->users, struct sim_part, bio);
}

/* By now the engine may know of the flush, and must (kernel/io/read.c, is_doubtful()). */
void oracle_read_ended(const struct sim_command *command)
{
	part_of(command)->is_stale = command->losses != command->disk->losses;
}

void oracle_read_given(const struct sim_part *part)
{
	if (front_is_read_only())
		return;
	check_erred(part);
	if (part->is_stale)
		sim_fail("K3", "a read of sectors %llu+%u of set %u is answered with what a leg "
			 "said before it failed a flush", (unsigned long long)part->sector,
			 part->count, part->set);
}

/* Are reads so quick and so alike that a few say which leg is slow? Long ones are not timed. */
static bool is_told_apart(void)
{
	return !faults_injected() && !world.options.slow && !world.options.steered &&
	       world.options.latency <= 100 && world.options.max_sectors <= 64;
}

/* A leg is tried again when its time is over. */
static void check_rest(const struct tandem_leg *leg)
{
	if (leg->set->sitting & leg->bit && !world.options.preemption &&
	    !time_before(jiffies, leg->latency.until + HZ))
		sim_fail("sits", "leg %u sits out for a second longer than it was to", leg->index);
}

/* It is not read for long, where it has peers. */
static void check_lame(const struct tandem_set *set, unsigned int leg, u8 could)
{
	u32 lame = world.options.lame - 1 - set->first_leg;

	if (!is_told_apart() || lame >= set->nr_legs)
		return;
	if (set->sitting & (1u << lame) || could == 1u << lame)
		lame_ticks = 0;
	if (leg - set->first_leg != lame || lame_at == jiffies)
		return;
	lame_at = jiffies;
	if (++lame_ticks > MOST_LAME)
		sim_fail("sits", "leg %u takes far longer than the others, and is read and read",
			 leg);
}

void oracle_read_sent(const struct sim_command *command)
{
	struct sim_part *part = part_of(command);
	const struct tandem_request *request = part->request;
	struct tandem_set *set = request->set;
	unsigned int leg = command->disk->leg;
	unsigned int i;
	u8 could;

	part->is_stale = false;
	if (world.options.preemption || front_is_read_only() ||
	    (u32)atomic_read(&set->region[request->region]) & BOUND)
		return;
	could = TANDEM_READABLE(atomic_read(&set->masks)) & (u8)~request->tried &
		(u8)~TANDEM_SUSPECT(request->doubt);
	for (i = 0; i < set->nr_legs; i++) {
		check_rest(tandem_set_leg(set, i));
		if (could & (1u << i) && rank(set->first_leg + i) < rank(leg))
			sim_fail("class", "leg %u is read, of class %u, though leg %u could "
				 "answer, of class %u", leg, oracle_keep_class(leg),
				 set->first_leg + i, oracle_keep_class(set->first_leg + i));
		if (could & (1u << i) && rank(set->first_leg + i) > rank(leg))
			could &= (u8)~(1u << i);
	}
	if (set->sitting & (1u << (leg - set->first_leg)) && could & ~set->sitting)
		sim_fail("sits", "leg %u is read and sits out, legs %x of its class could answer",
			 leg, could & ~set->sitting);
	check_lame(set, leg, could);
}
