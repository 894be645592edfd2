// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop that drives the load, on one thread.
 *
 * A message is published (one commit); when that is durable it is transmitted
 * and completed (another), and a purge deletes what is complete, batch by batch.
 * A commit dirties pages.  Commits that find no room in the log wait in one queue, in
 * order, with the time at which they were meant to arrive: latency counts from
 * there, and no arrival is ever skipped.
 *
 * I-7  A commit is recorded in the journal only after log_first_durable()
 *      handed it out.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "clock.h"
#include "load.h"
#include "load_setup.h"
#include "progress.h"
#include "report.h"

/* Sleep no longer than this, so that a signal that races with the wait is seen. */
#define LONGEST_WAIT_NS (100 * NSEC_PER_MSEC)

static volatile sig_atomic_t interrupted, measured_enough;

static void on_signal(int signal)
{
	if (signal == SIGUSR1)
		measured_enough = 1;
	else
		interrupted = 1;
}

static uint64_t pending_room(const struct load *load)
{
	uint64_t used = load->pending_tail - load->pending_head;
	unsigned int i;

	/*
	 * What is held back wants its place when its pages were read; one that went
	 * on before an older one counts twice for a while.
	 */
	for (i = 0; i < LOAD_MISSES; i++)
		used += load->misses[i].tail - load->misses[i].head;
	return used < LOAD_MAX_PENDING ? LOAD_MAX_PENDING - used : 0;
}

static void push(struct load *load, const struct log_commit *commit)
{
	struct log_commit *pushed = &load->pending[load->pending_tail++ % LOAD_MAX_PENDING];

	*pushed = *commit;
	pushed->len_bytes = model_commit_bytes(&load->model, commit->class, commit->messages);
}

void load_push(void *context, const struct log_commit *commit)
{
	struct load *load = context;

	if (load->phase == LOAD_RUNNING)
		push(load, commit);
}

/* Push a commit now, or when its pages were read: a deep spool is not in the buffer pool. */
static void push_behind_reads(struct load *load, const struct log_commit *commit,
			      enum load_misses who)
{
	uint64_t spool = load->offered - load->movers[MOVER_PURGE].done;

	if (spool > load->options->buffer_pool && misses_room(&load->misses[who]))
		misses_hold(&load->misses[who], commit,
			    model_reads(&load->model, commit->messages));
	else
		push(load, commit);
}

static bool wants_more(const struct load *load)
{
	return load->phase == LOAD_RUNNING && !load->closed_ns &&
	       (!load->options->messages || load->offered < load->options->messages);
}

static void publish(struct load *load, int64_t intended_ns)
{
	push(load, &(struct log_commit) {
		.class = COMMIT_PUBLISH, .message = ++load->offered, .messages = 1,
		.intended_ns = intended_ns,
	});
}

/*
 * Half of the queue is kept for the commits that follow those already under way.
 * An arrival that waited for room is the array's lateness and not the generator's.
 */
static void inject_arrivals(struct load *load, int64_t now_ns)
{
	while (load->options->rate_per_s && wants_more(load) &&
	       pending_room(load) > LOAD_MAX_PENDING / 2) {
		int64_t intended_ns = load->start_ns + schedule_peek(&load->schedule);

		if (intended_ns > now_ns)
			return;
		if (!load->measured_ns && intended_ns > load->blocked_ns)
			hist_record(&load->late, now_ns - intended_ns);
		schedule_advance(&load->schedule);
		publish(load, intended_ns);
	}
	if (pending_room(load) <= LOAD_MAX_PENDING / 2)
		load->blocked_ns = now_ns;
}

static int64_t transmit_ns(const struct load *load)
{
	return (int64_t)(load->options->transmit_ms * (double)NSEC_PER_MSEC);
}

/* What would be complete by now if commits took no time, by the schedule alone. */
static void count_due(struct load *load, int64_t now_ns)
{
	int64_t until_ns = now_ns - load->start_ns - transmit_ns(load);

	while (load->options->rate_per_s && schedule_peek(&load->due_schedule) <= until_ns &&
	       (!load->closed_ns || load->due < load->offered)) {
		schedule_advance(&load->due_schedule);
		load->due++;
	}
}

