/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The simulated device-mapper device, shared by front.c (requests) and
 * front_device.c (its life).
 */
#ifndef SIM_FRONT_DEVICE_H
#define SIM_FRONT_DEVICE_H

#include "front.h"

struct front {
	struct tandem_array *array;
	struct oracle_start start;
	struct tandem_disk *disk[SIM_MAX_DISKS];
	size_t request_bytes;
	bool starting;		/* being activated */
	bool up;		/* activated */
	bool blocked;		/* requests are deferred */
	u64 pending;		/* parts under way */
	u64 events;		/* told by the engine */
	struct list_head ops;	/* begun */
	struct list_head deferred;
	struct list_head parts;
};

extern struct front front;

void front_submit_deferred(void);
/* After a crash: nobody waits for them any more. */
void front_drop_requests(void);

#endif
