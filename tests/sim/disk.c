// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of a simulated disk.
 *
 * A write takes effect (shows in reads, is in the cache) either when it is
 * submitted or when it completes, by chance; both ends of what a real disk
 * may do, and with random latencies every order in between. It is durable
 * after a flush that was *issued* after it completed, or at once with FUA.
 *
 * Strict: what a real disk or block layer would mangle silently (a range past
 * the end, half a block, a bio that still has its last error, a submission in
 * interrupt context or under a lock) fails the seed.
 */
#include <stdlib.h>

#include "disk.h"
#include "front.h"
#include "ledger.h"
#include "lostbook.h"
#include "mapbook.h"
#include "oracle.h"
#include "oracle_pace.h"
#include "oracle_read.h"
#include "oracle_rate.h"
#include "sched.h"
#include "slotbook.h"
#include "world.h"

/* More than others take, of whom the slow ones do not need a millisecond. */
#define LAME_TICKS	10000u

static struct sim_disk *disk_of(struct tandem_disk *engine)
{
	return container_of(engine, struct sim_disk, engine);
}

/*
 * What is written in front of the data goes into one page, or into one superblock; but for
 * what a start or a stop makes of a log.
 */
static bool is_whole(const struct bio *bio)
{
	const u32 page = TANDEM_PAGE_BYTES / 512, super = TANDEM_SUPER_BYTES / 512;

	return !front_is_up() || bio_op(bio) == REQ_OP_READ || !bio_sectors(bio) ||
	       bio_sectors(bio) == page || bio_sectors(bio) == super ||
	       bio->bi_iter.bi_sector >= world.super.data_offset_sectors;
}

static void check_submission(struct sim_disk *disk, struct bio *bio)
{
	if (sim_state.irq)
		sim_fail("context", "%s: submission in interrupt context", disk->engine.name);
	if (sim_state.locks)
		sim_fail("lock", "%s: submission under a lock", disk->engine.name);
	if (bio->sim_state != SIM_BIO_READY)
		sim_fail("bio", "%s: submitted while it is in flight, or never set up",
			 disk->engine.name);
	if (bio->bi_status)
		sim_fail("bio", "%s: submitted with the status of its last attempt",
			 disk->engine.name);
	if (bio_end_sector(bio) > disk->engine.size_sectors ||
	    bio->bi_iter.bi_size % disk->engine.logical_block_bytes ||
	    bio->bi_iter.bi_sector % (disk->engine.logical_block_bytes / 512))
		sim_fail("bio", "%s: sectors %llu+%u do not exist or are half a block",
			 disk->engine.name, (unsigned long long)bio->bi_iter.bi_sector,
			 bio_sectors(bio));
	if (bio_op(bio) == REQ_OP_DISCARD)
		sim_fail("I44", "%s: a discard: what it leaves there is up to the disk",
			 disk->engine.name);
	if (!is_whole(bio))
		sim_fail("I48", "%s: %u sectors of metadata at %llu: no page, no superblock",
			 disk->engine.name, bio_sectors(bio),
			 (unsigned long long)bio->bi_iter.bi_sector);
}

static void capture(struct sim_command *command)
{
	u32 i;

	command->content = malloc(command->count * sizeof(u64));
	if (!command->content)
		abort();
	for (i = 0; i < command->count; i++)
		command->content[i] = command->op == REQ_OP_WRITE_ZEROES ? 0 :
			store_content(&command->disk->store, command->sector + i,
				      command->data + 512 * i);
}

static bool touches(const struct sim_span *span, u64 sector)
{
	return span->first < sector + TANDEM_SUPER_BYTES / 512 && span->end > sector;
}

static void note_changes(struct sim_disk *disk)
{
	struct sim_span changed = disk->store.changed;
	struct sim_span shown = disk->store.shown;
	unsigned int slot;

	disk->store.changed = (struct sim_span){ ~0ull, 0 };
	disk->store.shown = (struct sim_span){ ~0ull, 0 };
	for (slot = 0; slot < 2; slot++) {
		if (touches(&shown, disk->slot_sector[slot]))
			ledger_slot_shown(disk, slot);
		if (touches(&changed, disk->slot_sector[slot]))
			ledger_slot_changed(disk, slot);
	}
	logbook_changed(disk, &shown, false);
	logbook_changed(disk, &changed, true);
	mapbook_changed(disk, &shown, false);
	mapbook_changed(disk, &changed, true);
	lostbook_changed(disk, &changed);
}

