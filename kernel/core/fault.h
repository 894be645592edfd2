/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an error means: for the leg it came from, for the region, and for the
 * caller. Only a device's own failure fails a leg (design §5).
 */
#ifndef TANDEM_CORE_FAULT_H
#define TANDEM_CORE_FAULT_H

#include "core/types.h"

/* Kinds of commands, as far as errors differ. */
enum tandem_op {
	TANDEM_OP_READ,
	TANDEM_OP_WRITE,
	TANDEM_OP_FLUSH,
	TANDEM_OP_WRITE_ZEROES,
	TANDEM_OP_DISCARD,
	TANDEM_OP_METADATA,
	TANDEM_NR_OPS
};

/* Results of a command, the block layer's without the block layer. */
enum tandem_result {
	TANDEM_RESULT_OK,
	TANDEM_RESULT_NOTSUPP,
	TANDEM_RESULT_TIMEOUT,
	TANDEM_RESULT_NOSPC,
	TANDEM_RESULT_TRANSPORT,
	TANDEM_RESULT_TARGET,
	TANDEM_RESULT_RESV_CONFLICT,
	TANDEM_RESULT_MEDIUM,
	TANDEM_RESULT_PROTECTION,
	TANDEM_RESULT_RESOURCE,
	TANDEM_RESULT_IOERR,
	TANDEM_RESULT_AGAIN,
	TANDEM_RESULT_INVAL,
	TANDEM_RESULT_OFFLINE,
	TANDEM_RESULT_OTHER,
	TANDEM_NR_RESULTS
};

/*
 * RETRY        no device saw it: send it again, without NOWAIT, bounded
 * CALLER       the request itself is wrong: its sender gets the error
 * UNSUPPORTED  the device does not do this operation: sender gets NOTSUPP
 * MEDIUM       some blocks are bad; a read goes elsewhere, a write fails the leg
 * DEVICE       the device failed; a read goes elsewhere, a write fails the leg
 *
 * Table (rows: result; columns: READ WRITE FLUSH WRITE_ZEROES DISCARD METADATA;
 * R C U M D):
 *	NOTSUPP        D U D U U D
 *	TIMEOUT        D D D D D D
 *	NOSPC          D D D D D D
 *	TRANSPORT      D D D D D D
 *	TARGET         D D D U U D
 *	RESV_CONFLICT  D D D D D D
 *	MEDIUM         M M M M M M
 *	PROTECTION     M C D C C D
 *	RESOURCE       R R R R R R
 *	IOERR          D D D D D D
 *	AGAIN          R R R R R R
 *	INVAL          C C D C C D
 *	OFFLINE        D D D D D D
 *	OTHER          D D D D D D
 * A WRITE answered NOTSUPP is UNSUPPORTED (an atomic or odd request), a FLUSH
 * or METADATA write never is: those are ours, and a disk that refuses them is
 * broken.
 */
enum tandem_error_class {
	TANDEM_CLASS_OK,
	TANDEM_CLASS_RETRY,
	TANDEM_CLASS_CALLER,
	TANDEM_CLASS_UNSUPPORTED,
	TANDEM_CLASS_MEDIUM,
	TANDEM_CLASS_DEVICE,
	TANDEM_NR_CLASSES
};

enum tandem_error_class tandem_fault_class(enum tandem_op op, enum tandem_result result);

/*
 * May a read that was answered so have failed for its blocks alone? Many disks and all of
 * dm's targets say IOERR for a bad sector; so does a disk that is gone, and whoever asks
 * has to find out which.
 */
bool tandem_fault_is_of_block(enum tandem_result result);

/**
 * struct tandem_trial - one request of a set, when its last leg has answered
 * @op: what was asked
 * @sent: legs it was sent to (mask over the set's legs)
 * @counted: of these, legs that an acknowledgement needs
 * @result: answer of each leg in @sent
 * @others: counted legs of the set, now, that are not failing (whether or not
 *	this request went to them); decides who is the last one
 */
struct tandem_trial {
	enum tandem_op op;
	u8 sent;
	u8 counted;
	u8 others;
	u8 result[TANDEM_MAX_LEGS_PER_SET];
};

/**
 * struct tandem_verdict - what follows
 * @fail: legs to be failed now; never all of @others
 * @unsure: the legs may differ here and no recorded failure will tell (A7)
 * @error: TANDEM_RESULT_OK: may be acknowledged once no failure is
 *	unrecorded; else what the caller gets
 */
struct tandem_verdict {
	u8 fail;
	bool unsure;
	enum tandem_result error;
};

/**
 * tandem_fault_judge() - a write, flush, write-zeroes or discard is complete
 *
 * A leg counts if it is in @counted or, promoted since, in @others.
 * 1. A counted leg answered CALLER or UNSUPPORTED: nobody fails for that; the
 *    caller gets the first such error. Rule 3 holds all the same.
 * 2. All of @others failed (MEDIUM, DEVICE, or RETRY used up): nobody fails; the
 *    caller gets the first one's error.
 * 3. Otherwise every counted leg with MEDIUM, DEVICE or RETRY is failed.
 * 4. OK needs a leg of @others that is not failed and has done it; for a FLUSH,
 *    one that had nothing to flush (not in @sent) will do.
 * 5. A leg that does not count (rebuilding) never changes what the caller gets.
 *    It is failed if its own fault, and for CALLER or UNSUPPORTED too if the
 *    caller gets OK: it lacks what is acknowledged.
 * 6. unsure: the caller gets an error, and two or more legs, of @others or being
 *    filled, remain after @fail is taken away. For a FLUSH too: each may have
 *    dropped its cache. Never for READ and METADATA, and never if all of @sent
 *    answered CALLER or UNSUPPORTED: a refusal touches no block.
 */
struct tandem_verdict tandem_fault_judge(const struct tandem_trial *trial);

#endif
