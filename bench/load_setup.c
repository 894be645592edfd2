// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a load: volumes, geometry, memory.  All memory is allocated here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "clock.h"
#include "complain.h"
#include "load_setup.h"
#include "payload.h"

#define LOG_DEFAULT_BYTES (UINT64_C(8) << 30)
#define DATA_DEFAULT_BYTES (UINT64_C(16) << 30)
#define LOG_LEAST_BYTES (UINT64_C(1) << 20)
#define DATA_LEAST_BYTES (UINT64_C(1) << 20)
/* SQL Server's limit for log bytes in flight. */
#define SPAN_BYTES (UINT64_C(3840) << 10)
/* A commit may take at most this share of the log. */
#define LOG_COMMITS 8
/* How SQL Server reads a log to back it up. */
#define LOG_BACKUP_BYTES (120 << 10)
#define LOG_BACKUP_DEPTH 4

static int open_volumes(struct load *load)
{
	const struct options *options = load->options;
	struct volume_request request = {
		.path = options->paths[0],
		.size_bytes = options->log_bytes ? options->log_bytes : options->size_bytes,
		.magic = PAYLOAD_MAGIC,
		.yes = options->yes,
		.claimed = options->claimed,
	};
	int error = volume_open_write(&request, &load->log_volume);

	if (error)
		return error;
	request.path = options->paths[1];
	request.size_bytes = options->data_bytes ? options->data_bytes : options->size_bytes;
	error = volume_open_write(&request, &load->data_volume);
	if (error)
		return error;
	if (volume_same(&load->log_volume, &load->data_volume))
		return complain(-EINVAL, "%s: is the same volume as %s; name two", request.path,
				options->paths[0]);
	return 0;
}

static int open_journal(struct load *load, struct volume *volume)
{
	struct volume_request request = {
		.path = load->options->acks,
		.magic = ACKS_MAGIC,
		.journal = true,
		.yes = load->options->yes,
	};
	int error;

	if (!request.path)
		return 0;
	error = volume_open_write(&request, volume);
	if (error)
		return error;
	if (volume_same(volume, &load->log_volume) || volume_same(volume, &load->data_volume))
		return complain(-EINVAL, "%s: is under test itself; keep the journal elsewhere",
				request.path);
	return 0;
}

/* How much of a volume is used; 0 after an error line. */
static uint64_t used_bytes(const struct volume *volume, uint64_t wanted, uint64_t preset,
			   uint32_t grain)
{
	uint64_t used = wanted ? wanted : preset;

	if (used > volume->size_bytes) {
		if (wanted) {
			complain(-EINVAL, "%s: has only %llu bytes; ask for less", volume->path,
				 (unsigned long long)volume->size_bytes);
			return 0;
		}
		used = volume->size_bytes;
	}
	used -= used % grain;
	if (used < LOG_LEAST_BYTES) {
		complain(-EINVAL, "%s: is too small; give it at least 1 MiB", volume->path);
		return 0;
	}
	return used;
}

static int check_blocks(const struct load *load)
{
	uint32_t sector_bytes = (uint32_t)load->options->sector_bytes;

	if (load->log_volume.block_bytes > sector_bytes ||
	    load->data_volume.block_bytes > sector_bytes)
		return complain(-EINVAL, "%s: has blocks of %u bytes; use --sector %u",
				load->log_volume.block_bytes > sector_bytes ?
				load->log_volume.path : load->data_volume.path, 4096u, 4096u);
	return 0;
}

static void set_log_engine(const struct options *options, struct log_config *config)
{
	config->pad_bytes = config->sector_bytes;
	config->serial = options->log_engine != LOG_SQL;
	if (!config->serial)
		return;
	config->outstanding = 1;
	config->pad_bytes = options->log_engine == LOG_PG ? 8192 : 4096;
}

