/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an administrator has set, and every start is to begin with. What he says of one leg
 * is in struct tandem_leg.
 *
 *	message        ---> wanted, under array->lock; in force at once; record work
 *	record work    ---> token ---> array->super, and a record is due for every set
 *	               ---> both slots of every leg in use, set by set (io/fault.c)
 */
#ifndef TANDEM_IO_KEEP_H
#define TANDEM_IO_KEEP_H

#include "sys.h"

struct tandem_array;
struct tandem_kept_status;
struct tandem_message;
struct tandem_set;

/*
 * struct tandem_keep - of one array
 * @target_us: latency of users' requests, 0: none is given; @recovery_ms: what a crash
 *	may cost. Written under array->lock, read by anyone
 * @due: not yet in array->super; set under array->lock, cleared with the commit token as well
 */
struct tandem_keep {
	u32 target_us;
	u32 recovery_ms;
	bool due;
};

/* As a load found it. Context: control path. */
void tandem_keep_load(struct tandem_array *array);

/* Which legs of each set answer reads, by the classes that were loaded. Nothing is up yet. */
void tandem_keep_apply(struct tandem_array *array);

/* The same for one set, whose classes or legs that sit out have changed. array->lock held. */
void tandem_keep_apply_classes(struct tandem_set *set);

/* One of those that begin with "set". 0, or -ENODEV: the array is not up. Context: process. */
int tandem_keep_message(struct tandem_array *array, const struct tandem_message *message);

/* Does something wait for the token? Any context. */
bool tandem_keep_is_due(const struct tandem_array *array);

/* Into array->super; the caller holds the commit token, and records what is due then. */
void tandem_keep_edit(struct tandem_array *array);

/* Any context but hard interrupt. */
void tandem_keep_status(struct tandem_array *array, struct tandem_kept_status *status);

#endif
