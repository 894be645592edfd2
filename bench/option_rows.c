// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every option with its default, its bounds and its help.  One name may have
 * two rows for different verbs, where a load for a power cut wants another
 * default than a measurement.  Where the defaults of the model come from is
 * told in tandem-bench(1).
 */
#include "option_rows.h"

#define FIELD(member) offsetof(struct options, member)
#define LOADS (VERB_LOAD | VERB_MST | VERB_RUN)
#define JUDGED (VERB_MST | VERB_RUN)
#define REPORTS (LOADS | VERB_VERIFY | VERB_ACKS)

/* Rows are short to read this way: kind and verbs first, then the bounds. */
#define ROW(_name, _argument, _help, _preset, _quick, _field, _least, _most, _kind, _verbs) \
	{ .name = _name, .argument = _argument, .help = _help, .preset = _preset, \
	  .quick = _quick, .offset = FIELD(_field), .least = _least, .most = _most, \
	  .kind = _kind, .verbs = _verbs }
#define FLAG(name, help, member, verbs) \
	ROW(name, NULL, help, NULL, NULL, member, 0, 0, OPTION_FLAG, verbs)
#define WORD(name, words, help, preset, member, verbs) \
	ROW(name, words, help, preset, NULL, member, 0, 0, OPTION_WORD, verbs)