/*
 * Regions are so few here that a record has all it says in its first sector: it is
 * torn inside of that, where a disk has units small enough to tear a page at all.
 */
static void tear_record(struct sim_command *command)
{
	struct sim_store *store = &command->disk->store;
	u32 kept = 64 * (1 + sim_below(SIM_RANDOM_LOG, 7));
	u8 bytes[512], old[512];

	/* One range is all there within 64 bytes. */
	if (!oracle_is_log(command))
		kept = 40;

	store_get(store, command->content[0], command->sector, bytes);
	store_get(store, store->view[command->sector], command->sector, old);
	memcpy(bytes + kept, old + kept, sizeof(bytes) - kept);
	command->content[0] = store_content(store, command->sector, bytes);
}

/* The data moves: a read gets it, a write puts it where reads see it. */
static void apply(struct sim_command *command, enum sim_survival survival)
{
	struct sim_disk *disk = command->disk;
	struct sim_cached write;
	u32 i;

	command->applied = true;
	if (command->op == REQ_OP_READ) {
		command->losses = disk->losses;
		for (i = 0; i < command->count; i++)
			store_get(&disk->store, disk->store.view[command->sector + i],
				  command->sector + i, command->data + 512 * i);
		return;
	}
	if (!command->content || survival == SIM_NONE)
		return;
	write.first = command->sector;
	write.count = command->count;
	write.content = command->content;
	disk->nr_writes++;
	oracle_leg_write(command);
	if (survival == SIM_SOME && disk->store.unit_sectors == 1 &&
	    (oracle_is_log(command) || lostbook_is_table(command))) {
		tear_record(command);
		if (lostbook_is_table(command))
			survival = SIM_ALL;
	}
	command->stamp = store_write(&disk->store, &write, survival);
	slotbook_set_tearing(survival == SIM_SOME);
	note_changes(disk);
	slotbook_set_tearing(false);
}

static void drop_command(struct sim_command *command)
{
	list_del(&command->node);
	free(command->content);
	free(command);
}

static void finish_well(struct sim_command *command)
{
	struct sim_disk *disk = command->disk;

	if (!command->applied)
		apply(command, SIM_ALL);
	if (command->stamp) {
		store_done(&disk->store, command->stamp, disk->clock);
		if (command->fua)
			store_settle(&disk->store, command->stamp);
	}
	mapbook_acked(command);
	lostbook_finished(command);
	if (command->flush) {
		store_flush(&disk->store, command->issued);
		oracle_copies_flushed(command);
		disk->doubtful = false;
	}
	note_changes(disk);
}

static void finish_badly(struct sim_command *command)
{
	const struct sim_outcome *outcome = &command->outcome;
	struct sim_disk *disk = command->disk;

	if (!command->applied && command->op != REQ_OP_READ)
		apply(command, outcome->survival);
	if (command->stamp)
		store_done(&disk->store, command->stamp, disk->clock);
	oracle_copy_erred(command);
	if (command->flush && !faults_is_retryable(outcome->status)) {
		disk->doubtful = true;
		disk->losses++;
		if (outcome->drop)
			disk_lose(disk, world.options.steered ? SIM_NONE : SIM_SOME);
		oracle_leg_doubtful(disk);
	}
	note_changes(disk);
}

static void complete_command(void *argument)
{
	struct sim_command *command = argument;
	struct sim_disk *disk = command->disk;
	struct bio *bio = command->bio;
	blk_status_t status;

	disk->clock++;
	faults_finish(command, &command->outcome);
	status = command->outcome.status;
	SIM_NOTE(status ? "disk error" : "disk", disk->engine.name,
		 { command->sector, command->count,
		   bio->bi_opf | (u64)status << 32 | (u64)command->flush << 40 });
	if (status)
		finish_badly(command);
	else
		finish_well(command);
	slotbook_ended(command);
	mapbook_ended(command);
	if (!status) {
		oracle_rate_done(command);
		oracle_pace_done(command);
	}
	if (!status && command->op == REQ_OP_READ && command->users)
		oracle_read_ended(command);
	bio->bi_status = status;
	bio->bi_iter.bi_sector += command->count;
	bio->bi_iter.bi_bvec_done += bio->bi_iter.bi_size;
	bio->bi_iter.bi_size = 0;
	drop_command(command);
	bio_endio(bio);
}

