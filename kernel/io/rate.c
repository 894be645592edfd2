// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measuring how fast a set is resynced.
 *
 * What counts: copies of full size that went out with FUA and were good everywhere, each
 * from the end of the one before it, or from its own beginning if the copier had to wait
 * in between: for writers of its region, for a flush, for a record, for work. So the
 * search for the next region is in it, and idle time is not. Foreground I/O is: a
 * resync shares its disks with that.
 *
 * Decisions
 * - Only FUA copies count, for those are what a resync consists of; into a cache a
 *   disk writes many times faster. While no rate is known the copies of a rebuild are
 *   sent so, too (io/copy.c): the first half MiB onto a new disk measures it, and
 *   nothing is written for that alone.
 * - A leg that begins to be filled makes the rate unknown, also if it is one that was
 *   here before: it is being measured at no cost. One that leaves does not: with fewer
 *   legs a copy takes no longer.
 * - The rate goes to disk with whatever superblock is written next, and never causes a
 *   write: one that is lost with a crash is measured again by the resync behind it.
 * - What is known changes in steps (tandem_rate_is_news()), so that the limit stands
 *   still while nothing has changed but noise.
 *
 * Relations: core/rate.c has the sums; set->copy_rate is what is known, read by anyone.
 */
#include "sys.h"
#include "core/rate.h"
#include "io/log.h"
#include "io/rate.h"

static void set_known(struct tandem_set *set, u64 bytes_per_s)
{
	WRITE_ONCE(set->copy_rate, bytes_per_s);
	tandem_log_note_rate(set);
}

void tandem_rate_load(struct tandem_set *set)
{
	struct tandem_copy *copy = set->copy;
	u64 kept = set->array->super->set[set->index].copy_rate;

	tandem_rate_resume(&copy->rate, kept);
	copy->since_ns = 0;
	/* As it was kept: rounded at every start it would wander off. */
	set_known(set, tandem_rate_mean(&copy->rate) ? kept : 0);
}

void tandem_rate_forget(struct tandem_set *set)
{
	tandem_rate_resume(&set->copy->rate, 0);
	set_known(set, 0);
}

void tandem_rate_note(struct tandem_array *array)
{
	unsigned int i;

	for (i = 0; i < array->nr_sets; i++)
		array->super->set[i].copy_rate = READ_ONCE(array->set[i].copy_rate);
}

void tandem_rate_begin(struct tandem_copy *copy)
{
	if (!copy->since_ns)
		copy->since_ns = ktime_get_ns();
}

void tandem_rate_pause(struct tandem_copy *copy)
{
	copy->since_ns = 0;
}

void tandem_rate_end(struct tandem_copy *copy)
{
	u64 since = copy->since_ns;
	u64 now = ktime_get_ns();
	u64 mean;

	copy->since_ns = now;
	if (!copy->fua || !since || copy->length_sectors != TANDEM_COPY_SECTORS ||
	    memchr_inv(copy->result, TANDEM_RESULT_OK, sizeof(copy->result)))
		return;
	tandem_rate_add(&copy->rate, TANDEM_COPY_SECTORS * TANDEM_SECTOR_BYTES, now - since);
	mean = tandem_rate_mean(&copy->rate);
	if (tandem_rate_is_news(copy->set->copy_rate, mean))
		set_known(copy->set, mean);
}

/* Sets are resynced side by side: the one that takes longest counts. */
void tandem_rate_status(struct tandem_set *set, struct tandem_status *status)
{
	const struct tandem_geometry *geo = &set->array->super->geo;
	u32 regions = set->log ? tandem_log_nr_dirty(set) : tandem_geometry_regions(geo);
	u64 bytes = (u64)regions * geo->region_sectors * TANDEM_SECTOR_BYTES;
	u64 rate = READ_ONCE(set->copy_rate);
	struct tandem_copy_status *copy = &status->copy;

	copy->present = true;
	if (rate && (!copy->rate || rate < copy->rate))
		copy->rate = rate;
	copy->worst_ms = max(copy->worst_ms, tandem_rate_resync_ms(bytes, rate));
}
