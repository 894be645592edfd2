// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drawing and printing the options of a seed.
 */
#include <stdlib.h>

#include "options.h"
#include "sched.h"
#include "uapi/tandem_format_log.h"

static u32 below(u32 n)
{
	return sim_below(SIM_RANDOM_OPTIONS, n);
}

static u32 between(u32 low, u32 high)
{
	return low + below(high - low + 1);
}

/* Mostly off, sometimes rare, sometimes often. */
static u32 rate(u32 often, u32 rare)
{
	return below(3) ? 0 : below(2) ? between(often, rare) : often;
}

static u32 flag(void)
{
	return below(2);
}

static void draw_faults(struct sim_options *o)
{
	o->read_error = rate(8, 200);
	o->write_error = rate(20, 300);
	o->flush_error = rate(4, 60);
	o->meta_error = rate(4, 60);
	o->load_error = rate(6, 40);
	o->death = rate(60, 600);
	o->bad_range = rate(40, 400);
	o->slow = rate(40, 400);
	o->rot = rate(2, 10);
	o->landed = flag();
	o->dropped = flag();
	o->retryable = flag();
	o->caller_error = !below(4);
	o->at_once = flag();
	o->no_write_zeroes = !below(4);
	o->no_memory = !below(8);
}

static void draw_admin(struct sim_options *o)
{
	o->crash = below(4) ? between(4, 30) : 0;
	o->stop = below(2) ? between(4, 30) : 0;
	o->suspend = below(3) ? 0 : between(3, 20);
	o->reload = below(3) ? 0 : between(3, 20);
	o->message = below(3) ? 0 : between(5, 30);
	o->power = flag();
	o->host_only = flag();
	o->subset = flag();
	o->force = !below(3);
	o->read_only = !below(4);
	o->wrong_place = !below(8);
	o->replace = !below(4);
}

static void draw_shape(struct sim_options *o)
{
	static const u32 legs[] = { 2, 2, 2, 2, 3, 3, 4 };
	static const u32 sectors[] = { 1, 8, 16, 64, 256 };

	o->legs = legs[below(ARRAY_SIZE(legs))];
	o->sets = below(4) ? 1 : 2;
	o->regions = between(4, o->sets == 1 ? 16 : 8);
	o->users = between(1, SIM_MAX_USERS);
	o->block_bytes = below(4) ? 512 : 4096;
	o->unit_sectors = o->block_bytes == 4096 || flag() ? 8 : 1;
	o->hot_sectors = below(2) ? between(16, 200) : 0;
	o->max_sectors = sectors[below(ARRAY_SIZE(sectors))];
	o->preemption = below(3) ? between(3, 60) : 0;
	o->latency = below(4) ? between(10, 100) : between(100, 2000);
	o->flush_percent = below(25);
	o->fua_percent = flag() ? below(100) : 0;
	o->read_percent = between(10, 80);
	o->zeroes_percent = below(3) ? 0 : below(20);
	o->nowait_percent = below(4) ? 0 : 50;
	o->identical = !below(4);
	o->events = between(60, 200);
	if (o->sets == 2)
		o->legs = min(o->legs, 3u);
}

/* A stream of its own: all else is as it would be without a log. */
static void draw_log(struct sim_options *o)
{
	o->log = !!sim_below(SIM_RANDOM_LOG, 4);
	o->rollback = o->log && !sim_below(SIM_RANDOM_LOG, 8);
	o->log_slots = sim_below(SIM_RANDOM_LOG, 8) ? 8 + sim_below(SIM_RANDOM_LOG, 17) :
		       TANDEM_LOG_SLOTS;
	o->log_window = sim_below(SIM_RANDOM_LOG, 4) ? 1 + sim_below(SIM_RANDOM_LOG, 8) :
			TANDEM_LOG_WINDOW;
	o->log_limit = sim_below(SIM_RANDOM_LOG, 8) ?
		       1 + sim_below(SIM_RANDOM_LOG, o->regions + 1) : 0;
	o->clean_ticks = sim_below(SIM_RANDOM_LOG, 3) ? 4000 + sim_below(SIM_RANDOM_LOG, 40000) :
			 100000 + sim_below(SIM_RANDOM_LOG, 2000000);
}

/* A stream of its own, too. */
static void draw_map(struct sim_options *o)
{
	o->map = o->log && sim_below(SIM_RANDOM_MAP, 4);
	o->init_content = 1 + sim_below(SIM_RANDOM_MAP, 2);
}

static u32 ahead_below(u32 n)
{
	return sim_below(SIM_RANDOM_AHEAD, n);
}

/*
 * Windows that fit into sets of few regions. Or (stream) one user who writes in sequence,
 * round and round, in a set that is long enough for the real one; the others only look. He
 * leaves out the first regions of each set (ring).
 */
static void draw_ahead(struct sim_options *o)
{
	o->role_log = ahead_below(2);
	o->ahead = ahead_below(8) ? 1 + ahead_below(5) : 0;
	o->stream = !ahead_below(12);
}

/* Regions of one piece or several; what the administrator says of the pace. */
static void draw_pace(struct sim_options *o)
{
	o->pieces = sim_below(SIM_RANDOM_PACE, 4) ? 1 : 2u << sim_below(SIM_RANDOM_PACE, 2);
	o->pace_ticks = sim_below(SIM_RANDOM_PACE, 4) ? 500 + sim_below(SIM_RANDOM_PACE, 9500) : 0;
	o->pace = sim_below(SIM_RANDOM_PACE, 2) ? 0 : 3 + sim_below(SIM_RANDOM_PACE, 20);
}

