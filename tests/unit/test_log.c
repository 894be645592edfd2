// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: whatever happens to a ring, a replay gives exactly what the writer meant,
 * or what it meant one record ago, or says that the log is lost.
 *
 * Method: a ring that has been written around several times is torn, flipped and
 * holed, record by record; a record that keeps all rules is given one defect at a time,
 * its checksum put right. That what is needed is never overwritten is the part of
 * test_log_worst.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "log_writer.h"

#define SECTOR TANDEM_SECTOR_BYTES
#define SECTORS (TANDEM_PAGE_BYTES / SECTOR)

static void test_record_lies_where_the_format_says(void **state)
{
	static const u32 dirty[] = { 3, 7, 40, 60, 95, 98 };
	static const u32 listed[] = { 7, 98, 50, 95, 98, 3, 7 };
	const struct tandem_log_disk *disk = &ring[5].disk;
	unsigned int i;

	(void)state;
	writer_begin(100, 8, 4, 3);
	tandem_intent_add(&w.intent, 50);
	for (i = 0; i < 6; i++)
		if (dirty[i] != 7 && dirty[i] != 98)
			tandem_intent_add(&w.intent, dirty[i]);
	change_begin();
	note(7, true);
	note(98, true);
	note(50, false);
	w.sequence = 12;
	w.turn.cursor = 90;
	w.flags = TANDEM_LOG_ALL;
	put();
	assert_int_equal(le32_to_cpu(disk->magic), TANDEM_LOG_MAGIC);
	assert_int_equal(le64_to_cpu(disk->sequence), 13);
	assert_memory_equal(&disk->array, &w.shape.array, 16);
	assert_int_equal(disk->config.byte[15], 0xc1);
	assert_int_equal(disk->epoch.byte[0], 0xe1);
	assert_int_equal(le64_to_cpu(disk->epoch_number), 12);
	assert_int_equal(le64_to_cpu(disk->generation), 7);
	assert_int_equal(le16_to_cpu(disk->set), 3);
	assert_int_equal(le16_to_cpu(disk->nr_new), 2);
	assert_int_equal(le16_to_cpu(disk->nr_cleared), 1);
	assert_int_equal(le16_to_cpu(disk->nr_window), 4);
	assert_int_equal(le32_to_cpu(disk->window_first), 90);
	assert_int_equal(le32_to_cpu(disk->window_regions), 50);	/* up to region 40 */
	assert_int_equal(le32_to_cpu(disk->nr_dirty), 6);
	assert_int_equal(le32_to_cpu(disk->flags), TANDEM_LOG_ALL);
	assert_int_equal(le32_to_cpu(disk->nr_regions), 100);
	for (i = 0; i < 7; i++)
		assert_int_equal(le32_to_cpu(disk->region[i]), listed[i]);
	assert_int_equal(w.turn.cursor, 40);
	assert_int_equal(tandem_log_check(&w.shape, disk, 5, NULL), 0);
	/* The crc is over the page, its own field as zero. */
	w.under = ring[5];
	sign(&w.under);
	assert_memory_equal(&w.under, disk, sizeof(*disk));
}

static void test_replay_gives_the_newest_head(void **state)
{
	struct tandem_log_head *head = &replay.head;

	(void)state;
	writer_begin(100, 8, 4, 3);
	w.sequence = 40;
	tandem_intent_add_run(&w.intent, 10, 20);
	bring_up();
	put_unchanged();
	w.turn.cursor = 99;
	w.flags = TANDEM_LOG_ALL;
	put_unchanged();
	expect(&w.intent, 47);
	assert_int_equal(head->flags, TANDEM_LOG_ALL);
	assert_int_equal(head->epoch_number, 12);
	assert_int_equal(head->generation, 7);
	assert_int_equal(head->config.byte[0], 0xc1);
	assert_int_equal(head->epoch.byte[0], 0xe1);
	assert_int_equal(replay.cursor, w.turn.cursor);
}

/* Rings that have been written around several times; @sequence is that of the last. */
static void begin_used(u64 sequence)
{
	struct prng prng = { .state = 7 };
	unsigned int i;

	writer_begin(1000, 8, 40, 30);
	w.sequence = sequence - 30;
	bring_up();
	for (i = 0; i < 28; i++) {
		attack_somehow(&prng, tandem_log_capacity(&w.shape));
		put();
	}
	attack(w.turn.cursor, 15, 15);
	put();
}

