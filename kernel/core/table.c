// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Table line and messages, words to struct and back; grammar in
 * uapi/tandem_table.h.
 *
 * Parsing is strict: one spelling per meaning, nothing left over, no option
 * twice. What is printed is therefore what was loaded, and device-mapper's
 * comparison of tables (and its integrity measurement) can rely on it.
 *
 * Device-mapper splits a line at white space, where a backslash takes the next
 * character as it is; white space is a matter of the kernel's table of
 * characters, in which 0xa0 is a space, even inside UTF-8. So the printer puts
 * a backslash in front of every byte of a disk's name that is not plain ASCII.
 *
 * Relations: core/text.c for numbers and identifiers.
 */
#include "sys.h"
#include "core/table.h"

static int refuse(const char **why, const char *phrase)
{
	if (why)
		*why = phrase;
	return -EINVAL;
}

/* Next of the words that are left, or the empty one, which nothing accepts. */
static const char *next_word(struct tandem_words *left)
{
	if (!left->nr)
		return "";
	left->nr--;
	return *left->word++;
}

static bool disk_is_absent(const char *disk)
{
	return !strcmp(disk, "-");
}

static int parse_array(struct tandem_words *left, struct tandem_table *table, const char **why)
{
	char canonical[TANDEM_ID_TEXT_BYTES];
	const char *word = next_word(left);

	if (tandem_id_from_text(word, &table->array))
		return refuse(why, "array (not 32 hex digits)");
	tandem_id_to_text(&table->array, canonical);
	if (strcmp(word, canonical))
		return refuse(why, "array (not 32 lower-case hex digits)");
	if (tandem_id_is_none(&table->array))
		return refuse(why, "array (all zero)");
	return 0;
}

static int parse_disks(struct tandem_words *left, struct tandem_table *table, const char **why)
{
	bool any = false;
	unsigned int i, k;
	u64 nr;

	if (tandem_number_parse(next_word(left), TANDEM_MAX_LEGS, &nr) ||
	    nr < TANDEM_MIN_LEGS_PER_SET)
		return refuse(why, "number of legs (2 to 64)");
	table->nr_legs = (u16)nr;
	for (i = 0; i < nr; i++) {
		const char *disk = next_word(left);

		if (!disk[0])
			return refuse(why, "disk (one for each leg, or -)");
		table->disk[i] = disk;
		if (disk_is_absent(disk))
			continue;
		any = true;
		for (k = 0; k < i; k++) {
			if (!strcmp(disk, table->disk[k]))
				return refuse(why, "disk (given for two legs)");
		}
	}
	return any ? 0 : refuse(why, "disk (none given)");
}

static int parse_degraded(struct tandem_words *left, struct tandem_table *table, const char **why)
{
	int policy = tandem_degraded_parse(next_word(left));

	if (policy < 0)
		return refuse(why, "degraded (never, proven or force)");
	table->degraded = (enum tandem_degraded)policy;
	return 0;
}

static int parse_rebuild(struct tandem_words *left, struct tandem_table *table, const char **why)
{
	u64 leg;

	if (tandem_number_parse(next_word(left), table->nr_legs - 1u, &leg))
		return refuse(why, "rebuild (number of a leg)");
	if (table->rebuild >> leg & 1)
		return refuse(why, "rebuild (a leg twice)");
	if (disk_is_absent(table->disk[leg]))
		return refuse(why, "rebuild (a leg without a disk)");
	table->rebuild |= 1ull << leg;
	return 0;
}

static int parse_grow(struct tandem_words *left, struct tandem_table *table, const char **why)
{
	if (table->grow_sectors)
		return refuse(why, "grow (given twice)");
	if (tandem_number_parse(next_word(left), TANDEM_MAX_SET_SECTORS, &table->grow_sectors) ||
	    !table->grow_sectors)
		return refuse(why, "grow (sectors of a set)");
	return 0;
}

/* One change of the number of places at a time; @most: the last number that may be meant. */
static int parse_place(struct tandem_words *left, struct tandem_table *table, unsigned int most,
		       u16 *place)
{
	u64 leg;

	if (table->replace || table->retire || tandem_number_parse(next_word(left), most, &leg))
		return -EINVAL;
	*place = (u16)(leg + 1);
	return 0;
}

static int parse_shape(struct tandem_words *left, struct tandem_table *table, bool wider,
		       const char **why)
{
	/* The place that is new is no old one; the one that goes may be behind all others. */
	if (wider && parse_place(left, table, table->nr_legs - 2u, &table->replace))
		return refuse(why, "replace (number of a leg, once)");
	if (!wider && parse_place(left, table, table->nr_legs, &table->retire))
		return refuse(why, "retire (number of a leg, once)");
	return 0;
}

