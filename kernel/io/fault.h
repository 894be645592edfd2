/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A leg fails: hold every affected acknowledgement, record, release.
 *
 *	           judge: fail            commit: all survivors
 *	CURRENT ----------------> UNRECORDED ----------------> FAILED
 *	                           |      ^ commit: error on the
 *	                           |      | last current leg: again,
 *	                           +------+ with growing delay
 *
 * While a set has an UNRECORDED leg no write to it and no flush of the array
 * ends well (K2); requests that end badly do not wait. A survivor that errs
 * during the commit fails too and goes into the next configuration, a
 * descendant; the last current leg never fails.
 */
#ifndef TANDEM_IO_FAULT_H
#define TANDEM_IO_FAULT_H

#include "io/request.h"

/**
 * tandem_fault_fail_leg() - a leg failed by its own fault or by an admin
 * @event: TANDEM_LEG_EV_ERROR or TANDEM_LEG_EV_ADMIN_FAIL
 * Context: any, array->lock held. Return: false if it is the last current leg
 *	of its set, or the last that has not failed the flush that is on: nothing
 *	happened, the error is the caller's
 */
bool tandem_fault_fail_leg(struct tandem_leg *leg, enum tandem_leg_event event);

/**
 * tandem_fault_judge_now() - a verdict against the legs as they are
 * @set: array->lock held
 * @trial: op, sent, counted and result filled in; the rest is set here
 *
 * Survivors are the readable legs. One that is being filled or promoted is
 * nobody's survivor: its failure is its own.
 */
struct tandem_verdict tandem_fault_judge_now(struct tandem_set *set, struct tandem_trial *trial);

/**
 * tandem_fault_settle() - all legs have answered a write or like
 *
 * Judges, fails legs, marks the region unsure, and ends the request or holds
 * it. Context: any.
 */
void tandem_fault_settle(struct tandem_request *request);

/* May every leg have dropped the write, whatever it says of its next flush? Any context. */
bool tandem_fault_is_dropped(const struct tandem_request *request);

/*
 * Is there nothing that a write has to wait or to answer for? It was good on every leg it
 * was sent to; then it may end at once. Two loads. Any context.
 */
static inline bool tandem_fault_is_calm(const struct tandem_request *request)
{
	const struct tandem_set *set = request->set;

	return likely(request->losses == READ_ONCE(set->losses) &&
		      !TANDEM_FAILING(atomic_read(&set->masks)));
}

/* Ends @request well if no failure in its reach is unrecorded, else holds it. */
void tandem_fault_acknowledge(struct tandem_request *request);

/* Record failed legs soon, if there are any; after failed attempts with a delay. */
void tandem_fault_kick(struct tandem_array *array);

/* delayed work: record failed legs. */
void tandem_fault_record_work(struct work_struct *work);

/**
 * tandem_fault_is_due() - is there a failure in @set that is not on record?
 *
 * Of any leg, also of one that was being filled; or a configuration without one
 * or a setting that has not landed on every leg that stays. Whatever changes the record next
 * must wait for it, or take the leg out itself. Context: any.
 */
bool tandem_fault_is_due(struct tandem_set *set);

/* No failure waits for a record, or all patience is used up. */
bool tandem_fault_is_settled(struct tandem_array *array);

/* Held requests get errors at the next failed attempt (presuspend). */
void tandem_fault_give_up(struct tandem_array *array);

#endif
