/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Playing histories by hand: short words for what happens in a world, for tests
 * that tell one history each. Disks are named by their numbers, a set of disks
 * is a mask. What cannot happen fails the test.
 */
#ifndef TANDEM_TEST_PLAY_H
#define TANDEM_TEST_PLAY_H

#include "world.h"
#include "world_check.h"

#define NEVER	TANDEM_DEGRADED_NEVER
#define PROVEN	TANDEM_DEGRADED_PROVEN
#define FORCE	TANDEM_DEGRADED_FORCE

/* The world that is played, and behind it another one to go back to. */
extern struct world *now;

int play_setup(void **state);
int play_teardown(void **state);

/* Asks about @present: must give @kind, and start or not under @policy. */
struct tandem_plan ask(u8 present, enum tandem_degraded policy,
		       enum tandem_verdict_kind kind, bool startable);

/* All disks as candidates, in their order. */
void play_candidates(struct tandem_candidate *candidate);

/* One letter per disk: c current, r rebuilding, s stale, - not used. */
void assert_use(const struct tandem_plan *plan, const char *use);

/* Activation; with what is stale; with a new disk in @place. */
void up(u8 present, enum tandem_degraded policy);
void up_and_rejoin(u8 present);
void replace(u8 present, int place);

/* Power goes when the record has reached @land. */
void half_up(u8 present, enum tandem_degraded policy, u8 land);
void half_fail(int disk, u8 land);

void disk_fails(int disk);
void filled(int disk);
void down(void);
void power_cut(void);

/* Up and down once: one more write is acknowledged by those that are here. */
void run_once(u8 present, enum tandem_degraded policy);

/* world_check() has nothing to say. */
void sane(void);

#endif
