// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Status line, struct to text and back; grammar in uapi/tandem_table.h.
 *
 * The first word is the version of the grammar. Words may be added behind the
 * last without a new version: the parser passes over them. Anything else that
 * it does not know word for word it refuses: a status that is half understood
 * would show as a healthy array.
 *
 * Relations: core/text.c for numbers and states.
 */
#include "sys.h"
#include "core/status.h"

#define GRAMMAR_VERSION 1u

/* Longest word that is read: a number of 64 bits has 20 digits. */
#define WORD_BYTES 24u

#define ANY_NUMBER (~0ull)
#define ANY_U32 (~0u)

static int format_leg(const struct tandem_leg_status *leg, char *text, size_t size)
{
	return snprintf(text, size, " %s:%llu:%llu:%llu:%llu", tandem_leg_state_text(leg->state),
			leg->generation, leg->read_errors, leg->write_errors, leg->flush_errors);
}

static int format_log(const struct tandem_log_status *log, char *text, size_t size)
{
	if (!log->present)
		return snprintf(text, size, " -");
	if (!log->has_record_waits)
		return snprintf(text, size, " %llu/%llu/%llu/%llu", log->dirty_regions,
				log->limit_regions, log->records, log->waits);
	return snprintf(text, size, " %llu/%llu/%llu/%llu/%llu", log->dirty_regions,
			log->limit_regions, log->records, log->waits, log->record_waits);
}

static int format_copy(const struct tandem_copy_status *copy, char *text, size_t size)
{
	if (!copy->present)
		return snprintf(text, size, " -");
	return snprintf(text, size, " %llu/%llu", copy->rate, copy->worst_ms);
}

static int format_pace(const struct tandem_pace_status *pace, char *text, size_t size)
{
	if (!pace->present)
		return snprintf(text, size, " -");
	return snprintf(text, size, " %llu/%llu/%llu/%llu", pace->rate, pace->eta_s, pace->limit,
			pace->target_us);
}

static int format_lost(const struct tandem_lost_status *lost, char *text, size_t size)
{
	if (!lost->present)
		return snprintf(text, size, " -");
	return snprintf(text, size, " %llu", lost->sectors);
}

static int format_kept(const struct tandem_kept_status *kept, char *text, size_t size)
{
	if (!kept->present)
		return snprintf(text, size, " -");
	return snprintf(text, size, " %llu/%llu/%u", kept->target_us, kept->recovery_ms,
			(unsigned int)kept->due);
}

/* Two words, the second with a part for each leg. */
static int format_shape(const struct tandem_status *status, char *text, size_t size)
{
	const struct tandem_shape_status *shape = &status->shape;
	unsigned int i;
	size_t len;

	if (!shape->present)
		return snprintf(text, size, " -");
	len = (size_t)snprintf(text, size, " %s/%s/%u/%u/%u", tandem_level_text(shape->level),
			       tandem_role_text(shape->role), shape->chunk_sectors,
			       shape->region_sectors, (unsigned int)shape->nr_sets);
	for (i = 0; i < status->nr_legs && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%c%u:%u:%u", i ? ',' : ' ',
					(unsigned int)status->leg[i].set,
					(unsigned int)status->leg[i].by_hand,
					(unsigned int)status->leg[i].replaces);
	return (int)len;
}

static int format_read(const struct tandem_status *status, char *text, size_t size)
{
	unsigned int i;
	size_t len = 0;

	if (!status->has_read_classes)
		return snprintf(text, size, " -");
	for (i = 0; i < status->nr_legs && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%c%s", i ? ',' : ' ',
					tandem_read_class_text(status->leg[i].read_class));
	return (int)len;
}

static int format_latencies(const struct tandem_status *status, char *text, size_t size)
{
	const struct tandem_leg_status *leg = status->leg;
	unsigned int i;
	size_t len = 0;

	if (!status->has_latencies)
		return snprintf(text, size, " -");
	for (i = 0; i < status->nr_legs && len < size; i++, leg++)
		len += (size_t)snprintf(text + len, size - len, "%c%u:%u:%u", i ? ',' : ' ',
					leg->p50_us, leg->p99_us, leg->sits_us);
	return (int)len;
}

