// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Intent logs on disks.
 *
 * What a ring means is decided in core/log.c, the same for the kernel. A slot that
 * cannot be read counts as no record: whether that matters is the replay's to say.
 *
 * The kernel does the same sums again over what it reads itself; here they are for
 * the message before a start, and for looking.
 */
#include "log.h"

#include <stdlib.h>

#include "core/lockstep.h"

const char *tandem_leglog_text(enum tandem_leglog_state state)
{
	switch (state) {
	case TANDEM_LEGLOG_NONE:
		break;
	case TANDEM_LEGLOG_VALID:
		return "valid";
	case TANDEM_LEGLOG_EMPTY:
		return "empty";
	case TANDEM_LEGLOG_LOST:
		return "lost";
	}
	return NULL;
}

int tandem_leglog_intent(const struct tandem_super *super, struct tandem_intent *intent)
{
	u32 regions = tandem_geometry_regions(&super->geo);
	u64 *bits = calloc(1, tandem_intent_bytes(regions));

	if (!bits)
		return -ENOMEM;
	tandem_intent_init(intent, regions, bits);
	return 0;
}

/* All slots, in one read if that works. */
static void read_ring(const struct tandem_context *ctx, const struct tandem_device *dev,
		      const struct tandem_super *super, unsigned char *ring)
{
	u64 offset = super->log_offset_sectors * TANDEM_SECTOR_BYTES;
	size_t len = (size_t)super->log_slots * TANDEM_PAGE_BYTES, at;

	if (!ctx->device->read(dev, offset, ring, len))
		return;
	for (at = 0; at < len; at += TANDEM_PAGE_BYTES) {
		/* Not zeroes: those would say that nothing was ever written. */
		if (ctx->device->read(dev, offset + at, ring + at, TANDEM_PAGE_BYTES))
			memset(ring + at, 0xff, TANDEM_PAGE_BYTES);
	}
}

void tandem_leglog_free(struct tandem_leglog *log)
{
	free(log->dirty.bits);
	log->dirty.bits = NULL;
}

static int replay(const struct tandem_super *super, const void *ring, struct tandem_leglog *log)
{
	const struct tandem_log_shape shape = {
		.array = super->array,
		.set = super->place[super->leg].set,
		.nr_regions = tandem_geometry_regions(&super->geo),
		.slots = super->log_slots,
		.window = TANDEM_LOG_WINDOW,
		.changes = TANDEM_LOG_CHANGES,
	};
	struct tandem_log_replay out = { 0 };
	int ret;

	if (tandem_leglog_intent(super, &out.state) || tandem_leglog_intent(super, &out.covered)) {
		free(out.state.bits);
		return -ENOMEM;
	}
	ret = tandem_log_replay(&shape, ring, &out);
	free(out.covered.bits);
	log->head = out.head;
	log->dirty = out.state;
	switch (-ret) {
	case 0:
		log->state = TANDEM_LEGLOG_VALID;
		if (log->head.flags & TANDEM_LOG_ALL)
			tandem_intent_add_run(&log->dirty, 0, shape.nr_regions);
		break;
	case ENODATA:
		log->state = TANDEM_LEGLOG_EMPTY;
		tandem_intent_empty(&log->dirty);
		break;
	default:
		log->state = TANDEM_LEGLOG_LOST;
		tandem_leglog_free(log);
		break;
	}
	return 0;
}

int tandem_leglog_read(const struct tandem_context *ctx, const struct tandem_found *found,
		       struct tandem_leglog *log, struct tandem_error *err)
{
	const struct tandem_super *super = &found->label.super;
	struct tandem_device dev;
	void *ring;
	int ret;