static u64 latency(const struct sim_command *command)
{
	u64 ticks = 5 + sim_below(SIM_RANDOM_SCHEDULE, world.options.latency);

	if (command->flush)
		ticks *= 3;
	if (!world.options.steered && !sim_below(SIM_RANDOM_SCHEDULE, 40))
		ticks *= 20;
	ticks *= command->disk->health.slow;
	if (command->op == REQ_OP_READ && command->users &&
	    world.options.lame == command->disk->leg + 1)
		ticks += LAME_TICKS;
	return ticks;
}

static struct sim_command *make_command(struct sim_disk *disk, struct bio *bio)
{
	struct sim_command *command = calloc(1, sizeof(*command));

	if (!command)
		abort();
	command->disk = disk;
	command->bio = bio;
	command->op = bio_op(bio);
	command->flush = command->op == REQ_OP_FLUSH || bio->bi_opf & REQ_PREFLUSH;
	command->fua = bio->bi_opf & REQ_FUA;
	command->sector = bio->bi_iter.bi_sector;
	command->count = bio_sectors(bio);
	command->data = bio->sim_data + bio->bi_iter.bi_bvec_done;
	command->issued = disk->clock++;
	command->sent = sim_now();
	command->at_start = !world.options.steered && sim_chance(SIM_RANDOM_SCHEDULE, 2);
	if (command->flush && command->count)
		sim_fail("bio", "%s: a flush with data on its way to a disk", disk->engine.name);
	return command;
}

/* What a leg is sent of a user's flags (I11): the table is in kernel/io/write.c. */
static void check_flags(const struct sim_disk *disk, const struct bio *bio,
			const struct bio *parent)
{
	const blk_opf_t kept = REQ_FUA | REQ_SYNC | REQ_META | REQ_PRIO | REQ_IDLE |
			       REQ_BACKGROUND | REQ_NOUNMAP;
	blk_opf_t wanted = parent->bi_opf & kept;

	if (world.super.flags & TANDEM_FLAG_WRITE_THROUGH)
		wanted |= REQ_FUA;
	if ((bio->bi_opf & kept) != wanted || bio->bi_opf & REQ_POLLED ||
	    bio->bi_opf & ~parent->bi_opf & REQ_NOWAIT)
		sim_fail("I11", "%s: a request with flags %x is sent with %x", disk->engine.name,
			 parent->bi_opf, bio->bi_opf);
}

static void submit(struct tandem_disk *engine, struct bio *bio, struct bio *parent)
{
	struct sim_disk *disk = disk_of(engine);
	struct sim_command *command;
	struct sim_state outer;

	check_submission(disk, bio);
	if (parent && parent != bio)
		check_flags(disk, bio, parent);
	command = make_command(disk, bio);
	command->users = parent;
	bio->bi_bdev = engine->bdev;
	bio->sim_state = SIM_BIO_IN_FLIGHT;
	list_add_tail(&command->node, &disk->commands);
	oracle_leg_command(command);
	if (command->op != REQ_OP_READ && command->count)
		capture(command);
	faults_decide(command, &command->outcome);
	if (faults_at_once(command)) {
		outer = sim_state;
		sim_state.irq = true;
		complete_command(command);
		sim_state = outer;
		return;
	}
	if (command->at_start && command->count && !disk->health.dead)
		apply(command, command->outcome.survival);
	command->held = disk->held_up;
	if (!command->held)
		sim_after(latency(command), SIM_EVENT_DISK, complete_command, command);
	sim_preempt();
}

static const struct tandem_disk_ops disk_ops = { .submit = submit };