/* The most messages that a commit of a class is about. */
static uint32_t most_messages(const struct load *load, enum commit_class class)
{
	return class < COMMIT_PURGE ? 1 : (uint32_t)load->movers[class - COMMIT_PURGE].batch;
}

static int init_log(struct load *load)
{
	const struct options *options = load->options;
	struct log_config config = {
		.engine = load->engine,
		.volume = &load->log_volume,
		.run = load->run,
		.sector_bytes = (uint32_t)options->sector_bytes,
		.max_write_bytes = (uint32_t)options->max_write_bytes,
		.outstanding = (unsigned int)options->outstanding,
		.max_commits = LOAD_MAX_COMMITS,
		.registered = options->buffers == BUFFERS_REGISTERED ? 1 : 0,
	};
	unsigned int class;

	set_log_engine(options, &config);
	config.log_bytes = used_bytes(&load->log_volume, options->log_bytes, LOG_DEFAULT_BYTES,
				      config.pad_bytes > 4096 ? config.pad_bytes : 4096);
	if (!config.log_bytes)
		return -EINVAL;
	config.span_bytes = config.log_bytes / 4 < SPAN_BYTES ? config.log_bytes / 4 : SPAN_BYTES;
	config.span_bytes -= config.span_bytes % config.pad_bytes;
	if (config.max_write_bytes > config.span_bytes)
		return complain(-EINVAL, "--max-write: is longer than the %llu bytes that may be "
				"in flight; make the log larger",
				(unsigned long long)config.span_bytes);
	for (class = 0; class < COMMIT_CLASSES; class++) {
		uint32_t len_bytes = model_commit_bytes(&load->model, (enum commit_class)class,
							most_messages(load, class));

		if (len_bytes > config.log_bytes / LOG_COMMITS)
			return complain(-EINVAL, "a commit of %u bytes is too long for the log; "
					"make the log larger or --purge-batch smaller", len_bytes);
	}
	if (log_init(&load->log, &config))
		return complain(-ENOMEM, "out of memory for the log writer");
	return 0;
}

/*
 * A page that is dirtied during one round is written in the next: the steady
 * mode makes two in the time it has.
 */
static int64_t round_ns(const struct options *options)
{
	double rounds = options->checkpoint_mode == CHECKPOINT_INDIRECT ? 2 : 1;

	return (int64_t)(options->checkpoint_s * (double)NSEC_PER_SEC / rounds);
}

static int init_pages(struct load *load, uint64_t nr_pages)
{
	const struct options *options = load->options;
	struct pages_config config = {
		.engine = load->engine,
		.volume = &load->data_volume,
		.log = &load->log,
		.acks = &load->acks,
		.nr_pages = nr_pages,
		.interval_ns = round_ns(options),
		.slow_ns = (int64_t)(options->back_off_ms * (double)NSEC_PER_MSEC),
		.burst = options->checkpoint_mode == CHECKPOINT_AUTO,
		.slots = {
			.run = load->run,
			.sector_bytes = (uint32_t)options->sector_bytes,
			.nr = (unsigned int)options->checkpoint_depth,
			.gather_pages = (unsigned int)(options->gather_bytes / PAGE_BYTES),
			/* Registered memory cannot be written in pieces. */
			.flat = options->flat || options->buffers == BUFFERS_REGISTERED,
			.registered = options->buffers == BUFFERS_REGISTERED ? 2 : 0,
		},
	};

	if (pages_init(&load->pages, &config, clock_now_ns()))
		return complain(-ENOMEM, "out of memory for %llu pages; use a smaller --data-size",
				(unsigned long long)nr_pages);
	return 0;
}