static void draw_stream(struct sim_options *o)
{
	o->log = 1;
	o->ahead = 0;
	o->pieces = 1;
	o->sets = ahead_below(3) ? 1 : 2;
	o->legs = 2;
	/* The first touch of a region has its own waits. */
	o->identical = 1;
	o->regions = 34 + ahead_below(20);
	o->role_log = !!ahead_below(4);
	o->events = 400 + ahead_below(800);
	o->users = 1 + ahead_below(2);
	o->max_sectors = 32;
	o->log_window = TANDEM_LOG_WINDOW;
	/* Room for a window of each, and of one who has ended and is not known to have. */
	o->log_limit = 32 * o->users + ahead_below(64);
	o->clean_ticks = 40000 + ahead_below(400000);
	o->crash = ahead_below(2) ? 40 : 0;
	o->stop = 0;
	/* While the log's work item stands still he writes on, and waits in the end. */
	o->standstill = 0;
	o->suspend = ahead_below(4) ? 0 : 40;
	o->reload = 0;
	/*
	 * A ring that is shorter than the set, by less than a window or by several, and laps
	 * enough to show as one. If it is odd each lap comes to the very end.
	 */
	o->ring = ahead_below(2) ? 1 + ahead_below(16) + 40 * ahead_below(2) : 0;
	if (o->ring) {
		o->regions += o->ring;
		o->events += 1600;
	}
}

/* What the administrator sets for good. */
static void draw_keep(struct sim_options *o)
{
	o->keep = sim_below(SIM_RANDOM_KEEP, 2) ? 0 : 3 + sim_below(SIM_RANDOM_KEEP, 20);
}

/* Which legs he wants to be read. */
static void draw_classes(struct sim_options *o)
{
	o->classes = sim_below(SIM_RANDOM_READ, 3) ? 0 : 3 + sim_below(SIM_RANDOM_READ, 20);
}

/* A processor that is interrupted may stand still while others do a lot. */
static void draw_standstill(struct sim_options *o)
{
	o->standstill = sim_below(SIM_RANDOM_STANDSTILL, 3) ? 0 :
			2 + sim_below(SIM_RANDOM_STANDSTILL, 300);
}

/* One leg (plus one) takes far longer for users' reads, as of its first day; many reads. */
static void draw_lame(struct sim_options *o)
{
	if (sim_below(SIM_RANDOM_LATENCY, 12))
		return;
	o->lame = 1 + sim_below(SIM_RANDOM_LATENCY, o->legs * o->sets);
	o->read_percent = 90;
	o->events = max(o->events, 200 + sim_below(SIM_RANDOM_LATENCY, 300));
}

/*
 * A stream of its own, and a third of the seeds: sets that become longer, up to @room
 * regions, by pieces that are no regions.
 */
static void draw_growth(struct sim_options *o)
{
	o->room = sim_below(SIM_RANDOM_GROW, 3) ? 0 : 1 + sim_below(SIM_RANDOM_GROW, 6);
	o->grow = 2 + sim_below(SIM_RANDOM_GROW, 8);
}

static u32 *field(struct sim_options *o, const char *name, size_t length)
{
#define FIND(field)							\
	if (strlen(#field) == length && !strncmp(name, #field, length))	\
		return &o->field;
	SIM_SIZES(FIND)
	SIM_RATES(FIND)
	SIM_FLAGS(FIND)
#undef FIND
	return NULL;
}

bool options_fix(struct sim_limits *limits, const char *text)
{
	static struct sim_options scratch;
	const char *equals = strchr(text, '=');
	char *end;

	if (!equals || limits->nr == SIM_MAX_FIXED || !field(&scratch, text, equals - text))
		return false;
	limits->fixed[limits->nr].name = text;
	limits->fixed[limits->nr].value = strtoul(equals + 1, &end, 10);
	limits->nr++;
	return end != equals + 1 && !*end;
}

static void apply_fixed(struct sim_options *o, const struct sim_limits *limits)
{
	const char *name;
	unsigned int i;

	for (i = 0; i < limits->nr; i++) {
		name = limits->fixed[i].name;
		*field(o, name, strchr(name, '=') - name) = limits->fixed[i].value;
	}
}

void options_fixed(struct sim_options *o, const struct sim_limits *limits)
{
	memset(o, 0, sizeof(*o));
	apply_fixed(o, limits);
	o->map &= o->log;
	o->room *= o->map;
	o->grow *= !!o->room;
}

void options_draw(struct sim_options *o, const struct sim_limits *limits)
{
	draw_shape(o);
	draw_faults(o);
	draw_admin(o);
	draw_log(o);
	draw_map(o);
	draw_ahead(o);
	draw_pace(o);
	draw_growth(o);
	draw_keep(o);
	draw_classes(o);
	draw_standstill(o);
	draw_lame(o);
	o->overlap = 0;
	if (limits->calm) {
		o->read_error = o->write_error = o->flush_error = o->meta_error = 0;
		o->death = o->bad_range = o->slow = o->rot = o->load_error = 0;
		o->caller_error = o->no_memory = 0;
	}
	apply_fixed(o, limits);
	if (o->stream) {
		/* A shape of its own; what is fixed stays. */
		draw_stream(o);
		apply_fixed(o, limits);
	}
	/* Never drawn: shorter histories of the same shape, for who wants many (check-million). */
	if (o->events_percent)
		o->events = max(1u, o->events * o->events_percent / 100);
	o->map &= o->log;
	o->room *= o->map;
	o->grow *= !!o->room;
}

void options_print(const struct sim_options *o)
{
	printf("seed %llu", (unsigned long long)o->seed);
#define PRINT(name) if (o->name) printf(" %s=%u", #name, o->name);
	SIM_SIZES(PRINT)
	SIM_RATES(PRINT)
	SIM_FLAGS(PRINT)
#undef PRINT
	printf("\n");
}
