// SPDX-License-Identifier: GPL-2.0-only
/*
 * Old images, and the question whether the engine takes one for current.
 *
 * It may, if it can be no more than one record behind the others: whatever it lacks
 * is in a log then. It must not if records are missing (oracle_log_gap()). A start
 * that is refused, or that uses the disk for something else, is as good.
 */
#include <stdlib.h>

#include "choice.h"
#include "front.h"
#include "mapbook.h"
#include "oracle.h"
#include "rollback.h"
#include "sched.h"
#include "world.h"

static struct {
	u64 *image;		/* of @leg's sectors; NULL: none yet */
	u64 *true_view;		/* while the image is shown */
	bool faults;		/* and then again */
	unsigned int leg;
	struct logbook_state log;	/* by the image */
} rollback;

void rollback_start(void)
{
	free(rollback.image);
	memset(&rollback, 0, sizeof(rollback));
}

/* Shows @view, also to whoever remembers what the map was. */
static void show(u64 *view)
{
	const struct sim_span all = { 0, ~0ull };
	struct sim_disk *disk = &world.disk[rollback.leg];

	disk->store.view = view;
	mapbook_changed(disk, &all, false);
}

void rollback_undo(void)
{
	if (!rollback.true_view)
		return;
	show(rollback.true_view);
	rollback.true_view = NULL;
	faults_pause(!rollback.faults);
}

static void told(void *context)
{
	(void)context;
}

static int activate(struct tandem_array **array, const char **why)
{
	struct tandem_array_params params = {
		.array = world.super.array, .nr_legs = world.nr_disks,
		.degraded = TANDEM_DEGRADED_PROVEN, .read_only = true, .event = told,
	};
	unsigned int i;
	int error;

	for (i = 0; i < world.nr_disks; i++)
		params.disk[i] = &world.disk[i].engine;
	error = tandem_array_create(&params, array);
	if (!error)
		error = tandem_array_load(*array, why);
	if (!error)
		error = tandem_array_activate(*array, why);
	return error;
}

static void judge(const struct tandem_array *array)
{
	struct logbook_state log[SIM_MAX_DISKS];
	unsigned int set, leg;
	u64 legs;

	for (leg = 0; leg < world.nr_disks; leg++)
		log[leg] = leg == rollback.leg ? rollback.log : *logbook_state(leg, false);
	for (set = 0; set < world.options.sets; set++) {
		legs = 0;
		for (leg = 0; leg < world.nr_disks; leg++)
			if (world_set_of(leg) == set && array->leg[leg].use == TANDEM_USE_CURRENT)
				legs |= 1ull << leg;
		oracle_log_gap(log, legs);
	}
}

static void ask(void)
{
	struct sim_store *store = &world.disk[rollback.leg].store;
	u64 before = world.disk[rollback.leg].nr_writes;
	struct tandem_array *array = NULL;
	const char *why = NULL;
	int error;

	rollback.true_view = store->view;
	show(rollback.image);
	rollback.faults = faults_are_on();
	faults_pause(true);
	sim_state.control = true;
	error = activate(&array, &why);
	SIM_NOTE("rolled back", why, { rollback.leg, rollback.log.sequence, -error });
	if (!error) {
		judge(array);
		tandem_array_end_start(array);
		tandem_array_end_finish(array);
	}
	tandem_array_destroy(array);
	sim_state.control = false;
	rollback_undo();
	if (world.disk[rollback.leg].nr_writes != before)
		sim_fail("K6", "a read-only start wrote to disk %u", rollback.leg);
}

static void take_image(void)
{
	const struct sim_store *store;
	size_t bytes;

	rollback.leg = world.options.steered ? choice_of(world.nr_disks) :
		       sim_below(SIM_RANDOM_LOG, world.nr_disks);
	rollback.log = *logbook_state(rollback.leg, false);
	store = &world.disk[rollback.leg].store;
	bytes = store->sectors * sizeof(*store->view);
	rollback.image = realloc(rollback.image, bytes);
	if (!rollback.image)
		abort();
	memcpy(rollback.image, store->view, bytes);
}

void rollback_try(void)
{
	unsigned int leg;

	if (!world.options.rollback || !world.options.log)
		return;
	for (leg = 0; leg < world.nr_disks; leg++)
		if (world.disk[leg].health.dead)
			return;
	if (rollback.image)
		ask();
	take_image();
}