void disk_start(struct sim_disk *disk, unsigned int leg)
{
	disk->leg = leg;
	disk->engine.ops = &disk_ops;
	disk->engine.bdev = &disk->bdev;
	disk->engine.size_sectors = disk->store.sectors;
	snprintf(disk->engine.name, sizeof(disk->engine.name), "disk%u", leg);
	disk->bdev.disk = disk;
	disk->health = (struct sim_health){ .slow = 1 };
	disk->clock = 1;
	disk->nr_writes = 0;
	disk->present = true;
	disk->lossy = false;
	disk->doubtful = false;
	disk->held_up = false;
	disk->slot_sector[0] = TANDEM_SLOT0_BYTES / 512;
	disk->slot_sector[1] = TANDEM_SLOT1_BYTES / 512;
	INIT_LIST_HEAD(&disk->commands);
	store_start(&disk->store);
}

void disk_destroy(struct sim_disk *disk)
{
	if (!disk->store.view)
		return;
	while (!list_empty(&disk->commands))
		drop_command(list_first_entry(&disk->commands, struct sim_command, node));
	store_destroy(&disk->store);
}

void disk_lose(struct sim_disk *disk, enum sim_survival survival)
{
	bool lost = store_lose(&disk->store, survival, true);

	note_changes(disk);
	if (!lost)
		return;
	SIM_NOTE("lost its cache", disk->engine.name, { 0 });
	disk->lossy = true;
}

void disk_power_cut(struct sim_disk *disk)
{
	store_lose(&disk->store, sim_below(SIM_RANDOM_FAULTS, SIM_NR_SURVIVALS), false);
	note_changes(disk);
}

void disk_crash(struct sim_disk *disk, bool power)
{
	struct sim_command *command;

	disk->clock++;
	while (!list_empty(&disk->commands)) {
		command = list_first_entry(&disk->commands, struct sim_command, node);
		if (!command->applied && command->op != REQ_OP_READ && !disk->health.dead)
			apply(command, sim_below(SIM_RANDOM_FAULTS, SIM_NR_SURVIVALS));
		drop_command(command);
	}
	store_abandon(&disk->store);
	if (power)
		disk_power_cut(disk);
	note_changes(disk);
}

static bool is_open(const struct sim_command *command)
{
	return !command->applied && command->content && !command->disk->health.dead;
}

void disk_let_go(struct sim_disk *disk, bool landed)
{
	struct sim_command *command;

	disk->held_up = false;
	list_for_each_entry(command, &disk->commands, node) {
		if (landed && is_open(command))
			apply(command, SIM_ALL);
		if (command->held)
			sim_after(latency(command), SIM_EVENT_DISK, complete_command, command);
		command->held = false;
	}
}

bool disk_is_busy(const struct sim_disk *disk)
{
	return !list_empty(&disk->commands);
}

unsigned int disk_nr_held(const struct sim_disk *disk)
{
	struct sim_command *command;
	unsigned int nr = 0;

	list_for_each_entry(command, &disk->commands, node)
		nr += command->held;
	return nr;
}

unsigned int disk_nr_open(const struct sim_disk *disk)
{
	struct sim_command *command;
	unsigned int nr = 0;

	list_for_each_entry(command, &disk->commands, node)
		nr += is_open(command);
	return nr;
}

void disk_cut(struct sim_disk *disk, unsigned int kept, unsigned int landed, bool torn)
{
	struct sim_store *store = &disk->store;
	struct sim_command *command;

	disk->clock++;
	disk->held_up = false;
	store_abandon(store);
	if (kept != DISK_ALL_OPEN) {
		store_keep(store, kept);
		store_lose(store, SIM_NONE, false);
		note_changes(disk);
	}
	while (!list_empty(&disk->commands)) {
		command = list_first_entry(&disk->commands, struct sim_command, node);
		if (landed && is_open(command)) {
			landed--;
			apply(command, torn && !landed ? SIM_SOME : SIM_ALL);
			store_settle(store, command->stamp);
		}
		drop_command(command);
	}
	note_changes(disk);
}

void disk_rot(struct sim_disk *disk, u64 first)
{
	u64 sector = first + sim_below(SIM_RANDOM_FAULTS, 4);
	u64 rotten = store_content(&disk->store, sector, (const u8[512]){ 0xde, 0xad, sector });

	disk->store.view[sector] = rotten;
	disk->store.durable[sector] = rotten;
	disk->store.changed = (struct sim_span){ sector, sector + 1 };
	disk->store.shown = disk->store.changed;
	note_changes(disk);
}
