// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: the status that the module prints is the status that the library
 * reads; a line that is not fully understood is refused.
 *
 * Method: every state of array, run and leg, and random numbers, there and
 * back; every prefix of a line; a corpus of bad lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/status.h"
#include "prng.h"

#define LEGS "2 current:7:0:0:0 failed:6:1:2:3"

static char line[8192];

static void there_and_back(const struct tandem_status *status)
{
	static struct tandem_status back;
	int len = tandem_status_format(status, line, sizeof(line));

	assert_int_equal(len, strlen(line));
	memset(&back, 0xff, sizeof(back));
	if (tandem_status_parse(line, &back))
		fail_msg("not read back: %s", line);
	assert_memory_equal(status, &back, sizeof(back));
}

static void test_line_is_the_documented_one(void **state)
{
	static struct tandem_status status;

	(void)state;
	status.state = TANDEM_ARRAY_DEGRADED;
	status.sync = TANDEM_SYNC_REBUILD;
	status.done_regions = 10;
	status.total_regions = 20;
	status.unsure_regions = 3;
	status.epoch = 12;
	status.resync_sectors = 2048;
	status.rebuild_sectors = 4096;
	status.nr_legs = 2;
	status.leg[0].state = TANDEM_LEG_CURRENT;
	status.leg[0].generation = 7;
	status.leg[1].state = TANDEM_LEG_FAILED;
	status.leg[1].generation = 6;
	status.leg[1].read_errors = 1;
	status.leg[1].write_errors = 2;
	status.leg[1].flush_errors = 3;
	there_and_back(&status);
	assert_string_equal(line, "1 degraded rebuild 10 20 3 12 2048/4096 " LEGS
			    " - - - - - - - -");
	status.log.present = true;
	status.log.dirty_regions = 5;
	status.log.limit_regions = 900;
	status.log.records = 77;
	status.log.waits = 4;
	there_and_back(&status);
	assert_string_equal(line, "1 degraded rebuild 10 20 3 12 2048/4096 " LEGS
			    " 5/900/77/4 - - - - - - -");
	status.log.has_record_waits = true;
	status.log.record_waits = 19;
	status.copy.present = true;
	status.copy.rate = 123456789;
	status.copy.worst_ms = 42;
	status.lost.present = true;
	status.lost.sectors = 24;
	there_and_back(&status);
	assert_string_equal(line, "1 degraded rebuild 10 20 3 12 2048/4096 " LEGS
			    " 5/900/77/4/19 123456789/42 - 24 - - - -");
	status.pace.present = true;
	status.pace.rate = 1000;
	status.pace.eta_s = 600;
	status.pace.limit = 2000;
	status.pace.target_us = 5000;
	there_and_back(&status);
	assert_string_equal(line, "1 degraded rebuild 10 20 3 12 2048/4096 " LEGS
			    " 5/900/77/4/19 123456789/42 1000/600/2000/5000 24 - - - -");
	status.kept.present = true;
	status.kept.target_us = 800;
	status.kept.recovery_ms = 10000;
	status.kept.due = true;
	there_and_back(&status);
	assert_string_equal(line, "1 degraded rebuild 10 20 3 12 2048/4096 " LEGS
			    " 5/900/77/4/19 123456789/42 1000/600/2000/5000 24 800/10000/1 - - -");
	status.shape.present = true;
	status.shape.level = TANDEM_RAID10;
	status.shape.role = TANDEM_ROLE_LOG;
	status.shape.nr_sets = 1;
	status.shape.chunk_sectors = 128;
	status.shape.region_sectors = 2048;
	status.leg[1].by_hand = true;
	status.leg[1].replaces = 1;
	there_and_back(&status);
	assert_string_equal(line, "1 degraded rebuild 10 20 3 12 2048/4096 " LEGS
			    " 5/900/77/4/19 123456789/42 1000/600/2000/5000 24 800/10000/1"
			    " raid10/log/128/2048/1 0:0:0,0:1:1 - -");
}

