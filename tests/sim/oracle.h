/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle: K1-K9 of the contract, checked at every event that they speak
 * of. What the volume may contain is in content.h, what is on record and what
 * really happened in ledger.h; here are the rules that join them.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "content.h"
#include "logbook.h"

struct sim_command;
struct sim_disk;
struct sim_part;
struct tandem_array;
struct tandem_set;
struct tandem_status;

/* A command is sent to a leg; a write takes effect there. */
void oracle_leg_command(const struct sim_command *command);
void oracle_leg_write(const struct sim_command *command);
/* Is it for the intent log, and there is one? May it be sent? */
bool oracle_is_log(const struct sim_command *command);
void oracle_log_command(const struct sim_command *command);
/* A write to data, likewise: what the logs must have before. */
void oracle_log_sent(const struct sim_command *command);
void oracle_log_write(const struct sim_command *command);
/* A record is durable, and was not; @last: number of the leg's newest one until now. */
void oracle_record_landed(unsigned int leg, const struct logbook_record *record, u64 last);
/* A leg lost unflushed writes while in operation, or may have: its flush failed. */
void oracle_leg_doubtful(struct sim_disk *disk);
/* Records that landed. */
void oracle_clean_landed(unsigned int leg);
/* Current legs that lost what was in their caches. */
u64 oracle_lossy_legs(void);
/* Does a current leg say that a flush failed on the way down? */
bool oracle_is_loss_on_record(void);
void oracle_promotion_landed(unsigned int leg);

/* A part of a user's request begins, and is answered. */
void oracle_part_begun(struct sim_part *part);
void oracle_write_acked(const struct sim_part *part);
void oracle_flush_acked(const struct sim_part *part);
void oracle_read_answered(const struct sim_part *part);
void oracle_error_given(const struct sim_part *part);
void oracle_flush_failed(void);
/*
 * Cached writes are gone for good: a crash from now on is one with power loss.
 * @tell: a user's flush has to fail for it
 */
void oracle_widened(bool tell);
/* A flush failed on a current leg: the next user's may fail for it. */
void oracle_flush_owed(void);
/* A user's flush fails. Return: a failed flush on record is reason enough. */
bool oracle_flush_told(void);
/* When a user was last told so; of what was lost before, nothing is acknowledged now. */
u32 oracle_told_at(void);
/* A user's flush that began at @begun succeeds. */
void oracle_flush_untold(u32 begun);

/**
 * struct oracle_start - an attempt to start the array
 * @present: disks in the table, by leg
 * @grow: what every set is to have
 * @misplaced: some are in wrong places
 * the rest: noted by oracle_start_begin()
 */
struct oracle_start {
	u64 present;
	u32 degraded;
	bool read_only;
	u64 grow;
	bool misplaced;
	u64 current_legs;
	u64 up_to_date;
	u64 left_out;		/* by the record of a leg that is here, of any set */
	u64 rivals_of[SIM_MAX_DISKS];
	s32 node[SIM_MAX_DISKS];
	u64 forked_legs;
	u64 lossy_legs;
	bool live;		/* it is the newest history that runs */
	bool bound;		/* the newest records say what may be read */
	u64 made;		/* faults that were injected before its table was made */
	u64 injected;
	u64 writes;
	struct logbook_state log[SIM_MAX_DISKS];
};

void oracle_begin(void);
void oracle_start_begin(struct oracle_start *start);
void oracle_started(struct oracle_start *start, struct tandem_array *array);
void oracle_refused(const struct oracle_start *start, int error);
void oracle_start_broken(const struct oracle_start *start, struct tandem_array *array);
void oracle_down(void);
void oracle_removed(void);
void oracle_crash(bool power);
/* Nothing is under way: what is in no log is equal everywhere. */
void oracle_log_agrees(void);
void oracle_log_begin(struct oracle_start *start);
/* The same of a set's region maps, and what a start found; the array, when one looks. */
void oracle_map_begin(void);
void oracle_map_agrees(u32 set);
/* A record is sent to @leg. */
void oracle_map_leaves(unsigned int leg);
void oracle_map_look(struct tandem_array *array);
void oracle_map_started(struct tandem_array *array);
void oracle_copy_reads(const struct sim_command *command);	/* data, and for no user */
/* By maps and logs of all current legs, was nothing written to @region? */
bool oracle_is_never(u32 set, u32 region, bool durable);
/* Somebody writes to a sector that nobody has written: index in the books. */
void oracle_first_write(u32 index);
/* A discard was acknowledged: if it was one of a whole region nothing is left there. */
void oracle_discarded(const struct sim_part *part);
/* And he gets an error: if nothing was sent it is as if he had not. */
void oracle_write_failed(u32 index);
/* What a read-only assembly reads binds nobody. */
void oracle_map_save(void);
void oracle_map_restore(void);
/* A start was forced, some time. */
bool oracle_was_forced(void);
/* Logs of legs that are started as current must end in one record, or two. */
void oracle_log_gap(const struct logbook_state *log, u64 legs);
void oracle_log_started(const struct oracle_start *start, struct tandem_array *array);
/* Did a start by force that broke off write to @leg? Who knows what calls it current. */
bool oracle_is_forked(unsigned int leg);

/* Nothing is under way and nothing goes wrong: legs agree, nothing is left over. */
void oracle_quiet(struct tandem_array *array);
/* Who writes in sequence (option stream) has been answered. */
void oracle_ahead_begin(void);
void oracle_ahead_written(u32 sectors);

/* An administrator has taken this leg out. */
void oracle_taken_out(unsigned int leg);

/* What must hold of a running array whenever one looks. */
void oracle_look(struct tandem_array *array);

#endif