int tandem_status_format(const struct tandem_status *status, char *text, size_t size)
{
	unsigned int i;
	size_t len;

	len = (size_t)snprintf(text, size, "%u %s %s %llu %llu %llu %llu %llu/%llu %u",
			       GRAMMAR_VERSION, tandem_array_state_text(status->state),
			       tandem_sync_kind_text(status->sync), status->done_regions,
			       status->total_regions, status->unsure_regions, status->epoch,
			       status->resync_sectors, status->rebuild_sectors,
			       (unsigned int)status->nr_legs);
	for (i = 0; i < status->nr_legs && len < size; i++)
		len += (size_t)format_leg(&status->leg[i], text + len, size - len);
	if (len < size)
		len += (size_t)format_log(&status->log, text + len, size - len);
	if (len < size)
		len += (size_t)format_copy(&status->copy, text + len, size - len);
	if (len < size)
		len += (size_t)format_pace(&status->pace, text + len, size - len);
	if (len < size)
		len += (size_t)format_lost(&status->lost, text + len, size - len);
	if (len < size)
		len += (size_t)format_kept(&status->kept, text + len, size - len);
	if (len < size)
		len += (size_t)format_shape(status, text + len, size - len);
	if (len < size)
		len += (size_t)format_read(status, text + len, size - len);
	if (len < size)
		len += (size_t)format_latencies(status, text + len, size - len);
	return len < size ? (int)len : -ENOSPC;
}

/* A line being read, and a copy of the word that was last taken from it. */
struct reader {
	const char *text;
	char word[WORD_BYTES];
};

/*
 * The word in front of @end, which is passed as well; the end of the line ends
 * a word as a space does. One that is too long or ends otherwise reads as the
 * empty word, which nothing accepts.
 */
static const char *take_word(struct reader *reader, char end)
{
	const char *from = reader->text;
	size_t len = 0;

	while (from[len] && from[len] != ' ' && from[len] != end)
		len++;
	reader->text = from + len;
	reader->word[0] = '\0';
	if (len >= sizeof(reader->word) || (end != ' ' && from[len] != end))
		return reader->word;
	memcpy(reader->word, from, len);
	reader->word[len] = '\0';
	if (from[len])
		reader->text++;
	while (end == ' ' && *reader->text == ' ')
		reader->text++;
	return reader->word;
}

static int take_number(struct reader *reader, char end, u64 max, u64 *value)
{
	return tandem_number_parse(take_word(reader, end), max, value);
}

static int parse_leg(struct reader *reader, struct tandem_leg_status *leg)
{
	int state = tandem_leg_state_parse(take_word(reader, ':'));

	if (state < 0 || take_number(reader, ':', ANY_NUMBER, &leg->generation) ||
	    take_number(reader, ':', ANY_NUMBER, &leg->read_errors) ||
	    take_number(reader, ':', ANY_NUMBER, &leg->write_errors) ||
	    take_number(reader, ' ', ANY_NUMBER, &leg->flush_errors))
		return -EINVAL;
	leg->state = (enum tandem_leg_state)state;
	return 0;
}

/* Is there another number in this word? */
static bool has_more(const struct reader *reader)
{
	return reader->text[strcspn(reader->text, " /")] == '/';
}

/* A module that knows no log ends its line here. */
static int parse_log(struct reader *reader, struct tandem_log_status *log)
{
	if (!*reader->text)
		return 0;
	if (*reader->text == '-')
		return strcmp(take_word(reader, ' '), "-") ? -EINVAL : 0;
	if (take_number(reader, '/', ANY_NUMBER, &log->dirty_regions) ||
	    take_number(reader, '/', ANY_NUMBER, &log->limit_regions) ||
	    take_number(reader, '/', ANY_NUMBER, &log->records))
		return -EINVAL;
	log->has_record_waits = has_more(reader);
	if (take_number(reader, log->has_record_waits ? '/' : ' ', ANY_NUMBER, &log->waits))
		return -EINVAL;
	if (log->has_record_waits &&
	    take_number(reader, ' ', ANY_NUMBER, &log->record_waits))
		return -EINVAL;
	log->present = true;
	return 0;
}

