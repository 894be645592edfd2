/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may happen next in a world, and whether the chooser is right about it.
 *
 * The rules that world_check() holds every plan against, for every subset of
 * the disks; none of them looks at an identifier or a record:
 *
 *	agree    legs used as CURRENT hold the same acknowledged writes, and were
 *	         not being filled (K4)
 *	all      a start that was not forced has all writes of its timeline (K4, K9)
 *	newest   no leg that is here holds a write that the CURRENT ones lack (K4)
 *	rivals   disks that each hold a write of which the other's side knows
 *	         nothing: SPLIT (K5)
 *	order    the plan does not depend on the order of the candidates
 *	never split  as long as no forced start has left out a disk that was ahead,
 *	         and no disk is here that was replaced (it may have gone on, too)
 *	complete     all disks are here, nobody ever forced anything: it starts
 */
#ifndef TANDEM_TEST_WORLD_CHECK_H
#define TANDEM_TEST_WORLD_CHECK_H

#include "world.h"

#define WORLD_MAX_EVENTS	4096

/* What may happen next, and more that cannot. Returns the number. */
unsigned int world_events(const struct world *world, struct world_event *event);

/**
 * world_check() - hold the chooser against the truth
 * @thorough: in every order of the candidates
 * Return: NULL, or the rule that is broken
 */
const char *world_check(const struct world *world, bool thorough);

/**
 * world_hash() - equal for worlds that differ in nothing but names
 * @any_order: nor in the order of legs and sets; costs more
 */
u64 world_hash(const struct world *world, bool any_order);

void world_print_event(const struct world_event *event);
void world_print_plans(const struct world *world);

#endif