static void test_read_classes_and_latencies_are_the_last_words(void **state)
{
	static struct tandem_status status;

	(void)state;
	assert_int_equal(tandem_status_parse("1 healthy - 1 2 3 4 5/6 " LEGS, &status), 0);
	assert_false(status.has_read_classes);
	status.has_read_classes = true;
	status.leg[0].read_class = TANDEM_READ_PREFERRED;
	status.leg[1].read_class = TANDEM_READ_AVOIDED;
	there_and_back(&status);
	assert_string_equal(line, "1 healthy - 1 2 3 4 5/6 " LEGS
			    " - - - - - - preferred,avoided -");
	status.has_latencies = true;
	status.leg[0].p50_us = 20;
	status.leg[0].p99_us = 35;
	status.leg[1].p50_us = 5020;
	status.leg[1].p99_us = 4294967295u;
	status.leg[1].sits_us = 5000;
	there_and_back(&status);
	assert_string_equal(line, "1 healthy - 1 2 3 4 5/6 " LEGS
			    " - - - - - - preferred,avoided 20:35:0,5020:4294967295:5000");
}

static void test_every_combination_of_states_comes_back(void **state)
{
	static struct tandem_status status;
	unsigned int array, sync, a, b;

	(void)state;
	status.nr_legs = 2;
	for (array = 0; array < TANDEM_NR_ARRAY_STATES; array++) {
		for (sync = 0; sync < TANDEM_NR_SYNC_KINDS; sync++) {
			for (a = 0; a < TANDEM_NR_LEG_STATES; a++) {
				for (b = 0; b < TANDEM_NR_LEG_STATES; b++) {
					status.state = array;
					status.sync = sync;
					status.leg[0].state = a;
					status.leg[1].state = b;
					there_and_back(&status);
				}
			}
		}
	}
}

static u64 any_number(struct prng *prng)
{
	return prng_next(prng) >> prng_below(prng, 64);
}

static void fill_legs(struct prng *prng, struct tandem_status *status)
{
	unsigned int i;

	for (i = 0; i < status->nr_legs; i++) {
		struct tandem_leg_status *leg = &status->leg[i];

		leg->state = (enum tandem_leg_state)prng_below(prng, TANDEM_NR_LEG_STATES);
		leg->generation = any_number(prng);
		leg->read_errors = any_number(prng);
		leg->write_errors = any_number(prng);
		leg->flush_errors = any_number(prng);
	}
}

static void fill_log(struct prng *prng, struct tandem_log_status *log)
{
	log->present = prng_below(prng, 2);
	if (!log->present)
		return;
	log->dirty_regions = any_number(prng);
	log->limit_regions = any_number(prng);
	log->records = any_number(prng);
	log->waits = any_number(prng);
	log->has_record_waits = prng_below(prng, 2);
	log->record_waits = log->has_record_waits ? any_number(prng) : 0;
}

static void fill_copy(struct prng *prng, struct tandem_copy_status *copy)
{
	copy->present = prng_below(prng, 2);
	if (!copy->present)
		return;
	copy->rate = any_number(prng);
	copy->worst_ms = any_number(prng);
}

static void fill_pace(struct prng *prng, struct tandem_pace_status *pace)
{
	pace->present = prng_below(prng, 2);
	if (!pace->present)
		return;
	pace->rate = any_number(prng);
	pace->eta_s = any_number(prng);
	pace->limit = any_number(prng);
	pace->target_us = any_number(prng);
}

static void fill_kept(struct prng *prng, struct tandem_kept_status *kept)
{
	kept->present = prng_below(prng, 2);
	if (!kept->present)
		return;
	kept->target_us = any_number(prng);
	kept->recovery_ms = any_number(prng);
	kept->due = prng_below(prng, 2);
}

static void fill_shape(struct prng *prng, struct tandem_status *status)
{
	struct tandem_shape_status *shape = &status->shape;
	unsigned int i;

	shape->present = prng_below(prng, 2);
	if (!shape->present)
		return;
	shape->level = prng_below(prng, 2) ? TANDEM_RAID1 : TANDEM_RAID10;
	shape->role = (u8)(TANDEM_ROLE_LOG + prng_below(prng, 3));
	shape->nr_sets = (u16)prng_below(prng, TANDEM_MAX_SETS + 1);
	shape->chunk_sectors = (u32)prng_below(prng, TANDEM_MAX_CHUNK_SECTORS + 1);
	shape->region_sectors = (u32)prng_below(prng, TANDEM_MAX_REGION_SECTORS + 1);
	for (i = 0; i < status->nr_legs; i++) {
		status->leg[i].set = (u16)prng_below(prng, TANDEM_MAX_SETS);
		status->leg[i].by_hand = prng_below(prng, 2);
		status->leg[i].replaces = (u16)prng_below(prng, status->nr_legs + 1);
	}
}

