// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault model. Everything in it may happen in any seed that has it
 * switched on; whatever the array then loses is a bug of the array.
 *
 * A disk
 *  1. keeps what was flushed or written with FUA, except where 7 says so;
 *  2. loses or keeps what is in its cache unit by unit (512 bytes or 4 KiB)
 *     when its power goes; older never over newer in one unit;
 *  3. may tear a write that is under way when power goes or that fails: any
 *     of its units may have landed, in the cache or for good. (A record of the
 *     intent log is so short here that its first sector tears, too);
 *  4. answers a command with any error; a failed write may have landed wholly,
 *     partly or not at all, but never lands after its answer. An error that
 *     says "not now" or "not this" means that no block was touched;
 *  5. that fails a flush may have dropped from its cache what was completed
 *     before, unit by unit, and answers the next flush with success;
 *  6. may die: every command fails from then on, what was under way fails and
 *     may have landed; with or without its cache. It may be back, as it was,
 *     at the next start of the array, never before;
 *  7. may lose one sector of *one* superblock slot while the array is down,
 *     and may have data sectors that cannot be read until they are written;
 *  8. may be slow, and completes commands in any order, but has applied a
 *     write before a command that was submitted after its completion.
 *
 * Outside the model: a disk that lies about a flush or FUA; that loses its
 * cache between two good commands; that brings back an old image of itself (but
 * see rollback.h: it must be found out, not lived with); that returns wrong data;
 * both slots of a superblock rotting.
 */
#include "disk.h"
#include "mishap.h"
#include "oracle.h"
#include "sched.h"

static struct {
	const struct sim_options *options;
	bool on;
	u64 injected;
} faults;

static const blk_status_t device_errors[] = {
	BLK_STS_IOERR, BLK_STS_IOERR, BLK_STS_TIMEOUT, BLK_STS_NOSPC, BLK_STS_TRANSPORT,
	BLK_STS_MEDIUM, BLK_STS_RESV_CONFLICT, BLK_STS_OFFLINE, BLK_STS_DEV_RESOURCE, 99,
};

static const blk_status_t retryable_errors[] = { BLK_STS_RESOURCE, BLK_STS_AGAIN };

static const blk_status_t caller_errors[] = {
	BLK_STS_NOTSUPP, BLK_STS_TARGET, BLK_STS_PROTECTION, BLK_STS_INVAL,
};

static u32 below(u32 n)
{
	return sim_below(SIM_RANDOM_FAULTS, n);
}

void faults_start(const struct sim_options *options)
{
	faults.options = options;
	faults.on = true;
	faults.injected = 0;
}

void faults_stop(void)
{
	faults.on = false;
}

void faults_pause(bool pause)
{
	faults.on = !pause;
}

bool faults_are_on(void)
{
	return faults.on;
}

u64 faults_injected(void)
{
	return faults.injected;
}

static bool is_meta(const struct sim_command *command)
{
	return command->sector < command->disk->store.data_first && !command->flush;
}

static u32 rate_of(const struct sim_command *command)
{
	if (command->flush)
		return faults.options->flush_error;
	if (is_meta(command))
		return command->op == REQ_OP_READ ? faults.options->load_error :
			faults.options->meta_error;
	return command->op == REQ_OP_READ ? faults.options->read_error :
		faults.options->write_error;
}

static blk_status_t draw_error(const struct sim_command *command)
{
	if (faults.options->caller_error && command->users && !command->flush && !below(3))
		return caller_errors[below(ARRAY_SIZE(caller_errors))];
	if (faults.options->retryable && !below(3))
		return retryable_errors[below(ARRAY_SIZE(retryable_errors))];
	return device_errors[below(ARRAY_SIZE(device_errors))];
}

/* These mean that no device has seen the command. */
bool faults_is_retryable(blk_status_t status)
{
	return status == BLK_STS_RESOURCE || status == BLK_STS_AGAIN;
}

static void maybe_fall_ill(struct sim_disk *disk, const struct sim_command *command)
{
	const struct sim_options *options = faults.options;

	if (sim_chance(SIM_RANDOM_FAULTS, options->death * 4)) {
		disk->health.dead = true;
		disk->health.dead_status = device_errors[below(ARRAY_SIZE(device_errors))];
		SIM_NOTE("dies", disk->engine.name, { command->sector });
		if (options->power && below(2))
			disk_lose(disk, SIM_SOME);
		oracle_leg_doubtful(disk);
	}
	if (sim_chance(SIM_RANDOM_FAULTS, options->bad_range * 4) && !disk->health.bad_count &&
	    !is_meta(command)) {
		disk->health.bad_first = command->sector;
		disk->health.bad_count = 1 + below(max(command->count, 1u));
		SIM_NOTE("unreadable", disk->engine.name,
			 { disk->health.bad_first, disk->health.bad_count });
	}
	if (sim_chance(SIM_RANDOM_FAULTS, options->slow * 4))
		disk->health.slow = disk->health.slow > 1 ? 1 : 2 + below(300);
}

