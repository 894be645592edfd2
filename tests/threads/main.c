// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine on real threads, for the thread sanitizer: writers, readers of their own
 * writes, flushes, the copier, the cleaner and the records of failed legs all at once,
 * on disks whose memory nobody locks.
 *
 *	tandem-threads [--seed N] [--lives N] [--requests N] [--patience SECONDS]
 *
 * Each volume has some lives. In a life the leg that died in the one before is filled
 * while users write; once all is current a leg dies, or is failed by a message; then
 * the array stops. What must be so:
 *
 *	exclusion	the copier and a writer are never in one region: they touch the
 *			same bytes, and the sanitizer says whether the region word
 *			orders them
 *	wake-ups	every request ends, and every wait (a deadline far off)
 *	once		a bio is ended once
 *	record		a write that a leg failed is not acknowledged before another leg's
 *			superblock calls that one failed (K2)
 *	content		a read gives the last acknowledged write; legs that are both
 *			current after a stop are equal (K1, K8)
 *
 * The seed decides what is asked for; in which order it happens is up to the machine.
 */
#include <getopt.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "io/activate.h"
#include "core/table.h"
#include "mt.h"

unsigned int mt_patience_s = 120;

#define WRITERS		3u
#define BATCH		4u		/* requests of a writer under way at once */
#define REGIONS		4u
#define BLOCKS		(REGIONS * MT_REGION_SECTORS / MT_BLOCK_SECTORS)

struct writer {
	unsigned int number;
	pthread_t thread;
	sem_t ended;
	struct mt_op op[BATCH];
	u64 version[BLOCKS];		/* of its own blocks, as last acknowledged */
};

static struct {
	struct tandem_super super;
	struct tandem_array *array;
	struct writer writer[WRITERS];
	u32 requests;			/* each writer sends, in a life */
	u32 sent;			/* atomic */
	u32 die_at;
	u32 dying;			/* atomic: somebody sees to it */
	u64 failed;			/* atomic: legs that have left in this life */
} run;

/* Writes that were acknowledged though a leg failed them; rebuilds that came to an end. */
static u64 nr_held, nr_filled, nr_requests;

void mt_op_end(struct bio *bio)
{
	struct mt_op *op = container_of(bio, struct mt_op, bio);
	struct writer *writer = op->context;
	blk_status_t status = bio->bi_status;
	unsigned int leg;
	u32 episode;

	if (bio_op(bio) == REQ_OP_READ && tandem_request_end(op->request, &status))
		return;
	bio->bi_status = status;
	if (__atomic_exchange_n(&op->done, true, __ATOMIC_RELAXED))
		sim_fail("once", "a request is ended twice");
	for (leg = 0; leg < MT_LEGS && !status; leg++) {
		episode = __atomic_load_n(&op->failed[leg], __ATOMIC_RELAXED);
		if (!episode)
			continue;
		__atomic_fetch_add(&nr_held, 1, __ATOMIC_RELAXED);
		if (__atomic_load_n(&mt_disk[!leg].recorded[leg], __ATOMIC_SEQ_CST) < episode)
			sim_fail("record", "leg %u failed a write, which is acknowledged, and "
				 "no record says so", leg);
	}
	sem_post(&writer->ended);
}

static void start(struct mt_op *op, blk_opf_t opf)
{
	struct bio *bio = &op->bio;
	enum tandem_disposition disposition;
	struct tandem_leg *leg;

	tandem_bio_init_empty(bio);
	bio->bi_opf = opf;
	if (!(opf & REQ_PREFLUSH)) {
		bio->bi_iter.bi_sector = (u64)op->block * MT_BLOCK_SECTORS;
		bio->bi_iter.bi_size = MT_BLOCK_BYTES;
	}
	bio->sim_data = op->buffer;
	bio->bi_end_io = mt_op_end;
	memset(op->failed, 0, sizeof(op->failed));
	__atomic_store_n(&op->done, false, __ATOMIC_RELAXED);
	disposition = tandem_request_map(run.array, op->request, bio);
	if (disposition == TANDEM_MAP_ERROR)
		sim_fail("request", "refused");
	if (disposition == TANDEM_MAP_REMAPPED) {
		leg = tandem_set_leg(op->request->set, op->request->position);
		tandem_disk_submit(leg->disk, bio, bio);
	}
}

