// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler. The heap is keyed (tick, order); order is half random, so
 * that events of one tick have no habitual order, and half a running number,
 * so that it is never an address that decides.
 */
#include <stdlib.h>

#include "sched.h"

#define MAX_EVENTS	3000000u	/* of one seed: more is a livelock */
#define MAX_DEPTH	3u
#define STANDSTILLS	16u	/* one in so many interruptions is long */
#define NR_NOTES	256u

struct sim_event {
	u64 tick;
	u64 order;
	enum sim_kind kind;
	sim_event_fn fn;
	void *argument;
	unsigned int at;		/* in the heap */
	struct sim_event *next_free;
};

static struct {
	u64 random[SIM_NR_STREAMS];
	u64 now;
	u64 hash;
	u32 sequence;
	u32 run;
	u32 turn;
	u32 preemption;
	u32 standstill;
	unsigned int depth;
	struct sim_event **heap;
	unsigned int nr, room;
	struct sim_event *free;
	struct { u64 tick; struct sim_note note; } ring[NR_NOTES];
	u32 nr_notes;
	bool verbose;
	void (*watch)(void);
} sched;

struct sim_state sim_state;
struct sim_failure sim_failure;
jmp_buf sim_fail_env, sim_crash_env;
int sim_preempt_countdown = INT32_MAX;
void (*sim_before_preemption)(void);

u64 sim_random(enum sim_stream stream)
{
	u64 z = sched.random[stream] += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

u32 sim_below(enum sim_stream stream, u32 below)
{
	return (sim_random(stream) >> 32) * below >> 32;
}

bool sim_chance(enum sim_stream stream, u32 one_in)
{
	return one_in && sim_below(stream, one_in) == 0;
}

void sim_start(u64 seed)
{
	unsigned int i;

	sim_clear();
	for (i = 0; i < SIM_NR_STREAMS; i++) {
		sched.random[i] = seed * 0xd1342543de82ef95ull + i * 0xaf251af3b0f025b5ull;
		sim_random(i);
	}
	sched.now = 0;
	sched.hash = 0xcbf29ce484222325ull;
	sched.sequence = 0;
	sched.run = 0;
	sched.turn = 0;
	sched.nr_notes = 0;
	sim_set_preemption(0);
	sim_set_standstill(0);
	sim_before_preemption = NULL;
}

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->tick != b->tick ? a->tick < b->tick : a->order < b->order;
}

static void place(struct sim_event *event, unsigned int at)
{
	sched.heap[at] = event;
	event->at = at;
}

static void sift_up(struct sim_event *event, unsigned int at)
{
	for (; at && before(event, sched.heap[(at - 1) / 2]); at = (at - 1) / 2)
		place(sched.heap[(at - 1) / 2], at);
	place(event, at);
}

static void sift_down(struct sim_event *event, unsigned int at)
{
	unsigned int child;

	while ((child = 2 * at + 1) < sched.nr) {
		if (child + 1 < sched.nr && before(sched.heap[child + 1], sched.heap[child]))
			child++;
		if (!before(sched.heap[child], event))
			break;
		place(sched.heap[child], at);
		at = child;
	}
	place(event, at);
}

static void take_out(struct sim_event *event)
{
	unsigned int at = event->at;
	struct sim_event *last = sched.heap[--sched.nr];

	if (last != event) {
		if (at && before(last, sched.heap[(at - 1) / 2]))
			sift_up(last, at);
		else
			sift_down(last, at);
	}
	event->next_free = sched.free;
	sched.free = event;
}

void sim_clear(void)
{
	while (sched.nr)
		take_out(sched.heap[sched.nr - 1]);
	memset(&sim_state, 0, sizeof(sim_state));
	sched.depth = 0;
}

u64 sim_now(void)
{
	return sched.now;
}

struct sim_event *sim_after(u64 delay, enum sim_kind kind, sim_event_fn fn, void *argument)
{
	struct sim_event *event = sched.free;

	if (event) {
		sched.free = event->next_free;
	} else {
		event = calloc(1, sizeof(*event));
		if (!event)
			abort();
	}
	if (sched.nr == sched.room) {
		sched.room = sched.room ? sched.room * 2 : 64;
		sched.heap = realloc(sched.heap, sched.room * sizeof(*sched.heap));
		if (!sched.heap)
			abort();
	}
	event->tick = sched.now + delay;
	event->order = (u64)sim_below(SIM_RANDOM_SCHEDULE, 1u << 31) << 32 | sched.sequence++;
	event->kind = kind;
	event->fn = fn;
	event->argument = argument;
	sift_up(event, sched.nr++);
	return event;
}

void sim_cancel(struct sim_event *event)
{
	take_out(event);
}

static void mix(u64 value)
{
	sched.hash = (sched.hash ^ value) * 0x100000001b3ull;
	sched.hash ^= sched.hash >> 29;
}