static void test_a_torn_record_never_was(void **state)
{
	unsigned int mask, sector;
	union page newest;

	(void)state;
	begin_used(1000);
	newest = *slot_of(1000);
	for (mask = 0; mask < 1u << SECTORS; mask++) {
		for (sector = 0; sector < SECTORS; sector++)
			memcpy(slot_of(1000)->byte + sector * SECTOR,
			       (mask >> sector & 1 ? &newest : &w.under)->byte + sector * SECTOR,
			       SECTOR);
		if (memcmp(slot_of(1000), &newest, sizeof(newest)))
			expect(&w.before, 999);
		else
			expect(&w.intent, 1000);
	}
}

static void test_every_flipped_bit_is_noticed(void **state)
{
	unsigned int bit;
	int error;

	(void)state;
	begin_used(1000);
	for (bit = 0; bit < 8 * TANDEM_PAGE_BYTES; bit++) {
		slot_of(1000)->byte[bit / 8] ^= (u8)(1u << (bit % 8));
		error = tandem_log_check(&w.shape, slot_of(1000), 1000 % 8, NULL);
		slot_of(1000)->byte[bit / 8] ^= (u8)(1u << (bit % 8));
		assert_int_equal(error, -EBADMSG);
	}
	expect(&w.intent, 1000);
}

static void spoil(u64 sequence, unsigned int how)
{
	union page *page = slot_of(sequence);

	if (how == 0)
		memset(page, 0, sizeof(*page));
	else if (how == 1)
		memset(page, 0xff, sizeof(*page));
	else
		page->disk.sequence = cpu_to_le64(sequence - w.shape.slots);
	if (how == 2)
		sign(page);
}

static void test_a_hole_loses_the_log_if_it_is_needed(void **state)
{
	unsigned int how, age;
	u32 needed;

	(void)state;
	begin_used(1000);
	needed = nr_needed();
	assert_in_range(needed, 3, 7);
	for (age = 1; age < 8; age++) {
		for (how = 0; how < 3; how++) {
			const union page kept = *slot_of(1000 - age);

			spoil(1000 - age, how);
			if (age < needed)
				assert_int_equal(play_ring(), -EBADMSG);
			else
				expect(&w.intent, 1000);
			assert_int_equal(replay.head.sequence, 1000);
			*slot_of(1000 - age) = kept;
		}
	}
	spoil(1000, 1);
	expect(&w.before, 999);
	spoil(999, 1);
	assert_int_equal(play_ring(), 0);
	assert_int_equal(replay.head.sequence, 998);
}

static void test_an_unwritten_log_is_not_a_lost_one(void **state)
{
	const char *why = NULL;

	(void)state;
	writer_begin(100, 8, 4, 3);
	assert_int_equal(play_ring(), -ENODATA);
	assert_int_equal(tandem_log_check(&w.shape, &ring[0], 0, &why), -ENODATA);
	assert_non_null(why);
	ring[5].byte[TANDEM_PAGE_BYTES - 1] = 1;
	assert_int_equal(play_ring(), -EBADMSG);
	assert_int_equal(replay.head.sequence, 0);
	assert_int_equal(tandem_log_check(&w.shape, &ring[5], 5, &why), -EBADMSG);
	/* The first record of all is enough for a set that fits. */
	put_unchanged();
	expect(&w.intent, 1);
}

static void test_a_record_of_another_state_is_not_believed(void **state)
{
	(void)state;
	writer_begin(100, 8, 4, 4);
	tandem_intent_add_run(&w.intent, 0, 12);
	bring_up();
	/* What a leg lacks because it was not in use when it changed. */
	tandem_intent_copy(&w.before, &w.intent);
	tandem_intent_add(&w.intent, 90);
	put();
	assert_int_equal(play_ring(), -EBADMSG);
	assert_int_equal(replay.head.sequence, w.sequence);
	/* But while a start writes it anew: what the windows do not say yet is as it was. */
	tandem_log_turn_reset(&w.turn);
	w.flags = TANDEM_LOG_PART;
	put();
	expect(&w.before, w.sequence);
	w.flags = 0;
	tandem_log_turn_reset(&w.turn);
	bring_up();
	expect(&w.intent, w.sequence);
	/* A window also says what is not dirty any more, as after a stop. */
	tandem_intent_remove(&w.intent, 1);
	tandem_log_turn_reset(&w.turn);
	w.flags = TANDEM_LOG_PART;
	put();
	expect(&w.intent, w.sequence);
}

static void test_sequences_up_to_the_last_one(void **state)
{
	(void)state;
	begin_used(1ull << 63);
	expect(&w.intent, 1ull << 63);
	put_unchanged();
	expect(&w.before, 1ull << 63);
}

/*
 * A record that did not reach every leg is written again, with more changes. A ring
 * that has the one or the other is good, and its window is the same.
 */