static void wait_for(struct writer *writer, unsigned int nr)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += mt_patience_s;
	while (nr--)
		if (sem_timedwait(&writer->ended, &deadline))
			sim_fail("wake-up", "a request never ends");
}

static void fill(u8 *buffer, u32 block, u64 version)
{
	u64 word = (u64)block << 48 | version;
	size_t at;

	for (at = 0; at < MT_BLOCK_BYTES; at += sizeof(word))
		memcpy(buffer + at, &word, sizeof(word));
}

static void check(const u8 *buffer, u32 block, u64 version)
{
	u64 want = (u64)block << 48 | version;
	u64 word;
	size_t at;

	/* Nobody has written there: whatever the disks had. */
	if (!version)
		return;
	for (at = 0; at < MT_BLOCK_BYTES; at += sizeof(word)) {
		memcpy(&word, buffer + at, sizeof(word));
		if (word != want)
			sim_fail("content", "block %u at %zu is %llx instead of %llx", block, at,
				 (unsigned long long)word, (unsigned long long)want);
	}
}

/* All legs are current: one may go. */
static bool is_whole(void)
{
	u32 masks = atomic_read(&run.array->set[0].masks);

	return TANDEM_READABLE(masks) == (1u << MT_LEGS) - 1;
}

/* The leg fails what is sent to it from now on, or is put out by an administrator. */
static void kill_a_leg(void)
{
	unsigned int leg = mt_below(MT_LEGS);
	struct tandem_message message = { .verb = TANDEM_MESSAGE_FAIL, .leg = leg };

	if (__atomic_exchange_n(&run.dying, 1, __ATOMIC_RELAXED))
		return;
	__atomic_fetch_or(&run.failed, 1ull << leg, __ATOMIC_RELAXED);
	if (mt_below(3)) {
		__atomic_fetch_add(&mt_disk[leg].episode, 1, __ATOMIC_SEQ_CST);
		__atomic_store_n(&mt_disk[leg].dead, 1, __ATOMIC_SEQ_CST);
	} else if (tandem_array_message(run.array, &message)) {
		sim_fail("message", "a leg cannot be failed");
	}
}

/* Blocks of a writer are every WRITERSth, so they share each region. */
static u32 own_block(struct writer *writer)
{
	return mt_below(BLOCKS / WRITERS) * WRITERS + writer->number;
}

static bool is_taken(struct writer *writer, unsigned int nr, u32 block)
{
	while (nr--)
		if (writer->op[nr].block == block)
			return true;
	return false;
}

/* Some writes at once, and then what they wrote is read. */
static void write_batch(struct writer *writer)
{
	unsigned int nr = 1 + mt_below(BATCH);
	struct mt_op *op;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		op = &writer->op[i];
		do {
			op->block = own_block(writer);
		} while (is_taken(writer, i, op->block));
		fill(op->buffer, op->block, ++writer->version[op->block]);
		start(op, REQ_OP_WRITE | (mt_below(4) ? 0 : REQ_FUA));
	}
	wait_for(writer, nr);
	for (i = 0; i < nr; i++) {
		op = &writer->op[i];
		if (op->bio.bi_status)
			sim_fail("request", "a write fails, and a leg is left");
		memset(op->buffer, 0x6b, MT_BLOCK_BYTES);
		start(op, REQ_OP_READ);
	}
	wait_for(writer, nr);
	for (i = 0; i < nr; i++) {
		op = &writer->op[i];
		if (op->bio.bi_status)
			sim_fail("request", "a read fails, and a leg is left");
		check(op->buffer, op->block, writer->version[op->block]);
	}
	__atomic_fetch_add(&run.sent, 2 * nr, __ATOMIC_RELAXED);
}

static void flush(struct writer *writer)
{
	start(&writer->op[0], REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC);
	wait_for(writer, 1);
	if (writer->op[0].bio.bi_status)
		sim_fail("request", "a flush fails, and a leg is left");
}

static void *writer_main(void *argument)
{
	struct writer *writer = argument;
	u32 i;

	for (i = 0; i < run.requests; i++) {
		if (mt_below(8))
			write_batch(writer);
		else
			flush(writer);
		if (__atomic_load_n(&run.sent, __ATOMIC_RELAXED) > run.die_at && is_whole())
			kill_a_leg();
	}
	return NULL;
}

static void told(void *context)
{
	(void)context;
}