/* A module that does not measure ends its line here. */
static int parse_copy(struct reader *reader, struct tandem_copy_status *copy)
{
	if (!*reader->text)
		return 0;
	if (*reader->text == '-')
		return strcmp(take_word(reader, ' '), "-") ? -EINVAL : 0;
	if (take_number(reader, '/', ANY_NUMBER, &copy->rate) ||
	    take_number(reader, ' ', ANY_NUMBER, &copy->worst_ms))
		return -EINVAL;
	copy->present = true;
	return 0;
}

/* A module that does not steer ends its line here. */
static int parse_pace(struct reader *reader, struct tandem_pace_status *pace)
{
	if (!*reader->text)
		return 0;
	if (*reader->text == '-')
		return strcmp(take_word(reader, ' '), "-") ? -EINVAL : 0;
	if (take_number(reader, '/', ANY_NUMBER, &pace->rate) ||
	    take_number(reader, '/', ANY_NUMBER, &pace->eta_s) ||
	    take_number(reader, '/', ANY_NUMBER, &pace->limit) ||
	    take_number(reader, ' ', ANY_NUMBER, &pace->target_us))
		return -EINVAL;
	pace->present = true;
	return 0;
}

/* A module that knows no lost ranges ends its line here. */
static int parse_lost(struct reader *reader, struct tandem_lost_status *lost)
{
	if (!*reader->text)
		return 0;
	if (*reader->text == '-')
		return strcmp(take_word(reader, ' '), "-") ? -EINVAL : 0;
	if (take_number(reader, ' ', ANY_NUMBER, &lost->sectors))
		return -EINVAL;
	lost->present = true;
	return 0;
}

/* A module that keeps no settings ends its line here. */
static int parse_kept(struct reader *reader, struct tandem_kept_status *kept)
{
	u64 due;

	if (!*reader->text)
		return 0;
	if (*reader->text == '-')
		return strcmp(take_word(reader, ' '), "-") ? -EINVAL : 0;
	if (take_number(reader, '/', ANY_NUMBER, &kept->target_us) ||
	    take_number(reader, '/', ANY_NUMBER, &kept->recovery_ms) ||
	    take_number(reader, ' ', 1, &due))
		return -EINVAL;
	kept->due = due;
	kept->present = true;
	return 0;
}

static int take_level(struct reader *reader, u8 *level)
{
	const char *word = take_word(reader, '/');

	*level = TANDEM_RAID1;
	if (!strcmp(word, tandem_level_text(TANDEM_RAID1)))
		return 0;
	*level = TANDEM_RAID10;
	return strcmp(word, tandem_level_text(TANDEM_RAID10)) ? -EINVAL : 0;
}

static int take_role(struct reader *reader, u8 *role)
{
	const char *word = take_word(reader, '/');

	for (*role = TANDEM_ROLE_LOG; *role <= TANDEM_ROLE_MIXED; (*role)++)
		if (!strcmp(word, tandem_role_text(*role)))
			return 0;
	return -EINVAL;
}

static int parse_places(struct reader *reader, struct tandem_status *status)
{
	u64 set, by_hand, replaces;
	unsigned int i;

	for (i = 0; i < status->nr_legs; i++) {
		if (take_number(reader, ':', TANDEM_MAX_SETS - 1, &set) ||
		    take_number(reader, ':', 1, &by_hand) ||
		    take_number(reader, i + 1 < status->nr_legs ? ',' : ' ', status->nr_legs,
				&replaces))
			return -EINVAL;
		status->leg[i].set = (u16)set;
		status->leg[i].by_hand = by_hand;
		status->leg[i].replaces = (u16)replaces;
	}
	return 0;
}

/* A module that does not tell the shape ends its line here. */
static int parse_shape(struct reader *reader, struct tandem_status *status)
{
	struct tandem_shape_status *shape = &status->shape;
	u64 chunk, region, sets;

	if (!*reader->text)
		return 0;
	if (*reader->text == '-')
		return strcmp(take_word(reader, ' '), "-") ? -EINVAL : 0;
	if (take_level(reader, &shape->level) || take_role(reader, &shape->role) ||
	    take_number(reader, '/', TANDEM_MAX_CHUNK_SECTORS, &chunk) ||
	    take_number(reader, '/', TANDEM_MAX_REGION_SECTORS, &region) ||
	    take_number(reader, ' ', TANDEM_MAX_SETS, &sets))
		return -EINVAL;
	shape->chunk_sectors = (u32)chunk;
	shape->region_sectors = (u32)region;
	shape->nr_sets = (u16)sets;
	shape->present = true;
	return parse_places(reader, status);
}

