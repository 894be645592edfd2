// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of an array object, its status, its messages.
 *
 * Decisions: created in two steps, because the shape is on the disks: create()
 * has the legs, shape() adds sets and region words after the first load. One
 * destructor takes whatever there is. Destruction does no I/O (I60): what has
 * to be written was written when the array went down.
 */
#include "sys.h"
#include "core/replace.h"
#include "core/table.h"
#include "io/activate.h"
#include "io/commit.h"
#include "io/control.h"
#include "io/copy.h"
#include "io/fault.h"
#include "io/flush.h"
#include "io/latency.h"
#include "io/log.h"
#include "io/lost.h"
#include "io/map.h"
#include "io/rate.h"
#include "io/region.h"

static void event_work(struct work_struct *work)
{
	struct tandem_array *array = container_of(work, struct tandem_array, event_work);

	if (array->params.event)
		array->params.event(array->params.context);
}

void tandem_array_changed(struct tandem_array *array)
{
	wake_up(&array->wait);
	queue_work(array->wq, &array->event_work);
}

static int create_legs(struct tandem_array *array)
{
	struct tandem_leg *leg;
	unsigned int i;

	array->leg = kvcalloc(array->params.nr_legs, sizeof(*array->leg), GFP_KERNEL);
	array->found = kvcalloc(array->params.nr_legs, sizeof(*array->found), GFP_KERNEL);
	array->super = kvcalloc(1, sizeof(*array->super), GFP_KERNEL);
	if (!array->leg || !array->found || !array->super)
		return -ENOMEM;
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		leg->array = array;
		leg->index = i;
		leg->state = TANDEM_LEG_MISSING;
		leg->disk = array->params.disk[i];
		if (!leg->disk)
			continue;
		leg->logical_block_bytes = leg->disk->logical_block_bytes;
		leg->super_bytes = kmalloc(TANDEM_SUPER_BYTES, GFP_KERNEL);
		if (!leg->super_bytes)
			return -ENOMEM;
	}
	return 0;
}

int tandem_array_create(const struct tandem_array_params *params, struct tandem_array **result)
{
	struct tandem_array *array = kzalloc(sizeof(*array), GFP_KERNEL);
	int error;

	if (!array)
		return -ENOMEM;
	array->params = *params;
	spin_lock_init(&array->lock);
	init_waitqueue_head(&array->wait);
	INIT_LIST_HEAD(&array->retry);
	INIT_DELAYED_WORK(&array->record_work, tandem_fault_record_work);
	INIT_DELAYED_WORK(&array->retry_work, tandem_request_retry_work);
	INIT_DELAYED_WORK(&array->latency_work, tandem_latency_work);
	INIT_WORK(&array->event_work, event_work);
	array->wq = alloc_workqueue("tandem", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND, 0);
	error = array->wq ? create_legs(array) : -ENOMEM;
	if (!error)
		error = tandem_control_create(array);
	if (!error)
		error = tandem_commit_create(array);
	if (!error)
		error = tandem_flush_create(array);
	if (error) {
		tandem_array_destroy(array);
		return error;
	}
	*result = array;
	return 0;
}

static int shape_set(struct tandem_array *array, unsigned int index)
{
	struct tandem_set *set = &array->set[index];
	unsigned int i;
	int error;

	set->array = array;
	set->index = index;
	set->first_leg = array->super->set[index].first_leg;
	set->nr_legs = array->super->set[index].nr_legs;
	INIT_LIST_HEAD(&set->held);
	INIT_LIST_HEAD(&set->parked);
	INIT_LIST_HEAD(&set->wanted);
	for (i = 0; i < set->nr_legs; i++) {
		array->leg[set->first_leg + i].set = set;
		array->leg[set->first_leg + i].bit = 1u << i;
	}
	set->region = kvcalloc(tandem_geometry_regions(&array->super->geo), sizeof(*set->region),
			       GFP_KERNEL);
	if (!set->region)
		return -ENOMEM;
	error = tandem_lost_create(set);
	if (!error)
		error = tandem_map_create(set);
	if (!error)
		error = tandem_log_create(set);
	return error ? error : tandem_copy_create(set);
}

/* A second load must find what memory and limits were laid out for. */
static int check_shape(struct tandem_array *array)
{
	const struct tandem_super *super = array->super;
	const struct tandem_set *set;
	unsigned int i;

	if (memcmp(&super->geo, &array->shape, sizeof(array->shape)) ||
	    (super->feature_incompat ^ array->shape_features) & ~TANDEM_INCOMPAT_LIVE ||
	    super->flags & ~array->shape_flags & TANDEM_FLAG_WRITE_THROUGH)
		return -ESTALE;
	for (i = 0; i < array->nr_sets; i++) {
		set = &array->set[i];
		if (super->set[i].first_leg != set->first_leg ||
		    super->set[i].nr_legs != set->nr_legs)
			return -ESTALE;
	}
	return 0;
}

int tandem_array_shape(struct tandem_array *array)
{
	unsigned int nr = array->super->geo.nr_sets;
	unsigned int i;
	int error = 0;

	if (array->set)
		return check_shape(array);
	array->set = kvcalloc(nr, sizeof(*array->set), GFP_KERNEL);
	if (!array->set)
		return -ENOMEM;
	array->nr_sets = nr;
	array->shape = array->super->geo;
	array->shape_flags = array->super->flags;
	array->shape_features = array->super->feature_incompat;
	for (i = 0; i < nr && !error; i++)
		error = shape_set(array, i);
	return error;
}

