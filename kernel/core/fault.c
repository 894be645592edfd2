// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What an error means.
 *
 * Decisions
 * - One table says whose fault a result is. It is looked up by operation,
 *   because the same answer means different things: "not supported" to a
 *   WRITE_ZEROES is an answer, to a FLUSH it is a broken promise.
 * - The judgement needs the legs as they are now (@others), not as they were
 *   when the request was sent: a leg that began to fail in between cannot hold
 *   the only copy of what is acknowledged.
 * - Nothing here looks at more than one request. Two requests that would each
 *   fail the other's last leg are kept apart by the caller's lock.
 */
#include "sys.h"
#include "core/fault.h"

#define O TANDEM_CLASS_OK
#define R TANDEM_CLASS_RETRY
#define C TANDEM_CLASS_CALLER
#define U TANDEM_CLASS_UNSUPPORTED
#define M TANDEM_CLASS_MEDIUM
#define D TANDEM_CLASS_DEVICE

/* Columns: READ, WRITE, FLUSH, WRITE_ZEROES, DISCARD, METADATA. */
static const u8 class_of[TANDEM_NR_RESULTS][TANDEM_NR_OPS] = {
	[TANDEM_RESULT_OK]		= { O, O, O, O, O, O },
	[TANDEM_RESULT_NOTSUPP]		= { D, U, D, U, U, D },
	[TANDEM_RESULT_TIMEOUT]		= { D, D, D, D, D, D },
	[TANDEM_RESULT_NOSPC]		= { D, D, D, D, D, D },
	[TANDEM_RESULT_TRANSPORT]	= { D, D, D, D, D, D },
	[TANDEM_RESULT_TARGET]		= { D, D, D, U, U, D },
	[TANDEM_RESULT_RESV_CONFLICT]	= { D, D, D, D, D, D },
	[TANDEM_RESULT_MEDIUM]		= { M, M, M, M, M, M },
	[TANDEM_RESULT_PROTECTION]	= { M, C, D, C, C, D },
	[TANDEM_RESULT_RESOURCE]	= { R, R, R, R, R, R },
	[TANDEM_RESULT_IOERR]		= { D, D, D, D, D, D },
	[TANDEM_RESULT_AGAIN]		= { R, R, R, R, R, R },
	[TANDEM_RESULT_INVAL]		= { C, C, D, C, C, D },
	[TANDEM_RESULT_OFFLINE]		= { D, D, D, D, D, D },
	[TANDEM_RESULT_OTHER]		= { D, D, D, D, D, D },
};

#undef O
#undef R
#undef C
#undef U
#undef M
#undef D

enum tandem_error_class tandem_fault_class(enum tandem_op op, enum tandem_result result)
{
	if ((unsigned int)op >= TANDEM_NR_OPS || (unsigned int)result >= TANDEM_NR_RESULTS)
		return TANDEM_CLASS_DEVICE;
	return class_of[result][op];
}

bool tandem_fault_is_of_block(enum tandem_result result)
{
	return result == TANDEM_RESULT_MEDIUM || result == TANDEM_RESULT_PROTECTION ||
	       result == TANDEM_RESULT_IOERR;
}

/* The answers to one request, sorted into masks over the set's legs. */
struct answers {
	u8 well;	/* OK */
	u8 refused;	/* CALLER or UNSUPPORTED: the request's own fault */
	u8 broken;	/* MEDIUM, DEVICE or RETRY used up: the leg's fault */
};

static struct answers sort_answers(const struct tandem_trial *trial)
{
	struct answers answers = { 0, 0, 0 };
	unsigned int i;

	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++) {
		const u8 bit = (u8)(1u << i);

		if (!(trial->sent & bit))
			continue;
		switch (tandem_fault_class(trial->op, trial->result[i])) {
		case TANDEM_CLASS_OK:
			answers.well |= bit;
			break;
		case TANDEM_CLASS_CALLER:
		case TANDEM_CLASS_UNSUPPORTED:
			answers.refused |= bit;
			break;
		case TANDEM_CLASS_RETRY:
		case TANDEM_CLASS_MEDIUM:
		case TANDEM_CLASS_DEVICE:
		case TANDEM_NR_CLASSES:
			answers.broken |= bit;
			break;
		}
	}
	return answers;
}

static enum tandem_result first_result(const struct tandem_trial *trial, u8 legs)
{
	unsigned int i;

	for (i = 0; i < TANDEM_MAX_LEGS_PER_SET; i++)
		if (legs & (1u << i))
			return trial->result[i];
	return TANDEM_RESULT_IOERR;
}

static bool changes_or_secures_data(enum tandem_op op)
{
	switch (op) {
	case TANDEM_OP_WRITE:
	case TANDEM_OP_FLUSH:
	case TANDEM_OP_WRITE_ZEROES:
	case TANDEM_OP_DISCARD:
		return true;
	case TANDEM_OP_READ:
	case TANDEM_OP_METADATA:
	case TANDEM_NR_OPS:
		break;
	}
	return false;
}

static bool has_two(u8 mask)
{
	return mask & (mask - 1);
}

struct tandem_verdict tandem_fault_judge(const struct tandem_trial *trial)
{
	const struct answers answers = sort_answers(trial);
	/* A leg promoted while the request was under way is counted now. */
	const u8 counted = trial->sent & (trial->counted | trial->others);
	const u8 extra = trial->sent & (u8)~counted;
	const u8 broken = answers.broken & counted;
	struct tandem_verdict verdict = { 0, false, TANDEM_RESULT_OK };
	u8 holders;

	if (trial->others & ~broken)
		verdict.fail = broken & trial->others;

	/* Who is left to vouch for it: a flush also counts on legs it spared. */
	holders = trial->others & (u8)~verdict.fail;
	if (trial->op != TANDEM_OP_FLUSH)
		holders &= answers.well;

	if (answers.refused & counted)
		verdict.error = first_result(trial, answers.refused & counted);
	else if (broken & trial->others & ~verdict.fail)
		verdict.error = first_result(trial, broken & trial->others);
	else if (!holders)
		verdict.error = first_result(trial, broken);

	verdict.fail |= extra & answers.broken;
	if (verdict.error == TANDEM_RESULT_OK)
		verdict.fail |= extra & answers.refused;

	/* Refused by all: no disk has touched a block. */
	if (verdict.error != TANDEM_RESULT_OK && answers.refused != trial->sent &&
	    changes_or_secures_data(trial->op))
		verdict.unsure = has_two((trial->others | extra) & (u8)~verdict.fail);
	return verdict;
}
