// SPDX-License-Identifier: GPL-2.0-only
/*
 * The letters, as a table, and a run of them.
 *
 *	applies    where the letter has a meaning; a walk offers no other
 *	begin      sets it off
 *	and then   what it needs comes to its end, unless it is left under way
 *
 * Decisions
 * - A string ends in a walk when it has its length, so that the shortest string that
 *   fails is found first. Each ends with all disks back and the array whole.
 * - At most two letters of a string are left under way or cut short. What needs three
 *   is for the seeds.
 * - The other region is not the first to be written to: that would be the same string
 *   with the regions' names exchanged.
 */
#include "admin.h"
#include "ambush.h"
#include "choice.h"
#include "front_device.h"
#include "letter.h"
#include "mishap.h"
#include "oracle_keep.h"
#include "rollback.h"
#include "sched.h"
#include "steer.h"
#include "users.h"
#include "world.h"

#define MAX_OPEN	2u

static struct {
	const struct letter_play *play;
	unsigned int length;		/* letters begun */
	unsigned int nr_open;		/* of these, left under way or cut short */
	bool written;
	bool is_cut;			/* the next letter is */
	bool is_open;			/* the next letter lets nothing go, whoever waits for it */
	u64 seen;			/* what the disks had done when one last looked */
} run;

static bool is_free(u32 which)
{
	return !steer_is_busy(which);
}

static bool same_applies(u32 which)
{
	return !steer_is_busy(which) && !steer_is_busy(STEER_SAME) &&
	       !steer_is_busy(STEER_DISCARD);
}

static bool other_applies(u32 which)
{
	return !steer_is_busy(which) && (run.written || run.play->text);
}

static bool crash_applies(u32 unused)
{
	(void)unused;
	return front_exists() || steer_is_volatile();
}

static bool copy_applies(u32 unused)
{
	(void)unused;
	return !front_is_up() || steer_may_copy();
}

static bool clean_applies(u32 unused)
{
	(void)unused;
	return !front_is_up() || steer_may_clean();
}

static bool is_up(u32 unused)
{
	(void)unused;
	return front_is_up();
}

static bool is_down(u32 unused)
{
	(void)unused;
	return !front_exists();
}

static void request(u32 which)
{
	run.written |= which == STEER_SAME;
	steer_submit(which, false);
}

static void request_fua(u32 which)
{
	run.written = true;
	steer_submit(which, true);
}

static void read_both(u32 first)
{
	steer_submit(first, false);
	steer_submit(first + 1, false);
}

static bool may_return(u32 leg)
{
	return steer_may_return(leg);
}

static void leg_returns(u32 leg)
{
	steer_return(leg);
}

static void crash(u32 unused)
{
	(void)unused;
	steer_crash();
}

static void copy(u32 unused)
{
	(void)unused;
	steer_copy();
}

static void clean(u32 unused)
{
	(void)unused;
	steer_clean();
}

static void stop(u32 unused)
{
	(void)unused;
	steer_stop();
}

static void suspend(u32 unused)
{
	(void)unused;
	steer_suspend_and_resume();
}

/* Refused: then the array is down, and what comes next says whether it may be. */
static void start(u32 way)
{
	steer_start(way);
}

/*
 * UP: needs a running array; HELD: in its upper-case form it is left under way; CUT:
 * C may stand before it; WALK: part of every walk; WIDE: of a wide one. @argument is
 * that of both functions.
 */
#define UP	1u
#define HELD	2u
#define CUT	4u
#define WALK	8u
#define WIDE	16u

struct letter {
	char name;
	u8 flags;
	bool (*applies)(u32 argument);
	void (*begin)(u32 argument);
	u32 argument;
};