static void test_a_record_that_is_replaced(void **state)
{
	u32 first, region, nr_dirty;
	union page other;

	(void)state;
	begin_used(1000);
	first = w.turn.cursor;
	attack(first, 10, 5);
	encode(1001, &other);
	nr_dirty = w.intent.nr_dirty;
	region = tandem_intent_next(&w.intent, 0);
	note(region, false);
	put();
	expect(&w.intent, 1001);
	assert_int_equal(le32_to_cpu(slot_of(1001)->disk.window_first), first);
	assert_int_equal(w.turn.cursor, (first + w.turn.span[1001 % 8]) % 1000);
	assert_true(tandem_log_is_whole(&w.shape, &w.turn, 1001));
	assert_int_equal(le32_to_cpu(other.disk.window_first), first);
	*slot_of(1001) = other;
	assert_int_equal(play_ring(), 0);
	assert_int_equal(replay.state.nr_dirty, nr_dirty);
	assert_true(tandem_intent_has(&replay.state, region));
}

#define HOSTILE(x) \
	x(disk->array.byte[15] ^= 1, "array of a log record (another one)") \
	x(disk->set = cpu_to_le16(4), "set of a log record (another one)") \
	x(disk->sequence = cpu_to_le64(0), "sequence of a log record (out of range)") \
	x(disk->sequence = cpu_to_le64((1ull << 63) + 5), \
	  "sequence of a log record (out of range)") \
	x(disk->sequence = cpu_to_le64(~2ull), "sequence of a log record (out of range)") \
	x(disk->sequence = cpu_to_le64(14), "sequence of a log record (not of its slot)") \
	x(disk->flags = cpu_to_le32(TANDEM_LOG_FLAGS_KNOWN + 1), \
	  "flags of a log record (unknown)") \
	x(disk->flags = cpu_to_le32(1u << 31), "flags of a log record (unknown)") \
	x(disk->nr_dirty = cpu_to_le32(101), "number of dirty regions (more than there are)") \
	x(disk->nr_dirty = cpu_to_le32(~0u), "number of dirty regions (more than there are)") \
	x(disk->nr_dirty = cpu_to_le32(3), "regions of a window (more than are dirty)") \
	x(disk->nr_new = cpu_to_le16(332), "changes of a log record (too many)") \
	x(disk->nr_new = cpu_to_le16(0xffff), "changes of a log record (too many)") \
	x(disk->nr_cleared = cpu_to_le16(0xffff), "changes of a log record (too many)") \
	x(disk->region[0] = cpu_to_le32(100), "changed region (behind the last one)") \
	x(disk->region[2] = cpu_to_le32(~0u), "changed region (behind the last one)") \
	x(disk->nr_window = cpu_to_le16(665), "regions of a window (too many)") \
	x(disk->nr_window = cpu_to_le16(0xffff), "regions of a window (too many)") \
	x(disk->nr_window = cpu_to_le16(5), "regions of a window (out of order)") \
	x(disk->window_first = cpu_to_le32(100), "start of a window (behind the last region)") \
	x(disk->window_first = cpu_to_le32(~0u), "start of a window (behind the last region)") \
	x(disk->window_first = cpu_to_le32(96), "region of a window (outside of it)") \
	x(disk->window_regions = cpu_to_le32(0), "length of a window (out of range)") \
	x(disk->window_regions = cpu_to_le32(101), "length of a window (out of range)") \
	x(disk->window_regions = cpu_to_le32(~0u), "length of a window (out of range)") \
	x(disk->window_regions = cpu_to_le32(17), "region of a window (outside of it)") \
	x(disk->region[6] = cpu_to_le32(40), "region of a window (outside of it)") \
	x(disk->region[3] = cpu_to_le32(89), "region of a window (outside of it)") \
	x(disk->region[6] = cpu_to_le32(100), "region of a window (behind the last one)") \
	x(disk->region[3] = cpu_to_le32(~0u), "region of a window (behind the last one)") \
	x(disk->region[4] = disk->region[3], "regions of a window (out of order)") \
	x(disk->region[4] = disk->region[6], "regions of a window (out of order)")

#define HOSTILE_CASE(defect, phrase) \
	case __COUNTER__ - HOSTILE_BASE: \
		defect; \
		return phrase;
enum { HOSTILE_BASE = __COUNTER__ + 1 };

/* The reason to be given for defect @number, or NULL behind the last one. */
static const char *make_hostile(unsigned int number, struct tandem_log_disk *disk)
{
	switch (number) {
	HOSTILE(HOSTILE_CASE)
	}
	return NULL;
}

