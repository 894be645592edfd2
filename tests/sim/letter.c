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
#include "choice.h"
#include "front_device.h"
#include "letter.h"
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
	u64 seen;			/* what the disks had done when one last looked */
} run;

static bool is_quiet(void)
{
	return !steer_is_busy(STEER_SAME);
}

static bool other_applies(void)
{
	return !steer_is_busy(STEER_OTHER) && (run.written || run.play->text);
}

static bool flush_applies(void)
{
	return !steer_is_busy(STEER_FLUSH);
}

static bool read_applies(void)
{
	return !steer_is_busy(STEER_READ_SAME) && !steer_is_busy(STEER_READ_OTHER);
}

static bool a_is_there(void)
{
	return !steer_is_dead(0);
}

static bool b_is_there(void)
{
	return !steer_is_dead(1);
}

static bool a_is_gone(void)
{
	return steer_is_dead(0);
}

static bool b_is_gone(void)
{
	return steer_is_dead(1);
}

static bool crash_applies(void)
{
	return front_exists() || steer_is_volatile();
}

static bool copy_applies(void)
{
	return !front_is_up() || steer_may_copy();
}

static bool clean_applies(void)
{
	return !front_is_up() || steer_may_clean();
}

static bool is_up(void)
{
	return front_is_up();
}

static void write_same(void)
{
	run.written = true;
	steer_submit(STEER_SAME, false);
}

static void write_fua(void)
{
	run.written = true;
	steer_submit(STEER_SAME, true);
}

static void write_other(void)
{
	steer_submit(STEER_OTHER, false);
}

static void flush(void)
{
	steer_submit(STEER_FLUSH, false);
}

static void read_both(void)
{
	steer_submit(STEER_READ_SAME, false);
	steer_submit(STEER_READ_OTHER, false);
}

static void a_dies(void)
{
	steer_die(0);
}

static void b_dies(void)
{
	steer_die(1);
}

static void a_returns(void)
{
	steer_return(0);
}

static void b_returns(void)
{
	steer_return(1);
}

/*
 * up: needs a running array; held: in its upper-case form it is left under way; cut:
 * C may stand before it; walked: part of every walk.
 */
struct letter {
	char name;
	bool up, held, cut, walked;
	bool (*applies)(void);
	void (*begin)(void);
};

static const struct letter letters[] = {
	{ 'w', true,  true,  true,  true,  is_quiet,      write_same },
	{ 'o', true,  true,  true,  true,  other_applies, write_other },
	{ 'f', true,  true,  true,  true,  flush_applies, flush },
	{ 'a', false, false, false, true,  a_is_there,    a_dies },
	{ 'b', false, false, false, true,  b_is_there,    b_dies },
	{ 'A', false, false, true,  true,  a_is_gone,     a_returns },
	{ 'B', false, false, true,  true,  b_is_gone,     b_returns },
	{ 'c', false, false, false, true,  crash_applies, steer_crash },
	{ 'r', true,  true,  true,  true,  copy_applies,  steer_copy },
	{ 'l', true,  true,  true,  true,  clean_applies, steer_clean },
	{ 'u', true,  true,  true,  false, is_quiet,      write_fua },
	{ 'g', true,  false, true,  false, read_applies,  read_both },
	{ 's', false, false, true,  false, is_up,         steer_stop },
	{ 'p', false, false, true,  false, is_up,         steer_suspend_and_resume },
};

#define UPPER(name)	((name) - 'a' + 'A')

static bool is_upper_of(const struct letter *letter, char name)
{
	return letter->held && UPPER(letter->name) == name;
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

/* Whoever starts the array for a letter that needs it prunes what cannot be started. */
static void perform(const struct letter *letter, bool held)
{
	if (letter->up && !front_is_up() && !steer_start())
		steer_prune();
	if (!letter->applies())
		steer_prune();
	if (letter->begin != steer_crash)
		steer_let_go();
	if (held)
		steer_hold();
	letter->begin();
	steer_settle();
	if (!held)
		steer_await();
	else if (!steer_is_held())
		steer_prune();
}

static void perform_cut(const struct letter *letter)
{
	run.seen = sum_up();
	if (!setjmp(sim_crash_env)) {
		sim_watch(perhaps_crash);
		perform(letter, false);
		sim_watch(NULL);
		steer_prune();
	}
	sim_watch(NULL);
	steer_crash();
}

static void play_letter(char name, const char *digits)
{
	const struct letter *letter;
	bool held;

	SIM_NOTE("letter", NULL, { run.length, name });
	choice_mark(name, digits);
	run.length++;
	if (name == 'C') {
		run.is_cut = true;
		return;
	}
	letter = find(name, &held);
	if (run.is_cut)
		perform_cut(letter);
	else
		perform(letter, held);
	run.is_cut = false;
	steer_agree();
}

static void play_text(const char *text)
{
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
	const struct letter *letter;
	unsigned int nr = 0;

	for (letter = letters; letter < letters + ARRAY_SIZE(letters); letter++) {
		if (!letter->walked || !letter->applies() || (run.is_cut && !letter->cut))
			continue;
		names[nr++] = letter->name;
		if (letter->held && open)
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
			steer_prune();
		name = names[choice_of_letter(nr)];
		find(name, &held);
		run.nr_open += held || name == 'C';
		play_letter(name, "");
		if (run.length == min(run.play->length, 3u) && run.play->is_ours &&
		    !run.play->is_ours())
			steer_prune();
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
	faults_start(&world.options);
	admin_start();
	rollback_start();
	steer_begin();
}

static void clean_up(void)
{
	sim_watch(NULL);
	sim_clear();
	front_drop_requests();
	sim_memory_drop();
	users_stop();
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
		if (play->text)
			play_text(play->text);
		else
			play_all();
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
		if (text[*at] >= '0' && text[*at] <= '9' && nr)
			continue;
		if (text[*at] != 'C' && !find(text[*at], &held))
			return false;
		if (++nr > LETTER_MOST)
			return false;
	}
	return nr;
}