/* The journal says first what the rest of it is about. */
static int begin_journal(struct load *load)
{
	int error = volume_claim(&load->log_volume);

	if (!error)
		error = volume_claim(&load->data_volume);
	if (!error && load->acks.enabled)
		error = volume_claim(&load->acks.volume);
	if (error)
		return error;
	acks_append(&load->acks, &(struct ack_record) {
		.kind = ACK_RUN,
		.id = load->log.config.log_bytes,
		.lsn = load->pages.config.nr_pages * PAGE_BYTES,
		.number = load->log.config.span_bytes,
		.len_bytes = load->log.config.sector_bytes,
	});
	acks_pump(&load->acks);
	while (load->acks.durable < load->acks.appended && !load->acks.error)
		if (engine_enter(load->engine, NSEC_PER_SEC))
			return complain(-EIO, "%s: the engine failed", load->engine->ops->name);
	if (load->acks.error)
		return complain(load->acks.error, "%s: cannot write the journal: %s",
				load->options->acks, strerror(-load->acks.error));
	return 0;
}

static void init_movers(struct load *load)
{
	const struct options *options = load->options;
	uint64_t rows = options->bam_rows, events = options->bam_events;
	double interval_s[MOVERS] = {
		options->purge_s, options->track_s, options->copy_s, 1,
	};
	unsigned int i;

	for (i = 0; i < MOVERS; i++)
		load->movers[i] = (struct mover) {
			.class = (enum commit_class)(COMMIT_PURGE + i),
			.batch = options->purge_batch,
			.interval_ns = (int64_t)(interval_s[i] * (double)NSEC_PER_SEC),
		};
	load->movers[MOVER_TRACK].off = options->tracking == TRACKING_OFF;
	load->movers[MOVER_COPY].off = options->tracking != TRACKING_BODIES;
	load->movers[MOVER_IMPORT].off = !events;
	if (events)
		load->movers[MOVER_IMPORT].batch = rows > events ? rows / events : 1;
}

static int init_readers(struct load *load)
{
	const struct options *options = load->options;
	struct reader_config config = {
		.engine = load->engine,
		.volume = &load->log_volume,
		.used_bytes = load->log.config.log_bytes,
		.block_bytes = LOG_BACKUP_BYTES,
		.depth = LOG_BACKUP_DEPTH,
	};
	int error = reader_init(&load->log_reader, &config);

	config.volume = &load->data_volume;
	config.used_bytes = load->pages.config.nr_pages * PAGE_BYTES;
	config.block_bytes = (uint32_t)options->backup_read_bytes;
	config.depth = (unsigned int)options->backup_depth;
	if (!error)
		error = reader_init(&load->data_reader, &config);
	return error ? complain(error, "out of memory for the backups") : 0;
}

static int init_misses(struct load *load)
{
	struct misses_config config = {
		.engine = load->engine,
		.volume = &load->data_volume,
		.nr_pages = load->pages.config.nr_pages,
		.max_commits = LOAD_MAX_PENDING,
		.depth = (unsigned int)load->options->miss_depth,
		.ready = load_push,
		.context = load,
	};
	unsigned int i;

	for (i = 0; i < LOAD_MISSES; i++) {
		config.seed = load->options->seed + i;
		if (misses_init(&load->misses[i], &config))
			return complain(-ENOMEM, "out of memory for reads of pages");
	}
	return 0;
}

static int pin_buffers(struct load *load)
{
	const struct log_config *log = &load->log.config;
	struct iovec memory[] = {
		{ load->log.memory, (size_t)log->max_write_bytes * log->outstanding },
		{ load->pages.slots.memory, load->pages.slots.memory_bytes },
	};

	if (load->options->buffers != BUFFERS_REGISTERED)
		return 0;
	return engine_pin(load->engine, memory, 2);
}