static int parse_options(struct tandem_words *left, struct tandem_table *table, const char **why)
{
	bool any_degraded = false;
	u64 nr;

	if (tandem_number_parse(next_word(left), ~0u, &nr) || nr != left->nr)
		return refuse(why, "number of option words (not the words that follow)");
	while (left->nr) {
		const char *word = next_word(left);
		int error;

		if (!strcmp(word, "rebuild")) {
			error = parse_rebuild(left, table, why);
		} else if (!strcmp(word, "grow")) {
			error = parse_grow(left, table, why);
		} else if (!strcmp(word, "replace") || !strcmp(word, "retire")) {
			error = parse_shape(left, table, !strcmp(word, "replace"), why);
		} else if (!strcmp(word, "degraded")) {
			if (any_degraded)
				return refuse(why, "degraded (given twice)");
			any_degraded = true;
			error = parse_degraded(left, table, why);
		} else {
			return refuse(why, "option (unknown)");
		}
		if (error)
			return error;
	}
	return 0;
}

int tandem_table_parse(unsigned int argc, char *const *argv, struct tandem_table *table,
		       const char **why)
{
	struct tandem_words left = { .nr = argc, .word = argv };
	int error;

	memset(table, 0, sizeof(*table));
	error = parse_array(&left, table, why);
	if (!error)
		error = parse_disks(&left, table, why);
	if (!error)
		error = parse_options(&left, table, why);
	return error;
}

/* A text being printed; @len counts on where @size has ended. */
struct line {
	char *text;
	size_t size;
	size_t len;
};

static void line_add_char(struct line *line, char letter)
{
	if (line->len < line->size)
		line->text[line->len] = letter;
	line->len++;
}

static void line_add_text(struct line *line, const char *text)
{
	while (*text)
		line_add_char(line, *text++);
}

static void line_add_disk(struct line *line, const char *disk)
{
	for (; *disk; disk++) {
		if (*disk <= ' ' || *disk >= 127 || *disk == '\\')
			line_add_char(line, '\\');
		line_add_char(line, *disk);
	}
}

static void line_add_number(struct line *line, u64 number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	line_add_text(line, digits);
}

/* Characters without the zero, or -ENOSPC; what was cut is still terminated. */
static int line_finish(struct line *line)
{
	int len = (int)line->len;

	line_add_char(line, '\0');
	if (line->len <= line->size)
		return len;
	if (line->size)
		line->text[line->size - 1] = '\0';
	return -ENOSPC;
}

int tandem_table_format(const struct tandem_table *table, char *text, size_t size)
{
	struct line line = { .text = text, .size = size };
	char array[TANDEM_ID_TEXT_BYTES];
	unsigned int i, nr_words = 0;

	tandem_id_to_text(&table->array, array);
	line_add_text(&line, array);
	line_add_char(&line, ' ');
	line_add_number(&line, table->nr_legs);
	for (i = 0; i < table->nr_legs; i++) {
		line_add_char(&line, ' ');
		line_add_disk(&line, table->disk[i]);
		if (table->rebuild >> i & 1)
			nr_words += 2;
	}
	if (table->degraded != TANDEM_DEGRADED_NEVER)
		nr_words += 2;
	if (table->grow_sectors)
		nr_words += 2;
	if (table->replace || table->retire)
		nr_words += 2;
	line_add_char(&line, ' ');
	line_add_number(&line, nr_words);
	if (table->degraded != TANDEM_DEGRADED_NEVER) {
		line_add_text(&line, " degraded ");
		line_add_text(&line, tandem_degraded_text(table->degraded));
	}
	for (i = 0; i < table->nr_legs; i++) {
		if (table->rebuild >> i & 1) {
			line_add_text(&line, " rebuild ");
			line_add_number(&line, i);
		}
	}
	if (table->grow_sectors) {
		line_add_text(&line, " grow ");
		line_add_number(&line, table->grow_sectors);
	}
	if (table->replace || table->retire) {
		line_add_text(&line, table->replace ? " replace " : " retire ");
		line_add_number(&line, (table->replace ?: table->retire) - 1u);
	}
	return line_finish(&line);
}

/* 0 takes back what was said before. */
static int parse_value(const char *word, u64 least, u64 most, u64 *value)
{
	if (tandem_number_parse(word, most, value))
		return -EINVAL;
	return *value && *value < least ? -EINVAL : 0;
}

static int parse_sync(struct tandem_words *left, struct tandem_message *message, const char **why)
{
	const char *what = next_word(left);

	if (!strcmp(what, "pause")) {
		message->verb = TANDEM_MESSAGE_SYNC_PAUSE;
	} else if (!strcmp(what, "resume")) {
		message->verb = TANDEM_MESSAGE_SYNC_RESUME;
	} else if (!strcmp(what, "rate")) {
		message->verb = TANDEM_MESSAGE_SYNC_RATE;
		if (parse_value(next_word(left), TANDEM_MIN_RATE_LIMIT, TANDEM_MAX_COPY_RATE,
				&message->value))
			return refuse(why, "sync rate (bytes a second, 65536 at least, or 0)");
	} else if (!strcmp(what, "latency")) {
		message->verb = TANDEM_MESSAGE_SYNC_LATENCY;
		if (parse_value(next_word(left), TANDEM_MIN_LATENCY_TARGET_US,
				TANDEM_MAX_LATENCY_TARGET_US, &message->value))
			return refuse(why, "sync latency (microseconds, 10 to 10000000, or 0)");
	} else {
		return refuse(why, "sync (pause, resume, rate or latency)");
	}
	return 0;
}