static const struct letter letters[] = {
	{ 'w', UP | HELD | CUT | WALK, same_applies, request, STEER_SAME },
	{ 'o', UP | HELD | CUT | WALK, other_applies, request, STEER_OTHER },
	{ 'f', UP | HELD | CUT | WALK, is_free, request, STEER_FLUSH },
	{ 'a', WALK, mishap_is_alive, mishap_die, 0 },
	{ 'b', WALK, mishap_is_alive, mishap_die, 1 },
	{ 'A', CUT | WALK, may_return, leg_returns, 0 },
	{ 'B', CUT | WALK, may_return, leg_returns, 1 },
	{ 'c', WALK, crash_applies, crash, 0 },
	{ 'r', UP | HELD | CUT | WALK, copy_applies, copy, 0 },
	{ 'l', UP | HELD | CUT | WALK, clean_applies, clean, 0 },
	{ 'u', UP | HELD | CUT | WIDE, same_applies, request_fua, STEER_SAME },
	{ 'd', UP | HELD | CUT | WIDE, same_applies, request, STEER_DISCARD },
	{ 'g', UP | CUT | WIDE, is_free, read_both, STEER_READ_SAME },
	{ 'S', UP, is_free, request, STEER_READ_NEXT },
	{ 's', CUT | WIDE, is_up, stop, 0 },
	{ 'p', CUT | WIDE, is_up, suspend, 0 },
	{ 'T', UP, mishap_is_alive, steer_fail_leg, 0 },
	{ 'X', UP, mishap_is_alive, steer_fail_leg, 1 },
	{ 'V', UP, mishap_is_alive, ambush_promotion, 1 },
	{ 't', 0, is_down, start, STEER_FORCED },
	{ 'v', WIDE, is_down, start, STEER_READ_ONLY },
	{ 'h', 0, mishap_is_alive, mishap_die, 2 },
	{ 'y', 0, mishap_is_alive, mishap_die, 3 },
	{ 'H', CUT, may_return, leg_returns, 2 },
	{ 'Y', CUT, may_return, leg_returns, 3 },
	{ 'i', WIDE, mishap_is_well, mishap_fail_write, 0 },
	{ 'j', WIDE, mishap_is_well, mishap_fail_write, 1 },
	{ 'k', WIDE, mishap_is_alive, mishap_fail_flush, 0 },
	{ 'q', WIDE, mishap_is_well, mishap_fail_flush, 1 },
	{ 'G', 0, mishap_is_well, mishap_be_busy, 1 },
	{ 'J', 0, mishap_is_alive, mishap_fail_flush_of_heal, 0 },
	{ 'K', UP, mishap_is_alive, mishap_check_table, 0 },
	{ 'm', WIDE, mishap_is_well, mishap_lock_meta, 0 },
	{ 'M', WIDE, mishap_is_locked, mishap_free_meta, 0 },
	{ 'n', WIDE, mishap_is_well, mishap_lock_meta, 1 },
	{ 'N', WIDE, mishap_is_locked, mishap_free_meta, 1 },
	{ 'e', WIDE, mishap_is_well, mishap_spoil, 0 },
	{ 'E', WIDE, mishap_is_well, mishap_spoil, 1 },
	{ 'Z', 0, mishap_is_well, mishap_spoil_table, 1 },
	{ 'P', 0, mishap_is_well, mishap_spoil_map, 0 },
	{ 'Q', 0, mishap_is_well, mishap_spoil_map, 1 },
	{ 'I', 0, mishap_may_spoil_log, mishap_spoil_log, 1 },
	{ 'z', WIDE, mishap_may_rot, mishap_rot, 0 },
	{ 'x', WIDE, mishap_may_replace, mishap_replace, 1 },
};

#define UPPER(name)	((name) - 'a' + 'A')

static bool is_upper_of(const struct letter *letter, char name)
{
	return letter->flags & HELD && UPPER(letter->name) == name;
}

static const struct letter *find(char name, bool *held)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(letters); i++) {
		*held = is_upper_of(&letters[i], name);
		if (*held || letters[i].name == name)
			return &letters[i];
	}
	return NULL;
}

/* What the disks have done, and what is on its way to them. */
static u64 sum_up(void)
{
	u64 sum = 0;
	unsigned int leg;

	for (leg = 0; leg < world.nr_disks; leg++)
		sum = sum * 0x100000001b3ull + (world.disk[leg].nr_writes << 32 |
						world.disk[leg].store.nr_cached << 16 |
						disk_nr_open(&world.disk[leg]));
	return sum;
}

static void perhaps_crash(void)
{
	u64 sum = sum_up();

	if (sum == run.seen)
		return;
	run.seen = sum;
	if (choice_of(2))
		sim_crash();
}

/* What was held ends while the letter goes on, or when it has come to rest. */
static bool is_late(const struct letter *letter)
{
	return run.is_open || (letter->flags & UP && steer_nr_held() && choice_of(2));
}

/* Whoever starts the array for a letter that needs it prunes what cannot be started. */
static void perform(const struct letter *letter, bool held)
{
	bool late = is_late(letter);
	u32 nr_held;

	if (letter->flags & UP && !front_is_up() && !steer_start(STEER_PROVEN))
		steer_prune("the start is refused");
	if (!letter->applies(letter->argument))
		steer_prune("the letter has no meaning here");
	steer_answer_again();
	if (letter->begin != crash && letter->begin != mishap_die && !late)
		steer_let_go();
	nr_held = steer_nr_held();
	if (held)
		steer_hold();
	steer_forget_errors();
	letter->begin(letter->argument);
	steer_settle();
	if (held && steer_nr_held() == nr_held)
		steer_prune("nothing is left under way");
	if (held || run.is_open || letter->begin == crash)
		return;
	steer_let_go();
	steer_await();
}