/* An overdrive ends at a depth; then it is timed how long the spool takes to drain. */
static void overdrive(struct load *load, int64_t now_ns)
{
	uint64_t spool = load->offered - load->movers[MOVER_PURGE].done;

	if (load->options->arrivals != SCHEDULE_OVERDRIVE || load->drained_ns)
		return;
	if (!load->closed_ns && (double)spool >= load->options->overdrive_depth)
		load->closed_ns = now_ns;
	if (load->closed_ns && !spool)
		load->drained_ns = now_ns;
}

/* The log that became durable since the last backup is read when its time has come. */
static void back_up(struct load *load, int64_t now_ns)
{
	if (load->phase != LOAD_RUNNING)
		return;
	if (load->options->log_backup_s && now_ns >= load->log_backup_ns) {
		reader_extend(&load->log_reader, load->log.durable.lsn);
		load->log_backup_ns = now_ns + (int64_t)(load->options->log_backup_s *
							 (double)NSEC_PER_SEC);
	}
	if (load->measure.begun_ns && load->options->full_backup)
		reader_extend(&load->data_reader, load->data_reader.config.used_bytes);
	reader_pump(&load->log_reader);
	reader_pump(&load->data_reader);
}

/* Transmitted messages are completed. */
static void complete_transmitted(struct load *load, int64_t now_ns)
{
	while (load->transmit_head != load->transmit_tail && pending_room(load) >= 2) {
		const struct transmission *sent =
			&load->transmitting[load->transmit_head % LOAD_MAX_PENDING];

		if (sent->due_ns > now_ns)
			return;
		load->transmit_head++;
		if (load->phase == LOAD_RUNNING)
			push_behind_reads(load, &(struct log_commit) {
				.class = COMMIT_COMPLETE, .message = sent->message, .messages = 1,
				.intended_ns = sent->due_ns,
			}, MISSES_DEQUEUE);
	}
}

static uint64_t available(const struct load *load, enum mover_kind kind)
{
	/* A tracked message cannot be purged until its body was copied. */
	if (kind == MOVER_PURGE && !load->movers[MOVER_COPY].off)
		return load->movers[MOVER_COPY].done;
	return load->completed;
}

static void move(struct load *load, int64_t now_ns)
{
	enum mover_kind kind;

	for (kind = 0; kind < MOVERS && load->phase == LOAD_RUNNING && pending_room(load); kind++) {
		struct mover *mover = &load->movers[kind];
		uint64_t messages = mover_next(mover, available(load, kind), now_ns);
		struct log_commit commit = {
			.class = mover->class, .message = mover->done + messages,
			.messages = (uint32_t)messages, .intended_ns = now_ns,
		};

		if (messages && kind == MOVER_PURGE)
			push_behind_reads(load, &commit, MISSES_PURGE);
		else if (messages)
			push(load, &commit);
	}
}

static void append_pending(struct load *load)
{
	while (load->pending_head != load->pending_tail) {
		const struct log_commit *commit =
			&load->pending[load->pending_head % LOAD_MAX_PENDING];
		unsigned int dirtyings;
		uint64_t lsn;

		if (!log_has_room(&load->log, commit->len_bytes)) {
			load->log_stalls += !load->stalled;
			load->stalled = true;
			return;
		}
		load->stalled = false;
		lsn = log_append(&load->log, commit);
		dirtyings = model_dirtyings(&load->model, commit->class, commit->messages);
		while (dirtyings--)
			pages_dirty(&load->pages, model_page(&load->model), lsn);
		load->pending_head++;
	}
}

static void record_commit(struct load *load, const struct log_commit *commit, int64_t now_ns)
{
	int64_t latency_ns = now_ns - commit->intended_ns;

	hist_record(&load->interval, latency_ns);
	if (commit->class <= COMMIT_COMPLETE)
		hist_record(&load->measure.commits, latency_ns);
	if (!load->measured_ns)
		hist_record(&load->latency[commit->class], latency_ns);
	acks_append(&load->acks, &(struct ack_record) {
		.kind = ACK_COMMIT,
		.class = (uint8_t)commit->class,
		.len_bytes = commit->len_bytes,
		.id = commit->message,
		.number = commit->number,
		.lsn = commit->end_lsn,
		.intended_ns = (uint64_t)(commit->intended_ns - load->start_ns),
		.acked_ns = (uint64_t)(now_ns - load->start_ns),
	});
}