static void bring_up(u64 rebuild)
{
	struct tandem_array_params params = {
		.array = run.super.array, .nr_legs = MT_LEGS,
		.degraded = TANDEM_DEGRADED_PROVEN, .rebuild = rebuild,
		.tunables = { .log_window = 4, .log_limit = 2, .clean_ms = 2, .ahead = 2 },
		.event = told,
	};
	const char *why = "nothing";
	unsigned int i;
	int error;

	for (i = 0; i < MT_LEGS; i++)
		params.disk[i] = &mt_disk[i].engine;
	if (tandem_array_create(&params, &run.array))
		abort();
	error = tandem_array_load(run.array, &why);
	if (!error)
		error = tandem_array_activate(run.array, &why);
	if (error)
		sim_fail("start", "%s (%d)", why, error);
}

/* Legs that are current hold the same, and that is what was acknowledged. */
static void check_legs(u64 current_legs)
{
	u64 data = 512 * run.super.data_offset_sectors;
	unsigned int leg;
	u32 block;

	for (leg = 0; leg < MT_LEGS; leg++)
		for (block = 0; current_legs >> leg & 1 && block < BLOCKS; block++)
			check(mt_disk[leg].bytes + data + (u64)block * MT_BLOCK_BYTES, block,
			      run.writer[block % WRITERS].version[block]);
}

/* Return: legs that the next life has to fill. */
static u64 live(u64 rebuild)
{
	u64 missing;
	unsigned int i;

	run.sent = 0;
	run.failed = 0;
	run.dying = 0;
	run.die_at = mt_below(WRITERS * run.requests * 2);
	bring_up(rebuild);
	for (i = 0; i < WRITERS; i++)
		if (pthread_create(&run.writer[i].thread, NULL, writer_main, &run.writer[i]))
			abort();
	for (i = 0; i < WRITERS; i++)
		pthread_join(run.writer[i].thread, NULL);
	nr_filled += rebuild && (run.dying || is_whole());
	nr_requests += run.sent;
	tandem_array_end_start(run.array);
	tandem_array_end_finish(run.array);
	missing = (1ull << MT_LEGS) - 1;
	missing &= ~tandem_array_legs_in(run.array, TANDEM_LEG_CURRENT);
	check_legs(~missing);
	tandem_array_destroy(run.array);
	for (i = 0; i < MT_LEGS; i++)
		mt_disk[i].dead = 0;
	return missing;
}

static void run_volume(unsigned int number, u32 lives)
{
	const struct mt_shape shape = {
		.regions = REGIONS, .identical = number & 1, .role_log = number == 2,
		.prompt = number & 2,
	};
	u64 rebuild = 0;
	unsigned int i;

	for (i = 0; i < WRITERS; i++)
		memset(run.writer[i].version, 0, sizeof(run.writer[i].version));
	mt_volume_create(&shape, &run.super);
	while (lives--)
		rebuild = live(rebuild);
	mt_disks_stop();
}

static void make_writers(void)
{
	struct writer *writer;
	unsigned int i, k;

	for (i = 0; i < WRITERS; i++) {
		writer = &run.writer[i];
		writer->number = i;
		sem_init(&writer->ended, 0, 0);
		for (k = 0; k < BATCH; k++) {
			writer->op[k].request = malloc(tandem_request_bytes(MT_LEGS));
			writer->op[k].buffer = malloc(MT_BLOCK_BYTES);
			writer->op[k].context = writer;
			if (!writer->op[k].request || !writer->op[k].buffer)
				abort();
		}
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' }, { "lives", required_argument, NULL, 'l' },
		{ "requests", required_argument, NULL, 'r' },
		{ "patience", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 },
	};
	u64 seed = 1, lives = 10;
	unsigned int i;
	int key;

	run.requests = 60;
	while ((key = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (key == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (key == 'l')
			lives = strtoull(optarg, NULL, 10);
		else if (key == 'r')
			run.requests = strtoull(optarg, NULL, 10);
		else if (key == 'p')
			mt_patience_s = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	mt_random_start(seed);
	make_writers();
	for (i = 0; i < 4; i++)
		run_volume(i, lives);
	printf("%llu requests, %llu acknowledged though a leg failed them, %llu rebuilds\n",
	       (unsigned long long)nr_requests, (unsigned long long)nr_held,
	       (unsigned long long)nr_filled);
	return nr_held && nr_filled ? 0 : 1;
}