static void perform_cut(const struct letter *letter)
{
	run.seen = sum_up();
	if (!setjmp(sim_crash_env)) {
		sim_watch(perhaps_crash);
		perform(letter, false);
		sim_watch(NULL);
		steer_prune("the letter came to its end before the crash");
	}
	sim_watch(NULL);
	steer_crash();
}

/* What must be so now, and is no event. */
static void expect(char name)
{
	bool is_so = false;

	switch (name) {
	case '+':
		is_so = front_is_up() || steer_start(STEER_PROVEN);
		break;
	case '-':
		is_so = !front_is_up() && !steer_start(STEER_PROVEN);
		break;
	case '=':
		is_so = steer_is_whole();
		break;
	case '~':
		is_so = front_is_up() && !steer_is_whole();
		break;
	case ',':
		steer_let_time_pass();
		is_so = true;
		break;
	case '.':
		is_so = !steer_has_failed();
		break;
	case '!':
		is_so = steer_has_failed();
		break;
	}
	if (!is_so)
		sim_fail("expected", "behind %s: it is not so", choice_trail());
}

static void play_letter(char name, const char *digits)
{
	const struct letter *letter;
	bool held;

	SIM_NOTE("letter", NULL, { run.length, name });
	choice_mark(name, digits);
	run.length++;
	if (name == 'C' || name == '_') {
		run.is_cut = name == 'C';
		run.is_open = name == '_';
		return;
	}
	letter = find(name, &held);
	if (!letter) {
		expect(name);
		return;
	}
	if (run.is_cut)
		perform_cut(letter);
	else
		perform(letter, held);
	run.is_cut = false;
	run.is_open = false;
	steer_agree();
}

static void play_text(const char *text)
{
	while (*text >= '0' && *text <= '9')
		text++;
	while (*text) {
		play_letter(text[0], text + 1);
		for (text++; *text >= '0' && *text <= '9'; text++)
			;
	}
}

/* Letters that have a meaning now. */
static unsigned int offer(char *names)
{
	bool last = run.length + 1 == run.play->length;
	bool open = run.nr_open < MAX_OPEN && !last && !run.is_cut;
	u8 walked = run.play->wide ? WALK | WIDE : WALK;
	const struct letter *letter;
	unsigned int nr = 0;

	for (letter = letters; letter < letters + ARRAY_SIZE(letters); letter++) {
		if (!(letter->flags & walked) || !letter->applies(letter->argument) ||
		    (run.is_cut && !(letter->flags & CUT)))
			continue;
		names[nr++] = letter->name;
		if (letter->flags & HELD && open)
			names[nr++] = UPPER(letter->name);
	}
	if (open)
		names[nr++] = 'C';
	return nr;
}

static void play_all(void)
{
	char names[2 * ARRAY_SIZE(letters)];
	unsigned int nr;
	bool held;
	char name;

	while (run.length < run.play->length) {
		nr = offer(names);
		if (!nr)
			steer_prune("no letter has a meaning here");
		name = names[choice_of_letter(nr)];
		find(name, &held);
		run.nr_open += held || name == 'C';
		play_letter(name, "");
		if (run.length == min(run.play->length, 3u) && run.play->is_ours &&
		    !run.play->is_ours())
			steer_prune("of another process");
	}
}

static void set_up(const struct letter_play *play)
{
	memset(&run, 0, sizeof(run));
	run.play = play;
	choice_rewind();
	sim_start(1);
	options_fixed(&world.options, &play->options);
	oracle_begin();
	oracle_keep_begin();
	faults_start(&world.options);
	admin_start();
	rollback_start();
	steer_begin();
}

static void clean_up(void)
{
	sim_watch(NULL);
	ambush_end();
	sim_clear();
	front_drop_requests();
	sim_memory_drop();
	users_stop();
	rollback_undo();
	world_destroy();
}

enum letter_verdict letter_run(const struct letter_play *play)
{
	volatile enum letter_verdict verdict = LETTER_PASSED;

	set_up(play);
	if (!setjmp(sim_fail_env)) {
		front_start();
		world_create();
		users_start();
		choice_fix(play->text ? play->text : "");
		if (!steer_start(STEER_PROVEN))
			sim_fail("availability", "the array as created does not start");
		if (play->text)
			play_text(play->text);
		else
			play_all();
		if (ambush_is_waiting())
			steer_prune("no promotion came");
		steer_end();
	} else {
		verdict = steer_was_pruned() ? LETTER_PRUNED : LETTER_FAILED;
	}
	clean_up();
	return verdict;
}

bool letter_check(const char *text, unsigned int *at)
{
	unsigned int nr = 0;
	bool held;

	for (*at = 0; text[*at]; ++*at) {
		if (text[*at] >= '0' && text[*at] <= '9')
			continue;
		if (!strchr("C_+-=~,.!", text[*at]) && !find(text[*at], &held))
			return false;
		if (++nr > LETTER_MOST)
			return false;
	}
	return true;
}
