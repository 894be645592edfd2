/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libtandem: create, assemble and look after tandem arrays.
 *
 * Every function returns 0 or a negative errno and, on error, fills a struct
 * tandem_error with what a person needs: the object, the fact, the way out,
 * and the class that the command line returns as its exit status. The library
 * never prints, never exits and leaves errno as it was. A context belongs to
 * one thread at a time. Names (of levels, roles, states) are text, the same
 * that people type and read; numbers that are not known are TANDEM_UNKNOWN.
 * Looking is in tandem_status.h (active arrays) and tandem_examine.h (disks), steering
 * of what is copied in tandem_rebuild.h, another disk for a leg in tandem_replace.h.
 */
#ifndef TANDEM_H
#define TANDEM_H

#include <stdbool.h>
#include <stdint.h>

#include "tandem_error.h"

struct tandem_context;

#define TANDEM_UNKNOWN UINT64_MAX

/* DEBUG is for bug reports; NOTICE says what was, or would be, done. */
enum tandem_log_level { TANDEM_LOG_DEBUG, TANDEM_LOG_NOTICE, TANDEM_LOG_WARNING };
typedef void (*tandem_log_fn)(void *data, enum tandem_log_level level, const char *line);

const char *tandem_version(void);
int tandem_open(struct tandem_context **ctx, struct tandem_error *err);
void tandem_close(struct tandem_context *ctx);
void tandem_set_log(struct tandem_context *ctx, tandem_log_fn log, void *data);

/**
 * struct tandem_create_options - a new array; zero or NULL means the default
 * @level: "raid1" or "raid10"
 * @disk: paths, set by set; "missing" leaves a place empty
 * @legs: per set
 * @role: "log", "data" or "mixed"
 * @init: "lazy", "zero" or "identical"
 * @overwrite: destroy what the disks hold
 * @no_activate: only write the superblocks
 */
struct tandem_create_options {
	const char *name;
	const char *level;
	const char *const *disk;
	unsigned int nr_disks;
	unsigned int legs;
	uint64_t chunk_bytes;
	uint64_t region_bytes;
	uint64_t recovery_target_ms;
	const char *role;
	const char *init;
	bool write_through;
	bool discard;
	bool overwrite;
	bool no_activate;
	bool dry_run;
};
int tandem_create(struct tandem_context *ctx, const struct tandem_create_options *opt,
		  struct tandem_error *err);

/**
 * struct tandem_assemble_options - which array, and how
 * @array: name or UUID, looked for on every disk; or
 * @disk: exactly these; or both absent: @scan, every array there is
 * @incremental: @disk is one leg that has just appeared; the others are
 *	looked for; not all there yet is -EAGAIN, TANDEM_CODE_WAITING
 * @degraded: "never", "proven" (default) or "force"
 */
struct tandem_assemble_options {
	const char *array;
	const char *const *disk;
	unsigned int nr_disks;
	bool scan;
	bool incremental;
	const char *degraded;
	bool read_only;
	bool dry_run;
};

/* @name, if not NULL: TANDEM_NAME_MAX bytes for the array's name, "" if several. */
#define TANDEM_NAME_MAX 64
int tandem_assemble(struct tandem_context *ctx, const struct tandem_assemble_options *opt,
		    char *name, struct tandem_error *err);

/**
 * struct tandem_target - what a verb works on
 * @array: name or UUID; NULL means all where a verb allows that
 * @leg: number, or path of the disk that fills it
 */
struct tandem_target {
	const char *array;
	const char *leg;
	bool dry_run;
};
int tandem_stop(struct tandem_context *ctx, const struct tandem_target *target,
		struct tandem_error *err);
int tandem_fail(struct tandem_context *ctx, const struct tandem_target *target,
		struct tandem_error *err);

/* As tandem_fail(): the leg leaves the table, so that its disk can be pulled. */
int tandem_remove(struct tandem_context *ctx, const struct tandem_target *target,
		  struct tandem_error *err);

/* As far as the disks of all legs, which must be current, have become larger. */
int tandem_grow(struct tandem_context *ctx, const struct tandem_target *target,
		struct tandem_error *err);

/*
 * @leg: place to fill, or NULL; @overwrite: destroy what the disk holds; @spare: only
 * prepare it, for tandem_monitor_pass() to take when a leg has failed
 */
struct tandem_add_options {
	const char *array;
	const char *disk;
	const char *leg;
	bool overwrite;
	bool dry_run;
	bool spare;
};
int tandem_add(struct tandem_context *ctx, const struct tandem_add_options *opt,
	       struct tandem_error *err);

/* Paths of disks; the strings stay the caller's. @overwrite: for forget. */
struct tandem_disks {
	const char *const *path;
	unsigned int nr;
	bool overwrite;
	bool dry_run;
};
int tandem_forget(struct tandem_context *ctx, const struct tandem_disks *disks,
		  struct tandem_error *err);

#include "tandem_examine.h"
#include "tandem_monitor.h"
#include "tandem_rebuild.h"
#include "tandem_replace.h"
#include "tandem_set.h"
#include "tandem_status.h"
#include "tandem_wait.h"

#endif
