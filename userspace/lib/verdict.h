/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the chooser's answer means to a person: both facts, and the way out. */
#ifndef TANDEM_LIB_VERDICT_H
#define TANDEM_LIB_VERDICT_H

#include "log.h"

/**
 * tandem_verdict_explain() - why these disks cannot be started
 * @plan: not startable
 * Return: negative errno; @err has object, fact and way out
 */
int tandem_verdict_explain(const struct tandem_group *group, const struct tandem_plan *plan,
			   struct tandem_error *err);

/**
 * tandem_verdict_logs() - do the logs of the current legs go together?
 * Return: 0; else negative errno, and @err has the disks and the way out
 */
int tandem_verdict_logs(const struct tandem_leglogs *logs, struct tandem_error *err);

#endif