static void fill_classes(struct prng *prng, struct tandem_status *status)
{
	unsigned int i;

	status->has_read_classes = prng_below(prng, 2);
	for (i = 0; i < status->nr_legs && status->has_read_classes; i++)
		status->leg[i].read_class =
			(enum tandem_read_class)prng_below(prng, TANDEM_NR_READ_CLASSES);
}

static void fill_latencies(struct prng *prng, struct tandem_status *status)
{
	unsigned int i;

	status->has_latencies = prng_below(prng, 2);
	for (i = 0; i < status->nr_legs && status->has_latencies; i++) {
		status->leg[i].p50_us = (u32)any_number(prng);
		status->leg[i].p99_us = (u32)any_number(prng);
		status->leg[i].sits_us = (u32)any_number(prng);
	}
}

static void test_any_numbers_come_back(void **state)
{
	struct prng prng = prng_start();
	static struct tandem_status status;
	unsigned int i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		memset(&status, 0, sizeof(status));
		status.done_regions = any_number(&prng);
		status.total_regions = any_number(&prng);
		status.unsure_regions = any_number(&prng);
		status.epoch = any_number(&prng);
		status.resync_sectors = any_number(&prng);
		status.rebuild_sectors = any_number(&prng);
		status.nr_legs = (u16)(2 + prng_below(&prng, TANDEM_MAX_LEGS - 1));
		fill_legs(&prng, &status);
		fill_log(&prng, &status.log);
		fill_copy(&prng, &status.copy);
		fill_pace(&prng, &status.pace);
		status.lost.present = prng_below(&prng, 2);
		status.lost.sectors = status.lost.present ? any_number(&prng) : 0;
		fill_kept(&prng, &status.kept);
		fill_shape(&prng, &status);
		fill_classes(&prng, &status);
		fill_latencies(&prng, &status);
		there_and_back(&status);
	}
}

static void test_short_buffers_are_noticed_and_never_overrun(void **state)
{
	static struct tandem_status status;
	char text[160];
	size_t size, i;
	int len;

	(void)state;
	assert_int_equal(tandem_status_parse("1 healthy - 1 2 3 4 5/6 " LEGS
					     " 1/2/3/4 5/6 1/2/3/4 7 8/9/0 raid1/log/0/8/1"
					     " 0:0:0,0:0:0 normal,avoided 1:2:0,3:4:1",
					     &status), 0);
	len = tandem_status_format(&status, text, sizeof(text));
	assert_in_range(len, 40, 158);
	for (size = 0; size < sizeof(text); size++) {
		memset(text, '#', sizeof(text));
		assert_int_equal(tandem_status_format(&status, text, size),
				 size > (size_t)len ? len : -ENOSPC);
		for (i = size; i < sizeof(text); i++)
			assert_int_equal(text[i], '#');
	}
}

