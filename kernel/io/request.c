// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests: entry, translation of results, second attempts, end.
 *
 * Decisions: a request that must wait or be sent again goes through one work
 * item of the array; end_io context only queues. A request is gone the moment
 * its bio is ended, so everything else happens before that.
 *
 * Invariants: I5 (the first error is what the caller gets), I12 (read-ahead
 * and NOWAIT never count against a leg).
 */
#include "sys.h"
#include "io/request.h"
#include "io/copy.h"
#include "io/flush.h"
#include "io/pace.h"
#include "io/region.h"

static const struct {
	blk_status_t status;
	enum tandem_result result;
} translation[] = {
	{ BLK_STS_OK, TANDEM_RESULT_OK },
	{ BLK_STS_NOTSUPP, TANDEM_RESULT_NOTSUPP },
	{ BLK_STS_TIMEOUT, TANDEM_RESULT_TIMEOUT },
	{ BLK_STS_NOSPC, TANDEM_RESULT_NOSPC },
	{ BLK_STS_TRANSPORT, TANDEM_RESULT_TRANSPORT },
	{ BLK_STS_TARGET, TANDEM_RESULT_TARGET },
	{ BLK_STS_MEDIUM, TANDEM_RESULT_MEDIUM },
	{ BLK_STS_PROTECTION, TANDEM_RESULT_PROTECTION },
	{ BLK_STS_RESOURCE, TANDEM_RESULT_RESOURCE },
	{ BLK_STS_IOERR, TANDEM_RESULT_IOERR },
	{ BLK_STS_AGAIN, TANDEM_RESULT_AGAIN },
	{ BLK_STS_OFFLINE, TANDEM_RESULT_OFFLINE },
	{ TANDEM_STS_RESV_CONFLICT, TANDEM_RESULT_RESV_CONFLICT },
	{ TANDEM_STS_INVAL, TANDEM_RESULT_INVAL },
};

enum tandem_result tandem_request_result(blk_status_t status)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(translation); i++)
		if (translation[i].status == status)
			return translation[i].result;
	return TANDEM_RESULT_OTHER;
}

blk_status_t tandem_request_status(enum tandem_result result)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(translation); i++)
		if (translation[i].result == result)
			return translation[i].status;
	return BLK_STS_IOERR;
}

static enum tandem_op op_of(struct bio *bio)
{
	enum req_op op = bio_op(bio);

	if (op == REQ_OP_READ)
		return TANDEM_OP_READ;
	if (op == REQ_OP_WRITE)
		return bio_sectors(bio) ? TANDEM_OP_WRITE : TANDEM_OP_FLUSH;
	if (op == REQ_OP_WRITE_ZEROES)
		return TANDEM_OP_WRITE_ZEROES;
	if (op == REQ_OP_DISCARD)
		return TANDEM_OP_DISCARD;
	return op == REQ_OP_FLUSH ? TANDEM_OP_FLUSH : TANDEM_NR_OPS;
}

static void locate(struct tandem_request *request)
{
	struct tandem_array *array = request->array;
	const struct tandem_geometry *geo = &array->super->geo;
	struct tandem_spot spot = { .sector = request->iter.bi_sector };

	if (geo->nr_sets > 1)
		spot = tandem_geometry_map(geo, spot.sector);
	request->set = &array->set[spot.set];
	request->sector = spot.sector;
	request->region = spot.sector / geo->region_sectors;
}

enum tandem_disposition tandem_request_map(struct tandem_array *array,
					   struct tandem_request *request, struct bio *bio)
{
	request->array = array;
	request->bio = bio;
	request->set = NULL;
	request->iter = bio->bi_iter;
	request->op = op_of(bio);
	request->sent = 0;
	request->counted = 0;
	request->retry = 0;
	request->failed = 0;
	request->tried = 0;
	request->attempts = 0;
	request->error = TANDEM_RESULT_OK;
	request->own = false;
	request->position = -1;

	if (request->op == TANDEM_OP_FLUSH) {
		tandem_flush_add(request);
		return TANDEM_MAP_SUBMITTED;
	}
	if (request->op == TANDEM_NR_OPS || (array->params.read_only &&
					     request->op != TANDEM_OP_READ))
		return TANDEM_MAP_ERROR;
	locate(request);
	return request->op == TANDEM_OP_READ ? tandem_read_map(request) :
	       tandem_write_map(request);
}

void tandem_request_finish(struct tandem_request *request, enum tandem_result error)
{
	struct tandem_set *set = request->set;
	struct bio *bio = request->bio;
	bool kick;

	if (set)
		tandem_pace_leave(request);
	/* What may not have been discarded is still there. */
	if (unlikely(error != TANDEM_RESULT_OK && request->op == TANDEM_OP_DISCARD) && set)
		atomic_andnot(TANDEM_REGION_EMPTIED, &set->region[request->region]);
	kick = set && request->op != TANDEM_OP_READ && request->op != TANDEM_OP_FLUSH &&
		    tandem_region_put(&set->region[request->region]);

	if (unlikely(kick))
		tandem_copy_kick(set);
	bio->bi_status = likely(error == TANDEM_RESULT_OK) ? BLK_STS_OK :
			 tandem_request_status(error);
	bio_endio(bio);
}

void tandem_request_retry(struct tandem_request *request)
{
	struct tandem_array *array = request->array;
	unsigned long delay = request->attempts > 1 ? msecs_to_jiffies(TANDEM_RETRY_MS) : 0;
	unsigned long flags;

	spin_lock_irqsave(&array->lock, flags);
	list_add_tail(&request->node, &array->retry);
	spin_unlock_irqrestore(&array->lock, flags);
	/* The request may be done and gone by now. */
	queue_delayed_work(array->wq, &array->retry_work, delay);
}

void tandem_request_retry_work(struct work_struct *work)
{
	struct tandem_array *array = container_of(to_delayed_work(work), struct tandem_array,
						  retry_work);
	struct tandem_request *request;
	LIST_HEAD(list);

	spin_lock_irq(&array->lock);
	list_splice_init(&array->retry, &list);
	spin_unlock_irq(&array->lock);
	while (!list_empty(&list)) {
		request = list_first_entry(&list, struct tandem_request, node);
		list_del(&request->node);
		if (request->op == TANDEM_OP_READ)
			tandem_read_resume(request);
		else
			tandem_write_resume(request);
	}
}