static int parse_leg(struct tandem_words *left, unsigned int nr_legs, u16 *leg)
{
	u64 number;

	if (!nr_legs || tandem_number_parse(next_word(left), nr_legs - 1u, &number))
		return -EINVAL;
	*leg = (u16)number;
	return 0;
}

static int parse_read(struct tandem_words *left, unsigned int nr_legs,
		      struct tandem_message *message, const char **why)
{
	int class;

	message->verb = TANDEM_MESSAGE_SET_READ;
	if (parse_leg(left, nr_legs, &message->leg))
		return refuse(why, "set read (number of a leg)");
	class = tandem_read_class_parse(next_word(left));
	if (class < 0)
		return refuse(why, "set read (normal, preferred or avoided)");
	message->value = (u64)class;
	return 0;
}

static int parse_set(struct tandem_words *left, unsigned int nr_legs,
		     struct tandem_message *message, const char **why)
{
	const char *what = next_word(left);

	if (!strcmp(what, "latency")) {
		message->verb = TANDEM_MESSAGE_SET_LATENCY;
		if (parse_value(next_word(left), TANDEM_MIN_LATENCY_TARGET_US,
				TANDEM_MAX_LATENCY_TARGET_US, &message->value))
			return refuse(why, "set latency (microseconds, 10 to 10000000, or 0)");
	} else if (!strcmp(what, "recovery")) {
		message->verb = TANDEM_MESSAGE_SET_RECOVERY;
		if (parse_value(next_word(left), TANDEM_MIN_RECOVERY_TARGET_MS,
				TANDEM_MAX_RECOVERY_TARGET_MS, &message->value) ||
		    !message->value)
			return refuse(why, "set recovery (milliseconds, 100 to 3600000)");
	} else if (!strcmp(what, "read")) {
		return parse_read(left, nr_legs, message, why);
	} else {
		return refuse(why, "set (latency, recovery or read)");
	}
	return 0;
}

int tandem_message_parse(const struct tandem_words *words, unsigned int nr_legs,
			 struct tandem_message *message, const char **why)
{
	struct tandem_words left = *words;
	const char *verb = next_word(&left);
	int error = 0;

	memset(message, 0, sizeof(*message));
	if (!strcmp(verb, "fail")) {
		message->verb = TANDEM_MESSAGE_FAIL;
		if (parse_leg(&left, nr_legs, &message->leg))
			return refuse(why, "fail (number of a leg)");
	} else if (!strcmp(verb, "sync")) {
		error = parse_sync(&left, message, why);
	} else if (!strcmp(verb, "set")) {
		error = parse_set(&left, nr_legs, message, why);
	} else {
		return refuse(why, "message (fail, sync or set)");
	}
	if (!error && left.nr)
		return refuse(why, "message (words left over)");
	return error;
}

int tandem_message_format(const struct tandem_message *message, char *text, size_t size)
{
	struct line line = { .text = text, .size = size };

	switch (message->verb) {
	case TANDEM_MESSAGE_FAIL:
		line_add_text(&line, "fail ");
		line_add_number(&line, message->leg);
		break;
	case TANDEM_MESSAGE_SYNC_PAUSE:
		line_add_text(&line, "sync pause");
		break;
	case TANDEM_MESSAGE_SYNC_RESUME:
		line_add_text(&line, "sync resume");
		break;
	case TANDEM_MESSAGE_SYNC_RATE:
		line_add_text(&line, "sync rate ");
		line_add_number(&line, message->value);
		break;
	case TANDEM_MESSAGE_SYNC_LATENCY:
		line_add_text(&line, "sync latency ");
		line_add_number(&line, message->value);
		break;
	case TANDEM_MESSAGE_SET_LATENCY:
		line_add_text(&line, "set latency ");
		line_add_number(&line, message->value);
		break;
	case TANDEM_MESSAGE_SET_RECOVERY:
		line_add_text(&line, "set recovery ");
		line_add_number(&line, message->value);
		break;
	case TANDEM_MESSAGE_SET_READ:
		line_add_text(&line, "set read ");
		line_add_number(&line, message->leg);
		line_add_char(&line, ' ');
		line_add_text(&line, tandem_read_class_text((unsigned int)message->value));
		break;
	}
	return line_finish(&line);
}
