/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The region map of a set in operation: what is in each region, and which legs lack
 * some of it. Written behind the intent log: whoever takes a region out of the log
 * sees to it first that its entry is durable (io/clean.c).
 *
 * Without a region map (set->map is NULL) every region counts as written, and a leg
 * that comes back lacks all of them.
 */
#ifndef TANDEM_IO_MAP_H
#define TANDEM_IO_MAP_H

#include "io/request.h"

struct tandem_map;

/* After the shape is known; nothing if the array has no map. Return: 0 or -ENOMEM */
int tandem_map_create(struct tandem_set *set);
void tandem_map_destroy(struct tandem_set *set);

/**
 * tandem_map_touch() - a write may go to its region, which is in the intent log
 *
 * Nothing was ever written there: from now on there is, and what the write does not
 * cover is made equal behind it. Any context but hard interrupt.
 */
void tandem_map_touch(struct tandem_request *request);

/* The region is about to leave the log: what the map is to say. array->lock held. */
void tandem_map_note(struct tandem_set *set, u32 region);
/* The same of every region. */
void tandem_map_note_all(struct tandem_set *set);

/* Discarded as a whole, and not in the log any more. array->lock held. */
void tandem_map_forget(struct tandem_set *set, u32 region);

/* The copier has made the region equal on every leg that is written to. Process. */
void tandem_map_copied(struct tandem_set *set, u32 region);
/* Of all that was copied onto legs that are filled the maps say so. Process. */
bool tandem_map_is_settled(struct tandem_set *set);

/*
 * A flush of all legs begins: what was copied until now will be durable. And it has
 * ended, well or not: legs that are filled have these regions. array->lock held.
 */
void tandem_map_flush_begin(struct tandem_set *set);
void tandem_map_flush_end(struct tandem_set *set, bool good);

/* Is there anything to be written, or copied and not flushed? array->lock held. */
bool tandem_map_is_behind(struct tandem_set *set);

/**
 * tandem_map_write() - all that is not yet on every leg that is written to
 * @done: run when tandem_map_is_on() is false again. One at a time. Process.
 */
void tandem_map_write(struct tandem_set *set, struct delayed_work *done);
bool tandem_map_is_on(struct tandem_set *set);
/* Of the last tandem_map_write(): it is durable. */
bool tandem_map_was_good(struct tandem_set *set);

#endif