const struct option_row option_rows[] = {
	/* How long, how much. */
	ROW("seconds", "S", "run for this long", NULL, NULL, seconds, 0, 1e7, OPTION_REAL,
	    VERB_LOAD),
	ROW("messages", "N", "or until so many messages are complete", NULL, NULL, messages, 1,
	    1e15, OPTION_COUNT, VERB_LOAD),
	ROW("rate", "R", "messages offered per second, open loop (default: closed loop)", NULL,
	    NULL, rate_per_s, 1e-3, 1e7, OPTION_REAL, VERB_LOAD),
	ROW("rate", "R", "messages offered per second, open loop", NULL, NULL, rate_per_s, 1e-3,
	    1e7, OPTION_REAL, VERB_RUN),
	ROW("clients", "N", "messages under way in a closed loop", "32", NULL, clients, 1, 4096,
	    OPTION_COUNT, VERB_LOAD),
	ROW("duration", "S", "measure each rate for this long", "180", "5", seconds, 0.1, 1e7,
	    OPTION_REAL, JUDGED),
	ROW("warm", "S", "drive each rate for this long before it is measured", "60", "2.5",
	    warm_s, 0, 1e6, OPTION_REAL, JUDGED),
	ROW("sample", "S", "seconds between samples of the spool", "1", "0.25", sample_s, 0.01,
	    60, OPTION_REAL, JUDGED),
	/* The search. */
	FLAG("quick", "short runs, for VMs: other defaults, marked below", quick, JUDGED),
	ROW("estimate", "R", "messages per second to start from (default: try)", NULL, NULL,
	    estimate_per_s, 1e-3, 1e7, OPTION_REAL, VERB_MST),
	ROW("width", "PERCENT", "the search ends when pass and fail are so close", "2", "5",
	    width_percent, 0.1, 50, OPTION_REAL, VERB_MST),
	ROW("confirms", "N", "runs in which the candidate has to pass once more", "3", "1",
	    confirms, 0, 100, OPTION_COUNT, VERB_MST),
	ROW("confirm-duration", "S", "measure for this long when confirming", "1800", "10",
	    confirm_s, 0.1, 1e7, OPTION_REAL, VERB_MST),
	ROW("max-runs", "N", "give up the search after so many runs", "60", "24", max_runs, 1,
	    1000, OPTION_COUNT, VERB_MST),
	ROW("knee-runs", "N", "runs below the MST, to find the knee", "4", "2", knee_runs, 0, 20,
	    OPTION_COUNT, VERB_MST),
	ROW("give-up", "S", "end a run that is so many seconds of messages behind", "5", "1",
	    give_up_s, 0, 1e6, OPTION_REAL, VERB_MST),
	ROW("give-up", "S", "end a run that is so many seconds of messages behind (default: never)",
	    NULL, NULL, give_up_s, 0, 1e6, OPTION_REAL, VERB_RUN),
	/* What a run has to hold. */
	WORD("class", "san|flash", "limits of commit latency: of a SAN or of flash", "san", class,
	     JUDGED),
	ROW("achieved-limit", "SHARE", "C1: completed by offered, at least", "0.995", NULL,
	    limits.achieved, 0, 1, OPTION_REAL, JUDGED),
	ROW("late-limit", "US", "a generator later than this (p99) makes the run invalid", "100",
	    NULL, late_limit_us, 1, 1e9, OPTION_REAL, VERB_LOAD),
	ROW("late-limit", "US", "C1: a generator later than this (p99) makes the run invalid",
	    "100", "2000", late_limit_us, 1, 1e9, OPTION_REAL, JUDGED),
	ROW("slope-limit", "SHARE", "C2: growth of the spool by rate, at most", "0.005", "0.02",
	    limits.slope, 0, 1, OPTION_REAL, JUDGED),
	ROW("depth-limit", "N", "C3: messages in the spool, at most", "500000", NULL,
	    limits.depth, 1, 1e12, OPTION_REAL, JUDGED),
	ROW("commit-mean-limit", "MS", "C5: mean commit latency (default: 10 san, 2 flash)", NULL,
	    NULL, limits.commit_mean_ms, 0, 1e6, OPTION_REAL, JUDGED),
	ROW("commit-p99-limit", "MS", "C5: p99 of commit latency (default: 25 san, 5 flash)", NULL,
	    NULL, limits.commit_p99_ms, 0, 1e6, OPTION_REAL, JUDGED),
	ROW("commit-p999-limit", "MS",
	    "C5: p99.9 of commit latency (default: none san, 15 flash)", NULL, NULL,
	    limits.commit_p999_ms, 0, 1e6, OPTION_REAL, JUDGED),
	ROW("data-mean-limit", "MS", "C6: mean latency of page writes", "10", NULL,
	    limits.data_mean_ms, 0, 1e6, OPTION_REAL, JUDGED),
	ROW("data-second-limit", "MS", "C6: the same in the worst second", "20", NULL,
	    limits.data_second_ms, 0, 1e6, OPTION_REAL, JUDGED),
	ROW("stall-limit", "S", "C8: no I/O takes longer", "15", NULL, limits.stall_s, 0, 1e6,
	    OPTION_REAL, JUDGED),
	/* The model. */
	ROW("body", "SIZE", "size of a message body", "2K", NULL, body_bytes, 0, 16 << 20,
	    OPTION_SIZE, LOADS),
	ROW("transmit", "MS", "a published message is completed so much later", NULL, NULL,
	    transmit_ms, 0, 1e6, OPTION_REAL, VERB_LOAD),
	ROW("transmit", "MS", "a published message is completed so much later", "60", NULL,
	    transmit_ms, 0, 1e6, OPTION_REAL, JUDGED),
	ROW("purge-batch", "N", "messages deleted by one purge commit", "5", NULL, purge_batch, 1,
	    100000, OPTION_COUNT, VERB_LOAD),
	ROW("purge-batch", "N", "messages deleted by one purge commit", "1000", "100",
	    purge_batch, 1, 100000, OPTION_COUNT, JUDGED),
	ROW("purge", "S", "seconds between purge passes (default: purge at once)", NULL, NULL,
	    purge_s, 0, 1e6, OPTION_REAL, VERB_LOAD),
	ROW("purge", "S", "seconds between purge passes", "10", "0.5", purge_s, 0, 1e6,
	    OPTION_REAL, JUDGED),
	/* The log. */
	ROW("outstanding", "N", "log writes in flight (SQL Server: 32, later 112)", "32", NULL,
	    outstanding, 1, 1024, OPTION_COUNT, LOADS),
	ROW("max-write", "SIZE", "longest log write", "60K", NULL, max_write_bytes, 4096, 1 << 20,
	    OPTION_SIZE, LOADS),
	ROW("sector", "SIZE", "log writes are padded to this: 512 or 4096", "512", NULL,
	    sector_bytes, 512, 4096, OPTION_SIZE, LOADS),
	ROW("log-size", "SIZE", "use so much of the log volume (default: all, at most 8G)", NULL,
	    NULL, log_bytes, 1 << 20, 1e15, OPTION_SIZE, LOADS),
	/* The data. */
	ROW("checkpoint", "S", "a dirty page is written within this time", "60", NULL, checkpoint_s,
	    0.01, 1e6, OPTION_REAL, VERB_LOAD),
	ROW("checkpoint", "S", "C7: a dirty page is written within this time", "60", "1",
	    checkpoint_s, 0.01, 1e6, OPTION_REAL, JUDGED),
	WORD("checkpoint-mode", "indirect|auto",
	     "steadily, or in a burst at the beginning of that time", "indirect",
	     checkpoint_mode, LOADS),
	ROW("checkpoint-depth", "N", "page writes in flight", "64", NULL, checkpoint_depth, 1,
	    1024, OPTION_COUNT, LOADS),
	ROW("data-size", "SIZE", "use so much of the data volume (default: all, at most 16G)",
	    NULL, NULL, data_bytes, 1 << 20, 1e15, OPTION_SIZE, LOADS),
	/* Everything else. */
	ROW("size", "SIZE", "create or grow both volumes to this, where they are files", NULL,
	    NULL, size_bytes, 1 << 20, 1e15, OPTION_SIZE, LOADS),
	WORD("engine", "uring|aio", "how I/O is issued", "uring", engine, LOADS),
	ROW("seed", "N", "seed of all random choices", "1", NULL, seed, 0, 1.8e19, OPTION_COUNT,
	    LOADS),
	ROW("run-id", "N", "your number for this run; 32 random bits are added", "0", NULL,
	    run_id, 0, 4294967295.0, OPTION_COUNT, LOADS),
	ROW("acks", "FILE", "journal of acknowledgements: a file or device outside the array",
	    NULL, NULL, acks, 0, 0, OPTION_TEXT, VERB_LOAD | VERB_RUN | VERB_VERIFY),
	ROW("drain-timeout", "S", "wait so long for I/O in flight at the end", "60", NULL,
	    drain_s, 0.1, 1e6, OPTION_REAL, LOADS),
	FLAG("expect-errors", "an I/O error ends the load but is no failure (power cuts)",
	     expect_errors, VERB_LOAD),
	FLAG("yes", "write to a block device, or over a file that is not the benchmark's", yes,
	     LOADS),
	FLAG("quiet", "no progress", quiet, LOADS),
	FLAG("list", "print every record", list, VERB_ACKS),
	ROW("json", "FILE", "write the report as JSON too; - is stdout, in place of the text",
	    NULL, NULL, json, 0, 0, OPTION_TEXT, REPORTS),
};

const unsigned int nr_option_rows = sizeof(option_rows) / sizeof(option_rows[0]);

const struct verb_row verb_rows[] = {
	{ "load", "LOGDEV DATADEV", "drive the MessageBox load", 2, VERB_LOAD },
	{ "verify", "LOGDEV DATADEV", "is everything there that was acknowledged?", 2,
	  VERB_VERIFY },
	{ "acks", "FILE", "count a journal of acknowledgements", 1, VERB_ACKS },
	{ "mst", "LOGDEV DATADEV", "search the highest rate that can be sustained", 2, VERB_MST },
	{ "run", "LOGDEV DATADEV", "measure one rate and judge it", 2, VERB_RUN },
};

const unsigned int nr_verb_rows = sizeof(verb_rows) / sizeof(verb_rows[0]);