static void init_model(struct load *load, uint64_t nr_pages)
{
	const struct options *options = load->options;

	model_init(&load->model, &(struct model_config) {
		.seed = options->seed,
		.body_bytes = (uint32_t)options->body_bytes,
		.purge_batch = (uint32_t)options->purge_batch,
		.nr_pages = nr_pages,
		.tracked_bytes = options->tracking ? (uint32_t)options->tracked_bytes : 0,
		.tracked_bodies = options->tracking == TRACKING_BODIES,
		.bam_events = (uint32_t)options->bam_events,
		.law = options->law,
	});
	init_movers(load);
	if (!options->rate_per_s)
		return;
	schedule_init(&load->schedule, &(struct schedule_config) {
		.seed = options->seed,
		.rate_per_s = options->rate_per_s,
		.shape = (enum schedule_shape)options->arrivals,
		.period_s = options->period_s ? options->period_s : options->warm_s +
			    options->seconds,
		.base_share = options->base_share,
		.burst_share = options->burst_share,
		.burst_at_s = options->warm_s + options->burst_at_s,
		.burst_s = options->burst_s,
	});
	load->due_schedule = load->schedule;
}

static int init_load(struct load *load)
{
	const struct options *options = load->options;
	unsigned int depth = (unsigned int)(options->outstanding + options->checkpoint_depth +
					    options->backup_depth +
					    LOAD_MISSES * options->miss_depth) +
			     LOG_BACKUP_DEPTH + 2;
	struct volume journal = { .fd = -1 };
	uint64_t data_bytes, nr_pages;
	int error;

	error = open_volumes(load);
	if (!error)
		error = check_blocks(load);
	if (!error)
		error = open_journal(load, &journal);
	/* From here the journal's descriptor belongs to load->acks. */
	if (acks_init(&load->acks, NULL, &journal, load->run))
		return complain(-ENOMEM, "out of memory for the journal");
	if (!error)
		error = engine_open((enum engine_kind)options->engine, depth, &load->engine);
	if (error)
		return error;
	load->acks.engine = load->engine;
	data_bytes = used_bytes(&load->data_volume, options->data_bytes, DATA_DEFAULT_BYTES,
				PAGE_BYTES);
	nr_pages = data_bytes / PAGE_BYTES;
	if (!nr_pages)
		return -EINVAL;
	if (nr_pages > UINT32_MAX)
		return complain(-EINVAL, "--data-size: at most 32T are supported");
	init_model(load, nr_pages);
	error = init_log(load);
	if (!error)
		error = init_pages(load, nr_pages);
	if (!error)
		error = pin_buffers(load);
	if (!error)
		error = init_readers(load);
	if (!error)
		error = init_misses(load);
	if (!error)
		error = begin_journal(load);
	return error;
}

struct load *load_open(const struct options *options)
{
	struct load *load = calloc(1, sizeof(*load));
	uint32_t nonce;

	if (!load) {
		complain(-ENOMEM, "out of memory");
		return NULL;
	}
	load->options = options;
	load->log_volume.fd = -1;
	load->data_volume.fd = -1;
	load->acks.volume.fd = -1;
	/* Two runs of one number must not be taken for each other. */
	if (getrandom(&nonce, sizeof(nonce), 0) != sizeof(nonce))
		nonce = (uint32_t)clock_now_ns();
	load->run = options->run_id << 32 | nonce;
	load->pending = calloc(LOAD_MAX_PENDING, sizeof(*load->pending));
	load->transmitting = calloc(LOAD_MAX_PENDING, sizeof(*load->transmitting));
	if (!load->pending || !load->transmitting || measure_init(&load->measure, options)) {
		complain(-ENOMEM, "out of memory");
		load_close(load);
		return NULL;
	}
	if (init_load(load)) {
		load_close(load);
		return NULL;
	}
	return load;
}

void load_close(struct load *load)
{
	engine_close(load->engine);
	log_exit(&load->log);
	pages_exit(&load->pages);
	reader_exit(&load->log_reader);
	reader_exit(&load->data_reader);
	misses_exit(&load->misses[MISSES_DEQUEUE]);
	misses_exit(&load->misses[MISSES_PURGE]);
	acks_exit(&load->acks);
	volume_close(&load->log_volume);
	volume_close(&load->data_volume);
	measure_exit(&load->measure);
	free(load->pending);
	free(load->transmitting);
	free(load);
}