	memset(log, 0, sizeof(*log));
	if (!(super->feature_incompat & TANDEM_INCOMPAT_INTENT_LOG))
		return 0;
	log->state = TANDEM_LEGLOG_LOST;
	tandem_device_init(&dev, found->dev.path);
	ret = tandem_device_open(ctx, &dev, TANDEM_ACCESS_READ, err);
	if (ret)
		return ret;
	ring = tandem_device_buffer((size_t)super->log_slots * TANDEM_PAGE_BYTES);
	if (ring)
		read_ring(ctx, &dev, super, ring);
	tandem_device_close(&dev);
	if (!ring || replay(super, ring, log))
		ret = tandem_error_no_memory(err);
	free(ring);
	return ret;
}

static const struct tandem_super *super_of(const struct tandem_leglogs *logs, unsigned int index)
{
	return logs->group->candidate[index].super;
}

/* Is this candidate a current leg of @set? */
static bool is_current(const struct tandem_leglogs *logs, unsigned int index, unsigned int set)
{
	const struct tandem_super *super = super_of(logs, index);

	return logs->plan->use[index] == TANDEM_USE_CURRENT &&
	       super->place[super->leg].set == set;
}

static bool set_is_apart(const struct tandem_leglogs *logs, unsigned int set, s16 culprit[2])
{
	struct tandem_lockstep step = { 0 };
	unsigned int i;

	for (i = 0; i < logs->group->nr; i++) {
		if (is_current(logs, i, set) && logs->log[i]->state == TANDEM_LEGLOG_VALID)
			tandem_lockstep_add(&step, i, logs->log[i]->head.sequence);
	}
	if (!tandem_lockstep_is_apart(&step))
		return false;
	culprit[0] = (s16)step.ahead;
	culprit[1] = (s16)step.behind;
	return true;
}

bool tandem_leglogs_apart(const struct tandem_leglogs *logs, s16 culprit[2])
{
	unsigned int set;

	for (set = 0; set < super_of(logs, 0)->geo.nr_sets; set++) {
		if (set_is_apart(logs, set, culprit))
			return true;
	}
	return false;
}

static bool is_ahead(const struct tandem_log_head *head, const struct tandem_super *super)
{
	return tandem_lockstep_super_is_older(super, super->place[super->leg].set, head);
}

s16 tandem_leglogs_ahead(const struct tandem_leglogs *logs)
{
	unsigned int i;

	for (i = 0; i < logs->group->nr; i++) {
		if (logs->plan->use[i] == TANDEM_USE_CURRENT &&
		    logs->log[i]->state == TANDEM_LEGLOG_VALID &&
		    is_ahead(&logs->log[i]->head, super_of(logs, i)))
			return (s16)i;
	}
	return -1;
}

unsigned int tandem_leglogs_current(const struct tandem_leglogs *logs, unsigned int set)
{
	unsigned int i, nr = 0;

	for (i = 0; i < logs->group->nr; i++)
		nr += is_current(logs, i, set);
	return nr;
}

/* The chooser says so only of what it would start. */
static bool is_clean(const struct tandem_leglogs *logs, unsigned int set)
{
	unsigned int i;

	if (logs->plan->startable)
		return logs->plan->clean;
	for (i = 0; i < logs->group->nr; i++) {
		if (is_current(logs, i, set) && !(super_of(logs, i)->flags & TANDEM_FLAG_CLEAN))
			return false;
	}
	return true;
}

void tandem_leglogs_unsure(const struct tandem_leglogs *logs, unsigned int set,
			   struct tandem_intent *unsure)
{
	const bool clean = is_clean(logs, set);
	unsigned int i;

	tandem_intent_empty(unsure);
	for (i = 0; i < logs->group->nr; i++) {
		if (!is_current(logs, i, set))
			continue;
		switch (logs->log[i]->state) {
		case TANDEM_LEGLOG_VALID:
			tandem_intent_join(unsure, &logs->log[i]->dirty);
			break;
		case TANDEM_LEGLOG_NONE:
		case TANDEM_LEGLOG_EMPTY:
			if (!clean)
				tandem_intent_add_run(unsure, 0, unsure->nr_regions);
			break;
		case TANDEM_LEGLOG_LOST:
			tandem_intent_add_run(unsure, 0, unsure->nr_regions);
			break;
		}
	}
}
