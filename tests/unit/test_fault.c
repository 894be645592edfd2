// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: an error means what the table in core/fault.h says, and what follows
 * from the answers to one request never loses an acknowledged write and never
 * fails the last leg.
 *
 * Method: the table is read out of the comment and asked cell by cell. The judge
 * is tried with every combination of three legs: sent to or not, counted or not,
 * still in use or not, with one answer of each class, for each operation; the
 * verdict is held against properties that are stated one by one and share
 * nothing with the code. That answers of one class are interchangeable is tried
 * with two legs and all results.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/fault.h"

#define LINE_BYTES 256

static const char *const result_text[TANDEM_NR_RESULTS] = {
	"OK", "NOTSUPP", "TIMEOUT", "NOSPC", "TRANSPORT", "TARGET", "RESV_CONFLICT", "MEDIUM",
	"PROTECTION", "RESOURCE", "IOERR", "AGAIN", "INVAL", "OFFLINE", "OTHER",
};

static const char class_letter[TANDEM_NR_CLASSES] = { 'O', 'R', 'C', 'U', 'M', 'D' };

static int result_of(const char *text)
{
	int i;

	for (i = 0; i < TANDEM_NR_RESULTS; i++)
		if (!strcmp(text, result_text[i]))
			return i;
	return -1;
}

static void test_every_cell_is_as_the_comment_says(void **state)
{
	FILE *file = fopen("kernel/core/fault.h", "r");
	char line[LINE_BYTES], name[LINE_BYTES], cell[TANDEM_NR_OPS][2], more[2];
	unsigned int rows = 0;
	int op;

	(void)state;
	if (!file)
		fail_msg("kernel/core/fault.h: not here; run from the top of the tree");
	while (fgets(line, sizeof(line), file)) {
		/* Seven words, six of them a letter; the prose around has longer ones. */
		if (sscanf(line, " * %s %1s%*[ ]%1s%*[ ]%1s%*[ ]%1s%*[ ]%1s%*[ ]%1s%1s", name,
			   cell[0], cell[1], cell[2], cell[3], cell[4], cell[5], more) != 7 ||
		    result_of(name) < 0)
			continue;
		rows++;
		for (op = 0; op < TANDEM_NR_OPS; op++)
			assert_int_equal(class_letter[tandem_fault_class((enum tandem_op)op,
				(enum tandem_result)result_of(name))],
				cell[op][0]);
	}
	fclose(file);
	assert_int_equal(rows, TANDEM_NR_RESULTS - 1);
	for (op = 0; op < TANDEM_NR_OPS; op++)
		assert_int_equal(tandem_fault_class((enum tandem_op)op, TANDEM_RESULT_OK),
				 TANDEM_CLASS_OK);
}

static void test_what_is_not_known_is_the_device_s_fault(void **state)
{
	(void)state;
	assert_int_equal(tandem_fault_class(TANDEM_NR_OPS, TANDEM_RESULT_OK), TANDEM_CLASS_DEVICE);
	assert_int_equal(tandem_fault_class(TANDEM_OP_WRITE, TANDEM_NR_RESULTS),
			 TANDEM_CLASS_DEVICE);
}

static bool is_refusal(enum tandem_error_class class)
{
	return class == TANDEM_CLASS_CALLER || class == TANDEM_CLASS_UNSUPPORTED;
}

static bool is_breakage(enum tandem_error_class class)
{
	return class == TANDEM_CLASS_RETRY || class == TANDEM_CLASS_MEDIUM ||
	       class == TANDEM_CLASS_DEVICE;
}

static unsigned int count(unsigned int mask)
{
	return (unsigned int)__builtin_popcount(mask);
}

/* The answers of a trial, as the properties need them. */
struct account {
	u8 counts;	/* sent to, and an acknowledgement needs it */
	u8 filling;	/* sent to, and none needs it */
	u8 well;
	u8 refused;
	u8 broken;
};

static struct account account_for(const struct tandem_trial *trial)
{
	struct account account = { 0 };
	unsigned int i;

	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++) {
		const enum tandem_error_class class =
			tandem_fault_class(trial->op, (enum tandem_result)trial->result[i]);
		const u8 bit = (u8)(1u << i);

		if (!(trial->sent & bit))
			continue;
		if (trial->counted & bit || trial->others & bit)
			account.counts |= bit;
		else
			account.filling |= bit;
		if (class == TANDEM_CLASS_OK)
			account.well |= bit;
		if (is_refusal(class))
			account.refused |= bit;
		if (is_breakage(class))
			account.broken |= bit;
	}
	return account;
}