/* What a durable commit causes. */
static void follow_up(struct load *load, const struct log_commit *commit, int64_t now_ns)
{
	switch (commit->class) {
	case COMMIT_PUBLISH:
		if (load->transmit_tail - load->transmit_head < LOAD_MAX_PENDING)
			load->transmitting[load->transmit_tail++ % LOAD_MAX_PENDING] =
				(struct transmission) {
					.message = commit->message,
					.due_ns = now_ns + transmit_ns(load),
				};
		break;
	case COMMIT_COMPLETE:
		load->completed++;
		if (load->phase != LOAD_RUNNING)
			break;
		move(load, now_ns);
		if (!load->options->rate_per_s && wants_more(load))
			publish(load, now_ns);
		break;
	case COMMIT_PURGE:
	case COMMIT_TRACK:
	case COMMIT_COPY:
	case COMMIT_IMPORT:
		mover_done(&load->movers[commit->class - COMMIT_PURGE]);
		move(load, now_ns);
		break;
	case COMMIT_CLASSES:
		break;
	}
}

static void release_commits(struct load *load, int64_t now_ns)
{
	const struct log_commit *commit;

	while ((commit = log_first_durable(&load->log)) &&
	       pending_room(load) >= MOVERS + 1) {
		/* Pages in flight and their checkpoint want journal records too. */
		if (acks_room(&load->acks) <= load->pages.taken + 2) {
			load->acks_stalls++;
			return;
		}
		record_commit(load, commit, now_ns);
		follow_up(load, commit, now_ns);
		log_release(&load->log);
	}
}

static void stop_measuring(struct load *load, int64_t now_ns)
{
	if (load->measured_ns)
		return;
	load->measured_ns = now_ns;
	load->offered_measured = load->offered;
	load->completed_measured = load->completed;
	measure_end(load, now_ns);
}

static void stop_running(struct load *load, int64_t now_ns)
{
	stop_measuring(load, now_ns);
	load->phase = LOAD_DRAINING;
	load->ended_ns = now_ns;
	load->pages.stopped = true;
	load->misses[MISSES_DEQUEUE].stopped = true;
	load->misses[MISSES_PURGE].stopped = true;
	load->pending_head = load->pending_tail;
}

/* So many messages behind that no more of this run can change the verdict. */
static bool hopeless(const struct load *load)
{
	const struct options *options = load->options;
	double behind_s = options->give_up_s + options->transmit_ms / 1e3;

	return options->give_up_s && options->rate_per_s &&
	       options->arrivals != SCHEDULE_OVERDRIVE &&
	       (double)(load->offered - load->completed) > options->rate_per_s * behind_s + 100;
}

static void note_error(struct load *load, const char *what, int error)
{
	if (error && !load->stopped_by[0])
		snprintf(load->stopped_by, sizeof(load->stopped_by), "%s: %s", what,
			 strerror(-error));
}

static void note_errors(struct load *load)
{
	note_error(load, "log write", load->log.error);
	note_error(load, "data write or flush", load->pages.error);
	note_error(load, "log read", load->log_reader.error);
	note_error(load, "data read", load->data_reader.error);
	note_error(load, "data read", load->misses[MISSES_DEQUEUE].error);
	note_error(load, "data read", load->misses[MISSES_PURGE].error);
	note_error(load, "journal of acknowledgements", load->acks.error);
}

static bool may_run(struct load *load, int64_t now_ns)
{
	const struct options *options = load->options;

	if (load->stopped_by[0] || interrupted)
		return false;
	if (load->deadline_ns && now_ns >= load->deadline_ns)
		return false;
	load->gave_up = hopeless(load);
	if (load->gave_up || load->drained_ns)
		return false;
	return !options->messages || load->completed < options->messages;
}

/* How often the time allowed for draining has passed. */
static int64_t drain_times(const struct load *load, int64_t now_ns)
{
	return (int64_t)((double)(now_ns - load->ended_ns) /
			 (load->options->drain_s * (double)NSEC_PER_SEC));
}

static bool drained(const struct load *load)
{
	const struct log *log = &load->log;
	bool issued = log->error || log->issued_lsn == log->append_lsn;

	return issued && !log->in_flight && !pages_busy(&load->pages) &&
	       !load->log_reader.in_flight && !load->data_reader.in_flight &&
	       !load->misses[MISSES_DEQUEUE].in_flight && !load->misses[MISSES_PURGE].in_flight &&
	       (load->acks.error || !log_first_durable(log));
}

