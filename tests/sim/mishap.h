/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes wrong with one disk by command. The model is that of faults.c; what it
 * leaves to chance is decided by choice.h.
 */
#ifndef SIM_MISHAP_H
#define SIM_MISHAP_H

#include "sys.h"

/* Is there such a disk? Is it dead? */
bool mishap_is_alive(u32 leg);
bool mishap_is_dead(u32 leg);
/* Nothing that follows has been done to it; its metadata cannot be written. */
bool mishap_is_well(u32 leg);
bool mishap_is_locked(u32 leg);
/* It answers nothing but errors from now on, or is pulled. */
void mishap_die(u32 leg);
/* The next write to its data errs, and has landed or not. */
void mishap_fail_write(u32 leg);
/* The next one finds it busy, and may be sent again. */
void mishap_be_busy(u32 leg);
/* The next flush errs, and what was in the cache is lost or not. */
void mishap_fail_flush(u32 leg);
/*
 * The same, and meanwhile the copier wants the table of lost ranges written, which some
 * leg is taken to lack; it is, by now.
 */
void mishap_fail_flush_of_heal(u32 leg);
void mishap_want_table(u32 leg);
void mishap_check_table(u32 leg);
/* Superblocks and log cannot be written; and can again. */
void mishap_lock_meta(u32 leg);
void mishap_free_meta(u32 leg);
/* The first block cannot be read until it is written. */
void mishap_spoil(u32 leg);
void mishap_spoil_table(u32 leg);
void mishap_spoil_map(u32 leg);
/* Its two newest records; it has as many. */
bool mishap_may_spoil_log(u32 leg);
void mishap_spoil_log(u32 leg);
/* One of two slots that say the same rots; may one? */
bool mishap_may_rot(u32 leg);
void mishap_rot(u32 leg);
/* A new disk in the place of one that is left out on record. */
bool mishap_may_replace(u32 leg);
void mishap_replace(u32 leg);

#endif