static bool is_unreadable(const struct sim_command *command)
{
	const struct sim_health *health = &command->disk->health;

	return command->op == REQ_OP_READ && health->bad_count &&
	       command->sector < health->bad_first + health->bad_count &&
	       health->bad_first < command->sector + command->count;
}

static void heal_by_write(const struct sim_command *command)
{
	struct sim_health *health = &command->disk->health;

	if (command->op != REQ_OP_READ && command->sector <= health->bad_first &&
	    command->sector + command->count >= health->bad_first + health->bad_count)
		health->bad_count = 0;
}

/* The disk says that it does not do this: it has not touched a block. */
static bool is_refusal(blk_status_t status)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caller_errors); i++)
		if (caller_errors[i] == status)
			return true;
	return false;
}

static void count(struct sim_disk *disk, blk_status_t status)
{
	faults.injected++;
	disk->health.injected++;
	disk->health.refused += is_refusal(status);
	disk->health.harmed += !faults_is_retryable(status);
}

static u32 draw_survival(blk_status_t status)
{
	if (!faults.options->landed || faults_is_retryable(status) || is_refusal(status))
		return SIM_NONE;
	return below(SIM_NR_SURVIVALS);
}

/* True: @command errs because it was ordered to. */
static bool obey(struct sim_command *command, struct sim_outcome *outcome)
{
	struct sim_health *health = &command->disk->health;
	u8 *order = NULL;

	if (command->flush)
		order = &health->fail_flush;
	else if (command->op != REQ_OP_READ && !is_meta(command))
		order = &health->fail_write;
	else if (command->op != REQ_OP_READ && health->no_meta)
		outcome->survival = SIM_NONE;
	outcome->status = BLK_STS_IOERR;
	if (order && *order) {
		if (*order == SIM_ORDER_BUSY)
			outcome->status = BLK_STS_RESOURCE;
		if (command->flush && health->wants_table)
			mishap_want_table(command->disk->leg);
		outcome->survival = *order == SIM_ORDER_LANDED ? SIM_ALL : SIM_NONE;
		outcome->drop = command->flush && *order == SIM_ORDER_LOST;
		*order = SIM_ORDER_NONE;
	} else if (outcome->survival == SIM_ALL) {
		outcome->status = BLK_STS_OK;
		return false;
	}
	return true;
}

/* Who will not wait is told to come again; and again, as long as he will not. */
static bool is_refused(struct sim_command *command)
{
	if (!(command->bio->bi_opf & REQ_NOWAIT) || !command->users)
		return false;
	command->users->sim_refused = command->users->sim_refused || !below(16);
	return command->users->sim_refused;
}

void faults_decide(struct sim_command *command, struct sim_outcome *outcome)
{
	struct sim_disk *disk = command->disk;

	outcome->status = BLK_STS_OK;
	outcome->survival = SIM_ALL;
	outcome->drop = false;
	if (obey(command, outcome))
		return;
	if (command->op == REQ_OP_WRITE_ZEROES && disk->health.no_write_zeroes) {
		outcome->status = BLK_STS_NOTSUPP;
		outcome->survival = SIM_NONE;
	} else if (is_unreadable(command)) {
		outcome->status = BLK_STS_MEDIUM;
	} else if (faults.on && sim_chance(SIM_RANDOM_FAULTS, rate_of(command))) {
		outcome->status = draw_error(command);
		outcome->survival = draw_survival(outcome->status);
		outcome->drop = command->flush && faults.options->dropped && below(2) &&
				!faults_is_retryable(outcome->status);
	} else if (is_refused(command)) {
		outcome->status = BLK_STS_AGAIN;
		outcome->survival = SIM_NONE;
	}
}

void faults_finish(struct sim_command *command, struct sim_outcome *outcome)
{
	struct sim_disk *disk = command->disk;

	if (faults.on)
		maybe_fall_ill(disk, command);
	if (disk->health.dead && !outcome->status) {
		outcome->status = disk->health.dead_status;
		outcome->survival = faults.options->steered ? SIM_NONE : below(SIM_NR_SURVIVALS);
	}
	if (outcome->status)
		count(disk, outcome->status);
	else
		heal_by_write(command);
}

bool faults_at_once(struct sim_command *command)
{
	return faults.options->at_once &&
	       (command->disk->health.dead || (faults.on && !below(20)));
}

void faults_heal(struct sim_disk *disk)
{
	disk->health.dead = false;
	disk->health.slow = 1;
	disk->health.fail_write = SIM_ORDER_NONE;
	disk->health.fail_flush = SIM_ORDER_NONE;
	disk->health.wants_table = false;
	disk->health.no_meta = false;
}