/* A newer module may say more; an older one may not say less. */
static void test_more_words_are_passed_over_and_fewer_refused(void **state)
{
	static const char whole[] =
		"1 read-only paused 1 2 3 4 5/6 2 stale:1:2:3:4 missing:5:6:7:8";
	static const char *const logs[] = { " -", " 1/2/3/4" };
	static const char *const copies[] = { " -", " 5/6" };
	static const char *const paces[] = { " -", " 5/6/7/8" };
	static const char *const losses[] = { " -", " 7" };
	static const char *const kept[] = { " -", " 8/9/1" };
	static const char *const shapes[] = { " -", " raid1/log/0/8/1 0:0:0,0:1:1" };
	static const char *const classes[] = { " -", " preferred,avoided" };
	static const char *const latencies[] = { " -", " 5:6:0,7:8:1" };
	static struct tandem_status want, status;
	char text[192], *cut;
	unsigned int i;
	size_t len;

	(void)state;
	assert_int_equal(tandem_status_parse(whole, &want), 0);
	assert_false(want.log.present);
	for (i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
		snprintf(text, sizeof(text), "%s%s", whole, logs[i]);
		assert_int_equal(tandem_status_parse(text, &want), 0);
		assert_int_equal(want.log.present, i);
		assert_false(want.copy.present);
		snprintf(text, sizeof(text), "%s -%s", whole, copies[i]);
		assert_int_equal(tandem_status_parse(text, &want), 0);
		assert_int_equal(want.copy.present, i);
		assert_false(want.pace.present);
		snprintf(text, sizeof(text), "%s - -%s", whole, paces[i]);
		assert_int_equal(tandem_status_parse(text, &want), 0);
		assert_int_equal(want.pace.present, i);
		assert_false(want.lost.present);
		snprintf(text, sizeof(text), "%s - -%s%s", whole, paces[i], losses[i]);
		assert_int_equal(tandem_status_parse(text, &want), 0);
		assert_int_equal(want.lost.present, i);
		assert_false(want.kept.present);
		snprintf(text, sizeof(text), "%s - -%s%s%s", whole, paces[i], losses[i], kept[i]);
		assert_int_equal(tandem_status_parse(text, &want), 0);
		assert_int_equal(want.kept.present, i);
		assert_int_equal(want.kept.due, i);
		assert_false(want.shape.present);
		snprintf(text, sizeof(text), "%s - - - -%s%s", whole, kept[i], shapes[i]);
		assert_int_equal(tandem_status_parse(text, &want), 0);
		assert_int_equal(want.shape.present, i);
		assert_int_equal(want.leg[1].by_hand, i);
		assert_false(want.has_read_classes);
		snprintf(text, sizeof(text), "%s - - - -%s%s%s", whole, kept[i], shapes[i],
			 classes[i]);
		assert_int_equal(tandem_status_parse(text, &want), 0);
		assert_int_equal(want.has_read_classes, i);
		assert_int_equal(want.leg[1].read_class, i ? TANDEM_READ_AVOIDED : 0);
		assert_false(want.has_latencies);
		snprintf(text, sizeof(text), "%s - - - -%s%s%s%s", whole, kept[i], shapes[i],
			 classes[i], latencies[i]);
		assert_int_equal(tandem_status_parse(text, &want), 0);
		assert_int_equal(want.has_latencies, i);
		assert_int_equal(want.leg[1].sits_us, i);
		snprintf(text, sizeof(text), "%s - - - -%s%s%s%s  more/words: 9", whole, kept[i],
			 shapes[i], classes[i], latencies[i]);
		assert_int_equal(tandem_status_parse(text, &status), 0);
		assert_memory_equal(&status, &want, sizeof(want));
	}
	for (len = 0; len < strlen(whole); len++) {
		/* On the heap, so that one byte read too far is noticed. */
		cut = strndup(whole, len);
		assert_non_null(cut);
		if (!tandem_status_parse(cut, &status))
			fail_msg("accepted: %s", cut);
		free(cut);
	}
}

static void test_words_may_be_further_apart(void **state)
{
	static struct tandem_status want, status;

	(void)state;
	assert_int_equal(tandem_status_parse("1 healthy - 1 2 3 4 5/6 " LEGS, &want), 0);
	assert_int_equal(tandem_status_parse("1  healthy   - 1 2  3 4    5/6 " LEGS " ", &status),
			 0);
	assert_memory_equal(&status, &want, sizeof(want));
}