/* A module that knows no classes ends its line here. */
static int parse_read(struct reader *reader, struct tandem_status *status)
{
	unsigned int i;
	int class;

	if (!*reader->text)
		return 0;
	if (*reader->text == '-')
		return strcmp(take_word(reader, ' '), "-") ? -EINVAL : 0;
	for (i = 0; i < status->nr_legs; i++) {
		class = tandem_read_class_parse(take_word(reader, i + 1 < status->nr_legs ? ',' :
							  ' '));
		if (class < 0)
			return -EINVAL;
		status->leg[i].read_class = (enum tandem_read_class)class;
	}
	status->has_read_classes = true;
	return 0;
}

/* A module that does not time reads ends its line here. */
static int parse_latencies(struct reader *reader, struct tandem_status *status)
{
	u64 p50_us, p99_us, sits_us;
	unsigned int i;

	if (!*reader->text)
		return 0;
	if (*reader->text == '-')
		return strcmp(take_word(reader, ' '), "-") ? -EINVAL : 0;
	for (i = 0; i < status->nr_legs; i++) {
		if (take_number(reader, ':', ANY_U32, &p50_us) ||
		    take_number(reader, ':', ANY_U32, &p99_us) ||
		    take_number(reader, i + 1 < status->nr_legs ? ',' : ' ', ANY_U32,
				&sits_us))
			return -EINVAL;
		status->leg[i].p50_us = (u32)p50_us;
		status->leg[i].p99_us = (u32)p99_us;
		status->leg[i].sits_us = (u32)sits_us;
	}
	status->has_latencies = true;
	return 0;
}

static int parse_array(struct reader *reader, struct tandem_status *status)
{
	int state = tandem_array_state_parse(take_word(reader, ' '));
	int sync = tandem_sync_kind_parse(take_word(reader, ' '));

	if (state < 0 || sync < 0 ||
	    take_number(reader, ' ', ANY_NUMBER, &status->done_regions) ||
	    take_number(reader, ' ', ANY_NUMBER, &status->total_regions) ||
	    take_number(reader, ' ', ANY_NUMBER, &status->unsure_regions) ||
	    take_number(reader, ' ', ANY_NUMBER, &status->epoch) ||
	    take_number(reader, '/', ANY_NUMBER, &status->resync_sectors) ||
	    take_number(reader, ' ', ANY_NUMBER, &status->rebuild_sectors))
		return -EINVAL;
	status->state = (enum tandem_array_state)state;
	status->sync = (enum tandem_sync_kind)sync;
	return 0;
}

int tandem_status_parse(const char *text, struct tandem_status *status)
{
	struct reader reader = { .text = text };
	unsigned int i;
	u64 number;

	memset(status, 0, sizeof(*status));
	if (take_number(&reader, ' ', ANY_NUMBER, &number) || number != GRAMMAR_VERSION)
		return -EINVAL;
	if (parse_array(&reader, status))
		return -EINVAL;
	if (take_number(&reader, ' ', TANDEM_MAX_LEGS, &number) ||
	    number < TANDEM_MIN_LEGS_PER_SET)
		return -EINVAL;
	status->nr_legs = (u16)number;
	for (i = 0; i < status->nr_legs; i++) {
		if (parse_leg(&reader, &status->leg[i]))
			return -EINVAL;
	}
	if (parse_log(&reader, &status->log) || parse_copy(&reader, &status->copy))
		return -EINVAL;
	if (parse_pace(&reader, &status->pace))
		return -EINVAL;
	if (parse_lost(&reader, &status->lost))
		return -EINVAL;
	if (parse_kept(&reader, &status->kept))
		return -EINVAL;
	if (parse_shape(&reader, status))
		return -EINVAL;
	if (parse_read(&reader, status))
		return -EINVAL;
	return parse_latencies(&reader, status);
}