void tandem_array_destroy(struct tandem_array *array)
{
	unsigned int i;

	if (!array)
		return;
	for (i = 0; array->set && i < array->nr_sets; i++) {
		tandem_copy_destroy(&array->set[i]);
		tandem_log_destroy(&array->set[i]);
		tandem_map_destroy(&array->set[i]);
		tandem_lost_destroy(&array->set[i]);
	}
	if (array->wq) {
		cancel_delayed_work_sync(&array->record_work);
		cancel_delayed_work_sync(&array->retry_work);
		tandem_latency_stop(array);
		destroy_workqueue(array->wq);
	}
	for (i = 0; array->set && i < array->nr_sets; i++)
		kvfree(array->set[i].region);
	kvfree(array->set);
	for (i = 0; array->leg && i < array->params.nr_legs; i++)
		kfree(array->leg[i].super_bytes);
	kvfree(array->leg);
	kvfree(array->found);
	kvfree(array->super);
	tandem_flush_destroy(array);
	tandem_commit_destroy(array);
	tandem_control_destroy(array);
	kfree(array);
}

u64 tandem_array_legs_in(const struct tandem_array *array, enum tandem_leg_state state)
{
	unsigned int i;
	u64 legs = 0;

	for (i = 0; i < array->params.nr_legs; i++)
		if (array->leg[i].state == state)
			legs |= 1ull << i;
	return legs;
}

static enum tandem_array_state state_of(struct tandem_array *array)
{
	enum tandem_leg_state state[TANDEM_MAX_LEGS];
	u16 set_of[TANDEM_MAX_LEGS];
	unsigned int i;

	for (i = 0; i < array->params.nr_legs; i++) {
		state[i] = array->leg[i].state;
		set_of[i] = array->leg[i].set->index;
	}
	tandem_replace_cover(array->super, state, array->params.nr_legs);
	return tandem_leg_array_state(set_of, state, array->params.nr_legs,
				      array->params.read_only);
}

/* As the superblocks have it. array->lock held, though it is the token that guards these. */
static void tell_shape(struct tandem_array *array, struct tandem_status *status)
{
	const struct tandem_super *super = array->super;
	unsigned int i, old;

	status->shape.present = true;
	status->shape.level = (u8)super->geo.level;
	status->shape.role = super->role;
	status->shape.nr_sets = array->nr_sets;
	status->shape.chunk_sectors = super->geo.chunk_sectors;
	status->shape.region_sectors = super->geo.region_sectors;
	for (i = 0; i < array->params.nr_legs; i++) {
		old = tandem_replace_old_of(super, i);
		status->leg[i].set = super->place[i].set;
		status->leg[i].by_hand = super->place[i].by_hand;
		status->leg[i].replaces = old == TANDEM_NO_PLACE ? 0 : old + 1;
	}
}

void tandem_array_status(struct tandem_array *array, struct tandem_status *status)
{
	struct tandem_leg *leg;
	unsigned long flags;
	unsigned int i;

	memset(status, 0, sizeof(*status));
	spin_lock_irqsave(&array->lock, flags);
	status->state = state_of(array);
	status->epoch = array->super->epoch.number;
	status->nr_legs = array->params.nr_legs;
	status->has_read_classes = true;
	status->has_latencies = true;
	for (i = 0; i < array->params.nr_legs; i++) {
		leg = &array->leg[i];
		status->leg[i].state = leg->state;
		status->leg[i].read_errors = atomic64_read(&leg->errors[0]);
		status->leg[i].write_errors = atomic64_read(&leg->errors[1]);
		status->leg[i].flush_errors = atomic64_read(&leg->errors[2]);
		status->leg[i].read_class = leg->read_class;
		tandem_latency_status(leg, &status->leg[i]);
		if (leg->set)
			status->leg[i].generation = array->super->set[leg->set->index].generation;
	}
	tell_shape(array, status);
	spin_unlock_irqrestore(&array->lock, flags);
	for (i = 0; i < array->nr_sets; i++) {
		tandem_log_status(&array->set[i], status);
		tandem_rate_status(&array->set[i], status);
		status->lost.present = true;
		status->lost.sectors += tandem_lost_total(&array->set[i]);
	}
	tandem_sync_status(array, status);
	tandem_keep_status(array, &status->kept);
	status->resync_sectors = atomic64_read(&array->resync_sectors);
	status->rebuild_sectors = atomic64_read(&array->rebuild_sectors);
}

/* One that has left already is noted to stay away: nothing else is new about it. */
static int fail_by_message(struct tandem_array *array, unsigned int index)
{
	struct tandem_leg *leg = &array->leg[index];
	int error = 0;

	spin_lock_irq(&array->lock);
	if (array->phase != TANDEM_PHASE_UP || !leg->disk || leg->state == TANDEM_LEG_MISSING)
		error = -ENODEV;
	else if (!tandem_fault_fail_leg(leg, TANDEM_LEG_EV_ADMIN_FAIL))
		error = -EBUSY;
	else
		leg->by_hand = true;
	if (!error)
		mod_delayed_work(array->wq, &array->record_work, 0);
	spin_unlock_irq(&array->lock);
	return error;
}

int tandem_array_message(struct tandem_array *array, const struct tandem_message *message)
{
	if (array->params.read_only)
		return -EROFS;
	if (message->verb == TANDEM_MESSAGE_FAIL)
		return fail_by_message(array, message->leg);
	if (message->verb == TANDEM_MESSAGE_SET_LATENCY ||
	    message->verb == TANDEM_MESSAGE_SET_RECOVERY ||
	    message->verb == TANDEM_MESSAGE_SET_READ)
		return tandem_keep_message(array, message);
	tandem_sync_message(array, message);
	return 0;
}