static void advance_phase(struct load *load, int64_t now_ns)
{
	const struct acks *acks = &load->acks;

	note_errors(load);
	if (measured_enough)
		stop_measuring(load, now_ns);
	switch (load->phase) {
	case LOAD_RUNNING:
		if (!may_run(load, now_ns))
			stop_running(load, now_ns);
		break;
	case LOAD_DRAINING:
		load->hung = drain_times(load, now_ns) >= 1;
		if (!drained(load) && !load->hung)
			break;
		if (acks_room(acks))
			acks_append(&load->acks, &(struct ack_record) {
				.kind = ACK_END,
				.id = load->hung || load->stopped_by[0],
			});
		load->phase = LOAD_ENDING;
		break;
	case LOAD_ENDING:
		if (acks->error || acks->durable == acks->appended ||
		    drain_times(load, now_ns) >= 2)
			load->phase = LOAD_ENDED;
		break;
	case LOAD_ENDED:
		break;
	}
}

static int64_t wait_ns(const struct load *load, int64_t pages_ns, int64_t now_ns)
{
	int64_t wait = LONGEST_WAIT_NS, due_ns;

	if (pages_ns < wait)
		wait = pages_ns;
	if (load->phase == LOAD_RUNNING && load->options->rate_per_s) {
		due_ns = load->start_ns + schedule_peek(&load->schedule) - now_ns;
		if (due_ns < wait)
			wait = due_ns;
	}
	if (load->transmit_head != load->transmit_tail) {
		due_ns = load->transmitting[load->transmit_head % LOAD_MAX_PENDING].due_ns - now_ns;
		if (due_ns < wait)
			wait = due_ns;
	}
	if (load->phase == LOAD_RUNNING && load->deadline_ns &&
	    load->deadline_ns - now_ns < wait)
		wait = load->deadline_ns - now_ns;
	if (log_first_durable(&load->log) && acks_room(&load->acks) && !load->acks.in_flight)
		wait = 0;
	return wait > 0 ? wait : 0;
}

static int64_t warm_until(const struct load *load)
{
	return load->start_ns + (int64_t)(load->options->warm_s * (double)NSEC_PER_SEC);
}

static void step(struct load *load)
{
	int64_t now_ns = clock_now_ns(), pages_ns;

	release_commits(load, now_ns);
	complete_transmitted(load, now_ns);
	inject_arrivals(load, now_ns);
	count_due(load, now_ns);
	overdrive(load, now_ns);
	move(load, now_ns);
	misses_pump(&load->misses[MISSES_DEQUEUE]);
	misses_pump(&load->misses[MISSES_PURGE]);
	back_up(load, now_ns);
	append_pending(load);
	log_pump(&load->log);
	pages_ns = pages_pump(&load->pages, now_ns);
	acks_pump(&load->acks);
	if (now_ns >= load->progress_ns && load->phase == LOAD_RUNNING)
		progress_draw(load, now_ns);
	if (!load->measure.begun_ns && now_ns >= warm_until(load))
		measure_begin(load, now_ns);
	measure_pump(load, now_ns);
	advance_phase(load, now_ns);
	if (load->phase == LOAD_ENDING)
		acks_pump(&load->acks);
	if (load->phase != LOAD_ENDED)
		note_error(load, load->engine->ops->name,
			   engine_enter(load->engine, wait_ns(load, pages_ns, now_ns)));
}

void load_run(struct load *load)
{
	struct sigaction action = { .sa_handler = on_signal };
	uint64_t i;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	/* The default slack of 50 us would make every open-loop arrival late. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	load->start_ns = clock_now_ns();
	load->progress_ns = load->start_ns + NSEC_PER_SEC;
	if (load->options->seconds)
		load->deadline_ns = warm_until(load) +
				    (int64_t)(load->options->seconds * (double)NSEC_PER_SEC);
	for (i = 0; i < load->options->clients && !load->options->rate_per_s; i++)
		if (wants_more(load))
			publish(load, load->start_ns);
	while (load->phase != LOAD_ENDED)
		step(load);
}

bool load_interrupted(void)
{
	return interrupted;
}

int load_command(const struct options *options)
{
	struct load *load = load_open(options);
	bool failed;

	if (!load)
		return 1;
	load_run(load);
	if (load->hung && !load->stopped_by[0])
		snprintf(load->stopped_by, sizeof(load->stopped_by),
			 "I/O still in flight %.10g s after the end", options->drain_s);
	failed = report_load(load) || (load->stopped_by[0] && !options->expect_errors);
	/* Memory that I/O still points to is left to the end of the process. */
	if (!load->hung)
		load_close(load);
	return failed;
}
