/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the monitor knows from one pass to the next, in memory and, as text, in a file
 * below /run/tandem: `tandem monitor --once` from a timer knows what a daemon would.
 * Times are those of the context's clock; both begin anew with the machine.
 */
#ifndef TANDEM_LIB_MEMORY_H
#define TANDEM_LIB_MEMORY_H

#include "context.h"
#include "core/types.h"

#define TANDEM_MEMORY_ASIDE 32u

/**
 * struct tandem_memory_leg - one place
 * @state: enum tandem_leg_state as last seen
 * @away_ms: since when it has no leg in use; 0: it has
 * @well_ms: since when its own disk answers; 0: it does not
 * @tries: how many times that was added again, since it was last well for long
 * @tried_ms: last time
 * @said: hash of why nothing is done about it, 0: nothing was said
 * @sits_out: told so
 */
struct tandem_memory_leg {
	unsigned int state;
	s64 away_ms;
	s64 well_ms;
	unsigned int tries;
	s64 tried_ms;
	u32 said;
	unsigned int sits_out;
};

/**
 * struct tandem_memory_array - one array
 * @seen: in this pass
 * @ending_ms: a leg has been replaced, and that could not be ended: not to be tried before
 * @ending_tries: how often it was tried; this, the time and @ending_said are not saved
 * @ending_said: hash of what was said about it, 0: nothing
 */
struct tandem_memory_array {
	struct tandem_memory_array *next;
	struct tandem_id id;
	char name[TANDEM_NAME_BYTES];
	unsigned int state;
	unsigned int nr_legs;
	bool seen;
	s64 ending_ms;
	unsigned int ending_tries;
	u32 ending_said;
	struct tandem_memory_leg leg[TANDEM_MAX_LEGS];
};

/* @aside: spares that failed us, by leg id; the oldest is forgotten first. */
struct tandem_memory {
	struct tandem_memory_array *first;
	struct tandem_id aside[TANDEM_MEMORY_ASIDE];
	unsigned int nr_aside;
};

/* An array; NULL if it is not known. */
struct tandem_memory_array *tandem_memory_find(struct tandem_memory *memory,
					       const struct tandem_id *id);
/* NULL: no memory. */
struct tandem_memory_array *tandem_memory_add(struct tandem_memory *memory,
					      const struct tandem_id *id);
/* What was said; never 0, which is "nothing was". */
u32 tandem_memory_hash(const char *text);
/* All that were not seen are forgotten; @gone is told of each first. */
void tandem_memory_forget(struct tandem_memory *memory,
			  void (*gone)(void *data, const struct tandem_memory_array *array),
			  void *data);
void tandem_memory_put_aside(struct tandem_memory *memory, const struct tandem_id *spare);
bool tandem_memory_is_aside(const struct tandem_memory *memory, const struct tandem_id *spare);
void tandem_memory_free(struct tandem_memory *memory);

/* What was saved; what cannot be read or understood is as if nothing was. -ENOMEM */
int tandem_memory_load(const struct tandem_context *ctx, struct tandem_memory *memory);
int tandem_memory_save(const struct tandem_context *ctx, const struct tandem_memory *memory);

#endif