static void test_every_defect_is_refused_by_name(void **state)
{
	const char *phrase, *why;
	unsigned int number;
	union page page;

	test_record_lies_where_the_format_says(state);
	for (number = 0;; number++) {
		page = ring[5];
		phrase = make_hostile(number, &page.disk);
		if (!phrase)
			break;
		sign(&page);
		why = NULL;
		if (tandem_log_check(&w.shape, &page, 5, &why) != -EINVAL || strcmp(why, phrase))
			fail_msg("defect %u: '%s' instead of '%s'", number, why, phrase);
		assert_int_equal(tandem_log_check(&w.shape, &page, 5, NULL), -EINVAL);
	}
	assert_int_equal(number, 32);
	page = ring[5];
	page.disk.magic ^= cpu_to_le32(1);
	sign(&page);
	assert_int_equal(tandem_log_check(&w.shape, &page, 5, &why), -EBADMSG);
	assert_string_equal(why, "magic (not a log record)");
	assert_int_equal(tandem_log_check(&w.shape, &ring[5], 4, &why), -EINVAL);
}

/* Room for a replay of more regions. */
static u64 *more_bits[2];

static void grow_to(u32 nr_regions)
{
	unsigned int i;

	w.shape.nr_regions = nr_regions;
	for (i = 0; i < 2; i++) {
		free(more_bits[i]);
		more_bits[i] = calloc(1, tandem_intent_bytes(nr_regions));
		assert_non_null(more_bits[i]);
	}
	tandem_intent_init(&replay.state, nr_regions, more_bits[0]);
	tandem_intent_init(&replay.covered, nr_regions, more_bits[1]);
}

static void forget_more(void)
{
	free(more_bits[0]);
	free(more_bits[1]);
	more_bits[0] = NULL;
	more_bits[1] = NULL;
}

/* Whatever the writer means, from wherever its window began, the longer set has it (I41). */
static void test_a_log_of_before_the_set_has_grown(void **state)
{
	static const u32 grown[] = { 1000, 1001, 1016, 2017, 4194304 };
	struct prng prng = { .state = 3 };
	unsigned int i, n;
	u32 region;

	(void)state;
	for (i = 0; i < sizeof(grown) / sizeof(*grown); i++) {
		begin_used(100 + i);
		for (n = 0; n < 20; n++) {
			attack_somehow(&prng, tandem_log_capacity(&w.shape));
			put();
		}
		grow_to(grown[i]);
		assert_int_equal(play_ring(), 0);
		assert_int_equal(replay.head.sequence, w.sequence);
		assert_int_equal(replay.cursor, w.turn.cursor);
		assert_int_equal(replay.state.nr_dirty, w.intent.nr_dirty);
		for (region = 0; region < 1000; region++)
			assert_int_equal(tandem_intent_has(&replay.state, region),
					 tandem_intent_has(&w.intent, region));
		w.shape.nr_regions = 999;
		assert_int_not_equal(tandem_log_check(&w.shape, slot_of(w.sequence),
						      w.sequence % w.shape.slots, NULL), 0);
	}
	forget_more();
}

/* A record that does not say it is one of as many regions as the set has. */
static void test_a_record_without_a_number_of_regions(void **state)
{
	union page *page;
	u32 slot;

	(void)state;
	begin_used(100);
	for (slot = 0; slot < w.shape.slots; slot++) {
		page = &ring[slot];
		page->disk.nr_regions = 0;
		page->disk.crc = 0;
		sign(page);
	}
	expect(&w.intent, w.sequence);
}

static void test_capacity(void **state)
{
	static const struct {
		u32 slots, window, changes, capacity;
	} row[] = {
		{ 256, 664, 332, 125994 }, { 256, 664, 0, 125994 }, { 8, 3, 3, 7 },
		{ 8, 3, 6, 3 }, { 8, 3, 0, 3 }, { 4, 10, 1, 10 }, { 5, 10, 1, 19 },
		{ 4, 1, 1, 1 }, { 6, 1, 1, 1 }, { 7, 1, 1, 2 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		writer_begin(1, 4, row[i].window, row[i].changes);
		w.shape.slots = row[i].slots;
		assert_int_equal(tandem_log_capacity(&w.shape), row[i].capacity);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_lies_where_the_format_says),
		cmocka_unit_test(test_replay_gives_the_newest_head),
		cmocka_unit_test(test_a_torn_record_never_was),
		cmocka_unit_test(test_every_flipped_bit_is_noticed),
		cmocka_unit_test(test_a_hole_loses_the_log_if_it_is_needed),
		cmocka_unit_test(test_an_unwritten_log_is_not_a_lost_one),
		cmocka_unit_test(test_a_record_of_another_state_is_not_believed),
		cmocka_unit_test(test_sequences_up_to_the_last_one),
		cmocka_unit_test(test_a_record_that_is_replaced),
		cmocka_unit_test(test_every_defect_is_refused_by_name),
		cmocka_unit_test(test_a_log_of_before_the_set_has_grown),
		cmocka_unit_test(test_a_record_without_a_number_of_regions),
		cmocka_unit_test(test_capacity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
