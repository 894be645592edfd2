// SPDX-License-Identifier: GPL-2.0-only
/*
 * The intent logs of several legs in memory. What they mean is core/log.c's part.
 */
#include "sys.h"
#include "io/rings.h"

void tandem_rings_free(struct tandem_array *array, struct tandem_rings *rings)
{
	tandem_area_destroy(array, &rings->area);
	kvfree(rings->bits[0]);
	kvfree(rings->bits[1]);
	kfree(rings);
}

struct tandem_rings *tandem_rings_read(struct tandem_array *array, u64 legs)
{
	u32 nr_regions = tandem_geometry_regions(&array->super->geo);
	struct tandem_rings *rings = kzalloc(sizeof(*rings), GFP_KERNEL);
	unsigned int i;

	if (!rings)
		return NULL;
	rings->area.sector = array->super->log_offset_sectors;
	rings->area.bytes = tandem_log_ring_bytes(array);
	for (i = 0; i < 2; i++)
		rings->bits[i] = kvcalloc(1, tandem_intent_bytes(nr_regions), GFP_KERNEL);
	if (!rings->bits[0] || !rings->bits[1] || tandem_area_create(array, &rings->area, legs)) {
		tandem_rings_free(array, rings);
		return NULL;
	}
	tandem_intent_init(&rings->replay.state, nr_regions, rings->bits[0]);
	tandem_intent_init(&rings->replay.covered, nr_regions, rings->bits[1]);
	tandem_area_read(array, &rings->area, legs);
	return rings;
}