/* Who fails: never the last, never for the caller's fault. */
static void check_failed(const struct tandem_trial *trial, const struct account *a,
			 const struct tandem_verdict *verdict)
{
	const bool ok = verdict->error == TANDEM_RESULT_OK;
	unsigned int i;

	if (trial->others)
		assert_true(trial->others & ~verdict->fail);
	assert_false(verdict->fail & ~trial->sent);
	assert_false(verdict->fail & a->well);
	assert_false(verdict->fail & a->counts & a->refused);
	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++) {
		const u8 bit = (u8)(1u << i);

		/* A leg's own fault fails it, if any other leg is left. */
		if (a->counts & trial->others & a->broken & bit)
			assert_int_equal(!!(verdict->fail & bit),
					 !!(trial->others & ~a->broken));
		if (a->filling & a->broken & bit)
			assert_true(verdict->fail & bit);
		if (a->filling & a->refused & bit)
			assert_int_equal(!!(verdict->fail & bit), ok);
	}
}

/* What the caller gets. */
static void check_error(const struct tandem_trial *trial, const struct account *a,
			const struct tandem_verdict *verdict)
{
	const u8 left = trial->others & (u8)~verdict->fail;
	unsigned int i;
	bool said = false;

	if (verdict->error == TANDEM_RESULT_OK) {
		assert_true(left);
		assert_false(left & a->counts & ~a->well);
		if (trial->op != TANDEM_OP_FLUSH)
			assert_true(left & a->well);
		/* Whoever lacks it is failed now, or is failing already. */
		assert_false(trial->sent & ~a->well & ~verdict->fail &
			     (trial->others | a->filling));
		return;
	}
	/* No error without need. */
	assert_true(a->counts & a->refused || left & a->broken || !left ||
		    (trial->op != TANDEM_OP_FLUSH && !(left & a->well)));
	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++)
		if (a->counts & 1u << i && trial->result[i] == verdict->error)
			said = true;
	assert_true(said || (!(a->counts & ~a->well) && verdict->error == TANDEM_RESULT_IOERR));
	if (a->counts & a->refused)
		assert_true(is_refusal(tandem_fault_class(trial->op, verdict->error)));
}

static void check_unsure(const struct tandem_trial *trial, const struct account *a,
			 const struct tandem_verdict *verdict)
{
	const u8 left = (trial->others | a->filling) & (u8)~verdict->fail;
	bool expected = verdict->error != TANDEM_RESULT_OK && count(left) > 1;

	if (trial->op == TANDEM_OP_READ || trial->op == TANDEM_OP_METADATA)
		expected = false;
	if (a->refused == trial->sent)
		expected = false;
	assert_int_equal(verdict->unsure, expected);
}

static void check(const struct tandem_trial *trial)
{
	const struct account account = account_for(trial);
	const struct tandem_verdict verdict = tandem_fault_judge(trial);

	check_failed(trial, &account, &verdict);
	check_error(trial, &account, &verdict);
	check_unsure(trial, &account, &verdict);
}

static void test_judgement_over_all_trials_of_three_legs(void **state)
{
	static const u8 answer[] = {
		TANDEM_RESULT_OK, TANDEM_RESULT_AGAIN, TANDEM_RESULT_INVAL,
		TANDEM_RESULT_NOTSUPP, TANDEM_RESULT_MEDIUM, TANDEM_RESULT_IOERR,
	};
	struct tandem_trial trial = { .op = TANDEM_OP_READ };
	unsigned int op, masks, n;

	(void)state;
	for (op = 0; op < TANDEM_NR_OPS; op++) {
		trial.op = (enum tandem_op)op;
		for (masks = 0; masks < 8 * 8 * 8; masks++) {
			trial.sent = masks % 8;
			trial.counted = masks / 8 % 8;
			trial.others = masks / 64;
			if (trial.counted & ~trial.sent)
				continue;
			for (n = 0; n < 6 * 6 * 6; n++) {
				trial.result[0] = answer[n % 6];
				trial.result[1] = answer[n / 6 % 6];
				trial.result[2] = answer[n / 36];
				check(&trial);
			}
		}
	}
}

