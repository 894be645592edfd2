// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: what the journal of acknowledgements holds is what was handed over, up
 * to the point where a crash cut it off, and nothing of any earlier run.
 *
 * Method: records go through the writer and a fake engine into a file, damaged
 * in between, and are read back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/acks.h"
#include "bench_fake.h"

static char path[] = "/tmp/test_bench_acks.XXXXXX";
static int fd = -1;
static struct acks acks;

static int make_file(void **state)
{
	(void)state;
	fd = mkstemp(path);
	return fd < 0;
}

static int remove_file(void **state)
{
	(void)state;
	close(fd);
	return unlink(path);
}

static void start(uint64_t run)
{
	struct volume volume = { .fd = fd, .kind = VOLUME_FILE, .path = path };

	bench_fake_reset();
	assert_int_equal(acks_init(&acks, NULL, &volume, run), 0);
}

static void end(void)
{
	acks.volume.fd = -1;
	acks_exit(&acks);
}

static void append(uint64_t id)
{
	struct ack_record record = {
		.kind = ACK_COMMIT, .class = 1, .len_bytes = (uint32_t)id + 1, .id = id,
		.number = id + 2, .lsn = id + 3, .intended_ns = id + 4, .acked_ns = id + 5,
	};

	acks_append(&acks, &record);
}

/* Let the write in flight reach the file. */
static void land(void)
{
	const struct engine_request *request = bench_fake_requests[0];

	assert_int_equal(pwrite(fd, request->buffer, request->len_bytes,
				(off_t)request->offset_bytes), request->len_bytes);
	bench_fake_complete(0, 0);
}

static void write_journal(uint64_t run, uint64_t first, uint64_t nr)
{
	uint64_t i;

	start(run);
	for (i = 0; i < nr; i++)
		append(first + i);
	acks_pump(&acks);
	land();
	end();
}

struct reading {
	uint64_t run;
	uint64_t next;
};

static int check_record(void *context, uint64_t run, const struct ack_record *record)
{
	struct reading *reading = context;
	uint64_t id = reading->next++;

	assert_int_equal(run, reading->run);
	assert_int_equal(record->kind, ACK_COMMIT);
	assert_int_equal(record->class, 1);
	assert_int_equal(record->len_bytes, id + 1);
	assert_int_equal(record->id, id);
	assert_int_equal(record->number, id + 2);
	assert_int_equal(record->lsn, id + 3);
	assert_int_equal(record->intended_ns, id + 4);
	assert_int_equal(record->acked_ns, id + 5);
	return 0;
}

/* Read the journal: records @first to @end - 1, and nothing else. */
static void check_journal(uint64_t run, uint64_t first, uint64_t end_id)
{
	struct reading reading = { .run = run, .next = first };

	assert_int_equal(acks_read(path, check_record, &reading), 0);
	assert_int_equal(reading.next, end_id);
}

static void flip(off_t offset)
{
	unsigned char byte;

	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
}

static void test_records_come_back_as_written(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(fd, 0), 0);
	write_journal(4, 100, 25);
	check_journal(4, 100, 125);
}

static void test_record_is_durable_only_when_its_write_is(void **state)
{
	uint64_t number;

	(void)state;
	assert_int_equal(ftruncate(fd, 0), 0);
	start(4);
	append(0);
	acks_pump(&acks);
	append(1);
	number = acks.appended;
	acks_pump(&acks);
	assert_int_equal(bench_fake_nr, 1);
	assert_int_equal(acks.durable, 0);
	land();
	assert_int_equal(acks.durable, 1);
	assert_true(acks.durable < number);
	acks_pump(&acks);
	land();
	assert_int_equal(acks.durable, number);
	end();
	check_journal(4, 0, 2);
}

static void test_damaged_sector_ends_the_journal(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(fd, 0), 0);
	write_journal(4, 0, 50);
	flip(3 * ACKS_SECTOR_BYTES + 200);
	check_journal(4, 0, 30);
	assert_int_equal(ftruncate(fd, 2 * ACKS_SECTOR_BYTES + 100), 0);
	check_journal(4, 0, 20);
}

static void test_rest_of_an_earlier_run_is_not_read(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(fd, 0), 0);
	write_journal(4, 0, 50);
	write_journal(5, 1000, 20);
	check_journal(5, 1000, 1020);
	/* Not even when the two runs have the same number. */
	write_journal(4, 0, 50);
	write_journal(4, 1000, 20);
	check_journal(4, 1000, 1020);
}

static int no_record(void *context, uint64_t run, const struct ack_record *record)
{
	(void)context;
	(void)run;
	(void)record;
	fail_msg("a record where there is none");
	return 0;
}

static void test_what_is_no_journal_is_refused(void **state)
{
	char zeroes[4096] = { 0 };

	(void)state;
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(acks_read(path, no_record, NULL), -EBADMSG);
	assert_int_equal(pwrite(fd, zeroes, sizeof(zeroes), 0), sizeof(zeroes));
	assert_int_equal(acks_read(path, no_record, NULL), -EBADMSG);
	write_journal(4, 0, 10);
	flip(40);
	assert_int_equal(acks_read(path, no_record, NULL), -EBADMSG);
}

static void test_full_journal_has_no_room(void **state)
{
	uint64_t room;

	(void)state;
	assert_int_equal(ftruncate(fd, 0), 0);
	start(4);
	append(0);
	acks_pump(&acks);
	for (room = acks_room(&acks); room; room--) {
		assert_int_equal(acks_room(&acks), room);
		append(acks.appended);
	}
	assert_int_equal(acks_room(&acks), 0);
	land();
	acks_pump(&acks);
	assert_true(acks_room(&acks) > 0);
	land();
	check_journal(4, 0, acks.durable);
	end();
}

static void test_failed_or_full_device_stops_the_journal(void **state)
{
	(void)state;
	start(4);
	append(0);
	acks_pump(&acks);
	bench_fake_complete(0, -EIO);
	assert_int_equal(acks.error, -EIO);
	assert_int_equal(acks.durable, 0);
	assert_int_equal(acks_room(&acks), 0);
	end();
	start(4);
	acks.volume.kind = VOLUME_BLOCK;
	acks.volume.size_bytes = ACKS_SECTOR_BYTES;
	append(0);
	acks_pump(&acks);
	bench_fake_complete(0, 0);
	append(1);
	acks_pump(&acks);
	assert_int_equal(acks.error, -ENOSPC);
	assert_int_equal(acks.durable, 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_come_back_as_written),
		cmocka_unit_test(test_record_is_durable_only_when_its_write_is),
		cmocka_unit_test(test_damaged_sector_ends_the_journal),
		cmocka_unit_test(test_rest_of_an_earlier_run_is_not_read),
		cmocka_unit_test(test_what_is_no_journal_is_refused),
		cmocka_unit_test(test_full_journal_has_no_room),
		cmocka_unit_test(test_failed_or_full_device_stops_the_journal),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