static void test_bad_lines_are_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "garbage", "healthy", "\xff\xfe",
		"2 healthy - 1 2 3 4 5/6 " LEGS,
		"0 healthy - 1 2 3 4 5/6 " LEGS,
		"01 healthy - 1 2 3 4 5/6 " LEGS,
		" 1 healthy - 1 2 3 4 5/6 " LEGS,
		"1 well - 1 2 3 4 5/6 " LEGS,
		"1 Healthy - 1 2 3 4 5/6 " LEGS,
		"1 healthyhealthyhealthyhealthy - 1 2 3 4 5/6 " LEGS,
		"1 healthy scrub 1 2 3 4 5/6 " LEGS,
		"1 healthy - -1 2 3 4 5/6 " LEGS,
		"1 healthy - 1 x 3 4 5/6 " LEGS,
		"1 healthy - 1 2 0x3 4 5/6 " LEGS,
		"1 healthy - 1 2 3 4. 5/6 " LEGS,
		"1 healthy - 1 2 3 18446744073709551616 5/6 " LEGS,
		"1 healthy - 1 2 3 184467440737095516150 5/6 " LEGS,
		"1 healthy - 1 2 3 000000000000000000000000000001 5/6 " LEGS,
		"1 healthy - 1 2 3 4 56 " LEGS,
		"1 healthy - 1 2 3 4 5/ " LEGS,
		"1 healthy - 1 2 3 4 /6 " LEGS,
		"1 healthy - 1 2 3 4 5/6/7 " LEGS,
		"1 healthy - 1 2 3 4 5 /6 " LEGS,
		"1 healthy - 1 2 3 4 x/6 " LEGS,
		"1 healthy - 1 2 3 4 5/6 0",
		"1 healthy - 1 2 3 4 5/6 1 current:7:0:0:0",
		"1 healthy - 1 2 3 4 5/6 65 current:7:0:0:0",
		"1 healthy - 1 2 3 4 5/6 x current:7:0:0:0",
		"1 healthy - 1 2 3 4 5/6 3 current:7:0:0:0 current:7:0:0:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 alive:7:0:0:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:x:0:0:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:7:x:0:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:7:0:x:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:7:0:0:x",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:7:0:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:7:0:0:0:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 :7:0:0:0",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:7: 0:0:0",
		/* As long as the longest word that is read, and one longer. */
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:7:0:0:00000000000000000000009",
		"1 healthy - 1 2 3 4 5/6 2 current:7:0:0:0 current:7:0:0:000000000000000000000009",
		"1\thealthy - 1 2 3 4 5/6 " LEGS,
		"1 healthy - 1 2 3 4 5/6 " LEGS " x",
		"1 healthy - 1 2 3 4 5/6 " LEGS " -1/2/3/4",
		"1 healthy - 1 2 3 4 5/6 " LEGS " --",
		"1 healthy - 1 2 3 4 5/6 " LEGS " -/2/3/4",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1/",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1/2/3",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1/2/3/",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1/2//4",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1/2/3/4/",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1/2/3/4/5/6",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1/x/3/4",
		"1 healthy - 1 2 3 4 5/6 " LEGS " 1/2/3 4",
		"1 healthy - 1 2 3 4 5/6 " LEGS " - --",
		"1 healthy - 1 2 3 4 5/6 " LEGS " - 1/",
		"1 healthy - 1 2 3 4 5/6 " LEGS " - 1/x",
		"1 healthy - 1 2 3 4 5/6 " LEGS " - 1/2/3",
	};
	static struct tandem_status status;
	unsigned int i;

	(void)state;
	assert_int_equal(tandem_status_parse("1 healthy - 1 2 3 4 5/6 " LEGS, &status), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tandem_status_parse(bad[i], &status) != -EINVAL)
			fail_msg("accepted: %s", bad[i]);
	}
}

/* Each of these words, behind @start. */
static void refuse_words(const char *start, const char *const *bad, unsigned int nr)
{
	static struct tandem_status status;
	char text[128];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		snprintf(text, sizeof(text), "%s %s", start, bad[i]);
		if (tandem_status_parse(text, &status) != -EINVAL)
			fail_msg("accepted: %s", text);
	}
}

static void test_bad_read_classes_are_refused(void **state)
{
	static const char *const bad[] = {
		"--", "x,normal", "normal", "normal,", ",normal", "normal,normal,normal",
		"normal,Avoided", "normal,avoided,", "normal/avoided",
	};

	(void)state;
	refuse_words("1 healthy - 1 2 3 4 5/6 " LEGS " - - - - - -", bad,
		     sizeof(bad) / sizeof(bad[0]));
}

static void test_bad_latencies_are_refused(void **state)
{
	static const char *const bad[] = {
		"--", "1:2:0", "1:2:0,", ",1:2:0", "1:2:0,3:4", "1:2:0,3:4:4294967296",
		"1:2:0,3:4:0,5:6:0",
		"1:2:0,x:4:0", "1:2:0,3:-4:0", "1:2:0,4294967296:4:0", "1:2:0,3:4294967296:0",
		"1/2/0,3/4/0", "1:2:0:0,3:4:0",
	};

	(void)state;
	refuse_words("1 healthy - 1 2 3 4 5/6 " LEGS " - - - - - - -", bad,
		     sizeof(bad) / sizeof(bad[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_is_the_documented_one),
		cmocka_unit_test(test_read_classes_and_latencies_are_the_last_words),
		cmocka_unit_test(test_every_combination_of_states_comes_back),
		cmocka_unit_test(test_any_numbers_come_back),
		cmocka_unit_test(test_short_buffers_are_noticed_and_never_overrun),
		cmocka_unit_test(test_more_words_are_passed_over_and_fewer_refused),
		cmocka_unit_test(test_words_may_be_further_apart),
		cmocka_unit_test(test_bad_lines_are_refused),
		cmocka_unit_test(test_bad_read_classes_are_refused),
		cmocka_unit_test(test_bad_latencies_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
