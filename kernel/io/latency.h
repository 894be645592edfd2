/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A leg whose reads take far longer than those of another one sits out: no read is sent to it
 * while another leg can answer, and after a while it is tried again.
 *
 *	read                                      leg
 *	first of its leg in a jiffy, and none
 *	  is timed there: since; leg->timed
 *	  Or it goes to another leg, and is
 *	  timed there
 *	...
 *	it ends, and is leg->timed: how long      it is an outlier (core/latency.h):
 *	  it took; leg->timed = NULL                set->sitting, latency_work
 *	                                          latency_work: it is back
 *
 * Both are events if it is for a second or more.
 */
#ifndef TANDEM_IO_LATENCY_H
#define TANDEM_IO_LATENCY_H

#include "core/status.h"
#include "io/request.h"

/**
 * tandem_latency_begin() - a read, when none of its leg was looked at in this jiffy
 * @among: legs (bits) that may answer it
 * @position: of the one of these that is to
 *
 * Context: as the read's; array->lock is not held.
 * Return: @position, or that of another one of @among, if too little is known of it and there
 * is reason to ask. The read may be timed, and is to be sent there.
 */
int tandem_latency_begin(struct tandem_request *request, u8 among, int position);

/* It has ended. Any context, without array->lock. */
void tandem_latency_end(const struct tandem_request *request, struct tandem_leg *leg,
			enum tandem_result result);

/* Nobody sits out. Nothing is up yet. */
void tandem_latency_load(struct tandem_array *array);

/* Legs are back in time. */
void tandem_latency_work(struct work_struct *work);

/* The array is down, or is freed: no read is under way. May sleep. */
void tandem_latency_stop(struct tandem_array *array);

/* array->lock held. */
void tandem_latency_status(const struct tandem_leg *leg, struct tandem_leg_status *status);

#endif
