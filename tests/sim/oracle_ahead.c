// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about who writes in sequence (option stream): while nothing goes wrong
 *
 *	waits     no write of a stream waits for a record, in an array of role log
 *	records   there is no more than one for eight regions, those included that say
 *	          what leaves
 *	limit     no more is dirty than may be, unless it was when the counting began
 *
 * All from when the stream has gone on for a window, of a ring that is shorter than the
 * set behind two laps as well, and until a start, an error, a change of the legs or a rest
 * of the writer; then anew. A stream ends when nobody writes
 * at its head for eight looks of the cleaner; of two sets one may hear nothing of a writer
 * for several of his writes.
 */
#include "front.h"
#include "io/logger.h"
#include "oracle.h"
#include "sched.h"
#include "world.h"

#define WARM_REGIONS	24
#define LAPS		2
#define REGIONS_A_RECORD 8

/* One that was due when the counting began, one that is not finished when it ends. */
#define MORE_RECORDS	2

/* What the counts are good for. */
struct calm {
	u64 epoch;
	u64 injected;
	u32 changes;
};

static struct {
	struct calm calm;
	bool counts;
	u64 last;		/* when somebody wrote */
	u64 sectors;		/* since it became calm, or since the counting began */
	u64 waits[TANDEM_MAX_SETS];
	u64 records[TANDEM_MAX_SETS];
	u32 dirty[TANDEM_MAX_SETS];
} ahead;

void oracle_ahead_begin(void)
{
	memset(&ahead, 0, sizeof(ahead));
}

/* False: there is something else to be done. */
static bool is_calm(struct tandem_array *array, struct calm *calm)
{
	unsigned int s;

	memset(calm, 0, sizeof(*calm));
	memcpy(&calm->epoch, &array->super->epoch.id, sizeof(calm->epoch));
	calm->injected = faults_injected();
	for (s = 0; s < array->nr_sets; s++) {
		calm->changes += array->set[s].changes;
		if (atomic_read(&array->set[s].nr_unsure) || atomic_read(&array->set[s].nr_refill))
			return false;
	}
	return array->phase == TANDEM_PHASE_UP;
}

static u64 regions_passed(void)
{
	return ahead.sectors / world.options.sets / world.super.geo.region_sectors;
}

/* It is known as a stream, and the ring as a ring. */
static bool is_warm(void)
{
	u32 lap = world.options.ring ? world.options.regions - world.options.ring : 0;

	return regions_passed() >= WARM_REGIONS + LAPS * lap;
}

static void count_from_now(struct tandem_array *array)
{
	unsigned int s;

	ahead.counts = true;
	ahead.sectors = 0;
	for (s = 0; s < array->nr_sets; s++) {
		ahead.waits[s] = array->set[s].log->nr_record_waits;
		ahead.records[s] = array->set[s].log->nr_records;
		ahead.dirty[s] = array->set[s].log->intent.nr_dirty;
	}
}

static void check(const struct tandem_log *log, u32 s)
{
	u64 records = log->nr_records - ahead.records[s];
	u32 most = max(log->limit + log->extra, ahead.dirty[s]);
	/*
	 * In other arrays it shows as a stream by the second region that is new, and not at all
	 * on ground that is dirty still from the lap before.
	 */
	u32 unknown = world.options.role_log ? 0 : world.options.ring ? 4 : 2;

	/* And where a ring ends, if that is here in one lap and there in another. */
	unknown += world.options.ring && world.options.ring % 2 == 0;
	if (log->intent.nr_dirty > most)
		sim_fail("ahead", "set %u: %u regions are dirty, and %u may be", s,
			 log->intent.nr_dirty, most);

	if (log->nr_record_waits > ahead.waits[s] + unknown)
		sim_fail("ahead", "set %u: a stream of %llu regions, and a write waits for a "
			 "record", s, (unsigned long long)regions_passed());
	if (records > regions_passed() / REGIONS_A_RECORD + MORE_RECORDS + unknown)
		sim_fail("ahead", "set %u: %llu records for a stream of %llu regions", s,
			 (unsigned long long)records, (unsigned long long)regions_passed());
}

void oracle_ahead_written(u32 sectors)
{
	bool rested = sim_now() - ahead.last > world.options.clean_ticks;
	struct tandem_array *array = front_array();
	struct calm calm;
	unsigned int s;

	ahead.last = sim_now();
	if (!front_is_up() || !is_calm(array, &calm) || rested ||
	    memcmp(&calm, &ahead.calm, sizeof(calm))) {
		ahead.counts = false;
		ahead.sectors = 0;
		if (front_is_up())
			ahead.calm = calm;
		return;
	}
	ahead.sectors += sectors;
	for (s = 0; ahead.counts && s < array->nr_sets; s++)
		check(array->set[s].log, s);
	if (!ahead.counts && is_warm())
		count_from_now(array);
}