/* The same trial with another result of the same class differs in the text only. */
static void test_results_of_one_class_are_one(void **state)
{
	struct tandem_trial trial = { .sent = 3, .counted = 3, .others = 3 };
	unsigned int op, a, b, other;

	(void)state;
	for (op = 0; op < TANDEM_NR_OPS; op++) {
		trial.op = (enum tandem_op)op;
		for (a = 0; a < TANDEM_NR_RESULTS * TANDEM_NR_RESULTS; a++) {
			struct tandem_verdict verdict, again;

			b = a / TANDEM_NR_RESULTS;
			trial.result[0] = (u8)(a % TANDEM_NR_RESULTS);
			trial.result[1] = (u8)b;
			check(&trial);
			verdict = tandem_fault_judge(&trial);
			for (other = 0; other < TANDEM_NR_RESULTS; other++) {
				if (tandem_fault_class(trial.op, (enum tandem_result)other) !=
				    tandem_fault_class(trial.op, (enum tandem_result)b))
					continue;
				trial.result[1] = (u8)other;
				again = tandem_fault_judge(&trial);
				assert_int_equal(again.fail, verdict.fail);
				assert_int_equal(again.unsure, verdict.unsure);
				assert_int_equal(again.error == TANDEM_RESULT_OK,
						 verdict.error == TANDEM_RESULT_OK);
			}
		}
	}
}

/* K2: a flush that failed on the one leg that needed it fails that leg. */
static void test_failed_flush_of_one_leg_fails_it(void **state)
{
	const struct tandem_trial trial = {
		.op = TANDEM_OP_FLUSH, .sent = 1, .counted = 1, .others = 3,
		.result = { TANDEM_RESULT_IOERR },
	};
	const struct tandem_verdict verdict = tandem_fault_judge(&trial);

	(void)state;
	assert_int_equal(verdict.fail, 1);
	assert_int_equal(verdict.error, TANDEM_RESULT_OK);
	assert_false(verdict.unsure);
}

/* A7: the current leg refused what the one being filled took. */
static void test_filled_leg_may_differ_after_an_error(void **state)
{
	const struct tandem_trial trial = {
		.op = TANDEM_OP_WRITE, .sent = 3, .counted = 1, .others = 1,
		.result = { TANDEM_RESULT_IOERR, TANDEM_RESULT_OK },
	};
	const struct tandem_verdict verdict = tandem_fault_judge(&trial);

	(void)state;
	assert_int_equal(verdict.fail, 0);
	assert_int_equal(verdict.error, TANDEM_RESULT_IOERR);
	assert_true(verdict.unsure);
}

/* C1: a request that every disk refuses is its sender's affair. */
static void test_misaligned_write_fails_nobody(void **state)
{
	const struct tandem_trial trial = {
		.op = TANDEM_OP_WRITE, .sent = 7, .counted = 3, .others = 3,
		.result = { TANDEM_RESULT_INVAL, TANDEM_RESULT_INVAL, TANDEM_RESULT_INVAL },
	};
	const struct tandem_verdict verdict = tandem_fault_judge(&trial);

	(void)state;
	assert_int_equal(verdict.fail, 0);
	assert_int_equal(verdict.error, TANDEM_RESULT_INVAL);
	assert_false(verdict.unsure);
}

/* The only good answer came from a leg that is failing: it is no copy. */
static void test_answer_of_a_failing_leg_acknowledges_nothing(void **state)
{
	const struct tandem_trial trial = {
		.op = TANDEM_OP_WRITE, .sent = 3, .counted = 3, .others = 2,
		.result = { TANDEM_RESULT_OK, TANDEM_RESULT_IOERR },
	};
	const struct tandem_verdict verdict = tandem_fault_judge(&trial);

	(void)state;
	assert_int_equal(verdict.fail, 0);
	assert_int_equal(verdict.error, TANDEM_RESULT_IOERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell_is_as_the_comment_says),
		cmocka_unit_test(test_what_is_not_known_is_the_device_s_fault),
		cmocka_unit_test(test_judgement_over_all_trials_of_three_legs),
		cmocka_unit_test(test_results_of_one_class_are_one),
		cmocka_unit_test(test_failed_flush_of_one_leg_fails_it),
		cmocka_unit_test(test_filled_leg_may_differ_after_an_error),
		cmocka_unit_test(test_misaligned_write_fails_nobody),
		cmocka_unit_test(test_answer_of_a_failing_leg_acknowledges_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