static void run(struct sim_event *event)
{
	struct sim_state outer = sim_state;
	sim_event_fn fn = event->fn;
	void *argument = event->argument;

	if (++sched.run > MAX_EVENTS)
		sim_fail("liveness", "%u events, and no end of it", MAX_EVENTS);
	if (event->tick > sched.now)
		sched.now = event->tick;
	mix(sched.now << 3 | event->kind);
	memset(&sim_state, 0, sizeof(sim_state));
	sim_state.irq = event->kind == SIM_EVENT_DISK;
	sim_state.work = event->kind == SIM_EVENT_WORK;
	take_out(event);
	fn(argument);
	if (sim_state.locks)
		sim_fail("lock", "a lock is held after the event");
	sim_state = outer;
	if (sched.watch)
		sched.watch();
}

u64 sim_next_tick(void)
{
	return sched.nr ? sched.heap[0]->tick : ~0ull;
}

void sim_watch(void (*look)(void))
{
	sched.watch = look;
}

bool sim_step(void)
{
	unsigned int depth = sched.depth;

	if (!sched.nr)
		return false;
	sched.depth = 0;
	sched.turn++;
	run(sched.heap[0]);
	sched.depth = depth;
	return true;
}

u32 sim_turn(void)
{
	return sched.turn;
}

static void stop(void *argument)
{
	*(bool *)argument = true;
}

void sim_run(u64 ticks)
{
	bool stopped = false;

	sim_after(ticks, SIM_EVENT_CONTROL, stop, &stopped);
	while (!stopped)
		sim_step();
}

u64 sim_events_run(void)
{
	return sched.run;
}

void sim_set_preemption(u32 mean)
{
	sched.preemption = mean;
	if (mean == SIM_ONLY_LOOK)
		sim_preempt_countdown = 1;
	else
		sim_preempt_countdown = mean
			? 1 + (int)sim_below(SIM_RANDOM_SCHEDULE, 2 * mean) : INT32_MAX;
}

void sim_set_standstill(u32 most)
{
	sched.standstill = most;
}

static bool is_running(const struct sim_event *event)
{
	return event->kind == SIM_EVENT_WORK &&
	       ((struct work_struct *)event->argument)->running;
}

/* What another processor may do next: all but what an interrupted one is at. */
static struct sim_event *next_elsewhere(void)
{
	struct sim_event *event = NULL;
	unsigned int i;

	if (sched.nr && !is_running(sched.heap[0]))
		return sched.heap[0];
	for (i = 0; i < sched.nr; i++)
		if (!is_running(sched.heap[i]) && (!event || before(sched.heap[i], event)))
			event = sched.heap[i];
	return event;
}

/* How many events pass before the interrupted processor goes on. */
static u32 draw_pause(void)
{
	if (!sched.standstill || sched.depth || sim_below(SIM_RANDOM_STANDSTILL, STANDSTILLS))
		return 1;
	return 1 + sim_below(SIM_RANDOM_STANDSTILL, sched.standstill);
}

/* Another processor does what is due. */
void sim_preempt_now(void)
{
	struct sim_event *event;
	u32 nr;

	sim_set_preemption(sched.preemption);
	if (sim_state.locks || sched.depth >= MAX_DEPTH)
		return;
	if (sim_before_preemption)
		sim_before_preemption();
	event = next_elsewhere();
	if (!event || sched.preemption == SIM_ONLY_LOOK)
		return;
	nr = draw_pause();
	sched.depth++;
	for (; event && nr; nr--) {
		run(event);
		event = next_elsewhere();
	}
	sched.depth--;
}

static void print_note(u64 tick, const struct sim_note *note)
{
	printf("%10llu %-16s %-12s %8llu %8llx %llx\n", (unsigned long long)tick, note->what,
	       note->detail ? note->detail : "", (unsigned long long)note->number[0],
	       (unsigned long long)note->number[1], (unsigned long long)note->number[2]);
}

void sim_note(const struct sim_note *note)
{
	u32 at = sched.nr_notes++ % NR_NOTES;

	sched.ring[at].tick = sched.now;
	sched.ring[at].note = *note;
	mix(note->what[0] + ((u64)note->what[1] << 8) + (note->number[0] << 16));
	mix(note->number[1]);
	mix(note->number[2]);
	if (sched.verbose)
		print_note(sched.now, note);
}

void sim_print_notes(void)
{
	u32 from = sched.nr_notes > NR_NOTES ? sched.nr_notes - NR_NOTES : 0;

	for (; from < sched.nr_notes; from++)
		print_note(sched.ring[from % NR_NOTES].tick, &sched.ring[from % NR_NOTES].note);
}

u64 sim_hash(void)
{
	return sched.hash;
}

void sim_set_verbose(bool verbose)
{
	sched.verbose = verbose;
}

bool sim_is_verbose(void)
{
	return sched.verbose;
}

void sim_fail(const char *rule, const char *format, ...)
{
	va_list arguments;

	sim_failure.rule = rule;
	va_start(arguments, format);
	vsnprintf(sim_failure.text, sizeof(sim_failure.text), format, arguments);
	va_end(arguments);
	longjmp(sim_fail_env, 1);
}

void sim_crash(void)
{
	longjmp(sim_crash_env, 1);
}
