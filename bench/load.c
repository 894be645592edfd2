// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop that drives the load, on one thread.
 *
 * A message is published (one commit); when that is durable it is completed
 * (another), and every fifth completion is followed by a purge.  A commit
 * dirties pages.  Commits that find no room in the log wait in one queue, in
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
	return LOAD_MAX_PENDING - (load->pending_tail - load->pending_head);
}

static void push(struct load *load, enum commit_class class, uint64_t message,
		 int64_t intended_ns)
{
	load->pending[load->pending_tail++ % LOAD_MAX_PENDING] = (struct log_commit) {
		.class = class,
		.message = message,
		.intended_ns = intended_ns,
		.len_bytes = load->model.len_bytes[class],
	};
}

static bool wants_more(const struct load *load)
{
	return load->phase == LOAD_RUNNING &&
	       (!load->options->messages || load->offered < load->options->messages);
}

static void publish(struct load *load, int64_t intended_ns)
{
	push(load, COMMIT_PUBLISH, ++load->offered, intended_ns);
}

/* Half of the queue is kept for the commits that follow those already under way. */
static void inject_arrivals(struct load *load, int64_t now_ns)
{
	while (load->options->rate_per_s && wants_more(load) &&
	       pending_room(load) > LOAD_MAX_PENDING / 2) {
		int64_t intended_ns = load->start_ns + schedule_peek(&load->schedule);

		if (intended_ns > now_ns)
			return;
		if (!load->measured_ns)
			hist_record(&load->late, now_ns - intended_ns);
		schedule_advance(&load->schedule);
		publish(load, intended_ns);
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
		dirtyings = model_dirtyings(&load->model, commit->class);
		while (dirtyings--)
			pages_dirty(&load->pages, model_page(&load->model), lsn);
		load->pending_head++;
	}
}

static void record_commit(struct load *load, const struct log_commit *commit, int64_t now_ns)
{
	int64_t latency_ns = now_ns - commit->intended_ns;

	hist_record(&load->interval, latency_ns);
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
		if (load->phase == LOAD_RUNNING)
			push(load, COMMIT_COMPLETE, commit->message, now_ns);
		break;
	case COMMIT_COMPLETE:
		load->completed++;
		if (load->phase != LOAD_RUNNING)
			break;
		if (load->completed % MODEL_PURGE_BATCH == 0)
			push(load, COMMIT_PURGE, commit->message, now_ns);
		if (!load->options->rate_per_s && wants_more(load))
			publish(load, now_ns);
		break;
	case COMMIT_PURGE:
	case COMMIT_CLASSES:
		break;
	}
}

static void release_commits(struct load *load, int64_t now_ns)
{
	const struct log_commit *commit;

	while ((commit = log_first_durable(&load->log)) && pending_room(load) >= 2) {
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
}

static void stop_running(struct load *load, int64_t now_ns)
{
	stop_measuring(load, now_ns);
	load->phase = LOAD_DRAINING;
	load->ended_ns = now_ns;
	load->pages.stopped = true;
	load->pending_head = load->pending_tail;
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
	note_error(load, "journal of acknowledgements", load->acks.error);
}

static bool may_run(const struct load *load, int64_t now_ns)
{
	const struct options *options = load->options;

	if (load->stopped_by[0] || interrupted)
		return false;
	if (load->deadline_ns && now_ns >= load->deadline_ns)
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
	if (load->phase == LOAD_RUNNING && load->deadline_ns &&
	    load->deadline_ns - now_ns < wait)
		wait = load->deadline_ns - now_ns;
	if (log_first_durable(&load->log) && acks_room(&load->acks) && !load->acks.in_flight)
		wait = 0;
	return wait > 0 ? wait : 0;
}

static void step(struct load *load)
{
	int64_t now_ns = clock_now_ns(), pages_ns;

	release_commits(load, now_ns);
	inject_arrivals(load, now_ns);
	append_pending(load);
	log_pump(&load->log);
	pages_ns = pages_pump(&load->pages, now_ns);
	acks_pump(&load->acks);
	if (now_ns >= load->progress_ns && load->phase == LOAD_RUNNING)
		report_progress(load, now_ns);
	advance_phase(load, now_ns);
	if (load->phase == LOAD_ENDING)
		acks_pump(&load->acks);
	if (load->phase != LOAD_ENDED)
		note_error(load, load->engine->ops->name,
			   engine_enter(load->engine, wait_ns(load, pages_ns, now_ns)));
}

static void run(struct load *load)
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
		load->deadline_ns = load->start_ns +
				    (int64_t)(load->options->seconds * (double)NSEC_PER_SEC);
	for (i = 0; i < load->options->clients && !load->options->rate_per_s; i++)
		if (wants_more(load))
			publish(load, load->start_ns);
	while (load->phase != LOAD_ENDED)
		step(load);
}

int load_command(const struct options *options)
{
	struct load *load = load_open(options);
	bool failed;

	if (!load)
		return 1;
	run(load);
	if (load->hung && !load->stopped_by[0])
		snprintf(load->stopped_by, sizeof(load->stopped_by),
			 "I/O still in flight %.10g s after the end", options->drain_s);
	failed = report_load(load) || (load->stopped_by[0] && !options->expect_errors);
	/* Memory that I/O still points to is left to the end of the process. */
	if (!load->hung)
		load_close(load);
	return failed;
}
